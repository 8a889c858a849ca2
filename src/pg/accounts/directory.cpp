// The ids behind a subdomain or a slug, for a request that has no session context yet.
// The functions read each table as its owner, and return nothing but the ids of what is active.
#include "pg/server/boundary.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <cstring>
#include <optional>

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {
namespace {

// Names are stored in lower case (trigger_lower_subdomain, trigger_lower_slug). The second COLLATE is that of the index.
constinit SavedQuery tenant_query(R"(
    SELECT id FROM @extschema@.tenants
     WHERE subdomain = pg_catalog.lower($1 COLLATE pg_catalog."C") COLLATE pg_catalog."default" AND status = 'active')",
                                  {TEXTOID});

constinit SavedQuery slug_query(R"(
    SELECT id, tenant_id FROM @extschema@.businesses
     WHERE slug = pg_catalog.lower($1 COLLATE pg_catalog."C") COLLATE pg_catalog."default" AND status = 'active')",
                                {TEXTOID});

constinit SavedQuery subdomain_query(R"(
    SELECT id, tenant_id FROM @extschema@.businesses
     WHERE subdomain = pg_catalog.lower($1 COLLATE pg_catalog."C") COLLATE pg_catalog."default" AND status = 'active')",
                                     {TEXTOID});

constinit SavedQuery
    active_tenant_query("SELECT FROM @extschema@.tenants WHERE id = $1 AND status = 'active'", {UUIDOID});

struct Business {
    pg_uuid_t id;
    pg_uuid_t tenant;
};

std::optional<pg_uuid_t> find_tenant(Oid schema, Datum subdomain) {
    const AsOwner as_owner(required_owner(schema, "tenants"));
    const SpiConnection spi;
    for (const SpiRow row : tenant_query.run(schema, {subdomain}))
        return row.id(1);
    return std::nullopt;
}

bool is_active_tenant(Oid schema, const pg_uuid_t& id) {
    const AsOwner as_owner(required_owner(schema, "tenants"));
    const SpiConnection spi;
    return !active_tenant_query.run(schema, {UUIDPGetDatum(&id)}).empty();
}

std::optional<Business> find_business(Oid schema, SavedQuery& query, Datum name) {
    const AsOwner as_owner(required_owner(schema, "businesses"));
    const SpiConnection spi;
    for (const SpiRow row : query.run(schema, {name}))
        return Business{row.id(1), row.id(2)};
    return std::nullopt;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// resolve_tenant(subdomain), STRICT
BOOKMEATOZ_FUNCTION(resolve_tenant, takes({TEXTOID}).strict().returns(UUIDOID)) {
    const std::optional<pg_uuid_t> found = find_tenant(extension_schema(fcinfo), PG_GETARG_DATUM(0));
    if (!found) {
        fcinfo->isnull = true;
        return Datum(0);
    }
    auto* const id = static_cast<pg_uuid_t*>(pg_call([] { return palloc(sizeof(pg_uuid_t)); }));
    *id = *found;
    return UUIDPGetDatum(id);
}

/// resolve_business(slug, subdomain): one row or none. The caller must say which of the two names it means: the subdomain of one
/// business may be the slug of another business, of another tenant.
BOOKMEATOZ_FUNCTION(resolve_business, takes({TEXTOID, TEXTOID}).returns_table({UUIDOID, UUIDOID})) {
    const bool by_slug = !PG_ARGISNULL(0);
    if (by_slug == !PG_ARGISNULL(1))
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "name either a slug or a subdomain", {},
                       "For example resolve_business('salon') or resolve_business(subdomain => 'salon').");
    pg_call([&] { InitMaterializedSRF(fcinfo, 0); });
    const Oid schema = extension_schema(fcinfo);
    const std::optional<Business> found =
        find_business(schema, by_slug ? slug_query : subdomain_query, PG_GETARG_DATUM(by_slug ? 0 : 1));
    if (found && is_active_tenant(schema, found->tenant)) {
        Datum values[] = {UUIDPGetDatum(&found->id), UUIDPGetDatum(&found->tenant)};
        bool nulls[] = {false, false};
        const auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
        pg_call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
    }
    return Datum(0);
}
