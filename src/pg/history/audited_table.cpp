// Which tables can be audited: see history/audited_table.hpp.
#include "pg/history/audited_table.hpp"
#include "pg/server/table_columns.hpp"
#include "pg/server/table_owner.hpp"

#include <string>
#include <string_view>

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {
namespace {

/// 0: there is no such column. May raise a server error.
AttrNumber find_uuid(Relation table, const char* name) {
    const TupleDesc description = RelationGetDescr(table);
    for (int i = 0; i < description->natts; ++i) {
        const FormData_pg_attribute& column = *TupleDescAttr(description, i);
        if (column.attisdropped || std::string_view(NameStr(column.attname)) != name)
            continue;
        if (column.atttypid != UUIDOID)
            refuse_type(RelationGetRelationName(table), name, column.atttypid, UUIDOID);
        return column.attnum;
    }
    return InvalidAttrNumber;
}

} // namespace

AuditedColumns audited_columns(Relation table, Oid schema) {
    const std::string_view name = RelationGetRelationName(table);
    const bool is_ours = RelationGetNamespace(table) == schema;
    AuditedColumns columns{find_uuid(table, "id"), find_uuid(table, "business_id"),
                           find_uuid(table, "tenant_id")};
    if (is_ours && name == "businesses")
        columns.business = columns.id;
    if (is_ours && name == "tenants")
        columns.tenant = columns.id;
    if (columns.id == InvalidAttrNumber ||
        (columns.business == InvalidAttrNumber && columns.tenant == InvalidAttrNumber))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_COLUMN),
                 errmsg("table \"%s\" cannot be audited: it has no column %s", RelationGetRelationName(table),
                        columns.id == InvalidAttrNumber ? "id" : "business_id or tenant_id"),
                 errdetail("The audit log says which row was changed, and whose it is."),
                 errhint("Add the column, of type uuid.")));
    return columns;
}

void require_auditable(Relation table, Oid schema) {
    const FormData_pg_class& form = *table->rd_rel;
    const std::string name = std::string("table \"") + NameStr(form.relname) + "\"";
    if ((form.relkind != RELKIND_RELATION && form.relkind != RELKIND_PARTITIONED_TABLE) ||
        form.relpersistence == RELPERSISTENCE_TEMP)
        throw SqlError(ERRCODE_WRONG_OBJECT_TYPE, name + " cannot be audited: it is no permanent table");
    if (form.relowner != required_owner(schema, audit_table))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE,
                       name + " cannot be audited: it belongs to another role than \"audit_logs\"",
                       "What it says about its rows would be believed.");
}

} // namespace bookmeatoz::pg
