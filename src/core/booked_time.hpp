// How much of a day a resource is booked (S20): by it the least busy of several free ones is chosen.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// The time within a local date that occupying bookings of the resource take, buffers not counted. The rows of the calendar
/// must be those of BookingScope::whole_dates for a window that meets the date.
Duration booked_time(const Calendar& calendar, const Resource& resource, LocalDate date);

} // namespace bookmeatoz
