// A calendar that owns its rows, and short ways to write times and rows: what unit tests, fuzzers and benchmarks build.
#pragma once

#include "core/calendar.hpp"
#include "core/slot_search.hpp"

#include <compare>
#include <cstdio>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bookmeatoz::test {

using std::chrono::hours;
using std::chrono::minutes;

inline Uuid uuid(int number) {
    Uuid id{};
    id[14] = static_cast<std::uint8_t>(number >> 8);
    id[15] = static_cast<std::uint8_t>(number);
    return id;
}

/// "2026-03-08 15:00", "2026-03-08T15:00Z" or with seconds, read without a zone.
inline LocalTime local(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    const int read =
        std::sscanf(text.c_str(), "%d-%d-%d%*c%d:%d:%d", &year, &month, &day, &hour, &minute, &second);
    if (read < 3)
        throw std::invalid_argument("not a time: " + text);
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    return LocalTime(LocalDate(date)) + hours(hour) + minutes(minute) + std::chrono::seconds(second);
}

inline Instant utc(const std::string& text) {
    return Instant(local(text).time_since_epoch());
}

inline LocalDate date(const std::string& text) {
    return std::chrono::floor<std::chrono::days>(local(text + " 00:00"));
}

/// "09:30" to "24:00".
inline Duration time_of_day(const std::string& text) {
    int hour = 0, minute = 0;
    if (std::sscanf(text.c_str(), "%d:%d", &hour, &minute) != 2)
        throw std::invalid_argument("not a time of day: " + text);
    return hours(hour) + minutes(minute);
}

inline std::string text_of(std::chrono::microseconds since_epoch) {
    const auto day = std::chrono::floor<std::chrono::days>(since_epoch);
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const std::chrono::hh_mm_ss time{since_epoch - day};
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
    std::string result = text;
    if (time.seconds().count() != 0 || time.subseconds().count() != 0) {
        std::snprintf(text, sizeof text, ":%02d.%06d", static_cast<int>(time.seconds().count()),
                      static_cast<int>(time.subseconds().count()));
        result += text;
    }
    return result;
}
inline std::string text_of(Instant instant) {
    return text_of(instant.time_since_epoch()) + "Z";
}

inline WeeklyShift shift(std::chrono::weekday day, const std::string& start, const std::string& end) {
    return {day, time_of_day(start), time_of_day(end), false};
}
inline WeeklyShift day_off(std::chrono::weekday day) {
    return {day, Duration(0), Duration(0), true};
}
inline std::vector<WeeklyShift> every_day(const std::string& start, const std::string& end) {
    std::vector<WeeklyShift> shifts;
    for (unsigned day = 0; day < 7; ++day)
        shifts.push_back(shift(std::chrono::weekday(day), start, end));
    return shifts;
}

struct Person {
    Uuid id{};
    std::vector<WeeklyShift> hours;
    std::vector<Override> overrides;
    std::vector<Booking> bookings;
};

struct FoundSlot {
    Instant start;
    std::vector<std::uint32_t> people;
    int remaining_capacity;

    friend bool operator==(const FoundSlot&, const FoundSlot&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const FoundSlot& slot) {
    out << text_of(slot.start) << " {";
    for (const std::uint32_t person : slot.people)
        out << ' ' << person;
    return out << " } x" << slot.remaining_capacity;
}

inline void no_poll() {
}

struct Business {
    Service service{uuid(1), minutes(60), minutes(0), minutes(0)};
    Settings settings;
    std::vector<ZonePeriod> zone{{Instant{}, std::chrono::seconds(0)}};
    std::vector<WeeklyShift> default_hours;
    std::vector<Override> overrides;
    std::vector<Person> people;
    std::vector<Booking> unassigned;
    std::vector<Uuid> competing_services;
    Interval window{};
    /// Far enough in the past that every hold is in force and no notice matters, unless a test says otherwise.
    Instant as_of = utc("2000-01-01 00:00");

    /// A booking of this service, as long as it, without buffers.
    Booking booking(const std::string& start) const {
        return {service.id,
                {utc(start), utc(start) + service.duration},
                minutes(0),
                minutes(0),
                BookingStatus::confirmed,
                std::nullopt};
    }

    /// The view that the engine takes; valid until the business changes or goes.
    const Calendar& calendar() const {
        resources_.clear();
        for (const Person& person : people)
            resources_.push_back({person.id, person.hours, person.overrides, person.bookings});
        view_.emplace(Calendar{service, settings, zone, default_hours, overrides, resources_, unassigned,
                               competing_services, window, as_of});
        return *view_;
    }

    std::vector<FoundSlot> slots(Poll poll = no_poll) const {
        std::vector<FoundSlot> found;
        SlotSearch search(calendar(), poll, std::pmr::get_default_resource());
        while (const std::optional<Slot> slot = search.next())
            found.push_back(
                {slot->start, {slot->resources.begin(), slot->resources.end()}, slot->remaining_capacity});
        return found;
    }
    std::vector<FoundSlot> slots_in(Interval asked) const {
        Business other = *this;
        other.window = asked;
        return other.slots();
    }
    /// The starts alone, as text.
    std::vector<std::string> starts() const {
        std::vector<std::string> found;
        for (const FoundSlot& slot : slots())
            found.push_back(text_of(slot.start));
        return found;
    }

private:
    mutable std::vector<Resource> resources_;
    mutable std::optional<Calendar> view_;
};

/// What a careful reader of the tables loads for this question, and not a row more (booking_reach(), override_reach()).
inline Business in_reach(const Business& all) {
    Business loaded = all;
    const BookingReach bookings = booking_reach(all.window, all.service, scope_of_slots(all.settings));
    const Interval overrides = override_reach(all.window, all.service);
    const auto out_of_reach = [&](const Booking& booking) {
        const auto starts_in = [&](const Interval& part) {
            return part.begin <= booking.interval.begin && booking.interval.begin < part.end;
        };
        const bool booking_is_long = is_long(booking.interval.end - booking.interval.begin,
                                             booking.buffer_before, booking.buffer_after);
        return !starts_in(bookings.all) &&
               !(booking_is_long && (starts_in(bookings.long_before) || starts_in(bookings.long_behind)));
    };
    std::erase_if(loaded.unassigned, out_of_reach);
    std::erase_if(loaded.overrides, [&](const Override& entry) { return !meets(entry.interval, overrides); });
    for (Person& person : loaded.people) {
        std::erase_if(person.bookings, out_of_reach);
        std::erase_if(person.overrides,
                      [&](const Override& entry) { return !meets(entry.interval, overrides); });
    }
    Interval clock{std::min(bookings.long_before.begin, overrides.begin),
                   std::max(bookings.long_behind.end, overrides.end)};
    for (const Override& entry : loaded.overrides)
        clock.begin = std::min(clock.begin, entry.interval.begin);
    if (all.settings.max_advance_days) {
        clock.begin = std::min(clock.begin, all.as_of);
        clock.end = std::max(clock.end, all.as_of + *all.settings.max_advance_days * one_day);
    }
    clock = {clock.begin - date_reach, clock.end + date_reach};
    while (loaded.zone.size() > 1 && loaded.zone[1].begin <= clock.begin)
        loaded.zone.erase(loaded.zone.begin());
    while (loaded.zone.size() > 1 && loaded.zone.back().begin >= clock.end)
        loaded.zone.pop_back();
    return loaded;
}

} // namespace bookmeatoz::test

namespace bookmeatoz {

inline void PrintTo(const Interval& interval, std::ostream* out) {
    *out << '[' << test::text_of(interval.begin) << ", " << test::text_of(interval.end) << ')';
}

} // namespace bookmeatoz
