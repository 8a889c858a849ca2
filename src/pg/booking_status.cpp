// Labels of enum types: see booking_status.hpp.
#include "booking_status.hpp"

#include <algorithm>

extern "C" {
#include "catalog/pg_enum.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// In the order of BookingStatus.
constexpr std::array labels = {"pending", "confirmed", "cancelled", "completed", "rejected", "no_show"};
static_assert(static_cast<std::size_t>(BookingStatus::no_show) == labels.size() - 1);

} // namespace

Oid enum_value(Oid type, const char* label) {
    return pg_call([&] {
        return GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type),
                               CStringGetDatum(label));
    });
}

std::optional<BookingStatus> find_status(std::string_view label) noexcept {
    const auto found = std::find(labels.begin(), labels.end(), label);
    if (found == labels.end())
        return std::nullopt;
    return static_cast<BookingStatus>(found - labels.begin());
}

StatusLabels::StatusLabels(Oid type) {
    for (std::size_t i = 0; i < labels.size(); ++i)
        values_[i] = enum_value(type, labels[i]);
}

} // namespace bookmeatoz::pg
