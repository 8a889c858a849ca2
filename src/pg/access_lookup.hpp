// Reads ids from one of our tables with more sight than the caller has: as the table's owner, past row security.
// Called by the id sets (access_id_sets) alone. What it reads decides what a session may see and is never shown.
#pragma once

#include "boundary.hpp"

#include <span>

extern "C" {
#include "executor/spi.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// SELECT <column> FROM <table> WHERE <condition on $1>: always one table, so that one owner may read all of it.
/// The plan is kept for the life of the backend. Declare as a static object.
class Lookup {
public:
    /// The condition must name its operators with their schema: the caller's search_path is in force.
    constexpr Lookup(const char* table, const char* column, const char* condition, Oid parameter_type)
        : table_(table), column_(column), condition_(condition), parameter_type_(parameter_type) {}

    /// What the active snapshot sees, without NULLs, allocated in the current memory context. Works in parallel
    /// workers. Throws SqlError 42P01 when the table is absent.
    std::span<pg_uuid_t> run(Oid schema, Datum parameter);

private:
    void prepare(const char* schema_name);

    const char* table_;
    const char* column_;
    const char* condition_;
    Oid parameter_type_;

    SPIPlanPtr plan_ = nullptr;
    NameData planned_schema_name_ = {};
};

} // namespace bookmeatoz::pg
