// For how much of a day a resource is booked (S20). Of several free employees the least busy one is chosen by it.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// The time of a local date that occupying bookings of the resource take, without buffers. The calendar must contain the rows of
/// BookingScope::whole_dates for a window that meets the date.
Duration booked_time(const Calendar& calendar, const Resource& resource, LocalDate date);

} // namespace bookmeatoz
