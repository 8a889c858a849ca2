// The instants at which a slot of one resource may start (S7), in ascending order, made as they are asked for.
#pragma once

#include "busy_time.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

class SlotGrid {
public:
    /// The grid of `calendar.settings.slot_alignment`; complete for starts in `window`. The working time must outlive it.
    SlotGrid(const Calendar& calendar, const WorkingTime& working, const BusyTime& busy, Interval window,
             Poll poll, std::pmr::memory_resource* memory);
    /// It may look at progressions of its own, so that a copy would look at those of another.
    SlotGrid(SlotGrid&&) = default;

    /// The first grid instant >= at_least, if there is one. at_least must ascend from call to call.
    std::optional<Instant> next(Instant at_least);

private:
    /// begin, begin + step, begin + 2 steps, ... before end; what is passed is cut off at the begin.
    using Progression = Interval;
    bool advance(Progression& progression, Instant at_least) const;
    void advance_all(Instant at_least);
    void activate(Progression progression);
    Progression take_first();

    Duration slot_interval_;
    /// Where they are not those of the working time.
    std::pmr::vector<Progression> own_;
    /// Ascending by begin; what is not taken up yet.
    std::span<const Progression> upcoming_;
    /// A heap, the one with the least begin in front. More than one is active only where they overlap.
    std::pmr::vector<Progression> active_;
};

inline bool SlotGrid::advance(Progression& progression, Instant at_least) const {
    if (progression.end <= at_least)
        return false;
    if (progression.begin < at_least)
        progression.begin += slot_interval_;
    if (progression.begin < at_least)
        progression.begin +=
            (at_least - progression.begin + slot_interval_ - one_tick) / slot_interval_ * slot_interval_;
    return progression.begin < progression.end;
}

inline std::optional<Instant> SlotGrid::next(Instant at_least) {
    if (!active_.empty() && active_.front().begin < at_least) {
        if (active_.size() > 1)
            advance_all(at_least);
        else if (!advance(active_.front(), at_least))
            active_.clear();
    }
    // In a register: an optional made of what lies in memory costs more than all the rest.
    Instant first = active_.empty() ? Instant::max() : active_.front().begin;
    while (!upcoming_.empty() && upcoming_.front().begin <= first) {
        Progression progression = upcoming_.front();
        upcoming_ = upcoming_.subspan(1);
        if (advance(progression, at_least)) {
            first = std::min(first, progression.begin);
            activate(progression);
        }
    }
    return first == Instant::max() ? std::nullopt : std::optional(first);
}

} // namespace bookmeatoz
