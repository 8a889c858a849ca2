// Unit tests of src/core/zone: local time and instants (S4).
#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

/// text -> instant -> text, as a person would say it.
std::string instant(const std::string& zone_name, const std::string& local_text) {
    const std::vector<ZonePeriod> periods = zone_periods(zone_name);
    return text_of(Zone(periods).to_instant(local(local_text)));
}
std::string clock(const std::string& zone_name, const std::string& utc_text) {
    const std::vector<ZonePeriod> periods = zone_periods(zone_name);
    return text_of(Zone(periods).to_local(utc(utc_text)).time_since_epoch());
}
bool date_exists(const std::string& zone_name, const std::string& day) {
    const std::vector<ZonePeriod> periods = zone_periods(zone_name);
    return Zone(periods).exists(date(day));
}

TEST(S4Dst, ToLocalChangesAtTheInstantOfTheTransition) {
    EXPECT_EQ(clock("Europe/Berlin", "2026-03-29 00:59:59"), "2026-03-29 01:59:59.000000");
    EXPECT_EQ(clock("Europe/Berlin", "2026-03-29 01:00"), "2026-03-29 03:00");
    EXPECT_EQ(clock("Europe/Berlin", "2026-10-25 00:59"), "2026-10-25 02:59");
    EXPECT_EQ(clock("Europe/Berlin", "2026-10-25 01:00"), "2026-10-25 02:00");
}

TEST(S4Dst, FirstPeriodHoldsBeforeAndLastAfter) {
    EXPECT_EQ(clock("Asia/Kathmandu", "1990-01-01 00:00"), "1990-01-01 05:45");
    EXPECT_EQ(instant("Asia/Kathmandu", "1990-01-01 05:45"), "1990-01-01 00:00Z");
    EXPECT_EQ(clock("Europe/Berlin", "2025-01-01 00:00"), "2025-01-01 01:00");
    EXPECT_EQ(instant("Europe/Berlin", "2099-07-01 12:00"), "2099-07-01 11:00Z");
}

TEST(S4Dst, GapUsesTheOffsetBefore) {
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29 01:59"), "2026-03-29 00:59Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29 02:00"), "2026-03-29 01:00Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29 02:30"), "2026-03-29 01:30Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29 02:59"), "2026-03-29 01:59Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-03-29 03:00"), "2026-03-29 01:00Z");
    EXPECT_EQ(instant("America/New_York", "2026-03-08 02:30"), "2026-03-08 07:30Z");
}

TEST(S4Dst, OverlapUsesTheOffsetBefore) {
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25 01:59"), "2026-10-24 23:59Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25 02:00"), "2026-10-25 00:00Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25 02:59"), "2026-10-25 00:59Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25 03:00"), "2026-10-25 02:00Z");
    EXPECT_EQ(instant("America/New_York", "2026-11-01 01:30"), "2026-11-01 05:30Z");
}

TEST(S4Dst, HalfAnHourInLordHowe) {
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-10-04 02:15"), "2026-10-03 15:45Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-10-04 02:30"), "2026-10-03 15:30Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-04-05 01:29"), "2026-04-04 14:29Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-04-05 01:45"), "2026-04-04 14:45Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-04-05 02:00"), "2026-04-04 15:30Z");
}

TEST(S4Dst, MidnightThatDoesNotExistInSantiago) {
    const std::vector<ZonePeriod> periods = zone_periods("America/Santiago");
    const Zone zone(periods);
    EXPECT_TRUE(zone.exists(date("2026-09-06")));
    EXPECT_EQ(text_of(zone.midnight(date("2026-09-06"))), "2026-09-06 04:00Z");
    EXPECT_EQ(zone.to_local(zone.midnight(date("2026-09-06"))), local("2026-09-06 01:00"));
    // Eleven in the evening comes twice; midnight ends the second.
    EXPECT_EQ(instant("America/Santiago", "2026-04-04 23:30"), "2026-04-05 02:30Z");
    EXPECT_EQ(text_of(zone.midnight(date("2026-04-05"))), "2026-04-05 04:00Z");
}

TEST(S4Dst, DateThatBeginsTwiceInGooseBay) {
    const std::vector<ZonePeriod> periods = zone_periods("America/Goose_Bay");
    const Zone zone(periods);
    EXPECT_EQ(text_of(zone.midnight(date("2010-11-07"))), "2010-11-07 03:00Z");
    EXPECT_EQ(zone.date_of(utc("2010-11-07 03:00")), date("2010-11-07"));
    EXPECT_EQ(zone.date_of(utc("2010-11-07 03:01")), date("2010-11-06"));
    EXPECT_EQ(zone.date_of(utc("2010-11-07 04:00")), date("2010-11-07"));
    EXPECT_EQ(instant("America/Goose_Bay", "2010-11-06 23:30"), "2010-11-07 02:30Z");
    EXPECT_EQ(instant("America/Goose_Bay", "2010-11-07 00:00:30"), "2010-11-07 03:00:30.000000Z");
    EXPECT_EQ(instant("America/Goose_Bay", "2010-11-07 00:01"), "2010-11-07 04:01Z");
}

TEST(S4Dst, SkippedDateInApia) {
    EXPECT_TRUE(date_exists("Pacific/Apia", "2011-12-29"));
    EXPECT_FALSE(date_exists("Pacific/Apia", "2011-12-30"));
    EXPECT_TRUE(date_exists("Pacific/Apia", "2011-12-31"));
    // The instant at which it was skipped.
    EXPECT_EQ(instant("Pacific/Apia", "2011-12-30 00:00"), "2011-12-30 10:00Z");
    EXPECT_EQ(instant("Pacific/Apia", "2011-12-31 00:00"), "2011-12-30 10:00Z");
}

TEST(S4Dst, OnlyAWholeDateIsMissing) {
    const std::vector<ZonePeriod> almost = {{utc("2026-01-01 00:00"), hours(-10)},
                                            {utc("2026-03-02 10:00"), hours(14) - minutes(1)}};
    EXPECT_TRUE(Zone(almost).exists(date("2026-03-02")));
    const std::vector<ZonePeriod> exactly = {{utc("2026-01-01 00:00"), hours(-10)},
                                             {utc("2026-03-02 10:00"), hours(14)}};
    EXPECT_FALSE(Zone(exactly).exists(date("2026-03-02")));
    // Skipped from the middle of one date to the middle of the next: both have a part.
    const std::vector<ZonePeriod> middle = {{utc("2026-01-01 00:00"), hours(-10)},
                                            {utc("2026-03-02 22:00"), hours(14)}};
    EXPECT_TRUE(Zone(middle).exists(date("2026-03-02")));
    EXPECT_TRUE(Zone(middle).exists(date("2026-03-03")));
}

TEST(S4Dst, RepeatedDateInJuneau) {
    // Seconds are as the local mean time had them; the first of the two dates counts.
    EXPECT_EQ(instant("America/Juneau", "1867-10-18 15:33:31"), "1867-10-18 00:31:12.000000Z");
    EXPECT_EQ(instant("America/Juneau", "1867-10-18 23:00"), "1867-10-18 07:57:41.000000Z");
    EXPECT_EQ(instant("America/Juneau", "1867-10-19 15:33:32"), "1867-10-20 00:31:13.000000Z");
    EXPECT_TRUE(date_exists("America/Juneau", "1867-10-18"));
}

/// S4 without arithmetic: the first minute of a list at which the clock shows the local time; for one that it never
/// shows, the minutes that have passed since the last it showed before, added to that one.
void expect_as_a_list_of_minutes(const std::vector<ZonePeriod>& periods, const std::string& from, int days) {
    const Zone zone(periods);
    std::map<LocalTime, Instant> first_shown;
    const Instant begin = utc(from), end = begin + days * one_day;
    std::size_t period = 0;
    for (Instant now = begin; now < end; now += minutes(1)) {
        while (period + 1 < periods.size() && periods[period + 1].begin <= now)
            ++period;
        const LocalTime shown(now.time_since_epoch() + periods[period].offset);
        ASSERT_EQ(zone.to_local(now), shown) << text_of(now);
        first_shown.emplace(shown, now);
    }
    const LocalTime last_shown = std::prev(first_shown.end())->first;
    for (LocalTime asked = first_shown.begin()->first; asked < last_shown; asked += minutes(1)) {
        const auto shown = first_shown.upper_bound(asked);
        const auto& [nearest, at] = *std::prev(shown);
        ASSERT_EQ(zone.to_instant(asked), at + (asked - nearest)) << text_of(asked.time_since_epoch());
    }
}

TEST(S4Dst, AgreesWithAListOfMinutes) {
    expect_as_a_list_of_minutes(zone_periods("Europe/Berlin"), "2026-03-27 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("Europe/Berlin"), "2026-10-23 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("America/Santiago"), "2026-04-03 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("America/Santiago"), "2026-09-04 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("Australia/Lord_Howe"), "2026-04-03 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("Australia/Lord_Howe"), "2026-10-02 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("America/Goose_Bay"), "2010-11-05 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("America/Goose_Bay"), "2011-03-11 00:00", 4);
    expect_as_a_list_of_minutes(zone_periods("Pacific/Apia"), "2011-12-27 00:00", 6);
    expect_as_a_list_of_minutes(zone_periods("Africa/Cairo"), "2010-08-08 00:00", 60);
    expect_as_a_list_of_minutes(restless_zone(), "2026-02-27 00:00", 8);
    expect_as_a_list_of_minutes(restless_zone_in_the_west(), "2026-02-27 00:00", 8);
}

TEST(S4Dst, EveryInstantOutsideAnOverlapComesBack) {
    for (const char* name : {"America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"}) {
        const std::vector<ZonePeriod> periods = zone_periods(name);
        const Zone zone(periods);
        const auto comes_back = [&](Instant i) { return zone.to_instant(zone.to_local(i)) == i; };
        for (const ZonePeriod& period : periods) {
            EXPECT_TRUE(comes_back(period.begin + hours(2))) << name;
            EXPECT_TRUE(comes_back(period.begin - hours(2) - one_tick)) << name;
        }
    }
}

} // namespace
