// S20: who gets a booking for which no employee was named. For the functions that write bookings.
#pragma once

#include "pg/calendar/calendar.hpp"

#include <memory_resource>
#include <span>

namespace bookmeatoz::pg {

/// S20: whom to book among those who are free: by the setting `assignment` the lowest id, or the one with the least booked
/// time that local day, then the one whose newest occupying booking was created longest ago, then the lowest id. `free` are
/// indexes into calendar().resources, ascending, not empty. A LatestSnapshot must be open.
std::uint32_t choose_resource(const LoadedCalendar& loaded, Instant start,
                              std::span<const std::uint32_t> free, Oid schema,
                              std::pmr::memory_resource* memory);

} // namespace bookmeatoz::pg
