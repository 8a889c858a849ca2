// Assignment of an employee: see booking/assignment.hpp.
#include "pg/booking/assignment.hpp"
#include "core/booked_time.hpp"
#include "pg/calendar/status.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/spi.hpp"

#include <algorithm>
#include <vector>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid ids_argument[] = {UUIDARRAYOID};

constinit SavedQuery longest_unbooked_query(R"(
    SELECT e.id
      FROM pg_catalog.unnest($1) e (id)
     ORDER BY (SELECT b.created_at
                 FROM @extschema@.bookings b
                WHERE b.employee_id = e.id
                  AND )" OCCUPYING_STATUS R"(
                  AND (b.hold_expires_at IS NULL OR b.hold_expires_at > pg_catalog.clock_timestamp())
                ORDER BY b.created_at DESC
                LIMIT 1) NULLS FIRST, e.id
     LIMIT 1)",
                                            ids_argument);

} // namespace

std::uint32_t choose_resource(const LoadedCalendar& loaded, Instant start,
                              std::span<const std::uint32_t> free, Oid schema,
                              std::pmr::memory_resource* memory) {
    const Calendar& calendar = loaded.calendar();
    if (free.size() == 1 || calendar.settings.assignment == Assignment::first)
        return free.front();

    const LocalDate date = Zone(calendar.zone).date_of(start);
    std::pmr::vector<std::uint32_t> least(memory);
    Duration least_booked = Duration::max();
    for (const std::uint32_t index : free) {
        const Duration booked = booked_time(calendar, calendar.resources[index], date);
        if (booked < least_booked)
            least.clear();
        if (booked <= least_booked)
            least.push_back(index);
        least_booked = std::min(least_booked, booked);
    }
    if (least.size() == 1)
        return least.front();

    std::pmr::vector<Datum> ids(memory);
    for (const std::uint32_t index : least)
        ids.push_back(to_datum(calendar.resources[index].id));
    const SpiConnection spi;
    const Datum array = pg_call([&] {
        return PointerGetDatum(construct_array(ids.data(), static_cast<int>(ids.size()), UUIDOID, UUID_LEN,
                                               false, TYPALIGN_CHAR));
    });
    const SpiRows rows = longest_unbooked_query.run(schema, {array});
    const Uuid chosen = to_uuid((*rows.begin()).id(1));
    return *std::find_if(least.begin(), least.end(),
                         [&](std::uint32_t index) { return calendar.resources[index].id == chosen; });
}

} // namespace bookmeatoz::pg
