// The businesses of a tenant, and the tenant of a business. The policies ask for them for every row, and they seldom change.
// Each backend keeps them until any backend changes the table businesses: a trigger then sends the server's own invalidation of
// the table, also for a rollback, and every backend receives it with its next lock. The latest state is kept, even under an older
// snapshot: a right must end when it is revoked, not when a transaction ends.
#pragma once

#include "pg/access/id_set.hpp"

#include <optional>

namespace bookmeatoz::pg {

/// The set is valid until the next call. Both functions throw what required_owner() throws where `schema` lacks the table.
const IdSet& businesses_of_tenant(Oid schema, pg_uuid_t tenant);

/// Empty where there is no such business.
std::optional<pg_uuid_t> tenant_of_business(Oid schema, pg_uuid_t business);

} // namespace bookmeatoz::pg
