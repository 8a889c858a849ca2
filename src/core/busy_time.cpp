// Busy time of one resource: see busy_time.hpp.
#include "busy_time.hpp"

#include "interval_set.hpp"

namespace bookmeatoz {

bool occupies(const Booking& booking, Instant as_of) {
    switch (booking.status) {
    case BookingStatus::pending:
        return !booking.hold_expires_at || *booking.hold_expires_at > as_of;
    case BookingStatus::confirmed:
    case BookingStatus::completed:
        return true;
    case BookingStatus::cancelled:
    case BookingStatus::rejected:
    case BookingStatus::no_show:
        return false;
    }
    return false;
}

Interval busy_interval(const Booking& booking) {
    return {booking.interval.begin - booking.buffer_before, booking.interval.end + booking.buffer_after};
}

BusyTime::BusyTime(const Calendar& calendar, std::span<const Booking> bookings,
                   std::pmr::memory_resource* memory)
    : service_(calendar.service), capacity_(calendar.settings.capacity), blocked_(memory), sessions_(memory),
      ends_(memory) {
    blocked_.reserve(bookings.size());
    for (const Booking& booking : bookings) {
        if (!occupies(booking, calendar.as_of))
            continue;
        const Interval busy = busy_interval(booking);
        ends_.push_back(busy.end);
        const bool can_be_shared = booking.service_id == service_.id &&
                                   booking.interval.end - booking.interval.begin == service_.duration;
        if (can_be_shared) {
            sessions_.push_back({booking.interval.begin, busy, 1});
        } else {
            blocked_.push_back(busy);
        }
    }
    normalize(blocked_);
    std::sort(ends_.begin(), ends_.end());

    std::sort(sessions_.begin(), sessions_.end(),
              [](const Session& a, const Session& b) { return a.start < b.start; });
    std::size_t kept = 0;
    for (const Session& session : sessions_) {
        if (kept > 0 && sessions_[kept - 1].start == session.start) {
            // Buffers may have been frozen at different lengths; against others the widest counts.
            Session& same = sessions_[kept - 1];
            same.busy = {std::min(same.busy.begin, session.busy.begin),
                         std::max(same.busy.end, session.busy.end)};
            same.taken += session.taken;
        } else {
            sessions_[kept++] = session;
        }
    }
    sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(kept), sessions_.end());
}

Instant BusyTime::first_unblocked(Instant start) {
    for (;;) {
        const Interval wanted{start - service_.buffer_before,
                              start + service_.duration + service_.buffer_after};
        while (next_blocked_ < blocked_.size() && blocked_[next_blocked_].end <= wanted.begin)
            ++next_blocked_;
        if (next_blocked_ < blocked_.size() && meets(wanted, blocked_[next_blocked_])) {
            start = blocked_[next_blocked_].end + service_.buffer_before;
            continue;
        }
        // Sessions lie in the order of their starts; a buffer moves their busy time by no more than a day.
        while (next_session_ < sessions_.size() &&
               sessions_[next_session_].start + service_.duration + longest_buffer <= wanted.begin) {
            ++next_session_;
        }
        const auto other = std::find_if(sessions_.begin() + static_cast<std::ptrdiff_t>(next_session_),
                                        sessions_.end(), [&](const Session& session) {
                                            return session.start - longest_buffer >= wanted.end ||
                                                   (session.start != start && meets(wanted, session.busy));
                                        });
        if (other == sessions_.end() || other->start - longest_buffer >= wanted.end)
            return start;
        // A session that begins later than `start` may itself be joined at its start, before its busy time ends.
        const Instant behind = other->busy.end + service_.buffer_before;
        start = start < other->start ? std::min(other->start, behind) : behind;
    }
}

int BusyTime::seats_left(Instant start) {
    const auto session =
        std::find_if(sessions_.begin() + static_cast<std::ptrdiff_t>(next_session_), sessions_.end(),
                     [start](const Session& entry) { return entry.start >= start; });
    const int taken = session != sessions_.end() && session->start == start ? session->taken : 0;
    return std::max(0, capacity_ - taken);
}

} // namespace bookmeatoz
