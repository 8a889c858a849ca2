// Busy time of one resource (S6, S11, S15, S19): which bookings occupy it, and how many seats they leave.
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

/// S11, S19: whether a booking takes up time, as seen at `as_of`. A hold that has expired by then does not.
inline bool occupies(const Booking& booking, Instant as_of) {
    const bool has_expired = booking.status == BookingStatus::pending && booking.hold_expires_at &&
                             *booking.hold_expires_at <= as_of;
    return occupies(booking.status) && !has_expired;
}

/// S6: the booking with its own buffers.
inline Interval busy_interval(const Booking& booking) {
    return {booking.interval.begin - booking.buffer_before, booking.interval.end + booking.buffer_after};
}

/// What the bookings of one resource refuse to slots of the calendar's service.
class BusyTime {
public:
    BusyTime(const Calendar& calendar, std::span<const Booking> bookings, Poll poll,
             std::pmr::memory_resource* memory);

    /// The starts at which a booking is in the way of a slot: a booking of another session, with its buffers (S6), or a full
    /// session (S15). Normalised.
    const Intervals& blocked() const { return blocked_; }

    /// Seats left in the session that begins at `start` (S15); the whole capacity if nobody has booked it. `start` must ascend from
    /// call to call.
    int seats_left(Instant start) {
        while (next_session_ < sessions_.size() && sessions_[next_session_].start < start)
            ++next_session_;
        const bool is_booked = next_session_ < sessions_.size() && sessions_[next_session_].start == start;
        return is_booked ? std::max(0, capacity_ - sessions_[next_session_].taken) : capacity_;
    }

    /// S7: the ends of busy time if the alignment is `optimized`, in no order; else empty.
    const std::pmr::vector<Instant>& ends() const { return ends_; }

private:
    /// The bookings of one service with the same start and end. They share their time as long as seats are left.
    struct Session {
        Instant start;
        /// The starts that it refuses to slots of other sessions.
        Interval blocked;
        int taken;
    };
    void merge_sessions(Poll poll);

    int capacity_;
    Intervals blocked_;
    /// Empty if the capacity is 1: then the first booking fills a session, and nothing is counted.
    std::pmr::vector<Session> sessions_;
    std::size_t next_session_ = 0;
    std::pmr::vector<Instant> ends_;
};

} // namespace bookmeatoz
