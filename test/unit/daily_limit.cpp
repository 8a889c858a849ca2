// Unit tests of src/core/daily_limit: bookings a local day (S16).
#include "core/daily_limit.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

struct S16Limits : testing::Test {
    void add(const char* start, int service = 1, BookingStatus status = BookingStatus::confirmed) {
        bookings.push_back(business.booking(start));
        bookings.back().service_id = uuid(service);
        bookings.back().status = status;
    }
    bool reached(const char* start) const {
        return DailyLimit(business.calendar(), bookings, no_poll, std::pmr::get_default_resource())
            .reached_at(utc(start));
    }

    Business business;
    std::vector<Booking> bookings;
};

TEST_F(S16Limits, WithoutALimitNoDateIsFull) {
    for (int i = 0; i < 50; ++i)
        add("2026-03-02 10:00");
    EXPECT_FALSE(reached("2026-03-02 12:00"));
}

TEST_F(S16Limits, TheDateIsFullAtTheLimit) {
    business.settings.max_bookings_per_day_of_business = 2;
    add("2026-03-02 10:00");
    EXPECT_FALSE(reached("2026-03-02 12:00"));
    add("2026-03-02 11:00");
    EXPECT_TRUE(reached("2026-03-02 12:00"));
    EXPECT_TRUE(reached("2026-03-02 00:00"));
    EXPECT_TRUE(reached("2026-03-02 23:59"));
    EXPECT_FALSE(reached("2026-03-01 23:59"));
    EXPECT_FALSE(reached("2026-03-03 00:00"));
    add("2026-03-02 12:00");
    EXPECT_TRUE(reached("2026-03-02 12:00"));
}

TEST_F(S16Limits, TheServicesLimitCountsItsOwnBookings) {
    business.settings.max_bookings_per_day_of_service = 1;
    add("2026-03-02 10:00", 2);
    EXPECT_FALSE(reached("2026-03-02 12:00"));
    add("2026-03-02 11:00", 1);
    EXPECT_TRUE(reached("2026-03-02 12:00"));
}

TEST_F(S16Limits, TheBusinesssLimitCountsAll) {
    business.settings.max_bookings_per_day_of_business = 2;
    add("2026-03-02 10:00", 2);
    add("2026-03-02 11:00", 3);
    EXPECT_TRUE(reached("2026-03-02 12:00"));
}

TEST_F(S16Limits, BothApply) {
    business.settings.max_bookings_per_day_of_service = 1;
    business.settings.max_bookings_per_day_of_business = 3;
    add("2026-03-02 10:00", 1);
    EXPECT_TRUE(reached("2026-03-02 12:00"));
    for (int i = 0; i < 3; ++i)
        add("2026-03-03 10:00", 2);
    EXPECT_TRUE(reached("2026-03-03 12:00"));
}

TEST_F(S16Limits, OnlyOccupyingBookingsCountHoldsIncluded) {
    business.settings.max_bookings_per_day_of_business = 1;
    business.as_of = utc("2026-03-01 10:00");
    add("2026-03-02 10:00", 1, BookingStatus::cancelled);
    add("2026-03-02 10:00", 1, BookingStatus::pending);
    bookings.back().hold_expires_at = utc("2026-03-01 10:00");
    EXPECT_FALSE(reached("2026-03-02 12:00"));
    bookings.back().hold_expires_at = utc("2026-03-01 10:01");
    EXPECT_TRUE(reached("2026-03-02 12:00"));
}

TEST_F(S16Limits, TheDateIsLocalAndThatOfTheStart) {
    business.zone = zone_periods("America/New_York");
    business.settings.max_bookings_per_day_of_business = 1;
    add("2026-03-03 04:30"); // 23:30 on March 2, until 00:30
    EXPECT_TRUE(reached("2026-03-02 05:00"));
    EXPECT_TRUE(reached("2026-03-03 04:59"));
    EXPECT_FALSE(reached("2026-03-03 05:00"));
    EXPECT_FALSE(reached("2026-03-02 04:59"));
}

TEST_F(S16Limits, BothPartsOfADateThatComesTwice) {
    business.zone = zone_periods("America/Goose_Bay");
    business.settings.max_bookings_per_day_of_business = 1;
    add("2010-11-07 03:00"); // the first minute of November 7
    EXPECT_FALSE(reached("2010-11-07 03:30"));
    EXPECT_TRUE(reached("2010-11-07 04:00"));
}

} // namespace
