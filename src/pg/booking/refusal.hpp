// Why a booking is not written, or not changed: the errors, for the booking functions and for the guard.
#pragma once

#include "core/slot_check.hpp"
#include "pg/server/errors.hpp"

namespace bookmeatoz::pg {

/// Raises the refusal: 23P01 where other bookings are the reason (limit_reached, booked, buffer, full), BM001 otherwise.
/// The DETAIL is the word of check_slot() and nothing else, for programs to read.
[[noreturn]] void refuse_slot(SlotReason reason);

/// BM004, hold_expired: its time may be others' by now.
[[noreturn]] void refuse_expired_hold();

} // namespace bookmeatoz::pg
