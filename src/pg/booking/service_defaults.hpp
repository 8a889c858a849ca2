// What a booking takes from its service when it is written without it.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// S6, S20: the end of the booking, its buffers and its price, where the statement left them out; a price without a currency is in the
/// service's. An UPDATE leaves what is NULL already as it is. What is missing because the start or a key is
/// missing stays NULL, for the table's own checks to refuse. Read with the caller's rights: whether a service exists that the
/// caller may not see must not show in the error (23503). false: the service was not found, and no more is missing than the price or the
/// currency; whether that is an error is for those to say who know whether a policy will refuse the row in any case.
bool fill_from_service(BookingWrite& write);

/// Raises that error.
[[noreturn]] void service_not_found();

} // namespace bookmeatoz::pg
