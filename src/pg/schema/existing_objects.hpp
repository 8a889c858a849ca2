// Checks what already has the name of a type, table, view or index of ours, before anything is installed. It counts as ours only if it
// is what the DDL would create, and if its owner may own the data. Otherwise any role that may create in the schema could put a
// table with a trigger there, or a domain with a check, and whoever writes our rows would run it.
#pragma once

#include "pg/schema/ddl.hpp"

namespace bookmeatoz::pg {

/// Marks the types, tables and views that exist, with their owners, and locks them, so that nobody can replace one. Throws SqlError 42710
/// where a wrong role owns one. Returns the owner of most of them; InvalidOid where none exists. Its definition is not even read before
/// that. An SPI connection must be open, and search_path must lead to pg_catalog alone.
Oid find_existing_objects(const Schema& schema, Oid schema_id);

/// Throws SqlError 42809 where a definition is wrong, and 42710 where something else has the name of an index. After
/// find_existing_objects(), under the same conditions.
void check_existing_objects(const Schema& schema, Oid schema_id);

/// Throws SqlError 42710 unless all that exists belongs to this owner. After find_existing_objects().
void require_owner(const Schema& schema, Oid owner);

/// The owner of an existing type, table or view of ours.
Oid existing_owner(const Statement& statement, Oid schema);

/// Whether an object of ours exists. An index must be an index of its table. May raise a server error.
bool exists(const Statement& statement, Oid schema);

} // namespace bookmeatoz::pg
