// Reads ids from one of our tables with more sight than the caller has: as the table's owner, past row security.
// Called by the id sets (access/tenancy, access/session_ids) alone. What it reads decides what a session may see and is never
// shown.
#pragma once

#include "pg/server/spi.hpp"

#include <span>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// One column of one table, so that one owner may read all of it. Declare as a constinit static.
class Lookup {
public:
    /// `query` selects a uuid from `table` alone by $1; see SavedQuery.
    constexpr Lookup(const char* table, const char* query, Oid parameter_type)
        : table_(table), query_(query, {parameter_type}) {}

    /// Without NULLs, allocated in the current memory context. Works in parallel workers. Errors as by
    /// required_owner().
    std::span<const pg_uuid_t> run(Oid schema, Datum parameter);

private:
    const char* table_;
    SavedQuery query_;
};

} // namespace bookmeatoz::pg
