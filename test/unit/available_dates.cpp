// Unit tests of src/core/available_dates: the local dates with a slot, in zones of every kind.
#include "core/available_dates.hpp"

#include "unit/support/random_business.hpp"
#include "unit/support/zone_periods.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

struct AvailableDatesTest : testing::Test {
    AvailableDatesTest() {
        business.settings.slot_interval = minutes(30);
        business.default_hours = every_day("09:00", "12:00");
        business.people.push_back({uuid(10), {}, {}, {}});
    }
    std::string dates(const char* first, const char* last) {
        business.window = Zone(business.zone).dates(date(first), date(last));
        std::string text;
        for (const AvailableDate& entry : available_dates(business.calendar(), date(first), date(last),
                                                          no_poll, std::pmr::get_default_resource()))
            text += (text.empty() ? "" : ", ") + text_of(entry.date.time_since_epoch()).substr(0, 10) + ": " +
                    text_of(entry.first_slot);
        return text;
    }

    Business business;
};

TEST_F(AvailableDatesTest, EachWithItsFirstSlotBothEndsIncluded) {
    EXPECT_EQ(dates("2026-03-02", "2026-03-03"),
              "2026-03-02: 2026-03-02 09:00Z, 2026-03-03: 2026-03-03 09:00Z");
    business.people[0].overrides = {{{utc("2026-03-02 09:00"), utc("2026-03-02 10:20")}, true},
                                    {{utc("2026-03-03 00:00"), utc("2026-03-04 00:00")}, true}};
    EXPECT_EQ(dates("2026-03-02", "2026-03-04"),
              "2026-03-02: 2026-03-02 10:30Z, 2026-03-04: 2026-03-04 09:00Z");
    EXPECT_EQ(dates("2026-03-03", "2026-03-03"), "");
    EXPECT_EQ(dates("2026-03-03", "2026-03-02"), "");
}

TEST_F(AvailableDatesTest, S4AreThoseOfTheZone) {
    business.zone = zone_periods("America/New_York");
    business.default_hours = every_day("00:00", "24:00");
    EXPECT_EQ(dates("2026-03-08", "2026-03-09"),
              "2026-03-08: 2026-03-08 05:00Z, 2026-03-09: 2026-03-09 04:00Z");
}

TEST_F(AvailableDatesTest, S4ADateThatTheZoneSkippedHasNone) {
    business.zone = zone_periods("Pacific/Apia");
    EXPECT_EQ(dates("2011-12-29", "2011-12-31"),
              "2011-12-29: 2011-12-29 19:00Z, 2011-12-31: 2011-12-30 19:00Z");
    EXPECT_EQ(dates("2011-12-30", "2011-12-30"), "");
}

// At one minute past midnight of the 7th (03:01 UTC) the clock went back to one past eleven of the 6th.
TEST_F(AvailableDatesTest, S4ADateThatComesTwiceIsListedOnce) {
    business.zone = zone_periods("America/Goose_Bay");
    business.default_hours = every_day("00:00", "24:00");
    EXPECT_EQ(dates("2010-11-06", "2010-11-07"),
              "2010-11-06: 2010-11-06 03:00Z, 2010-11-07: 2010-11-07 03:00Z");
    // The second hour of the 6th comes after the first minute of the 7th, and is a date before it.
    business.people[0].overrides = {{{utc("2010-11-01 00:00"), utc("2010-11-07 03:00")}, true}};
    EXPECT_EQ(dates("2010-11-06", "2010-11-07"),
              "2010-11-06: 2010-11-07 03:30Z, 2010-11-07: 2010-11-07 03:00Z");
    EXPECT_EQ(dates("2010-11-06", "2010-11-06"), "2010-11-06: 2010-11-07 03:30Z");
    EXPECT_EQ(dates("2010-11-07", "2010-11-07"), "2010-11-07: 2010-11-07 03:00Z");
    business.people[0].overrides[0].interval.end += one_tick;
    EXPECT_EQ(dates("2010-11-07", "2010-11-07"), "2010-11-07: 2010-11-07 04:00Z");
}

TEST(Properties, TheDatesAreThoseOfTheSlots) {
    std::size_t count = 0;
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        Seeded source(seed);
        Business business = random_business(source);
        const Zone zone(business.zone);
        const LocalDate first = zone.date_of(business.window.begin);
        const LocalDate last = first + std::chrono::days(source.number(0, 3));
        business.window = zone.dates(first, last);
        std::map<LocalDate, Instant> wanted;
        for (const FoundSlot& slot : business.slots()) {
            const LocalDate day = zone.date_of(slot.start);
            if (first <= day && day <= last)
                wanted.emplace(day, slot.start);
        }
        std::map<LocalDate, Instant> found;
        for (const AvailableDate& entry : available_dates(in_reach(business).calendar(), first, last, no_poll,
                                                          std::pmr::get_default_resource())) {
            EXPECT_TRUE(found.empty() || found.rbegin()->first < entry.date);
            found.emplace(entry.date, entry.first_slot);
        }
        ASSERT_EQ(found, wanted) << "seed " << seed << "\n" << describe(business);
        // The window names every instant of these dates.
        business.window = {business.window.begin - 3 * one_day, business.window.end + 3 * one_day};
        for (const FoundSlot& slot : business.slots()) {
            const LocalDate day = zone.date_of(slot.start);
            ASSERT_TRUE(day < first || day > last || wanted.contains(day))
                << "seed " << seed << " " << text_of(slot.start) << "\n"
                << describe(business);
        }
        count += found.size();
    }
    EXPECT_GT(count, 1000u);
}

} // namespace
