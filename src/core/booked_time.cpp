// Booked time of a day: see booked_time.hpp.
#include "booked_time.hpp"

#include "busy_time.hpp"

namespace bookmeatoz {

Duration booked_time(const Calendar& calendar, const Resource& resource, LocalDate date) {
    const Zone zone(calendar.zone);
    const Instant begin = zone.midnight(date);
    const Instant end = zone.midnight(date + std::chrono::days(1));
    Duration booked{0};
    for (const Booking& booking : resource.bookings) {
        const Interval within{std::max(booking.interval.begin, begin), std::min(booking.interval.end, end)};
        if (occupies(booking, calendar.as_of) && !is_empty(within))
            booked += within.end - within.begin;
    }
    return booked;
}

} // namespace bookmeatoz
