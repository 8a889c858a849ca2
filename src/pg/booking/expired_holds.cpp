// Holds that have expired: see booking/expired_holds.hpp.
#include "pg/booking/expired_holds.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/calendar/status.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery expired_holds_query(R"(
    SELECT id, pg_catalog.lower(busy) AS busy, pg_catalog.upper(busy) AS busy
      FROM @extschema@.bookings
     WHERE resource_id = $1 AND id <> $2 AND busy && $3
       AND NOT overbooked AND )" EXPIRED_HOLD,
                                         {UUIDOID, UUIDOID, TSTZRANGEOID});

constinit SavedQuery delete_expired_hold(R"(
    DELETE FROM @extschema@.bookings
     WHERE id = (SELECT id
                   FROM @extschema@.bookings
                  WHERE id = $1 AND )" EXPIRED_HOLD R"(
                    FOR UPDATE SKIP LOCKED))",
                                         {UUIDOID});

} // namespace

void refuse_revival(const BookingWrite& write) {
    if (write.is_insert() || !write.before->hold_expires_at || !write.after.occupies_time)
        return;
    const TimestampTz now = GetCurrentTimestamp();
    const auto has_expired = [now](const BookingValues& values) {
        return values.hold_expires_at && *values.hold_expires_at <= now;
    };
    if (!has_expired(*write.before))
        return;
    const bool stays_expired = has_expired(write.after) && keeps_its_time(write);
    if (!stays_expired)
        refuse_expired_hold();
}

std::vector<ExpiredHold> expired_holds_in_the_way(const BookingWrite& write) {
    const BookingValues& booking = write.after;
    std::vector<ExpiredHold> holds;
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    for (const SpiRow hold : expired_holds_query.run_committed(
             write.schema, {to_datum(booking.resource_id), to_datum(booking.id), busy_range(booking)}))
        holds.push_back({to_uuid(hold.id(1)), {hold.time(2), hold.time(3)}});
    return holds;
}

void delete_expired_holds(const BookingWrite& write, const std::vector<ExpiredHold>& holds) {
    if (holds.empty())
        return;
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    for (const ExpiredHold& hold : holds)
        delete_expired_hold.run_committed(write.schema, {to_datum(hold.id)});
}

} // namespace bookmeatoz::pg
