// check_slot() and check_slots(): whether a start can be booked, and why not, as rows (available, reason, employee_ids).
#include "core/slot_check.hpp"
#include "pg/availability/call_memory.hpp"
#include "pg/calendar/values.hpp"
#include "pg/availability/employee_ids.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/availability/arguments.hpp"

#include <numeric>

namespace bookmeatoz::pg {
namespace {

/// Starts this near to each other share what is read: one more day of rows costs less than to ask for them once more.
constexpr Duration shared_reach = one_day;

/// The answers, in the order of the starts.
std::pmr::vector<SlotCheck> check_all(LoadedCalendar& loaded, std::span<const Instant> starts,
                                      std::pmr::memory_resource* memory) {
    std::pmr::vector<SlotCheck> checks(starts.size(), SlotCheck{SlotReason::not_offered, {}, 0}, memory);
    std::pmr::vector<std::size_t> by_time(starts.size(), memory);
    std::iota(by_time.begin(), by_time.end(), std::size_t{0});
    std::ranges::sort(by_time, {}, [&](std::size_t i) { return starts[i]; });
    for (std::size_t first = 0, end = 0; first < by_time.size(); first = end) {
        const Instant begin = starts[by_time[first]];
        while (end < by_time.size() && starts[by_time[end]] < begin + shared_reach)
            ++end;
        loaded.load({begin, starts[by_time[end - 1]] + one_tick});
        for (const std::size_t i : std::span(by_time).subspan(first, end - first))
            checks[i] = bookmeatoz::check_slot(loaded.calendar(), starts[i], poll_interrupts, memory);
    }
    return checks;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(check_slot, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, INT4OID, UUIDOID, TIMESTAMPTZOID})
                                    .returns_table({BOOLOID, TEXTOID, UUIDARRAYOID})) {
    const SlotArguments arguments(fcinfo);
    const Question question = arguments.question(2);
    const Instant start = arguments.instant(1, "slot_start");

    CallMemory memory;
    LoadedCalendar loaded(question, extension_schema(fcinfo), memory.resource());
    loaded.load({start, start + one_tick});
    const SlotCheck check =
        bookmeatoz::check_slot(loaded.calendar(), start, poll_interrupts, memory.resource());

    ResultRows rows(fcinfo);
    EmployeeIds employee_ids;
    rows.add({BoolGetDatum(check.reason == SlotReason::ok), text_datum(reason_name(check.reason)),
              employee_ids.array(loaded.calendar().resources,
                                 loaded.listed(std::span<const std::uint32_t>(check.free)))});
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(check_slots, takes({UUIDOID, TIMESTAMPTZARRAYOID, UUIDOID, INT4OID, TIMESTAMPTZOID})
                                     .returns_table({TIMESTAMPTZOID, BOOLOID, TEXTOID, UUIDARRAYOID})) {
    const SlotArguments arguments(fcinfo);
    Question question{};
    question.service_id = arguments.id(0, "service_id");
    question.employee_id = arguments.optional_id(2);
    question.slot_interval_minutes = arguments.step(3);
    question.as_of = arguments.instant(4, "as_of");

    CallMemory memory;
    const std::pmr::vector<Instant> starts =
        arguments.instants(1, "slot_starts", most_starts, memory.resource());
    LoadedCalendar loaded(question, extension_schema(fcinfo), memory.resource());
    const std::pmr::vector<SlotCheck> checks = check_all(loaded, starts, memory.resource());

    ResultRows rows(fcinfo);
    EmployeeIds employee_ids;
    for (std::size_t i = 0; i < starts.size(); ++i)
        rows.add({to_datum(starts[i]), BoolGetDatum(checks[i].reason == SlotReason::ok),
                  text_datum(reason_name(checks[i].reason)),
                  employee_ids.array(loaded.calendar().resources,
                                     loaded.listed(std::span<const std::uint32_t>(checks[i].free)))});
    return Datum(0);
}
