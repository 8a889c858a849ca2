// The search: the slots of a calendar, in ascending order, one at a time (S8-S10, S12-S14). Pulled by the glue, which may
// stop at any slot; each resource is searched no further than to its next one.
#pragma once

#include "busy_time.hpp"
#include "daily_limit.hpp"
#include "slot_grid.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

struct Slot {
    Instant start;
    /// Indexes into Calendar::resources of those who are free, ascending (S13). Valid until the search goes on.
    std::span<const std::uint32_t> resources;
    int remaining_capacity;
};

/// The slots of one resource.
class ResourceSlots {
public:
    /// The working time must outlive it.
    ResourceSlots(const Calendar& calendar, const Resource& resource, const WorkingTime& working,
                  Interval window, Poll poll, std::pmr::memory_resource* memory);

    /// Moves to the next start that can be booked; false when there is none before the end of the window.
    bool next();
    /// The next start will be at or after this instant; an earlier one changes nothing.
    void skip_to(Instant instant) { at_least_ = std::max(at_least_, instant); }
    Instant start() const { return start_; }
    int seats_left() const { return seats_left_; }

private:
    Poll poll_;
    BusyTime busy_;
    DailyLimit limit_;
    SlotGrid grid_;
    /// The starts that working time and bookings allow; from next_allowed_ on those not passed yet.
    Intervals allowed_;
    std::size_t next_allowed_ = 0;
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
    const WorkingTime& working_time_of(const Resource& resource, Interval reach);
    void advance(std::uint32_t stream);
    bool outnumbered(Instant start, std::size_t free);

    const Calendar& calendar_;
    Zone zone_;
    Poll poll_;
    /// How often a stream went on.
    unsigned steps_ = 0;
    std::pmr::memory_resource* memory_;
    /// Those on the business's hours, without overrides of their own, share one.
    std::pmr::vector<WorkingTime> working_;
    const WorkingTime* default_working_ = nullptr;
    std::pmr::vector<ResourceSlots> streams_;
    /// Where each stream stands; Instant::max() where it has ended. The next slot is at the least of them: with dozens
    /// of streams, of which a slot takes several, looking at all costs less than keeping them in an order.
    std::pmr::vector<Instant> starts_;
    /// Room for the indexes of all streams; those of the last slot, which go on only when the next one is asked for.
    std::pmr::vector<std::uint32_t> free_;
    std::span<const std::uint32_t> last_;
    /// S14: where busy time of the unassigned bookings that compete begins and where it ends, each ascending; those
    /// that have begun and not ended meet a slot. Slots ascend, so both are counted on from slot to slot.
    std::pmr::vector<Instant> unassigned_begins_;
    std::pmr::vector<Instant> unassigned_ends_;
    std::size_t begun_ = 0;
    std::size_t ended_ = 0;
};

} // namespace bookmeatoz
