// Employees of a business: see calendar/employees.hpp.
#include "pg/calendar/employees.hpp"
#include "pg/server/spi.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE business_id = $1 LIMIT 1",
                                    {UUIDOID});

constinit SavedQuery kept_employee_query(R"(
    SELECT FROM @extschema@.employees WHERE business_id = $1 LIMIT 1 FOR KEY SHARE)",
                                         {UUIDOID});

} // namespace

bool has_employee(Oid schema, Datum business_id, View view) {
    switch (view) {
    case View::of_statement:
        return !employee_query.run(schema, {business_id}).empty();
    case View::latest:
        return !employee_query.run_latest(schema, {business_id}).empty();
    case View::committed:
        return !kept_employee_query.run_committed(schema, {business_id}).empty();
    }
    return false;
}

} // namespace bookmeatoz::pg
