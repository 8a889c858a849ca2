// What a booking takes from its service: see booking/service_defaults.hpp.
#include "pg/booking/service_defaults.hpp"
#include "pg/server/spi.hpp"

extern "C" {
#include "utils/datum.h"
#include "utils/memutils.h"
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

/// With the caller's rights; none where the caller does not see the service.
std::optional<ServiceDefaults> defaults_of(const BookingWrite& write) {
    const BookingValues& booking = write.after;
    KnownService& known =
        write.known->service(*booking.business_id, *booking.service_id, booking.employee_id);
    if (known.defaults)
        return known.defaults;
    const SpiConnection spi;
    const SpiRows rows =
        service_query.run_latest(write.schema, {to_datum(booking.business_id), to_datum(booking.service_id),
                                                to_datum(booking.employee_id)});
    if (rows.empty())
        return std::nullopt;
    const SpiRow service = rows.front();
    const auto kept = [&](int column, Oid type) -> std::optional<Datum> {
        if (service.is_null(column))
            return std::nullopt;
        const Datum value = service.get(column, type);
        return pg_call([&] {
            const MemoryContext row_memory = MemoryContextSwitchTo(write.known->memory);
            const Datum copy = datumCopy(value, false, -1);
            MemoryContextSwitchTo(row_memory);
            return copy;
        });
    };
    known.defaults = {service.int4(1), service.int4(2), service.int4(3), kept(4, NUMERICOID),
                      kept(5, VARCHAROID)};
    return known.defaults;
}

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
    const std::optional<ServiceDefaults> service = defaults_of(write);
    if (!service && is_complete)
        return false;
    if (!service)
        service_not_found();
    if (booking.start_time && !TIMESTAMP_NOT_FINITE(*booking.start_time))
        set_if_missing(booking.end_time, *booking.start_time + service->duration * USECS_PER_MINUTE);
    set_if_missing(booking.buffer_before_minutes, service->buffer_before_minutes);
    set_if_missing(booking.buffer_after_minutes, service->buffer_after_minutes);
    if (wants_price)
        booking.price = required(service->price, BookingColumn::price);
    if (wants_currency)
        booking.currency = required(service->currency, BookingColumn::currency);
    return true;
}

} // namespace bookmeatoz::pg
