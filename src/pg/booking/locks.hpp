// Locks for those who write bookings, where a constraint alone would refuse too much or too little, or end in a deadlock.
// No two businesses share one: each is named by 79 bits of SHA-256 over what it protects. The head of booking/guard.cpp
// has the reasons for the order in which they are taken and for when they are given back.
#pragma once

#include "pg/booking/guarded_row.hpp"

#include <vector>

extern "C" {
#include "datatype/timestamp.h"
#include "storage/lock.h"
}

namespace bookmeatoz::pg {

/// The locks of one row, to be named first and then taken. There are two sorts:
///   days and sessions  protect a count of what others have not committed yet: held until the end of the transaction (or of
///                      the subtransaction that took them). Their number is bounded: a transaction that has many locks the
///                      whole business instead, if nobody else counts there just now, and is refused beyond a limit (53400).
///   time               is against deadlocks alone: held until the row is in its indexes, where others see it themselves.
///                      So a transaction holds the time of one row, however many it writes.
class BookingLocks {
public:
    /// To be made by a trigger, for one row of the business. The time is given back when the memory context that is current
    /// here is reset: that of triggers, which the executor resets before the next row and at the end of the statement.
    explicit BookingLocks(const Uuid& business) : business_(business), row_memory_(CurrentMemoryContext) {}

    /// S18: time of a resource, for those who insert without the functions and for those who update: two of them whose rows
    /// collide would each put its own into the index and wait for the end of the other. S19: the time of a hold that has
    /// expired, for those who delete it.
    void add_time(const Uuid& resource, const BusyTimes& busy);
    /// S16: a resource on a local date, while its bookings are counted.
    void add_day(const Uuid& resource, int64 date);
    /// S15: a session, while a seat is looked for.
    void add_session(const Uuid& session_key);

    bool none() const { return counts_.empty() && times_.empty(); }

    void take();
    /// What take() took; locks that an earlier row of the transaction needs stay. For those who are about to wait for the end of
    /// another transaction.
    void release();
    /// Its time alone.
    void release_time();

private:
    struct Taken {
        LOCKTAG tag;
        LOCKMODE mode;
    };
    struct TakenTimes;

    void take_counts();
    /// false: it was not to wait, and would have had to.
    bool take_count(const LOCKTAG& tag, LOCKMODE mode, bool wait);
    void take_times();
    static void release_times(void* times);

    Uuid business_;
    MemoryContext row_memory_;
    std::vector<LOCKTAG> counts_;
    std::vector<LOCKTAG> times_;
    std::vector<Taken> taken_counts_;
    TakenTimes* taken_times_ = nullptr;
};

} // namespace bookmeatoz::pg
