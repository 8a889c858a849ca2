// can_access_plan(): the plan that a tenant has subscribed to stays visible to it when it is no longer on offer. Not LEAKPROOF: it is asked
// for the few plans that are not on offer, each time anew.
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/uuid_datum.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery
    subscription_query("SELECT FROM @extschema@.tenant_subscriptions WHERE tenant_id = $1 AND plan_id = $2",
                       {UUIDOID, TEXTOID});

/// The tenant that reads; none in a user session.
std::optional<pg_uuid_t> reader(AccessLevel level, Oid schema) {
    const SessionContext& context = session_context();
    switch (level) {
    case AccessLevel::tenant:
        return context.tenant;
    case AccessLevel::business:
        return tenant_of_business(schema, *context.business);
    default:
        return std::nullopt;
    }
}

} // namespace

/// can_access_plan(plan_id)
BOOKMEATOZ_FUNCTION(can_access_plan, takes({TEXTOID}).strict().returns(BOOLOID)) {
    const Oid schema = extension_schema_once(fcinfo);
    const AccessLevel level = effective_level(schema);
    if (level == AccessLevel::admin)
        return BoolGetDatum(true);
    const std::optional<pg_uuid_t> tenant = reader(level, schema);
    if (!tenant)
        return BoolGetDatum(false);
    const AsOwner as_owner(required_owner(schema, "tenant_subscriptions"));
    const SpiConnection spi;
    return BoolGetDatum(
        !subscription_query.run(schema, {UUIDPGetDatum(&*tenant), PG_GETARG_DATUM(0)}).empty());
}

} // namespace bookmeatoz::pg
