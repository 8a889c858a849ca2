// Locks of the writers of bookings: see booking_lock.hpp.
#include "booking_lock.hpp"

extern "C" {
#include "common/hashfn.h"
#include "storage/lock.h"
}

namespace bookmeatoz::pg {
namespace {

/// Writers whose bookings meet in one such piece of time wait for each other, whether they collide or not.
constexpr int64 piece = 30 * USECS_PER_MINUTE;

/// The server's own functions (pg_advisory_lock and the like) use the classes 1 and 2: an application's never meet ours.
constexpr uint16 lock_class = 3;

} // namespace

void BookingLocks::add(Kind kind, const pg_uuid_t& id, int64 number) {
    const uint64 salted = static_cast<uint64>(number) * 4 + static_cast<uint64>(kind);
    locks_.set(hash_bytes_extended(id.data, UUID_LEN, salted) % locks_.size());
}

void BookingLocks::add_time(const pg_uuid_t& resource, TimestampTz begin, TimestampTz end) {
    for (int64 number = begin / piece - 1; number * piece < end && !locks_.all(); ++number) {
        if ((number + 1) * piece > begin)
            add(Kind::time, resource, number);
    }
}

void BookingLocks::add_day(const pg_uuid_t& resource, int64 date) {
    add(Kind::day, resource, date);
}

void BookingLocks::add_session(const pg_uuid_t& session_key) {
    add(Kind::session, session_key, 0);
}

void BookingLocks::take() const {
    for (std::size_t number = 0; number < locks_.size(); ++number) {
        if (!locks_.test(number))
            continue;
        LOCKTAG tag;
        SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, static_cast<uint32>(number), lock_class);
        pg_call([&] { LockAcquire(&tag, ExclusiveLock, false, false); });
    }
}

} // namespace bookmeatoz::pg
