// What C++ believes of the tables: the type of each column that it reads, and the labels that it names. The owner may change the
// tables at will. So saved queries, index scans and triggers check these beliefs before they read a value.
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

/// One column. VARCHAROID stands for text too, ANYENUMOID for any enum type.
struct TableColumn {
    const char* table;
    const char* name;
    Oid type;
    /// The labels that the code names.
    std::span<const char* const> labels{};
};

/// All columns that C++ reads. The columns of one table stand together.
std::span<const TableColumn> table_columns();

/// nullptr for a column that C++ does not read.
const TableColumn* find_table_column(std::string_view table, std::string_view column);

/// Whether a column of type `found` can be read as `wanted`. May raise a server error.
bool serves_as(Oid found, Oid wanted);

/// Whether the type has the labels that the code names of this column. May raise a server error.
bool has_labels(Oid type, const TableColumn& column);

/// The number of the column. May raise a server error: 42703 where the table has no such column, 42804 where the column has
/// another type or its type lacks a label.
AttrNumber require_column(Relation table, const TableColumn& column);

/// The value of an enum type with this label. Raises the server error 42804 where there is none.
Oid require_label(Oid type, const char* label);

/// Raises the server error 42804. `table` is nullptr where the column comes from no table.
[[noreturn]] void refuse_type(const char* table, const char* column, Oid found, Oid wanted);

/// Raises the server error 22004. `table` as above.
[[noreturn]] void refuse_null(const char* table, const char* column);

/// Counts the changes of enum labels, of any type. May raise a server error.
unsigned label_changes();

} // namespace bookmeatoz::pg
