// A query that is planned once a backend and run many times, with the rights and row security of whoever runs it.
// Used by everything that reads the tables; the server re-plans it when tables, roles or row security change.
#pragma once

#include "pg/server/snapshot.hpp"
#include "pg/server/typed_row.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

extern "C" {
#include "executor/spi.h"
}

namespace bookmeatoz::pg {

/// An open SPI connection. Results live until it closes; the memory context of the caller is current in between.
class SpiConnection {
public:
    SpiConnection();
    ~SpiConnection();
    SpiConnection(const SpiConnection&) = delete;
    SpiConnection& operator=(const SpiConnection&) = delete;

private:
    int exceptions_;
};

class SavedQuery;

/// One row of a result, columns counted from 1. By reference: valid until the connection closes.
class SpiRow : public TypedRow<SpiRow> {
public:
    SpiRow(HeapTuple tuple, TupleDesc description, const SavedQuery& query)
        : tuple_(tuple), description_(description), query_(query) {}

    bool is_null(int column) const;
    /// A value of this type (see TypedRow). An enum is looked at no closer than that it is a number of its size: which type
    /// it is SavedQuery has checked.
    Datum get(int column, Oid type) const;

private:
    HeapTuple tuple_;
    TupleDesc description_;
    const SavedQuery& query_;
};

/// The rows of one execution; valid until the connection closes.
class SpiRows {
public:
    class Iterator {
    public:
        Iterator(const SpiRows& rows, uint64 row) : rows_(rows), row_(row) {}
        SpiRow operator*() const { return {rows_.table_->vals[row_], rows_.table_->tupdesc, rows_.query_}; }
        Iterator& operator++() {
            poll_interrupts();
            ++row_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return row_ != other.row_; }

    private:
        const SpiRows& rows_;
        uint64 row_;
    };

    SpiRows(const SPITupleTable* table, uint64 count, const SavedQuery& query)
        : table_(table), count_(count), query_(query) {}
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, count_}; }
    uint64 size() const { return count_; }
    bool empty() const { return count_ == 0; }
    /// Only of rows that are not empty.
    SpiRow front() const { return *begin(); }
    Oid column_type(int column) const { return SPI_gettypeid(table_->tupdesc, column); }

private:
    const SPITupleTable* table_;
    uint64 count_;
    const SavedQuery& query_;
};

/// Meant as a constinit static. In the text `@extschema@` stands for the extension's schema, and each operator for the one of
/// pg_catalog: the caller's search_path is in force, and an operator of the caller's own would run with the rights of whoever
/// the query runs as. So an assignment is written :=, no operator binds stronger than another, and there is no IN and no
/// BETWEEN, which name none. Write the schema of each function and each type.
///
/// Before a plan is made, and again when anything may have changed, the tables are checked: each `@extschema@.name` that is
/// neither a call, name(, nor a cast, ::name, is an ordinary or a partitioned table (42809: a view runs its functions as whoever
/// asks), and has the columns that the query names, each with its type and labels (server/table_columns.hpp).
class SavedQuery {
public:
    using Arguments = std::initializer_list<std::optional<Datum>>;

    constexpr SavedQuery(const char* text, std::initializer_list<Oid> argument_types) : text_(text) {
        for (const Oid type : argument_types)
            argument_types_[argument_count_++] = type;
    }

    /// Runs the query read-only, under the snapshot of the calling statement. An SPI connection must be open.
    /// Arguments that are absent are NULL. With a `most` it stops after so many rows.
    SpiRows run(Oid schema, Arguments arguments, std::size_t most = 0) {
        return execute(schema, arguments, View::of_statement, most);
    }

    /// As run(), but sees what this command has written so far, and under READ COMMITTED what others have committed
    /// meanwhile; the query may write. Not in parallel workers.
    SpiRows run_latest(Oid schema, Arguments arguments) { return execute(schema, arguments, View::latest); }

    /// As run_latest(), but sees what others have committed at every isolation level: for what the guard decides under a
    /// lock, where an old snapshot would be wrong.
    SpiRows run_committed(Oid schema, Arguments arguments) {
        return execute(schema, arguments, View::committed);
    }

    /// For an error about a column of the result: its table, nullptr where it is none of a table's. May raise a server error.
    const char* table_of(int column) const;

private:
    static constexpr std::size_t most_arguments = 20;
    static constexpr std::size_t most_tables = 6;

    void make_ready(Oid schema);
    bool is_valid() const;
    void check_tables(const char* schema_name);
    void prepare(const char* schema_name);
    SpiRows execute(Oid schema, Arguments arguments, View view, std::size_t most = 0);

    const char* text_;
    Oid argument_types_[most_arguments]{};
    int argument_count_ = 0;
    SPIPlanPtr plan_ = nullptr;
    Oid schema_ = InvalidOid;
    NameData schema_name_{};
    unsigned labels_ = 0;
    /// The tables that were checked.
    Oid tables_[most_tables]{};
    std::size_t table_count_ = 0;
};

} // namespace bookmeatoz::pg
