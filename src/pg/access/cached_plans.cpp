// When cached plans are discarded: see access/cached_plans.hpp.
#include "pg/access/cached_plans.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
}

namespace bookmeatoz::pg {
namespace {

/// The level for which the cached plans of this backend were made; nothing if none was made since the last reset.
constinit std::optional<AccessLevel> planned_level;

void discard_plans() noexcept {
    planned_level.reset();
    ResetPlanCache(); // only marks the plans: it does not touch running ones, and raises nothing
}

/// In level none every key is NULL and every set empty, so every plan is right there, and nothing is discarded: after SET LOCAL a
/// session is in level none between two transactions.
void check_plans() noexcept {
    const AccessLevel now = nominal_level();
    if (planned_level && now != AccessLevel::none && now != *planned_level) {
        discard_plans();
    }
}

constinit MemoryContext watched = nullptr;

void context_restored(void*) noexcept {
    watched = nullptr;
    check_plans();
}

/// At the end of a (sub)transaction the settings go back one by one, and no query ever runs in the levels between. So the level
/// is checked when all are back: when the memory of the (sub)transaction is freed.
void context_changed() noexcept {
    if (!IsTransactionState()) {
        return;
    }
    check_plans();
    if (watched == CurTransactionContext) {
        return;
    }
    auto* const callback = static_cast<MemoryContextCallback*>(MemoryContextAllocExtended(
        CurTransactionContext, sizeof(MemoryContextCallback), MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO));
    if (callback == nullptr) {
        discard_plans(); // no memory for the later check: discard now, and plan again
        return;
    }
    callback->func = context_restored;
    MemoryContextRegisterResetCallback(CurTransactionContext, callback);
    watched = CurTransactionContext;
}

} // namespace

void access_plans_init() {
    on_session_context_change(context_changed);
}

void plan_is_made_for(AccessLevel planned) noexcept {
    planned_level = planned;
}

void refuse_plan_of_another_level() {
    discard_plans();
    throw SqlError{ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                   "the session context changed while a query of another context was open",
                   "The query was planned for the rows of the earlier context.",
                   "Run the query again; close cursors before the context changes."};
}

} // namespace bookmeatoz::pg
