// Whether one instant can be booked, and why not: see slot_check.hpp.
#include "slot_check.hpp"

#include "interval_set.hpp"
#include "notice.hpp"

namespace bookmeatoz {
namespace {

bool holds(const Intervals& set, Interval wanted) {
    return std::any_of(set.begin(), set.end(), [&](const Interval& interval) {
        return interval.begin <= wanted.begin && wanted.end <= interval.end;
    });
}

/// The first rule that refuses the start of calendar.window to this resource; `full` if no other rule does.
SlotReason refusal(const Calendar& calendar, const Resource& resource, Poll poll,
                   std::pmr::memory_resource* memory) {
    const Service& service = calendar.service;
    const Instant start = calendar.window.begin;
    const Interval slot{start, start + service.duration};
    const Interval with_buffers{slot.begin - service.buffer_before, slot.end + service.buffer_after};

    const WorkingTime working =
        working_time(calendar, resource, slot_reach(calendar.window, service), poll, memory);
    const Interval at_work = calendar.settings.buffers_within_hours ? with_buffers : slot;
    Intervals offered(working.offered, memory);
    normalize(offered, poll);
    if (!holds(offered, at_work))
        return SlotReason::outside_hours;
    const bool is_closed = std::ranges::any_of(calendar.business_overrides, [&](const Override& entry) {
        return entry.is_unavailable && meets(entry.interval, at_work);
    });
    if (is_closed)
        return SlotReason::closed;
    if (!holds(working.open, at_work))
        return SlotReason::unavailable_override;

    const BusyTime busy(calendar, resource.bookings, poll, memory);
    if (SlotGrid(calendar, working, busy, calendar.window, poll, memory).next(start) != start)
        return SlotReason::not_aligned;
    if (DailyLimit(calendar, resource.bookings, poll, memory).reached_at(start))
        return SlotReason::limit_reached;

    bool meets_buffers = false;
    for (const Booking& booking : resource.bookings) {
        const bool same_session = booking.service_id == service.id && booking.interval == slot;
        if (!occupies(booking, calendar.as_of) || same_session)
            continue;
        if (meets(booking.interval, slot))
            return SlotReason::booked;
        meets_buffers = meets_buffers || meets(busy_interval(booking), with_buffers);
    }
    return meets_buffers ? SlotReason::buffer : SlotReason::full;
}

} // namespace

std::string_view reason_name(SlotReason reason) {
    switch (reason) {
    case SlotReason::not_offered:
        return "not_offered";
    case SlotReason::in_past:
        return "in_past";
    case SlotReason::too_soon:
        return "too_soon";
    case SlotReason::too_far:
        return "too_far";
    case SlotReason::outside_hours:
        return "outside_hours";
    case SlotReason::closed:
        return "closed";
    case SlotReason::unavailable_override:
        return "unavailable_override";
    case SlotReason::not_aligned:
        return "not_aligned";
    case SlotReason::limit_reached:
        return "limit_reached";
    case SlotReason::booked:
        return "booked";
    case SlotReason::buffer:
        return "buffer";
    case SlotReason::full:
        return "full";
    case SlotReason::ok:
        return "ok";
    }
    return {};
}

SlotCheck check_slot(const Calendar& calendar, Instant start, Poll poll, std::pmr::memory_resource* memory) {
    const auto refused = [&](SlotReason reason) {
        return SlotCheck{reason, std::pmr::vector<std::uint32_t>(memory), 0};
    };
    if (calendar.resources.empty())
        return refused(SlotReason::not_offered);
    Calendar instant = calendar;
    instant.window = {start, start + one_tick};
    if (start < calendar.as_of)
        return refused(SlotReason::in_past);
    if (start < calendar.as_of + calendar.settings.min_notice)
        return refused(SlotReason::too_soon);
    if (is_beyond_horizon(start, calendar.as_of, calendar.settings, Zone(calendar.zone)))
        return refused(SlotReason::too_far);

    SlotSearch search(instant, poll, memory);
    if (const std::optional<Slot> slot = search.next())
        return {SlotReason::ok,
                {slot->resources.begin(), slot->resources.end(), memory},
                slot->remaining_capacity};

    // S14: even if no rule refuses the start to an employee, unassigned bookings may need all free employees. That is `full` too.
    SlotReason furthest = SlotReason::not_offered;
    for (const Resource& resource : calendar.resources) {
        poll();
        furthest = std::max(furthest, refusal(instant, resource, poll, memory));
    }
    return refused(furthest);
}

} // namespace bookmeatoz
