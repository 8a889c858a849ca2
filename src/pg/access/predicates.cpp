// The functions of the row security policies: may this session reach a row with these ids?
// Each function is one line of the table of rules in SQL (sql/install/12-access.sql has the contracts).
// LEAKPROOF: everything that can fail (the context, the tables, the loading of a set) is done before the arguments are
// looked at, so that no error depends on the values of a row.
#include "pg/access/predicates.hpp"
#include "pg/access/id_sets.hpp"
#include "pg/access/cached_plans.hpp"
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"

namespace bookmeatoz::pg {
namespace {

/// An argument that may be NULL, which is no id at all.
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

bool manages_tenant(ContextClass decided, IdArgument tenant) {
    return decided == ContextClass::admin ||
           (decided == ContextClass::tenant && tenant.is(session_context().tenant));
}

} // namespace

bool reaches_business(ContextClass decided, Oid schema, const pg_uuid_t* business) {
    const SessionContext& context = session_context();
    switch (decided) {
    case ContextClass::admin:
        return true;
    case ContextClass::business:
        return IdArgument(business).is(context.business);
    case ContextClass::tenant:
        return IdArgument(business).is_in(businesses_of_tenant(schema, *context.tenant));
    default:
        return false;
    }
}

bool reaches_business_row(ContextClass decided, const pg_uuid_t* business, const pg_uuid_t* tenant) {
    const SessionContext& context = session_context();
    switch (decided) {
    case ContextClass::admin:
        return true;
    case ContextClass::business:
        return IdArgument(business).is(context.business) &&
               (!context.tenant || IdArgument(tenant).is(context.tenant));
    case ContextClass::tenant:
        return IdArgument(tenant).is(context.tenant);
    default:
        return false;
    }
}

bool reaches_tenant(ContextClass decided, Oid schema, const pg_uuid_t* tenant) {
    if (decided == ContextClass::business)
        return IdArgument(tenant).is(tenant_of_business(schema, *session_context().business));
    return manages_tenant(decided, IdArgument(tenant));
}

/// can_access_business(business_id)
BOOKMEATOZ_FUNCTION(can_access_business, takes({UUIDOID}).strict().returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    return BoolGetDatum(reaches_business(effective_class(schema), schema, IdArgument(fcinfo, 0).id));
}

/// access_business_unless_user(business_id): can_access_business() in plans that a user session must not use.
BOOKMEATOZ_FUNCTION(access_business_unless_user, takes({UUIDOID}).strict().returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    const ContextClass decided = effective_class(schema);
    if (decided == ContextClass::user) {
        refuse_plan_of_another_class();
    }
    return BoolGetDatum(reaches_business(decided, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_person(business_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_person, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    const ContextClass decided = effective_class(schema);
    if (decided == ContextClass::user) {
        return BoolGetDatum(IdArgument(fcinfo, 1).is(session_context().user));
    }
    return BoolGetDatum(reaches_business(decided, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_booking(business_id, customer_id)
BOOKMEATOZ_FUNCTION(can_access_booking, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    const ContextClass decided = effective_class(schema);
    if (decided == ContextClass::user) {
        const IdSet& own_records = customers_of_user(schema, *session_context().user);
        return BoolGetDatum(IdArgument(fcinfo, 1).is_in(own_records));
    }
    return BoolGetDatum(reaches_business(decided, schema, IdArgument(fcinfo, 0).id));
}

/// can_access_user(user_id)
BOOKMEATOZ_FUNCTION(can_access_user, takes({UUIDOID}).returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    const SessionContext& context = session_context();
    const IdSet* staff = nullptr;
    switch (effective_class(schema)) {
    case ContextClass::admin:
        return BoolGetDatum(true);
    case ContextClass::business:
        staff = &staff_of_business(schema, *context.business);
        break;
    case ContextClass::tenant:
        staff = &staff_of_tenant(schema, *context.tenant);
        break;
    case ContextClass::user:
        break;
    case ContextClass::none:
        return BoolGetDatum(false);
    }
    const IdArgument user(fcinfo, 0);
    return BoolGetDatum(user.is(context.user) || (staff != nullptr && user.is_in(*staff)));
}

/// can_access_tenant(tenant_id)
BOOKMEATOZ_FUNCTION(can_access_tenant, takes({UUIDOID}).returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    return BoolGetDatum(reaches_tenant(effective_class(schema), schema, IdArgument(fcinfo, 0).id));
}

/// can_manage_tenant(tenant_id)
BOOKMEATOZ_FUNCTION(can_manage_tenant, takes({UUIDOID}).returns(BOOLOID)) {
    return BoolGetDatum(manages_tenant(context_class(), IdArgument(fcinfo, 0)));
}

/// can_access_tenant_admin(tenant_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_tenant_admin, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const ContextClass decided = context_class();
    const bool own = decided == ContextClass::user && IdArgument(fcinfo, 1).is(session_context().user);
    return BoolGetDatum(own || manages_tenant(decided, IdArgument(fcinfo, 0)));
}

/// can_access_business_row(business_id, tenant_id)
BOOKMEATOZ_FUNCTION(can_access_business_row, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const ContextClass decided = context_class();
    if (decided == ContextClass::user) {
        const IdSet& employers = businesses_by_active_role(home_schema(fcinfo), *session_context().user);
        return BoolGetDatum(IdArgument(fcinfo, 0).is_in(employers));
    }
    return BoolGetDatum(reaches_business_row(decided, IdArgument(fcinfo, 0).id, IdArgument(fcinfo, 1).id));
}

/// can_manage_business(business_id, tenant_id)
BOOKMEATOZ_FUNCTION(can_manage_business, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    return BoolGetDatum(
        reaches_business_row(context_class(), IdArgument(fcinfo, 0).id, IdArgument(fcinfo, 1).id));
}

/// can_access_notification(business_id, user_id)
BOOKMEATOZ_FUNCTION(can_access_notification, takes({UUIDOID, UUIDOID}).returns(BOOLOID)) {
    const Oid schema = home_schema(fcinfo);
    const ContextClass decided = effective_class(schema);
    const IdArgument business(fcinfo, 0);
    const bool reaches = reaches_business(decided, schema, business.id);
    const bool addressed = IdArgument(fcinfo, 1).is(session_context().user);
    switch (decided) {
    case ContextClass::admin:
        return BoolGetDatum(true);
    case ContextClass::business:
    case ContextClass::tenant:
        return BoolGetDatum(addressed && (business.is_null() || reaches));
    case ContextClass::user:
        return BoolGetDatum(addressed);
    default:
        return BoolGetDatum(false);
    }
}

} // namespace bookmeatoz::pg
