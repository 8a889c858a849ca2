// S12: whether a business has an active employee, or is itself the one resource. Asked by the calendar's reader and by the
// guard of bookings.
#pragma once

#include "boundary.hpp"

namespace bookmeatoz::pg {

/// Under which snapshot: that of the calling statement, or the latest (see SavedQuery::run_latest()).
enum class Seen { by_statement, latest };

/// As the current role sees the table employees. An SPI connection must be open.
bool has_active_employee(Oid schema, Datum business_id, Seen seen);

} // namespace bookmeatoz::pg
