// S12: whether a business has an employee, whatever their status, or is itself the one resource. Asked by the calendar's reader and by
// the guard of bookings.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

enum class Seen {
    by_statement,
    /// See SavedQuery::run_latest().
    latest,
    /// As committed by now; the employee that is found stays until the transaction ends. So who finds a business
    /// without employees sees all unassigned bookings that were written while it had one.
    kept
};

/// As the current role sees the table employees. An SPI connection must be open.
bool has_employee(Oid schema, Datum business_id, Seen seen);

} // namespace bookmeatoz::pg
