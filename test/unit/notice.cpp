// Unit tests of src/core/notice (S10).
#include "core/notice.hpp"

#include "unit/support/business.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const Instant now = utc("2026-03-02 10:00");
const Interval asked{utc("2026-03-01 00:00"), utc("2026-04-01 00:00")};

const std::vector<ZonePeriod> utc_zone{{Instant{}, std::chrono::seconds(0)}};

Interval bookable(const Settings& settings, Instant as_of, const std::vector<ZonePeriod>& zone = utc_zone) {
    return bookable_window(asked, as_of, settings, Zone(zone));
}

TEST(S10Notice, TheWindowBeginsNoSoonerThanTheNotice) {
    Settings settings;
    EXPECT_EQ(bookable(settings, now), (Interval{now, asked.end}));
    settings.min_notice = minutes(90);
    EXPECT_EQ(bookable(settings, now), (Interval{utc("2026-03-02 11:30"), asked.end}));
    EXPECT_EQ(bookable(settings, utc("2026-01-01 00:00")), asked);
}

TEST(S10Horizon, TheLastLocalDateIsWhole) {
    Settings settings;
    settings.max_advance_days = 2;
    EXPECT_EQ(bookable(settings, now), (Interval{now, utc("2026-03-05 00:00")}));
    settings.max_advance_days = 0;
    EXPECT_EQ(bookable(settings, now), (Interval{now, utc("2026-03-03 00:00")}));
    settings.max_advance_days = 3660;
    EXPECT_EQ(bookable(settings, now).end, asked.end);
    // Which date it is, the zone says: in Auckland it is the third already.
    settings.max_advance_days = 1;
    const std::vector<ZonePeriod> auckland{{Instant{}, std::chrono::hours(13)}};
    EXPECT_EQ(bookable(settings, utc("2026-03-02 11:00"), auckland).end, utc("2026-03-04 11:00"));
    EXPECT_EQ(bookable(settings, utc("2026-03-02 10:59"), auckland).end, utc("2026-03-03 11:00"));
}

TEST(S10Horizon, ADateThatComesTwiceIsWholeAndTheOneBetweenIsBeyond) {
    Settings settings;
    settings.max_advance_days = 0;
    // At one past midnight the clock goes back by an hour.
    const std::vector<ZonePeriod> zone{{Instant{}, std::chrono::hours(0)},
                                       {utc("2026-03-03 00:01"), -std::chrono::hours(1)}};
    EXPECT_EQ(bookable(settings, now, zone).end, utc("2026-03-03 01:00"));
    const auto is_beyond = [&](const char* start) {
        return is_beyond_horizon(utc(start), now, settings, Zone(zone));
    };
    EXPECT_FALSE(is_beyond("2026-03-02 23:59"));
    EXPECT_TRUE(is_beyond("2026-03-03 00:00"));
    EXPECT_FALSE(is_beyond("2026-03-03 00:01"));
    EXPECT_FALSE(is_beyond("2026-03-03 00:59"));
    EXPECT_TRUE(is_beyond("2026-03-03 01:00"));
}

TEST(S10Horizon, NoticeBeyondTheHorizonLeavesNothing) {
    Settings settings;
    settings.max_advance_days = 1;
    settings.min_notice = hours(38);
    EXPECT_TRUE(is_empty(bookable(settings, now)));
}

} // namespace
