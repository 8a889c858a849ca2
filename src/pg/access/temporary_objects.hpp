// Refuses temporary objects to the roles of applications. On a pooled connection such an object outlives the transaction, and it
// comes first in the search path: the next session's queries would go through it.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void temporary_objects_init();

} // namespace bookmeatoz::pg
