// The DDL of the user's data structures, statement by statement: what bookmeatoz_schema() holds, parsed. Used by what installs
// them and by what judges those that are there.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace bookmeatoz::pg {

/// One statement of the DDL.
struct Statement {
    /// What it creates; nullptr for a COMMENT or ALTER TABLE.
    const char* kind;
    const char* name;
    /// The table that a trigger, a policy or an index belongs to.
    const char* table;
    const char* text;
    Node* node;
    /// A type or table that was there before the installation: set by check_existing_objects().
    bool existed;
};

/// The DDL of this version, parsed. Lives in the current memory context.
struct Schema {
    Statement* statements;
    int count;
};

/// The DDL of the extension in this schema.
Schema read_schema(Oid schema);

} // namespace bookmeatoz::pg
