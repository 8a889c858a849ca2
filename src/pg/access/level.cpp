// The effective access level: see access/level.hpp.
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/invalidation.hpp"

#include <array>

extern "C" {
#include "utils/inval.h"
}

namespace bookmeatoz::pg {
namespace {

/// The schemas of called functions, kept until a function of the database changes. The place of a function follows from its oid:
/// the oids of one extension follow each other, so its functions seldom share a place.
struct KeptSchema {
    unsigned made_at = 0;
    Oid function = InvalidOid;
    Oid schema = InvalidOid;
};
constinit std::array<KeptSchema, 64> kept_schemas{};
Oid schema_of(FunctionCallInfo fcinfo) {
    const Oid function = fcinfo->flinfo->fn_oid;
    KeptSchema& kept = kept_schemas[function % kept_schemas.size()];
    if (kept.function == function && kept.made_at == function_changes.count()) {
        return kept.schema;
    }
    function_changes.watch();
    const unsigned before = function_changes.count();
    const Oid schema = extension_schema(fcinfo);
    kept = {before, function, schema};
    return schema;
}

} // namespace

Oid extension_schema_once(FunctionCallInfo fcinfo) {
    FmgrInfo* const function = fcinfo->flinfo;
    if (function == nullptr) {
        throw SqlError{ERRCODE_INTERNAL_ERROR, "access predicate was called without its function's identity"};
    }
    if (function->fn_extra == nullptr) {
        // Once for each query. The session must learn what others have changed in the table businesses. The server itself asks
        // only when it takes a new lock, and this query may hold all its locks already.
        pg_call([] { AcceptInvalidationMessages(); });
        function->fn_extra = reinterpret_cast<void*>(static_cast<std::uintptr_t>(schema_of(fcinfo)));
    }
    return static_cast<Oid>(reinterpret_cast<std::uintptr_t>(function->fn_extra));
}

AccessLevel effective_level(Oid schema) {
    const AccessLevel level = access_level();
    const SessionContext& context = session_context();
    if (level == AccessLevel::business && context.tenant) {
        const std::optional<pg_uuid_t> tenant = tenant_of_business(schema, *context.business);
        if (!tenant || !same_id(*tenant, *context.tenant)) {
            return AccessLevel::none;
        }
    }
    return level;
}

} // namespace bookmeatoz::pg
