// The schema of the extension: see server/extension_schema.hpp.
#include "pg/server/extension_schema.hpp"
#include "pg/server/invalidation.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

struct KeptSchema {
    unsigned made_at = 0;
    Oid schema = InvalidOid;
};
constinit KeptSchema kept;

/// May raise a server error.
Oid find_schema() {
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
                CStringGetDatum("bookmeatoz"));
    const Relation extensions = table_open(ExtensionRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(extensions, ExtensionNameIndexId, true, nullptr, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    const Oid schema = HeapTupleIsValid(row)
                           ? reinterpret_cast<Form_pg_extension>(GETSTRUCT(row))->extnamespace
                           : InvalidOid;
    systable_endscan(scan);
    table_close(extensions, AccessShareLock);
    return schema;
}

} // namespace

Oid installed_schema() {
    if (kept.made_at != function_changes.count()) {
        function_changes.watch();
        const unsigned before = function_changes.count();
        kept.schema = pg_call([] { return find_schema(); });
        kept.made_at = before;
    }
    return kept.schema;
}

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
