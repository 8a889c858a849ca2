// What a booking takes from its service: see booking/service_defaults.hpp.
#include "pg/booking/service_defaults.hpp"
#include "pg/server/spi.hpp"

namespace bookmeatoz::pg {
namespace {

constexpr Oid two_uuids[] = {UUIDOID, UUIDOID};

constinit SavedQuery service_query(R"(
    SELECT duration, buffer_before_minutes, buffer_after_minutes
      FROM @extschema@.services
     WHERE business_id = $1 AND id = $2)",
                                   two_uuids);

template <class T>
void set_if_missing(std::optional<T>& value, T by_default) {
    if (!value)
        value = by_default;
}

} // namespace

void fill_from_service(BookingWrite& write) {
    BookingValues& booking = write.after;
    const bool is_complete =
        booking.end_time && booking.buffer_before_minutes && booking.buffer_after_minutes;
    if (is_complete || !booking.business_id || !booking.service_id)
        return;
    const SpiConnection spi;
    const SpiRows rows =
        service_query.run_latest(write.schema, {to_datum(booking.business_id), to_datum(booking.service_id)});
    if (rows.size() == 0)
        throw SqlError(ERRCODE_FOREIGN_KEY_VIOLATION, "the service of the booking was not found",
                       "The end and the buffers of a booking come from a service of its own business.");
    const SpiRow service = *rows.begin();
    if (booking.start_time && !TIMESTAMP_NOT_FINITE(*booking.start_time))
        set_if_missing(booking.end_time, *booking.start_time + service.int4(1) * USECS_PER_MINUTE);
    set_if_missing(booking.buffer_before_minutes, service.int4(2));
    set_if_missing(booking.buffer_after_minutes, service.int4(3));
}

} // namespace bookmeatoz::pg
