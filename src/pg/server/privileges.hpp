// What a role may do, as the catalogs say at this moment. All of it may raise a server error, so it belongs inside a
// pg_call().
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// EXECUTE on a function.
bool may_execute(Oid function, Oid role = GetUserId());
/// SELECT on the whole of a table.
bool may_select(Oid table, Oid role = GetUserId());
/// SELECT on a table or on a column of it.
bool may_select_some(Oid table, Oid role = GetUserId());
/// USAGE of a schema.
bool may_use_schema(Oid schema, Oid role = GetUserId());
/// SET on a parameter.
bool may_set(const char* parameter, Oid role = GetUserId());
/// Ownership, by membership too.
bool owns_table(Oid table, Oid role = GetUserId());

} // namespace bookmeatoz::pg
