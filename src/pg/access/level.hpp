// The effective access level of a session: its level, after the check that its business and its tenant belong together.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// The schema of the extension: that of the called function. Kept for the query and no longer: the extension may be dropped and
/// created again elsewhere.
Oid extension_schema_once(FunctionCallInfo fcinfo);

/// access_level(); but none where the context names a business and a tenant, and the business does not belong to the tenant.
AccessLevel effective_level(Oid schema);

} // namespace bookmeatoz::pg
