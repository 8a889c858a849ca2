// Unit tests of src/core/working_time: weekly shifts and overrides made into one working time (S2, S3, S5, S9).
#include "core/working_time.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Monday;
using std::chrono::Sunday;
using std::chrono::Tuesday;

namespace {

/// A business with one person; the parts of its working time that meet the window.
struct WorkingTimeTest : testing::Test {
    WorkingTimeTest() {
        business.people.push_back({uuid(10), {}, {}, {}});
        business.window = {utc("2026-03-02 00:00"), utc("2026-03-03 00:00")};
    }
    Person& person() { return business.people.front(); }

    void add(const char* begin, const char* end, bool is_unavailable) {
        person().overrides.push_back({{utc(begin), utc(end)}, is_unavailable});
    }
    std::vector<std::string> in_window(const Intervals& intervals) const {
        std::vector<std::string> text;
        for (const Interval& interval : intervals) {
            if (meets(interval, business.window))
                text.push_back(text_of(interval.begin).substr(5) + " " + text_of(interval.end).substr(5));
        }
        return text;
    }
    WorkingTime time() const {
        const Calendar& calendar = business.calendar();
        return working_time(calendar, calendar.resources[0], calendar.window, no_poll,
                            std::pmr::get_default_resource());
    }
    std::vector<std::string> open() const { return in_window(time().open); }
    std::vector<std::string> offered() const { return in_window(time().offered); }

    Business business;
};
using Found = std::vector<std::string>;

// 2026-03-02 is a Monday.

using S2Off = WorkingTimeTest;
TEST_F(S2Off, OverlappingRowsMerge) {
    person().hours = {shift(Monday, "13:00", "17:00"), shift(Monday, "09:00", "12:00"),
                      shift(Monday, "11:00", "14:00")};
    EXPECT_EQ(open(), Found{"03-02 09:00Z 03-02 17:00Z"});
    EXPECT_EQ(offered(),
              (Found{"03-02 09:00Z 03-02 12:00Z", "03-02 11:00Z 03-02 14:00Z", "03-02 13:00Z 03-02 17:00Z"}));
}

using S3Midnight = WorkingTimeTest;
TEST_F(S3Midnight, TouchingShiftsAreOneWorkingTime) {
    person().hours = {shift(Sunday, "22:30", "24:00"), shift(Monday, "00:00", "02:00")};
    EXPECT_EQ(open(), Found{"03-01 22:30Z 03-02 02:00Z"});
}

TEST_F(S3Midnight, ExpansionBeginsBeforeTheWindow) {
    person().hours = {shift(Sunday, "22:00", "21:00")};
    business.window = {utc("2026-03-02 20:00"), utc("2026-03-02 20:30")};
    EXPECT_EQ(open(), Found{"03-01 22:00Z 03-02 21:00Z"});
}

using S9Window = WorkingTimeTest;
TEST_F(S9Window, WorkingTimeIsNotCutAtTheWindow) {
    business.default_hours = every_day("00:00", "24:00");
    business.window = {utc("2026-03-02 10:00"), utc("2026-03-02 10:01")};
    const Intervals around = time().open;
    ASSERT_EQ(around.size(), 1u);
    EXPECT_LE(around[0].begin, utc("2026-03-01 00:00"));
    EXPECT_GE(around[0].end, utc("2026-03-04 00:00"));
}

TEST_F(S9Window, OverridesThatReachInAreWhole) {
    add("2026-02-20 00:00", "2026-03-02 01:00", false);
    EXPECT_EQ(open(), Found{"02-20 00:00Z 03-02 01:00Z"});
}

using S5Overrides = WorkingTimeTest;
TEST_F(S5Overrides, AvailableAddsAndUnavailableTakesAway) {
    person().hours = {shift(Monday, "09:00", "12:00")};
    add("2026-03-02 11:00", "2026-03-02 15:00", false);
    add("2026-03-02 10:00", "2026-03-02 11:30", true);
    EXPECT_EQ(open(), (Found{"03-02 09:00Z 03-02 10:00Z", "03-02 11:30Z 03-02 15:00Z"}));
}

TEST_F(S5Overrides, UnavailableWinsWhateverTheOrder) {
    add("2026-03-02 10:00", "2026-03-02 11:00", true);
    add("2026-03-02 09:00", "2026-03-02 12:00", false);
    EXPECT_EQ(open(), (Found{"03-02 09:00Z 03-02 10:00Z", "03-02 11:00Z 03-02 12:00Z"}));
}

TEST_F(S5Overrides, UnavailableDoesNotMoveTheAnchors) {
    person().hours = {shift(Monday, "09:00", "12:00")};
    add("2026-03-02 08:00", "2026-03-02 09:40", true);
    EXPECT_EQ(offered(), Found{"03-02 09:00Z 03-02 12:00Z"});
    EXPECT_EQ(open(), Found{"03-02 09:40Z 03-02 12:00Z"});
}

TEST_F(S5Overrides, AddModeKeepsTheShifts) {
    person().hours = {shift(Monday, "09:00", "12:00")};
    add("2026-03-02 14:00", "2026-03-02 15:00", false);
    EXPECT_EQ(open(), (Found{"03-02 09:00Z 03-02 12:00Z", "03-02 14:00Z 03-02 15:00Z"}));
}

struct S5Replace : WorkingTimeTest {
    S5Replace() { business.settings.availability_override_mode = OverrideMode::replace; }
};
TEST_F(S5Replace, AvailableReplacesTheShiftsOfItsDate) {
    person().hours = {shift(Sunday, "23:00", "01:00"), shift(Monday, "09:00", "12:00"),
                      shift(Monday, "23:00", "03:00")};
    add("2026-03-02 14:00", "2026-03-02 15:00", false);
    // The tail of Sunday's shift stays: it is keyed to Sunday.
    EXPECT_EQ(open(), (Found{"03-01 23:00Z 03-02 01:00Z", "03-02 14:00Z 03-02 15:00Z"}));
}

TEST_F(S5Replace, UnavailableReplacesNothing) {
    person().hours = {shift(Monday, "09:00", "12:00")};
    add("2026-03-02 14:00", "2026-03-02 15:00", true);
    EXPECT_EQ(open(), Found{"03-02 09:00Z 03-02 12:00Z"});
}

TEST_F(S5Replace, EveryDateThatIsTouched) {
    business.default_hours = every_day("06:00", "07:00");
    business.window = {utc("2026-03-01 00:00"), utc("2026-03-06 00:00")};
    add("2026-03-02 23:00", "2026-03-04 00:00:01", false);
    EXPECT_EQ(open(), (Found{"03-01 06:00Z 03-01 07:00Z", "03-02 23:00Z 03-04 00:00:01.000000Z",
                             "03-05 06:00Z 03-05 07:00Z"}));
    person().overrides.clear();
    // Midnight itself is the next date's.
    add("2026-03-02 23:00", "2026-03-04 00:00", false);
    EXPECT_EQ(open(), (Found{"03-01 06:00Z 03-01 07:00Z", "03-02 23:00Z 03-04 00:00Z",
                             "03-04 06:00Z 03-04 07:00Z", "03-05 06:00Z 03-05 07:00Z"}));
}

TEST_F(S5Replace, TheDateIsLocal) {
    business.zone = zone_periods("America/New_York");
    business.default_hours = {shift(Monday, "09:00", "10:00"), shift(Tuesday, "00:00", "00:30")};
    business.window = {utc("2026-03-02 00:00"), utc("2026-03-04 00:00")};
    add("2026-03-03 04:00", "2026-03-03 05:00", false); // Monday, 23:00 to midnight
    EXPECT_EQ(open(), (Found{"03-03 04:00Z 03-03 05:30Z"}));
    person().overrides.clear();
    add("2026-03-03 04:59", "2026-03-03 05:01", false);
    EXPECT_EQ(open(), (Found{"03-03 04:59Z 03-03 05:01Z"}));
}

TEST_F(S5Replace, ADateThatComesTwiceIsTouchedByEither) {
    business.zone = zone_periods("America/Goose_Bay");
    business.default_hours = {shift(std::chrono::Saturday, "12:00", "13:00"),
                              shift(Sunday, "12:00", "13:00")};
    business.window = {utc("2010-11-06 04:00"), utc("2010-11-08 04:00")};
    add("2010-11-07 03:00", "2010-11-07 03:01",
        false); // the first minute of Sunday, before the clock went back
    EXPECT_EQ(open(), (Found{"11-06 15:00Z 11-06 16:00Z", "11-07 03:00Z 11-07 03:01Z"}));
    person().overrides.clear();
    add("2010-11-07 03:01", "2010-11-07 03:02", false); // Saturday again
    EXPECT_EQ(open(), (Found{"11-07 03:01Z 11-07 03:02Z", "11-07 16:00Z 11-07 17:00Z"}));
}

TEST_F(S5Replace, BeforeTheFirstPeriodItsOffsetHolds) {
    business.zone = {{utc("2026-03-02 12:00"), hours(0)}};
    business.default_hours = every_day("06:00", "07:00");
    add("2026-03-02 08:00", "2026-03-02 09:00", false);
    EXPECT_EQ(open(), Found{"03-02 08:00Z 03-02 09:00Z"});
}

TEST_F(S5Overrides, OneWithoutTimeIsNothing) {
    add("2026-03-02 08:00", "2026-03-02 08:00", false);
    add("2026-03-02 09:00", "2026-03-02 08:00", false);
    EXPECT_TRUE(time().offered.empty());
    EXPECT_TRUE(time().open.empty());
}

TEST_F(S5Replace, FarOverridesReachNoWindow) {
    business.default_hours = every_day("06:00", "07:00");
    add("1990-01-01 00:00", "2026-03-01 00:00", false);
    EXPECT_EQ(open(), Found{"03-02 06:00Z 03-02 07:00Z"});
}

using S5OfTheBusiness = WorkingTimeTest;
TEST_F(S5OfTheBusiness, AClosureIsTakenFromEverybodyLast) {
    business.overrides = {{{utc("2026-03-02 11:00"), utc("2026-03-02 12:00")}, true},
                          {{utc("2026-03-02 11:30"), utc("2026-03-02 11:45")}, false}};
    person().hours = {shift(Monday, "09:00", "14:00")};
    add("2026-03-02 10:30", "2026-03-02 13:00", false);
    EXPECT_EQ(open(), (Found{"03-02 09:00Z 03-02 11:00Z", "03-02 12:00Z 03-02 14:00Z"}));
    // It leaves the grid alone.
    EXPECT_EQ(offered(), (Found{"03-02 09:00Z 03-02 14:00Z", "03-02 10:30Z 03-02 13:00Z"}));
}

TEST_F(S5OfTheBusiness, AnOpeningIsForThoseWhoFollowItsHours) {
    business.default_hours = {shift(Tuesday, "09:00", "17:00")};
    business.overrides = {{{utc("2026-03-02 10:00"), utc("2026-03-02 12:00")}, false}};
    EXPECT_EQ(open(), Found{"03-02 10:00Z 03-02 12:00Z"});
    EXPECT_EQ(offered(), Found{"03-02 10:00Z 03-02 12:00Z"});
    person().hours = {shift(Tuesday, "09:00", "17:00")};
    EXPECT_EQ(open(), Found{});
    business.settings.working_hours_inheritance = HoursInheritance::day;
    EXPECT_EQ(open(), Found{"03-02 10:00Z 03-02 12:00Z"});
    person().hours.push_back(day_off(Monday));
    EXPECT_EQ(open(), Found{});
}

TEST_F(S5OfTheBusiness, TheDateOnWhichAnOpeningStartsDecides) {
    business.overrides = {{{utc("2026-03-01 23:00"), utc("2026-03-02 12:00")}, false}};
    person().hours = {shift(Sunday, "09:00", "10:00")};
    business.settings.working_hours_inheritance = HoursInheritance::day;
    EXPECT_EQ(open(), Found{});
    // An hour further east it starts on Monday.
    business.zone = {{Instant{}, std::chrono::hours(1)}};
    EXPECT_EQ(open(), Found{"03-01 23:00Z 03-02 12:00Z"});
    // Of a season that has ended by then.
    business.settings.working_hours_inheritance = HoursInheritance::schedule;
    person().hours[0].valid_to = date("2026-03-01");
    EXPECT_EQ(open(), Found{"03-01 23:00Z 03-02 12:00Z"});
    person().hours[0].valid_to = date("2026-03-02");
    EXPECT_EQ(open(), Found{});
}

TEST_F(S5OfTheBusiness, ReplacingAnOpeningReplacesTheDatesThatItTouches) {
    business.settings.availability_override_mode = OverrideMode::replace;
    business.default_hours = every_day("09:00", "17:00");
    business.overrides = {{{utc("2026-03-02 20:00"), utc("2026-03-02 22:00")}, false}};
    EXPECT_EQ(open(), Found{"03-02 20:00Z 03-02 22:00Z"});
    // Not of those for whom it does not count.
    person().hours = every_day("10:00", "11:00");
    EXPECT_EQ(open(), Found{"03-02 10:00Z 03-02 11:00Z"});
    // A closure replaces nothing.
    business.overrides[0].is_unavailable = true;
    person().hours.clear();
    EXPECT_EQ(open(), Found{"03-02 09:00Z 03-02 17:00Z"});
}

} // namespace
