// What C++ believes of the tables: the type of each column that it reads, and the labels that it names. The owner of the tables
// may change them at will, so it is checked before a value is read: by saved queries, index scans and triggers.
#pragma once

#include "pg/server/boundary.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

extern "C" {
#include "access/attnum.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// The labels of booking_status_type_v1, in the order of the core's BookingStatus.
inline constexpr std::array<const char*, 6> booking_labels = {"pending",   "confirmed", "cancelled",
                                                              "completed", "rejected",  "no_show"};

/// VARCHAROID stands for text too, ANYENUMOID for any enum type.
struct TableColumn {
    const char* table;
    const char* name;
    Oid type;
    /// Those that the code names.
    std::span<const char* const> labels{};
};

/// All columns that C++ reads; those of one table stand together.
std::span<const TableColumn> table_columns();

/// nullptr for one that C++ does not read.
const TableColumn* find_table_column(std::string_view table, std::string_view column);

/// Whether a column of type `found` serves where `wanted` is read. May raise a server error.
bool serves_as(Oid found, Oid wanted);

/// Whether the type has the labels that are named of the column. May raise a server error.
bool has_labels(Oid type, const TableColumn& column);

/// The number of the column; 42703 where the table has none of that name, 42804 where it has another type or the type lacks
/// a label. May raise these and other server errors.
AttrNumber require_column(Relation table, const TableColumn& column);

/// The value of an enum type that has this label; raises the server error 42804 where there is none.
Oid require_label(Oid type, const char* label);

/// Raises the server error 42804. Without a name of the table, where the column is not one of a table's.
[[noreturn]] void refuse_type(const char* table, const char* column, Oid found, Oid wanted);

/// Raises the server error 22004.
[[noreturn]] void refuse_null(const char* table, const char* column);

/// Counts what may have changed the labels of any type. May raise a server error.
unsigned label_changes();

} // namespace bookmeatoz::pg
