// Busy time of one resource: see busy_time.hpp.
#include "busy_time.hpp"

#include "interval_set.hpp"

namespace bookmeatoz {

BusyTime::BusyTime(const Calendar& calendar, std::span<const Booking> bookings, Poll poll,
                   std::pmr::memory_resource* memory)
    : capacity_(calendar.settings.capacity), blocked_(memory), sessions_(memory), ends_(memory) {
    const Service& service = calendar.service;
    const Duration reach = service.duration + service.buffer_after;
    const bool needs_ends = calendar.settings.slot_alignment == SlotAlignment::optimized;
    blocked_.reserve(bookings.size());
    for (const Booking& booking : bookings) {
        if (!occupies(booking, calendar.as_of))
            continue;
        const Interval busy = busy_interval(booking);
        if (needs_ends)
            ends_.push_back(busy.end);
        // S6: the starts for which [start - B, start + D + A) meets the busy time.
        const Interval blocked{busy.begin - reach + one_tick, busy.end + service.buffer_before};
        const bool can_be_shared = capacity_ > 1 && booking.service_id == service.id &&
                                   booking.interval.end - booking.interval.begin == service.duration;
        if (can_be_shared) {
            sessions_.push_back({booking.interval.begin, blocked, 1});
        } else {
            add(blocked_, blocked);
        }
    }
    merge_sessions(poll);
    for (const Session& session : sessions_) {
        if (session.taken >= capacity_) {
            add(blocked_, session.blocked);
        } else {
            add(blocked_, {session.blocked.begin, session.start});
            add(blocked_, {session.start + one_tick, session.blocked.end});
        }
    }
    normalize(blocked_, poll);
}

void BusyTime::merge_sessions(Poll poll) {
    sort_by(sessions_, &Session::start, poll);
    std::size_t kept = 0;
    for (const Session& session : sessions_) {
        if (kept > 0 && sessions_[kept - 1].start == session.start) {
            // The bookings of a session may have frozen different buffers. Against other sessions the widest one counts.
            Session& same = sessions_[kept - 1];
            same.blocked = {std::min(same.blocked.begin, session.blocked.begin),
                            std::max(same.blocked.end, session.blocked.end)};
            same.taken += session.taken;
        } else {
            sessions_[kept++] = session;
        }
    }
    sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(kept), sessions_.end());
}

} // namespace bookmeatoz
