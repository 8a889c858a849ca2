// Weekly hours made into instants: see weekly_schedule.hpp.
#include "weekly_schedule.hpp"

namespace bookmeatoz {

WeeklySchedule::WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                               HoursInheritance inheritance)
    : own_(own), defaults_(defaults), inheritance_(inheritance) {
}

std::span<const WeeklyShift> WeeklySchedule::rows_of(std::chrono::weekday day) const {
    if (inheritance_ == HoursInheritance::schedule)
        return own_.empty() ? defaults_ : own_;
    const bool has_own =
        std::any_of(own_.begin(), own_.end(), [day](const WeeklyShift& shift) { return shift.day == day; });
    return has_own ? own_ : defaults_;
}

void WeeklySchedule::expand(LocalDate date, const Zone& zone, Intervals& occurrences) const {
    const std::chrono::weekday day(date);
    const std::span<const WeeklyShift> rows = rows_of(day);
    if (rows.empty() || !zone.exists(date))
        return;
    for (const WeeklyShift& shift : rows) {
        if (shift.day != day || shift.is_off)
            continue;
        const Duration overnight = shift.end <= shift.start ? Duration(one_day) : Duration(0);
        const Interval occurrence{zone.to_instant(LocalTime(date) + shift.start),
                                  zone.to_instant(LocalTime(date) + shift.end + overnight)};
        // S4: over a gap the end may be mapped to before the start; then nothing is left of the shift.
        if (!is_empty(occurrence))
            occurrences.push_back(occurrence);
    }
}

} // namespace bookmeatoz
