// S17: what a service and its business set, for what the guard counts: capacity and daily limits.
#pragma once

#include "pg/booking/guarded_row.hpp"
#include "core/settings.hpp"

namespace bookmeatoz::pg {

struct ServiceSettings {
    Settings values;
    /// The business's, where a daily limit is set.
    pg_tz* time_zone = nullptr;
};

/// None where service or employee are not the business's own: their foreign keys refuse the row, and before that it must not show
/// whether it would collide.
std::optional<ServiceSettings> settings_of(const BookingWrite& write);

} // namespace bookmeatoz::pg
