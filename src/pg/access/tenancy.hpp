// Which businesses a tenant has, and which tenant a business: asked for every row, and seldom changed.
// Kept per backend until the table businesses changes, in whatever backend: a trigger on it sends the server's own
// invalidation of the table, which reaches every backend that takes a lock afterwards, at rollback too. What is kept is
// the latest state, also under an older snapshot: a right ends when it is taken away, not when a transaction ends.
#pragma once

#include "pg/access/id_set.hpp"

#include <optional>

namespace bookmeatoz::pg {

/// Good until the next call. Both throw SqlError 42P01 when the table of `schema` is absent.
const IdSet& businesses_of_tenant(Oid schema, pg_uuid_t tenant);

/// Empty when there is no such business.
std::optional<pg_uuid_t> tenant_of_business(Oid schema, pg_uuid_t business);

} // namespace bookmeatoz::pg
