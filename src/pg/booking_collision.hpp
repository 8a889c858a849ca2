// Collisions of a booking with others (S18), found before it is written. For the guard of bookings.
#pragma once

#include "boundary.hpp"

extern "C" {
#include "storage/itemptr.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// Waits for whoever writes at the same time what the row would collide with, as long as that is not decided; then raises the
/// error of bookings_no_double_booking (23P01) if it collides with what is there. `values` are those of the constraint's columns:
/// resource_id, busy, session_key. The row at `own_place` is the booking itself. Nothing where the user has done away with the
/// constraint.
void refuse_collision(Relation bookings, ItemPointerData own_place, const Datum (&values)[3]);

} // namespace bookmeatoz::pg
