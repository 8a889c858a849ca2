// The rules of availability once more, as slowly and as plainly as they can be said, to check the engine against. It
// uses the plain data of calendar.hpp and nothing else of the engine: each start that the grid rule names is tried
// against each rule in turn.
#pragma once

#include "core/free_busy.hpp"
#include "core/slot_check.hpp"
#include "unit/support/business.hpp"

#include <set>

namespace bookmeatoz::test::slow {

using std::chrono::days;

/// S4 in the order of time: the first moment at which the clock shows `local`, or jumps over it.
inline Instant instant_of(std::span<const ZonePeriod> zone, LocalTime local) {
    for (std::size_t i = 0;; ++i) {
        const Instant by_this_clock(local.time_since_epoch() - zone[i].offset);
        const bool last = i + 1 == zone.size();
        const bool begun = i == 0 || by_this_clock >= zone[i].begin;
        if (begun && (last || by_this_clock < zone[i + 1].begin))
            return by_this_clock;
        if (last)
            return by_this_clock;
        const LocalTime clock_before(zone[i + 1].begin.time_since_epoch() + zone[i].offset);
        const LocalTime clock_after(zone[i + 1].begin.time_since_epoch() + zone[i + 1].offset);
        if (clock_before <= local && local < clock_after)
            return by_this_clock;
    }
}

inline LocalTime local_of(std::span<const ZonePeriod> zone, Instant instant) {
    std::size_t i = 0;
    while (i + 1 < zone.size() && zone[i + 1].begin <= instant)
        ++i;
    return LocalTime(instant.time_since_epoch() + zone[i].offset);
}

inline LocalDate date_of(std::span<const ZonePeriod> zone, Instant instant) {
    return std::chrono::floor<days>(local_of(zone, instant));
}

/// Whether any moment of [interval) bears this local date.
inline bool touches(std::span<const ZonePeriod> zone, Interval interval, LocalDate date) {
    for (std::size_t i = 0; i < zone.size(); ++i) {
        Instant begin(LocalTime(date).time_since_epoch() - zone[i].offset);
        Instant end = begin + one_day;
        begin = std::max(begin, interval.begin);
        end = std::min(end, interval.end);
        if (i > 0)
            begin = std::max(begin, zone[i].begin);
        if (i + 1 < zone.size())
            end = std::min(end, zone[i + 1].begin);
        if (begin < end)
            return true;
    }
    return false;
}

inline bool takes_time(const Booking& booking, Instant as_of) {
    if (booking.status == BookingStatus::pending)
        return !booking.hold_expires_at.has_value() || as_of < *booking.hold_expires_at;
    return booking.status == BookingStatus::confirmed || booking.status == BookingStatus::completed ||
           booking.status == BookingStatus::other;
}

inline Interval with_buffers(const Booking& booking) {
    return {booking.interval.begin - booking.buffer_before, booking.interval.end + booking.buffer_after};
}

/// S1: whether the resource goes by rows of its own on this date.
inline bool has_own_hours(const Calendar& calendar, const Resource& resource, LocalDate date) {
    bool any_row = false, row_of_day = false;
    for (const WeeklyShift& row : resource.own_hours) {
        const bool is_valid = !(date < row.valid_from) && !(row.valid_to < date);
        any_row = any_row || is_valid;
        row_of_day = row_of_day || (is_valid && row.day == std::chrono::weekday(date));
    }
    return calendar.settings.working_hours_inheritance == HoursInheritance::day ? row_of_day : any_row;
}

/// S5: the available overrides that count for a resource, its own and the business's.
inline std::vector<Interval> openings(const Calendar& calendar, const Resource& resource) {
    std::vector<Interval> result;
    for (const Override& entry : resource.overrides) {
        if (!entry.is_unavailable)
            result.push_back(entry.interval);
    }
    for (const Override& entry : calendar.business_overrides) {
        if (!entry.is_unavailable &&
            !has_own_hours(calendar, resource, date_of(calendar.zone, entry.interval.begin)))
            result.push_back(entry.interval);
    }
    return result;
}

/// All shifts and available overrides of one resource for starts in the window and a good way around it (S1-S5).
inline std::vector<Interval> offered(const Calendar& calendar, const Resource& resource) {
    std::vector<Interval> result;
    const std::vector<Interval> opened = openings(calendar, resource);
    const LocalDate middle = date_of(calendar.zone, calendar.window.begin);
    const auto window_days = std::chrono::ceil<days>(calendar.window.end - calendar.window.begin);
    const LocalDate last = middle + window_days + days(7);
    for (LocalDate date = middle - days(7); date <= last; date += days(1)) {
        const std::chrono::weekday day(date);
        const bool own = has_own_hours(calendar, resource, date);
        bool replaced = false;
        if (calendar.settings.availability_override_mode == OverrideMode::replace) {
            for (const Interval& opening : opened)
                replaced = replaced || touches(calendar.zone, opening, date);
        }
        const Interval around{calendar.window.begin - hours(24 * 20), calendar.window.end + hours(24 * 20)};
        if (replaced || !touches(calendar.zone, around, date))
            continue;
        for (const WeeklyShift& row : own ? resource.own_hours : calendar.default_hours) {
            if (row.is_off || row.day != day || date < row.valid_from || row.valid_to < date)
                continue;
            LocalTime end = LocalTime(date) + row.end;
            if (row.end <= row.start)
                end += hours(24);
            result.push_back(
                {instant_of(calendar.zone, LocalTime(date) + row.start), instant_of(calendar.zone, end)});
        }
    }
    result.insert(result.end(), opened.begin(), opened.end());
    std::erase_if(result, [](Interval i) { return !(i.begin < i.end); });
    return result;
}

/// S7: every start that the grid names, for one resource.
inline std::set<Instant> candidates(const Calendar& calendar, const Resource& resource,
                                    const std::vector<Interval>& offered_intervals) {
    std::set<Instant> result;
    const auto add_grid = [&](Instant begin, Instant end) {
        for (Instant start = begin; start < end && start < calendar.window.end;
             start += calendar.settings.slot_interval) {
            if (start >= calendar.window.begin)
                result.insert(start);
        }
    };
    if (calendar.settings.slot_alignment == SlotAlignment::clock) {
        const LocalDate last = date_of(calendar.zone, calendar.window.end) + days(3);
        for (LocalDate date = date_of(calendar.zone, calendar.window.begin) - days(3); date <= last;
             date += days(1)) {
            add_grid(instant_of(calendar.zone, LocalTime(date)) + calendar.settings.slot_offset,
                     instant_of(calendar.zone, LocalTime(date + days(1))));
        }
        return result;
    }
    for (const Interval& interval : offered_intervals)
        add_grid(interval.begin, interval.end);
    if (calendar.settings.slot_alignment == SlotAlignment::optimized) {
        for (const Booking& booking : resource.bookings) {
            const Instant behind = with_buffers(booking).end + calendar.service.buffer_before;
            if (takes_time(booking, calendar.as_of))
                add_grid(behind, behind + one_tick);
        }
    }
    return result;
}

/// S5, S8: whether all of `wanted` is working time: covered by what is offered, piece by piece, and nothing of it taken.
inline bool is_open(const Resource& resource, const std::vector<Interval>& offered_intervals,
                    Interval wanted) {
    for (const Override& entry : resource.overrides) {
        const bool has_time = entry.interval.begin < entry.interval.end;
        if (entry.is_unavailable && has_time && entry.interval.begin < wanted.end &&
            wanted.begin < entry.interval.end)
            return false;
    }
    Instant covered = wanted.begin;
    while (covered < wanted.end) {
        Instant reached = covered;
        for (const Interval& interval : offered_intervals) {
            if (interval.begin <= covered && interval.end > reached)
                reached = interval.end;
        }
        if (reached == covered)
            return false;
        covered = reached;
    }
    return true;
}

/// S5: whether the business is closed at some moment of `wanted`.
inline bool is_closed(const Calendar& calendar, Interval wanted) {
    for (const Override& entry : calendar.business_overrides) {
        const bool has_time = entry.interval.begin < entry.interval.end;
        if (entry.is_unavailable && has_time && entry.interval.begin < wanted.end &&
            wanted.begin < entry.interval.end)
            return true;
    }
    return false;
}

/// S16.
inline bool is_limited(const Calendar& calendar, const Resource& resource, Instant start) {
    const Settings& settings = calendar.settings;
    int that_day = 0, that_day_of_service = 0;
    for (const Booking& booking : resource.bookings) {
        if (takes_time(booking, calendar.as_of) &&
            date_of(calendar.zone, booking.interval.begin) == date_of(calendar.zone, start)) {
            ++that_day;
            that_day_of_service += booking.service_id == calendar.service.id ? 1 : 0;
        }
    }
    return that_day >= settings.max_bookings_per_day_of_business.value_or(that_day + 1) ||
           that_day_of_service >= settings.max_bookings_per_day_of_service.value_or(that_day_of_service + 1);
}

/// What an employee who is asked alone says to a start that lies in time: the first rule that refuses it (S5-S8, S11,
/// S15, S16), or ok with the seats left.
struct Answer {
    SlotReason reason;
    int seats_left = 0;
};
inline Answer answer(const Calendar& calendar, const Resource& resource,
                     const std::vector<Interval>& offered_intervals, bool is_candidate, Instant start) {
    const Service& service = calendar.service;
    const Interval slot{start, start + service.duration};
    const Interval wanted{slot.begin - service.buffer_before, slot.end + service.buffer_after};
    const Interval at_work = calendar.settings.buffers_within_hours ? wanted : slot;
    Resource never_away = resource;
    never_away.overrides = {};
    if (!is_open(never_away, offered_intervals, at_work))
        return {SlotReason::outside_hours};
    if (is_closed(calendar, at_work))
        return {SlotReason::closed};
    if (!is_open(resource, offered_intervals, at_work))
        return {SlotReason::unavailable_override};
    if (!is_candidate)
        return {SlotReason::not_aligned};
    if (is_limited(calendar, resource, start))
        return {SlotReason::limit_reached};
    int taken = 0;
    bool meets_booking = false, meets_buffer = false;
    for (const Booking& booking : resource.bookings) {
        if (!takes_time(booking, calendar.as_of))
            continue;
        if (booking.service_id == service.id && booking.interval == slot) {
            ++taken;
            continue;
        }
        const Interval busy = with_buffers(booking);
        meets_booking =
            meets_booking || (booking.interval.begin < slot.end && slot.begin < booking.interval.end);
        meets_buffer = meets_buffer || (busy.begin < wanted.end && wanted.begin < busy.end);
    }
    if (meets_booking)
        return {SlotReason::booked};
    if (meets_buffer)
        return {SlotReason::buffer};
    if (taken >= calendar.settings.capacity)
        return {SlotReason::full};
    return {SlotReason::ok, calendar.settings.capacity - taken};
}

/// S10: ok, or why nobody is asked.
inline SlotReason in_time(const Calendar& calendar, Instant start) {
    const Settings& settings = calendar.settings;
    if (start < calendar.as_of)
        return SlotReason::in_past;
    if (start < calendar.as_of + settings.min_notice)
        return SlotReason::too_soon;
    if (settings.max_advance_days && date_of(calendar.zone, start) > date_of(calendar.zone, calendar.as_of) +
                                                                         days(*settings.max_advance_days))
        return SlotReason::too_far;
    return SlotReason::ok;
}

/// S14: how many unassigned bookings compete for the time of this start.
inline std::size_t waiting(const Calendar& calendar, Instant start) {
    const Service& service = calendar.service;
    std::size_t count = 0;
    for (const Booking& booking : calendar.unassigned) {
        bool competes = false;
        for (const Uuid& id : calendar.competing_services)
            competes = competes || id == booking.service_id;
        const Interval busy = with_buffers(booking);
        if (competes && takes_time(booking, calendar.as_of) &&
            busy.begin < start + service.duration + service.buffer_after &&
            start - service.buffer_before < busy.end)
            ++count;
    }
    return count;
}

/// What becomes of a start; the slot is one only where the reason is ok.
struct Judged {
    SlotReason reason;
    FoundSlot slot;
};

/// The rules for many starts of one calendar; the window of the calendar must contain them.
class Rules {
public:
    explicit Rules(const Calendar& calendar) : calendar_(calendar) {
        for (const Resource& resource : calendar.resources) {
            offered_.push_back(offered(calendar, resource));
            candidates_.push_back(candidates(calendar, resource, offered_.back()));
        }
    }

    std::set<Instant> all_candidates() const {
        std::set<Instant> all;
        for (const std::set<Instant>& starts : candidates_)
            all.insert(starts.begin(), starts.end());
        return all;
    }

    Judged judge(Instant start) const {
        Judged judged{SlotReason::not_offered, {start, {}, 0}};
        const SlotReason time = in_time(calendar_, start);
        if (calendar_.resources.empty() || time != SlotReason::ok)
            return calendar_.resources.empty() ? judged : Judged{time, judged.slot};
        for (std::uint32_t i = 0; i < calendar_.resources.size(); ++i) {
            const Answer said =
                answer(calendar_, calendar_.resources[i], offered_[i], candidates_[i].contains(start), start);
            judged.reason = std::max(judged.reason, said.reason);
            if (said.reason == SlotReason::ok) {
                judged.slot.people.push_back(i);
                judged.slot.remaining_capacity += said.seats_left;
            }
        }
        if (judged.reason == SlotReason::ok && judged.slot.people.size() <= waiting(calendar_, start))
            return {SlotReason::full, {start, {}, 0}};
        return judged;
    }

private:
    const Calendar& calendar_;
    std::vector<std::vector<Interval>> offered_;
    std::vector<std::set<Instant>> candidates_;
};

inline std::vector<FoundSlot> slots(const Business& business) {
    const Rules rules(business.calendar());
    std::vector<FoundSlot> result;
    for (const Instant start : rules.all_candidates()) {
        const Judged judged = rules.judge(start);
        if (judged.reason == SlotReason::ok)
            result.push_back(judged.slot);
    }
    return result;
}

/// The type of one moment, by RFC 5545's order of precedence.
inline FreeBusyType type_at(const Calendar& calendar, const Resource& resource,
                            const std::vector<Interval>& offered_intervals, Instant moment) {
    const Interval tick{moment, moment + one_tick};
    FreeBusyType type = is_open(resource, offered_intervals, tick) && !is_closed(calendar, tick)
                            ? FreeBusyType::free
                            : FreeBusyType::unavailable;
    for (const Booking& booking : resource.bookings) {
        const Interval busy = with_buffers(booking);
        if (takes_time(booking, calendar.as_of) && busy.begin <= moment && moment < busy.end) {
            type = std::min(type, booking.status == BookingStatus::pending ? FreeBusyType::tentative
                                                                           : FreeBusyType::busy);
        }
    }
    return type;
}

} // namespace bookmeatoz::test::slow
