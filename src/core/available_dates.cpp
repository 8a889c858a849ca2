// The local dates with a slot: see available_dates.hpp.
#include "available_dates.hpp"

namespace bookmeatoz {

std::pmr::vector<AvailableDate> available_dates(const Calendar& calendar, LocalDate first, LocalDate last,
                                                Poll poll, std::pmr::memory_resource* memory) {
    std::pmr::vector<AvailableDate> dates(memory);
    const Zone zone(calendar.zone);
    SlotSearch search(calendar, poll, memory);
    while (const std::optional<Slot> slot = search.next()) {
        const LocalDate date = zone.date_of(slot->start);
        if (first <= date && date <= last)
            dates.push_back({date, slot->start});
        search.skip_to(zone.date_end(slot->start));
    }
    // Where a date comes twice, the first of its slots stays. The date between the two may be out of order.
    std::stable_sort(dates.begin(), dates.end(),
                     [](const AvailableDate& a, const AvailableDate& b) { return a.date < b.date; });
    const auto rest =
        std::unique(dates.begin(), dates.end(),
                    [](const AvailableDate& a, const AvailableDate& b) { return a.date == b.date; });
    dates.erase(rest, dates.end());
    return dates;
}

} // namespace bookmeatoz
