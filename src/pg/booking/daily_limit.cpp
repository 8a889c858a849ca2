// Limits of bookings per local day: see booking/daily_limit.hpp.
#include "pg/booking/daily_limit.hpp"
#include "pg/server/memory.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"
#include "core/daily_limit.hpp"

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery day_query(R"(
    SELECT service_id, start_time, hold_expires_at
      FROM @extschema@.bookings
     WHERE employee_id = $1 AND id <> ALL ($2) AND start_time >= $3 AND start_time < $4
       AND )" OCCUPYING_STATUS R"(
    UNION ALL
    SELECT service_id, start_time, hold_expires_at
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND id <> ALL ($2) AND start_time >= $3 AND start_time < $4
       AND )" OCCUPYING_STATUS R"()",
                               {UUIDOID, UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

} // namespace

int64 local_date(const BookingValues& booking, const ServiceSettings& settings) {
    std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();
    const Instant start = to_instant(*booking.start_time);
    const auto periods = zone_periods(settings.time_zone, {start, start}, memory);
    return Zone(periods).date_of(start).time_since_epoch().count();
}

bool reaches_daily_limit(const BookingWrite& write, const ServiceSettings& settings, View view) {
    if (!settings.values.limits_days())
        return false;
    ContextMemory context(CurrentMemoryContext);
    std::pmr::monotonic_buffer_resource memory(&context);
    const Instant start = to_instant(*write.after.start_time);
    const Interval near{start - date_reach, start + date_reach};
    const auto periods =
        zone_periods(settings.time_zone, {near.begin - date_reach, near.end + date_reach}, &memory);
    Calendar calendar{};
    calendar.service.id = *write.after.service_id;
    calendar.settings = settings.values;
    calendar.zone = periods;
    calendar.as_of = to_instant(GetCurrentTimestamp());
    std::pmr::vector<Booking> bookings(&memory);
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    for (const SpiRow found : day_query.run_in(view, write.schema,
                                               {to_datum(write.after.resource_id), ids_not_counted(write),
                                                to_datum(near.begin), to_datum(near.end)})) {
        Booking& booking = bookings.emplace_back();
        booking.service_id = to_uuid(found.id(1));
        booking.interval.begin = to_instant(found.time(2));
        booking.status = BookingStatus::pending;
        if (!found.is_null(3))
            booking.hold_expires_at = to_instant(found.time(3));
    }
    return DailyLimit(calendar, bookings, poll_interrupts, &memory).reached_at(start);
}

} // namespace bookmeatoz::pg
