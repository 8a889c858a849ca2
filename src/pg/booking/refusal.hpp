// Why a booking is not written, or not changed: the errors, for the booking functions and for the guard.
#pragma once

#include "core/slot_check.hpp"
#include "pg/server/errors.hpp"

namespace bookmeatoz::pg {

/// Raises the refusal: 23P01 where other bookings are the reason (limit_reached, booked, buffer, full), BM001 otherwise.
/// The DETAIL is the word of check_slot() and nothing else, for programs to read.
[[noreturn]] void refuse_slot(SlotReason reason);

/// BM001, by the rules for customers (S21).
[[noreturn]] void refuse_customer(const char* word, const char* hint);

/// BM001, too_late: less than the notice is left for customers (S22). `setting` says how long it is.
[[noreturn]] void refuse_as_too_late(const char* setting);

/// BM004, hold_expired: its time may be others' by now.
[[noreturn]] void refuse_expired_hold();

/// Whether the transaction keeps one snapshot: then a function decides by it, and what is counted under a lock may be newer.
bool keeps_snapshot();

/// 40001, as ON CONFLICT raises it: what refuses the row came after the transaction's snapshot. Begun anew, a call finds it, and the
/// booking of its own key too.
[[noreturn]] void refuse_old_snapshot();

/// What refuses a row for a function of ours must not have come after the snapshot that the function decides by.
/// `is_refused_there`: whether the row is refused by that snapshot too.
template <class Question>
void require_refusal_in_snapshot(Question is_refused_there) {
    if (keeps_snapshot() && !is_refused_there())
        refuse_old_snapshot();
}

} // namespace bookmeatoz::pg
