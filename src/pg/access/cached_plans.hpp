// Plans that hold for one level of session. The planner support turns a policy into an index condition of the level in
// which a query is planned (access/planner.cpp); a cached plan must then not be used in another level.
// Two things see to it: entering another level discards the cached plans, and the keys that such a plan compares with
// (access/keys.cpp) have a value in their own level alone. So row security never depends on the first.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// Registers for changes of the context. Called by _PG_init.
void access_plans_init();

/// A plan is being made that holds for this level alone. Called by the planner support.
void plan_is_made_for(AccessLevel planned) noexcept;

/// A plan of another level is running, a cursor across SET for one: an error, never a wrong row (SQLSTATE 55000).
[[noreturn]] void refuse_plan_of_another_level();

} // namespace bookmeatoz::pg
