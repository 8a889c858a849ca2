// Fuzzer of the iCalendar writer: whatever the texts and times, each line ends with CRLF, has at most 75 octets, and is UTF-8 where
// the text is; a reader finds the same text; and a text cannot add a line of its own.
#include "core/icalendar.hpp"
#include "unit/support/ical_lines.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstdlib>
#include <iostream>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

void require(bool holds, const char* rule, const std::string& text) {
    if (holds)
        return;
    std::cerr << "does not hold: " << rule << "\n" << text << '\n';
    std::abort();
}

/// A text of its own length, so that a read beyond the end is seen.
std::vector<char> some_text(FuzzedDataProvider& bytes) {
    std::string text;
    const int parts = bytes.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < parts; ++i) {
        const std::string part = bytes.ConsumeRandomLengthString(90);
        for (int times = bytes.ConsumeIntegralInRange(1, 20); times > 0; --times)
            text += part;
    }
    return {text.begin(), text.end()};
}

Instant some_instant(FuzzedDataProvider& bytes) {
    return Instant(Duration(bytes.ConsumeIntegral<std::int64_t>()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider bytes(data, size);
    CalendarText calendar(std::pmr::get_default_resource());
    std::vector<std::array<std::vector<char>, 4>> events(bytes.ConsumeIntegralInRange<std::size_t>(0, 3));
    bool all_utf8 = true;
    for (auto& texts : events) {
        for (std::vector<char>& text : texts) {
            text = some_text(bytes);
            all_utf8 = all_utf8 && is_utf8({text.data(), text.size()});
        }
        const auto view = [&](std::size_t i) { return std::string_view(texts[i].data(), texts[i].size()); };
        CalendarEvent event{};
        event.status = static_cast<BookingStatus>(bytes.ConsumeIntegralInRange(0, 6));
        event.interval = {some_instant(bytes), some_instant(bytes)};
        event.created = some_instant(bytes);
        event.changed = some_instant(bytes);
        event.uid = view(0);
        event.summary = view(1);
        event.description = view(2);
        event.location = view(3);
        calendar.add(event);
    }
    const std::string text(calendar.finish());
    const auto physical = physical_lines(text);
    require(physical.has_value(), "lines end with CRLF and have at most 75 octets", text);
    if (all_utf8) {
        for (const std::string& line : *physical)
            require(is_utf8(line), "lines are cut between characters", text);
    }

    // What is there, and in which order.
    std::vector<std::string> lines = content_lines(*physical);
    auto line = lines.begin();
    const auto next = [&](std::string_view name) {
        require(line != lines.end() && line->starts_with(name), name.data(), text);
        return (line++)->substr(name.size());
    };
    const auto next_text = [&](std::string_view name, const std::vector<char>& wanted) {
        if (!wanted.empty())
            require(unescaped(next(name)) == readable({wanted.data(), wanted.size()}),
                    "a reader finds the same text", text);
    };
    const auto next_time = [&](std::string_view name) {
        const std::string value = next(name);
        require(value.size() == 16 && value[8] == 'T' && value[15] == 'Z' &&
                    value.find_first_not_of("0123456789TZ") == value.npos,
                "a time is a time", text);
        return value;
    };
    next("BEGIN:VCALENDAR");
    next("VERSION:2.0");
    next("PRODID:");
    for (const auto& texts : events) {
        next("BEGIN:VEVENT");
        next_text("UID:", texts[0]);
        const std::string stamp = next_time("DTSTAMP:");
        next_time("CREATED:");
        require(next_time("LAST-MODIFIED:") == stamp, "the stamp is the last change", text);
        const std::string sequence = next("SEQUENCE:");
        require(!sequence.empty() && sequence.size() <= 10 &&
                    sequence.find_first_not_of("0123456789") == sequence.npos,
                "a sequence is a number", text);
        next("STATUS:");
        next_time("DTSTART:");
        next_time("DTEND:");
        next_text("SUMMARY:", texts[1]);
        next_text("DESCRIPTION:", texts[2]);
        next_text("LOCATION:", texts[3]);
        next("END:VEVENT");
    }
    next("END:VCALENDAR");
    require(line == lines.end(), "there is nothing else", text);
    return 0;
}
