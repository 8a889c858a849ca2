// Sets of instants as sorted, disjoint intervals that do not touch. All sets of the engine (working time, busy time)
// have this form once normalised.
#pragma once

#include "instant.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// Adds an interval to a set that is being made. Where they come in the order of time, which rows of an index do, the set
/// stays normalised; else normalize() mends it.
inline void add(Intervals& set, Interval interval) {
    if (!set.empty() && set.back().begin <= interval.begin && interval.begin <= set.back().end) {
        set.back().end = std::max(set.back().end, interval.end);
    } else {
        set.push_back(interval);
    }
}

/// Sorts, drops the empty ones, and merges what overlaps or touches (S2, S3: touching shifts are one working time).
void normalize(Intervals& intervals, Poll poll);

/// The instants of `set` that are not in `removed`. Both must be normalised; so is the result.
Intervals subtract(const Intervals& set, const Intervals& removed, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
