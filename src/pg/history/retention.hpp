// How long history is kept: settings that bookmeatoz_maintain() reads.
#pragma once

namespace bookmeatoz::pg {

/// Defines bookmeatoz.audit_retention and bookmeatoz.archive_retention. Called by _PG_init.
void retention_init();

} // namespace bookmeatoz::pg
