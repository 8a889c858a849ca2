// Unit tests of src/core/worked_time: how much working time some dates have (S1-S5).
#include "core/worked_time.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Monday;
using std::chrono::Sunday;

namespace {

/// A business with one person, whose dates are those of UTC unless a test gives it another zone.
struct WorkedTimeTest : testing::Test {
    WorkedTimeTest() {
        business.people.push_back({uuid(10), {}, {}, {}});
        business.window = {utc("2026-03-02 00:00"), utc("2026-03-03 00:00")};
    }
    Person& person() { return business.people.front(); }
    std::chrono::minutes worked(LocalDate first, LocalDate last) const {
        const Calendar& calendar = business.calendar();
        return std::chrono::duration_cast<std::chrono::minutes>(worked_time(
            calendar, calendar.resources[0], first, last, no_poll, std::pmr::get_default_resource()));
    }

    Business business;
};
using std::chrono::minutes;

// 2026-03-02 is a Monday.
constexpr LocalDate monday = std::chrono::local_days(std::chrono::year(2026) / 3 / 2);

TEST_F(WorkedTimeTest, OverlapsCountOnce) {
    person().hours = {shift(Monday, "09:00", "12:00"), shift(Monday, "11:00", "13:00")};
    EXPECT_EQ(worked(monday, monday), minutes(240));
}

TEST_F(WorkedTimeTest, AbsencesAreTakenOff) {
    person().hours = {shift(Monday, "09:00", "17:00")};
    person().overrides.push_back({{utc("2026-03-02 08:00"), utc("2026-03-02 10:30")}, true});
    person().overrides.push_back({{utc("2026-03-02 17:00"), utc("2026-03-02 18:00")}, false});
    EXPECT_EQ(worked(monday, monday), minutes(450));
}

TEST_F(WorkedTimeTest, EachDateHasItsPartOfAShiftOverMidnight) {
    person().hours = {shift(Sunday, "22:00", "24:00"), shift(Monday, "00:00", "03:00"),
                      shift(Monday, "23:00", "01:00")};
    EXPECT_EQ(worked(monday, monday), minutes(240));
}

TEST_F(WorkedTimeTest, OnlyTheDatesAskedForCount) {
    person().hours = {shift(Sunday, "10:00", "11:00"), shift(Monday, "10:00", "12:00")};
    business.window = {utc("2026-03-01 00:00"), utc("2026-03-04 00:00")};
    EXPECT_EQ(worked(monday, monday), minutes(120));
    EXPECT_EQ(worked(monday - std::chrono::days(1), monday + std::chrono::days(1)), minutes(180));
}

TEST_F(WorkedTimeTest, NobodyWorksWithoutHours) {
    EXPECT_EQ(worked(monday, monday), minutes(0));
}

} // namespace
