// Bookings as an iCalendar object (RFC 5545), which calendars import and subscribe to.
#pragma once

#include "calendar.hpp"

#include <string>
#include <string_view>

namespace bookmeatoz {

/// One booking for a calendar. Texts are UTF-8; an empty one is left out.
struct CalendarEvent {
    std::string_view uid;
    BookingStatus status;
    Interval interval;
    Instant created;
    /// The last change of any kind.
    Instant changed;
    std::string_view summary;
    std::string_view description;
    std::string_view location;
};

/// Whether iCalendar has a date for the instant: those of the years 1 to 9999.
bool has_calendar_date(Instant instant);

/// The number that grows with each change (RFC 5546 section 2.1.4): the seconds from the making to the last change, begun ones
/// counted whole. So it is 0 before the first change, and nothing needs to be stored for it. It also grows with changes that RFC
/// 5546 does not ask for, which does no harm. Two changes within one second may have the same number, the last one wins then.
int sequence_number(Instant created, Instant changed);

/// A VCALENDAR with its events, as it is built. It has no METHOD: so DTSTAMP is the last change, and the same bookings give the same text.
class CalendarText {
public:
    explicit CalendarText(std::pmr::memory_resource* memory);

    /// Instants for which iCalendar has no date become the nearest that has one.
    void add(const CalendarEvent& event);

    /// Ends the object. Lines end with CRLF and have at most 75 octets without it; none begins or ends within a UTF-8 character.
    std::string_view finish();

private:
    void add_line(std::string_view name, std::string_view value);
    void add_text(std::string_view name, std::string_view value);
    void add_time(std::string_view name, std::chrono::sys_seconds time);

    std::pmr::string text_;
    std::pmr::string line_;
};

} // namespace bookmeatoz
