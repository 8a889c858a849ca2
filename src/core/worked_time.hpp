// How much working time a resource has on some dates. Reports compare it with what was booked.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// The working time (S1-S5) of the resource on the local dates from `first` to `last`, both included: elapsed time, so of a shift over a
/// change of the clock what the clock on the wall does not show. Of an interval that crosses midnight each date has its part. The
/// calendar must contain the rows for calendar.window, and that must contain these dates.
Duration worked_time(const Calendar& calendar, const Resource& resource, LocalDate first, LocalDate last,
                     Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
