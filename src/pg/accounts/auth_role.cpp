// The right to log users in: EXECUTE on may_authenticate_users(). The policies of users and of the token tables ask
// is_auth_role(); in plans of roles without the right the planner leaves the question out.
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

/// Whether the role has the rights of the owner of users, who holds the right to log users in only to pass it on.
bool has_rights_of_owner(Oid role, Oid schema) {
    const Oid owner = table_owner(schema, "users");
    return OidIsValid(owner) && pg_call([&] { return has_privs_of_role(role, owner); });
}

/// Asked of the catalog at every use, so that a right that is taken away ends in open sessions too.
bool current_role_may_authenticate(Oid schema) {
    const Oid right = extension_function(schema, "may_authenticate_users");
    return OidIsValid(right) && pg_call([&] { return may_execute(right); }) &&
           !has_rights_of_owner(GetUserId(), schema);
}

/// Whether the server plans this query anew for another role: it does where row security has a say.
bool plan_depends_on_role(const PlannerInfo* root) {
    return root != nullptr && root->parse->hasRowSecurity;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// The right to log users in is EXECUTE on this function; so whoever can ask has it.
BOOKMEATOZ_FUNCTION(may_authenticate_users, takes({}).returns(BOOLOID)) {
    PG_RETURN_BOOL(true);
}

BOOKMEATOZ_FUNCTION(is_auth_role, takes({}).returns(BOOLOID)) {
    return BoolGetDatum(current_role_may_authenticate(extension_schema(fcinfo)));
}

/// Planner support of is_auth_role(): false for roles without the right, so that "... OR is_auth_role()" in a policy
/// keeps no index from them. Never true: a plan must not outlive a right. A role that is given the right may see nothing
/// more in statements that its open sessions have planned.
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
