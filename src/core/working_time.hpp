// Working time of one resource (S5): weekly shifts and available overrides, less the unavailable ones; those of the whole
// business too.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

struct WorkingTime {
    /// The occurrences of shifts and the available overrides, unmerged, sorted by begin: the anchors of the grid (S7). Unavailable
    /// overrides and closures do not change them.
    Intervals offered;
    /// The working time itself: `offered` less the unavailable overrides and the closures, normalised.
    Intervals open;
};

/// The working time in `reach`, and so far beyond it that merging is right: an interval of `open` that meets `reach` is complete
/// within it (S9).
WorkingTime working_time(const Calendar& calendar, const Resource& resource, Interval reach, Poll poll,
                         std::pmr::memory_resource* memory);

} // namespace bookmeatoz
