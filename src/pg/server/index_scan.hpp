// Index scans without the executor, but with its rules: they see the active snapshot, and they read the index alone where it has
// all columns and the page is known to be visible to all. They check neither privileges nor row security: see
// access/read_rights.hpp. calendar/scans reads the calendar with them.
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

/// What a scan needs: an index whose first columns are `keys`. The index must hold exactly these rows:
/// - all, without null_column and function
/// - those with `WHERE null_column IS NULL`
/// - those with `WHERE function(arguments)`; the function is in the schema of the table
/// Every column must be as server/table_columns.hpp says; otherwise find_layout() finds no index.
struct WantedScan {
    std::span<const char* const> keys;
    std::span<const char* const> columns;
    const char* null_column = nullptr;
    const char* function = nullptr;
    std::span<const char* const> arguments{};
};

/// How a table is read. Valid until the server sends an invalidation of the table or the index.
struct ScanLayout {
    static constexpr std::size_t most_columns = 10;

    Oid table = InvalidOid;
    Oid index = InvalidOid;
    bool index_only = false;
    /// The only index that was found may not be used by the present transaction yet.
    bool index_is_too_new = false;
    /// How many attributes of a table row are taken apart, from the first on.
    AttrNumber attributes = 0;
    /// The places of the wanted columns in the row of the index or of the table, from 0; and their types.
    std::array<AttrNumber, most_columns> places{};
    std::array<Oid, most_columns> types{};
    /// All columns of the index have a fixed length. The value of a column then stands at the same place in every row, as long as
    /// only the last columns are NULL.
    bool has_fixed_columns = false;
    struct FixedColumn {
        std::uint16_t offset;
        bool by_value;
        std::uint8_t length;
    };
    std::array<FixedColumn, most_columns> fixed_columns{};
};

/// Finds out how to read an open table. Returns nullptr, or a sentence that says what is missing, allocated in the current memory
/// context. May raise a server error.
const char* find_layout(Relation table, const WantedScan& wanted, ScanLayout& layout);

/// Whether the table, which must be locked, has no rows at all, for nearly nothing: a fraction of what a scan takes that finds none.
/// false: perhaps. May raise a server error.
bool is_empty_table(Oid table);

/// The conditions of one scan, on the first columns of its index, in their order. They raise no error: the comparisons are
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

/// One scan, open from its construction to close(). The table must be locked. Every member function may raise a server error, so
/// call it inside a pg_call(). There is no destructor that an error could skip: the server closes what is left open.
class IndexScan : public TypedRow<IndexScan> {
public:
    IndexScan(const ScanLayout& layout, const ScanKeys& keys);
    /// Without the index, for visit() alone. Not of a layout that reads the index alone.
    explicit IndexScan(const ScanLayout& layout);
    void close();

    /// Starts again with these conditions. Their number must be the same as at first.
    void seek(ScanKeys& keys);
    /// Moves to the next row; false after the last one. The values of a row are valid until the next call.
    bool next();
    /// Where that row lies, of a layout that does not read the index alone.
    ItemPointerData place() const;
    /// Instead of both: moves to the row at this place, if there is one that the snapshot sees; of which key is for the caller to
    /// look at.
    bool visit(ItemPointerData place);
    bool is_null(int column) const {
        const AttrNumber place = layout_.places[static_cast<std::size_t>(column)];
        return fixed_ != nullptr ? place >= first_null_ : nulls_[place];
    }
    /// A value (see TypedRow); find_layout() has checked its type. Every value is tested for NULL: an older snapshot may still see
    /// rows from before the column became NOT NULL.
    Datum get(int column, [[maybe_unused]] Oid type) const {
        Assert(serves_as(layout_.types[static_cast<std::size_t>(column)], type));
        if (is_null(column))
            refuse_null_in(column);
        if (fixed_ == nullptr)
            return values_[layout_.places[static_cast<std::size_t>(column)]];
        const ScanLayout::FixedColumn& fixed = layout_.fixed_columns[static_cast<std::size_t>(column)];
        return fetch_att(fixed_ + fixed.offset, fixed.by_value, fixed.length);
    }

private:
    [[noreturn]] void refuse_null_in(int column) const;
    bool next_of_index();
    void take_apart(IndexTuple row);

    const ScanLayout& layout_;
    Relation table_;
    Relation index_ = nullptr;
    IndexScanDesc scan_ = nullptr;
    /// Holds rows of the table. An index-only scan makes it when it first has to visit the table.
    TupleTableSlot* slot_ = nullptr;
    Buffer visibility_page_;
    /// The values of a row whose columns have fixed places, and the place from which on they are NULL. So each column is read only
    /// when it is asked for: taking all columns apart costs more than finding the row.
    const char* fixed_ = nullptr;
    int first_null_ = INDEX_MAX_KEYS;
    /// The values of any other row.
    const Datum* values_;
    const bool* nulls_;
    Datum index_values_[INDEX_MAX_KEYS];
    bool index_nulls_[INDEX_MAX_KEYS];
};
static_assert(std::is_trivially_destructible_v<IndexScan> && std::is_trivially_destructible_v<ScanKeys>);

} // namespace bookmeatoz::pg
