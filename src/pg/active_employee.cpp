// Active employees of a business: see active_employee.hpp.
#include "active_employee.hpp"
#include "saved_query.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};

constinit SavedQuery active_employee_query(R"(
    SELECT FROM @extschema@.employees WHERE business_id = $1 AND employment_status = 'active' LIMIT 1)",
                                           uuid_argument);

} // namespace

bool has_active_employee(Oid schema, Datum business_id, Seen seen) {
    const SpiRows rows = seen == Seen::latest ? active_employee_query.run_latest(schema, {business_id})
                                              : active_employee_query.run(schema, {business_id});
    return rows.size() > 0;
}

} // namespace bookmeatoz::pg
