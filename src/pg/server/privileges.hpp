// What a role may do, as the catalogs say now. Each function may raise a server error, so call it inside a pg_call().
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// Whether the role has EXECUTE on a function. The others likewise:
bool may_execute(Oid function, Oid role = GetUserId());
/// SELECT on the whole of a table.
bool may_select(Oid table, Oid role = GetUserId());
/// SELECT on a table or on a column of it.
bool may_select_some(Oid table, Oid role = GetUserId());
/// USAGE of a schema.
bool may_use_schema(Oid schema, Oid role = GetUserId());
/// SET on a parameter.
bool may_set(const char* parameter, Oid role = GetUserId());
/// Ownership of a table, also by membership in the owner.
bool owns_table(Oid table, Oid role = GetUserId());

} // namespace bookmeatoz::pg
