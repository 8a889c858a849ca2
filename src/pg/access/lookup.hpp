// Reads ids from one of our tables as the table's owner: it sees more than the caller, because row security does not bind it.
// Only the id sets (access/tenancy, access/session_ids) call it. The ids decide what a session may see, and are never shown.
#pragma once

#include "pg/server/spi.hpp"

#include <span>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// Reads one column of one table: so one owner may read all that the query needs. Declare it as a constinit static.
class Lookup {
public:
    /// `query` selects a uuid from `table` alone, by $1; see SavedQuery.
    constexpr Lookup(const char* table, const char* query, Oid parameter_type)
        : table_(table), query_(query, {parameter_type}) {}

    /// The ids without NULLs, allocated in the current memory context. Works in parallel workers too. Throws what required_owner()
    /// throws.
    std::span<const pg_uuid_t> run(Oid schema, Datum parameter);

private:
    const char* table_;
    SavedQuery query_;
};

} // namespace bookmeatoz::pg
