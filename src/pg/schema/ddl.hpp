// The DDL of the user's data structures: the text of bookmeatoz_schema(), parsed into statements. schema/installer installs them,
// schema/existing_objects compares what exists with them.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace bookmeatoz::pg {

/// One statement of the DDL.
struct Statement {
    /// What it creates: type, table, view, materialized view, index, trigger or policy; nullptr for a COMMENT or an ALTER TABLE.
    const char* kind;
    const char* name;
    /// The table that a trigger, a policy or an index belongs to.
    const char* table;
    const char* text;
    Node* node;
    /// The object existed before the installation. Set by find_existing_objects() for those that stand alone.
    bool existed;
    /// Its owner then. Set likewise.
    Oid owner;

    /// Whether it creates a type, a table or a view: what belongs to nothing else. bookmeatoz_objects() lists these.
    bool stands_alone() const { return kind != nullptr && table == nullptr; }
};

/// The parsed DDL of this version, in the memory context in which it was read.
struct Schema {
    Statement* statements;
    int count;
    /// The whole text: the locations in the nodes count from its beginning.
    const char* text;
};

/// Reads the DDL of the extension, which lives in this schema.
Schema read_schema(Oid schema);

} // namespace bookmeatoz::pg
