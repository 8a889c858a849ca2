// The local dates on which a calendar has at least one slot, each with its first slot.
#pragma once

#include "slot_search.hpp"

namespace bookmeatoz {

struct AvailableDate {
    LocalDate date;
    Instant first_slot;
};

/// The dates from `first` to `last` that have a slot; calendar.window must be their Zone::dates(). They ascend, and each comes
/// once, even where the clock goes back over midnight and a date comes twice. After the first slot of a date the search skips to
/// the next date.
std::pmr::vector<AvailableDate> available_dates(const Calendar& calendar, LocalDate first, LocalDate last,
                                                Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
