// The row of a trigger: see server/row_trigger.hpp.
#include "pg/server/row_trigger.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/table_columns.hpp"
#include "pg/server/table_owner.hpp"

#include <cstring>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "nodes/plannodes.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"
}

namespace bookmeatoz::pg {

namespace {

[[noreturn]] void refuse_table(const Trigger* trigger, const char* function, std::string detail) {
    throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   "trigger \"" + std::string(trigger->tgname) + "\" uses function " + function +
                       "() on a table that it is not for",
                   std::move(detail));
}

} // namespace

void require_own_table(FunctionCallInfo fcinfo, const char* function, const char* table) {
    const auto* const call = reinterpret_cast<TriggerData*>(fcinfo->context);
    const Form_pg_class found = call->tg_relation->rd_rel;
    const Oid schema = extension_schema(fcinfo);
    if (found->relnamespace != schema || std::strcmp(NameStr(found->relname), table) != 0 ||
        found->relkind != RELKIND_RELATION || found->relpersistence == RELPERSISTENCE_TEMP)
        refuse_table(call->tg_trigger, function,
                     "It is for the ordinary table \"" + std::string(table) +
                         "\" in the schema of the function.");
    // All tables are the same role's; after the restore of a single table there may be no other.
    const Oid owner = table_owner(schema, "tenants");
    if (OidIsValid(owner) && owner != found->relowner)
        refuse_table(call->tg_trigger, function,
                     "Table \"" + std::string(table) + "\" and table \"tenants\" belong to different roles.");
}

RowTrigger::RowTrigger(FunctionCallInfo fcinfo, const char* function, int arguments)
    : fcinfo_(fcinfo), function_(function) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function " + std::string(function) + "() can only be called as a trigger");
    data_ = reinterpret_cast<TriggerData*>(fcinfo->context);
    const TriggerEvent event = data_->tg_event;
    const bool insert = TRIGGER_FIRED_BY_INSERT(event);
    const bool suits = TRIGGER_FIRED_FOR_ROW(event) && TRIGGER_FIRED_BEFORE(event) &&
                       (insert || TRIGGER_FIRED_BY_UPDATE(event)) && data_->tg_trigger->tgnargs == arguments;
    if (!suits)
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "trigger \"" + std::string(data_->tg_trigger->tgname) + "\" uses function " +
                           function + "() in a way that it does not serve",
                       {},
                       "Create it as BEFORE INSERT OR UPDATE ... FOR EACH ROW with " +
                           std::to_string(arguments) + " argument(s).");
    row_ = insert ? data_->tg_trigtuple : data_->tg_newtuple;
    statement_memory_ = fcinfo->flinfo->fn_mcxt;
}

void RowTrigger::require(const char* table, std::span<const char* const> columns) {
    if (fcinfo_->flinfo->fn_extra == nullptr) {
        require_own_table(fcinfo_, function_, table);
        auto* const required = static_cast<Required*>(pg_call([&] {
            auto* const found =
                static_cast<Required*>(MemoryContextAllocZero(statement_memory_, sizeof(Required)));
            for (const char* const name : columns) {
                const TableColumn* const known = find_table_column(table, name);
                if (known == nullptr || found->count == most_columns)
                    elog(ERROR, "column \"%s\" of table \"%s\" is not for triggers", name, table);
                const AttrNumber number = require_column(data_->tg_relation, *known);
                if (TupleDescAttr(data_->tg_relation->rd_att, number - 1)->attgenerated != '\0')
                    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                                    errmsg("column \"%s\" of table \"%s\" is generated", name, table),
                                    errdetail("It has no value yet when function %s() reads or writes it.",
                                              function_)));
                found->names[found->count] = name;
                found->numbers[found->count++] = number;
            }
            return found;
        }));
        fcinfo_->flinfo->fn_extra = required;
    }
    required_ = static_cast<Required*>(fcinfo_->flinfo->fn_extra);
}

int RowTrigger::column(const char* name) const {
    for (std::size_t i = 0; required_ != nullptr && i < required_->count; ++i) {
        if (std::strcmp(required_->names[i], name) == 0)
            return required_->numbers[i];
    }
    throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                   "function " + std::string(function_) + "() is not for column \"" + name + "\"");
}

Oid RowTrigger::column_type(int column) const {
    return TupleDescAttr(data_->tg_relation->rd_att, column - 1)->atttypid;
}

Datum RowTrigger::value(HeapTuple row, int column) const {
    bool null = false;
    const TupleDesc description = data_->tg_relation->rd_att;
    const Datum value = heap_getattr(row, column, description, &null);
    if (null)
        pg_call([&] { refuse_null(table(), NameStr(TupleDescAttr(description, column - 1)->attname)); });
    return value;
}

bool RowTrigger::is_null(int column) const {
    bool null = false;
    heap_getattr(row_, column, data_->tg_relation->rd_att, &null);
    return null;
}

Datum RowTrigger::get(int column) const {
    return value(row_, column);
}

Datum RowTrigger::old(int column) const {
    return value(data_->tg_trigtuple, column);
}

TriggerRow::TriggerRow(Relation table, HeapTuple row) : table_(table) {
    pg_call([&] {
        const TupleDesc description = table->rd_att;
        const auto columns = static_cast<std::size_t>(description->natts);
        values_ = static_cast<Datum*>(palloc(columns * sizeof(Datum)));
        nulls_ = static_cast<bool*>(palloc(columns * sizeof(bool)));
        heap_deform_tuple(row, description, values_, nulls_);
    });
}

Datum TriggerRow::get(int column, Oid) const {
    if (is_null(column))
        pg_call([&] {
            refuse_null(RelationGetRelationName(table_),
                        NameStr(TupleDescAttr(table_->rd_att, column - 1)->attname));
        });
    return values_[column - 1];
}

ItemPointerData RowTrigger::old_place() const {
    ItemPointerData nowhere;
    ItemPointerSetInvalid(&nowhere);
    return is_insert() ? nowhere : data_->tg_trigtuple->t_self;
}

bool RowTrigger::is_inserted_plainly() const {
    // The executor keeps what a statement needs, the call of this trigger too, in memory that lies in its portal's; a
    // statement of a function has its memory elsewhere.
    const Portal portal = ActivePortal;
    if (!is_insert() || portal == nullptr || list_length(portal->stmts) != 1 ||
        (statement_memory_ != portal->portalContext &&
         MemoryContextGetParent(statement_memory_) != portal->portalContext))
        return false;
    const auto* const statement = static_cast<const PlannedStmt*>(linitial(portal->stmts));
    if (statement->utilityStmt != nullptr)
        return IsA(statement->utilityStmt, CopyStmt);
    return statement->commandType == CMD_INSERT && !statement->hasModifyingCTE &&
           IsA(statement->planTree, ModifyTable) &&
           reinterpret_cast<const ModifyTable*>(statement->planTree)->onConflictAction == ONCONFLICT_NONE;
}

void RowTrigger::set(int count, const int* columns, const Datum* values, const bool* nulls) {
    pg_call([&] {
        // It changes none of them; the parameters of older versions are not const.
        row_ = heap_modify_tuple_by_cols(row_, data_->tg_relation->rd_att, count, const_cast<int*>(columns),
                                         const_cast<Datum*>(values), const_cast<bool*>(nulls));
    });
}

void RowTrigger::set_text(int column, const char* value) {
    set(column, pg_call([&] { return CStringGetTextDatum(value); }));
}

} // namespace bookmeatoz::pg
