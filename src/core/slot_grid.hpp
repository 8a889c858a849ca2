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
    void activate(Progression progression);
    Progression take_first();

    Duration step_;
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
        progression.begin += step_;
    if (progression.begin < at_least)
        progression.begin += (at_least - progression.begin + step_ - one_tick) / step_ * step_;
    return progression.begin < progression.end;
}

inline void SlotGrid::activate(Progression progression) {
    active_.push_back(progression);
    std::ranges::push_heap(active_, std::greater(), &Progression::begin);
}

inline SlotGrid::Progression SlotGrid::take_first() {
    std::ranges::pop_heap(active_, std::greater(), &Progression::begin);
    const Progression first = active_.back();
    active_.pop_back();
    return first;
}

inline std::optional<Instant> SlotGrid::next(Instant at_least) {
    while (!active_.empty() && active_.front().begin < at_least) {
        Progression first = take_first();
        // Those that meet in one instant go the same way from there: the longest serves for all.
        while (!active_.empty() && active_.front().begin == first.begin)
            first.end = std::max(first.end, take_first().end);
        if (advance(first, at_least))
            activate(first);
    }
    while (!upcoming_.empty() && (active_.empty() || upcoming_.front().begin <= active_.front().begin)) {
        Progression progression = upcoming_.front();
        upcoming_ = upcoming_.subspan(1);
        if (advance(progression, at_least))
            activate(progression);
    }
    return active_.empty() ? std::nullopt : std::optional(active_.front().begin);
}

} // namespace bookmeatoz
