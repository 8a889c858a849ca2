// trigger_audit(): writes what a statement did to a row into audit_logs.
//
// It writes as the owner of audit_logs, who owns the audited table too: whoever may change the row has no right to write the log.
// What runs as the owner is the writing of one row: insert_directly() or, where the log is not as we made it, a saved INSERT. The values
// are made before, with the rights of the current role.
#include "pg/access/tenancy.hpp"
#include "pg/context/session.hpp"
#include "pg/history/audited_table.hpp"
#include "pg/history/direct_insert.hpp"
#include "pg/history/row_image.hpp"
#include "pg/history/unaudited.hpp"
#include "pg/schema/append_only.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <cstdint>
#include <optional>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/pg_prng.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {
namespace {

using Id = std::optional<pg_uuid_t>;

/// How deep triggers are nested in the statement that is not audited; -1: there is none.
constinit int unaudited_depth = -1;

/// How deep triggers are nested here: 0 outside of them.
int trigger_depth() {
    return pg_call([] { return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, Datum(0))); });
}

constinit SavedQuery insert_entry(R"(
    INSERT INTO @extschema@.audit_logs (id, tenant_id, business_id, actor_user_id, actor_role, action, entity_type, entity_id,
                                        before, after, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))",
                                  {UUIDOID, UUIDOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, TEXTOID, UUIDOID,
                                   JSONBOID, JSONBOID, TIMESTAMPTZOID});

constinit SavedQuery tenant_query("SELECT tenant_id FROM @extschema@.businesses WHERE id = $1", {UUIDOID});

/// While it lives, the current snapshot shows nothing of what this transaction has done: rows that it deleted are still there.
class SnapshotBeforeTransaction {
public:
    SnapshotBeforeTransaction() : exceptions_(std::uncaught_exceptions()) {
        pg_call([] {
            PushCopiedSnapshot(GetLatestSnapshot());
            GetActiveSnapshot()->curcid = FirstCommandId;
        });
    }
    ~SnapshotBeforeTransaction() {
        // After an error the abort of the transaction drops it.
        if (std::uncaught_exceptions() == exceptions_)
            PopActiveSnapshot();
    }
    SnapshotBeforeTransaction(const SnapshotBeforeTransaction&) = delete;
    SnapshotBeforeTransaction& operator=(const SnapshotBeforeTransaction&) = delete;

private:
    int exceptions_;
};

Id first_id(const SpiRows& rows) {
    return rows.empty() ? std::nullopt : Id(rows.front().id(1));
}

/// Also of a business that this very statement has created, and of one that this transaction has deleted: its rows go after it.
Id tenant_of(Oid schema, const pg_uuid_t& business) {
    if (const Id known = tenant_of_business(schema, business))
        return known;
    const AsOwner as_owner(required_owner(schema, "businesses"));
    const SpiConnection spi;
    if (const Id created = first_id(tenant_query.run_latest(schema, {UUIDPGetDatum(&business)})))
        return created;
    const SnapshotBeforeTransaction before;
    return first_id(tenant_query.run(schema, {UUIDPGetDatum(&business)}));
}

/// A random id (version 4). The id of an entry is no secret, so it need not be one that nobody can guess: that would cost as much as
/// an index.
pg_uuid_t new_id() {
    pg_uuid_t id;
    for (std::size_t at = 0; at < UUID_LEN; at += sizeof(std::uint64_t)) {
        const std::uint64_t random = pg_prng_uint64(&pg_global_prng_state);
        std::memcpy(id.data + at, &random, sizeof random);
    }
    id.data[6] = static_cast<unsigned char>((id.data[6] & 0x0f) | 0x40);
    id.data[8] = static_cast<unsigned char>((id.data[8] & 0x3f) | 0x80);
    return id;
}

/// Which row it is, and whose.
struct Subject {
    pg_uuid_t id;
    Id business;
    Id tenant;

    bool has_same_owner(const Subject& other) const {
        const auto same = [](const Id& a, const Id& b) {
            return a.has_value() == b.has_value() && (!a || same_id(*a, *b));
        };
        return same(business, other.business) && same(tenant, other.tenant);
    }
};

Id read_id(Relation table, HeapTuple row, AttrNumber column) {
    bool null = true;
    const Datum value =
        column == InvalidAttrNumber ? Datum(0) : heap_getattr(row, column, RelationGetDescr(table), &null);
    return null ? std::nullopt : Id(*DatumGetUUIDP(value));
}

Subject subject_of(Relation table, HeapTuple row, const AuditedColumns& columns, Oid schema) {
    const Id id = read_id(table, row, columns.id);
    if (!id)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string("the id of an audited row of table \"") +
                                                           RelationGetRelationName(table) +
                                                           "\" must not be NULL");
    Subject subject{*id, read_id(table, row, columns.business), read_id(table, row, columns.tenant)};
    if (subject.business && !subject.tenant)
        subject.tenant = tenant_of(schema, *subject.business);
    return subject;
}

class Entries {
public:
    Entries(Relation table, Oid schema) : table_(table), schema_(schema) {}

    void write(const char* action, const Subject& subject, const RowImages& images) const {
        const auto optional = [](Datum value) {
            return value == 0 ? std::nullopt : std::optional<Datum>(value);
        };
        const auto id = [](const Id& value) {
            return value ? std::optional<Datum>(UUIDPGetDatum(&*value)) : std::nullopt;
        };
        const auto texts = pg_call([&] {
            struct Texts {
                Datum role, action, entity;
            };
            const Oid namespace_id = RelationGetNamespace(table_);
            const char* const name = RelationGetRelationName(table_);
            return Texts{
                CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false)), CStringGetTextDatum(action),
                CStringGetTextDatum(namespace_id == schema_ ? name
                                                            : quote_qualified_identifier(
                                                                  get_namespace_name(namespace_id), name))};
        });
        const Id& actor = session_context().user;
        const pg_uuid_t entry = new_id();
        const TimestampTz now = GetCurrentTimestamp();
        const SavedQuery::Arguments values = {UUIDPGetDatum(&entry),
                                              id(subject.tenant),
                                              id(subject.business),
                                              id(actor),
                                              texts.role,
                                              texts.action,
                                              texts.entity,
                                              UUIDPGetDatum(&subject.id),
                                              optional(images.before),
                                              optional(images.after),
                                              TimestampTzGetDatum(now)};
        const AsOwner as_owner(table_->rd_rel->relowner);
        if (pg_call([&] { return insert_directly(get_relname_relid(audit_table, schema_), values, now); }))
            return;
        const AppendOnlyPass pass;
        const SpiConnection spi;
        insert_entry.run_latest(schema_, values);
    }

private:
    Relation table_;
    Oid schema_;
};

/// What is found out about the table once for each statement: its columns cannot change meanwhile.
struct Plan {
    Oid table;
    AuditedColumns key;
    ImageColumns shown;
};

const Plan& plan_of(FunctionCallInfo fcinfo, Relation table, Oid schema) {
    auto*& plan = reinterpret_cast<Plan*&>(fcinfo->flinfo->fn_extra);
    if (plan == nullptr || plan->table != RelationGetRelid(table))
        plan = pg_call([&] {
            const MemoryContext outer = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
            auto* const made = static_cast<Plan*>(palloc(sizeof(Plan)));
            *made = {RelationGetRelid(table), audited_columns(table, schema),
                     image_columns(RelationGetDescr(table))};
            MemoryContextSwitchTo(outer);
            return made;
        });
    return *plan;
}

} // namespace

Unaudited::Unaudited() : outer_(unaudited_depth) {
    unaudited_depth = trigger_depth();
}

Unaudited::~Unaudited() {
    unaudited_depth = outer_;
}

BOOKMEATOZ_FUNCTION(trigger_audit, takes({}).returns(TRIGGEROID)) {
    const auto* const call = reinterpret_cast<TriggerData*>(fcinfo->context);
    if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(call->tg_event) ||
        !TRIGGER_FIRED_FOR_ROW(call->tg_event))
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function trigger_audit() can only be called by an AFTER row trigger", {},
                       "Call bookmeatoz_enable_audit(), which makes the trigger.");
    const Relation table = call->tg_relation;
    const Oid schema = extension_schema(fcinfo);
    require_auditable(table, schema);
    if (unaudited_depth >= 0 && trigger_depth() == unaudited_depth + 1)
        return Datum(0);
    if (pg_call([&] { return is_restored(table); }))
        return Datum(0);

    const bool is_update = TRIGGER_FIRED_BY_UPDATE(call->tg_event);
    const HeapTuple before = TRIGGER_FIRED_BY_INSERT(call->tg_event) ? nullptr : call->tg_trigtuple;
    const HeapTuple after = is_update ? call->tg_newtuple : before == nullptr ? call->tg_trigtuple : nullptr;
    const Plan& plan = plan_of(fcinfo, table, schema);
    const AuditedColumns& columns = plan.key;
    const auto images_of = [&](HeapTuple old_row, HeapTuple new_row) {
        return pg_call([&] { return row_images(RelationGetDescr(table), plan.shown, old_row, new_row); });
    };
    const RowImages images = images_of(before, after);
    if (!images.changed)
        return Datum(0);
    const Entries entries(table, schema);
    const Subject subject = subject_of(table, after != nullptr ? after : before, columns, schema);
    if (!is_update) {
        entries.write(before == nullptr ? "insert" : "delete", subject, images);
        return Datum(0);
    }
    const Subject earlier = subject_of(table, before, columns, schema);
    if (subject.has_same_owner(earlier)) {
        entries.write("update", subject, images);
    } else {
        // Neither owner sees what the row was or is with the other.
        entries.write("delete", earlier, images_of(before, nullptr));
        entries.write("insert", subject, images_of(nullptr, after));
    }
    return Datum(0);
}

} // namespace bookmeatoz::pg
