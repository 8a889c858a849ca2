// A row, or the changed columns of it, as a JSON object for the audit log.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// What an audited statement did to a row.
struct RowImages {
    /// Something but updated_at changed.
    bool changed;
    /// jsonb; 0: none.
    Datum before;
    Datum after;
};

/// The images of a row: all its columns that are not NULL. With both rows: the columns that differ. Left out are updated_at,
/// generated columns, and the values of secrets. Values are as to_jsonb() writes them, but instants are in UTC. May raise a server
/// error.
RowImages row_images(Relation table, HeapTuple before, HeapTuple after);

} // namespace bookmeatoz::pg
