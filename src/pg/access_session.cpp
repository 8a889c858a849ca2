// What a session is worth: see access_session.hpp.
#include "access_session.hpp"
#include "access_tenancy.hpp"
#include "extension_schema.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace bookmeatoz::pg {

Oid home_schema(FunctionCallInfo fcinfo) {
    FmgrInfo* const function = fcinfo->flinfo;
    if (function == nullptr) {
        throw SqlError{ERRCODE_INTERNAL_ERROR, "access predicate was called without its function's identity"};
    }
    if (function->fn_extra == nullptr) {
        // Once a query: what other sessions have changed of the businesses must be known, also where all locks that
        // the query needs are held already, so that the server itself does not ask.
        pg_call([] { AcceptInvalidationMessages(); });
        function->fn_extra = reinterpret_cast<void*>(static_cast<std::uintptr_t>(extension_schema(fcinfo)));
    }
    return static_cast<Oid>(reinterpret_cast<std::uintptr_t>(function->fn_extra));
}

ContextClass effective_class(Oid schema) {
    const ContextClass decided = context_class();
    const SessionContext& context = session_context();
    if (decided == ContextClass::business && context.tenant) {
        const std::optional<pg_uuid_t> tenant = tenant_of_business(schema, *context.business);
        if (!tenant || !same_id(*tenant, *context.tenant)) {
            return ContextClass::none;
        }
    }
    return decided;
}

} // namespace bookmeatoz::pg
