// Installs the user's data structures: types, tables, indexes, triggers and policies. They are ordinary objects of the
// user's, never members of the extension: a dump holds them whole, and DROP EXTENSION cannot take them along.
// Called at the end of CREATE EXTENSION, and by the owner of the data as bookmeatoz_install_schema().
#pragma once

namespace bookmeatoz::pg {

/// Defines bookmeatoz.install_schema. Called by _PG_init.
void schema_installer_init();

} // namespace bookmeatoz::pg
