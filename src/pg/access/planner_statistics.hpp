// Hides values in statistics from the planner, for tables that row security hides in part. The planner may know how many rows and
// distinct values there are, but not the values. Otherwise EXPLAIN would reveal values of hidden rows: the estimate of a leakproof
// comparison (of ids, texts or numbers) steps at each value in the statistics.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void planner_statistics_init();

} // namespace bookmeatoz::pg
