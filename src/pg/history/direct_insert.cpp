// Entries of audit_logs, row by row: see history/direct_insert.hpp. All of it may raise a server error.
#include "pg/history/direct_insert.hpp"
#include "pg/schema/partitions.hpp"
#include "pg/server/compat.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

struct Column {
    std::string_view name;
    Oid type;
};

/// As sql/install/83-audit.schema.sql makes them.
constexpr Column columns[] = {{"id", UUIDOID},
                              {"tenant_id", UUIDOID},
                              {"business_id", UUIDOID},
                              {"actor_user_id", UUIDOID},
                              {"actor_role", TEXTOID},
                              {"action", TEXTOID},
                              {"entity_type", TEXTOID},
                              {"entity_id", UUIDOID},
                              {"before", JSONBOID},
                              {"after", JSONBOID},
                              {"created_at", TIMESTAMPTZOID}};

bool has_our_columns(TupleDesc description) {
    if (description->natts != static_cast<int>(std::size(columns)))
        return false;
    for (int i = 0; i < description->natts; ++i) {
        const FormData_pg_attribute& column = *TupleDescAttr(description, i);
        if (column.attgenerated != '\0' || column.atttypid != columns[i].type || column.atttypmod != -1 ||
            NameStr(column.attname) != columns[i].name)
            return false;
    }
    return true;
}

/// trigger_append_only() refuses all but our own code: nothing is left to ask it.
bool is_append_only(const Trigger& trigger, Oid schema) {
    const HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(trigger.tgfoid));
    if (!HeapTupleIsValid(row))
        return false;
    const auto* const function = reinterpret_cast<Form_pg_proc>(GETSTRUCT(row));
    const bool is_ours = function->pronamespace == schema &&
                         std::string_view(NameStr(function->proname)) == "trigger_append_only";
    ReleaseSysCache(row);
    return is_ours;
}

bool has_other_triggers(Relation table, Oid schema) {
    const TriggerDesc* const triggers = table->trigdesc;
    return triggers != nullptr && std::any_of(triggers->triggers, triggers->triggers + triggers->numtriggers,
                                              [schema](const Trigger& trigger) {
                                                  return TRIGGER_FOR_INSERT(trigger.tgtype) &&
                                                         !is_append_only(trigger, schema);
                                              });
}

void insert(Relation table, std::initializer_list<std::optional<Datum>> entry) {
    EState* const state = CreateExecutorState();
    ResultRelInfo* const target = makeNode(ResultRelInfo);
    InitResultRelInfo(target, table, 0, nullptr, 0);
    ExecOpenIndices(target, false);
    TupleTableSlot* const row = MakeSingleTupleTableSlot(RelationGetDescr(table), &TTSOpsVirtual);
    std::size_t at = 0;
    for (const std::optional<Datum>& value : entry) {
        row->tts_values[at] = value.value_or(Datum(0));
        row->tts_isnull[at++] = !value;
    }
    ExecStoreVirtualTuple(row);
    if (RelationGetDescr(table)->constr != nullptr)
        ExecConstraints(target, row, state);
    simple_table_tuple_insert(table, row);
    if (target->ri_NumIndices > 0)
        insert_into_indexes(target, row, state);
    ExecDropSingleTupleTableSlot(row);
    close_indexes(target);
    FreeExecutorState(state);
}

} // namespace

bool insert_directly(Oid log, std::initializer_list<std::optional<Datum>> entry, TimestampTz created_at) {
    CHECK_FOR_INTERRUPTS();
    const Relation whole = table_open(log, RowExclusiveLock);
    const Oid schema = RelationGetNamespace(whole);
    const bool is_ours = whole->rd_rel->relowner == GetUserId() && whole->rd_rules == nullptr &&
                         !has_other_triggers(whole, schema);
    const Oid found = is_ours ? partition_of(whole, created_at) : InvalidOid;
    bool inserted = false;
    if (OidIsValid(found)) {
        const Relation partition = table_open(found, RowExclusiveLock);
        // While the lock was waited for, a new partition may have taken the place of the default one.
        // Of our columns only created_at can be the key.
        if (partition_of(whole, created_at) == found && partition->rd_rel->relkind == RELKIND_RELATION &&
            has_our_columns(RelationGetDescr(partition)) && !has_other_triggers(partition, schema)) {
            insert(partition, entry);
            inserted = true;
        }
        table_close(partition, NoLock);
    }
    table_close(whole, NoLock);
    return inserted;
}

} // namespace bookmeatoz::pg
