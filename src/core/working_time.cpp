// Working time of one resource: see working_time.hpp.
#include "working_time.hpp"

#include "interval_set.hpp"
#include "weekly_schedule.hpp"

namespace bookmeatoz {
namespace {

using std::chrono::days;

/// The local dates that an interval touches. Asked piece by piece between offset changes, because where the clock goes
/// back over midnight a local date comes twice.
void add_dates(Interval interval, std::span<const ZonePeriod> periods, std::pmr::vector<LocalDate>& dates) {
    for (std::size_t i = 0; i < periods.size(); ++i) {
        if (i > 0)
            interval.begin = std::max(interval.begin, periods[i].begin);
        const Instant end =
            i + 1 < periods.size() ? std::min(interval.end, periods[i + 1].begin) : interval.end;
        if (interval.begin >= end)
            continue;
        const auto local_date = [&](Instant instant) {
            return std::chrono::floor<days>(LocalTime(instant.time_since_epoch() + periods[i].offset));
        };
        const LocalDate last = local_date(end - one_tick);
        for (LocalDate date = local_date(interval.begin); date <= last; date += days(1))
            dates.push_back(date);
    }
}

} // namespace

WorkingTime working_time(const Calendar& calendar, const Resource& resource, Interval reach, Poll poll,
                         std::pmr::memory_resource* memory) {
    const Zone zone(calendar.zone);
    const LocalDate first = zone.date_of(reach.begin) - days(2);
    const LocalDate last = zone.date_of(reach.end) + days(1);
    const Interval expanded{zone.midnight(first - days(1)), zone.midnight(last + days(2))};

    WorkingTime time{Intervals(memory), Intervals(memory)};
    Intervals unavailable(memory);
    const WeeklySchedule schedule(resource.own_hours, calendar.default_hours,
                                  calendar.settings.working_hours_inheritance, poll, memory);
    const bool replaces = calendar.settings.availability_override_mode == OverrideMode::replace;
    std::pmr::vector<LocalDate> replaced(memory);
    const auto take = [&](const Override& entry) {
        (entry.is_unavailable ? unavailable : time.offered).push_back(entry.interval);
        if (replaces && !entry.is_unavailable)
            add_dates(
                {std::max(entry.interval.begin, expanded.begin), std::min(entry.interval.end, expanded.end)},
                calendar.zone, replaced);
    };
    for (const Override& entry : resource.overrides)
        take(entry);
    for (const Override& entry : calendar.business_overrides) {
        // Openings are for those who follow the business's hours on that date; closures are for all.
        if (entry.is_unavailable || !schedule.is_own(zone.date_of(entry.interval.begin)))
            take(entry);
    }
    sort_by(replaced, std::identity(), poll);

    for (LocalDate date = first; date <= last; date += days(1)) {
        poll();
        if (!std::binary_search(replaced.begin(), replaced.end(), date))
            schedule.expand(date, zone, time.offered);
    }
    std::erase_if(time.offered, is_empty);
    sort_by(time.offered, &Interval::begin, poll);

    Intervals merged(time.offered, memory);
    normalize(merged, poll);
    normalize(unavailable, poll);
    time.open = unavailable.empty() ? std::move(merged) : subtract(merged, unavailable, memory);
    return time;
}

} // namespace bookmeatoz
