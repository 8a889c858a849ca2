// The errors of a start that is not booked, for the booking functions and for the guard.
#pragma once

#include "core/slot_check.hpp"
#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// Not bookable: the start itself does not suit. SQLSTATE BM001.
inline constexpr int errcode_not_bookable = MAKE_SQLSTATE('B', 'M', '0', '0', '1');

/// Raises the refusal: 23P01 where other bookings are the reason (limit_reached, booked, buffer, full), BM001 otherwise.
/// The DETAIL is the word of check_slot() and nothing else, for programs to read.
[[noreturn]] void refuse_slot(SlotReason reason);

} // namespace bookmeatoz::pg
