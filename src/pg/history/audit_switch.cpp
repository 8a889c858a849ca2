// bookmeatoz_enable_audit(), bookmeatoz_disable_audit(): make, enable and disable the trigger of a table. The trigger of a table that
// is no longer audited stays, disabled: that is how the choice is kept.
#include "pg/history/audited_table.hpp"
#include "pg/schema/execute.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/privileges.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <string>

extern "C" {
#include "access/relation.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {
namespace {

/// A table, locked as ALTER TABLE locks it. The end of the scope closes it, the end of the transaction unlocks it.
class LockedTable {
public:
    explicit LockedTable(Oid id)
        : relation_(pg_call([&] { return relation_open(id, ShareRowExclusiveLock); })) {}
    ~LockedTable() { relation_close(relation_, NoLock); }
    LockedTable(const LockedTable&) = delete;
    LockedTable& operator=(const LockedTable&) = delete;

    Relation get() const { return relation_; }

private:
    Relation relation_;
};

struct Found {
    /// nullptr: there is none.
    const char* name;
    bool enabled;
};

/// The trigger that audits the table, whatever its name. May raise a server error.
Found find_trigger(Relation table, Oid function) {
    const TriggerDesc* const triggers = table->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger& trigger = triggers->triggers[i];
        if (trigger.tgfoid == function && !trigger.tgisinternal)
            return {pstrdup(trigger.tgname), trigger.tgenabled != TRIGGER_DISABLED};
    }
    return {nullptr, false};
}

/// Returns whether it was not so before.
bool switch_audit(FunctionCallInfo fcinfo, bool on) {
    const Oid schema = extension_schema(fcinfo);
    const Oid id = PG_GETARG_OID(0);
    // Ask before the lock: nobody keeps a table of others locked.
    if (!pg_call([&] { return owns_table(id); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE,
                       "only the owner of a table may say whether it is audited");
    Found found{};
    Oid owner = InvalidOid;
    const char* name = nullptr;
    const char* create = nullptr;
    {
        const LockedTable table(id);
        require_auditable(table.get(), schema);
        pg_call([&] {
            if (on)
                audited_columns(table.get(), schema);
            const Oid function = extension_function(schema, "trigger_audit");
            found = find_trigger(table.get(), function);
            owner = table.get()->rd_rel->relowner;
            name = qualified_name(id);
            create = psprintf(
                "CREATE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION "
                "%s.trigger_audit()",
                quote_identifier(makeObjectName(RelationGetRelationName(table.get()), nullptr, "audit")),
                name, quote_identifier(get_namespace_name(schema)));
        });
    }
    if (found.enabled == on)
        return false;
    const OnBehalfOfOwner on_behalf(owner);
    const SpiConnection spi;
    pg_call([&] {
        execute(found.name == nullptr ? create
                                      : psprintf("ALTER TABLE %s %s TRIGGER %s", name,
                                                 on ? "ENABLE" : "DISABLE", quote_identifier(found.name)));
    });
    return true;
}

} // namespace

/// bookmeatoz_enable_audit(audited)
BOOKMEATOZ_FUNCTION(bookmeatoz_enable_audit, takes({REGCLASSOID}).strict().returns(BOOLOID)) {
    return BoolGetDatum(switch_audit(fcinfo, true));
}

/// bookmeatoz_disable_audit(audited)
BOOKMEATOZ_FUNCTION(bookmeatoz_disable_audit, takes({REGCLASSOID}).strict().returns(BOOLOID)) {
    return BoolGetDatum(switch_audit(fcinfo, false));
}

} // namespace bookmeatoz::pg
