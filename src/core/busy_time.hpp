// Busy time of one resource (S6, S11, S15, S19): which bookings occupy it, and what they leave of a capacity.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// S11, S19: whether a booking takes up time at all. A hold that has expired by as_of blocks nothing.
bool occupies(const Booking& booking, Instant as_of);

/// S6: the booking with its own buffers.
Interval busy_interval(const Booking& booking);

/// The bookings of one resource, ready for questions in ascending order of time.
class BusyTime {
public:
    BusyTime(const Calendar& calendar, std::span<const Booking> bookings, std::pmr::memory_resource* memory);

    /// The first instant >= start at which no booking of another session stands in the way of a slot (S6). Starts must
    /// ascend from call to call.
    Instant first_unblocked(Instant start);

    /// Seats left in the session that begins at `start` (S15): the capacity where nobody has booked it. Starts must
    /// ascend from call to call.
    int seats_left(Instant start);

    /// The ends of busy time, ascending: where the alignment `optimized` may begin (S7).
    const std::pmr::vector<Instant>& ends() const { return ends_; }

private:
    /// Bookings of one service, start and end: they share their time as long as seats are left.
    struct Session {
        Instant start;
        Interval busy;
        int taken;
    };

    Service service_;
    int capacity_;
    Intervals blocked_;
    std::size_t next_blocked_ = 0;
    std::pmr::vector<Session> sessions_;
    std::size_t next_session_ = 0;
    std::pmr::vector<Instant> ends_;
};

} // namespace bookmeatoz
