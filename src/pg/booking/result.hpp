// What the functions that write bookings return.
#pragma once

#include "pg/booking/record.hpp"
#include "pg/server/result_rows.hpp"

namespace bookmeatoz::pg {

/// The columns of a booking, in a row.
inline void add_row(ResultRows& rows, const BookingRecord& booking) {
    rows.add({UUIDPGetDatum(&booking.id),
              booking.employee_id ? UUIDPGetDatum(&*booking.employee_id) : Datum(0),
              TimestampTzGetDatum(booking.start), TimestampTzGetDatum(booking.end),
              text_datum(booking.status), TimestampTzGetDatum(booking.hold_expires_at.value_or(0))},
             {false, !booking.employee_id, false, false, false, !booking.hold_expires_at});
}

/// One booking.
inline Datum return_row(FunctionCallInfo fcinfo, const BookingRecord& booking) {
    ResultRows rows(fcinfo);
    add_row(rows, booking);
    return Datum(0);
}

} // namespace bookmeatoz::pg
