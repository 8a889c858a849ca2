// The right to log users in is EXECUTE on may_authenticate_users(). The policies of users and of the token tables call
// is_auth_role(). For a role without the right the planner replaces that call by false.
#include "pg/server/boundary.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/privileges.hpp"
#include "pg/server/table_owner.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "nodes/makefuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// Whether the role has the rights of the owner of users. The owner has the right to log users in only to grant it to others.
bool has_rights_of_owner(Oid role, Oid schema) {
    const Oid owner = table_owner(schema, "users");
    return OidIsValid(owner) && pg_call([&] { return has_privs_of_role(role, owner); });
}

/// Reads the catalog at every use: so a revoked right ends in open sessions too.
bool current_role_may_authenticate(Oid schema) {
    const Oid right = extension_function(schema, "may_authenticate_users");
    return OidIsValid(right) && pg_call([&] { return may_execute(right); }) &&
           !has_rights_of_owner(GetUserId(), schema);
}

/// Whether the server plans this query again for another role. It does so if row security applies to the query.
bool plan_depends_on_role(const PlannerInfo* root) {
    return root != nullptr && root->parse->hasRowSecurity;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// Always true: the right to log users in is EXECUTE on this function, so a caller has the right.
BOOKMEATOZ_FUNCTION(may_authenticate_users, takes({}).returns(BOOLOID)) {
    PG_RETURN_BOOL(true);
}

BOOKMEATOZ_FUNCTION(is_auth_role, takes({}).returns(BOOLOID)) {
    return BoolGetDatum(current_role_may_authenticate(extension_schema(fcinfo)));
}

/// Planner support of is_auth_role(): makes it false for roles without the right, so that "... OR is_auth_role()" in a policy does
/// not keep them from an index. It never makes it true: a plan must not outlive a right. After a GRANT of the right, statements
/// that open sessions have already planned may show nothing more.
BOOKMEATOZ_FUNCTION(is_auth_role_support, takes({INTERNALOID}).strict().returns(INTERNALOID)) {
    auto* const node = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
    if (!IsA(node, SupportRequestSimplify))
        return Datum(0);
    const auto* const request = reinterpret_cast<const SupportRequestSimplify*>(node);
    if (!plan_depends_on_role(request->root))
        return Datum(0);
    const Oid schema = pg_call([&] { return get_func_namespace(request->fcall->funcid); });
    if (current_role_may_authenticate(schema))
        return Datum(0);
    return PointerGetDatum(pg_call([] { return makeBoolConst(false, false); }));
}
