// Unit tests of src/core/interval_set: normalize() and subtract(), against sets of single minutes.
#include "core/interval_set.hpp"

#include "unit/support/random_business.hpp"

#include <gtest/gtest.h>

#include <bitset>

using namespace bookmeatoz;
using namespace bookmeatoz::test;

namespace {

Interval between(int begin, int end) {
    return {Instant(minutes(begin)), Instant(minutes(end))};
}
Intervals set_of(std::initializer_list<Interval> intervals) {
    return Intervals(intervals);
}
Intervals normalized(Intervals intervals) {
    normalize(intervals, no_poll);
    return intervals;
}
Intervals less(const Intervals& set, const Intervals& removed) {
    return subtract(set, removed, std::pmr::get_default_resource());
}

TEST(IntervalSet, EmptyAndMeeting) {
    EXPECT_TRUE(is_empty(between(1, 1)));
    EXPECT_TRUE(is_empty(between(2, 1)));
    EXPECT_FALSE(is_empty(between(1, 2)));
    EXPECT_TRUE(meets(between(1, 3), between(2, 4)));
    EXPECT_TRUE(meets(between(2, 4), between(1, 3)));
    EXPECT_FALSE(meets(between(1, 2), between(2, 3)));
    EXPECT_FALSE(meets(between(2, 3), between(1, 2)));
}

TEST(IntervalSet, NormalizeSortsMergesAndDropsTheEmpty) {
    EXPECT_EQ(normalized({}), set_of({}));
    EXPECT_EQ(normalized({between(5, 5), between(7, 6)}), set_of({}));
    EXPECT_EQ(normalized({between(5, 6), between(1, 2)}), set_of({between(1, 2), between(5, 6)}));
    EXPECT_EQ(normalized({between(1, 9), between(2, 3), between(4, 5)}), set_of({between(1, 9)}));
    EXPECT_EQ(normalized({between(1, 3), between(2, 5)}), set_of({between(1, 5)}));
}

TEST(S3Midnight, TouchingIntervalsMerge) {
    EXPECT_EQ(normalized({between(1, 2), between(2, 3)}), set_of({between(1, 3)}));
    EXPECT_EQ(normalized({between(1, 2), between(3, 4)}), set_of({between(1, 2), between(3, 4)}));
}

TEST(IntervalSet, SubtractAtTheBorders) {
    const Intervals set = set_of({between(10, 20), between(30, 40)});
    EXPECT_EQ(less(set, {}), set);
    EXPECT_EQ(less({}, set), set_of({}));
    EXPECT_EQ(less(set, set), set_of({}));
    EXPECT_EQ(less(set, set_of({between(0, 10), between(20, 30), between(40, 50)})), set);
    EXPECT_EQ(less(set, set_of({between(15, 35)})), set_of({between(10, 15), between(35, 40)}));
    EXPECT_EQ(less(set, set_of({between(12, 13), between(14, 15)})),
              set_of({between(10, 12), between(13, 14), between(15, 20), between(30, 40)}));
    EXPECT_EQ(less(set, set_of({between(0, 100)})), set_of({}));
}

constexpr int size = 64;
using Bits = std::bitset<size>;

Bits bits_of(const Intervals& intervals) {
    Bits bits;
    for (const Interval& interval : intervals) {
        for (int minute = 0; minute < size; ++minute) {
            const Instant now{minutes(minute)};
            if (interval.begin <= now && now < interval.end)
                bits.set(static_cast<std::size_t>(minute));
        }
    }
    return bits;
}

bool is_normal(const Intervals& intervals) {
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        if (is_empty(intervals[i]) || (i > 0 && intervals[i - 1].end >= intervals[i].begin))
            return false;
    }
    return true;
}

TEST(IntervalSet, AgreesWithSetsOfMinutes) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Seeded source(seed);
        const auto random_set = [&] {
            Intervals intervals;
            for (int i = source.number(0, 7); i > 0; --i) {
                const int begin = source.number(0, size - 1);
                intervals.push_back(between(begin, std::min(size, begin + source.number(-2, 12))));
            }
            return intervals;
        };
        Intervals set = random_set(), removed = random_set();
        const Bits set_bits = bits_of(set), removed_bits = bits_of(removed);
        normalize(set, no_poll);
        normalize(removed, no_poll);
        ASSERT_TRUE(is_normal(set)) << "seed " << seed;
        ASSERT_EQ(bits_of(set), set_bits) << "seed " << seed;
        const Intervals rest = less(set, removed);
        ASSERT_TRUE(is_normal(rest)) << "seed " << seed;
        ASSERT_EQ(bits_of(rest), set_bits & ~removed_bits) << "seed " << seed;
    }
}

struct Cancelled {};

/// Long sorting is asked now and then, and ends where the answer is an exception; what is in order is not sorted.
TEST(IntervalSet, NormalizePolls) {
    static int polls;
    polls = 0;
    Intervals backwards;
    for (int i = 100'000; i > 0; --i)
        backwards.push_back(between(2 * i, 2 * i + 1));
    Intervals sorted = backwards;
    normalize(sorted, [] { ++polls; });
    EXPECT_GT(polls, 100'000 / 4096);
    EXPECT_EQ(sorted.front(), between(2, 3));
    EXPECT_THROW(normalize(backwards, [] { throw Cancelled(); }), Cancelled);
    EXPECT_NO_THROW(normalize(sorted, [] { throw Cancelled(); }));
}

} // namespace
