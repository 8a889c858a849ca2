// The row of a BEFORE INSERT OR UPDATE row trigger: read, changed, handed back. Used by the C++ triggers on our tables.
#pragma once

#include "boundary.hpp"

extern "C" {
#include "commands/trigger.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {

class RowTrigger {
public:
    /// Refuses every call that is not BEFORE INSERT OR UPDATE ... FOR EACH ROW with `arguments` arguments
    /// (ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED).
    RowTrigger(FunctionCallInfo fcinfo, const char* function, int arguments);

    bool is_insert() const { return TRIGGER_FIRED_BY_INSERT(data_->tg_event); }
    const char* argument(int number) const { return data_->tg_trigger->tgargs[number]; }
    Oid owner() const { return data_->tg_relation->rd_rel->relowner; }
    const char* table() const { return RelationGetRelationName(data_->tg_relation); }
    Relation relation() const { return data_->tg_relation; }

    /// The number of a column; an error if the table has none of that name.
    int column(const char* name) const;

    bool is_null(int column) const;
    Datum get(int column) const;
    const char* get_text(int column) const;
    /// The row as it was before the UPDATE.
    bool old_is_null(int column) const;
    Datum old(int column) const;
    /// Where that row lies; nowhere before an INSERT.
    ItemPointerData old_place() const;

    /// The row comes from a statement of the client's own, not of a function, that ends in an error where a constraint refuses
    /// it: INSERT without ON CONFLICT, or COPY. false: perhaps not.
    bool is_inserted_plainly() const;

    void set(int column, Datum value, bool null = false);
    void set_text(int column, const char* value);

    Datum result() const { return PointerGetDatum(row_); }

private:
    Datum read(HeapTuple row, int column, bool* null) const;

    TriggerData* data_;
    MemoryContext statement_memory_;
    HeapTuple row_;
};

} // namespace bookmeatoz::pg
