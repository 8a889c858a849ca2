// Unit tests of src/core/booked_time: how much of a local day a resource is booked (S20).
#include "core/booked_time.hpp"

#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

struct S20BookedTime : testing::Test {
    S20BookedTime() { business.people.resize(1); }
    Booking& add(const char* start) {
        return business.people[0].bookings.emplace_back(business.booking(start));
    }
    Duration booked(const char* day) const {
        const Calendar& calendar = business.calendar();
        return booked_time(calendar, calendar.resources[0], date(day));
    }

    Business business;
};

TEST_F(S20BookedTime, IsThatOfTheDaysBookingsOfWhateverService) {
    add("2026-03-02 10:00");
    add("2026-03-02 12:00").service_id = uuid(2);
    add("2026-03-03 10:00");
    EXPECT_EQ(booked("2026-03-02"), minutes(120));
    EXPECT_EQ(booked("2026-03-03"), minutes(60));
    EXPECT_EQ(booked("2026-03-04"), minutes(0));
}

TEST_F(S20BookedTime, LeavesBuffersOut) {
    Booking& booking = add("2026-03-02 10:00");
    booking.buffer_before = minutes(30);
    booking.buffer_after = minutes(40);
    EXPECT_EQ(booked("2026-03-02"), minutes(60));
}

TEST_F(S20BookedTime, CountsWhatOccupies) {
    add("2026-03-02 10:00").status = BookingStatus::cancelled;
    Booking& hold = add("2026-03-02 11:00");
    hold.status = BookingStatus::pending;
    hold.hold_expires_at = utc("2026-03-01 10:00");
    business.as_of = utc("2026-03-01 09:59");
    EXPECT_EQ(booked("2026-03-02"), minutes(60));
    business.as_of = utc("2026-03-01 10:00");
    EXPECT_EQ(booked("2026-03-02"), minutes(0));
}

TEST_F(S20BookedTime, TakesThePartOfABookingThatLiesInTheDay) {
    business.service.duration = minutes(120);
    add("2026-03-02 23:30");
    EXPECT_EQ(booked("2026-03-02"), minutes(30));
    EXPECT_EQ(booked("2026-03-03"), minutes(90));
}

TEST_F(S20BookedTime, TheDayIsThatOfTheBusiness) {
    business.zone = zone_periods("America/New_York");
    add("2026-03-03 04:30");
    EXPECT_EQ(booked("2026-03-02"), minutes(30));
    EXPECT_EQ(booked("2026-03-03"), minutes(30));
}

} // namespace
