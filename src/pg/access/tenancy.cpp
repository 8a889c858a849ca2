// Businesses of tenants, kept until they change: see access/tenancy.hpp.
#include "pg/access/tenancy.hpp"

#include "pg/access/lookup.hpp"
#include "pg/server/invalidation.hpp"
#include "pg/server/row_trigger.hpp"
#include "pg/context/session.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {
namespace {

constinit Lookup tenant_businesses("businesses", "SELECT id FROM @extschema@.businesses WHERE tenant_id = $1",
                                   UUIDOID);
constinit Lookup business_tenant("businesses", "SELECT tenant_id FROM @extschema@.businesses WHERE id = $1",
                                 UUIDOID);

/// The table that the kept sets were read from.
constinit Oid businesses_table = InvalidOid;

/// InvalidOid means that every table may have changed.
bool is_businesses(Oid table) noexcept {
    return table == InvalidOid || table == businesses_table;
}

constinit Changes changes({}, is_businesses);

class KeptTenancy {
public:
    const IdSet* find(Oid schema, const pg_uuid_t& key) const noexcept {
        const bool right = memory_ != nullptr && read_at_ == changes.count() && schema_ == schema &&
                           same_id(key_, key) && (!read_in_parallel_mode_ || IsInParallelMode());
        return right ? &set_ : nullptr;
    }

    const IdSet& read(Oid schema, const pg_uuid_t& key, Lookup& lookup) {
        // Parallel mode allows no new snapshot. A set that is read by the query's own snapshot counts in that mode alone.
        const bool in_parallel_mode = IsInParallelMode();
        if (!in_parallel_mode) {
            pg_call([] { PushActiveSnapshot(GetLatestSnapshot()); });
        }
        const unsigned before = changes.count();
        businesses_table = pg_call([&] { return get_relname_relid("businesses", schema); });
        const std::span<const pg_uuid_t> ids = lookup.run(schema, UUIDPGetDatum(&key));
        if (!in_parallel_mode) {
            pg_call([] { PopActiveSnapshot(); });
        }
        MemoryContext memory = nullptr;
        const IdSet set = pg_call([&] { return make_id_set(ids, memory); });
        if (memory_ != nullptr) {
            MemoryContextDelete(memory_);
        }
        memory_ = memory;
        read_at_ = before;
        read_in_parallel_mode_ = in_parallel_mode;
        schema_ = schema;
        key_ = key;
        set_ = set;
        return set_;
    }

private:
    MemoryContext memory_ = nullptr; // nullptr: nothing is kept
    unsigned read_at_ = 0;
    bool read_in_parallel_mode_ = false;
    Oid schema_ = InvalidOid;
    pg_uuid_t key_ = {};
    IdSet set_;
};

constinit KeptTenancy kept_businesses;
constinit KeptTenancy kept_tenant;

const IdSet& kept_or_read(KeptTenancy& kept, Oid schema, pg_uuid_t key, Lookup& lookup) {
    if (const IdSet* const set = kept.find(schema, key)) {
        return *set;
    }
    changes.watch();
    return kept.read(schema, key, lookup);
}

} // namespace

const IdSet& businesses_of_tenant(Oid schema, pg_uuid_t tenant) {
    return kept_or_read(kept_businesses, schema, tenant, tenant_businesses);
}

std::optional<pg_uuid_t> tenant_of_business(Oid schema, pg_uuid_t business) {
    const IdSet& tenants = kept_or_read(kept_tenant, schema, business, business_tenant);
    if (tenants.ids().empty()) {
        return std::nullopt;
    }
    return tenants.ids().front();
}

/// AFTER row trigger on businesses, ENABLE ALWAYS: logical replication fires only row triggers, and of those only ALWAYS ones.
BOOKMEATOZ_FUNCTION(trigger_businesses_changed, takes({}).returns(TRIGGEROID)) {
    const bool is_trigger = CALLED_AS_TRIGGER(fcinfo);
    const auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
    if (!is_trigger || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event)) {
        throw SqlError{ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function trigger_businesses_changed() can only be called by an AFTER row trigger"};
    }
    require_own_table(fcinfo, "trigger_businesses_changed", "businesses");
    pg_call([&] { CacheInvalidateRelcache(trigger->tg_relation); });
    return Datum(0);
}

} // namespace bookmeatoz::pg
