// The owner of a table: see server/table_owner.hpp.
#include "pg/server/table_owner.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {

Oid table_owner(Oid schema, const char* table) {
    return pg_call([&] {
        const HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(get_relname_relid(table, schema)));
        if (!HeapTupleIsValid(row))
            return InvalidOid;
        const auto* const relation = reinterpret_cast<Form_pg_class>(GETSTRUCT(row));
        const bool is_table =
            relation->relkind == RELKIND_RELATION || relation->relkind == RELKIND_PARTITIONED_TABLE;
        const Oid owner = is_table ? relation->relowner : InvalidOid;
        ReleaseSysCache(row);
        return owner;
    });
}

Oid required_owner(Oid schema, const char* table, const char* detail) {
    const Oid owner = table_owner(schema, table);
    if (OidIsValid(owner))
        return owner;
    const std::string name = std::string("\"") + table + "\"";
    if (pg_call([&] { return OidIsValid(get_relname_relid(table, schema)); }))
        throw SqlError(ERRCODE_WRONG_OBJECT_TYPE, name + " is not a table", detail);
    throw SqlError(ERRCODE_UNDEFINED_TABLE, "table " + name + " does not exist", detail,
                   "Run SELECT bookmeatoz_install_schema() as the owner of the data.");
}

OnBehalfOfOwner::OnBehalfOfOwner(Oid owner)
    : nest_level_(NewGUCNestLevel()), exceptions_(std::uncaught_exceptions()) {
    GetUserIdAndSecContext(&caller_, &caller_security_);
    const int bound = owner == caller_ ? 0 : SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION;
    SetUserIdAndSecContext(owner, caller_security_ | bound | SECURITY_NOFORCE_RLS);
}

OnBehalfOfOwner::~OnBehalfOfOwner() {
    SetUserIdAndSecContext(caller_, caller_security_);
    // After an error the abort of the transaction puts the settings back.
    if (std::uncaught_exceptions() == exceptions_)
        AtEOXact_GUC(false, nest_level_);
}

} // namespace bookmeatoz::pg
