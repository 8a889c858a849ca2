// What is there already under the names of our types, tables and indexes, before anything is installed: taken for ours only
// where it is what the DDL would create and its owner is one that may own the data. Whoever may create in the schema could
// otherwise put there a table with a trigger, or a domain with a check, and who writes our rows would run it.
#pragma once

#include "pg/schema/ddl.hpp"

namespace bookmeatoz::pg {

/// Refuses what is not ours (42710: foreign; 42809: made otherwise). Returns the owner of the types and tables that exist, or
/// InvalidOid where none does; marks and locks them, so that nobody puts another in the place of one. An SPI connection must be
/// open, and search_path lead to pg_catalog alone.
Oid check_existing_objects(const Schema& schema, Oid schema_id);

/// The owner of a type or table of ours that exists.
Oid existing_owner(const Statement& statement, Oid schema);

/// Whether an object of ours exists; an index, as one of its table. May raise a server error.
bool exists(const Statement& statement, Oid schema);

} // namespace bookmeatoz::pg
