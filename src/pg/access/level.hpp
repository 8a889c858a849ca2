// What a session is worth to the access predicates: its level, once business and tenant are known to belong together.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// The schema that the extension lives in: that of the called function. Remembered for the query, not for longer: the
/// extension may be dropped and created again elsewhere.
Oid extension_schema_once(FunctionCallInfo fcinfo);

/// What the session's level is worth here: a business that does not belong to the tenant beside it is worth nothing.
AccessLevel effective_level(Oid schema);

} // namespace bookmeatoz::pg
