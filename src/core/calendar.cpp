// How far a question reaches (S9, S10): see calendar.hpp.
#include "calendar.hpp"

namespace bookmeatoz {

LocalDate horizon(Instant as_of, const Settings& settings, const Zone& zone) {
    return zone.date_of(as_of) + std::chrono::days(*settings.max_advance_days);
}

Interval bookable_window(Interval asked, Instant as_of, const Settings& settings, const Zone& zone) {
    asked.begin = std::max(asked.begin, as_of + settings.min_notice);
    if (settings.max_advance_days)
        asked.end = std::min(asked.end, zone.dates(zone.date_of(as_of), horizon(as_of, settings, zone)).end);
    return asked;
}

bool is_beyond_horizon(Instant start, Instant as_of, const Settings& settings, const Zone& zone) {
    return settings.max_advance_days && zone.date_of(start) > horizon(as_of, settings, zone);
}

BookingReach booking_reach(Interval window, const Service& service, BookingScope scope) {
    if (scope == BookingScope::whole_dates)
        window = {window.begin - date_reach, window.end + date_reach};
    const Interval wanted = slot_reach(window, service);
    const Interval all{wanted.begin - usual_reach, wanted.end + usual_reach};
    return {all,
            {wanted.begin - longest_booking - longest_buffer, all.begin},
            {all.end, wanted.end + longest_buffer}};
}

Interval slot_reach(Interval window, const Service& service) {
    return {window.begin - service.buffer_before, window.end + service.duration + service.buffer_after};
}

Interval override_reach(Interval window, const Service& service) {
    // Working time is expanded by whole local days around the window (working_time.cpp), and in replace mode an override
    // counts for the whole of its day.
    return {window.begin - service.buffer_before - 3 * one_day - date_reach,
            window.end + service.duration + service.buffer_after + one_day + date_reach};
}

} // namespace bookmeatoz
