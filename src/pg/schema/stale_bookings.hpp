// Stale bookings: those that were written while the guard's trigger was missing, for example after DROP EXTENSION ... CASCADE.
// Their helper columns may not fit the rest of the row, and then the constraints would not see that they collide, or see a collision that
// is none.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// If the table bookings exists without the guard's trigger: stale bookings lose their resource, so that the constraints can be
/// created again. bookmeatoz_check_rows() gives it back, when the trigger is there. Nobody may write from now on. An SPI connection
/// must be open, search_path must lead to pg_catalog alone, and row security must not bind the current role.
void displace_stale_bookings(Oid schema);

} // namespace bookmeatoz::pg
