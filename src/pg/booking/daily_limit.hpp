// S16: limits of bookings per local day, for the guard.
#pragma once

#include "pg/booking/service_settings.hpp"
#include "pg/server/snapshot.hpp"

namespace bookmeatoz::pg {

/// The start's local date at the business; days since 1970.
int64 local_date(const BookingValues& booking, const ServiceSettings& settings);

/// Whether the row, which claims time, would exceed a limit of the service or the business. By the search's own count.
bool reaches_daily_limit(const BookingWrite& write, const ServiceSettings& settings, View view);

} // namespace bookmeatoz::pg
