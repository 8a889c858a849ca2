// Random calendars: of a fuzzer's bytes, or of a seeded generator in the unit tests. A source has two functions:
// number(least, most), both ends included, and chance(percent). Small numbers are the plain cases, so that a fuzzer
// that has run out of bytes builds a plain business.
#pragma once

#include "unit/support/business.hpp"

#include <random>

namespace bookmeatoz::test {

class Seeded {
public:
    explicit Seeded(std::uint64_t seed) : engine_(seed) {}
    int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(engine_); }
    bool chance(int percent) { return number(0, 99) >= 100 - percent; }

private:
    std::mt19937_64 engine_;
};

/// A Monday. All that is random happens within some days of it.
inline const Instant first_day = utc("2026-03-02 00:00");

template <class Source>
Instant random_instant(Source& source, int from_day, int to_day) {
    Instant instant = first_day + minutes(15 * source.number(from_day * 96, to_day * 96));
    if (source.chance(20))
        instant += minutes(source.number(0, 14));
    if (source.chance(3))
        instant += Duration(source.number(0, 60'000'000));
    return instant;
}

/// From plain zones to ones that change by hours twice a day, or skip or repeat a whole date, as some did.
template <class Source>
std::vector<ZonePeriod> random_zone(Source& source) {
    std::vector<ZonePeriod> zone;
    auto offset = std::chrono::seconds(minutes(30 * source.number(-24, 28)));
    if (source.chance(5))
        offset = std::chrono::seconds(source.number(-86'400, 86'400));
    zone.push_back({first_day - one_day * 30, offset});
    const bool leaps = source.chance(15);
    const int changes = leaps ? 1 : source.number(0, 3);
    Instant begin = first_day - one_day * 2;
    for (int i = 0; i < changes; ++i) {
        begin += minutes(15 * source.number(1, 4 * 60));
        if (source.chance(10))
            begin += std::chrono::seconds(source.number(0, 900));
        const int size = leaps               ? 24 * 60
                         : source.chance(10) ? source.number(1, 180)
                                             : 30 * source.number(1, 4);
        offset +=
            source.chance(50) ? std::chrono::seconds(minutes(size)) : -std::chrono::seconds(minutes(size));
        if (offset < -hours(24) || offset > hours(24))
            break;
        zone.push_back({begin, offset});
    }
    return zone;
}

template <class Source>
std::vector<WeeklyShift> random_hours(Source& source, int most) {
    std::vector<WeeklyShift> rows;
    for (int i = source.number(0, most); i > 0; --i) {
        WeeklyShift row{std::chrono::weekday(static_cast<unsigned>(source.number(0, 6))),
                        minutes(15 * source.number(0, 95)), Duration(0), source.chance(10)};
        // Beyond what the table allows, the engine reads an end that is not after the start as one of the next day.
        row.end = source.chance(10)
                      ? minutes(15 * source.number(0, 96))
                      : std::min<Duration>(one_day, row.start + minutes(15 * source.number(1, 40)));
        rows.push_back(row);
    }
    if (source.chance(25)) {
        for (WeeklyShift& row : rows) {
            const LocalDate date = LocalDate(std::chrono::days(
                std::chrono::floor<std::chrono::days>(first_day).time_since_epoch().count()));
            if (source.chance(50))
                row.valid_from = date + std::chrono::days(source.number(-3, 4));
            if (source.chance(50))
                row.valid_to = date + std::chrono::days(source.number(-3, 4));
        }
    }
    return rows;
}

template <class Source>
Booking random_booking(Source& source, const Business& business) {
    Booking booking{uuid(source.chance(40) ? source.number(2, 4) : 1),
                    {random_instant(source, -9, 6), Instant{}},
                    minutes(source.chance(40) ? source.number(0, 60) : 0),
                    minutes(source.chance(40) ? source.number(0, 60) : 0),
                    BookingStatus::confirmed,
                    std::nullopt};
    if (source.chance(80))
        booking.interval.begin = random_instant(source, -1, 4);
    Duration length = business.service.duration;
    if (source.chance(30))
        length = minutes(source.number(1, 420));
    if (source.chance(2))
        length = minutes(source.number(1, 7 * 1440));
    booking.interval.end = booking.interval.begin + length;
    if (source.chance(1))
        booking.buffer_before = longest_buffer;
    if (source.chance(1))
        booking.buffer_after = longest_buffer;
    if (source.chance(30))
        booking.status = static_cast<BookingStatus>(source.number(0, 6));
    if (booking.status == BookingStatus::pending && source.chance(60))
        booking.hold_expires_at = business.as_of + minutes(source.number(-2, 2));
    return booking;
}

template <class Source>
Override random_override(Source& source) {
    const Instant begin = random_instant(source, -4, 6);
    const Duration length =
        minutes(15 * (source.chance(15) ? source.number(0, 4 * 96) : source.number(1, 32)));
    return {{begin, begin + length}, source.chance(50)};
}

template <class Source>
Person random_person(Source& source, const Business& business, int number) {
    Person person{uuid(100 + number), {}, {}, {}};
    if (source.chance(60))
        person.hours = random_hours(source, 14);
    for (int i = source.chance(50) ? source.number(0, 4) : 0; i > 0; --i)
        person.overrides.push_back(random_override(source));
    for (int i = source.number(0, 8); i > 0; --i)
        person.bookings.push_back(random_booking(source, business));
    // A session with seats taken: the same booking again.
    for (int i = source.chance(30) && !person.bookings.empty() ? source.number(1, 3) : 0; i > 0; --i) {
        person.bookings.push_back(person.bookings.front());
        person.bookings.back().buffer_after = minutes(source.number(0, 30));
    }
    return person;
}

template <class Source>
Business random_business(Source& source) {
    Business business;
    business.zone = random_zone(source);
    business.service.duration =
        minutes(source.chance(10) ? source.number(1, 1440) : 15 * source.number(1, 8));
    if (source.chance(50)) {
        business.service.buffer_before =
            minutes(source.chance(10) ? source.number(0, 1440) : 5 * source.number(0, 6));
        business.service.buffer_after =
            minutes(source.chance(10) ? source.number(0, 1440) : 5 * source.number(0, 6));
    }

    Settings& settings = business.settings;
    settings.slot_interval = minutes(source.chance(20) ? source.number(3, 180) : 15 * source.number(1, 4));
    settings.slot_alignment = static_cast<SlotAlignment>(source.number(0, 2));
    settings.slot_offset = minutes(source.chance(30) ? source.number(0, 1439) : 0);
    settings.buffers_within_hours = source.chance(30);
    settings.capacity = source.chance(30) ? source.number(1, 4) : 1;
    if (source.chance(20))
        settings.max_bookings_per_day_of_service = source.number(1, 3);
    if (source.chance(20))
        settings.max_bookings_per_day_of_business = source.number(1, 4);
    settings.working_hours_inheritance = static_cast<HoursInheritance>(source.number(0, 1));
    settings.availability_override_mode = static_cast<OverrideMode>(source.number(0, 1));

    business.window.begin = random_instant(source, -1, 3);
    business.window.end = business.window.begin + minutes(source.number(0, 3 * 1440));
    business.as_of = first_day - one_day * 20;
    if (source.chance(30)) {
        business.as_of = random_instant(source, -2, 3);
        settings.min_notice = minutes(source.number(0, 600));
        if (source.chance(50))
            settings.max_advance_days = source.number(0, 4);
    }

    business.default_hours = random_hours(source, 20);
    for (int i = source.chance(35) ? source.number(1, 3) : 0; i > 0; --i)
        business.overrides.push_back(random_override(source));
    // One that began long before.
    if (source.chance(5))
        business.overrides.push_back({{first_day - one_day * 25, random_instant(source, -1, 3)}, false});
    const int people = source.number(1, 3);
    for (int i = 0; i < people; ++i)
        business.people.push_back(random_person(source, business, i));
    if (source.chance(25)) {
        for (int i = source.number(1, 4); i > 0; --i)
            business.unassigned.push_back(random_booking(source, business));
        for (int id = 1; id <= source.number(1, 4); ++id)
            business.competing_services.push_back(uuid(id));
    }
    return business;
}

/// So that a failure can be read and written as a test.
inline std::string describe(const Business& business) {
    std::string text;
    const auto interval = [](Interval i) { return text_of(i.begin) + " .. " + text_of(i.end); };
    const auto count = [](Duration d) {
        return std::to_string(std::chrono::duration<double, std::ratio<60>>(d).count()) + " min";
    };
    const auto hours_of = [&](const std::vector<WeeklyShift>& rows) {
        for (const WeeklyShift& row : rows) {
            text +=
                "    day " + std::to_string(row.day.c_encoding()) + " " + text_of(row.start).substr(11) +
                " - " + text_of(row.end).substr(8) + (row.is_off ? " off" : "") +
                (row.valid_from > LocalDate::min() ? " from " + text_of(row.valid_from.time_since_epoch())
                                                   : "") +
                (row.valid_to < LocalDate::max() ? " to " + text_of(row.valid_to.time_since_epoch()) : "") +
                "\n";
        }
    };
    const auto bookings_of = [&](const std::vector<Booking>& bookings) {
        for (const Booking& booking : bookings) {
            text += "    booking of " + std::to_string(booking.service_id[15]) + ": " +
                    interval(booking.interval) + " buffers " + std::to_string(booking.buffer_before.count()) +
                    " " + std::to_string(booking.buffer_after.count()) + " status " +
                    std::to_string(static_cast<int>(booking.status)) +
                    (booking.hold_expires_at ? " until " + text_of(*booking.hold_expires_at) : "") + "\n";
        }
    };
    const Settings& settings = business.settings;
    text += "window " + interval(business.window) + ", as of " + text_of(business.as_of) + "\n";
    for (const ZonePeriod& period : business.zone)
        text += "  from " + text_of(period.begin) + " offset " + count(period.offset) + "\n";
    text += "  service " + count(business.service.duration) + " buffers " +
            count(business.service.buffer_before) + " " + count(business.service.buffer_after) + "\n  step " +
            count(settings.slot_interval) + " alignment " +
            std::to_string(static_cast<int>(settings.slot_alignment)) + " offset " +
            count(settings.slot_offset) + " notice " + count(settings.min_notice) + " advance " +
            std::to_string(settings.max_advance_days.value_or(-1)) + " within " +
            std::to_string(settings.buffers_within_hours) + " capacity " + std::to_string(settings.capacity) +
            " limits " + std::to_string(settings.max_bookings_per_day_of_service.value_or(-1)) + " " +
            std::to_string(settings.max_bookings_per_day_of_business.value_or(-1)) + " inheritance " +
            std::to_string(static_cast<int>(settings.working_hours_inheritance)) + " override mode " +
            std::to_string(static_cast<int>(settings.availability_override_mode)) + "\n  default hours\n";
    hours_of(business.default_hours);
    for (const Override& entry : business.overrides)
        text += (entry.is_unavailable ? "  closed " : "  open ") + interval(entry.interval) + "\n";
    for (const Person& person : business.people) {
        text += "  person " + std::to_string(person.id[15]) + "\n";
        hours_of(person.hours);
        for (const Override& entry : person.overrides)
            text += (entry.is_unavailable ? "    unavailable " : "    available ") +
                    interval(entry.interval) + "\n";
        bookings_of(person.bookings);
    }
    text += "  unassigned, competing services " + std::to_string(business.competing_services.size()) + "\n";
    bookings_of(business.unassigned);
    return text;
}

} // namespace bookmeatoz::test
