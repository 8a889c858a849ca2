// Working time of one resource (S5): weekly shifts and available overrides, less the unavailable ones; those of the whole
// business too.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

struct WorkingTime {
    /// Shift occurrences and available overrides, each with its own begin, sorted by it: the anchors of the grid (S7).
    /// Unavailable overrides and closures do not change them.
    Intervals offered;
    /// The working time itself: merged, less the unavailable overrides and the closures, normalised.
    Intervals open;
};

/// Working time that reaches into `reach`, and beyond it by at least as much as is needed to merge it rightly: an
/// interval of `open` that meets `reach` is never cut short within it (S9).
WorkingTime working_time(const Calendar& calendar, const Resource& resource, Interval reach, Poll poll,
                         std::pmr::memory_resource* memory);

} // namespace bookmeatoz
