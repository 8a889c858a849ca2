// What a booking takes from its service: see booking/service_defaults.hpp.
#include "pg/booking/service_defaults.hpp"
#include "pg/server/spi.hpp"

extern "C" {
#include "utils/datum.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery service_query(R"(
    SELECT s.duration, s.buffer_before_minutes, s.buffer_after_minutes, COALESCE(e.price, s.price) AS price, s.currency
      FROM @extschema@.services s
      LEFT JOIN @extschema@.employee_services e
        ON e.business_id = $1 AND e.service_id = s.id AND e.employee_id = $3
     WHERE s.business_id = $1 AND s.id = $2)",
                                   {UUIDOID, UUIDOID, UUIDOID});

template <class T>
void set_if_missing(std::optional<T>& value, T by_default) {
    if (!value)
        value = by_default;
}

} // namespace

void service_not_found() {
    throw SqlError(ERRCODE_FOREIGN_KEY_VIOLATION, "the service of the booking was not found",
                   "The end, the buffers and the price of a booking come from a service of its own business.")
        .about({.table = "bookings", .column = "service_id", .constraint = "bookings_service_fkey"});
}

bool fill_from_service(BookingWrite& write) {
    BookingValues& booking = write.after;
    const bool is_complete =
        booking.end_time && booking.buffer_before_minutes && booking.buffer_after_minutes;
    const bool wants_price = !booking.price && (write.is_insert() || write.before->price);
    const bool wants_currency = !booking.currency && (write.is_insert() || write.before->currency);
    if ((is_complete && !wants_price && !wants_currency) || !booking.business_id || !booking.service_id)
        return true;
    const SpiConnection spi;
    const SpiRows rows =
        service_query.run_latest(write.schema, {to_datum(booking.business_id), to_datum(booking.service_id),
                                                to_datum(booking.employee_id)});
    if (rows.empty() && is_complete)
        return false;
    if (rows.empty())
        service_not_found();
    const SpiRow service = rows.front();
    if (booking.start_time && !TIMESTAMP_NOT_FINITE(*booking.start_time))
        set_if_missing(booking.end_time, *booking.start_time + service.int4(1) * USECS_PER_MINUTE);
    set_if_missing(booking.buffer_before_minutes, service.int4(2));
    set_if_missing(booking.buffer_after_minutes, service.int4(3));
    const auto copied = [&](int column, Oid type) {
        const Datum value = service.get(column, type);
        return pg_call([&] { return datumCopy(value, false, -1); });
    };
    if (wants_price)
        booking.price = copied(4, NUMERICOID);
    if (wants_currency)
        booking.currency = copied(5, VARCHAROID);
    return true;
}

} // namespace bookmeatoz::pg
