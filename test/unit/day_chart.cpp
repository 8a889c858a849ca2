// Unit tests of src/core/day_chart.
#include "core/day_chart.hpp"

#include "unit/support/random_business.hpp"
#include "unit/support/slow_slots.hpp"
#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

/// One person who works from 9 to 11 in New York.
struct DayChartTest : testing::Test {
    DayChartTest() {
        business.service = {};
        business.zone = zone_periods("America/New_York");
        business.default_hours = every_day("09:00", "11:00");
        business.people.push_back({uuid(10), {}, {}, {}});
        business.window = {utc("2026-03-01 00:00"), utc("2026-03-20 00:00")};
    }
    void book(const char* start, const char* end, int before, int after,
              BookingStatus status = BookingStatus::confirmed) {
        business.people[0].bookings.push_back(
            {uuid(7), {utc(start), utc(end)}, minutes(before), minutes(after), status, std::nullopt});
    }
    /// The hours from `first_hour` on of each date.
    std::string charts(const char* first, int days, int first_hour, int end_hour, bool working = true) const {
        const Calendar& calendar = business.calendar();
        std::string text;
        for (const DayChart& day : day_charts(calendar, calendar.resources.front(), working, date(first),
                                              days, no_poll, std::pmr::get_default_resource())) {
            text += text.empty() ? "" : "|";
            for (int step = 4 * first_hour; step < 4 * end_hour; ++step)
                text += " .x-#"[static_cast<std::size_t>(day[static_cast<std::size_t>(step)])];
        }
        return text;
    }

    Business business;
};

TEST_F(DayChartTest, ShowsWorkBookingsBuffersAndAbsence) {
    EXPECT_EQ(charts("2026-03-02", 2, 8, 12), "    ........    |    ........    ");
    book("2026-03-02 14:30", "2026-03-02 15:00", 15, 20);
    EXPECT_EQ(charts("2026-03-02", 1, 8, 12), "    .-##--..    ");
    business.people[0].overrides = {{{utc("2026-03-02 00:00"), utc("2026-03-02 14:50")}, true}};
    EXPECT_EQ(charts("2026-03-02", 1, 8, 12), "    x-##--..    ");
    business.overrides = {{{utc("2026-03-02 15:50"), utc("2026-03-03 14:15")}, true}};
    EXPECT_EQ(charts("2026-03-02", 2, 8, 12), "    x-##--.x    |    x.......    ");
    // Somebody who has left has bookings yet.
    EXPECT_EQ(charts("2026-03-02", 1, 8, 12, false), "     -##--      ");
}

TEST_F(DayChartTest, ShowsWhatOccupies) {
    book("2026-03-02 14:00", "2026-03-02 14:15", 0, 0, BookingStatus::cancelled);
    book("2026-03-02 14:15", "2026-03-02 14:30", 0, 0, BookingStatus::pending);
    book("2026-03-02 14:30", "2026-03-02 14:45", 0, 0, BookingStatus::pending);
    business.people[0].bookings.back().hold_expires_at = business.as_of;
    EXPECT_EQ(charts("2026-03-02", 1, 9, 10), ".#..");
}

TEST_F(DayChartTest, ShowsDatesByLocalTime) {
    business.default_hours = every_day("23:00", "24:00");
    business.default_hours.push_back(shift(std::chrono::Sunday, "00:00", "04:00"));
    // The hour from two to three does not exist on the 8th of March.
    EXPECT_EQ(charts("2026-03-07", 1, 22, 24), "    ....");
    EXPECT_EQ(charts("2026-03-08", 1, 0, 5), "........    ....    ");
    // On the 1st of November the hour from one to two comes twice: a booking in either is shown.
    business.people[0].bookings.clear();
    book("2026-11-01 06:15", "2026-11-01 06:30", 0, 0);
    EXPECT_EQ(charts("2026-11-01", 1, 0, 5), ".....#..........    ");
    book("2026-11-01 05:30", "2026-11-01 05:45", 0, 0);
    EXPECT_EQ(charts("2026-11-01", 1, 0, 5), ".....##.........    ");
}

/// Every quarter of a date is shown as the most of what its moments are, by the rules.
TEST(Properties, EveryQuarterShowsTheMostOfItsMoments) {
    std::array<int, 5> said{};
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        Seeded source(seed);
        Business business = random_business(source);
        business.service = {};
        // Of zones with seconds, a minute may lie in two quarters.
        if (std::ranges::any_of(business.zone,
                                [](const ZonePeriod& period) { return period.offset.count() % 60 != 0; }))
            continue;
        const LocalDate first = slow::date_of(business.zone, business.window.begin);
        business.window = Zone(business.zone).dates(first, first);
        business = in_reach(business);
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + describe(business));
        const Calendar& calendar = business.calendar();
        const Resource& resource = calendar.resources.front();
        const std::vector<Interval> offered = slow::offered(calendar, resource);
        const Zone zone(business.zone);
        DayChart wanted{};
        std::vector<Instant> moments;
        for (Instant minute = business.window.begin; minute < business.window.end; minute += minutes(1))
            moments.push_back(minute);
        // Those of bookings are no whole minutes.
        for (const Booking& booking : resource.bookings) {
            for (const Interval part : {booking.interval, busy_interval(booking)})
                moments.insert(moments.end(), {part.begin, part.end - one_tick});
        }
        for (const Instant moment : moments) {
            if (!meets({moment, moment + one_tick}, business.window) ||
                slow::date_of(business.zone, moment) != first)
                continue;
            const auto covers = [&](Interval part) { return part.begin <= moment && moment < part.end; };
            const FreeBusyType type = slow::type_at(calendar, resource, offered, moment);
            ChartMark mark = ChartMark::off;
            if (std::ranges::any_of(resource.bookings, [&](const Booking& booking) {
                    return occupies(booking, calendar.as_of) && covers(booking.interval);
                }))
                mark = ChartMark::booked;
            else if (type == FreeBusyType::busy || type == FreeBusyType::tentative)
                mark = ChartMark::buffer;
            else if (type == FreeBusyType::free)
                mark = ChartMark::free;
            else if (std::ranges::any_of(offered, covers))
                mark = ChartMark::absent;
            ChartMark& most =
                wanted.at(static_cast<std::size_t>((zone.to_local(moment) - LocalTime(first)) / chart_step));
            most = std::max(most, mark);
            ++said.at(static_cast<std::size_t>(mark));
        }
        ASSERT_EQ(
            day_charts(calendar, resource, true, first, 1, no_poll, std::pmr::get_default_resource()).front(),
            wanted);
    }
    for (const int count : said)
        EXPECT_GT(count, 1000);
}

} // namespace
