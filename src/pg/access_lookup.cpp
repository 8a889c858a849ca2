// Lookups as the owner of a table: see access_lookup.hpp.
// The owner, and never a superuser unless he owns the table: what else the query sets off (an expression of the user's
// own index, say) then runs with the rights of him who installed it.
#include "access_lookup.hpp"

#include <cstring>
#include <string>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// Until the end of the scope the current role is the given one and FORCE ROW LEVEL SECURITY does not bind it.
class AsOwner {
public:
    explicit AsOwner(Oid owner) {
        GetUserIdAndSecContext(&caller_, &caller_security_);
        SetUserIdAndSecContext(owner, caller_security_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    }
    ~AsOwner() { SetUserIdAndSecContext(caller_, caller_security_); }
    AsOwner(const AsOwner&) = delete;
    AsOwner& operator=(const AsOwner&) = delete;

private:
    Oid caller_;
    int caller_security_;
};

struct TableOwner {
    const char* schema_name; // nullptr when the schema is gone
    Oid owner;               // InvalidOid when there is no such table
};

/// May raise a server error.
TableOwner find_owner(Oid schema, const char* table) {
    TableOwner found = {get_namespace_name(schema), InvalidOid};
    const HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(get_relname_relid(table, schema)));
    if (HeapTupleIsValid(row)) {
        const auto* relation = reinterpret_cast<Form_pg_class>(GETSTRUCT(row));
        const bool is_table =
            relation->relkind == RELKIND_RELATION || relation->relkind == RELKIND_PARTITIONED_TABLE;
        found.owner = is_table ? relation->relowner : InvalidOid;
        ReleaseSysCache(row);
    }
    return found;
}

[[noreturn]] void refuse_without_table(const char* schema_name, const char* table) {
    const std::string schema = schema_name == nullptr ? "?" : schema_name;
    throw SqlError{
        ERRCODE_UNDEFINED_TABLE, "table \"" + schema + "\".\"" + table + "\" does not exist",
        "The row security of bookmeatoz reads it to decide which rows a session may see.",
        "Run SELECT bookmeatoz_install_schema() as the owner of the data to create what is missing."};
}

/// Copies the result of the last SPI query into `memory`. May raise a server error.
std::span<pg_uuid_t> copy_ids(MemoryContext memory) {
    const SPITupleTable& result = *SPI_tuptable;
    auto* const ids =
        static_cast<pg_uuid_t*>(MemoryContextAllocHuge(memory, (SPI_processed + 1) * sizeof(pg_uuid_t)));
    std::size_t count = 0;
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null = false;
        const Datum id = SPI_getbinval(result.vals[i], result.tupdesc, 1, &is_null);
        if (!is_null) {
            ids[count++] = *DatumGetUUIDP(id);
        }
    }
    return {ids, count};
}

} // namespace

/// The plan names its schema, so a renamed schema (or an extension created anew in another one) needs a new plan. All
/// other changes of the tables are followed by the server's own plan cache. May raise a server error.
void Lookup::prepare(const char* schema_name) {
    if (plan_ != nullptr && std::strcmp(NameStr(planned_schema_name_), schema_name) == 0) {
        return;
    }
    if (plan_ != nullptr) {
        const SPIPlanPtr old_plan = plan_;
        plan_ = nullptr;
        SPI_freeplan(old_plan);
    }
    const char* const query = psprintf("SELECT %s FROM %s WHERE %s", column_,
                                       quote_qualified_identifier(schema_name, table_), condition_);
    const SPIPlanPtr plan = SPI_prepare(query, 1, &parameter_type_);
    if (plan == nullptr) {
        elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    }
    SPI_keepplan(plan);
    namestrcpy(&planned_schema_name_, schema_name);
    plan_ = plan;
}

std::span<pg_uuid_t> Lookup::run(Oid schema, Datum parameter) {
    const TableOwner table = pg_call([&] { return find_owner(schema, table_); });
    if (table.schema_name == nullptr || !OidIsValid(table.owner)) {
        refuse_without_table(table.schema_name, table_);
    }
    const AsOwner as_owner(table.owner);
    const MemoryContext memory = CurrentMemoryContext;
    return pg_call([&] {
        SPI_connect();
        prepare(table.schema_name);
        // The active snapshot as it is: the answer fits the query that asks, and parallel mode allows no new one.
        const int outcome = SPI_execute_snapshot(plan_, &parameter, nullptr, GetActiveSnapshot(),
                                                 InvalidSnapshot, true, false, 0);
        if (outcome != SPI_OK_SELECT) {
            elog(ERROR, "SPI_execute_snapshot: %s", SPI_result_code_string(outcome));
        }
        const std::span<pg_uuid_t> ids = copy_ids(memory);
        SPI_finish();
        return ids;
    });
}

} // namespace bookmeatoz::pg
