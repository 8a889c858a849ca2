// Index scans by hand, as the executor does them: under the active snapshot, and from the index alone where it has all
// columns and the page is known to be visible to all. Privileges and row security are not looked at here: access/read_rights.hpp.
#pragma once

#include "pg/server/table_columns.hpp"
#include "pg/server/typed_row.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>

extern "C" {
#include "access/genam.h"
#include "access/itup.h"
#include "access/skey.h"
#include "access/tupmacs.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// What a scan must find: an index on `keys`, perhaps more behind them. It must hold all rows, or, if there is a null_column,
/// those with `WHERE null_column IS NULL`, or, if there is a function (of the schema of the table), those with `WHERE
/// function(arguments)`; no fewer and no others. All columns are as server/table_columns.hpp says, or the scan is not to be had.
struct WantedScan {
    std::span<const char* const> keys;
    std::span<const char* const> columns;
    const char* null_column = nullptr;
    const char* function = nullptr;
    std::span<const char* const> arguments{};
};

/// How a table is read. Right as long as the server sends no invalidation of the table or the index.
struct ScanPlan {
    static constexpr std::size_t most_columns = 10;

    Oid table = InvalidOid;
    Oid index = InvalidOid;
    bool index_only = false;
    /// None was found but one that the present transaction must not use yet.
    bool index_is_too_new = false;
    /// Of a row of the table the first `attributes` are taken apart.
    AttrNumber attributes = 0;
    /// Where the wanted columns stand, from 0, in the row of the index or of the table; and their types.
    std::array<AttrNumber, most_columns> places{};
    std::array<Oid, most_columns> types{};
    /// Of an index with columns of fixed length alone: a column's value stands in its row always at the same place, as long
    /// as only the last ones are NULL.
    bool has_fixed_columns = false;
    struct FixedColumn {
        std::uint16_t offset;
        bool by_value;
        std::uint8_t length;
    };
    std::array<FixedColumn, most_columns> fixed_columns{};
};

/// Finds the way to read an open table; nullptr if found, else what is missing (allocated in the current memory context).
/// May raise a server error.
const char* plan_scan(Relation table, const WantedScan& wanted, ScanPlan& plan);

/// Whether the table, which must be locked, has no rows at all, for nearly nothing: a fraction of what a scan takes that finds none.
/// false: perhaps. May raise a server error.
bool is_empty_table(Oid table);

/// The conditions of one scan, on the leading columns of its index in their order. Raises no error: the comparisons are
/// built-in functions.
class ScanKeys {
public:
    ScanKeys& uuid_is(Datum id);
    /// from <= the column < to
    ScanKeys& time_within(Datum from, Datum to);
    ScanKeys& time_after(Datum time);
    /// Another value for the first condition.
    void replace_first(Datum id) { keys_[0].sk_argument = id; }

    ScanKeyData* data() { return keys_; }
    int count() const { return count_; }

private:
    ScanKeyData& add(bool same_column, StrategyNumber strategy, RegProcedure comparison, Datum value);

    ScanKeyData keys_[3];
    int count_ = 0;
    AttrNumber column_ = 0;
};

/// One scan, open from construction to close(). The table must be locked. Everything may raise a server error, so it belongs
/// inside a pg_call(). There is no destructor to skip then: the server releases what an error leaves open.
class IndexScan : public TypedRow<IndexScan> {
public:
    IndexScan(const ScanPlan& plan, const ScanKeys& keys);
    void close();

    /// Begins anew with these conditions, as many as at first.
    void seek(ScanKeys& keys);
    /// Moves to the next row; false after the last. Values are good until then.
    bool next();
    bool is_null(int column) const {
        const AttrNumber place = plan_.places[static_cast<std::size_t>(column)];
        return fixed_ != nullptr ? place >= first_null_ : nulls_[place];
    }
    /// A value (see TypedRow), whose type plan_scan() has checked. That a column is NOT NULL now does not say that it was so when
    /// a row was written that an older snapshot still sees; so NULL is looked for in each.
    Datum get(int column, [[maybe_unused]] Oid type) const {
        Assert(serves_as(plan_.types[static_cast<std::size_t>(column)], type));
        if (is_null(column))
            refuse_null_in(column);
        if (fixed_ == nullptr)
            return values_[plan_.places[static_cast<std::size_t>(column)]];
        const ScanPlan::FixedColumn& fixed = plan_.fixed_columns[static_cast<std::size_t>(column)];
        return fetch_att(fixed_ + fixed.offset, fixed.by_value, fixed.length);
    }

private:
    [[noreturn]] void refuse_null_in(int column) const;
    bool next_of_index();
    void take_apart(IndexTuple row);

    const ScanPlan& plan_;
    Relation table_;
    Relation index_;
    IndexScanDesc scan_;
    /// For rows of the table: with an index-only scan, made when the first is visited.
    TupleTableSlot* slot_ = nullptr;
    Buffer visibility_page_;
    /// The values of a row whose columns have fixed places, and the place from which on they are NULL. Taking all of its columns
    /// apart costs more than finding the row.
    const char* fixed_ = nullptr;
    int first_null_ = INDEX_MAX_KEYS;
    /// Those of other rows.
    const Datum* values_;
    const bool* nulls_;
    Datum index_values_[INDEX_MAX_KEYS];
    bool index_nulls_[INDEX_MAX_KEYS];
};
static_assert(std::is_trivially_destructible_v<IndexScan> && std::is_trivially_destructible_v<ScanKeys>);

} // namespace bookmeatoz::pg
