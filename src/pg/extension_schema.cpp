// Where the extension lives: see extension_schema.hpp.
#include "extension_schema.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {

Oid extension_schema(FunctionCallInfo fcinfo) {
    return pg_call([&] { return get_func_namespace(fcinfo->flinfo->fn_oid); });
}

Oid extension_function(Oid schema, const char* name) {
    return pg_call([&] {
        return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
                               PointerGetDatum(buildoidvector(nullptr, 0)), ObjectIdGetDatum(schema));
    });
}

} // namespace bookmeatoz::pg
