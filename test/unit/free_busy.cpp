// Unit tests of src/core/free_busy: RFC 5545's types, their precedence, and that they cover the window.
#include "core/free_busy.hpp"

#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const char* name_of(FreeBusyType type) {
    constexpr const char* names[] = {"busy", "tentative", "unavailable", "free"};
    return names[static_cast<std::size_t>(type)];
}

std::pmr::vector<FreeBusyPeriod> periods_of(const Business& business, Interval window) {
    const Calendar& calendar = business.calendar();
    return free_busy(calendar, calendar.resources.front(), window, no_poll, std::pmr::get_default_resource());
}

/// One person who works from 9 to 12; the morning of 2026-03-02 is asked for.
struct FreeBusyTest : testing::Test {
    FreeBusyTest() {
        business.service = {};
        business.default_hours = every_day("09:00", "12:00");
        business.people.push_back({uuid(10), {}, {}, {}});
    }
    void add(const char* start, const char* end, BookingStatus status) {
        business.people[0].bookings.push_back(
            {uuid(7), {utc(start), utc(end)}, minutes(0), minutes(0), status, std::nullopt});
    }
    std::string periods() const {
        std::string text;
        for (const FreeBusyPeriod& entry : periods_of(business, window))
            text += (text.empty() ? "" : ", ") + text_of(entry.period.begin).substr(11, 5) + " " +
                    name_of(entry.type);
        return text;
    }

    Business business;
    Interval window{utc("2026-03-02 08:00"), utc("2026-03-02 13:00")};
};

TEST_F(FreeBusyTest, WorkingTimeIsFreeTheRestUnavailable) {
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 free, 12:00 unavailable");
    window = {utc("2026-03-02 09:30"), utc("2026-03-02 10:30")};
    EXPECT_EQ(periods(), "09:30 free");
    window.end = window.begin;
    EXPECT_EQ(periods(), "");
}

TEST_F(FreeBusyTest, S5OverridesCount) {
    business.people[0].overrides = {{{utc("2026-03-02 10:00"), utc("2026-03-02 10:30")}, true},
                                    {{utc("2026-03-02 12:00"), utc("2026-03-02 12:30")}, false}};
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 free, 10:00 unavailable, 10:30 free, 12:30 unavailable");
}

TEST_F(FreeBusyTest, S6BuffersAreBusy) {
    add("2026-03-02 09:30", "2026-03-02 10:00", BookingStatus::confirmed);
    business.people[0].bookings[0].buffer_before = minutes(5);
    business.people[0].bookings[0].buffer_after = minutes(10);
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 free, 09:25 busy, 10:10 free, 12:00 unavailable");
}

TEST_F(FreeBusyTest, S11OnlyWhatOccupiesIsBusy) {
    add("2026-03-02 09:00", "2026-03-02 09:30", BookingStatus::completed);
    add("2026-03-02 09:30", "2026-03-02 10:00", BookingStatus::cancelled);
    add("2026-03-02 10:00", "2026-03-02 10:30", BookingStatus::rejected);
    add("2026-03-02 10:30", "2026-03-02 11:00", BookingStatus::no_show);
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 busy, 09:30 free, 12:00 unavailable");
}

TEST_F(FreeBusyTest, S19PendingAndHoldsAreTentativeUntilTheyExpire) {
    add("2026-03-02 09:00", "2026-03-02 10:00", BookingStatus::pending);
    add("2026-03-02 10:00", "2026-03-02 11:00", BookingStatus::pending);
    business.as_of = utc("2026-03-02 00:00");
    business.people[0].bookings[1].hold_expires_at = business.as_of + one_tick;
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 tentative, 11:00 free, 12:00 unavailable");
    business.as_of += one_tick;
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 tentative, 10:00 free, 12:00 unavailable");
}

TEST_F(FreeBusyTest, BusyBeforeTentativeBeforeUnavailable) {
    add("2026-03-02 11:00", "2026-03-02 12:15", BookingStatus::confirmed);
    add("2026-03-02 11:30", "2026-03-02 12:30", BookingStatus::pending);
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 free, 11:00 busy, 12:15 tentative, 12:30 unavailable");
}

TEST_F(FreeBusyTest, NeighboursOfOneTypeAreMerged) {
    add("2026-03-02 11:00", "2026-03-02 12:00", BookingStatus::confirmed);
    add("2026-03-02 10:00", "2026-03-02 11:00", BookingStatus::completed);
    EXPECT_EQ(periods(), "08:00 unavailable, 09:00 free, 10:00 busy, 12:00 unavailable");
}

/// Every minute has the type that the rules give it; the rows are those that a reader loads for the window.
TEST(Properties, CoversTheWindowWithTheRightTypes) {
    std::array<int, 4> said{};
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Seeded source(seed);
        Business business = random_business(source);
        business.service = {};
        const std::pmr::vector<FreeBusyPeriod> periods = periods_of(in_reach(business), business.window);
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + describe(business));
        Instant end = business.window.begin;
        for (std::size_t i = 0; i < periods.size(); ++i) {
            ASSERT_EQ(periods[i].period.begin, end);
            ASSERT_FALSE(is_empty(periods[i].period));
            ASSERT_TRUE(i == 0 || periods[i].type != periods[i - 1].type);
            end = periods[i].period.end;
        }
        ASSERT_EQ(end, business.window.end);

        const Calendar& calendar = business.calendar();
        const Resource& resource = calendar.resources.front();
        const std::vector<Interval> offered = slow::offered(calendar, resource);
        auto period = periods.begin();
        for (Instant minute = business.window.begin; minute < business.window.end; minute += minutes(1)) {
            while (period->period.end <= minute)
                ++period;
            const FreeBusyType type = slow::type_at(calendar, resource, offered, minute);
            ASSERT_EQ(period->type, type) << text_of(minute);
            ++said.at(static_cast<std::size_t>(type));
        }
    }
    for (const int count : said)
        EXPECT_GT(count, 1000);
}

} // namespace
