// When one resource is free and when it is not: see free_busy.hpp.
#include "free_busy.hpp"

#include "busy_time.hpp"
#include "interval_set.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

std::pmr::vector<FreeBusyPeriod> free_busy(const Calendar& calendar, const Resource& resource,
                                           Interval window, Poll poll, std::pmr::memory_resource* memory) {
    Intervals busy(memory), tentative(memory), rest(memory);
    for (const Booking& booking : resource.bookings) {
        if (occupies(booking, calendar.as_of))
            (booking.status == BookingStatus::pending ? tentative : busy).push_back(busy_interval(booking));
    }
    normalize(busy, poll);
    normalize(tentative, poll);
    if (!is_empty(window))
        rest.push_back(window);
    const Intervals unavailable =
        subtract(rest, working_time(calendar, resource, window, poll, memory).open, memory);

    // Each type takes its part of what the types before it have left.
    std::pmr::vector<FreeBusyPeriod> periods(memory);
    const auto take = [&](const Intervals& set, FreeBusyType type) {
        Intervals left = subtract(rest, set, memory);
        for (const Interval& taken : subtract(rest, left, memory))
            periods.push_back({taken, type});
        rest = std::move(left);
    };
    take(busy, FreeBusyType::busy);
    take(tentative, FreeBusyType::tentative);
    take(unavailable, FreeBusyType::unavailable);
    for (const Interval& free : rest)
        periods.push_back({free, FreeBusyType::free});
    sort_by(
        periods, [](const FreeBusyPeriod& period) { return period.period.begin; }, poll);
    return periods;
}

} // namespace bookmeatoz
