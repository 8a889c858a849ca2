// The calendar of one question: all that the engine needs to find, check or book a slot. It is plain data of the caller's. The
// caller must load at least the rows that booking_reach() and override_reach() name (S9).
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

/// A row of working_hours. Times of day run from 00:00 to 24:00. A shift with end <= start ends on the next day (S3).
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

/// A row of bookings. The buffers are its own: they were frozen when it was booked (S6).
struct Booking {
    Uuid service_id;
    Interval interval;
    std::chrono::minutes buffer_before;
    std::chrono::minutes buffer_after;
    BookingStatus status;
    std::optional<Instant> hold_expires_at;
};

/// What a booking occupies: an eligible employee, or the business where that is itself the one resource (S12).
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
    /// Ascending by id. There is one if an employee was named, or if the business is its own resource.
    std::span<const Resource> resources;
    /// S14, for a question about any employee: the bookings without an employee, and the services that share an eligible employee
    /// with this one (ascending). Otherwise empty.
    std::span<const Booking> unassigned;
    std::span<const Uuid> competing_services;
    /// The question is about starts in [window.begin, window.end) (S9), as seen at as_of (S10, S19).
    Interval window;
    Instant as_of;
};

/// The longest booking and the longest buffer that the tables allow (bookings_lasts_at_most_7_days and the checks of the
/// buffers). They limit how far from a window a booking that reaches into it can begin.
inline constexpr Duration longest_booking = 7 * one_day;
inline constexpr std::chrono::minutes longest_buffer{1440};

/// The busy time of nearly every booking goes no further than this from its start, to either side. It is less than a working day:
/// so from one day to the next only the few long bookings must be looked for.
inline constexpr Duration usual_reach = 6 * one_hour;

/// Whether a booking is long: its busy time goes further than usual_reach from its start. Long bookings have an index of their own
/// (bookings_long_idx, by booking_is_long()). No value makes it overflow.
constexpr bool is_long(Duration length, std::chrono::minutes buffer_before,
                       std::chrono::minutes buffer_after) {
    return buffer_before > usual_reach || length > usual_reach - buffer_after;
}

/// No local date begins or ends further than this from an instant of it, in any zone: 24 hours and a skipped day.
inline constexpr Duration date_reach = 2 * one_day;

/// Which bookings a question needs. `window`: those in the way of starts in its window (S6). `whole_dates`: all bookings of the
/// local dates of these starts, because the bookings (S16) or their time (S20) are counted.
enum class BookingScope { window, whole_dates };

/// Where bookings may start that matter for starts in a window.
struct BookingReach {
    /// All bookings that start here matter.
    Interval all;
    /// Right before and right behind it only the long bookings matter.
    Interval long_before;
    Interval long_behind;
};
BookingReach booking_reach(Interval window, const Service& service, BookingScope scope);

/// The bookings that are needed to find slots (S16).
inline BookingScope scope_of_slots(const Settings& settings) {
    return settings.limits_days() ? BookingScope::whole_dates : BookingScope::window;
}

/// The interval in which all slots with a start in `window` lie, with their buffers (S8).
Interval slot_reach(Interval window, const Service& service);

/// The interval whose overrides matter for starts in `window`: those that meet it (S5).
Interval override_reach(Interval window, const Service& service);

} // namespace bookmeatoz
