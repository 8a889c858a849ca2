// When one resource is free and when it is not, in the terms of RFC 5545.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// RFC 5545 section 3.2.9, the earlier one wins where several hold: BUSY is a booking with its buffers, BUSY-TENTATIVE a
/// pending one or a hold, BUSY-UNAVAILABLE what is outside working time.
enum class FreeBusyType { busy, tentative, unavailable, free };

struct FreeBusyPeriod {
    Interval period;
    FreeBusyType type;

    friend bool operator==(const FreeBusyPeriod&, const FreeBusyPeriod&) = default;
};

/// Covers `window` exactly: ascending, without gaps, neighbours of different types. The rows of the calendar must be
/// those for `window`; of its service and its own window nothing is used.
std::pmr::vector<FreeBusyPeriod> free_busy(const Calendar& calendar, const Resource& resource,
                                           Interval window, Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
