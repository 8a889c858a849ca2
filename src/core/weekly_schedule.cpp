// Weekly hours made into instants: see weekly_schedule.hpp.
#include "weekly_schedule.hpp"

namespace bookmeatoz {

WeeklySchedule::WeeklySchedule(std::span<const WeeklyShift> own, std::span<const WeeklyShift> defaults,
                               HoursInheritance inheritance, Poll poll, std::pmr::memory_resource* memory)
    : shifts_(memory) {
    // Whatever a row says, it has a place here; what is no weekday is no date's.
    std::array<bool, 256> is_own{};
    if (inheritance == HoursInheritance::schedule) {
        is_own.fill(!own.empty());
    } else {
        for (const WeeklyShift& shift : own)
            is_own[shift.day.c_encoding()] = true;
    }
    shifts_.reserve(own.empty() ? defaults.size() : own.size());
    const auto take = [&](std::span<const WeeklyShift> rows, bool are_own) {
        for (const WeeklyShift& shift : rows) {
            if (!shift.is_off && is_own[shift.day.c_encoding()] == are_own)
                shifts_.push_back(shift);
        }
    };
    take(own, true);
    take(defaults, false);
    sort_by(
        shifts_, [](const WeeklyShift& shift) { return std::pair(shift.day.c_encoding(), shift.start); },
        poll);
}

void WeeklySchedule::expand(LocalDate date, const Zone& zone, Intervals& occurrences) const {
    const unsigned day = std::chrono::weekday(date).c_encoding();
    const auto day_of = [](const WeeklyShift& shift) { return shift.day.c_encoding(); };
    const auto first = std::ranges::lower_bound(shifts_, day, {}, day_of);
    const auto last = std::ranges::upper_bound(shifts_, day, {}, day_of);
    if (first == last || !zone.exists(date))
        return;
    for (const WeeklyShift& shift : std::span(first, last)) {
        const Duration overnight = shift.end <= shift.start ? Duration(one_day) : Duration(0);
        const Interval occurrence{zone.to_instant(LocalTime(date) + shift.start),
                                  zone.to_instant(LocalTime(date) + shift.end + overnight)};
        // S4: over a gap the end may be mapped to before the start; then nothing is left of the shift.
        if (!is_empty(occurrence))
            occurrences.push_back(occurrence);
    }
}

} // namespace bookmeatoz
