// No context, no scan: without a session context row security shows nothing, so a plan does not read the tables to find that out.
// It holds for each plan, whatever the context in which it was made, and costs the plans of a context nothing: a scan is switched
// off when a statement starts, and not by a clause of its plan.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void no_context_init();

} // namespace bookmeatoz::pg
