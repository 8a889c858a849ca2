// What the planner may know of tables that row security hides in part: how many rows and distinct values there are, but not
// the values. Estimates of comparisons that are leakproof (of ids, texts and numbers) step at each value in the statistics,
// so that EXPLAIN would give values of rows that nobody shows.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void planner_statistics_init();

} // namespace bookmeatoz::pg
