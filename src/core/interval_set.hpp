// Sets of instants. A normalised set is sorted, and its intervals are not empty and do not overlap or touch. All sets of the
// engine (working time, busy time) end in this form.
#pragma once

#include "instant.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// Adds an interval to a set. If the intervals come in the order of time, as the rows of an index do, the set stays normalised;
/// otherwise call normalize() at the end.
inline void add(Intervals& set, Interval interval) {
    if (!set.empty() && set.back().begin <= interval.begin && interval.begin <= set.back().end) {
        set.back().end = std::max(set.back().end, interval.end);
    } else {
        set.push_back(interval);
    }
}

/// Normalises a set: sorts it, drops empty intervals, and merges those that overlap or touch (S2, S3: shifts that touch are one
/// working time).
void normalize(Intervals& intervals, Poll poll);

/// The instants of `set` that are not in `removed`. Both must be normalised; so is the result.
Intervals subtract(const Intervals& set, const Intervals& removed, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
