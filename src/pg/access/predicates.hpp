// What the row security policies decide, for code that reads the tables past the executor (access/read_rights.hpp): the same
// functions that the SQL predicates are made of.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// can_access_business(), and what the predicates of persons and bookings say in any session but a user's. A null pointer
/// is no id. `decided` is effective_class().
bool reaches_business(ContextClass decided, Oid schema, const pg_uuid_t* business);

/// can_access_business_row(), but for a user session: the row of the business itself says its tenant, so nothing is
/// looked up.
bool reaches_business_row(ContextClass decided, const pg_uuid_t* business, const pg_uuid_t* tenant);

/// can_access_tenant(), but for a user session.
bool reaches_tenant(ContextClass decided, Oid schema, const pg_uuid_t* tenant);

} // namespace bookmeatoz::pg

// To know a policy's function by its address. The visibility is that of BOOKMEATOZ_FUNCTION.
#pragma GCC visibility push(default)
extern "C" {
Datum can_access_business(PG_FUNCTION_ARGS);
Datum can_access_person(PG_FUNCTION_ARGS);
Datum can_access_booking(PG_FUNCTION_ARGS);
Datum can_access_business_row(PG_FUNCTION_ARGS);
Datum can_access_tenant(PG_FUNCTION_ARGS);
}
#pragma GCC visibility pop
