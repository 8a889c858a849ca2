// The keys: the ids of the session with which the planner support compares columns. Each key has a value only in its own access
// levels. In level none it is NULL or empty. In any other level it is an error, because the plan was made for another level
// (access/cached_plans.hpp).
#include "pg/access/session_ids.hpp"
#include "pg/access/cached_plans.hpp"
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"
#include "pg/server/uuid_datum.hpp"

namespace bookmeatoz::pg {
namespace {

constexpr std::span<const pg_uuid_t> no_ids;

/// Whether the session is in the level for which the plan was made. In level none the answer is no, in any other level an error.
bool is_level(AccessLevel level, AccessLevel planned) {
    if (level != planned && level != AccessLevel::none) {
        refuse_plan_of_another_level();
    }
    return level == planned;
}

} // namespace

/// The business of a business session.
BOOKMEATOZ_FUNCTION(access_business_key, takes({}).returns(UUIDOID)) {
    const bool right = is_level(effective_level(extension_schema_once(fcinfo)), AccessLevel::business);
    return copy_or_null(fcinfo, right ? session_context().business : std::nullopt);
}

/// The tenant of a tenant session.
BOOKMEATOZ_FUNCTION(access_managed_tenant_key, takes({}).returns(UUIDOID)) {
    const bool right = is_level(effective_level(extension_schema_once(fcinfo)), AccessLevel::tenant);
    return copy_or_null(fcinfo, right ? session_context().tenant : std::nullopt);
}

/// The tenant of a tenant session, or the tenant of a business session's business.
BOOKMEATOZ_FUNCTION(access_tenant_key, takes({}).returns(UUIDOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    if (level == AccessLevel::business) {
        return copy_or_null(fcinfo, tenant_of_business(schema, *session_context().business));
    }
    const bool right = is_level(level, AccessLevel::tenant);
    return copy_or_null(fcinfo, right ? session_context().tenant : std::nullopt);
}

/// The user of a user session.
BOOKMEATOZ_FUNCTION(access_user_key, takes({}).returns(UUIDOID)) {
    const bool right = is_level(effective_level(extension_schema_once(fcinfo)), AccessLevel::user);
    return copy_or_null(fcinfo, right ? session_context().user : std::nullopt);
}

/// The user of any session but a system administrator's, who sees everybody's notifications.
BOOKMEATOZ_FUNCTION(access_addressee_key, takes({}).returns(UUIDOID)) {
    const AccessLevel level = effective_level(extension_schema_once(fcinfo));
    if (level == AccessLevel::admin) {
        refuse_plan_of_another_level();
    }
    return copy_or_null(fcinfo, level == AccessLevel::none ? std::nullopt : session_context().user);
}

/// The businesses of a tenant session.
BOOKMEATOZ_FUNCTION(access_business_ids, takes({}).returns(UUIDARRAYOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const bool right = is_level(effective_level(schema), AccessLevel::tenant);
    return uuid_array(right ? businesses_of_tenant(schema, *session_context().tenant).ids() : no_ids);
}

/// The users that a business or tenant session sees: its staff, and the session's own user.
BOOKMEATOZ_FUNCTION(access_user_ids, takes({}).returns(UUIDARRAYOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    const SessionContext& context = session_context();
    if (level != AccessLevel::business && !is_level(level, AccessLevel::tenant)) {
        return uuid_array(no_ids);
    }
    const IdSet& staff = level == AccessLevel::business ? staff_of_business(schema, *context.business)
                                                        : staff_of_tenant(schema, *context.tenant);
    UuidArray users(staff.ids().size() + 1);
    for (const pg_uuid_t& id : staff.ids()) {
        users.add(id);
    }
    if (context.user) {
        users.add(*context.user);
    }
    return users.value();
}

/// The customer records of a user session.
BOOKMEATOZ_FUNCTION(access_customer_ids, takes({}).returns(UUIDARRAYOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const bool right = is_level(effective_level(schema), AccessLevel::user);
    return uuid_array(right ? customers_of_user(schema, *session_context().user).ids() : no_ids);
}

/// The businesses in which the user of a user session has an active role.
BOOKMEATOZ_FUNCTION(access_employer_ids, takes({}).returns(UUIDARRAYOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const bool right = is_level(effective_level(schema), AccessLevel::user);
    return uuid_array(right ? businesses_by_active_role(schema, *session_context().user).ids() : no_ids);
}

} // namespace bookmeatoz::pg
