// Weekly hours made into instants: see weekly_schedule.hpp.
#include "weekly_schedule.hpp"

#include <numeric>

namespace bookmeatoz {

WeeklySchedule::WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                               HoursInheritance inheritance, Poll poll, std::pmr::memory_resource* memory)
    : own_(own), inheritance_(inheritance), rows_(memory) {
    is_own_.fill(inheritance == HoursInheritance::schedule && !own.empty());
    for (const WeeklyShift& shift : own) {
        if (inheritance == HoursInheritance::day && shift.day.ok())
            is_own_[shift.day.c_encoding()] = true;
        is_seasonal_ = is_seasonal_ || !shift.holds_always();
    }
    rows_.reserve(own.empty() ? defaults.size() : own.size());
    const auto take = [&](std::span<const WeeklyShift> rows, bool are_own) {
        for (const WeeklyShift& shift : rows) {
            // What is no weekday is no date's.
            if (shift.day.ok() && !shift.is_off &&
                (is_seasonal_ || is_own_[shift.day.c_encoding()] == are_own)) {
                rows_.push_back({shift, are_own});
                ++begins_[shift.day.c_encoding() + 1];
            }
        }
    };
    take(own, true);
    take(defaults, false);
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    sort_by(
        rows_, [](const Row& row) { return std::pair(row.shift.day.c_encoding(), row.shift.start); }, poll);
}

bool WeeklySchedule::is_own(LocalDate date) const {
    const std::chrono::weekday day(date);
    if (!is_seasonal_)
        return is_own_[day.c_encoding()];
    return std::ranges::any_of(own_, [&](const WeeklyShift& shift) {
        return shift.holds_on(date) && (inheritance_ == HoursInheritance::schedule || shift.day == day);
    });
}

void WeeklySchedule::expand(LocalDate date, const Zone& zone, Intervals& occurrences) const {
    const unsigned day = std::chrono::weekday(date).c_encoding();
    const auto rows = std::span(rows_).subspan(begins_[day], begins_[day + 1] - begins_[day]);
    if (rows.empty() || !zone.exists(date))
        return;
    const bool own = is_own(date);
    for (const auto& [shift, shift_is_own] : rows) {
        if (shift_is_own != own || !shift.holds_on(date))
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
