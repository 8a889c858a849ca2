// S12: whether a business has an employee, whatever their status, or is itself the one resource. Asked by the calendar's reader and by
// the guard of bookings.
#pragma once

#include "pg/server/snapshot.hpp"

namespace bookmeatoz::pg {

/// As the current role sees the table employees. With View::committed the employee that is found stays until the transaction
/// ends. So whoever finds a business without employees sees all unassigned bookings that were written while it had one. An SPI
/// connection must be open.
bool has_employee(Oid schema, Datum business_id, View view);

} // namespace bookmeatoz::pg
