// Locks of the writers of bookings: see booking_lock.hpp.
#include "booking_lock.hpp"

extern "C" {
#include "common/hashfn.h"
#include "storage/lock.h"
}

namespace bookmeatoz::pg {

void take_lock(BookingLock kind, const pg_uuid_t& id, int64 number) {
    const uint64 hash = hash_bytes_extended(id.data, UUID_LEN, static_cast<uint64>(number));
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(hash >> 32), static_cast<uint32>(hash),
                         static_cast<uint16>(kind));
    pg_call([&] { LockAcquire(&tag, ExclusiveLock, false, false); });
}

} // namespace bookmeatoz::pg
