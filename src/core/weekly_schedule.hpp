// Weekly hours made into instants (S1-S4): which rows count, and where each shift falls on each local date.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// The weekly rows that hold for one resource (S1).
class WeeklySchedule {
public:
    /// The own rows must outlive it.
    WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                   HoursInheritance inheritance, Poll poll, std::pmr::memory_resource* memory);

    /// S1: whether the resource's own rows count on this date, and not those of the business.
    bool is_own(LocalDate date) const;

    /// Adds the shift occurrences keyed to `date`, unmerged, in the order of their local starts (S2-S4).
    void expand(LocalDate date, const Zone& zone, Intervals& occurrences) const;

private:
    struct Row {
        WeeklyShift shift;
        bool is_own;
    };

    std::span<const WeeklyShift> own_;
    HoursInheritance inheritance_;
    /// On each weekday, if it is the same on all dates: where none of the own rows is of a season.
    std::array<bool, 7> is_own_{};
    bool is_seasonal_ = false;
    /// Those that count on some date and are not off, by weekday and by start: of thousands a date looks at its own alone.
    std::pmr::vector<Row> rows_;
    /// Where those of each weekday begin, and behind them where the last ones end.
    std::array<std::uint32_t, 8> begins_{};
};

} // namespace bookmeatoz
