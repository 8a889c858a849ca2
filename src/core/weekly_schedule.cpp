// Weekly hours made into instants: see weekly_schedule.hpp.
#include "weekly_schedule.hpp"

#include <numeric>

namespace bookmeatoz {

WeeklySchedule::WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                               HoursInheritance inheritance, Poll poll, std::pmr::memory_resource* memory)
    : shifts_(memory) {
    std::array<bool, 7> is_own{};
    is_own.fill(inheritance == HoursInheritance::schedule && !own.empty());
    if (inheritance == HoursInheritance::day) {
        for (const WeeklyShift& shift : own) {
            if (shift.day.ok())
                is_own[shift.day.c_encoding()] = true;
        }
    }
    shifts_.reserve(own.empty() ? defaults.size() : own.size());
    const auto take = [&](std::span<const WeeklyShift> rows, bool are_own) {
        for (const WeeklyShift& shift : rows) {
            // A day that is no weekday belongs to no date.
            if (shift.day.ok() && !shift.is_off && is_own[shift.day.c_encoding()] == are_own) {
                shifts_.push_back(shift);
                ++begins_[shift.day.c_encoding() + 1];
            }
        }
    };
    take(own, true);
    take(defaults, false);
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    sort_by(
        shifts_, [](const WeeklyShift& shift) { return std::pair(shift.day.c_encoding(), shift.start); },
        poll);
}

void WeeklySchedule::expand(LocalDate date, const Zone& zone, Intervals& occurrences) const {
    const unsigned day = std::chrono::weekday(date).c_encoding();
    const auto rows = std::span(shifts_).subspan(begins_[day], begins_[day + 1] - begins_[day]);
    if (rows.empty() || !zone.exists(date))
        return;
    for (const WeeklyShift& shift : rows) {
        const Duration overnight = shift.end <= shift.start ? Duration(one_day) : Duration(0);
        const Interval occurrence{zone.to_instant(LocalTime(date) + shift.start),
                                  zone.to_instant(LocalTime(date) + shift.end + overnight)};
        // S4: in a gap the end may be mapped to an instant before the start. Then nothing is left of the shift.
        if (!is_empty(occurrence))
            occurrences.push_back(occurrence);
    }
}

} // namespace bookmeatoz
