// The decision to book: what check_slot() says about one start at this moment, by the search's own code, for the functions
// that write bookings.
#pragma once

#include "../core/slot_check.hpp"
#include "calendar_reader.hpp"

#include <memory_resource>
#include <span>

namespace bookmeatoz::pg {

/// The latest snapshot: what the transaction has written so far and, under READ COMMITTED, what others have committed.
class LatestSnapshot {
public:
    LatestSnapshot();
    ~LatestSnapshot();
    LatestSnapshot(const LatestSnapshot&) = delete;
    LatestSnapshot& operator=(const LatestSnapshot&) = delete;

private:
    int exceptions_;
};

/// S20: whom to book among those who are free: by the setting `assignment` the lowest id, or the one with the least booked
/// time that local day, then the one whose newest occupying booking was created longest ago, then the lowest id. `free` are
/// indexes into calendar().resources, ascending, not empty. A LatestSnapshot must be open.
std::uint32_t assigned(const LoadedCalendar& loaded, Instant start, std::span<const std::uint32_t> free,
                       Oid schema, std::pmr::memory_resource* memory);

} // namespace bookmeatoz::pg
