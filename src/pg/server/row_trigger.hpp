// The row of a BEFORE INSERT OR UPDATE row trigger: reads it, changes it, hands it back. Used by the C++ triggers on our tables.
#pragma once

#include "pg/server/typed_row.hpp"

#include <span>
#include <type_traits>

extern "C" {
#include "access/attnum.h"
#include "commands/trigger.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {

/// Throws SqlError 39P01 unless the trigger's table has this name, is in the schema of the function, and belongs to the owner of
/// the data: what the code believes of its table is true of that table alone. May raise a server error.
void require_own_table(FunctionCallInfo fcinfo, const char* function, const char* table);

/// The row before the statement or after it, with the values of all columns: for code that reads many of them. It is valid as
/// long as the row and the memory context in which it was made.
class TriggerRow : public TypedRow<TriggerRow> {
public:
    TriggerRow(Relation table, HeapTuple row);

    bool is_null(int column) const { return nulls_[column - 1]; }
    /// NULL is the error 22004, which names the column. RowTrigger::require() has checked the type.
    Datum get(int column, Oid) const;

private:
    Relation table_;
    Datum* values_;
    bool* nulls_;
};

class RowTrigger : public TypedRow<RowTrigger> {
public:
    static constexpr std::size_t most_columns = 24;

    /// Throws SqlError 39P01 unless the trigger is BEFORE INSERT OR UPDATE ... FOR EACH ROW and has `arguments` arguments.
    RowTrigger(FunctionCallInfo fcinfo, const char* function, int arguments);

    /// Call it before reading or writing the row. The trigger must be on our own table (see require_own_table()), and the table
    /// must have these columns with their types and labels (server/table_columns.hpp); otherwise 42703 or 42804. It checks once
    /// for each statement: the columns cannot change while the statement runs.
    void require(const char* table, std::span<const char* const> columns);

    bool is_insert() const { return TRIGGER_FIRED_BY_INSERT(data_->tg_event); }
    const char* argument(int number) const { return data_->tg_trigger->tgargs[number]; }
    Oid owner() const { return data_->tg_relation->rd_rel->relowner; }
    const char* table() const { return RelationGetRelationName(data_->tg_relation); }
    Relation relation() const { return data_->tg_relation; }

    /// The number of a required column, by its name or by its place in the list given to require().
    int column(const char* name) const;
    int column_at(std::size_t place) const { return required_->numbers[place]; }
    /// The type of a column.
    Oid column_type(int column) const;

    /// What the caller keeps from row to row, until the statement ends: T{}, made before the first row. After require().
    template <class T>
    T& kept() {
        static_assert(std::is_trivially_destructible_v<T>);
        auto* const required = static_cast<Required*>(fcinfo_->flinfo->fn_extra);
        if (required->kept == nullptr)
            required->kept =
                new (pg_call([&] { return MemoryContextAlloc(statement_memory_, sizeof(T)); })) T{};
        return *static_cast<T*>(required->kept);
    }
    MemoryContext statement_memory() const { return statement_memory_; }

    bool is_null(int column) const;
    /// A value of the new row, or of the row before the UPDATE. NULL is the error 22004, which names the column.
    Datum get(int column) const;
    Datum old(int column) const;
    /// get() as TypedRow calls it.
    Datum get(int column, Oid) const { return get(column); }

    /// The whole row as it will be written.
    TriggerRow new_row() const { return {data_->tg_relation, row_}; }
    /// The whole row before the UPDATE. Not for an INSERT.
    TriggerRow old_row() const { return {data_->tg_relation, data_->tg_trigtuple}; }
    /// The place of the row before the UPDATE; an invalid place for an INSERT.
    ItemPointerData old_place() const;

    /// true: the client itself sent the INSERT without ON CONFLICT, or the COPY; no function did. Such a statement ends in an
    /// error when a constraint refuses the row. false: not known.
    bool is_inserted_plainly() const;

    void set(int column, Datum value, bool null = false) { set(1, &column, &value, &null); }
    /// Several columns at once: this costs as much as one.
    template <std::size_t N>
    void set(const int (&columns)[N], const Datum (&values)[N], const bool (&nulls)[N]) {
        set(static_cast<int>(N), columns, values, nulls);
    }
    void set_text(int column, const char* value);

    Datum result() const { return PointerGetDatum(row_); }

private:
    /// The required columns. The server keeps them with the call of the function, for one statement.
    struct Required {
        std::size_t count;
        const char* names[most_columns];
        AttrNumber numbers[most_columns];
        void* kept;
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
