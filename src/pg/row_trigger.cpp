// The row of a trigger: see row_trigger.hpp.
#include "row_trigger.hpp"

extern "C" {
#include "access/htup_details.h"
#include "executor/spi.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/portal.h"
}

namespace bookmeatoz::pg {

RowTrigger::RowTrigger(FunctionCallInfo fcinfo, const char* function, int arguments) {
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

int RowTrigger::column(const char* name) const {
    const int number = SPI_fnumber(data_->tg_relation->rd_att, name);
    if (number <= 0)
        throw SqlError(ERRCODE_UNDEFINED_COLUMN,
                       "table \"" + std::string(table()) + "\" has no column \"" + name + "\"");
    return number;
}

Datum RowTrigger::read(HeapTuple row, int column, bool* null) const {
    return heap_getattr(row, column, data_->tg_relation->rd_att, null);
}

bool RowTrigger::is_null(int column) const {
    bool null = false;
    read(row_, column, &null);
    return null;
}

Datum RowTrigger::get(int column) const {
    bool null = false;
    return read(row_, column, &null);
}

const char* RowTrigger::get_text(int column) const {
    const Datum value = get(column);
    return pg_call([&] { return TextDatumGetCString(value); });
}

bool RowTrigger::old_is_null(int column) const {
    bool null = false;
    read(data_->tg_trigtuple, column, &null);
    return null;
}

Datum RowTrigger::old(int column) const {
    bool null = false;
    return read(data_->tg_trigtuple, column, &null);
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

void RowTrigger::set(int column, Datum value, bool null) {
    pg_call([&] {
        row_ = heap_modify_tuple_by_cols(row_, data_->tg_relation->rd_att, 1, &column, &value, &null);
    });
}

void RowTrigger::set_text(int column, const char* value) {
    set(column, pg_call([&] { return CStringGetTextDatum(value); }));
}

} // namespace bookmeatoz::pg
