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

/// The row before the statement or after it, with the values of all its columns: for code that reads many of them. Valid as long as
/// the row and the memory context that is current where it is made.
class TriggerRow : public TypedRow<TriggerRow> {
public:
    TriggerRow(Relation table, HeapTuple row);

    bool is_null(int column) const { return nulls_[column - 1]; }
    /// 22004 for NULL, which names the column. The type is what RowTrigger::require() has checked.
    Datum get(int column, Oid) const;

private:
    Relation table_;
    Datum* values_;
    bool* nulls_;
};

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

    /// The number of a column that was required: by its name, and by its place in that list.
    int column(const char* name) const;
    int column_at(std::size_t place) const { return required_->numbers[place]; }
    /// The type of a column.
    Oid column_type(int column) const;

    bool is_null(int column) const;
    /// 22004 for NULL, which names the column; the same of the row before the UPDATE.
    Datum get(int column) const;
    Datum old(int column) const;
    /// The same for TypedRow.
    Datum get(int column, Oid) const { return get(column); }

    /// All of the row, as it is to be written.
    TriggerRow new_row() const { return {data_->tg_relation, row_}; }
    /// All of the row as it was; not of an INSERT.
    TriggerRow old_row() const { return {data_->tg_relation, data_->tg_trigtuple}; }
    /// Where that row lies; nowhere before an INSERT.
    ItemPointerData old_place() const;

    /// The row comes from a statement of the client's own, not of a function, that ends in an error where a constraint refuses
    /// it: INSERT without ON CONFLICT, or COPY. false: perhaps not.
    bool is_inserted_plainly() const;

    void set(int column, Datum value, bool null = false) { set(1, &column, &value, &null); }
    /// Several columns at once, which costs as much as one.
    template <std::size_t N>
    void set(const int (&columns)[N], const Datum (&values)[N], const bool (&nulls)[N]) {
        set(static_cast<int>(N), columns, values, nulls);
    }
    void set_text(int column, const char* value);

    Datum result() const { return PointerGetDatum(row_); }

private:
    /// Kept by the server with the statement's call of the function.
    struct Required {
        std::size_t count;
        const char* names[most_columns];
        AttrNumber numbers[most_columns];
    };

    Datum value(HeapTuple row, int column) const;
    void set(int count, const int* columns, const Datum* values, const bool* nulls);

    FunctionCallInfo fcinfo_;
    const char* function_;
    TriggerData* data_;
    MemoryContext statement_memory_;
    HeapTuple row_;
    const Required* required_ = nullptr;
};

} // namespace bookmeatoz::pg
