// The schema of the extension: the one that CREATE EXTENSION chose, with its functions and the tables.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// The schema of the extension: that of the SQL function that is being called.
Oid extension_schema(FunctionCallInfo fcinfo);

/// The schema of the extension in this database; InvalidOid where it is not installed. For hooks, which run without a call of
/// one of our functions. The answer is kept until a function of the database changes: the extension cannot come, move or go
/// without such a change.
Oid installed_schema();

/// The extension's function of this name that has no arguments; InvalidOid where there is none.
Oid extension_function(Oid schema, const char* name);

} // namespace bookmeatoz::pg
