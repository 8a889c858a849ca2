// A row, or the changed columns of it, as a JSON object for the audit log.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/attnum.h"
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace bookmeatoz::pg {

/// A column that images show.
struct ImageColumn {
    AttrNumber number;
    /// That it changes is shown, what it is is not.
    bool is_secret;
};

/// The columns of a table that images show, in the order in which jsonb keeps its keys: so nothing is left to sort.
struct ImageColumns {
    int count;
    ImageColumn* columns;
};

/// Allocated in the current memory context. Valid as long as the columns of the table do not change. May raise a server error.
ImageColumns image_columns(TupleDesc description);

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
RowImages row_images(TupleDesc description, const ImageColumns& columns, HeapTuple before, HeapTuple after);

} // namespace bookmeatoz::pg
