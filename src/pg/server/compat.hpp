// What differs between PostgreSQL 15 and 19, each difference under one name. No other file reads PG_VERSION_NUM.
#pragma once

#include <cstdlib>

extern "C" {
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/plancat.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/rangetypes.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h" // postgres.h contains it on 15, and no longer includes it on 19
#endif
#if PG_VERSION_NUM >= 190000
#include "access/tableam.h"
#include "optimizer/pathnode.h"
#endif
}

namespace bookmeatoz::pg {

// ---- privileges: see server/privileges.hpp

/// May raise a server error.
inline AclResult check_function_acl(Oid function, Oid role, AclMode mode) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(ProcedureRelationId, function, role, mode);
#else
    return pg_proc_aclcheck(function, role, mode);
#endif
}

/// May raise a server error.
inline AclResult check_schema_acl(Oid schema, Oid role, AclMode mode) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, mode);
#else
    return pg_namespace_aclcheck(schema, role, mode);
#endif
}

/// May raise a server error.
inline bool owns_relation(Oid relation, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relation, role);
#else
    return pg_class_ownercheck(relation, role);
#endif
}

// ---- scans, indexes, ranges, locks

/// Without ordering operators, and without statistics for EXPLAIN. May raise a server error.
inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 190000
    return index_beginscan(table, index, snapshot, nullptr, keys, 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
    return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

/// May raise a server error.
inline RangeType* new_range(TypeCacheEntry* type, RangeBound* lower, RangeBound* upper, bool empty) {
#if PG_VERSION_NUM >= 160000
    return make_range(type, lower, upper, empty, nullptr);
#else
    return make_range(type, lower, upper, empty);
#endif
}

/// Whether this backend holds the lock in exactly this mode. May raise a server error.
inline bool holds_lock(const LOCKTAG& tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(&tag, mode, false);
#else
    return LockHeldByMe(&tag, mode);
#endif
}

/// Entries for a new row, in all indexes of a table. May raise a server error.
inline void insert_into_indexes(ResultRelInfo* table, TupleTableSlot* row, EState* state) {
#if PG_VERSION_NUM >= 190000
    ExecInsertIndexTuples(table, state, 0, row, NIL, nullptr);
#elif PG_VERSION_NUM >= 160000
    ExecInsertIndexTuples(table, row, state, false, false, nullptr, NIL, false);
#else
    ExecInsertIndexTuples(table, row, state, false, false, nullptr, NIL);
#endif
}

/// Closes the indexes of a table that ExecOpenIndices() opened. Their locks stay until the transaction ends, as the table's does: so
/// the next row finds them. May raise a server error.
inline void close_indexes(ResultRelInfo* table) {
    for (int i = 0; i < table->ri_NumIndices; ++i) {
        const Relation index = table->ri_IndexRelationDescs[i];
        if (index == nullptr)
            continue;
#if PG_VERSION_NUM >= 170000
        index_insert_cleanup(index, table->ri_IndexRelationInfo[i]);
#endif
        index_close(index, NoLock);
    }
}

inline LocalTransactionId own_local_transaction() noexcept {
#if PG_VERSION_NUM >= 170000
    return MyProc->vxid.lxid;
#else
    return MyProc->lxid;
#endif
}

// ---- plans

/// Calls `visit` for each node below one of a plan that has been started. May raise a server error.
inline bool walk_plan_states(PlanState* state, bool (*visit)(PlanState*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
    return planstate_tree_walker(state, visit, context);
#else
    // In C a function of unknown parameters. The compiler lets no other type but void (*)() become that one in silence.
    return planstate_tree_walker(state, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(visit)),
                                 context);
#endif
}

// ---- building jsonb

/// A jsonb value in the making. All may raise a server error.
class JsonbBuilder {
public:
#if PG_VERSION_NUM >= 190000
    void push(JsonbIteratorToken token, JsonbValue* value = nullptr) {
        pushJsonbValue(&state_, token, value);
    }
    Jsonb* result() {
        return JsonbValueToJsonb(state_.result);
    }

private:
    JsonbInState state_{};
#else
    void push(JsonbIteratorToken token, JsonbValue* value = nullptr) {
        result_ = pushJsonbValue(&state_, token, value);
    }
    Jsonb* result() {
        return JsonbValueToJsonb(result_);
    }

private:
    JsonbParseState* state_ = nullptr;
    JsonbValue* result_ = nullptr;
#endif
};

// ---- memory that the check hook of a setting hands to the server, which frees it: by guc_free() from 16 on, by free() on 15

/// nullptr when no memory is left; the hook must then return false.
inline void* allocate_for_setting(std::size_t size) noexcept {
#if PG_VERSION_NUM >= 160000
    return guc_malloc(LOG, size);
#else
    return std::malloc(size);
#endif
}

inline void free_from_setting(void* memory) noexcept {
#if PG_VERSION_NUM >= 160000
    guc_free(memory);
#else
    std::free(memory);
#endif
}

// ---- hooks: the parameters of our hook, and the arguments that it passes to the hook that was there before

/// ExecutorCheckPerms_hook: `permissions` is a list of PermissionEntry.
#if PG_VERSION_NUM >= 160000
using PermissionEntry = RTEPermissionInfo;
#define PERMISSIONS_HOOK_PARAMETERS List *range_table, List *permissions, bool raises
#define PERMISSIONS_HOOK_ARGUMENTS range_table, permissions, raises
#else
using PermissionEntry = RangeTblEntry;
#define PERMISSIONS_HOOK_PARAMETERS List *permissions, bool raises
#define PERMISSIONS_HOOK_ARGUMENTS permissions, raises
#endif

/// The hook that the planner calls after it has read its information about a relation. RELATION_HOOK_TABLE: the id of the table,
/// InvalidOid where the relation is no table.
#if PG_VERSION_NUM >= 190000
using RelationHook = build_simple_rel_hook_type;
#define RELATION_HOOK build_simple_rel_hook
#define RELATION_HOOK_PARAMETERS PlannerInfo *root, RelOptInfo *relation, RangeTblEntry *entry
#define RELATION_HOOK_ARGUMENTS root, relation, entry
#define RELATION_HOOK_TABLE (entry->rtekind == RTE_RELATION ? entry->relid : InvalidOid)
#else
using RelationHook = get_relation_info_hook_type;
#define RELATION_HOOK get_relation_info_hook
#define RELATION_HOOK_PARAMETERS PlannerInfo *root, Oid table, bool is_parent, RelOptInfo *relation
#define RELATION_HOOK_ARGUMENTS root, table, is_parent, relation
#define RELATION_HOOK_TABLE table
#endif

} // namespace bookmeatoz::pg
