// Locks of the writers of bookings: see booking/locks.hpp.
#include "pg/booking/locks.hpp"
#include "pg/server/sha256.hpp"

#include <algorithm>
#include <cstring>
#include <string>

extern "C" {
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
}

namespace bookmeatoz::pg {
namespace {

/// Writers whose bookings meet in one such piece of time go one after the other, whether they collide or not. The longest
/// booking with the longest buffers has ten or eleven.
constexpr int64 piece = USECS_PER_DAY;

/// As many locks of days, sessions and businesses in a transaction, and it tries to lock whole businesses.
constexpr int many_counts = 64;
/// More are not given to one transaction. The server has some thousands for all (max_locks_per_transaction).
constexpr int most_counts = 256;

enum class Kind : uint8 { time, day, session, business };

/// The server's own functions (pg_advisory_lock and the like) use the classes 1 and 2: an application's never meet ours.
constexpr uint16 own_classes = 0x8000;

LOCKTAG lock_tag(Kind kind, const Uuid& id, int64 number) {
    std::string hashed(1, static_cast<char>(kind));
    hashed.append(reinterpret_cast<const char*>(id.data()), id.size())
        .append(reinterpret_cast<const char*>(&number), sizeof number);
    const Sha256 digest = sha256(hashed);
    uint32 fields[2];
    uint16 last = 0;
    std::memcpy(fields, digest.data(), sizeof fields);
    std::memcpy(&last, digest.data() + sizeof fields, sizeof last);
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, fields[0], fields[1], static_cast<uint16>(own_classes | last));
    return tag;
}

bool same(const LOCKTAG& a, const LOCKTAG& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

/// Any order will do that is the same for all.
bool precedes(const LOCKTAG& a, const LOCKTAG& b) {
    return std::memcmp(&a, &b, sizeof a) < 0;
}

bool holds(const LOCKTAG& tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return pg_call([&] { return LockHeldByMe(&tag, mode, false); });
#else
    return pg_call([&] { return LockHeldByMe(&tag, mode); });
#endif
}

LocalTransactionId current_transaction() {
#if PG_VERSION_NUM >= 170000
    return MyProc->vxid.lxid;
#else
    return MyProc->lxid;
#endif
}

/// The locks of days, sessions and businesses that the transaction may hold. What a subtransaction has given back when it was
/// rolled back is still among them until it matters.
struct Counts {
    LocalTransactionId transaction = InvalidLocalTransactionId;
    int size = 0;
    LOCKTAG tags[most_counts];
};
constinit Counts counts{};

/// How many there are; exact from many_counts on.
int number_of_counts() {
    if (counts.transaction != current_transaction()) {
        counts.transaction = current_transaction();
        counts.size = 0;
    }
    if (counts.size >= many_counts) {
        const LOCKTAG* const end =
            std::remove_if(counts.tags, counts.tags + counts.size, [](const LOCKTAG& tag) {
                return !holds(tag, ExclusiveLock) && !holds(tag, RowExclusiveLock);
            });
        counts.size = static_cast<int>(end - counts.tags);
    }
    return counts.size;
}

bool is_among_counts(const LOCKTAG& tag) {
    return std::any_of(counts.tags, counts.tags + counts.size,
                       [&](const LOCKTAG& other) { return same(tag, other); });
}

} // namespace

/// Held by the transaction itself, whatever subtransactions come and go, until the row's memory is reset. That may be the clean-up
/// after an error, when the server has given back all locks already.
struct BookingLocks::TakenTimes {
    MemoryContextCallback at_reset;
    LocalTransactionId transaction;
    int count;
    LOCKTAG tags[FLEXIBLE_ARRAY_MEMBER];
};

void BookingLocks::add_time(const Uuid& resource, const BusyTimes& busy) {
    for (int64 number = busy.begin / piece - 1; number * piece < busy.end; ++number) {
        if ((number + 1) * piece > busy.begin)
            times_.push_back(lock_tag(Kind::time, resource, number));
    }
}

void BookingLocks::add_day(const Uuid& resource, int64 date) {
    counts_.push_back(lock_tag(Kind::day, resource, date));
}

void BookingLocks::add_session(const Uuid& session_key) {
    counts_.push_back(lock_tag(Kind::session, session_key, 0));
}

void BookingLocks::take() {
    if (!counts_.empty())
        take_counts();
    if (!times_.empty())
        take_times();
}

bool BookingLocks::take_count(const LOCKTAG& tag, LOCKMODE mode, bool wait) {
    const int number = number_of_counts();
    const bool is_new = !is_among_counts(tag);
    if (is_new && number == most_counts)
        throw SqlError(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
                       "one transaction books on too many days and in too many sessions",
                       "It holds " + std::to_string(number) +
                           " locks of days with a limit, sessions with seats, and businesses.",
                       "Commit in smaller batches.");
    const LockAcquireResult result = pg_call([&] { return LockAcquire(&tag, mode, false, !wait); });
    if (result == LOCKACQUIRE_NOT_AVAIL)
        return false;
    taken_counts_.push_back({tag, mode});
    if (is_new)
        counts.tags[counts.size++] = tag;
    return true;
}

/// First the day and then the session, then the business: who counts in a session has counted on its day before. The business
/// is locked in RowExclusive mode by those who lock days and sessions, and in Exclusive mode by those who then need not.
void BookingLocks::take_counts() {
    constexpr bool wait = true;
    const LOCKTAG business = lock_tag(Kind::business, business_, 0);
    if (holds(business, ExclusiveLock))
        return;
    if (number_of_counts() >= many_counts && take_count(business, ExclusiveLock, !wait))
        return;
    for (const LOCKTAG& tag : counts_)
        take_count(tag, ExclusiveLock, wait);
    take_count(business, RowExclusiveLock, wait);
}

void BookingLocks::take_times() {
    std::sort(times_.begin(), times_.end(), precedes);
    times_.erase(std::unique(times_.begin(), times_.end(), same), times_.end());
    pg_call([&] {
        taken_times_ = static_cast<TakenTimes*>(
            MemoryContextAlloc(row_memory_, offsetof(TakenTimes, tags) + times_.size() * sizeof(LOCKTAG)));
        taken_times_->at_reset.func = release_times;
        taken_times_->at_reset.arg = taken_times_;
        taken_times_->transaction = current_transaction();
        taken_times_->count = 0;
        MemoryContextRegisterResetCallback(row_memory_, &taken_times_->at_reset);
    });
    const ResourceOwner owner = CurrentResourceOwner;
    try {
        for (const LOCKTAG& tag : times_) {
            pg_call([&] {
                CurrentResourceOwner = TopTransactionResourceOwner;
                LockAcquire(&tag, ExclusiveLock, false, false);
            });
            taken_times_->tags[taken_times_->count++] = tag;
        }
    } catch (...) {
        CurrentResourceOwner = owner;
        throw;
    }
    CurrentResourceOwner = owner;
}

void BookingLocks::release_times(void* memory) {
    auto* const times = static_cast<TakenTimes*>(memory);
    if (times->transaction != current_transaction())
        times->count = 0;
    const ResourceOwner owner = CurrentResourceOwner;
    CurrentResourceOwner = TopTransactionResourceOwner;
    while (times->count > 0)
        LockRelease(&times->tags[--times->count], ExclusiveLock, false);
    CurrentResourceOwner = owner;
}

void BookingLocks::release_time() {
    if (taken_times_ != nullptr)
        pg_call([&] { release_times(taken_times_); });
}

void BookingLocks::release() {
    release_time();
    for (; !taken_counts_.empty(); taken_counts_.pop_back()) {
        const Taken& taken = taken_counts_.back();
        pg_call([&] { LockRelease(&taken.tag, taken.mode, false); });
    }
}

} // namespace bookmeatoz::pg
