// The instants at which a slot may start: see slot_grid.hpp.
#include "slot_grid.hpp"

namespace bookmeatoz {

SlotGrid::SlotGrid(const Calendar& calendar, const WorkingTime& working, const BusyTime& busy,
                   Interval window, std::pmr::memory_resource* memory)
    : step_(calendar.settings.slot_interval), upcoming_(memory), active_(memory) {
    using std::chrono::days;
    if (calendar.settings.slot_alignment == SlotAlignment::clock) {
        const Zone zone(calendar.zone);
        const LocalDate last = zone.date_of(window.end) + days(1);
        for (LocalDate date = zone.date_of(window.begin) - days(1); date <= last; date += days(1)) {
            upcoming_.push_back(
                {zone.midnight(date) + calendar.settings.slot_offset, zone.midnight(date + days(1))});
        }
        return;
    }
    for (const Interval& offered : working.offered)
        upcoming_.push_back({offered.begin, offered.end});
    if (calendar.settings.slot_alignment == SlotAlignment::optimized) {
        for (const Instant end : busy.ends()) {
            const Instant behind = end + calendar.service.buffer_before;
            upcoming_.push_back({behind, behind + one_tick});
        }
        std::sort(upcoming_.begin(), upcoming_.end(),
                  [](const Progression& a, const Progression& b) { return a.next < b.next; });
    }
}

bool SlotGrid::advance(Progression& progression, Instant at_least) const {
    if (progression.next < at_least) {
        const auto steps = (at_least - progression.next + step_ - one_tick) / step_;
        progression.next += steps * step_;
    }
    return progression.next < progression.end;
}

std::optional<Instant> SlotGrid::next(Instant at_least) {
    std::optional<Instant> first;
    const auto consider = [&](Instant instant) { first = first ? std::min(*first, instant) : instant; };
    std::erase_if(active_, [&](Progression& progression) {
        if (!advance(progression, at_least))
            return true;
        consider(progression.next);
        return false;
    });
    while (first_upcoming_ < upcoming_.size() && (!first || upcoming_[first_upcoming_].next <= *first)) {
        Progression progression = upcoming_[first_upcoming_++];
        if (!advance(progression, at_least))
            continue;
        consider(progression.next);
        active_.push_back(progression);
    }
    return first;
}

} // namespace bookmeatoz
