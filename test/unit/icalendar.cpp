// Unit tests of src/core/icalendar.
#include "core/icalendar.hpp"

#include "unit/support/business.hpp"
#include "unit/support/ical_lines.hpp"

#include <gtest/gtest.h>

#include <limits>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const Instant made = utc("2026-03-01 10:00");

CalendarEvent haircut() {
    return {"2b0d7b3d-0000-4000-8000-000000000001",
            BookingStatus::confirmed,
            {utc("2026-03-02 09:00"), utc("2026-03-02 09:45")},
            made,
            made,
            "Haircut",
            {},
            {}};
}

std::string text_of(std::initializer_list<CalendarEvent> events) {
    CalendarText text(std::pmr::get_default_resource());
    for (const CalendarEvent& event : events)
        text.add(event);
    return std::string(text.finish());
}

/// The value of a property of the first event, unfolded; "none" where there is none.
std::string value_of(const CalendarEvent& event, const std::string& name) {
    const auto physical = physical_lines(text_of({event}));
    if (!physical)
        return "invalid lines";
    for (const std::string& line : content_lines(*physical)) {
        if (line.starts_with(name + ":"))
            return line.substr(name.size() + 1);
    }
    return "none";
}

TEST(ICalendar, IsAsInRfc5545) {
    EXPECT_EQ(text_of({haircut()}), "BEGIN:VCALENDAR\r\n"
                                    "VERSION:2.0\r\n"
                                    "PRODID:-//bookmeatoz//bookmeatoz//EN\r\n"
                                    "BEGIN:VEVENT\r\n"
                                    "UID:2b0d7b3d-0000-4000-8000-000000000001\r\n"
                                    "DTSTAMP:20260301T100000Z\r\n"
                                    "CREATED:20260301T100000Z\r\n"
                                    "LAST-MODIFIED:20260301T100000Z\r\n"
                                    "SEQUENCE:0\r\n"
                                    "STATUS:CONFIRMED\r\n"
                                    "DTSTART:20260302T090000Z\r\n"
                                    "DTEND:20260302T094500Z\r\n"
                                    "SUMMARY:Haircut\r\n"
                                    "END:VEVENT\r\n"
                                    "END:VCALENDAR\r\n");
    EXPECT_EQ(text_of({}),
              "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bookmeatoz//bookmeatoz//EN\r\nEND:VCALENDAR\r\n");
}

TEST(ICalendar, SaysTheStatusByWhetherTimeIsOccupied) {
    CalendarEvent event = haircut();
    std::string said;
    for (const BookingStatus status :
         {BookingStatus::pending, BookingStatus::confirmed, BookingStatus::cancelled,
          BookingStatus::completed, BookingStatus::rejected, BookingStatus::no_show, BookingStatus::other}) {
        event.status = status;
        said += value_of(event, "STATUS") + ' ';
    }
    EXPECT_EQ(said, "TENTATIVE CONFIRMED CANCELLED CONFIRMED CANCELLED CANCELLED CONFIRMED ");
}

TEST(ICalendar, TheSequenceGrowsWithChanges) {
    EXPECT_EQ(sequence_number(made, made), 0);
    EXPECT_EQ(sequence_number(made, made + one_tick), 1);
    EXPECT_EQ(sequence_number(made, made + one_hour), 3600);
    EXPECT_EQ(sequence_number(made, made + one_hour + one_tick), 3601);
    // The application may set created_at as it likes.
    EXPECT_EQ(sequence_number(made + one_hour, made), 0);
    EXPECT_EQ(sequence_number(Instant::min(), Instant::max()), std::numeric_limits<std::int32_t>::max());
}

TEST(ICalendar, RoundsToSecondsAndNeverToNothing) {
    CalendarEvent event = haircut();
    event.interval = {made + one_tick, made + 2 * one_tick};
    EXPECT_EQ(value_of(event, "DTSTART"), "20260301T100000Z");
    EXPECT_EQ(value_of(event, "DTEND"), "20260301T100001Z");
}

TEST(ICalendar, HasDatesOfTheYears1To9999) {
    EXPECT_TRUE(has_calendar_date(utc("0001-01-01 00:00")));
    EXPECT_FALSE(has_calendar_date(utc("0001-01-01 00:00") - one_tick));
    EXPECT_TRUE(has_calendar_date(utc("9999-12-31 23:59:59")));
    EXPECT_FALSE(has_calendar_date(utc("9999-12-31 23:59:59") + one_tick));
    CalendarEvent event = haircut();
    event.created = Instant::min();
    event.changed = Instant::max();
    EXPECT_EQ(value_of(event, "CREATED"), "00010101T000000Z");
    EXPECT_EQ(value_of(event, "DTSTAMP"), "99991231T235959Z");
}

TEST(ICalendar, EscapesText) {
    CalendarEvent event = haircut();
    event.summary = "a,b;c:d\\e\"f\"\tg";
    event.description = "one\ntwo\r\nthree\rfour\n\rfive";
    event.location = std::string_view("\x01no\0 bell\a\x7F", 12);
    EXPECT_EQ(value_of(event, "SUMMARY"), "a\\,b\\;c:d\\\\e\"f\"\tg");
    EXPECT_EQ(value_of(event, "DESCRIPTION"), "one\\ntwo\\nthree\\nfour\\n\\nfive");
    EXPECT_EQ(value_of(event, "LOCATION"), "no bell");
}

/// No line is longer than 75 octets, and none is cut within a character, wherever the characters lie.
TEST(ICalendar, FoldsBetweenCharacters) {
    for (const std::string character : {"x", "é", "€", "𝄞", "\\", ","}) {
        for (std::size_t before = 0; before < 80; ++before) {
            std::string summary(before, 'a');
            for (int i = 0; i < 60; ++i)
                summary += character;
            CalendarEvent event = haircut();
            event.summary = summary;
            const auto physical = physical_lines(text_of({event}));
            ASSERT_TRUE(physical) << summary;
            std::size_t full = 0;
            for (const std::string& line : *physical) {
                ASSERT_TRUE(is_utf8(line)) << summary;
                full += line.size() > 75 - 4;
            }
            // No line is shorter than it must be.
            ASSERT_GE(full, summary.size() / 75);
            ASSERT_EQ(unescaped(value_of(event, "SUMMARY")), summary);
        }
    }
    // What is no UTF-8 is folded too.
    CalendarEvent event = haircut();
    const std::string bytes(500, '\x80');
    event.summary = bytes;
    EXPECT_EQ(value_of(event, "SUMMARY"), bytes);
}

} // namespace
