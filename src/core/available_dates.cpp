// The local dates with a slot: see available_dates.hpp.
#include "available_dates.hpp"

namespace bookmeatoz {

AvailableDates::AvailableDates(const Calendar& calendar, LocalDate first, LocalDate last, Poll poll,
                               std::pmr::memory_resource* memory)
    : dates_(memory) {
    const Zone zone(calendar.zone);
    SlotSearch search(calendar, poll, memory);
    while (const std::optional<Slot> slot = search.next()) {
        const LocalDate date = zone.date_of(slot->start);
        if (first <= date && date <= last)
            dates_.push_back({date, slot->start});
        search.skip_to(zone.date_end(slot->start));
    }
    // Where a date comes twice its first slot stays, and the one between the two may be out of order.
    std::stable_sort(dates_.begin(), dates_.end(),
                     [](const AvailableDate& a, const AvailableDate& b) { return a.date < b.date; });
    const auto rest =
        std::unique(dates_.begin(), dates_.end(),
                    [](const AvailableDate& a, const AvailableDate& b) { return a.date == b.date; });
    dates_.erase(rest, dates_.end());
}

std::optional<AvailableDate> AvailableDates::next() {
    return next_ < dates_.size() ? std::optional(dates_[next_++]) : std::nullopt;
}

} // namespace bookmeatoz
