// Temporary objects of an application's role: there are none. They outlive the transaction on a pooled connection and stand
// before all others in the search path, so that the next session's queries would go through them.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void temporary_objects_init();

} // namespace bookmeatoz::pg
