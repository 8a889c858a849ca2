// Locks for those who write bookings, where a constraint alone would refuse too much, too little, or with a deadlock. Held
// until the transaction (or the subtransaction that took them) ends. A writer of one row takes them in the order below and
// waits for the rows of others only after that, so single statements cannot wait for each other in a circle.
#pragma once

#include "boundary.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

enum class BookingLock : uint16 {
    /// A resource, by writers that insert without ON CONFLICT or update: two of them, whose rows collide, would each have
    /// its row in the index and wait for the other's end.
    resource = 3,
    /// A resource on a local date, where a daily limit is counted (S16).
    day,
    /// A session whose seats are counted (S15).
    session
};

/// Waits for the lock. `number` tells locks of one id apart. They are advisory locks to the server, in classes that its own
/// functions (pg_advisory_lock and the like) do not use, so an application's keys never meet them.
void take_lock(BookingLock kind, const pg_uuid_t& id, int64 number = 0);

} // namespace bookmeatoz::pg
