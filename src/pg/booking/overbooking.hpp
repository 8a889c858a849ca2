// S18: bookings that are let in beside others, and the right to do so.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// `overbooked` passes the guard, so it takes a right: EXECUTE on may_overbook(), else 42501. Needed by the statement that sets it, and
/// by one that moves such a row to where it collides again.
void require_right_to_overbook(const BookingWrite& write);

/// The row takes up time, and this statement makes it overbooked.
bool sets_overbooked(const BookingWrite& write);

} // namespace bookmeatoz::pg
