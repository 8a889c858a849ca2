// The calendar of one question: all that the engine is given to find, check or book a slot. Plain data, owned by the
// caller, who must load at least what booking_reach() and override_reach() name (S9).
#pragma once

#include "instant.hpp"
#include "settings.hpp"
#include "zone.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace bookmeatoz {

using Uuid = std::array<std::uint8_t, 16>;

/// A row of working_hours. Times of day from 00:00 to 24:00; end <= start ends on the next day (S3).
struct WeeklyShift {
    std::chrono::weekday day;
    Duration start;
    Duration end;
    bool is_off;
    /// The dates on which the row holds, both included (S1).
    LocalDate valid_from = LocalDate::min();
    LocalDate valid_to = LocalDate::max();

    bool holds_on(LocalDate date) const { return valid_from <= date && date <= valid_to; }
    bool holds_always() const { return valid_from == LocalDate::min() && valid_to == LocalDate::max(); }
};

/// A row of employee_availability_overrides, or of business_availability_overrides.
struct Override {
    Interval interval;
    bool is_unavailable;
};

/// The last one stands for all that an application adds.
enum class BookingStatus { pending, confirmed, cancelled, completed, rejected, no_show, other };

/// A row of bookings. The buffers are its own, frozen when it was booked (S6).
struct Booking {
    Uuid service_id;
    Interval interval;
    std::chrono::minutes buffer_before;
    std::chrono::minutes buffer_after;
    BookingStatus status;
    std::optional<Instant> hold_expires_at;
};

/// What a booking takes up: an eligible employee, or a business that is itself the one resource (S12).
struct Resource {
    Uuid id;
    std::span<const WeeklyShift> own_hours;
    std::span<const Override> overrides;
    std::span<const Booking> bookings;
};

struct Service {
    Uuid id;
    std::chrono::minutes duration;
    std::chrono::minutes buffer_before;
    std::chrono::minutes buffer_after;
};

struct Calendar {
    Service service;
    Settings settings;
    /// Right for all that the rows reach, for the start of each opening of the business, and, where there is a horizon (S10), from
    /// as_of to it.
    std::span<const ZonePeriod> zone;
    std::span<const WeeklyShift> default_hours;
    /// S5: closures and openings of the whole business.
    std::span<const Override> business_overrides;
    /// Ascending by id. One of them when an employee was named, or when the business is its own resource.
    std::span<const Resource> resources;
    /// S14, for a question about any employee: bookings without an employee, and the services that share an eligible
    /// employee with this one (ascending). Empty otherwise.
    std::span<const Booking> unassigned;
    std::span<const Uuid> competing_services;
    /// Starts in [window.begin, window.end) are asked for (S9), as known at as_of (S10, S19).
    Interval window;
    Instant as_of;
};

/// The longest booking and the longest buffer that the tables allow (bookings_lasts_at_most_7_days and the checks of the
/// buffers): how far from a window a booking that reaches into it can begin.
inline constexpr Duration longest_booking = 7 * one_day;
inline constexpr std::chrono::minutes longest_buffer{1440};

/// How far from its start the busy time of nearly every booking goes, to either side: less than a working day, so that from
/// one day to the next there is nothing to look for but the few that are long.
inline constexpr Duration usual_reach = 6 * one_hour;

/// Whether a booking's busy time goes further than usual_reach from its start. They have an index of their own
/// (bookings_long_idx, by booking_is_long()). Whatever the values, nothing overflows.
constexpr bool is_long(Duration length, std::chrono::minutes buffer_before,
                       std::chrono::minutes buffer_after) {
    return buffer_before > usual_reach || length > usual_reach - buffer_after;
}

/// A local date can begin or end this far from an instant of it, whatever the zone does: 24 hours and a skipped day.
inline constexpr Duration date_reach = 2 * one_day;

/// S10: the last local date on which a slot may start. Only where there is a horizon.
LocalDate horizon(Instant as_of, const Settings& settings, const Zone& zone);

/// S10: the part of `asked` in which a slot may start: not before the notice, not after the horizon. Where the clock goes back over
/// midnight at its end, that takes in instants of the date behind it (see Zone::dates()), which is_beyond_horizon() tells.
Interval bookable_window(Interval asked, Instant as_of, const Settings& settings, const Zone& zone);

/// S10: whether the local date of a start is behind the horizon.
bool is_beyond_horizon(Instant start, Instant as_of, const Settings& settings, const Zone& zone);

/// Which bookings a question is about: those in the way of starts in its window (S6), or all of the local dates of these,
/// because they are counted (S16) or their time is (S20).
enum class BookingScope { window, whole_dates };

/// Where bookings may start and still matter for starts in a window.
struct BookingReach {
    /// All that start in it.
    Interval all;
    /// Right before it and right behind it: the long ones among them.
    Interval long_before;
    Interval long_behind;
};
BookingReach booking_reach(Interval window, const Service& service, BookingScope scope);

/// The bookings that finding slots is about (S16).
inline BookingScope scope_of_slots(const Settings& settings) {
    return settings.limits_days() ? BookingScope::whole_dates : BookingScope::window;
}

/// Working time that can hold a slot, buffers included, for any start in `window` (S8).
Interval slot_reach(Interval window, const Service& service);

/// Overrides that meet this interval matter for starts in `window` (S5).
Interval override_reach(Interval window, const Service& service);

} // namespace bookmeatoz
