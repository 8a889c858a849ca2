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
    upcoming_ = working.offered;
    if (calendar.settings.slot_alignment == SlotAlignment::optimized) {
        for (const Instant end : busy.ends()) {
            const Instant behind = end + calendar.service.buffer_before;
            upcoming_.push_back({behind, behind + one_tick});
        }
        std::sort(upcoming_.begin(), upcoming_.end(),
                  [](const Progression& a, const Progression& b) { return a.begin < b.begin; });
    }
}

} // namespace bookmeatoz
