// No context, no scan: see access/no_context.hpp.
// A scan gives no row if one of its conditions is never true without a context: a policy's predicate, or what the planner made of it
// (access/planner.cpp). Such a scan is switched off, and "never executed" for EXPLAIN. It asks for the context each time when it is
// called: a statement may set one while it runs, and the scan then reads.
// Nothing here decides what a session sees: the conditions stay, and show no row without a context either.
#include "pg/access/no_context.hpp"
#include "pg/access/predicates.hpp"
#include "pg/server/compat.hpp"

#include <string_view>

extern "C" {
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "nodes/primnodes.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

constinit ExecutorStart_hook_type earlier_hook = nullptr;

/// A function of ours as a plan may call it.
struct Function {
    std::string_view name;
    PGFunction address;
};
#define FUNCTION(name)                                                                                       \
    { #name, name }

/// Those that are not true without a context.
constexpr Function predicates[] = {
    FUNCTION(can_access_business),     FUNCTION(can_access_person),
    FUNCTION(can_access_booking),      FUNCTION(can_access_user),
    FUNCTION(can_access_tenant),       FUNCTION(can_access_tenant_admin),
    FUNCTION(can_access_business_row), FUNCTION(can_access_notification),
    FUNCTION(can_manage_tenant),       FUNCTION(can_manage_business),
    FUNCTION(is_system_admin),         FUNCTION(access_business_unless_user),
};

/// Those that are NULL without a context, or an empty array.
constexpr Function keys[] = {
    FUNCTION(access_business_key),       FUNCTION(access_managed_tenant_key),
    FUNCTION(access_tenant_key),         FUNCTION(access_user_key),
    FUNCTION(access_addressee_key),      FUNCTION(access_business_ids),
    FUNCTION(access_user_ids),           FUNCTION(access_customer_ids),
    FUNCTION(access_employer_ids),       FUNCTION(current_session_business_id),
    FUNCTION(current_session_tenant_id), FUNCTION(current_session_user_id),
};
#undef FUNCTION

// The functions below read server nodes. They may raise a server error, and hold no object with a destructor.

/// As in access/read_rights: a function is known by its address in this library. The name comes first, because the address of a
/// function of another library is found by loading that.
template <std::size_t N>
bool is_call_of(const Function (&functions)[N], const Node* node) {
    if (!IsA(node, FuncExpr))
        return false;
    const Oid id = reinterpret_cast<const FuncExpr*>(node)->funcid;
    const char* const name = id < FirstNormalObjectId ? nullptr : get_func_name(id);
    if (name == nullptr)
        return false;
    for (const Function& function : functions) {
        if (function.name == name) {
            FmgrInfo called;
            fmgr_info(id, &called);
            return called.fn_addr == function.address;
        }
    }
    return false;
}

bool is_comparison_with_key(const List* sides) {
    return is_call_of(keys, static_cast<const Node*>(linitial(sides))) ||
           is_call_of(keys, static_cast<const Node*>(lsecond(sides)));
}

bool is_never_true(const Node* condition);

bool is_one_never_true(const List* conditions) {
    const ListCell* cell = nullptr;
    foreach (cell, conditions) {
        if (is_never_true(static_cast<const Node*>(lfirst(cell))))
            return true;
    }
    return false;
}

bool are_all_never_true(const List* conditions) {
    const ListCell* cell = nullptr;
    foreach (cell, conditions) {
        if (!is_never_true(static_cast<const Node*>(lfirst(cell))))
            return false;
    }
    return true;
}

/// Whether the condition is not true without a context, whatever the row.
bool is_never_true(const Node* condition) {
    switch (nodeTag(condition)) {
    case T_Const: { // where no policy allows it, an UPDATE scans by (false AND false)
        const auto* const truth = reinterpret_cast<const Const*>(condition);
        return truth->constisnull || !DatumGetBool(truth->constvalue);
    }
    case T_FuncExpr:
        return is_call_of(predicates, condition);
    case T_OpExpr: {
        const auto* const comparison = reinterpret_cast<const OpExpr*>(condition);
        return comparison->opfuncid == F_UUID_EQ && is_comparison_with_key(comparison->args);
    }
    case T_ScalarArrayOpExpr: {
        const auto* const comparison = reinterpret_cast<const ScalarArrayOpExpr*>(condition);
        return comparison->opfuncid == F_UUID_EQ && comparison->useOr &&
               is_comparison_with_key(comparison->args);
    }
    case T_BoolExpr: {
        const auto* const several = reinterpret_cast<const BoolExpr*>(condition);
        return (several->boolop == AND_EXPR && is_one_never_true(several->args)) ||
               (several->boolop == OR_EXPR && are_all_never_true(several->args));
    }
    default:
        return false;
    }
}

/// Whether it is a scan of a table that gives no row without a context.
bool finds_nothing(const PlanState* state) {
    const Plan* const plan = state->plan;
    const List* by_index = NIL;
    switch (nodeTag(plan)) {
    case T_SeqScan:
    case T_SampleScan:
    case T_TidScan:
    case T_TidRangeScan:
        break;
    case T_IndexScan:
        by_index = reinterpret_cast<const IndexScan*>(plan)->indexqualorig;
        break;
    case T_IndexOnlyScan:
        by_index = reinterpret_cast<const IndexOnlyScan*>(plan)->indexqual;
        break;
    case T_BitmapHeapScan:
        by_index = reinterpret_cast<const BitmapHeapScan*>(plan)->bitmapqualorig;
        break;
    default:
        return false;
    }
    return is_one_never_true(plan->qual) || is_one_never_true(by_index);
}

/// What the executor calls in place of a scan that is switched off.
TupleTableSlot* no_row(PlanState* scan) {
    if (nominal_level() == AccessLevel::none)
        return nullptr;
    ExecSetExecProcNode(scan, scan->ExecProcNodeReal);
    return scan->ExecProcNode(scan);
}

/// What the executor calls in place of a Gather above such a scan: starting processes takes longer than all else. Without parallel mode
/// a Gather reads its plan alone.
TupleTableSlot* without_workers(PlanState* gather) {
    bool& is_parallel = gather->state->es_use_parallel_mode;
    const bool before = is_parallel;
    is_parallel = before && nominal_level() != AccessLevel::none;
    ExecSetExecProcNode(gather, gather->ExecProcNodeReal);
    TupleTableSlot* const row = gather->ExecProcNode(gather);
    is_parallel = before;
    return row;
}

/// Switches off the scans of a plan that give no row. `count` is an int: how many these are so far.
bool switch_off(PlanState* state, void* count) {
    int& scans = *static_cast<int*>(count);
    const int before = scans;
    if (finds_nothing(state)) {
        state->ExecProcNode = no_row;
        ++scans;
    }
    (void)walk_plan_states(state, switch_off, count);
    if (scans > before && (IsA(state, GatherState) || IsA(state, GatherMergeState)))
        state->ExecProcNode = without_workers;
    return false;
}

void start_executor(QueryDesc* query, int flags) {
    if (earlier_hook != nullptr)
        earlier_hook(query, flags);
    else
        standard_ExecutorStart(query, flags);
    if (nominal_level() != AccessLevel::none || (flags & EXEC_FLAG_EXPLAIN_ONLY) != 0 ||
        query->planstate == nullptr)
        return;
    boundary([&] {
        int scans = 0;
        return BoolGetDatum(pg_call([&] { return switch_off(query->planstate, &scans); }));
    });
}

} // namespace

void no_context_init() {
    earlier_hook = ExecutorStart_hook;
    ExecutorStart_hook = start_executor;
}

} // namespace bookmeatoz::pg
