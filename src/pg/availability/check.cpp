// check_slot(): whether one start can be booked, and why not, as one row (available, reason, employee_ids).
#include "core/slot_check.hpp"
#include "pg/availability/slot_call.hpp"
#include "pg/availability/employee_ids.hpp"
#include "pg/server/result_rows.hpp"

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(check_slot, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, INT4OID, UUIDOID, TIMESTAMPTZOID})
                                    .returns_table({BOOLOID, TEXTOID, UUIDARRAYOID})) {
    SlotCall call(fcinfo);
    const Question question = call.question(2);
    const Instant start = call.instant(1, "slot_start");

    LoadedCalendar& loaded = call.open(question);
    loaded.load({start, start + one_tick});
    const SlotCheck check = bookmeatoz::check_slot(loaded.calendar(), start, poll_interrupts, call.memory());

    ResultRows rows(fcinfo);
    EmployeeIds employee_ids;
    rows.add({BoolGetDatum(check.reason == SlotReason::ok), text_datum(reason_name(check.reason)),
              employee_ids.array(loaded.calendar().resources,
                                 loaded.listed(std::span<const std::uint32_t>(check.free)))});
    return Datum(0);
}
