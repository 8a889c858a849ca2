// Where the extension lives: the schema that CREATE EXTENSION chose, in which its functions and the tables stand.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// The schema of the SQL function that is being called: the extension's.
Oid extension_schema(FunctionCallInfo fcinfo);

/// The schema of the extension in this database, InvalidOid where it is not installed: for code that no function of ours
/// was called for, such as hooks. Kept until a function of the database changes: no member of an extension comes, moves or
/// goes without that.
Oid installed_schema();

/// The extension's function of that name without arguments; InvalidOid where there is none.
Oid extension_function(Oid schema, const char* name);

} // namespace bookmeatoz::pg
