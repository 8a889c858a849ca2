// Lookups as the owner of a table: see access_lookup.hpp.
#include "access_lookup.hpp"

#include "table_owner.hpp"

#include <cstring>
#include <string>

extern "C" {
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {
namespace {

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
    const char* const schema_name = pg_call([&] { return get_namespace_name(schema); });
    const Oid owner = table_owner(schema, table_);
    if (schema_name == nullptr || !OidIsValid(owner)) {
        refuse_without_table(schema_name, table_);
    }
    const AsOwner as_owner(owner);
    const MemoryContext memory = CurrentMemoryContext;
    return pg_call([&] {
        SPI_connect();
        prepare(schema_name);
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
