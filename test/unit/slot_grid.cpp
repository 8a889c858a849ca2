// Unit tests of src/core/slot_grid: where slots may start (S7).
#include "core/slot_grid.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Monday;

namespace {

struct SlotGridTest : testing::Test {
    SlotGridTest() {
        business.people.push_back({uuid(10), {}, {}, {}});
        business.window = {utc("2026-03-02 00:00"), utc("2026-03-03 00:00")};
        business.settings.slot_interval = minutes(60);
    }
    Person& person() { return business.people.front(); }

    /// The grid's times of day within the window, in UTC.
    std::string grid() const {
        auto* const memory = std::pmr::get_default_resource();
        const Calendar& calendar = business.calendar();
        const Resource& resource = calendar.resources[0];
        const WorkingTime working = working_time(calendar, resource, calendar.window, no_poll, memory);
        const BusyTime busy(calendar, resource.bookings, no_poll, memory);
        SlotGrid slots(calendar, working, busy, calendar.window, no_poll, memory);
        std::string text;
        Instant at_least = calendar.window.begin;
        while (const std::optional<Instant> next = slots.next(at_least)) {
            EXPECT_GE(*next, at_least);
            if (*next >= calendar.window.end)
                break;
            text += (text.empty() ? "" : " ") + text_of(*next).substr(11, 5);
            at_least = *next + one_tick;
        }
        return text;
    }

    Business business;
};

using S7Shift = SlotGridTest;
TEST_F(S7Shift, EachShiftHasItsOwnGrid) {
    person().hours = {shift(Monday, "08:10", "10:10"), shift(Monday, "12:30", "14:31")};
    EXPECT_EQ(grid(), "08:10 09:10 12:30 13:30 14:30");
}

TEST_F(S7Shift, TheUnionWhereTheyOverlap) {
    person().hours = {shift(Monday, "08:00", "11:00"), shift(Monday, "09:20", "11:00"),
                      shift(Monday, "10:00", "12:00")};
    EXPECT_EQ(grid(), "08:00 09:00 09:20 10:00 10:20 11:00");
}

TEST_F(S7Shift, AvailableOverridesHaveTheirOwnGrid) {
    person().hours = {shift(Monday, "08:00", "10:00")};
    person().overrides = {{{utc("2026-03-02 09:45"), utc("2026-03-02 12:00")}, false}};
    EXPECT_EQ(grid(), "08:00 09:00 09:45 10:45 11:45");
}

TEST_F(S7Shift, BookingsAndUnavailabilityMoveNothing) {
    person().hours = {shift(Monday, "08:00", "11:00")};
    person().overrides = {{{utc("2026-03-02 08:20"), utc("2026-03-02 08:40")}, true}};
    person().bookings = {business.booking("2026-03-02 08:05")};
    EXPECT_EQ(grid(), "08:00 09:00 10:00");
}

TEST_F(S7Shift, TheGridIsKeptBeforeTheWindow) {
    person().hours = {shift(std::chrono::Sunday, "22:20", "03:00")};
    EXPECT_EQ(grid(), "00:20 01:20 02:20");
}

TEST_F(S7Shift, StepsAreElapsedTimeOverATransition) {
    business.zone = zone_periods("Europe/Berlin");
    business.window = {utc("2026-03-28 23:00"), utc("2026-03-29 22:00")};
    person().hours = every_day("01:00", "05:00");
    EXPECT_EQ(grid(), "00:00 01:00 02:00");
}

struct S7Clock : SlotGridTest {
    S7Clock() {
        business.settings.slot_alignment = SlotAlignment::clock;
        business.settings.slot_interval = hours(5);
    }
};
TEST_F(S7Clock, BeginsAnewAtMidnight) {
    EXPECT_EQ(grid(), "00:00 05:00 10:00 15:00 20:00");
    business.window.end = utc("2026-03-03 06:00");
    EXPECT_EQ(grid(), "00:00 05:00 10:00 15:00 20:00 00:00 05:00");
}

TEST_F(S7Clock, BeginsAtTheOffset) {
    business.settings.slot_offset = minutes(200);
    EXPECT_EQ(grid(), "03:20 08:20 13:20 18:20 23:20");
    business.settings.slot_offset = minutes(1439);
    EXPECT_EQ(grid(), "23:59");
}

TEST_F(S7Clock, MidnightIsLocal) {
    business.zone = zone_periods("Asia/Kathmandu");
    EXPECT_EQ(grid(), "04:15 09:15 14:15 18:15 23:15");
}

TEST_F(S7Clock, TwentyThreeAndTwentyFiveHours) {
    business.zone = zone_periods("Europe/Berlin");
    business.settings.slot_interval = hours(8);
    business.window = {utc("2026-03-28 23:00"), utc("2026-03-30 00:00")};
    EXPECT_EQ(grid(), "23:00 07:00 15:00 22:00");
    business.window = {utc("2026-10-24 22:00"), utc("2026-10-26 00:00")};
    EXPECT_EQ(grid(), "22:00 06:00 14:00 22:00 23:00");
}

TEST_F(S7Clock, TheOffsetCountsFromAMidnightThatWasSkipped) {
    business.zone = zone_periods("America/Santiago");
    business.window = {utc("2026-09-06 04:00"), utc("2026-09-07 03:00")};
    business.settings.slot_interval = hours(12);
    EXPECT_EQ(grid(), "04:00 16:00");
    business.zone = zone_periods("Pacific/Apia");
    business.window = {utc("2011-12-29 10:00"), utc("2011-12-31 10:00")};
    EXPECT_EQ(grid(), "10:00 22:00 10:00 22:00");
    business.settings.slot_offset = minutes(30);
    EXPECT_EQ(grid(), "10:30 22:30 10:30 22:30");
}

TEST_F(S7Clock, IgnoresShifts) {
    person().hours = {shift(Monday, "08:10", "10:10")};
    EXPECT_EQ(grid(), "00:00 05:00 10:00 15:00 20:00");
}

struct S7Optimized : SlotGridTest {
    S7Optimized() { business.settings.slot_alignment = SlotAlignment::optimized; }
};
TEST_F(S7Optimized, AddsTheInstantsBehindBookings) {
    person().hours = {shift(Monday, "08:00", "11:00")};
    business.service.buffer_before = minutes(5);
    Booking late = business.booking("2026-03-02 08:15");
    late.buffer_after = minutes(10);
    person().bookings = {late, business.booking("2026-03-02 06:45")};
    EXPECT_EQ(grid(), "07:50 08:00 09:00 09:30 10:00");
}

TEST_F(S7Optimized, NotBehindThoseThatDoNotOccupy) {
    person().hours = {shift(Monday, "08:00", "10:00")};
    person().bookings = {business.booking("2026-03-02 08:15")};
    person().bookings.front().status = BookingStatus::cancelled;
    EXPECT_EQ(grid(), "08:00 09:00");
}

TEST_F(SlotGridTest, JumpsToTheFirstNotBefore) {
    auto* const memory = std::pmr::get_default_resource();
    person().hours = {shift(Monday, "08:00", "20:00")};
    business.settings.slot_interval = minutes(7);
    const Calendar& calendar = business.calendar();
    const WorkingTime working =
        working_time(calendar, calendar.resources[0], calendar.window, no_poll, memory);
    const BusyTime busy(calendar, {}, no_poll, memory);
    SlotGrid slots(calendar, working, busy, calendar.window, no_poll, memory);
    EXPECT_EQ(slots.next(utc("2026-03-02 00:00")), utc("2026-03-02 08:00"));
    EXPECT_EQ(slots.next(utc("2026-03-02 08:00")), utc("2026-03-02 08:00"));
    EXPECT_EQ(slots.next(utc("2026-03-02 08:00") + one_tick), utc("2026-03-02 08:07"));
    EXPECT_EQ(slots.next(utc("2026-03-02 08:07")), utc("2026-03-02 08:07"));
    EXPECT_EQ(slots.next(utc("2026-03-02 10:00")), utc("2026-03-02 10:06"));
    EXPECT_EQ(slots.next(utc("2026-03-02 19:58")), std::nullopt);
}

/// Of hundreds that overlap, some with one grid and some each with its own, against all of their instants.
TEST_F(SlotGridTest, ManyThatOverlap) {
    auto* const memory = std::pmr::get_default_resource();
    std::mt19937 random(1);
    const auto between = [&](int least, int most) {
        return std::uniform_int_distribution(least, most)(random);
    };
    for (int round = 0; round < 20; ++round) {
        const Duration step = minutes(between(1, 90));
        business.settings.slot_interval = std::chrono::duration_cast<minutes>(step);
        person().hours.clear();
        std::set<Instant> expected;
        for (int i = 0; i < 300; ++i) {
            const bool off_minutes = between(0, 1) == 1;
            const Duration start = minutes(between(0, 1200)) + Duration(off_minutes ? between(0, 3) : 0);
            const Duration end = start + minutes(between(1, 239));
            person().hours.push_back({Monday, start, end, false});
            for (Duration at = start; at < end; at += step)
                expected.insert(business.window.begin + at);
        }
        const Calendar& calendar = business.calendar();
        const WorkingTime working =
            working_time(calendar, calendar.resources[0], calendar.window, no_poll, memory);
        const BusyTime busy(calendar, {}, no_poll, memory);
        SlotGrid slots(calendar, working, busy, calendar.window, no_poll, memory);
        Instant at_least = calendar.window.begin;
        for (;;) {
            const auto next = expected.lower_bound(at_least);
            if (next == expected.end())
                break;
            ASSERT_EQ(slots.next(at_least), *next);
            at_least = *next + (between(0, 9) == 0 ? Duration(minutes(between(0, 200))) : one_tick);
        }
    }
}

} // namespace
