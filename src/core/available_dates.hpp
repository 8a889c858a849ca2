// The local dates on which a calendar has at least one slot, each with its first slot.
#pragma once

#include "slot_search.hpp"

namespace bookmeatoz {

struct AvailableDate {
    LocalDate date;
    Instant first_slot;
};

/// The dates from `first` to `last` with a slot in calendar.window, which Zone::dates() gives: ascending, each once, even
/// where the clock goes back over midnight and a date comes twice. The search skips from the first slot of a date to the
/// next date.
std::pmr::vector<AvailableDate> available_dates(const Calendar& calendar, LocalDate first, LocalDate last,
                                                Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
