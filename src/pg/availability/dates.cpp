// find_available_dates(): the local dates that have a slot, as rows (available_date, first_slot).
#include "core/available_dates.hpp"
#include "pg/availability/slot_call.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/result_rows.hpp"

extern "C" {
#include "utils/date.h"
}

namespace bookmeatoz::pg {
namespace {

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
    SlotCall call(fcinfo);
    const Question question = call.question(3);
    const auto [first, last] = call.dates(1);

    LoadedCalendar& loaded = call.open(question);
    loaded.load(instants_of(loaded.time_zone(), first, last, call.memory()));
    ResultRows rows(fcinfo);
    for (const AvailableDate& date :
         available_dates(loaded.calendar(), first, last, poll_interrupts, call.memory()))
        rows.add({DateADTGetDatum(to_date(date.date)), to_datum(date.first_slot)});
    return Datum(0);
}
