// When cached plans are discarded: see access/cached_plans.hpp.
#include "pg/access/cached_plans.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
}

namespace bookmeatoz::pg {
namespace {

/// The level that the cached plans of this backend were made for, if any were made since the last reset.
constinit std::optional<AccessLevel> planned_level;

void discard_plans() noexcept {
    planned_level.reset();
    ResetPlanCache(); // marks them, does not touch what is running; raises nothing
}

/// In level none every key is NULL and every set empty, so plans of any level are right there. It lies between any two
/// transactions, and discards nothing.
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

/// At the end of a transaction or subtransaction the settings go back one by one; what lies between is no level that a
/// query could meet. So the end is looked at when all are back: when the memory of the (sub)transaction is given up.
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
        discard_plans(); // without memory to look again, at the price of planning again
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
