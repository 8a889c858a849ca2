// trigger_set_timestamp(): sets updated_at to the time of the UPDATE, whatever the statement gave.
// Every table of ours that has the column has such a trigger. The user's own tables may have one too.
#include "pg/server/boundary.hpp"

#include <string>

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* column = "updated_at";

[[noreturn]] void refuse_call(const std::string& detail) {
    throw SqlError{
        ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "trigger_set_timestamp() was not called by a BEFORE UPDATE ... FOR EACH ROW trigger", detail,
        "Create the trigger as BEFORE UPDATE ... FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamp()."};
}

[[noreturn]] void refuse_trigger(const TriggerData& call, const char* what_it_does) {
    refuse_call(std::string("Trigger \"") + call.tg_trigger->tgname + "\" " + what_it_does);
}

void require_before_update_row(const TriggerData& call) {
    if (!TRIGGER_FIRED_BEFORE(call.tg_event)) {
        refuse_trigger(call, "does not fire BEFORE the change.");
    }
    if (!TRIGGER_FIRED_FOR_ROW(call.tg_event)) {
        refuse_trigger(call, "fires once a statement, not for each row.");
    }
    if (!TRIGGER_FIRED_BY_UPDATE(call.tg_event)) {
        refuse_trigger(call, "fires on another event than UPDATE.");
    }
}

std::string quoted_name(const Relation table) {
    return std::string("\"") + RelationGetRelationName(table) + "\"";
}

/// Looks the column up by its name in each call: ALTER TABLE may have changed its number since the last one.
int require_column(const Relation table) {
    const int number = pg_call([&] { return SPI_fnumber(RelationGetDescr(table), column); });
    if (number <= 0) {
        throw SqlError{ERRCODE_UNDEFINED_COLUMN,
                       "table " + quoted_name(table) + " has no column \"updated_at\"",
                       "trigger_set_timestamp() writes the time of the last change to that column.",
                       "Add a column updated_at of type timestamp with time zone, or drop the trigger."};
    }
    if (TupleDescAttr(RelationGetDescr(table), number - 1)->atttypid != TIMESTAMPTZOID) {
        throw SqlError{ERRCODE_DATATYPE_MISMATCH,
                       "column \"updated_at\" of table " + quoted_name(table) +
                           " is not of type timestamp with time zone",
                       "trigger_set_timestamp() writes an instant, not a local time.",
                       "Change the type of the column, or drop the trigger."};
    }
    return number;
}

} // namespace

BOOKMEATOZ_FUNCTION(trigger_set_timestamp, takes({}).returns(TRIGGEROID)) {
    if (!CALLED_AS_TRIGGER(fcinfo)) {
        refuse_call("It was called as an ordinary function.");
    }
    const auto& call = *reinterpret_cast<TriggerData*>(fcinfo->context);
    require_before_update_row(call);
    int number = require_column(call.tg_relation);
    Datum now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
    bool is_null = false;
    return PointerGetDatum(pg_call([&] {
        return heap_modify_tuple_by_cols(call.tg_newtuple, RelationGetDescr(call.tg_relation), 1, &number,
                                         &now, &is_null);
    }));
}

} // namespace bookmeatoz::pg
