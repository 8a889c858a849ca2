// Settings of a booking's service: see booking/service_settings.hpp.
#include "pg/booking/service_settings.hpp"
#include "pg/calendar/settings.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery settings_query(R"(
    SELECT b.settings, s.settings, b.timezone
      FROM @extschema@.services s
      JOIN @extschema@.businesses b ON b.id = s.business_id
     WHERE s.business_id = $1 AND s.id = $2
       AND ($3 IS NULL OR EXISTS (SELECT FROM @extschema@.employees WHERE business_id = $1 AND id = $3)))",
                                    {UUIDOID, UUIDOID, UUIDOID});

} // namespace

std::optional<ServiceSettings> settings_of(const BookingWrite& write) {
    const BookingValues& booking = write.after;
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    const SpiRows rows = settings_query.run_committed(
        write.schema,
        {to_datum(booking.business_id), to_datum(booking.service_id), to_datum(booking.employee_id)});
    if (rows.empty())
        return std::nullopt;
    const SpiRow found = rows.front();
    ServiceSettings settings;
    read_settings(settings.values, SettingsOwner::business, to_pg_uuid(*booking.business_id),
                  found.get(1, JSONBOID));
    read_settings(settings.values, SettingsOwner::service, to_pg_uuid(*booking.service_id),
                  found.get(2, JSONBOID));
    if (settings.values.limits_days())
        settings.time_zone = known_time_zone(found.string(3));
    return settings;
}

std::optional<ServiceSettings> known_settings_of(const BookingWrite& write) {
    const BookingValues& booking = write.after;
    KnownService& known =
        write.known->service(*booking.business_id, *booking.service_id, booking.employee_id);
    if (!known.settings)
        known.settings = settings_of(write);
    return known.settings;
}

} // namespace bookmeatoz::pg
