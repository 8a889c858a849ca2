// Working time on some dates: see worked_time.hpp.
#include "worked_time.hpp"

#include "working_time.hpp"

namespace bookmeatoz {

Duration worked_time(const Calendar& calendar, const Resource& resource, LocalDate first, LocalDate last,
                     Poll poll, std::pmr::memory_resource* memory) {
    const Zone zone(calendar.zone);
    Duration worked{0};
    for (const Interval& open : working_time(calendar, resource, calendar.window, poll, memory).open) {
        poll();
        const Instant end = std::min(open.end, calendar.window.end);
        // Date by date: where the clock goes back over midnight, the window also contains an hour of the next date.
        Instant part_end;
        for (Instant part = std::max(open.begin, calendar.window.begin); part < end; part = part_end) {
            part_end = std::min(zone.date_end(part), end);
            const LocalDate date = zone.date_of(part);
            if (first <= date && date <= last)
                worked += part_end - part;
        }
    }
    return worked;
}

} // namespace bookmeatoz
