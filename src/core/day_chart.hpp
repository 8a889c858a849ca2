// The days of one resource in quarters of an hour, as a chart shows them.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

#include <array>

namespace bookmeatoz {

/// What a quarter of an hour is shown as: of all that touches it, the last in this order.
enum class ChartMark {
    /// No working time.
    off,
    free,
    /// Working time that an unavailable override or a closure takes away.
    absent,
    /// The buffer of a booking.
    buffer,
    booked
};

inline constexpr Duration chart_step = std::chrono::minutes(15);
inline constexpr std::size_t chart_steps = 24 * 4;

/// The quarters of one local date, by local time. An hour that comes twice is shown once, with what touches either of them; one that
/// does not exist is off.
using DayChart = std::array<ChartMark, chart_steps>;

/// The dates from `first` on. The calendar must contain the rows for their instants; its service and its own window are not used.
/// `working`: whether the working time is shown; bookings are in any case.
std::pmr::vector<DayChart> day_charts(const Calendar& calendar, const Resource& resource, bool working,
                                      LocalDate first, int days, Poll poll,
                                      std::pmr::memory_resource* memory);

} // namespace bookmeatoz
