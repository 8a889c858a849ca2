// free_busy(): when an employee is free and when not, as rows (period, busy_type).
#include "core/free_busy.hpp"
#include "pg/availability/slot_call.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/ranges.hpp"
#include "pg/calendar/time_zone.hpp"

extern "C" {
#include "access/xact.h"
}

namespace bookmeatoz::pg {
namespace {

/// The name in RFC 5545 section 3.2.9.
std::string_view type_name(FreeBusyType type) {
    switch (type) {
    case FreeBusyType::busy:
        return "BUSY";
    case FreeBusyType::tentative:
        return "BUSY-TENTATIVE";
    case FreeBusyType::unavailable:
        return "BUSY-UNAVAILABLE";
    case FreeBusyType::free:
        break;
    }
    return "FREE";
}

Datum to_datum(bookmeatoz::Interval interval) {
    return pg_call([&] { return time_range(to_timestamptz(interval.begin), to_timestamptz(interval.end)); });
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(free_busy,
                    takes({UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID}).returns_table({TSTZRANGEOID, TEXTOID})) {
    SlotCall call(fcinfo);
    const pg_uuid_t employee_id = call.id(0, "employee_id");
    const auto window = call.window(1);

    // S19: a hold that expired before this transaction began is none.
    const Instant now = to_instant(GetCurrentTransactionStartTimestamp());
    LoadedCalendar& loaded = call.open(employee_id, now);
    loaded.load(window);
    ResultRows rows(fcinfo);
    const Calendar& calendar = loaded.calendar();
    for (const FreeBusyPeriod& period :
         bookmeatoz::free_busy(calendar, calendar.resources.front(), window, poll_interrupts, call.memory()))
        rows.add({to_datum(period.period), text_datum(type_name(period.type))});
    return Datum(0);
}
