// Unit tests of src/core/slot_check: the reasons and their order, and that it says ok exactly where the search offers.
#include "core/slot_check.hpp"

#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;
using std::chrono::Monday;

namespace {

/// One person who works on Mondays from 9 to 12, an hour a slot with buffers of 5 and 10 minutes, every half hour.
struct CheckSlotTest : testing::Test {
    CheckSlotTest() {
        business.service = {uuid(1), minutes(60), minutes(5), minutes(10)};
        business.settings.slot_interval = minutes(30);
        business.people.push_back({uuid(10), {shift(Monday, "09:00", "12:00")}, {}, {}});
    }
    Person& person(std::size_t i = 0) { return business.people.at(i); }
    std::string reason(const char* start) const {
        return std::string(reason_name(
            check_slot(business.calendar(), utc(start), no_poll, std::pmr::get_default_resource()).reason));
    }
    Booking other_service(const char* start) const {
        Booking booking = business.booking(start);
        booking.service_id = uuid(2);
        return booking;
    }

    Business business;
};

using S12NotOffered = CheckSlotTest;
TEST_F(S12NotOffered, WithoutAResourceNothingIs) {
    business.people.clear();
    business.as_of = utc("2026-03-10 00:00");
    EXPECT_EQ(reason("2026-03-02 09:00"), "not_offered");
}

using S10Notice = CheckSlotTest;
TEST_F(S10Notice, PastThenNoticeThenHorizon) {
    business.settings.min_notice = minutes(60);
    business.settings.max_advance_days = 1;
    business.as_of = utc("2026-03-02 09:00");
    EXPECT_EQ(reason("2026-03-02 08:59"), "in_past");
    EXPECT_EQ(reason("2026-03-02 09:00"), "too_soon");
    EXPECT_EQ(reason("2026-03-02 09:59"), "too_soon");
    EXPECT_EQ(reason("2026-03-02 10:00"), "ok");
    EXPECT_EQ(reason("2026-03-03 23:59"), "outside_hours");
    EXPECT_EQ(reason("2026-03-04 00:00"), "too_far");
    // Where both hold the notice speaks.
    business.settings.min_notice = minutes(3 * 1440);
    EXPECT_EQ(reason("2026-03-04 00:00"), "too_soon");
}

using S8Fit = CheckSlotTest;
TEST_F(S8Fit, TheWholeTimeMustBeWorked) {
    EXPECT_EQ(reason("2026-03-02 08:30"), "outside_hours");
    EXPECT_EQ(reason("2026-03-02 09:00"), "ok");
    EXPECT_EQ(reason("2026-03-02 11:00"), "ok");
    EXPECT_EQ(reason("2026-03-02 11:30"), "outside_hours");
    business.settings.buffers_within_hours = true;
    EXPECT_EQ(reason("2026-03-02 09:00"), "outside_hours");
    EXPECT_EQ(reason("2026-03-02 09:30"), "ok");
    EXPECT_EQ(reason("2026-03-02 11:00"), "outside_hours");
}

using S5Overrides = CheckSlotTest;
TEST_F(S5Overrides, AnUnavailableOneSpeaksWhereThereWouldBeHours) {
    person().overrides = {{{utc("2026-03-02 10:15"), utc("2026-03-02 10:30")}, true}};
    EXPECT_EQ(reason("2026-03-02 09:00"), "ok");
    EXPECT_EQ(reason("2026-03-02 09:30"), "unavailable_override");
    EXPECT_EQ(reason("2026-03-02 10:30"), "ok");
    // Nor does one in the middle of the night.
    person().overrides = {{{utc("2026-03-02 20:00"), utc("2026-03-02 22:00")}, true}};
    EXPECT_EQ(reason("2026-03-02 20:00"), "outside_hours");
    person().overrides.push_back({{utc("2026-03-02 20:00"), utc("2026-03-02 22:00")}, false});
    EXPECT_EQ(reason("2026-03-02 20:00"), "unavailable_override");
}

TEST_F(S5Overrides, ClosedComesBeforeAbsentAndBehindTheHours) {
    business.overrides = {{{utc("2026-03-02 10:15"), utc("2026-03-02 10:30")}, true}};
    EXPECT_EQ(reason("2026-03-02 09:00"), "ok");
    EXPECT_EQ(reason("2026-03-02 09:30"), "closed");
    EXPECT_EQ(reason("2026-03-02 10:30"), "ok");
    person().overrides = {{{utc("2026-03-02 09:00"), utc("2026-03-02 10:45")}, true}};
    EXPECT_EQ(reason("2026-03-02 09:30"), "closed");
    EXPECT_EQ(reason("2026-03-02 09:00"), "unavailable_override");
    // Not on the grid, and closed.
    EXPECT_EQ(reason("2026-03-02 09:20"), "closed");
    business.overrides = {{{utc("2026-03-02 20:00"), utc("2026-03-02 22:00")}, true}};
    EXPECT_EQ(reason("2026-03-02 20:00"), "outside_hours");
    // The buffers, where they stay within hours.
    business.overrides = {{{utc("2026-03-09 10:00"), utc("2026-03-09 10:05")}, true}};
    EXPECT_EQ(reason("2026-03-09 09:00"), "ok");
    business.settings.buffers_within_hours = true;
    EXPECT_EQ(reason("2026-03-09 09:00"), "outside_hours");
    business.overrides = {{{utc("2026-03-09 09:20"), utc("2026-03-09 09:27")}, true}};
    EXPECT_EQ(reason("2026-03-09 09:30"), "closed");
}

TEST_F(S5Overrides, ReplacedHoursAreOutside) {
    business.settings.availability_override_mode = OverrideMode::replace;
    person().overrides = {{{utc("2026-03-02 14:00"), utc("2026-03-02 15:00")}, false}};
    EXPECT_EQ(reason("2026-03-02 09:00"), "outside_hours");
    EXPECT_EQ(reason("2026-03-02 14:00"), "ok");
}

using S7Step = CheckSlotTest;
TEST_F(S7Step, StartsBetweenTheGridAreNot) {
    EXPECT_EQ(reason("2026-03-02 09:15"), "not_aligned");
    person().bookings = {other_service("2026-03-02 09:00")};
    EXPECT_EQ(reason("2026-03-02 09:15"), "not_aligned");
    EXPECT_EQ(reason("2026-03-02 10:15"), "not_aligned");
    business.settings.slot_alignment = SlotAlignment::optimized;
    EXPECT_EQ(reason("2026-03-02 10:05"), "ok");
    EXPECT_EQ(reason("2026-03-02 10:15"), "not_aligned");
}

using S16Limits = CheckSlotTest;
TEST_F(S16Limits, ComeBeforeTheBookings) {
    person().bookings = {other_service("2026-03-02 09:00")};
    business.settings.max_bookings_per_day_of_business = 1;
    EXPECT_EQ(reason("2026-03-02 09:00"), "limit_reached");
    EXPECT_EQ(reason("2026-03-02 11:00"), "limit_reached");
    EXPECT_EQ(reason("2026-03-02 10:15"), "not_aligned");
    EXPECT_EQ(reason("2026-03-09 11:00"), "ok");
}

using S6Buffers = CheckSlotTest;
TEST_F(S6Buffers, BookedIsTheTimeItselfBufferWhatSurroundsIt) {
    person().bookings = {other_service("2026-03-02 10:00")};
    EXPECT_EQ(reason("2026-03-02 09:30"), "booked");
    EXPECT_EQ(reason("2026-03-02 10:00"), "booked");
    EXPECT_EQ(reason("2026-03-02 10:30"), "booked");
    EXPECT_EQ(reason("2026-03-02 09:00"), "buffer");
    EXPECT_EQ(reason("2026-03-02 11:00"), "buffer");
    business.service.buffer_after = minutes(0);
    EXPECT_EQ(reason("2026-03-02 09:00"), "ok");
    person().bookings[0].buffer_before = minutes(1);
    EXPECT_EQ(reason("2026-03-02 09:00"), "buffer");
    business.service.buffer_before = minutes(0);
    EXPECT_EQ(reason("2026-03-02 11:00"), "ok");
}

TEST_F(S6Buffers, ABookingSpeaksLouderThanABuffer) {
    person().bookings = {other_service("2026-03-02 08:00"), other_service("2026-03-02 09:30")};
    EXPECT_EQ(reason("2026-03-02 09:00"), "booked");
    std::swap(person().bookings[0], person().bookings[1]);
    EXPECT_EQ(reason("2026-03-02 09:00"), "booked");
}

using S11Statuses = CheckSlotTest;
TEST_F(S11Statuses, WhatDoesNotOccupyIsNoReason) {
    person().bookings = {other_service("2026-03-02 09:00")};
    person().bookings[0].status = BookingStatus::cancelled;
    EXPECT_EQ(reason("2026-03-02 09:30"), "ok");
}

using S15Capacity = CheckSlotTest;
TEST_F(S15Capacity, TheSameSessionIsFullNotBooked) {
    person().bookings = {business.booking("2026-03-02 10:00")};
    EXPECT_EQ(reason("2026-03-02 10:00"), "full");
    EXPECT_EQ(reason("2026-03-02 10:30"), "booked");
    business.settings.capacity = 2;
    EXPECT_EQ(reason("2026-03-02 10:00"), "ok");
    person().bookings.push_back(business.booking("2026-03-02 10:00"));
    EXPECT_EQ(reason("2026-03-02 10:00"), "full");
}

using S14Unassigned = CheckSlotTest;
TEST_F(S14Unassigned, TheFreeOnesAreOutnumbered) {
    business.competing_services = {uuid(1)};
    business.unassigned = {business.booking("2026-03-02 10:00")};
    EXPECT_EQ(reason("2026-03-02 10:00"), "full");
    business.people.push_back({uuid(11), {}, {}, {}});
    EXPECT_EQ(reason("2026-03-02 10:00"), "full");
    business.people.push_back(person(0));
    EXPECT_EQ(reason("2026-03-02 10:00"), "ok");
}

using S13Any = CheckSlotTest;
TEST_F(S13Any, TheOneThatGotFurthestSpeaks) {
    person().overrides = {{{utc("2026-03-02 09:00"), utc("2026-03-02 12:00")}, true}};
    business.people.push_back({uuid(11), {}, {}, {}});
    EXPECT_EQ(reason("2026-03-02 10:00"), "unavailable_override");
    business.people.push_back({uuid(12), {shift(Monday, "09:00", "12:00")}, {}, {}});
    person(2).bookings = {business.booking("2026-03-02 09:30")};
    EXPECT_EQ(reason("2026-03-02 10:00"), "booked");
    EXPECT_EQ(reason("2026-03-02 10:15"), "not_aligned");
}

TEST_F(S13Any, TheFreeOnesAreNamed) {
    business.people.push_back({uuid(11), {}, {}, {}});
    business.people.push_back(person(0));
    const SlotCheck check =
        check_slot(business.calendar(), utc("2026-03-02 09:00"), no_poll, std::pmr::get_default_resource());
    EXPECT_EQ(check.reason, SlotReason::ok);
    EXPECT_EQ(check.free, (std::pmr::vector<std::uint32_t>{0, 2}));
    EXPECT_EQ(check.remaining_capacity, 2);
}

/// Find = check, over every minute of random windows, and the reasons are those of the slow reading of the rules.
TEST(Properties, SaysOkExactlyForTheSlotsThatAreFound) {
    std::array<int, static_cast<std::size_t>(SlotReason::ok) + 1> said{};
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
        Seeded source(seed);
        Business business = random_business(source);
        business.window.end = std::min(business.window.end, business.window.begin + one_day);
        const std::vector<FoundSlot> found = business.slots();
        auto slot = found.begin();
        const Calendar calendar = business.calendar();
        const slow::Rules rules(calendar);
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + describe(business));
        for (Instant start = business.window.begin; start < business.window.end; start += minutes(1)) {
            while (slot != found.end() && slot->start < start)
                ++slot;
            const SlotCheck check = check_slot(calendar, start, no_poll, std::pmr::get_default_resource());
            ++said.at(static_cast<std::size_t>(check.reason));
            ASSERT_EQ(reason_name(check.reason), reason_name(rules.judge(start).reason)) << text_of(start);
            const bool offered = slot != found.end() && slot->start == start;
            ASSERT_EQ(check.reason == SlotReason::ok, offered) << text_of(start);
            const FoundSlot free{start, {check.free.begin(), check.free.end()}, check.remaining_capacity};
            ASSERT_EQ(free, (offered ? *slot : FoundSlot{start, {}, 0}));
        }
    }
    for (std::size_t reason = 1; reason < said.size(); ++reason)
        EXPECT_GT(said.at(reason), 10) << reason_name(static_cast<SlotReason>(reason)) << " was not tried";
}

} // namespace
