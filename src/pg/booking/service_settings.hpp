// Reads what a service and its business set, for what the guard counts (S17).
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// None where service or employee are not the business's own: their foreign keys refuse the row, and before that it must not show
/// whether it would collide.
std::optional<ServiceSettings> settings_of(const BookingWrite& write);

/// The same as an earlier row of the statement found them, if one did.
std::optional<ServiceSettings> known_settings_of(const BookingWrite& write);

} // namespace bookmeatoz::pg
