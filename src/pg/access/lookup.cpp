// Lookups as the owner of a table: see access/lookup.hpp.
#include "pg/access/lookup.hpp"

#include "pg/server/table_owner.hpp"

#include <string>

extern "C" {
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace bookmeatoz::pg {
namespace {

[[noreturn]] void refuse_without_table(Oid schema, const char* table) {
    const char* const name = pg_call([&] { return get_namespace_name(schema); });
    throw SqlError{
        ERRCODE_UNDEFINED_TABLE,
        "table \"" + std::string(name == nullptr ? "?" : name) + "\".\"" + table + "\" does not exist",
        "The row security of bookmeatoz reads it to decide which rows a session may see.",
        "Run SELECT bookmeatoz_install_schema() as the owner of the data to create what is missing."};
}

} // namespace

std::span<const pg_uuid_t> Lookup::run(Oid schema, Datum parameter) {
    const Oid owner = table_owner(schema, table_);
    if (!OidIsValid(owner)) {
        refuse_without_table(schema, table_);
    }
    const AsOwner as_owner(owner);
    const SpiConnection spi;
    const SpiRows rows = query_.run(schema, {parameter});
    auto* const ids = static_cast<pg_uuid_t*>(pg_call(
        [&] { return MemoryContextAllocHuge(CurrentMemoryContext, (rows.size() + 1) * sizeof(pg_uuid_t)); }));
    std::size_t count = 0;
    for (const SpiRow row : rows) {
        if (!row.is_null(1)) {
            ids[count++] = row.id(1);
        }
    }
    return {ids, count};
}

} // namespace bookmeatoz::pg
