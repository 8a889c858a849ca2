// Unit tests of src/core/notice (S10).
#include "core/notice.hpp"

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

} // namespace
