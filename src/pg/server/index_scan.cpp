// Index scans by hand: see server/index_scan.hpp. All of it is server code that may raise an error.
#include "pg/server/index_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

extern "C" {
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/visibilitymap.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "nodes/primnodes.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"
}

namespace bookmeatoz::pg {
namespace {

/// 0 where the table has no such stored column as server/table_columns.hpp says.
AttrNumber find_column(Relation table, const char* name) {
    const TableColumn* const wanted = find_table_column(RelationGetRelationName(table), name);
    const TupleDesc columns = RelationGetDescr(table);
    for (int i = 0; wanted != nullptr && i < columns->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(columns, i);
        if (column->attisdropped || std::strcmp(NameStr(column->attname), name) != 0)
            continue;
        const bool stored =
            column->attgenerated == '\0' || column->attgenerated == ATTRIBUTE_GENERATED_STORED;
        return stored && serves_as(column->atttypid, wanted->type) && has_labels(column->atttypid, *wanted)
                   ? column->attnum
                   : 0;
    }
    return 0;
}

bool is_column(const void* expression, Relation table, const char* wanted) {
    return IsA(expression, Var) &&
           static_cast<const Var*>(expression)->varattno == find_column(table, wanted);
}

bool is_null_test(const void* expression, Relation table, const char* column) {
    const auto* const test = static_cast<const NullTest*>(expression);
    return IsA(test, NullTest) && test->nulltesttype == IS_NULL && is_column(test->arg, table, column);
}

bool is_call(const void* expression, Relation table, const char* function,
             std::span<const char* const> arguments) {
    const auto* const call = static_cast<const FuncExpr*>(expression);
    if (!IsA(call, FuncExpr) || list_length(call->args) != static_cast<int>(arguments.size()) ||
        get_func_namespace(call->funcid) != RelationGetNamespace(table) ||
        std::strcmp(get_func_name(call->funcid), function) != 0)
        return false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!is_column(list_nth(call->args, static_cast<int>(i)), table, arguments[i]))
            return false;
    }
    return true;
}

bool holds_wanted_rows(Relation index, Relation table, const WantedScan& wanted) {
    const List* const predicate = RelationGetIndexPredicate(index);
    if (wanted.null_column == nullptr && wanted.function == nullptr)
        return predicate == NIL;
    if (list_length(predicate) != 1)
        return false;
    const void* const condition = linitial(predicate);
    return wanted.null_column != nullptr ? is_null_test(condition, table, wanted.null_column)
                                         : is_call(condition, table, wanted.function, wanted.arguments);
}

/// As the planner asks before it uses an index: rows of an update chain that it does not hold may be visible to an older
/// snapshot (access/heap/README.HOT).
bool holds_all_versions(Relation index) {
    return !index->rd_index->indcheckxmin ||
           TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin);
}

bool has_keys(Relation index, Relation table, std::span<const char* const> keys, const AttrNumber* columns) {
    const Form_pg_index form = index->rd_index;
    if (form->indnkeyatts < static_cast<int>(keys.size()))
        return false;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (form->indkey.values[i] != columns[i] || index->rd_indoption[i] != 0)
            return false;
        const Oid type = TupleDescAttr(RelationGetDescr(table), columns[i] - 1)->atttypid;
        if (index->rd_opfamily[i] != lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
            return false;
    }
    return true;
}

/// The place of a column in the rows of the index, from 0; -1 where it is not stored there.
AttrNumber place_in(Relation index, AttrNumber column) {
    const Form_pg_index form = index->rd_index;
    for (int i = 0; i < form->indnatts; ++i) {
        if (form->indkey.values[i] == column)
            return static_cast<AttrNumber>(i);
    }
    return -1;
}

std::size_t alignment(const Form_pg_attribute column) {
    switch (column->attalign) {
    case TYPALIGN_CHAR:
        return 1;
    case TYPALIGN_SHORT:
        return ALIGNOF_SHORT;
    case TYPALIGN_INT:
        return ALIGNOF_INT;
    default:
        return ALIGNOF_DOUBLE;
    }
}

/// Where the wanted columns stand in the rows of the index, if all of its columns have a fixed length.
void find_fixed_columns(Relation index, std::size_t wanted, ScanPlan& plan) {
    const TupleDesc columns = RelationGetDescr(index);
    std::array<ScanPlan::FixedColumn, INDEX_MAX_KEYS> fixed{};
    std::size_t end = 0;
    for (int i = 0; i < columns->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(columns, i);
        if (column->attlen <= 0)
            return;
        end = TYPEALIGN(alignment(column), end);
        fixed[static_cast<std::size_t>(i)] = {static_cast<std::uint16_t>(end), column->attbyval,
                                              static_cast<std::uint8_t>(column->attlen)};
        end += static_cast<std::size_t>(column->attlen);
    }
    for (std::size_t i = 0; i < wanted; ++i)
        plan.fixed_columns[i] = fixed[static_cast<std::size_t>(plan.places[i])];
    plan.has_fixed_columns = true;
}

} // namespace

const char* plan_scan(Relation table, const WantedScan& wanted, ScanPlan& plan) {
    const char* const table_name = RelationGetRelationName(table);
    AttrNumber keys[3];
    for (std::size_t i = 0; i < wanted.keys.size(); ++i) {
        keys[i] = find_column(table, wanted.keys[i]);
        if (keys[i] == 0)
            return psprintf("Column \"%s\" of table \"%s\" is not what it was.", wanted.keys[i], table_name);
    }
    AttrNumber columns[ScanPlan::most_columns];
    plan = {};
    plan.table = RelationGetRelid(table);
    for (std::size_t i = 0; i < wanted.columns.size(); ++i) {
        columns[i] = find_column(table, wanted.columns[i]);
        if (columns[i] == 0)
            return psprintf("Column \"%s\" of table \"%s\" is not what it was.", wanted.columns[i],
                            table_name);
        plan.types[i] = TupleDescAttr(RelationGetDescr(table), columns[i] - 1)->atttypid;
        plan.places[i] = static_cast<AttrNumber>(columns[i] - 1);
        plan.attributes = std::max(plan.attributes, columns[i]);
    }

    List* const indexes = RelationGetIndexList(table);
    ListCell* cell = nullptr;
    foreach (cell, indexes) {
        const Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        const bool fits = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
                          has_keys(index, table, wanted.keys, keys) &&
                          holds_wanted_rows(index, table, wanted);
        const bool serves = fits && holds_all_versions(index);
        plan.index_is_too_new = plan.index_is_too_new || fits != serves;
        std::array<AttrNumber, ScanPlan::most_columns> places{};
        bool has_all_columns = serves;
        for (std::size_t i = 0; i < wanted.columns.size() && has_all_columns; ++i) {
            places[i] = place_in(index, columns[i]);
            has_all_columns = places[i] >= 0;
        }
        // The first that serves; or one that serves alone.
        if (serves && (has_all_columns || !OidIsValid(plan.index)) && !plan.index_only) {
            plan.index = RelationGetRelid(index);
            plan.index_only = has_all_columns;
            if (has_all_columns) {
                plan.places = places;
                find_fixed_columns(index, wanted.columns.size(), plan);
            }
        }
        index_close(index, AccessShareLock);
    }
    list_free(indexes);
    if (OidIsValid(plan.index)) {
        plan.index_is_too_new = false;
        return nullptr;
    }
    StringInfoData missing;
    initStringInfo(&missing);
    appendStringInfo(&missing, "Table \"%s\" has no valid index that begins with", table_name);
    for (const char* const key : wanted.keys)
        appendStringInfo(&missing, " \"%s\"", key);
    if (wanted.null_column != nullptr)
        appendStringInfo(&missing, " where \"%s\" IS NULL", wanted.null_column);
    if (wanted.function != nullptr)
        appendStringInfo(&missing, " where \"%s\" holds", wanted.function);
    appendStringInfoChar(&missing, '.');
    return missing.data;
}

bool is_empty_table(Oid table) {
    // At SERIALIZABLE a scan is noted, so that who writes the first row is seen to.
    if (IsolationIsSerializable())
        return false;
    const Relation relation = table_open(table, NoLock);
    const bool is_empty = RelationGetNumberOfBlocks(relation) == 0;
    table_close(relation, NoLock);
    return is_empty;
}

ScanKeyData& ScanKeys::add(bool same_column, StrategyNumber strategy, RegProcedure comparison, Datum value) {
    if (!same_column)
        ++column_;
    ScanKeyData& key = keys_[count_++];
    ScanKeyInit(&key, column_, strategy, comparison, value);
    return key;
}

ScanKeys& ScanKeys::uuid_is(Datum id) {
    add(false, BTEqualStrategyNumber, F_UUID_EQ, id);
    return *this;
}

ScanKeys& ScanKeys::time_within(Datum from, Datum to) {
    add(false, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, from);
    add(true, BTLessStrategyNumber, F_TIMESTAMPTZ_LT, to);
    return *this;
}

ScanKeys& ScanKeys::time_after(Datum time) {
    add(false, BTGreaterStrategyNumber, F_TIMESTAMPTZ_GT, time);
    return *this;
}

IndexScan::IndexScan(const ScanPlan& plan, const ScanKeys& keys)
    : plan_(plan), table_(table_open(plan.table, NoLock)), index_(index_open(plan.index, AccessShareLock)),
      visibility_page_(InvalidBuffer) {
    const Snapshot snapshot = GetActiveSnapshot();
#if PG_VERSION_NUM >= 190000
    scan_ = index_beginscan(table_, index_, snapshot, nullptr, keys.count(), 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
    scan_ = index_beginscan(table_, index_, snapshot, nullptr, keys.count(), 0);
#else
    scan_ = index_beginscan(table_, index_, snapshot, keys.count(), 0);
#endif
    scan_->xs_want_itup = plan.index_only;
    if (!plan.index_only)
        slot_ = table_slot_create(table_, nullptr);
    values_ = plan.index_only ? index_values_ : slot_->tts_values;
    nulls_ = plan.index_only ? index_nulls_ : slot_->tts_isnull;
}

void IndexScan::close() {
    if (visibility_page_ != InvalidBuffer)
        ReleaseBuffer(visibility_page_);
    if (slot_ != nullptr)
        ExecDropSingleTupleTableSlot(slot_);
    index_endscan(scan_);
    index_close(index_, AccessShareLock);
    table_close(table_, NoLock);
}

void IndexScan::seek(ScanKeys& keys) {
    index_rescan(scan_, keys.data(), keys.count(), nullptr, 0);
}

void IndexScan::refuse_null_in(int column) const {
    const AttrNumber place = plan_.places[static_cast<std::size_t>(column)];
    const int number = plan_.index_only ? index_->rd_index->indkey.values[place] : place + 1;
    refuse_null(RelationGetRelationName(table_),
                NameStr(TupleDescAttr(RelationGetDescr(table_), number - 1)->attname));
}

bool IndexScan::next() {
    CHECK_FOR_INTERRUPTS();
    if (plan_.index_only)
        return next_of_index();
    if (!index_getnext_slot(scan_, ForwardScanDirection, slot_))
        return false;
    slot_getsomeattrs(slot_, plan_.attributes);
    return true;
}

bool IndexScan::next_of_index() {
    while (const ItemPointer row = index_getnext_tid(scan_, ForwardScanDirection)) {
        const BlockNumber page = ItemPointerGetBlockNumber(row);
        if (VM_ALL_VISIBLE(table_, page, &visibility_page_)) {
            // What the visit of the row would have done for SERIALIZABLE.
            PredicateLockPage(table_, page, scan_->xs_snapshot);
        } else {
            if (slot_ == nullptr)
                slot_ = table_slot_create(table_, nullptr);
            if (!index_fetch_heap(scan_, slot_))
                continue;
            ExecClearTuple(slot_);
        }
        take_apart(scan_->xs_itup);
        return true;
    }
    return false;
}

void IndexScan::take_apart(IndexTuple row) {
    fixed_ = nullptr;
    if (plan_.has_fixed_columns) {
        bool is_fixed = true;
        first_null_ = INDEX_MAX_KEYS;
        if (IndexTupleHasNulls(row)) {
            // The first column is the lowest bit of the first byte; behind the last one there are zeros.
            std::uint8_t bytes[sizeof(IndexAttributeBitMapData)];
            std::memcpy(bytes, reinterpret_cast<std::uint8_t*>(row) + sizeof(IndexTupleData), sizeof bytes);
            const std::uint32_t not_null = bytes[0] | std::uint32_t{bytes[1]} << 8 |
                                           std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[3]} << 24;
            first_null_ = std::countr_one(not_null);
            is_fixed = (not_null & (not_null + 1)) == 0;
        }
        if (is_fixed) {
            fixed_ = reinterpret_cast<char*>(row) + IndexInfoFindDataOffset(row->t_info);
            return;
        }
    }
    index_deform_tuple(row, scan_->xs_itupdesc, index_values_, index_nulls_);
}

} // namespace bookmeatoz::pg
