// Unit tests of src/core/weekly_schedule: which rows count, and where their shifts fall (S1-S4).
#include "core/weekly_schedule.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Friday;
using std::chrono::Monday;
using std::chrono::Sunday;
using std::chrono::Tuesday;

namespace {

using Rows = std::vector<WeeklyShift>;

/// The occurrences of one date, as text in UTC.
std::vector<std::string> occurrences(const Rows& own, const Rows& defaults, const std::string& day,
                                     const std::string& zone_name = "Etc/UTC",
                                     HoursInheritance inheritance = HoursInheritance::schedule) {
    const std::vector<ZonePeriod> periods = zone_periods(zone_name);
    Intervals found;
    WeeklySchedule(own, defaults, inheritance, no_poll, std::pmr::get_default_resource())
        .expand(date(day), Zone(periods), found);
    std::vector<std::string> text;
    for (const Interval& interval : found)
        text.push_back(text_of(interval.begin) + " " + text_of(interval.end));
    return text;
}
using Found = std::vector<std::string>;

// 2026-03-02 is a Monday.

TEST(S1Hours, OwnRowsReplaceTheWholeSchedule) {
    const Rows defaults = {shift(Monday, "09:00", "17:00"), shift(Tuesday, "09:00", "17:00")};
    EXPECT_EQ(occurrences({}, defaults, "2026-03-02"), Found{"2026-03-02 09:00Z 2026-03-02 17:00Z"});
    const Rows own = {shift(Tuesday, "10:00", "12:00")};
    EXPECT_EQ(occurrences(own, defaults, "2026-03-02"), Found{});
    EXPECT_EQ(occurrences(own, defaults, "2026-03-03"), Found{"2026-03-03 10:00Z 2026-03-03 12:00Z"});
}

TEST(S1Hours, ARowThatIsOffIsAScheduleToo) {
    EXPECT_EQ(occurrences({day_off(Friday)}, {shift(Monday, "09:00", "17:00")}, "2026-03-02"), Found{});
}

TEST(S1Hours, InheritanceByDay) {
    const Rows defaults = {shift(Monday, "09:00", "17:00"), shift(Tuesday, "09:00", "17:00"),
                           shift(Friday, "09:00", "17:00")};
    const Rows own = {shift(Tuesday, "10:00", "12:00"), day_off(Friday)};
    const auto on = [&](const char* day) {
        return occurrences(own, defaults, day, "Etc/UTC", HoursInheritance::day);
    };
    EXPECT_EQ(on("2026-03-02"), Found{"2026-03-02 09:00Z 2026-03-02 17:00Z"});
    EXPECT_EQ(on("2026-03-03"), Found{"2026-03-03 10:00Z 2026-03-03 12:00Z"});
    EXPECT_EQ(on("2026-03-06"), Found{});
    EXPECT_EQ(on("2026-03-07"), Found{});
}

TEST(S2Off, ContributesNothingAndOtherRowsOfTheDayCount) {
    WeeklyShift off = shift(Monday, "08:00", "20:00");
    off.is_off = true;
    EXPECT_EQ(occurrences({off}, {}, "2026-03-02"), Found{});
    EXPECT_EQ(occurrences({off, shift(Monday, "13:00", "14:00"), shift(Monday, "09:00", "10:00")}, {},
                          "2026-03-02"),
              (Found{"2026-03-02 09:00Z 2026-03-02 10:00Z", "2026-03-02 13:00Z 2026-03-02 14:00Z"}));
}

TEST(S2Off, SundayIsZero) {
    EXPECT_EQ(occurrences({shift(std::chrono::weekday(0), "09:00", "10:00")}, {}, "2026-03-01"),
              Found{"2026-03-01 09:00Z 2026-03-01 10:00Z"});
    EXPECT_EQ(occurrences({shift(Sunday, "09:00", "10:00")}, {}, "2026-03-02"), Found{});
}

TEST(S3Midnight, TwentyFourHundredIsTheEndOfTheDay) {
    EXPECT_EQ(occurrences({shift(Monday, "22:00", "24:00")}, {}, "2026-03-02"),
              Found{"2026-03-02 22:00Z 2026-03-03 00:00Z"});
    EXPECT_EQ(occurrences({shift(Monday, "00:00", "24:00")}, {}, "2026-03-02"),
              Found{"2026-03-02 00:00Z 2026-03-03 00:00Z"});
}

TEST(S3Midnight, AnEndNotAfterTheStartIsOnTheNextDay) {
    EXPECT_EQ(occurrences({shift(Monday, "22:00", "02:00")}, {}, "2026-03-02"),
              Found{"2026-03-02 22:00Z 2026-03-03 02:00Z"});
    EXPECT_EQ(occurrences({shift(Monday, "22:00", "02:00")}, {}, "2026-03-03"), Found{});
    EXPECT_EQ(occurrences({shift(Monday, "09:00", "09:00")}, {}, "2026-03-02"),
              Found{"2026-03-02 09:00Z 2026-03-03 09:00Z"});
}

TEST(S4Dst, ShiftsKeepTheirWallTime) {
    const Rows rows = every_day("09:00", "17:00");
    EXPECT_EQ(occurrences(rows, {}, "2026-03-28", "Europe/Berlin"),
              Found{"2026-03-28 08:00Z 2026-03-28 16:00Z"});
    EXPECT_EQ(occurrences(rows, {}, "2026-03-29", "Europe/Berlin"),
              Found{"2026-03-29 07:00Z 2026-03-29 15:00Z"});
}

TEST(S4Dst, ShiftOverTheGapAndOverTheOverlap) {
    const Rows rows = every_day("00:00", "04:00");
    EXPECT_EQ(occurrences(rows, {}, "2026-03-29", "Europe/Berlin"),
              Found{"2026-03-28 23:00Z 2026-03-29 02:00Z"});
    EXPECT_EQ(occurrences(rows, {}, "2026-10-25", "Europe/Berlin"),
              Found{"2026-10-24 22:00Z 2026-10-25 03:00Z"});
}

TEST(S4Dst, ShiftWhoseEndIsMappedBeforeItsStartIsNothing) {
    EXPECT_EQ(occurrences(every_day("02:30", "03:15"), {}, "2026-03-29", "Europe/Berlin"), Found{});
    EXPECT_EQ(occurrences(every_day("02:30", "03:30"), {}, "2026-03-29", "Europe/Berlin"), Found{});
    EXPECT_EQ(occurrences(every_day("02:30", "03:31"), {}, "2026-03-29", "Europe/Berlin"),
              Found{"2026-03-29 01:30Z 2026-03-29 01:31Z"});
}

TEST(S4Dst, SkippedDateContributesNothing) {
    const Rows rows = every_day("09:00", "12:00");
    EXPECT_EQ(occurrences(rows, {}, "2011-12-29", "Pacific/Apia"),
              Found{"2011-12-29 19:00Z 2011-12-29 22:00Z"});
    EXPECT_EQ(occurrences(rows, {}, "2011-12-30", "Pacific/Apia"), Found{});
    EXPECT_EQ(occurrences(rows, {}, "2011-12-31", "Pacific/Apia"),
              Found{"2011-12-30 19:00Z 2011-12-30 22:00Z"});
}

TEST(S4Dst, EveningShiftReachesThroughTheRepeatedHour) {
    EXPECT_EQ(occurrences(every_day("22:00", "24:00"), {}, "2026-04-04", "America/Santiago"),
              Found{"2026-04-05 01:00Z 2026-04-05 04:00Z"});
    EXPECT_EQ(occurrences(every_day("00:00", "02:00"), {}, "2026-09-06", "America/Santiago"),
              Found{"2026-09-06 04:00Z 2026-09-06 05:00Z"});
}

WeeklyShift season(WeeklyShift row, const char* from, const char* to) {
    if (*from != '\0')
        row.valid_from = date(from);
    if (*to != '\0')
        row.valid_to = date(to);
    return row;
}

TEST(S1Seasons, ARowHoldsFromItsFirstDateToItsLastBothIncluded) {
    const Rows rows = {season(shift(Monday, "09:00", "10:00"), "2026-03-02", "2026-03-16")};
    EXPECT_EQ(occurrences({}, rows, "2026-02-23"), Found{});
    EXPECT_EQ(occurrences({}, rows, "2026-03-02"), Found{"2026-03-02 09:00Z 2026-03-02 10:00Z"});
    EXPECT_EQ(occurrences({}, rows, "2026-03-16"), Found{"2026-03-16 09:00Z 2026-03-16 10:00Z"});
    EXPECT_EQ(occurrences({}, rows, "2026-03-23"), Found{});
    const Rows later = {season(shift(Monday, "09:00", "10:00"), "2026-03-03", "")};
    EXPECT_EQ(occurrences({}, later, "2026-03-02"), Found{});
    EXPECT_EQ(occurrences({}, later, "2026-03-09"), Found{"2026-03-09 09:00Z 2026-03-09 10:00Z"});
}

TEST(S1Seasons, OutsideOfOnesOwnTheBusinesssHoursCount) {
    const Rows defaults = {shift(Monday, "08:00", "20:00"), shift(Tuesday, "08:00", "20:00")};
    // A row of any day, or one that is off, is a schedule of one's own.
    const Rows own = {season(shift(Tuesday, "10:00", "12:00"), "2026-03-02", "2026-03-08"),
                      season(day_off(Friday), "2026-03-16", "2026-03-16")};
    EXPECT_EQ(occurrences(own, defaults, "2026-02-23"), Found{"2026-02-23 08:00Z 2026-02-23 20:00Z"});
    EXPECT_EQ(occurrences(own, defaults, "2026-03-02"), Found{});
    EXPECT_EQ(occurrences(own, defaults, "2026-03-03"), Found{"2026-03-03 10:00Z 2026-03-03 12:00Z"});
    EXPECT_EQ(occurrences(own, defaults, "2026-03-10"), Found{"2026-03-10 08:00Z 2026-03-10 20:00Z"});
    EXPECT_EQ(occurrences(own, defaults, "2026-03-16"), Found{});
}

TEST(S1Seasons, ByDayEachWeekdayFallsBackAlone) {
    const Rows defaults = {shift(Monday, "08:00", "20:00"), shift(Tuesday, "08:00", "20:00")};
    const Rows own = {season(shift(Tuesday, "10:00", "12:00"), "2026-03-02", "2026-03-08"),
                      season(day_off(Monday), "", "2026-03-01")};
    const auto by_day = [&](const char* day) {
        return occurrences(own, defaults, day, "Etc/UTC", HoursInheritance::day);
    };
    EXPECT_EQ(by_day("2026-02-23"), Found{});
    EXPECT_EQ(by_day("2026-03-02"), Found{"2026-03-02 08:00Z 2026-03-02 20:00Z"});
    EXPECT_EQ(by_day("2026-03-03"), Found{"2026-03-03 10:00Z 2026-03-03 12:00Z"});
    EXPECT_EQ(by_day("2026-03-10"), Found{"2026-03-10 08:00Z 2026-03-10 20:00Z"});
}

} // namespace
