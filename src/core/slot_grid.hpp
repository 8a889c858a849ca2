// The instants at which a slot of one resource may start (S7), in ascending order, computed one by one.
#pragma once

#include "busy_time.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

class SlotGrid {
public:
    /// The grid of `calendar.settings.slot_alignment`, complete for starts in `window`. The working time must outlive the grid.
    SlotGrid(const Calendar& calendar, const WorkingTime& working, const BusyTime& busy, Interval window,
             Poll poll, std::pmr::memory_resource* memory);
    /// Movable, not copyable: upcoming_ may point into own_, and in a copy it would point into another grid.
    SlotGrid(SlotGrid&&) = default;

    /// The first grid instant >= at_least, if there is one. at_least must ascend from call to call.
    std::optional<Instant> next(Instant at_least);

private:
    /// The instants begin, begin + slot_interval_, begin + 2 * slot_interval_, ... before end. Its begin moves on with the search.
    using Progression = Interval;
    bool advance(Progression& progression, Instant at_least) const;
    void advance_all(Instant at_least);
    void activate(Progression progression);
    Progression take_first();

    Duration slot_interval_;
    /// The progressions, if they are not the working time itself.
    std::pmr::vector<Progression> own_;
    /// The progressions that are not active yet, ascending by begin.
    std::span<const Progression> upcoming_;
    /// The active progressions: a heap with the least begin in front. There is more than one only where they overlap.
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
    // A plain Instant, so that it stays in a register: an optional in memory costs more than all the rest.
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
