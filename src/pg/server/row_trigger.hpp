// The row of a BEFORE INSERT OR UPDATE row trigger: read, changed, handed back. Used by the C++ triggers on our tables.
#pragma once

#include "pg/server/typed_row.hpp"

#include <span>

extern "C" {
#include "access/attnum.h"
#include "commands/trigger.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {

/// Refuses (39P01) to run the trigger function on another table than the one of this name that stands in the function's schema
/// and belongs to the owner of the data: what the code believes of its table holds for that one alone. May raise a server
/// error.
void require_own_table(FunctionCallInfo fcinfo, const char* function, const char* table);

class RowTrigger : public TypedRow<RowTrigger> {
public:
    static constexpr std::size_t most_columns = 16;

    /// Refuses every call that is not BEFORE INSERT OR UPDATE ... FOR EACH ROW with `arguments` arguments
    /// (ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED).
    RowTrigger(FunctionCallInfo fcinfo, const char* function, int arguments);

    /// Before anything of the row is read or written: the trigger stands on our own table, see require_own_table(), which has
    /// these columns with their types and labels (server/table_columns.hpp), else 42703 or 42804. Asked once a statement; as long as
    /// that runs, the columns cannot change.
    void require(const char* table, std::span<const char* const> columns);

    bool is_insert() const { return TRIGGER_FIRED_BY_INSERT(data_->tg_event); }
    const char* argument(int number) const { return data_->tg_trigger->tgargs[number]; }
    Oid owner() const { return data_->tg_relation->rd_rel->relowner; }
    const char* table() const { return RelationGetRelationName(data_->tg_relation); }
    Relation relation() const { return data_->tg_relation; }

    /// The number of a column that was required.
    int column(const char* name) const;
    /// The type of a column.
    Oid column_type(int column) const;

    bool is_null(int column) const;
    /// 22004 for NULL, which names the column; the same of the old row.
    Datum get(int column) const;
    /// The same for TypedRow.
    Datum get(int column, Oid) const { return get(column); }
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
    /// Kept by the server with the statement's call of the function.
    struct Required {
        std::size_t count;
        const char* names[most_columns];
        AttrNumber numbers[most_columns];
    };

    bool is_null(HeapTuple row, int column) const;
    Datum value(HeapTuple row, int column) const;

    FunctionCallInfo fcinfo_;
    const char* function_;
    TriggerData* data_;
    MemoryContext statement_memory_;
    HeapTuple row_;
    const Required* required_ = nullptr;
};

} // namespace bookmeatoz::pg
