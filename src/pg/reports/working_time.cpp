// working_time(): how much working time those of a business have on some dates, as rows (employee_id, working_time).
#include "core/worked_time.hpp"
#include "pg/availability/slot_call.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/result_rows.hpp"

namespace bookmeatoz::pg {
namespace {

/// An interval of microseconds alone: hours beyond 24 stay hours.
Datum interval_datum(Duration duration) {
    return pg_call([&] {
        auto* const interval = static_cast<::Interval*>(palloc0(sizeof(::Interval)));
        interval->time = duration.count();
        return IntervalPGetDatum(interval);
    });
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(working_time, takes({UUIDOID, DATEOID, DATEOID}).returns_table({UUIDOID, INTERVALOID})) {
    SlotCall call(fcinfo);
    const WholeBusiness everybody{call.id(0, "business_id"), std::nullopt, false};
    const auto [first, last] = call.dates(1);

    LoadedCalendar& loaded = call.open(everybody, Instant());
    const auto window = instants_of(loaded.time_zone(), first, last, call.memory());
    ResultRows rows(fcinfo);
    // A zone may have skipped all of the dates.
    if (is_empty(window))
        return Datum(0);
    loaded.load(window);
    const bool is_nobody = loaded.business_is_resource();
    for (const Resource& resource : loaded.calendar().resources) {
        const Duration worked =
            worked_time(loaded.calendar(), resource, first, last, poll_interrupts, call.memory());
        if (worked > Duration(0))
            rows.add({is_nobody ? Datum(0) : to_datum(resource.id), interval_datum(worked)},
                     {is_nobody, false});
    }
    return Datum(0);
}
