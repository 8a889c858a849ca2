// Runs DDL by SPI, for the installer, the partitions and the switches of the audit. The functions may raise a server error. An SPI connection
// must be open, and search_path must lead to pg_catalog alone.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// While it lives, unqualified names mean objects of PostgreSQL itself, whatever the extension's schema contains. And what is created or
/// granted is nothing of the extension's, also where a script of the extension is running.
class Installing {
public:
    Installing();
    ~Installing();
    Installing(const Installing&) = delete;
    Installing& operator=(const Installing&) = delete;

private:
    bool creating_extension_;
    int nest_level_;
    int exceptions_;
};

void execute(const char* statement);

/// With its schema, quoted where that is needed.
const char* qualified_name(Oid relation);

/// Rights on our types and tables come from the grant functions alone. So this revokes what the database's default privileges gave
/// on a new type or table to roles other than the owner. USAGE of a type stays everybody's, as is usual.
void take_away_default_rights(const char* name, bool is_type, Oid schema);

} // namespace bookmeatoz::pg
