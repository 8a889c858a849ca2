// The local dates on which a calendar has at least one slot, each with its first slot.
#pragma once

#include "slot_search.hpp"

namespace bookmeatoz {

struct AvailableDate {
    LocalDate date;
    Instant first_slot;
};

/// The instants to load a calendar for, to find its dates from `first` to `last`, both included.
inline Interval dates_window(const Zone& zone, LocalDate first, LocalDate last) {
    return zone.dates(first, last);
}

/// The dates from `first` to `last` with a slot in calendar.window, ascending, each once, even where the clock goes back
/// over midnight and a date comes twice. The search skips from the first slot of a date to the next date.
class AvailableDates {
public:
    AvailableDates(const Calendar& calendar, LocalDate first, LocalDate last, Poll poll,
                   std::pmr::memory_resource* memory);

    std::optional<AvailableDate> next();

private:
    std::pmr::vector<AvailableDate> dates_;
    std::size_t next_ = 0;
};

} // namespace bookmeatoz
