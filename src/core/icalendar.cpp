// Bookings as an iCalendar object: see icalendar.hpp.
#include "icalendar.hpp"

#include "busy_time.hpp"

#include <limits>

namespace bookmeatoz {
namespace {

constexpr std::string_view line_end = "\r\n";
/// RFC 5545 section 3.1, without the line end.
constexpr std::size_t longest_line = 75;
constexpr std::size_t longest_character = 4;

constexpr Instant earliest = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr Instant latest = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) - std::chrono::seconds(1);

Instant dated(Instant instant) {
    return std::clamp(instant, earliest, latest);
}

std::string_view status_name(BookingStatus status) {
    if (!occupies(status))
        return "CANCELLED";
    return status == BookingStatus::pending ? "TENTATIVE" : "CONFIRMED";
}

/// A line that begins in the middle of a character would be no text for those who convert before they unfold. Bytes that are no
/// UTF-8 are cut anywhere.
std::size_t place_to_cut(std::string_view line, std::size_t room) {
    std::size_t cut = room;
    while (cut > room - longest_character && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80)
        --cut;
    return cut == room - longest_character ? room : cut;
}

void append_digits(std::pmr::string& text, unsigned number, int digits) {
    if (digits > 1)
        append_digits(text, number / 10, digits - 1);
    text += static_cast<char>('0' + number % 10);
}

} // namespace

bool has_calendar_date(Instant instant) {
    return earliest <= instant && instant <= latest;
}

int sequence_number(Instant created, Instant changed) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(dated(changed) - dated(created)).count();
    return static_cast<int>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

CalendarText::CalendarText(std::pmr::memory_resource* memory) : text_(memory), line_(memory) {
    add_line("BEGIN", "VCALENDAR");
    add_line("VERSION", "2.0");
    add_line("PRODID", "-//bookmeatoz//bookmeatoz//EN");
}

void CalendarText::add(const CalendarEvent& event) {
    using std::chrono::seconds;
    add_line("BEGIN", "VEVENT");
    add_text("UID", event.uid);
    add_time("DTSTAMP", std::chrono::floor<seconds>(dated(event.changed)));
    add_time("CREATED", std::chrono::floor<seconds>(dated(event.created)));
    add_time("LAST-MODIFIED", std::chrono::floor<seconds>(dated(event.changed)));
    add_line("SEQUENCE", std::to_string(sequence_number(event.created, event.changed)));
    add_line("STATUS", status_name(event.status));
    // The end is after the start, in whole seconds too.
    add_time("DTSTART", std::chrono::floor<seconds>(dated(event.interval.begin)));
    add_time("DTEND", std::chrono::ceil<seconds>(dated(event.interval.end)));
    add_text("SUMMARY", event.summary);
    add_text("DESCRIPTION", event.description);
    add_text("LOCATION", event.location);
    add_line("END", "VEVENT");
}

std::string_view CalendarText::finish() {
    add_line("END", "VCALENDAR");
    return text_;
}

/// Folds it (RFC 5545 section 3.1): what does not fit goes on in lines that begin with a space.
void CalendarText::add_line(std::string_view name, std::string_view value) {
    line_.assign(name).append(":").append(value);
    std::string_view rest = line_;
    for (std::size_t room = longest_line; rest.size() > room; room = longest_line - 1) {
        const std::size_t cut = place_to_cut(rest, room);
        text_.append(rest.substr(0, cut)).append(line_end).append(" ");
        rest.remove_prefix(cut);
    }
    text_.append(rest).append(line_end);
}

/// A value of the type TEXT (RFC 5545 section 3.3.11). Any line break becomes \n; other control characters, which it does not allow,
/// are dropped.
void CalendarText::add_text(std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    std::pmr::string escaped(text_.get_allocator());
    escaped.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' || c == ';' || c == ',') {
            escaped.append(1, '\\').append(1, c);
        } else if (c == '\n' || c == '\r') {
            escaped.append("\\n");
            if (c == '\r' && i + 1 < value.size() && value[i + 1] == '\n')
                ++i;
        } else if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) {
            escaped += c;
        }
    }
    add_line(name, escaped);
}

/// In UTC (RFC 5545 section 3.3.5, form 2), such as 20260302T090000Z.
void CalendarText::add_time(std::string_view name, std::chrono::sys_seconds time) {
    const auto date = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day day(date);
    const std::chrono::hh_mm_ss clock(time - date);
    std::pmr::string value(text_.get_allocator());
    append_digits(value, static_cast<unsigned>(static_cast<int>(day.year())), 4);
    append_digits(value, static_cast<unsigned>(day.month()), 2);
    append_digits(value, static_cast<unsigned>(day.day()), 2);
    value += 'T';
    append_digits(value, static_cast<unsigned>(clock.hours().count()), 2);
    append_digits(value, static_cast<unsigned>(clock.minutes().count()), 2);
    append_digits(value, static_cast<unsigned>(clock.seconds().count()), 2);
    value += 'Z';
    add_line(name, value);
}

} // namespace bookmeatoz
