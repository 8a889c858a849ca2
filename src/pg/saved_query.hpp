// A query that is planned once a backend and run many times, with the rights and row security of whoever runs it.
// Used by everything that reads the tables; the server re-plans it when tables, roles or row security change.
#pragma once

#include "boundary.hpp"

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

/// One row of a result, columns counted from 1.
class SpiRow {
public:
    SpiRow(HeapTuple tuple, TupleDesc description) : tuple_(tuple), description_(description) {}

    bool is_null(int column) const;
    /// Undefined for NULL. By reference: valid until the connection closes.
    Datum get(int column) const;

private:
    HeapTuple tuple_;
    TupleDesc description_;
};

/// The rows of one execution; valid until the connection closes.
class SpiRows {
public:
    class Iterator {
    public:
        Iterator(const SPITupleTable* table, uint64 row) : table_(table), row_(row) {}
        SpiRow operator*() const { return {table_->vals[row_], table_->tupdesc}; }
        Iterator& operator++() {
            poll_interrupts();
            ++row_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return row_ != other.row_; }

    private:
        const SPITupleTable* table_;
        uint64 row_;
    };

    SpiRows(const SPITupleTable* table, uint64 count) : table_(table), count_(count) {}
    Iterator begin() const { return {table_, 0}; }
    Iterator end() const { return {table_, count_}; }
    uint64 size() const { return count_; }
    Oid column_type(int column) const { return SPI_gettypeid(table_->tupdesc, column); }

private:
    const SPITupleTable* table_;
    uint64 count_;
};

/// Meant as a constinit static. In the text `@extschema@` stands for the extension's schema, and a comparison operator
/// between spaces for the one of pg_catalog: the caller's search_path is in force, and an operator of the caller's own would
/// run with the rights of whoever the query runs as. So write no IN and no BETWEEN, name types with their schema, and put no
/// spaces around the = of an assignment.
class SavedQuery {
public:
    using Arguments = std::initializer_list<std::optional<Datum>>;

    template <std::size_t N>
    constexpr SavedQuery(const char* text, const Oid (&argument_types)[N])
        : text_(text), argument_types_(argument_types), argument_count_(static_cast<int>(N)) {
        static_assert(N <= most_arguments);
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

private:
    static constexpr std::size_t most_arguments = 20;
    enum class View { of_statement, latest, committed };

    void prepare(Oid schema);
    SpiRows execute(Oid schema, Arguments arguments, View view, std::size_t most = 0);

    const char* text_;
    const Oid* argument_types_;
    int argument_count_;
    SPIPlanPtr plan_ = nullptr;
    Oid schema_ = InvalidOid;
};

} // namespace bookmeatoz::pg
