// Unit tests of src/core/calendar: how far rows must be loaded around a window (S9).
#include "core/calendar.hpp"

#include "unit/support/business.hpp"

#include <gtest/gtest.h>

#include <limits>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const Interval asked{utc("2026-03-01 00:00"), utc("2026-04-01 00:00")};

const Service long_service{uuid(1), minutes(3000), minutes(700), minutes(1000)};

TEST(S9Reach, TheLongestBookingThatReachesInIsLoaded) {
    const BookingReach reach = booking_reach(asked, long_service, BookingScope::window);
    // The last start whose busy time ends before the buffer of the first slot begins, and the first one behind the last.
    EXPECT_LE(reach.long_before.begin,
              asked.begin - minutes(700) - longest_buffer - longest_booking + one_tick);
    EXPECT_GE(reach.long_behind.end, asked.end + minutes(3000) + minutes(1000) + longest_buffer - one_tick);
}

TEST(S9Reach, OfOthersThanTheLongOnesThoseThatAreNear) {
    const BookingReach reach = booking_reach(asked, long_service, BookingScope::window);
    EXPECT_LE(reach.all.begin, asked.begin - minutes(700) - usual_reach + one_tick);
    EXPECT_GE(reach.all.end, asked.end + minutes(3000) + minutes(1000) + usual_reach - one_tick);
    // Else it spares nothing.
    EXPECT_GE(reach.all.begin, asked.begin - minutes(700) - usual_reach);
    EXPECT_LE(reach.all.end, asked.end + minutes(3000) + minutes(1000) + usual_reach);
    // No gap, and no booking twice.
    EXPECT_EQ(reach.long_before.end, reach.all.begin);
    EXPECT_EQ(reach.long_behind.begin, reach.all.end);
}

TEST(S9Reach, WholeDatesAreLoadedWhereTheyAreCounted) {
    const Service short_service{uuid(1), minutes(1), minutes(0), minutes(0)};
    const BookingReach near = booking_reach(asked, short_service, BookingScope::window);
    const BookingReach dates = booking_reach(asked, short_service, BookingScope::whole_dates);
    // What begins on the dates, and what reaches into them.
    EXPECT_LE(dates.all.begin, asked.begin - date_reach - usual_reach);
    EXPECT_GE(dates.all.end, asked.end + date_reach);
    EXPECT_LE(dates.long_before.begin, near.long_before.begin - date_reach);
    EXPECT_GE(dates.long_behind.end, near.long_behind.end + date_reach);
}

TEST(S9Reach, ALimitOfADateNeedsWholeDates) {
    Settings settings;
    EXPECT_EQ(scope_of_slots(settings), BookingScope::window);
    settings.max_bookings_per_day_of_service = 1;
    EXPECT_EQ(scope_of_slots(settings), BookingScope::whole_dates);
    std::swap(settings.max_bookings_per_day_of_service, settings.max_bookings_per_day_of_business);
    EXPECT_EQ(scope_of_slots(settings), BookingScope::whole_dates);
}

TEST(S9Reach, LongIsMoreThanSixHoursToEitherSide) {
    const minutes none(0), six_hours(360);
    EXPECT_FALSE(is_long(hours(6), none, none));
    EXPECT_TRUE(is_long(hours(6) + one_tick, none, none));
    EXPECT_FALSE(is_long(hours(5), none, minutes(60)));
    EXPECT_TRUE(is_long(hours(5), none, minutes(61)));
    EXPECT_FALSE(is_long(one_tick, six_hours, none));
    EXPECT_TRUE(is_long(one_tick, minutes(361), none));
    EXPECT_TRUE(is_long(longest_booking, longest_buffer, longest_buffer));
}

TEST(S9Reach, WhetherItReachesFarIsToldForAllValues) {
    using limits = std::numeric_limits<std::int32_t>;
    for (const minutes after : {minutes(limits::min()), minutes(limits::max())}) {
        EXPECT_TRUE(is_long(Duration::max(), minutes(0), after));
        EXPECT_FALSE(is_long(Duration::min(), minutes(limits::min()), after));
        EXPECT_TRUE(is_long(Duration::min(), minutes(limits::max()), after));
    }
}

TEST(S9Reach, OverridesOfTheDaysAroundAreLoaded) {
    const Interval reach = override_reach(asked, long_service);
    // In replace mode an override at the end of a date takes away a shift of its begin, which may last for two days.
    EXPECT_LE(reach.begin, asked.begin - minutes(700) - 2 * one_day - date_reach);
    EXPECT_GE(reach.end, asked.end + minutes(3000) + minutes(1000) + date_reach);
}

} // namespace
