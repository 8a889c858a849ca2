// The functions of the row security policies: does this session see a row with these ids?
// sql/install/12-access.sql says what each function answers.
// They are LEAKPROOF: everything that can fail (the context, the tables, the loading of a set) comes before the first look at an
// argument. So no error depends on the values of a row.
#include "pg/access/predicates.hpp"
#include "pg/access/session_ids.hpp"
#include "pg/access/cached_plans.hpp"
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"

namespace bookmeatoz::pg {
namespace {

/// An argument that may be NULL. NULL equals no id and is in no set.
struct IdArgument {
    const pg_uuid_t* id;

    IdArgument(FunctionCallInfo fcinfo, int number)
        : id(fcinfo->args[number].isnull ? nullptr : DatumGetUUIDP(fcinfo->args[number].value)) {}
    explicit IdArgument(const pg_uuid_t* id) : id(id) {}

    bool is_null() const noexcept { return id == nullptr; }
    bool is(const std::optional<pg_uuid_t>& other) const noexcept {
        return id != nullptr && other && same_id(*id, *other);
    }
    bool is_in(const IdSet& set) const noexcept { return id != nullptr && set.contains(*id); }
};

bool manages_tenant(AccessLevel level, IdArgument tenant) {
    return level == AccessLevel::admin ||
           (level == AccessLevel::tenant && tenant.is(session_context().tenant));
}

} // namespace

bool sees_business(AccessLevel level, Oid schema, const pg_uuid_t* business) {
    const SessionContext& context = session_context();
    switch (level) {
    case AccessLevel::admin:
        return true;
    case AccessLevel::business:
        return IdArgument(business).is(context.business);
    case AccessLevel::tenant:
        return IdArgument(business).is_in(businesses_of_tenant(schema, *context.tenant));
    default:
        return false;
    }
}

bool sees_business_row(AccessLevel level, const pg_uuid_t* business, const pg_uuid_t* tenant) {
    const SessionContext& context = session_context();
    switch (level) {
    case AccessLevel::admin:
        return true;
    case AccessLevel::business:
        return IdArgument(business).is(context.business) &&
               (!context.tenant || IdArgument(tenant).is(context.tenant));
    case AccessLevel::tenant:
        return IdArgument(tenant).is(context.tenant);
    default:
        return false;
    }
}

bool sees_tenant(AccessLevel level, Oid schema, const pg_uuid_t* tenant) {
    if (level == AccessLevel::business)
        return IdArgument(tenant).is(tenant_of_business(schema, *session_context().business));
    return manages_tenant(level, IdArgument(tenant));
}

/// can_access_business(business_id)
BOOKMEATOZ_FUNCTION(can_access_business, takes({UUIDOID}).strict().returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    return BoolGetDatum(sees_business(effective_level(schema), schema, IdArgument(fcinfo, 0).id));
}

/// access_business_unless_user(business_id): can_access_business() for plans that a user session must not use.
BOOKMEATOZ_FUNCTION(access_business_unless_user, takes({UUIDOID}).strict().returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    if (level == AccessLevel::user) {
        refuse_plan_of_another_level();
    }
    return BoolGetDatum(sees_business(level, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_person(business_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_person, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    if (level == AccessLevel::user) {
        return BoolGetDatum(IdArgument(fcinfo, 1).is(session_context().user));
    }
    return BoolGetDatum(sees_business(level, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_booking(business_id, customer_id)
BOOKMEATOZ_FUNCTION(can_access_booking, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    if (level == AccessLevel::user) {
        const IdSet& own_records = customers_of_user(schema, *session_context().user);
        return BoolGetDatum(IdArgument(fcinfo, 1).is_in(own_records));
    }
    return BoolGetDatum(sees_business(level, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_user(user_id)
BOOKMEATOZ_FUNCTION(can_access_user, takes({UUIDOID}).returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const SessionContext& context = session_context();
    const IdSet* staff = nullptr;
    switch (effective_level(schema)) {
    case AccessLevel::admin:
        return BoolGetDatum(true);
    case AccessLevel::business:
        staff = &staff_of_business(schema, *context.business);
        break;
    case AccessLevel::tenant:
        staff = &staff_of_tenant(schema, *context.tenant);
        break;
    case AccessLevel::user:
        break;
    case AccessLevel::none:
        return BoolGetDatum(false);
    }
    const IdArgument user(fcinfo, 0);
    return BoolGetDatum(user.is(context.user) || (staff != nullptr && user.is_in(*staff)));
}

/// can_access_tenant(tenant_id)
BOOKMEATOZ_FUNCTION(can_access_tenant, takes({UUIDOID}).returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    return BoolGetDatum(sees_tenant(effective_level(schema), schema, IdArgument(fcinfo, 0).id));
}

/// can_manage_tenant(tenant_id)
BOOKMEATOZ_FUNCTION(can_manage_tenant, takes({UUIDOID}).returns(BOOLOID)) {
    return BoolGetDatum(manages_tenant(access_level(), IdArgument(fcinfo, 0)));
}

/// can_access_tenant_admin(tenant_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_tenant_admin, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const AccessLevel level = access_level();
    const bool own = level == AccessLevel::user && IdArgument(fcinfo, 1).is(session_context().user);
    return BoolGetDatum(own || manages_tenant(level, IdArgument(fcinfo, 0)));
}

/// can_access_business_row(business_id, tenant_id)
BOOKMEATOZ_FUNCTION(can_access_business_row, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const AccessLevel level = access_level();
    if (level == AccessLevel::user) {
        const IdSet& employers =
            businesses_by_active_role(extension_schema_once(fcinfo), *session_context().user);
        return BoolGetDatum(IdArgument(fcinfo, 0).is_in(employers));
    }
    return BoolGetDatum(sees_business_row(level, IdArgument(fcinfo, 0).id, IdArgument(fcinfo, 1).id));
}

/// can_manage_business(business_id, tenant_id)
BOOKMEATOZ_FUNCTION(can_manage_business, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    return BoolGetDatum(
        sees_business_row(access_level(), IdArgument(fcinfo, 0).id, IdArgument(fcinfo, 1).id));
}

/// can_access_notification(business_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_notification, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    const IdArgument business(fcinfo, 0);
    const bool visible = sees_business(level, schema, business.id);
    const bool addressed = IdArgument(fcinfo, 1).is(session_context().user);
    switch (level) {
    case AccessLevel::admin:
        return BoolGetDatum(true);
    case AccessLevel::business:
    case AccessLevel::tenant:
        return BoolGetDatum(addressed && (business.is_null() || visible));
    case AccessLevel::user:
        return BoolGetDatum(addressed);
    default:
        return BoolGetDatum(false);
    }
}

} // namespace bookmeatoz::pg
