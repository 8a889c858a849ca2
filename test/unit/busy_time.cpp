// Unit tests of src/core/busy_time: what bookings occupy (S6, S11, S15, S19).
#include "core/busy_time.hpp"

#include "unit/support/random_business.hpp"

#include <gtest/gtest.h>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

const Instant now = utc("2026-03-02 08:00");

Booking with_status(BookingStatus status, std::optional<Instant> expires = std::nullopt) {
    return {uuid(1), {now, now + hours(1)}, minutes(0), minutes(0), status, expires};
}

TEST(S11Statuses, OnlyThreeOccupyTime) {
    EXPECT_TRUE(occupies(with_status(BookingStatus::pending), now));
    EXPECT_TRUE(occupies(with_status(BookingStatus::confirmed), now));
    EXPECT_TRUE(occupies(with_status(BookingStatus::completed), now));
    EXPECT_TRUE(occupies(with_status(BookingStatus::other), now));
    EXPECT_FALSE(occupies(with_status(BookingStatus::cancelled), now));
    EXPECT_FALSE(occupies(with_status(BookingStatus::rejected), now));
    EXPECT_FALSE(occupies(with_status(BookingStatus::no_show), now));
}

TEST(S19Holds, BlockUntilTheyExpire) {
    EXPECT_TRUE(occupies(with_status(BookingStatus::pending, now + one_tick), now));
    EXPECT_FALSE(occupies(with_status(BookingStatus::pending, now), now));
    EXPECT_FALSE(occupies(with_status(BookingStatus::pending, now - one_tick), now));
}

TEST(S6Buffers, ABookingTakesItsOwnBuffers) {
    Booking booking = with_status(BookingStatus::confirmed);
    booking.buffer_before = minutes(5);
    booking.buffer_after = minutes(10);
    EXPECT_EQ(busy_interval(booking), (Interval{now - minutes(5), now + minutes(70)}));
}

/// The first start from this one on that no booking refuses.
Instant first_unblocked(const BusyTime& busy, Instant start) {
    const auto blocked =
        std::find_if(busy.blocked().begin(), busy.blocked().end(),
                     [&](const Interval& starts) { return starts.begin <= start && start < starts.end; });
    return blocked != busy.blocked().end() ? blocked->end : start;
}

/// One person and a service of an hour with buffers of 10 and 20 minutes.
struct BusyTimeTest : testing::Test {
    BusyTimeTest() {
        business.service.buffer_before = minutes(10);
        business.service.buffer_after = minutes(20);
        business.as_of = now;
    }
    BusyTime busy() const {
        return BusyTime(business.calendar(), bookings, no_poll, std::pmr::get_default_resource());
    }
    std::string unblocked(const char* start) const {
        return text_of(first_unblocked(busy(), utc(start))).substr(11, 5);
    }
    int seats(const char* start) const { return busy().seats_left(utc(start)); }

    /// A booking of another service.
    void add_other(const char* begin, const char* end, int before = 0, int after = 0) {
        bookings.push_back({uuid(2),
                            {utc(begin), utc(end)},
                            minutes(before),
                            minutes(after),
                            BookingStatus::confirmed,
                            std::nullopt});
    }
    void add(const char* begin, int before = 0, int after = 0) {
        bookings.push_back(business.booking(begin));
        bookings.back().buffer_before = minutes(before);
        bookings.back().buffer_after = minutes(after);
    }

    Business business;
    std::vector<Booking> bookings;
};

using S6Gaps = BusyTimeTest;
TEST_F(S6Gaps, TheGapIsTheSumOfBothBuffers) {
    add_other("2026-03-02 12:00", "2026-03-02 13:00", 5, 7);
    // Before: 60 + 20 + 5 minutes; behind: 7 + 10.
    EXPECT_EQ(unblocked("2026-03-02 10:35"), "10:35");
    EXPECT_EQ(unblocked("2026-03-02 10:36"), "13:17");
    EXPECT_EQ(unblocked("2026-03-02 13:16"), "13:17");
    EXPECT_EQ(unblocked("2026-03-02 13:17"), "13:17");
}

TEST_F(S6Gaps, NeighboursAreSteppedOverTogether) {
    add_other("2026-03-02 12:00", "2026-03-02 13:00");
    add_other("2026-03-02 14:00", "2026-03-02 15:00");
    EXPECT_EQ(unblocked("2026-03-02 12:00"), "15:10"); // 13:10 would need until 14:30
    add_other("2026-03-02 10:00", "2026-03-02 10:30");
    EXPECT_EQ(unblocked("2026-03-02 10:31"), "10:40");
}

TEST_F(S6Gaps, TheOrderOfTheRowsDoesNotMatter) {
    add_other("2026-03-03 12:00", "2026-03-03 13:00");
    add_other("2026-03-02 12:00", "2026-03-02 15:00");
    add_other("2026-03-02 12:30", "2026-03-02 13:00");
    EXPECT_EQ(unblocked("2026-03-02 12:30"), "15:10");
    EXPECT_EQ(unblocked("2026-03-03 11:00"), "13:10");
}

using S7Ends = BusyTimeTest;
TEST_F(S7Ends, AreThoseOfSessionsToo) {
    business.settings.slot_alignment = SlotAlignment::optimized;
    business.settings.capacity = 2;
    add_other("2026-03-02 12:00", "2026-03-02 13:00", 0, 15);
    add("2026-03-02 09:00", 0, 5);
    bookings.push_back(with_status(BookingStatus::cancelled));
    const BusyTime time = busy();
    ASSERT_EQ(time.ends().size(), 2u);
    EXPECT_EQ(time.ends()[0], utc("2026-03-02 13:15"));
    EXPECT_EQ(time.ends()[1], utc("2026-03-02 10:05"));
    business.settings.slot_alignment = SlotAlignment::clock;
    EXPECT_TRUE(busy().ends().empty());
}

struct S15Capacity : BusyTimeTest {
    S15Capacity() { business.settings.capacity = 3; }
};
TEST_F(S15Capacity, EachBookingOfTheSessionTakesASeat) {
    EXPECT_EQ(seats("2026-03-02 12:00"), 3);
    add("2026-03-02 12:00");
    add("2026-03-02 12:00");
    EXPECT_EQ(seats("2026-03-02 12:00"), 1);
    EXPECT_EQ(seats("2026-03-02 11:59"), 3);
    EXPECT_EQ(seats("2026-03-02 12:01"), 3);
    add("2026-03-02 12:00");
    EXPECT_EQ(seats("2026-03-02 12:00"), 0);
    // The capacity was lowered after they were booked.
    add("2026-03-02 12:00");
    EXPECT_EQ(seats("2026-03-02 12:00"), 0);
}

TEST_F(S15Capacity, BookingsThatDoNotOccupyTakeNone) {
    add("2026-03-02 12:00");
    bookings.back().status = BookingStatus::no_show;
    EXPECT_EQ(seats("2026-03-02 12:00"), 3);
    EXPECT_EQ(unblocked("2026-03-02 12:30"), "12:30");
}

TEST_F(S15Capacity, ASessionIsOpenAtItsOwnStartAlone) {
    add("2026-03-02 12:00");
    EXPECT_EQ(unblocked("2026-03-02 10:40"), "10:40"); // until 12:00
    EXPECT_EQ(unblocked("2026-03-02 10:41"), "12:00");
    EXPECT_EQ(unblocked("2026-03-02 12:00"), "12:00");
    EXPECT_EQ(unblocked("2026-03-02 12:01"), "13:10");
}

TEST_F(S15Capacity, AnotherServiceOrLengthIsNoSession) {
    add_other("2026-03-02 12:00", "2026-03-02 13:00");
    EXPECT_EQ(unblocked("2026-03-02 12:00"), "13:10");
    bookings.clear();
    add("2026-03-02 12:00");
    bookings.back().interval.end += minutes(1);
    EXPECT_EQ(unblocked("2026-03-02 12:00"), "13:11");
}

TEST_F(S15Capacity, ASessionBlocksWithItsWidestBuffers) {
    add("2026-03-02 12:00", 0, 30);
    add("2026-03-02 12:00", 15, 0);
    add("2026-03-03 12:00", 15, 0);
    add("2026-03-03 12:00", 0, 30);
    EXPECT_EQ(unblocked("2026-03-03 10:25"), "10:25");
    EXPECT_EQ(unblocked("2026-03-03 10:26"), "12:00");
    EXPECT_EQ(unblocked("2026-03-03 12:01"), "13:40");
    EXPECT_EQ(unblocked("2026-03-02 10:25"), "10:25");
    EXPECT_EQ(unblocked("2026-03-02 10:26"), "12:00");
    EXPECT_EQ(unblocked("2026-03-02 12:01"), "13:40");
    EXPECT_EQ(seats("2026-03-02 12:00"), 1);
}

TEST_F(S15Capacity, SessionsBlockEachOther) {
    add("2026-03-02 12:00");
    add("2026-03-02 13:00", 0, 0); // an hour later, without buffers: it was forced in
    EXPECT_EQ(unblocked("2026-03-02 12:00"), "14:10");
    EXPECT_EQ(unblocked("2026-03-02 11:00"), "14:10");
}

TEST_F(S15Capacity, AFarBufferOfADayIsSeen) {
    add("2026-03-02 12:00", 0, 1440);
    add("2026-03-04 20:00", 1440, 0);
    EXPECT_EQ(unblocked("2026-03-03 13:09"), "13:10");
    EXPECT_EQ(unblocked("2026-03-03 18:40"), "18:40");
    EXPECT_EQ(unblocked("2026-03-03 18:41"), "20:00");
}

TEST_F(BusyTimeTest, AgreesWithAWalkMinuteByMinute) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Seeded source(seed);
        Business random;
        random.service.duration = minutes(15 * source.number(1, 6));
        random.service.buffer_before = minutes(source.number(0, 30));
        random.service.buffer_after = minutes(source.number(0, 30));
        random.settings.capacity = source.number(1, 3);
        random.as_of = first_day;
        std::vector<Booking> rows;
        for (int i = source.number(0, 8); i > 0; --i)
            rows.push_back(random_booking(source, random));
        const Calendar& calendar = random.calendar();
        const BusyTime time(calendar, rows, no_poll, std::pmr::get_default_resource());
        const auto free = [&](Instant start) {
            const Interval slot{start, start + random.service.duration};
            const Interval wanted{slot.begin - random.service.buffer_before,
                                  slot.end + random.service.buffer_after};
            return std::none_of(rows.begin(), rows.end(), [&](const Booking& row) {
                const auto same_session = [&](const Booking& other) {
                    return other.service_id == random.service.id && other.interval == slot;
                };
                const auto taken = std::count_if(rows.begin(), rows.end(), [&](const Booking& other) {
                    return same_session(other) && occupies(other, random.as_of);
                });
                return occupies(row, random.as_of) && meets(busy_interval(row), wanted) &&
                       (!same_session(row) || taken >= random.settings.capacity);
            });
        };
        for (Instant start = first_day; start < first_day + 3 * one_day;
             start += minutes(source.number(1, 90))) {
            const Instant found = first_unblocked(time, start);
            ASSERT_TRUE(free(found)) << "seed " << seed << " start " << text_of(start) << " found "
                                     << text_of(found);
            const Instant end = std::min(found, first_day + 4 * one_day);
            for (Instant before = start; before < end; before += minutes(1)) {
                ASSERT_FALSE(free(before)) << "seed " << seed << " passed over " << text_of(before);
            }
            start = found;
        }
    }
}

} // namespace
