// No temporary objects for roles that row security binds: see access/temporary_objects.hpp.
// The server calls the hook wherever an object is created, so it contains boundary().
#include "pg/access/temporary_objects.hpp"
#include "pg/server/boundary.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/privileges.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "commands/dbcommands.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {
namespace {

constinit object_access_hook_type earlier_hook = nullptr;

/// A role that may read one of these tables, and that row security binds there, counts as an application's.
constexpr const char* telling_tables[] = {"bookings", "businesses", "users"};

/// Whether row security binds the current role. The owner does not count, even under FORCE: the table is its own. May raise a
/// server error.
bool is_bound(Oid table) {
    return !owns_table(table) && check_enable_rls(table, InvalidOid, true) == RLS_ENABLED;
}

/// May raise a server error.
bool is_application(Oid schema) {
    for (const char* const name : telling_tables) {
        const Oid table = get_relname_relid(name, schema);
        if (OidIsValid(table) && may_select_some(table) && is_bound(table))
            return true;
    }
    return false;
}

/// Whether a new object of any kind lies in the session's temporary schema. Its row is still invisible to all others. May raise a
/// server error.
bool is_temporary(Oid catalog, Oid object, Oid temporary_schema) {
    const AttrNumber schema_column =
        is_objectclass_supported(catalog) ? get_object_attnum_namespace(catalog) : InvalidAttrNumber;
    if (schema_column == InvalidAttrNumber)
        return false;
    ScanKeyData key;
    ScanKeyInit(&key, get_object_attnum_oid(catalog), BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(object));
    const Relation rows = table_open(catalog, AccessShareLock);
    SysScanDesc scan = systable_beginscan(rows, get_object_oid_index(catalog), true, SnapshotSelf, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    bool is_null = true;
    const Datum schema =
        HeapTupleIsValid(row) ? heap_getattr(row, schema_column, RelationGetDescr(rows), &is_null) : Datum{0};
    systable_endscan(scan);
    table_close(rows, AccessShareLock);
    return !is_null && DatumGetObjectId(schema) == temporary_schema;
}

void check_created(Oid catalog, Oid object) {
    const Oid temporary_schema = pg_call([] {
        Oid schema = InvalidOid;
        Oid toast_schema = InvalidOid;
        GetTempNamespaceState(&schema, &toast_schema);
        return schema;
    });
    // Most sessions never have one.
    if (!OidIsValid(temporary_schema))
        return;
    const Oid schema = installed_schema();
    const char* role = nullptr;
    const char* database = nullptr;
    pg_call([&] {
        if (OidIsValid(schema) && !superuser() && is_application(schema) &&
            is_temporary(catalog, object, temporary_schema)) {
            role = GetUserNameFromId(GetUserId(), false);
            database = quote_identifier(get_database_name(MyDatabaseId));
        }
    });
    if (role != nullptr)
        throw SqlError{
            ERRCODE_INSUFFICIENT_PRIVILEGE,
            "role \"" + std::string(role) + "\" may not create temporary objects",
            "On a pooled connection they would stay for the next session, and its queries could go "
            "through them.",
            "Write a WITH query instead. REVOKE TEMPORARY ON DATABASE " + std::string(database) +
                " FROM PUBLIC refuses them even before a session has loaded bookmeatoz."};
}

void object_accessed(ObjectAccessType access, Oid catalog, Oid object, int column, void* argument) {
    if (earlier_hook != nullptr)
        earlier_hook(access, catalog, object, column, argument);
    if (access != OAT_POST_CREATE || column != 0)
        return;
    boundary([&] {
        check_created(catalog, object);
        return Datum{0};
    });
}

} // namespace

void temporary_objects_init() {
    earlier_hook = object_access_hook;
    object_access_hook = object_accessed;
}

} // namespace bookmeatoz::pg
