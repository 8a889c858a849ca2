// A query that each backend plans once and runs many times, with the rights and the row security of the current role. The server
// plans it again when tables, roles or row security change.
// Used by all code that reads or writes the tables by SQL.
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

/// An open SPI connection. Results live until it closes. Meanwhile the memory context of the caller stays current.
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

/// One row of a result; columns are counted from 1. Its values are valid until the connection closes.
class SpiRow : public TypedRow<SpiRow> {
public:
    SpiRow(HeapTuple tuple, TupleDesc description, const SavedQuery& query)
        : tuple_(tuple), description_(description), query_(query) {}

    bool is_null(int column) const;
    /// A value of this type (see TypedRow). Of an enum only the size is checked here: SavedQuery has checked the type.
    Datum get(int column, Oid type) const;
    /// The whole row.
    HeapTuple tuple() const { return tuple_; }

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
    /// Not for an empty result.
    SpiRow front() const { return *begin(); }
    Oid column_type(int column) const { return SPI_gettypeid(table_->tupdesc, column); }

private:
    const SPITupleTable* table_;
    uint64 count_;
    const SavedQuery& query_;
};

/// Declare it as a constinit static. In the text `@extschema@` means the extension's schema, and each operator means the one of
/// pg_catalog. For the caller's search_path is in force: an operator of the caller's own would run with the rights of the role
/// that runs the query. So write an assignment as :=, rely on no precedence of operators, and write no IN and no BETWEEN, which
/// name no operator. Name each function and each type with its schema.
///
/// The tables are checked before a plan is made, and again when anything may have changed. A table is each `@extschema@.name` that
/// is neither a call, name(, nor a cast, ::name. It must be an ordinary or a partitioned table (42809: a view would run its
/// functions with the rights of the role that runs the query). It must have the columns that the query names, each with its type
/// and labels (server/table_columns.hpp).
class SavedQuery {
public:
    using Arguments = std::initializer_list<std::optional<Datum>>;

    constexpr SavedQuery(const char* text, std::initializer_list<Oid> argument_types) : text_(text) {
        for (const Oid type : argument_types)
            argument_types_[argument_count_++] = type;
    }

    /// Runs the query read-only, under the snapshot of the calling statement. An SPI connection must be open. An absent argument
    /// is NULL. `most`: stop after this many rows; 0: read all.
    SpiRows run(Oid schema, Arguments arguments, std::size_t most = 0) {
        return execute(schema, arguments, View::of_statement, most);
    }

    /// As run(), but the query may write, and it sees View::latest. Not in parallel workers.
    SpiRows run_latest(Oid schema, Arguments arguments) { return execute(schema, arguments, View::latest); }

    /// As run_latest(), but the query sees View::committed: for decisions under a lock, where an old snapshot would be wrong.
    SpiRows run_committed(Oid schema, Arguments arguments) {
        return execute(schema, arguments, View::committed);
    }

    /// As run_latest() or as run_committed().
    SpiRows run_in(View view, Oid schema, Arguments arguments) { return execute(schema, arguments, view); }

    /// The table of a column of the result, for an error about it; nullptr where the column comes from no table. May raise a
    /// server error.
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
