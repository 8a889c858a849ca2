// Statistics without values: see access/planner_statistics.hpp.
// Values enter estimates in two ways. Through pg_statistic: the server asks two hooks first. (It looks at the end of an index only
// if there is a histogram.) And through extended statistics: they are removed from the list of the relation.
// The planner calls the hooks, so each of them contains boundary().
#include "pg/server/compat.hpp"
#include "pg/access/planner_statistics.hpp"
#include "pg/access/level.hpp"
#include "pg/access/tenancy.hpp"
#include "pg/server/boundary.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/uuid_datum.hpp"

#include <algorithm>

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "nodes/pathnodes.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

constinit get_relation_stats_hook_type earlier_relation_stats = nullptr;
constinit get_index_stats_hook_type earlier_index_stats = nullptr;

// ---- for whom the plan is made

/// The table whose policies apply at one place of the range table; InvalidOid for none. The server puts the conditions of policies
/// on the table that the query names, not on its partitions and children.
Oid bound_table(const PlannerInfo* root, Index place) noexcept {
    while (place != 0 && root->simple_rte_array[place]->rtekind == RTE_RELATION) {
        const RangeTblEntry* const entry = root->simple_rte_array[place];
        if (entry->securityQuals != NIL)
            return entry->relid;
        const AppendRelInfo* const parent =
            root->append_rel_array == nullptr ? nullptr : root->append_rel_array[place];
        place = parent == nullptr ? 0 : parent->parent_relid;
    }
    return InvalidOid;
}

bool is_ours(Oid table) {
    return pg_call([&] { return get_rel_namespace(table); }) == installed_schema();
}

/// Whether this plan must not know values of the table. It looks at every place of the table in the query: for an index, nothing
/// says which place is meant. For a role that row security does not bind, nothing is looked up. A system administrator sees every
/// row anyway.
bool is_hidden(const PlannerInfo* root, Oid table) {
    const auto end = root->simple_rte_array == nullptr ? 0 : static_cast<Index>(root->simple_rel_array_size);
    for (Index place = 1; place < end; ++place) {
        const RangeTblEntry* const entry = root->simple_rte_array[place];
        if (entry == nullptr || entry->rtekind != RTE_RELATION || entry->relid != table)
            continue;
        const Oid bound = bound_table(root, place);
        if (OidIsValid(bound) && is_ours(bound))
            return access_level() != AccessLevel::admin;
    }
    return false;
}

/// Whether the planner may know values of this type. Plans need times, states and flags, and these are nobody's key or name.
bool shows_values(Oid type) {
    switch (type) {
    case TIMESTAMPTZOID:
    case TIMEOID:
    case BOOLOID:
    case INT2OID:
        return true;
    default:
        return false;
    }
}

/// Whether the session speaks for this id, or it is a business of the session's tenant. Plans need the number of rows of such an
/// id, and the session sees these rows anyway.
bool is_own(Oid schema, AccessLevel session, const pg_uuid_t& id) {
    const SessionContext& context = session_context();
    switch (session) {
    case AccessLevel::business:
        return same_id(id, *context.business);
    case AccessLevel::tenant:
        return same_id(id, *context.tenant) || businesses_of_tenant(schema, *context.tenant).contains(id);
    case AccessLevel::user:
        return same_id(id, *context.user);
    default:
        return false;
    }
}

// ---- statistics without values

struct CommonIds {
    AttStatsSlot slot{};
    int count = 0;
};

/// Those most common values that are the session's own ids, in the order of the statistics.
CommonIds own_common_ids(HeapTuple statistics, Oid type) {
    CommonIds ids;
    if (type != UUIDOID || !pg_call([&] {
            return get_attstatsslot(&ids.slot, statistics, STATISTIC_KIND_MCV, InvalidOid,
                                    ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
        }))
        return ids;
    const Oid schema = installed_schema();
    const AccessLevel session = effective_level(schema);
    for (int i = 0; i < std::min(ids.slot.nvalues, ids.slot.nnumbers); ++i) {
        if (is_own(schema, session, *DatumGetUUIDP(ids.slot.values[i]))) {
            ids.slot.values[ids.count] = ids.slot.values[i];
            ids.slot.numbers[ids.count] = ids.slot.numbers[i];
            ++ids.count;
        }
    }
    return ids;
}

/// A copy that keeps the null fraction, the width, the number of distinct values, the correlation, and own ids among the most
/// common values. A slot of kind 0 counts as empty, whatever its columns contain. May raise a server error.
HeapTuple reduced(HeapTuple statistics, const CommonIds& own, Datum own_ids) {
    HeapTuple copy = heap_copytuple(statistics);
    int16* const kinds = &reinterpret_cast<Form_pg_statistic>(GETSTRUCT(copy))->stakind1;
    int common = STATISTIC_NUM_SLOTS;
    for (int slot = 0; slot < STATISTIC_NUM_SLOTS; ++slot) {
        if (kinds[slot] == STATISTIC_KIND_MCV && own.count > 0)
            common = slot;
        else if (kinds[slot] != STATISTIC_KIND_CORRELATION)
            kinds[slot] = 0;
    }
    if (common == STATISTIC_NUM_SLOTS)
        return copy;
    auto* const frequencies = static_cast<Datum*>(palloc(sizeof(Datum) * own.count));
    for (int i = 0; i < own.count; ++i)
        frequencies[i] = Float4GetDatum(own.slot.numbers[i]);
    Datum values[Natts_pg_statistic] = {};
    bool nulls[Natts_pg_statistic] = {};
    bool replaced[Natts_pg_statistic] = {};
    const int numbers_at = Anum_pg_statistic_stanumbers1 - 1 + common;
    const int values_at = Anum_pg_statistic_stavalues1 - 1 + common;
    values[numbers_at] = PointerGetDatum(
        construct_array(frequencies, own.count, FLOAT4OID, sizeof(float4), true, TYPALIGN_INT));
    values[values_at] = own_ids;
    replaced[numbers_at] = replaced[values_at] = true;
    const Relation catalog = table_open(StatisticRelationId, AccessShareLock);
    copy = heap_modify_tuple(copy, RelationGetDescr(catalog), values, nulls, replaced);
    table_close(catalog, AccessShareLock);
    return copy;
}

/// Replaces the statistics of `vardata` by a reduced copy, which the server frees.
void reduce(VariableStatData* vardata, Oid type) {
    if (!HeapTupleIsValid(vardata->statsTuple))
        return;
    CommonIds own = own_common_ids(vardata->statsTuple, type);
    UuidArray ids(own.count);
    for (int i = 0; i < own.count; ++i)
        ids.add(*DatumGetUUIDP(own.slot.values[i]));
    const Datum own_ids = ids.value();
    pg_call([&] {
        const HeapTuple copy = reduced(vardata->statsTuple, own, own_ids);
        free_attstatsslot(&own.slot);
        vardata->freefunc(vardata->statsTuple);
        vardata->statsTuple = copy;
        vardata->freefunc = heap_freetuple;
    });
}

/// The answer of both hooks about a column of `relation`, a table or an index. true: `vardata` has been filled.
bool answer(bool answered, Oid relation, AttrNumber column, bool with_children, VariableStatData* vardata) {
    const Oid type = pg_call([&] { return get_atttype(relation, column); });
    // Column 0, a whole row, has no type and no statistics.
    if (!OidIsValid(type))
        return answered;
    const bool is_state = pg_call([&] { return type_is_enum(getBaseType(type)); });
    if (!is_state && pg_call([&] { return shows_values(getBaseType(type)); }))
        return answered;
    if (!answered) {
        vardata->statsTuple = pg_call([&] {
            return SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column),
                                   BoolGetDatum(with_children));
        });
        vardata->freefunc = ReleaseSysCache;
    }
    // No comparison of an enum is leakproof, so the server would go by the number of distinct states alone: where three occur, NOT IN
    // of three others leaves no row. All that an operator could give away is labels, which the catalogs show everybody.
    if (is_state) {
        vardata->acl_ok = true;
        return true;
    }
    reduce(vardata, type);
    return true;
}

// ---- hooks

bool relation_stats(PlannerInfo* root, RangeTblEntry* entry, AttrNumber column, VariableStatData* vardata) {
    const bool answered =
        earlier_relation_stats != nullptr && earlier_relation_stats(root, entry, column, vardata);
    return DatumGetBool(boundary([&] {
        const bool hidden = entry->rtekind == RTE_RELATION && is_hidden(root, entry->relid);
        return BoolGetDatum(hidden ? answer(answered, entry->relid, column, entry->inh, vardata) : answered);
    }));
}

bool index_stats(PlannerInfo* root, Oid index, AttrNumber column, VariableStatData* vardata) {
    const bool answered = earlier_index_stats != nullptr && earlier_index_stats(root, index, column, vardata);
    return DatumGetBool(boundary([&] {
        const Oid table = pg_call([&] { return IndexGetRelation(index, true); });
        return BoolGetDatum(is_hidden(root, table) ? answer(answered, index, column, false, vardata)
                                                   : answered);
    }));
}

/// The extended statistics that contain no values: dependencies and numbers of distinct combinations. Lists of common combinations
/// and statistics of expressions do contain values. May raise a server error.
List* without_values(List* extended) {
    List* left = NIL;
    const ListCell* cell = nullptr;
    foreach (cell, extended) {
        auto* const statistics = lfirst_node(StatisticExtInfo, cell);
        if (statistics->kind != STATS_EXT_MCV && statistics->kind != STATS_EXT_EXPRESSIONS)
            left = lappend(left, statistics);
    }
    return left;
}

void hide_extended(const PlannerInfo* root, Oid table, RelOptInfo* relation) {
    boundary([&] {
        if (relation->statlist != NIL && is_hidden(root, table))
            relation->statlist = pg_call([&] { return without_values(relation->statlist); });
        return Datum{0};
    });
}

constinit RelationHook earlier_relation_info = nullptr;

void relation_info(RELATION_HOOK_PARAMETERS) {
    if (earlier_relation_info != nullptr)
        earlier_relation_info(RELATION_HOOK_ARGUMENTS);
    if (OidIsValid(RELATION_HOOK_TABLE))
        hide_extended(root, RELATION_HOOK_TABLE, relation);
}

} // namespace

void planner_statistics_init() {
    earlier_relation_stats = get_relation_stats_hook;
    get_relation_stats_hook = relation_stats;
    earlier_index_stats = get_index_stats_hook;
    get_index_stats_hook = index_stats;
    earlier_relation_info = RELATION_HOOK;
    RELATION_HOOK = relation_info;
}

} // namespace bookmeatoz::pg
