// Limits of bookings per local day: see daily_limit.hpp.
#include "daily_limit.hpp"

#include "busy_time.hpp"

#include <map>

namespace bookmeatoz {

DailyLimit::DailyLimit(const Calendar& calendar, std::span<const Booking> bookings, Poll poll,
                       std::pmr::memory_resource* memory)
    : zone_(calendar.zone), full_(memory) {
    const std::optional<int>& of_service = calendar.settings.max_bookings_per_day_of_service;
    const std::optional<int>& of_business = calendar.settings.max_bookings_per_day_of_business;
    if (!calendar.settings.limits_days())
        return;

    struct Count {
        int of_service = 0;
        int all = 0;
    };
    std::pmr::map<LocalDate, Count> counts(memory);
    unsigned steps = 0;
    for (const Booking& booking : bookings) {
        if (++steps % steps_between_polls == 0)
            poll();
        if (!occupies(booking, calendar.as_of))
            continue;
        Count& count = counts[zone_.date_of(booking.interval.begin)];
        ++count.all;
        if (booking.service_id == calendar.service.id)
            ++count.of_service;
    }
    for (const auto& [date, count] : counts) {
        if ((of_service && count.of_service >= *of_service) || (of_business && count.all >= *of_business)) {
            full_.push_back(date);
        }
    }
}

} // namespace bookmeatoz
