// The sets of ids that decide what a session may see, read from the tables and kept for one (context, snapshot).
// Called by the access predicates. Each reference stays good until the next call of the same function.
#pragma once

#include "pg/access/id_set.hpp"

namespace bookmeatoz::pg {

/// All throw SqlError 42P01 when a table of `schema` is absent, and never because of what the tables hold.
const IdSet& businesses_by_active_role(Oid schema, pg_uuid_t user);
const IdSet& customers_of_user(Oid schema, pg_uuid_t user);
const IdSet& staff_of_business(Oid schema, pg_uuid_t business);
const IdSet& staff_of_tenant(Oid schema, pg_uuid_t tenant);

} // namespace bookmeatoz::pg
