// The id sets of a session: what is in them, and how long a kept one is right.
// A set is right for one key (a tenant, a business or a user) and one snapshot. Every end of a transaction and every rollback to a
// savepoint discards it, because an equal snapshot may then see other rows of our own.
#include "pg/access/session_ids.hpp"

#include "pg/access/lookup.hpp"
#include "pg/access/tenancy.hpp"
#include "pg/context/session.hpp"
#include "pg/server/uuid_datum.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {
namespace {

// ---- which snapshot

/// The transactions that a snapshot names as running: xip, and subxip if the snapshot uses it. An overflowed snapshot does not
/// use subxip, except on a standby.
struct Running {
    std::span<const TransactionId> top;
    std::span<const TransactionId> sub;

    explicit Running(Snapshot snapshot)
        : top(snapshot->xip, snapshot->xcnt),
          sub(snapshot->subxip, snapshot->suboverflowed && !snapshot->takenDuringRecovery
                                    ? 0
                                    : static_cast<std::size_t>(snapshot->subxcnt)) {}
};

/// Two snapshots with equal images see the same rows, if they are from one transaction and no rollback lies between them: to both
/// of them the same transactions, and the same commands of our own, are over.
struct SnapshotImage {
    TransactionId xmin = InvalidTransactionId;
    TransactionId xmax = InvalidTransactionId;
    CommandId curcid = 0;
    bool suboverflowed = false;
    bool taken_during_recovery = false;
    std::span<const TransactionId> running_top;
    std::span<const TransactionId> running_sub;

    bool shows(Snapshot snapshot) const noexcept {
        const Running running(snapshot);
        return xmin == snapshot->xmin && xmax == snapshot->xmax && curcid == snapshot->curcid &&
               suboverflowed == snapshot->suboverflowed &&
               taken_during_recovery == snapshot->takenDuringRecovery &&
               std::ranges::equal(running_top, running.top) && std::ranges::equal(running_sub, running.sub);
    }
};

/// May raise a server error.
std::span<const TransactionId> copy(std::span<const TransactionId> ids, MemoryContext memory) {
    auto* const first = static_cast<TransactionId*>(MemoryContextAllocHuge(memory, ids.size_bytes() + 1));
    std::copy(ids.begin(), ids.end(), first);
    return {first, ids.size()};
}

/// May raise a server error.
SnapshotImage image_of(Snapshot snapshot, MemoryContext memory) {
    const Running running(snapshot);
    return {snapshot->xmin,
            snapshot->xmax,
            snapshot->curcid,
            snapshot->suboverflowed,
            snapshot->takenDuringRecovery,
            copy(running.top, memory),
            copy(running.sub, memory)};
}

Snapshot active_snapshot() {
    if (!ActiveSnapshotSet()) {
        throw SqlError{ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       "row access can be decided only inside a query"};
    }
    return GetActiveSnapshot();
}

// ---- one kept set

class KeptSet {
public:
    const IdSet* find(Oid schema, const pg_uuid_t& key, Snapshot snapshot) const noexcept {
        const bool right = memory_ != nullptr && schema_ == schema && same_id(key_, key) &&
                           snapshot->snapshot_type == SNAPSHOT_MVCC && snapshot_.shows(snapshot);
        return right ? &set_ : nullptr;
    }

    const IdSet& keep(Oid schema, const pg_uuid_t& key, Snapshot snapshot, std::span<const pg_uuid_t> ids) {
        // Built beside the old set: an error half way leaves the old one as it was.
        struct Built {
            MemoryContext memory;
            IdSet set;
            SnapshotImage snapshot;
        };
        const Built built = pg_call([&] {
            Built result{nullptr, {}, {}};
            result.set = make_id_set(ids, result.memory);
            result.snapshot = image_of(snapshot, result.memory);
            return result;
        });
        forget();
        memory_ = built.memory;
        schema_ = schema;
        key_ = key;
        snapshot_ = built.snapshot;
        set_ = built.set;
        return set_;
    }

    void forget() noexcept {
        if (memory_ != nullptr) {
            MemoryContextDelete(memory_);
            memory_ = nullptr;
        }
    }

private:
    MemoryContext memory_ = nullptr; // nullptr: nothing is kept
    Oid schema_ = InvalidOid;
    pg_uuid_t key_ = {};
    SnapshotImage snapshot_ = {};
    IdSet set_;
};

constinit KeptSet kept_businesses_by_active_role;
constinit KeptSet kept_customers_of_user;
constinit KeptSet kept_staff_of_business;
constinit KeptSet kept_staff_of_tenant;

void forget_all() noexcept {
    for (KeptSet* kept : {&kept_businesses_by_active_role, &kept_customers_of_user, &kept_staff_of_business,
                          &kept_staff_of_tenant}) {
        kept->forget();
    }
}

void transaction_event(XactEvent event, void*) noexcept {
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
    case XACT_EVENT_PARALLEL_PRE_COMMIT:
    case XACT_EVENT_PRE_PREPARE:
        break;
    default:
        forget_all();
    }
}

void subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void*) noexcept {
    if (event == SUBXACT_EVENT_ABORT_SUB) {
        forget_all();
    }
}

void watch_transactions() {
    static constinit bool watching = false;
    if (!watching) {
        pg_call([] {
            RegisterXactCallback(transaction_event, nullptr);
            RegisterSubXactCallback(subtransaction_event, nullptr);
        });
        watching = true;
    }
}

/// `load` returns the ids as the active snapshot sees them, in any order.
template <class Load>
const IdSet& kept_or_loaded(KeptSet& kept, Oid schema, pg_uuid_t key, Load load) {
    const Snapshot snapshot = active_snapshot();
    if (const IdSet* set = kept.find(schema, key, snapshot)) {
        return *set;
    }
    watch_transactions();
    return kept.keep(schema, key, snapshot, load());
}

// ---- what is read

constinit Lookup active_role_businesses("user_business_roles", R"(
    SELECT business_id FROM @extschema@.user_business_roles
     WHERE user_id = $1 AND status = 'active')",
                                        UUIDOID);
constinit Lookup user_customers("customers", "SELECT id FROM @extschema@.customers WHERE user_id = $1",
                                UUIDOID);
// A pending row does not count, because the user has not accepted it: a business may write one about any user.
constinit Lookup employed_users("employees", R"(
    SELECT user_id FROM @extschema@.employees
     WHERE business_id = ANY ($1) AND employment_status <> 'pending_onboarding')",
                                UUIDARRAYOID);
constinit Lookup role_users("user_business_roles", R"(
    SELECT user_id FROM @extschema@.user_business_roles
     WHERE business_id = ANY ($1) AND status <> 'pending')",
                            UUIDARRAYOID);

/// The users of the employees and roles of these businesses, if the user has accepted them. Ended ones count too.
std::span<const pg_uuid_t> staff(Oid schema, std::span<const pg_uuid_t> businesses) {
    const Datum array = uuid_array(businesses);
    const std::span<const pg_uuid_t> employed = employed_users.run(schema, array);
    const std::span<const pg_uuid_t> with_role = role_users.run(schema, array);
    return pg_call([&] {
        auto* const users = static_cast<pg_uuid_t*>(MemoryContextAllocHuge(
            CurrentMemoryContext, (employed.size() + with_role.size() + 1) * sizeof(pg_uuid_t)));
        const auto end = std::copy(employed.begin(), employed.end(), users);
        return std::span<const pg_uuid_t>(users, std::copy(with_role.begin(), with_role.end(), end));
    });
}

} // namespace

const IdSet& businesses_by_active_role(Oid schema, pg_uuid_t user) {
    return kept_or_loaded(kept_businesses_by_active_role, schema, user,
                          [&] { return active_role_businesses.run(schema, UUIDPGetDatum(&user)); });
}

const IdSet& customers_of_user(Oid schema, pg_uuid_t user) {
    return kept_or_loaded(kept_customers_of_user, schema, user,
                          [&] { return user_customers.run(schema, UUIDPGetDatum(&user)); });
}

const IdSet& staff_of_business(Oid schema, pg_uuid_t business) {
    return kept_or_loaded(kept_staff_of_business, schema, business,
                          [&] { return staff(schema, std::span(&business, 1)); });
}

const IdSet& staff_of_tenant(Oid schema, pg_uuid_t tenant) {
    return kept_or_loaded(kept_staff_of_tenant, schema, tenant,
                          [&] { return staff(schema, businesses_of_tenant(schema, tenant).ids()); });
}

} // namespace bookmeatoz::pg
