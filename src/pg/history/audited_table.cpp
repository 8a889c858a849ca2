// Which tables can be audited: see history/audited_table.hpp.
#include "pg/history/audited_table.hpp"
#include "pg/server/table_columns.hpp"
#include "pg/server/table_owner.hpp"

#include <string>
#include <string_view>

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
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

/// May raise a server error.
bool is_part_of_log(Relation table, Oid schema) {
    const Oid id = RelationGetRelid(table);
    const Oid whole = table->rd_rel->relispartition ? llast_oid(get_partition_ancestors(id)) : id;
    return whole == get_relname_relid(audit_table, schema);
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
    const auto refuse = [&](int sqlstate, const char* why, const char* detail = "") {
        throw SqlError(sqlstate,
                       std::string("table \"") + NameStr(form.relname) + "\" cannot be audited: " + why,
                       detail);
    };
    if ((form.relkind != RELKIND_RELATION && form.relkind != RELKIND_PARTITIONED_TABLE) ||
        form.relpersistence == RELPERSISTENCE_TEMP)
        refuse(ERRCODE_WRONG_OBJECT_TYPE, "it is no permanent table");
    if (form.relowner != required_owner(schema, audit_table))
        refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "it belongs to another role than \"audit_logs\"",
               "What it says about its rows would be believed.");
    const bool may_be_log = form.relkind == RELKIND_PARTITIONED_TABLE || form.relispartition;
    if (may_be_log && pg_call([&] { return is_part_of_log(table, schema); }))
        refuse(ERRCODE_WRONG_OBJECT_TYPE, "it is the audit log");
}

} // namespace bookmeatoz::pg
