// S18: bookings that are let in beside others, and the right to do so.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// `overbooked` passes the guard, so it takes a right: EXECUTE on may_overbook(), else 42501. A row that was let in may be changed
/// by others as long as that forces nothing in anew.
void require_right_to_overbook(const BookingWrite& write);

} // namespace bookmeatoz::pg
