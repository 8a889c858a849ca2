// When one resource is free and when it is not, in the terms of RFC 5545.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// As in RFC 5545 section 3.2.9. BUSY is a booking with its buffers, BUSY-TENTATIVE a pending booking or a hold, and
/// BUSY-UNAVAILABLE what is outside working time. Where several apply, the first of them wins.
enum class FreeBusyType { busy, tentative, unavailable, free };

struct FreeBusyPeriod {
    Interval period;
    FreeBusyType type;

    friend bool operator==(const FreeBusyPeriod&, const FreeBusyPeriod&) = default;
};

/// The periods cover `window` exactly: they ascend, without gaps, and neighbours have different types. The calendar must contain
/// the rows for `window`; its service and its own window are not used.
std::pmr::vector<FreeBusyPeriod> free_busy(const Calendar& calendar, const Resource& resource,
                                           Interval window, Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
