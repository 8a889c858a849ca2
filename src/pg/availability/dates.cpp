// find_available_dates(): the local dates that have a slot, as rows (available_date, first_slot).
#include "core/available_dates.hpp"
#include "pg/availability/call_memory.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/availability/arguments.hpp"

extern "C" {
#include "utils/date.h"
}

namespace bookmeatoz::pg {
namespace {

/// The instants of the dates in the zone of the business.
bookmeatoz::Interval instants_of(pg_tz* zone, LocalDate first, LocalDate last,
                                 std::pmr::memory_resource* memory) {
    const Instant begin(first.time_since_epoch());
    const Instant end((last + std::chrono::days(1)).time_since_epoch());
    // The dates as if in UTC, and as far around them as a zone can shift a date.
    const auto periods = zone_periods(zone, {begin - date_reach, end + date_reach}, memory);
    return Zone(periods).dates(first, last);
}

/// A leap year.
constexpr std::chrono::days longest_range{366};

DateADT to_date(LocalDate date) {
    return static_cast<DateADT>(
        (date.time_since_epoch() - std::chrono::floor<std::chrono::days>(server_epoch)).count());
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(find_available_dates,
                    takes({UUIDOID, DATEOID, DATEOID, UUIDOID, INT4OID, UUIDOID, TIMESTAMPTZOID})
                        .returns_table({DATEOID, TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const Question question = arguments.question(3);
    const LocalDate first = arguments.date(1, "from_date");
    const LocalDate last = arguments.date(2, "to_date");
    if (first > last)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "from_date must not be later than to_date", {},
                       "Both dates are included: exchange the two.");
    if (last - first >= longest_range)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "more than 366 dates are asked for",
                       "At most 366 dates are looked at in one call.", "Ask for several ranges in turn.");

    CallMemory memory;
    LoadedCalendar loaded(question, extension_schema(fcinfo), memory.resource());
    loaded.load(loaded.bookable(instants_of(loaded.time_zone(), first, last, memory.resource())));
    ResultRows rows(fcinfo);
    for (const AvailableDate& date :
         available_dates(loaded.calendar(), first, last, poll_interrupts, memory.resource()))
        rows.add({DateADTGetDatum(to_date(date.date)), to_datum(date.first_slot)});
    return Datum(0);
}
