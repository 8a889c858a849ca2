// Locks for those who write bookings, where a constraint alone would refuse too much or too little, or end in a deadlock.
// Held until the end of the transaction (or of the subtransaction that took them). A writer takes all that one row needs in
// one order and waits for the rows of others only after that, so statements of one row never wait in a circle.
#pragma once

#include "boundary.hpp"

#include <bitset>

extern "C" {
#include "datatype/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// The locks of one row, to be named first and then taken. Names share 1,024 locks: an import of any size never fills the
/// server's lock table, and now and then a writer waits for one that it need not have waited for.
class BookingLocks {
public:
    /// S18: time of a resource, for those who insert without the functions and for those who update: two of them whose rows
    /// collide would each put its own into the index and wait for the end of the other. S19: the time of a hold that has
    /// expired, for those who delete it.
    void add_time(const pg_uuid_t& resource, TimestampTz begin, TimestampTz end);
    /// S16: a resource on a local date, while its bookings are counted.
    void add_day(const pg_uuid_t& resource, int64 date);
    /// S15: a session, while a seat is looked for.
    void add_session(const pg_uuid_t& session_key);

    void take() const;

private:
    enum class Kind : uint8 { time, day, session };
    void add(Kind kind, const pg_uuid_t& id, int64 number);

    std::bitset<1024> locks_;
};

} // namespace bookmeatoz::pg
