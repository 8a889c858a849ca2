// Busy time of one resource (S6, S11, S15, S19): which bookings occupy it, and what they leave of a capacity.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// S11: whether a booking of this status takes up time. What is not known to free it does.
inline bool occupies(BookingStatus status) {
    switch (status) {
    case BookingStatus::pending:
    case BookingStatus::confirmed:
    case BookingStatus::completed:
    case BookingStatus::other:
        return true;
    case BookingStatus::cancelled:
    case BookingStatus::rejected:
    case BookingStatus::no_show:
        return false;
    }
    return false;
}

/// S11, S19: whether a booking takes up time as of an instant. A hold that has expired by then blocks nothing.
inline bool occupies(const Booking& booking, Instant as_of) {
    const bool has_expired = booking.status == BookingStatus::pending && booking.hold_expires_at &&
                             *booking.hold_expires_at <= as_of;
    return occupies(booking.status) && !has_expired;
}

/// S6: the booking with its own buffers.
inline Interval busy_interval(const Booking& booking) {
    return {booking.interval.begin - booking.buffer_before, booking.interval.end + booking.buffer_after};
}

/// The bookings of one resource as what they refuse to slots of the calendar's service.
class BusyTime {
public:
    BusyTime(const Calendar& calendar, std::span<const Booking> bookings, Poll poll,
             std::pmr::memory_resource* memory);

    /// The starts at which a booking stands in the way of a slot: one of another session with its buffers (S6), or a
    /// session that is full (S15). Normalised.
    const Intervals& blocked() const { return blocked_; }

    /// Seats left in the session that begins at `start` (S15): the capacity where nobody has booked it. Starts must
    /// ascend from call to call.
    int seats_left(Instant start) {
        while (next_session_ < sessions_.size() && sessions_[next_session_].start < start)
            ++next_session_;
        const bool is_booked = next_session_ < sessions_.size() && sessions_[next_session_].start == start;
        return is_booked ? std::max(0, capacity_ - sessions_[next_session_].taken) : capacity_;
    }

    /// S7: the ends of busy time where the alignment is `optimized`, in no order; nothing for the others.
    const std::pmr::vector<Instant>& ends() const { return ends_; }

private:
    /// Bookings of one service, start and end: they share their time as long as seats are left.
    struct Session {
        Instant start;
        /// The starts that it refuses to all slots but those of its own.
        Interval blocked;
        int taken;
    };
    void merge_sessions(Poll poll);

    int capacity_;
    Intervals blocked_;
    /// Where the capacity is 1, a session is full with its first booking and needs no count.
    std::pmr::vector<Session> sessions_;
    std::size_t next_session_ = 0;
    std::pmr::vector<Instant> ends_;
};

} // namespace bookmeatoz
