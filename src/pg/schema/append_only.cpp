// trigger_append_only(): see schema/append_only.hpp.
#include "pg/schema/append_only.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <algorithm>

extern "C" {
#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
}

namespace bookmeatoz::pg {
namespace {

constinit int passes = 0;
constinit ErasurePass::Columns erased;

constinit SavedQuery business_query("SELECT FROM @extschema@.businesses WHERE id = $1", {UUIDOID});

/// The table; of a partition the partitioned one. May raise a server error.
const char* table_name(Relation relation) {
    return relation->rd_rel->relispartition
               ? get_rel_name(llast_oid(get_partition_ancestors(RelationGetRelid(relation))))
               : RelationGetRelationName(relation);
}

/// Whether this is the deletion of a row whose business is deleted: a foreign key takes the row along. The trigger's argument says
/// which column has the id of the business.
bool goes_with_business(const TriggerData& call, Oid schema) {
    if (!TRIGGER_FIRED_BY_DELETE(call.tg_event) || call.tg_trigger->tgnargs == 0)
        return false;
    struct Business {
        bool null;
        Datum id;
    };
    const Business business = pg_call([&] {
        const Relation table = call.tg_relation;
        const AttrNumber column = get_attnum(RelationGetRelid(table), call.tg_trigger->tgargs[0]);
        if (column == InvalidAttrNumber || get_atttype(RelationGetRelid(table), column) != UUIDOID)
            return Business{true, Datum(0)};
        Business found{};
        found.id = heap_getattr(call.tg_trigtuple, column, RelationGetDescr(table), &found.null);
        return found;
    });
    if (business.null)
        return false;
    const AsOwner as_owner(required_owner(schema, "businesses"));
    const SpiConnection spi;
    return business_query.run_latest(schema, {business.id}).empty();
}

/// Whether an UPDATE leaves all columns but the erased ones as they are. May raise a server error.
bool keeps_all_but_erased(const TriggerData& call) {
    const TupleDesc description = RelationGetDescr(call.tg_relation);
    for (int i = 0; i < description->natts; ++i) {
        const FormData_pg_attribute& column = *TupleDescAttr(description, i);
        const std::string_view name = NameStr(column.attname);
        // A generated one has its new value only after this trigger, and follows from the others.
        if (column.attisdropped || column.attgenerated != '\0' ||
            std::find(erased.begin(), erased.end(), name) != erased.end())
            continue;
        bool was_null = false;
        bool is_null = false;
        const Datum was = heap_getattr(call.tg_trigtuple, i + 1, description, &was_null);
        const Datum is = heap_getattr(call.tg_newtuple, i + 1, description, &is_null);
        if (was_null != is_null || (!is_null && !datum_image_eq(was, is, column.attbyval, column.attlen)))
            return false;
    }
    return true;
}

} // namespace

AppendOnlyPass::AppendOnlyPass() noexcept {
    ++passes;
}

AppendOnlyPass::~AppendOnlyPass() {
    --passes;
}

ErasurePass::ErasurePass(Columns columns) noexcept : outer_(erased) {
    erased = columns;
}

ErasurePass::~ErasurePass() {
    erased = outer_;
}

bool is_restored(Relation table) {
    // The role of the session, not the current one: keys cascade as the owner of the table.
    return !row_security && check_enable_rls(RelationGetRelid(table), GetOuterUserId(), true) != RLS_ENABLED;
}

BOOKMEATOZ_FUNCTION(trigger_append_only, takes({}).returns(TRIGGEROID)) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function trigger_append_only() can only be called as a trigger");
    const auto& call = *reinterpret_cast<TriggerData*>(fcinfo->context);
    const bool is_row = TRIGGER_FIRED_FOR_ROW(call.tg_event);
    if (is_row && TRIGGER_FIRED_BY_UPDATE(call.tg_event) && !erased.empty() &&
        pg_call([&] { return keeps_all_but_erased(call); }))
        return PointerGetDatum(call.tg_newtuple);
    const bool is_insert = TRIGGER_FIRED_BY_INSERT(call.tg_event);
    const bool may_write =
        passes > 0 || (is_insert && pg_call([&] { return is_restored(call.tg_relation); }));
    if (is_row && !TRIGGER_FIRED_BY_UPDATE(call.tg_event) &&
        (may_write || goes_with_business(call, extension_schema(fcinfo))))
        return PointerGetDatum(call.tg_trigtuple);
    const std::string name = pg_call([&] { return table_name(call.tg_relation); });
    throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "nobody may write table \"" + name + "\"",
                   "What happened cannot be made, changed or deleted afterwards.",
                   "The owner of the data may drop whole partitions: see bookmeatoz_maintain().");
}

} // namespace bookmeatoz::pg
