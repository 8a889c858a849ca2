// The instants at which a slot of one resource may start (S7), in ascending order, made as they are asked for.
#pragma once

#include "busy_time.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

class SlotGrid {
public:
    /// The grid of `calendar.settings.slot_alignment`; complete for starts in `window`.
    SlotGrid(const Calendar& calendar, const WorkingTime& working, const BusyTime& busy, Interval window,
             std::pmr::memory_resource* memory);

    /// The first grid instant >= at_least, if there is one. at_least must ascend from call to call.
    std::optional<Instant> next(Instant at_least);

private:
    /// begin, begin + step, begin + 2 steps, ... before end; `next` is the first not passed yet.
    struct Progression {
        Instant next;
        Instant end;
    };
    bool advance(Progression& progression, Instant at_least) const;

    Duration step_;
    std::pmr::vector<Progression> upcoming_;
    std::size_t first_upcoming_ = 0;
    std::pmr::vector<Progression> active_;
};

} // namespace bookmeatoz
