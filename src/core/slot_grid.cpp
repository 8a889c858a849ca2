// The instants at which a slot may start: see slot_grid.hpp.
#include "slot_grid.hpp"

namespace bookmeatoz {

SlotGrid::SlotGrid(const Calendar& calendar, const WorkingTime& working, const BusyTime& busy,
                   Interval window, Poll poll, std::pmr::memory_resource* memory)
    : slot_interval_(calendar.settings.slot_interval), own_(memory), upcoming_(working.offered),
      active_(memory) {
    using std::chrono::days;
    switch (calendar.settings.slot_alignment) {
    case SlotAlignment::shift:
        break;
    case SlotAlignment::clock: {
        const Zone zone(calendar.zone);
        const LocalDate last = zone.date_of(window.end) + days(1);
        for (LocalDate date = zone.date_of(window.begin) - days(1); date <= last; date += days(1)) {
            own_.push_back(
                {zone.midnight(date) + calendar.settings.slot_offset, zone.midnight(date + days(1))});
        }
        upcoming_ = own_;
        break;
    }
    case SlotAlignment::optimized:
        own_ = working.offered;
        for (const Instant end : busy.ends()) {
            const Instant behind = end + calendar.service.buffer_before;
            own_.push_back({behind, behind + one_tick});
        }
        sort_by(own_, &Progression::begin, poll);
        upcoming_ = own_;
        break;
    }
}

void SlotGrid::activate(Progression progression) {
    active_.push_back(progression);
    std::ranges::push_heap(active_, std::greater(), &Progression::begin);
}

SlotGrid::Progression SlotGrid::take_first() {
    std::ranges::pop_heap(active_, std::greater(), &Progression::begin);
    const Progression first = active_.back();
    active_.pop_back();
    return first;
}

/// Advances all active progressions that are behind `at_least`.
void SlotGrid::advance_all(Instant at_least) {
    while (!active_.empty() && active_.front().begin < at_least) {
        Progression first = take_first();
        // Progressions that meet in one instant are equal from there on: keep the one that ends last.
        while (!active_.empty() && active_.front().begin == first.begin)
            first.end = std::max(first.end, take_first().end);
        if (advance(first, at_least))
            activate(first);
    }
}

} // namespace bookmeatoz
