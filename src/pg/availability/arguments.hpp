// What the functions that find and check slots accept: the arguments of one call, each refused before any work is done, and
// the limits of a call.
#pragma once

#include "pg/calendar/calendar.hpp"

namespace bookmeatoz::pg {

/// Nobody books before `earliest`, nor from `latest` on. In between no sum of instants and durations can overflow.
inline constexpr std::chrono::sys_days earliest = std::chrono::year(1) / 1 / 1;
inline constexpr std::chrono::sys_days latest = std::chrono::year(10000) / 1 / 1;
/// A year of local days: a leap day and a change of the clock included.
inline constexpr Duration longest_window = 367 * one_day;
/// A leap year.
inline constexpr std::chrono::days longest_range{366};
inline constexpr std::size_t most_starts = 1'000;
inline constexpr std::size_t most_slots = 1'000'000;

/// The arguments of one call by their position, counted from 0. The name is for the message.
class SlotArguments {
public:
    explicit SlotArguments(FunctionCallInfo fcinfo) : fcinfo_(fcinfo) {}

    /// 22004 for NULL.
    pg_uuid_t id(int position, const char* name) const;
    std::optional<pg_uuid_t> optional_id(int position) const;

    /// 22004 for NULL, 22023 for an infinite instant, 22008 outside the years 1 to 9999.
    Instant instant(int position, const char* name) const;
    /// Each element of a timestamptz[] as by instant(); 22023 where there are more than `most`.
    std::pmr::vector<Instant> instants(int position, const char* name, std::size_t most,
                                       std::pmr::memory_resource* memory) const;
    LocalDate date(int position, const char* name) const;
    /// from_date and to_date, both included; 22023 unless they are in order and at most 366 dates.
    std::pair<LocalDate, LocalDate> dates(int position) const;

    /// The argument slot_interval_minutes, 22023 below 1.
    std::optional<int> slot_interval(int position) const;

    /// From 1 to `most`: 22004 for NULL, 22023 for another.
    int count(int position, const char* name, int most) const;

    /// [from_time, to_time), 22023 unless it is in order and at most 367 times 24 hours long.
    bookmeatoz::Interval window(int position) const;

    /// What the functions for slots have in common: service_id at the first position; employee_id, slot_interval_minutes,
    /// exclude_booking_id and as_of in this order from `position` on. 22023 for a slot_interval_minutes below 1.
    Question question(int position) const;

private:
    Datum required(int position, const char* name) const;

    FunctionCallInfo fcinfo_;
};

/// 54000: the result has no room for another slot.
[[noreturn]] void too_many_slots();

} // namespace bookmeatoz::pg
