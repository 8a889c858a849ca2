// Labels of enum types: see calendar/status.hpp.
#include "pg/calendar/status.hpp"

namespace bookmeatoz::pg {

static_assert(static_cast<std::size_t>(BookingStatus::no_show) == booking_labels.size() - 1);

StatusLabels::StatusLabels(Oid type) {
    for (std::size_t i = 0; i < booking_labels.size(); ++i)
        values_[i] = enum_value(type, booking_labels[i]);
}

} // namespace bookmeatoz::pg
