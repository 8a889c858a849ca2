// How far a question reaches (S9): see calendar.hpp.
#include "calendar.hpp"

namespace bookmeatoz {

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
    // working_time.cpp expands working time by whole local days around the window, and in replace mode an override counts for its
    // whole day.
    return {window.begin - service.buffer_before - 3 * one_day - date_reach,
            window.end + service.duration + service.buffer_after + one_day + date_reach};
}

} // namespace bookmeatoz
