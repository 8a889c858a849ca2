// Runs DDL by SPI, for the installer, the partitions and the switches of the audit. All may raise a server error. An SPI connection must be open, and
// search_path must lead to pg_catalog alone.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

void execute(const char* statement);

/// With its schema, quoted where that is needed.
const char* qualified_name(Oid relation);

/// Rights on our types and tables come from the grant functions alone. So this revokes what the database's default privileges gave
/// on a new type or table to roles other than the owner. USAGE of a type stays everybody's, as is usual.
void take_away_default_rights(const char* name, bool is_type, Oid schema);

} // namespace bookmeatoz::pg
