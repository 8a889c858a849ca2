// Weekly hours made into instants (S1-S4): which rows count, and where each shift falls on each local date.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// The weekly rows that hold for one resource (S1).
class WeeklySchedule {
public:
    WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                   HoursInheritance inheritance);

    /// Adds the shift occurrences keyed to `date`, unmerged, in the order of the rows (S2-S4).
    void expand(LocalDate date, const Zone& zone, Intervals& occurrences) const;

private:
    std::span<const WeeklyShift> rows_of(std::chrono::weekday day) const;

    std::span<const WeeklyShift> own_;
    std::span<const WeeklyShift> defaults_;
    HoursInheritance inheritance_;
};

} // namespace bookmeatoz
