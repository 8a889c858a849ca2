// The sets of ids that decide what a session may see. They are read from the tables and kept for one id and one snapshot.
// Called by access/predicates and access/keys. A reference stays valid until the next call of the same function.
#pragma once

#include "pg/access/id_set.hpp"

namespace bookmeatoz::pg {

/// All throw what required_owner() throws where `schema` lacks a table. No error depends on the rows of the tables.
const IdSet& businesses_by_active_role(Oid schema, pg_uuid_t user);
const IdSet& customers_of_user(Oid schema, pg_uuid_t user);
const IdSet& staff_of_business(Oid schema, pg_uuid_t business);
const IdSet& staff_of_tenant(Oid schema, pg_uuid_t tenant);

} // namespace bookmeatoz::pg
