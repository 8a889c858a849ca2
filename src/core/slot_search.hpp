// The search: the slots of a calendar, in ascending order, one at a time (S8-S10, S12-S14). The caller may stop after any slot. Each
// resource is searched only up to its next slot.
#pragma once

#include "busy_time.hpp"
#include "daily_limit.hpp"
#include "slot_grid.hpp"
#include "working_time.hpp"

namespace bookmeatoz {

struct Slot {
    Instant start;
    /// The free resources, as indexes into Calendar::resources, ascending (S13). Valid until the search goes on.
    std::span<const std::uint32_t> resources;
    int remaining_capacity;
};

/// The slots of one resource.
class ResourceSlots {
public:
    /// The working time must outlive the object.
    ResourceSlots(const Calendar& calendar, const Resource& resource, const WorkingTime& working,
                  Interval window, Poll poll, std::pmr::memory_resource* memory);

    /// Moves to the next start that can be booked; false if the window has no more.
    bool next();
    /// The next start will not be before this instant. It never goes backwards.
    void skip_to(Instant instant) { at_least_ = std::max(at_least_, instant); }
    Instant start() const { return start_; }
    int seats_left() const { return seats_left_; }

private:
    Poll poll_;
    BusyTime busy_;
    DailyLimit limit_;
    SlotGrid grid_;
    /// The starts that working time and bookings allow. Those before next_allowed_ are passed.
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

    /// Goes on with the first slot at or after this instant. It never goes backwards.
    void skip_to(Instant instant);

private:
    const WorkingTime& working_time_of(const Resource& resource, Interval reach);
    void advance(std::uint32_t stream);
    bool outnumbered(Instant start, std::size_t free);

    const Calendar& calendar_;
    Zone zone_;
    Poll poll_;
    /// How often a stream has advanced.
    unsigned steps_ = 0;
    std::pmr::memory_resource* memory_;
    /// Resources with the business's hours and without overrides share one.
    std::pmr::vector<WorkingTime> working_;
    const WorkingTime* default_working_ = nullptr;
    std::pmr::vector<ResourceSlots> streams_;
    /// The next start of each stream; Instant::max() if the stream has ended. The next slot is at the least of them. There are
    /// dozens of streams, and a slot takes several: so looking at all costs less than keeping them in order.
    std::pmr::vector<Instant> starts_;
    /// Room for the indexes of all streams; and the streams of the last slot. These advance only when the next slot is asked for.
    std::pmr::vector<std::uint32_t> free_;
    std::span<const std::uint32_t> last_;
    /// S14: the begins and the ends of the busy time of competing unassigned bookings, each ascending. A slot meets those that have
    /// begun and have not ended. Slots ascend, so both counts go on from slot to slot.
    std::pmr::vector<Instant> unassigned_begins_;
    std::pmr::vector<Instant> unassigned_ends_;
    std::size_t begun_ = 0;
    std::size_t ended_ = 0;
};

} // namespace bookmeatoz
