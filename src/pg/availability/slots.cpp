// find_available_slots() and next_available_slots(): slots as rows (slot_start, slot_end, employee_ids, remaining_capacity).
#include "pg/availability/slot_call.hpp"
#include "pg/calendar/values.hpp"
#include "pg/availability/employee_ids.hpp"
#include "pg/server/result_rows.hpp"
#include "core/slot_search.hpp"

#include <bit>

namespace bookmeatoz::pg {
namespace {

class SlotRows {
public:
    SlotRows(FunctionCallInfo fcinfo, const LoadedCalendar& loaded, MemoryBudget& budget)
        : rows_(fcinfo), loaded_(loaded), budget_(budget) {}

    void add(const Slot& slot) {
        const Calendar& calendar = loaded_.calendar();
        // The server gives out powers of two, and counts more than that.
        budget_.take(std::bit_ceil(row_size + slot.resources.size() * sizeof(Uuid)) + around_a_row);
        rows_.add({to_datum(slot.start), to_datum(slot.start + calendar.service.duration),
                   employee_ids_.array(calendar.resources, loaded_.listed(slot.resources)),
                   Int32GetDatum(slot.remaining_capacity)});
        ++count_;
    }

    std::size_t count() const { return count_; }

private:
    /// About what a row takes besides its employees.
    static constexpr std::size_t row_size = 72;
    static constexpr std::size_t around_a_row = 40;

    ResultRows rows_;
    const LoadedCalendar& loaded_;
    MemoryBudget& budget_;
    EmployeeIds employee_ids_;
    std::size_t count_ = 0;
};

constexpr Duration farthest_look = 366 * one_day;

/// How far next_available_slots() looks: to the horizon (S10), or 366 days on from the first start that can be booked. What it finds
/// can be asked for, so it looks no further than the arguments of a call may reach.
bookmeatoz::Interval look_ahead(Instant after, const LoadedCalendar& loaded) {
    auto ahead = loaded.bookable({after, Instant::max()});
    if (!loaded.calendar().settings.max_advance_days)
        ahead.end = ahead.begin + farthest_look;
    ahead.end = std::min<Instant>(ahead.end, latest);
    return ahead;
}

/// The first window of next_available_slots(); each further one is three times as long. A slot that is near costs one day of
/// rows, and a far one not much more than a search over all of them.
constexpr Duration first_look = one_day;

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(find_available_slots,
                    takes({UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDOID, INT4OID, UUIDOID,
                           TIMESTAMPTZOID})
                        .returns_table({TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDARRAYOID, INT4OID})) {
    SlotCall call(fcinfo);
    const Question question = call.question(3);
    const auto window = call.window(1);

    LoadedCalendar& loaded = call.open(question);
    loaded.load(window);
    SlotRows rows(fcinfo, loaded, call.budget());
    SlotSearch search(loaded.calendar(), poll_interrupts, call.memory());
    while (const std::optional<Slot> slot = search.next()) {
        if (rows.count() == most_slots)
            too_many_slots();
        rows.add(*slot);
    }
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(next_available_slots,
                    takes({UUIDOID, TIMESTAMPTZOID, INT4OID, UUIDOID, INT4OID, UUIDOID, TIMESTAMPTZOID})
                        .returns_table({TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDARRAYOID, INT4OID})) {
    SlotCall call(fcinfo);
    const Question question = call.question(3);
    const Instant after = call.instant(1, "after_time");
    const auto wanted = static_cast<std::size_t>(call.count(2, "max_slots", most_slots));

    LoadedCalendar& loaded = call.open(question);
    SlotRows rows(fcinfo, loaded, call.budget());
    auto ahead = look_ahead(after, loaded);
    for (Duration length = first_look; !is_empty(ahead) && rows.count() < wanted;
         length = std::min(3 * length, longest_window)) {
        const Instant end = std::min(ahead.begin + length, ahead.end);
        loaded.load({ahead.begin, end});
        SlotSearch search(loaded.calendar(), poll_interrupts, call.memory());
        while (rows.count() < wanted) {
            const std::optional<Slot> slot = search.next();
            if (!slot)
                break;
            rows.add(*slot);
        }
        ahead.begin = end;
    }
    return Datum(0);
}
