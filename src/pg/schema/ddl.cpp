// Parses the DDL: see schema/ddl.hpp.
#include "pg/schema/ddl.hpp"
#include "pg/server/extension_schema.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

const char* last_name(List* qualified_name) {
    return strVal(llast(qualified_name));
}

/// May raise a server error.
Statement describe(const RawStmt* raw, const char* text) {
    Statement statement{nullptr,   nullptr, nullptr,   pnstrdup(text + raw->stmt_location, raw->stmt_len),
                        raw->stmt, false,   InvalidOid};
    switch (nodeTag(raw->stmt)) {
    case T_CreateEnumStmt:
        statement.kind = "type";
        statement.name = last_name(reinterpret_cast<CreateEnumStmt*>(raw->stmt)->typeName);
        break;
    case T_CreateStmt:
        statement.kind = "table";
        statement.name = reinterpret_cast<CreateStmt*>(raw->stmt)->relation->relname;
        break;
    case T_CreateTableAsStmt:
        statement.kind = "materialized view";
        statement.name = reinterpret_cast<CreateTableAsStmt*>(raw->stmt)->into->rel->relname;
        break;
    case T_ViewStmt:
        statement.kind = "view";
        statement.name = reinterpret_cast<ViewStmt*>(raw->stmt)->view->relname;
        break;
    case T_IndexStmt:
        statement.kind = "index";
        statement.name = reinterpret_cast<IndexStmt*>(raw->stmt)->idxname;
        statement.table = reinterpret_cast<IndexStmt*>(raw->stmt)->relation->relname;
        break;
    case T_CreateTrigStmt:
        statement.kind = "trigger";
        statement.name = reinterpret_cast<CreateTrigStmt*>(raw->stmt)->trigname;
        statement.table = reinterpret_cast<CreateTrigStmt*>(raw->stmt)->relation->relname;
        break;
    case T_CreatePolicyStmt:
        statement.kind = "policy";
        statement.name = reinterpret_cast<CreatePolicyStmt*>(raw->stmt)->policy_name;
        statement.table = reinterpret_cast<CreatePolicyStmt*>(raw->stmt)->table->relname;
        break;
    case T_AlterTableStmt:
    case T_CommentStmt:
        break;
    default:
        elog(ERROR, "unexpected statement in the schema: %s", statement.text);
    }
    return statement;
}

/// The schema of uuid-ossp, quoted; it may be another than ours. May raise a server error.
const char* schema_of_uuid_ossp() {
    const Oid extension = get_extension_oid("uuid-ossp", false);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(extension));
    const Relation extensions = table_open(ExtensionRelationId, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(extensions, ExtensionOidIndexId, true, nullptr, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    const Oid schema = reinterpret_cast<Form_pg_extension>(GETSTRUCT(row))->extnamespace;
    systable_endscan(scan);
    table_close(extensions, AccessShareLock);
    return quote_identifier(get_namespace_name(schema));
}

/// Calls the built-in replace(). May raise a server error.
Datum replace(Datum text, const char* what, const char* by) {
    return DirectFunctionCall3Coll(replace_text, C_COLLATION_OID, text, CStringGetTextDatum(what),
                                   CStringGetTextDatum(by));
}

} // namespace

Schema read_schema(Oid schema) {
    const Oid function = extension_function(schema, "bookmeatoz_schema");
    return pg_call([&] {
        const char* const ddl =
            TextDatumGetCString(replace(OidFunctionCall0(function), "@uuid-ossp@", schema_of_uuid_ossp()));
        List* const parsed = raw_parser(ddl, RAW_PARSE_DEFAULT);
        const auto size = sizeof(Statement) * static_cast<Size>(list_length(parsed));
        Schema result{static_cast<Statement*>(palloc(size)), 0, ddl};
        ListCell* cell = nullptr;
        foreach (cell, parsed)
            result.statements[result.count++] = describe(lfirst_node(RawStmt, cell), ddl);
        return result;
    });
}

} // namespace bookmeatoz::pg
