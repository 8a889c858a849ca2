// Employees of a business: see calendar/employees.hpp.
#include "pg/calendar/employees.hpp"
#include "pg/server/spi.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE business_id = $1 LIMIT 1",
                                    uuid_argument);

constinit SavedQuery kept_employee_query(R"(
    SELECT FROM @extschema@.employees WHERE business_id = $1 LIMIT 1 FOR KEY SHARE)",
                                         uuid_argument);

} // namespace

bool has_employee(Oid schema, Datum business_id, Seen seen) {
    switch (seen) {
    case Seen::by_statement:
        return employee_query.run(schema, {business_id}).size() > 0;
    case Seen::latest:
        return employee_query.run_latest(schema, {business_id}).size() > 0;
    case Seen::kept:
        return kept_employee_query.run_committed(schema, {business_id}).size() > 0;
    }
    return false;
}

} // namespace bookmeatoz::pg
