// Installs the user's data structures: types, tables, indexes, triggers and policies. They are ordinary objects of the user's,
// never members of the extension. So a dump contains them whole, and DROP EXTENSION does not drop them.
// CREATE EXTENSION calls it at its end; the owner of the data calls it as bookmeatoz_install_schema().
#pragma once

namespace bookmeatoz::pg {

/// Defines bookmeatoz.install_schema. Called by _PG_init.
void schema_installer_init();

} // namespace bookmeatoz::pg
