// Unit tests of src/core/calendar: notice and horizon (S10), and how far rows must be loaded around a window (S9).
#include "core/calendar.hpp"

#include "unit/support/business.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const Instant now = utc("2026-03-02 10:00");
const Interval asked{utc("2026-03-01 00:00"), utc("2026-04-01 00:00")};

TEST(S10Notice, TheWindowBeginsNoSoonerThanTheNotice) {
    Settings settings;
    EXPECT_EQ(bookable_window(asked, now, settings), (Interval{now, asked.end}));
    settings.min_notice = minutes(90);
    EXPECT_EQ(bookable_window(asked, now, settings), (Interval{utc("2026-03-02 11:30"), asked.end}));
    EXPECT_EQ(bookable_window(asked, utc("2026-01-01 00:00"), settings), asked);
}

TEST(S10Horizon, TheInstantOfTheHorizonIsStillIn) {
    Settings settings;
    settings.max_advance_days = 2;
    EXPECT_EQ(bookable_window(asked, now, settings), (Interval{now, utc("2026-03-04 10:00") + one_tick}));
    settings.max_advance_days = 0;
    EXPECT_EQ(bookable_window(asked, now, settings), (Interval{now, now + one_tick}));
    settings.max_advance_days = 3660;
    EXPECT_EQ(bookable_window(asked, now, settings).end, asked.end);
}

TEST(S10Horizon, NoticeBeyondTheHorizonLeavesNothing) {
    Settings settings;
    settings.max_advance_days = 1;
    settings.min_notice = hours(25);
    EXPECT_TRUE(is_empty(bookable_window(asked, now, settings)));
}

const Service long_service{uuid(1), minutes(3000), minutes(700), minutes(1000)};

TEST(S9Reach, TheLongestBookingThatReachesInIsLoaded) {
    const Interval reach = booking_reach(asked, long_service, {});
    // The last start whose busy time ends before the buffer of the first slot begins, and the first one behind the last.
    EXPECT_LE(reach.begin, asked.begin - minutes(700) - longest_buffer - longest_booking + one_tick);
    EXPECT_GE(reach.end, asked.end + minutes(3000) + minutes(1000) + longest_buffer - one_tick);
}

TEST(S9Reach, BookingsOfTheSameLocalDateAreLoadedWhereALimitCountsThem) {
    const Service short_service{uuid(1), minutes(1), minutes(0), minutes(0)};
    Settings settings;
    EXPECT_LE(booking_reach(asked, short_service, settings).end, asked.end + longest_buffer + minutes(1));
    settings.max_bookings_per_day_of_service = 1;
    EXPECT_LE(booking_reach(asked, short_service, settings).begin, asked.begin - date_reach);
    EXPECT_GE(booking_reach(asked, short_service, settings).end, asked.end + date_reach);
    std::swap(settings.max_bookings_per_day_of_service, settings.max_bookings_per_day_of_business);
    EXPECT_GE(booking_reach(asked, short_service, settings).end, asked.end + date_reach);
}

TEST(S9Reach, OverridesOfTheDaysAroundAreLoaded) {
    const Interval reach = override_reach(asked, long_service);
    // In replace mode an override at the end of a date takes away a shift of its begin, which may last for two days.
    EXPECT_LE(reach.begin, asked.begin - minutes(700) - 2 * one_day - date_reach);
    EXPECT_GE(reach.end, asked.end + minutes(3000) + minutes(1000) + date_reach);
}

} // namespace
