// Time in the engine. Instants and local (wall clock) times are different types of the standard library: code that mixes them does
// not compile. Only Zone (zone.hpp) turns one into the other.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory_resource>
#include <vector>

namespace bookmeatoz {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;
using LocalTime = std::chrono::local_time<Duration>;
using LocalDate = std::chrono::local_days;

/// Elapsed time, never calendar time: a day of 23 hours has 23 of these hours.
inline constexpr Duration one_hour = std::chrono::hours(1);
inline constexpr Duration one_day = std::chrono::hours(24);
/// The smallest step of time: the next instant after s is s + one_tick.
inline constexpr Duration one_tick{1};

/// Half-open: [begin, end). Empty unless begin < end.
struct Interval {
    Instant begin;
    Instant end;

    friend constexpr bool operator==(const Interval&, const Interval&) = default;
};

constexpr bool is_empty(Interval interval) {
    return interval.begin >= interval.end;
}
constexpr bool meets(Interval a, Interval b) {
    return a.begin < b.end && b.begin < a.end;
}

using Intervals = std::pmr::vector<Interval>;

} // namespace bookmeatoz
