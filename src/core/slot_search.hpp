// The search: the slots of a calendar, in ascending order, one at a time (S8-S10, S12-S14). Pulled by the glue, which may
// stop at any slot; each resource is searched no further than to its next one.
#pragma once

#include "busy_time.hpp"
#include "daily_limit.hpp"
#include "slot_grid.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

/// Called now and then in long computations; may throw to end them.
using Poll = void (*)();

struct Slot {
    Instant start;
    /// Indexes into Calendar::resources of those who are free, ascending (S13). Valid until the next slot is pulled.
    std::span<const std::uint32_t> resources;
    int remaining_capacity;
};

/// The slots of one resource.
class ResourceSlots {
public:
    ResourceSlots(const Calendar& calendar, const Resource& resource, Interval window, Poll poll,
                  std::pmr::memory_resource* memory);

    /// Moves to the next start that can be booked; false when there is none before the end of the window.
    bool next();
    /// The next start will be at or after this instant; an earlier one changes nothing.
    void skip_to(Instant instant) { at_least_ = std::max(at_least_, instant); }
    Instant start() const { return start_; }
    int seats_left() const { return seats_left_; }

private:
    Instant first_fitting(Instant start);

    Service service_;
    bool buffers_within_hours_;
    Interval window_;
    Poll poll_;
    WorkingTime working_;
    std::size_t next_open_ = 0;
    BusyTime busy_;
    DailyLimit limit_;
    SlotGrid grid_;
    Instant at_least_;
    unsigned tried_ = 0;
    Instant start_{};
    int seats_left_ = 0;
};

class SlotSearch {
public:
    /// The calendar must outlive the search.
    SlotSearch(const Calendar& calendar, Poll poll, std::pmr::memory_resource* memory);

    std::optional<Slot> next();

    /// Goes on at the first slot at or after this instant; never backwards.
    void skip_to(Instant instant);

private:
    bool later(std::uint32_t a, std::uint32_t b) const;
    void advance(std::uint32_t stream);
    bool outnumbered(Instant start, std::size_t free);

    const Calendar& calendar_;
    std::pmr::vector<ResourceSlots> streams_;
    /// A heap of the streams that have a start left, the earliest one (then the lowest id) on top.
    std::pmr::vector<std::uint32_t> earliest_;
    std::pmr::vector<std::uint32_t> free_;
    /// S14: busy time of the unassigned bookings that count and have not ended yet.
    Intervals unassigned_;
};

} // namespace bookmeatoz
