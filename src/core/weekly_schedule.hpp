// Turns weekly hours into instants (S1-S4): which rows count, and when each shift is on each local date.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// The weekly rows that hold for one resource (S1).
class WeeklySchedule {
public:
    WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                   HoursInheritance inheritance, Poll poll, std::pmr::memory_resource* memory);

    /// Adds the occurrences of the shifts of `date`, unmerged, in the order of their local starts (S2-S4).
    void expand(LocalDate date, const Zone& zone, Intervals& occurrences) const;

private:
    /// The shifts that count and are not off, by weekday and start: so a date looks only at its own, even among thousands.
    std::pmr::vector<WeeklyShift> shifts_;
    /// Where the shifts of each weekday begin, and where the last ones end.
    std::array<std::uint32_t, 8> begins_{};
};

} // namespace bookmeatoz
