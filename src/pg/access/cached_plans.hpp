// Plans that are right for one access level. The planner support turns a policy into an index condition for the level in which a
// query is planned (access/planner.cpp). So a cached plan must not be used in another level.
// Two things ensure that. A change of the level discards the cached plans. And such a plan compares with keys (access/keys.cpp),
// which have a value only in their own level. So row security does not depend on the discarding.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// Registers for changes of the context. Called by _PG_init.
void access_plans_init();

/// Says that a plan is being made that is right for this level alone. Called by the planner support.
void plan_is_made_for(AccessLevel planned) noexcept;

/// Throws SqlError 55000: a plan of another level is running, for example a cursor that was open across a SET. It ends in an
/// error, never in a wrong row.
[[noreturn]] void refuse_plan_of_another_level();

} // namespace bookmeatoz::pg
