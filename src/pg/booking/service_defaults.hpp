// What a booking takes from its service when it is written without it.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// S6: the end of the booking and its buffers, where the statement left them out. What is missing because the start or a key is
/// missing stays NULL, for the table's own checks to refuse. Read with the caller's rights: whether a service exists that the
/// caller may not see must not show in the error (23503).
void fill_from_service(BookingWrite& write);

} // namespace bookmeatoz::pg
