// Periods of real time zones around the changes that tests speak of, copied by hand from the time zone database, so that
// the core is tested without one.
#pragma once

#include "unit/support/business.hpp"

namespace bookmeatoz::test {

/// "-05:00" or "+05:45" with optional seconds.
inline std::chrono::seconds offset(const std::string& text) {
    int hour = 0, minute = 0, second = 0;
    if (std::sscanf(text.c_str() + 1, "%d:%d:%d", &hour, &minute, &second) < 2)
        throw std::invalid_argument("not an offset: " + text);
    const std::chrono::seconds size = hours(hour) + minutes(minute) + std::chrono::seconds(second);
    return text[0] == '-' ? -size : size;
}

inline std::vector<ZonePeriod> zone_periods(const std::string& name) {
    const auto period = [](const char* begin, const char* off) {
        return ZonePeriod{utc(begin), offset(off)};
    };
    if (name == "Etc/UTC")
        return {period("2000-01-01 00:00", "+00:00")};
    if (name == "Asia/Kathmandu")
        return {period("2000-01-01 00:00", "+05:45")};
    if (name == "Asia/Dhaka")
        return {period("2010-01-01 00:00", "+06:00")};
    if (name == "America/New_York") {
        return {period("2025-11-02 06:00", "-05:00"), period("2026-03-08 07:00", "-04:00"),
                period("2026-11-01 06:00", "-05:00"), period("2027-03-14 07:00", "-04:00")};
    }
    if (name == "America/Chicago") {
        return {period("2025-11-02 07:00", "-06:00"), period("2026-03-08 08:00", "-05:00"),
                period("2026-11-01 07:00", "-06:00")};
    }
    if (name == "Europe/Berlin") {
        return {period("2025-10-26 01:00", "+01:00"), period("2026-03-29 01:00", "+02:00"),
                period("2026-10-25 01:00", "+01:00")};
    }
    // The clock jumps from midnight to one, and goes back from midnight to eleven in the evening.
    if (name == "America/Santiago") {
        return {period("2025-09-07 04:00", "-03:00"), period("2026-04-05 03:00", "-04:00"),
                period("2026-09-06 04:00", "-03:00")};
    }
    // Half an hour of daylight saving.
    if (name == "Australia/Lord_Howe") {
        return {period("2025-10-04 15:30", "+11:00"), period("2026-04-04 15:00", "+10:30"),
                period("2026-10-03 15:30", "+11:00")};
    }
    // Until 2011 the clock was changed at one minute past midnight: in autumn a new date began twice.
    if (name == "America/Goose_Bay") {
        return {period("2010-03-14 04:01", "-03:00"), period("2010-11-07 03:01", "-04:00"),
                period("2011-03-13 04:01", "-03:00")};
    }
    // 2011-12-30 was skipped to change the side of the date line.
    if (name == "Pacific/Apia")
        return {period("2011-09-24 14:00", "-10:00"), period("2011-12-30 10:00", "+14:00")};
    // 1867-10-18 came twice, by local mean time.
    if (name == "America/Juneau")
        return {period("1867-01-01 00:00", "+15:02:19"), period("1867-10-19 00:31:13", "-08:57:41")};
    // Daylight saving was lifted for a month within the summer.
    if (name == "Africa/Cairo") {
        return {period("2010-04-29 22:00", "+03:00"), period("2010-08-10 21:00", "+02:00"),
                period("2010-09-09 22:00", "+03:00"), period("2010-09-30 21:00", "+02:00")};
    }
    throw std::invalid_argument("no periods of " + name);
}

/// No such zone: three changes within two days, at the largest offsets.
inline std::vector<ZonePeriod> restless_zone() {
    return {{utc("2026-01-01 00:00"), hours(23)},
            {utc("2026-03-02 00:00"), hours(24)},
            {utc("2026-03-02 12:00"), hours(21)},
            {utc("2026-03-03 06:00"), hours(22) + minutes(30)}};
}
inline std::vector<ZonePeriod> restless_zone_in_the_west() {
    return {{utc("2026-01-01 00:00"), -hours(23)},
            {utc("2026-03-02 00:00"), -hours(24)},
            {utc("2026-03-02 12:00"), -hours(21)},
            {utc("2026-03-03 06:00"), -hours(22) - minutes(30)}};
}

} // namespace bookmeatoz::test
