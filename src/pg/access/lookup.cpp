// Lookups as the owner of a table: see access/lookup.hpp.
#include "pg/access/lookup.hpp"

#include "pg/server/table_owner.hpp"

extern "C" {
#include "utils/memutils.h"
}

namespace bookmeatoz::pg {

std::span<const pg_uuid_t> Lookup::run(Oid schema, Datum parameter) {
    const AsOwner as_owner(required_owner(
        schema, table_, "The row security of bookmeatoz reads it to decide which rows a session may see."));
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
