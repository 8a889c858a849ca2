// Makes, fills and drops partitions: see schema/partitions.hpp.
#include "pg/schema/partitions.hpp"
#include "pg/schema/append_only.hpp"
#include "pg/schema/execute.hpp"
#include "pg/server/subtransaction.hpp"

#include <span>

extern "C" {
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

/// While it lives, waiting for a lock ends in an error after half a second. Less than deadlock_timeout: nobody else is the victim.
class ShortLockWaits {
public:
    ShortLockWaits() : nest_level_(NewGUCNestLevel()), exceptions_(std::uncaught_exceptions()) {
        if (LockTimeout == 0 || LockTimeout > 500)
            pg_call([] {
                (void)set_config_option("lock_timeout", "500ms", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                                        true, 0, false);
            });
    }
    ~ShortLockWaits() {
        // After an error the abort of the subtransaction puts the setting back.
        if (std::uncaught_exceptions() == exceptions_)
            AtEOXact_GUC(true, nest_level_);
    }
    ShortLockWaits(const ShortLockWaits&) = delete;
    ShortLockWaits& operator=(const ShortLockWaits&) = delete;

private:
    int nest_level_;
    int exceptions_;
};

/// From `from` on, before `to`. The infinite times stand for no bound.
struct Bounds {
    TimestampTz from;
    TimestampTz to;
};

struct Partition {
    Oid id;
    Bounds bounds;
};

/// A partitioned table, as it is now. All names are quoted where they need it.
struct Partitioned {
    Oid id;
    const char* name;
    const char* qualified_name;
    /// The column of its key.
    const char* column;
    /// All columns that can be written.
    const char* columns;
    /// Without the default partition.
    std::span<const Partition> partitions;
    /// nullptr: there is none.
    const char* default_partition;
    bool force_row_security;
};

struct NewPartition {
    const char* name;
    const char* qualified_name;
};

struct NewMonth {
    Bounds bounds;
    NewPartition partition;
};

// Those below may raise a server error, too.

TimestampTz bound(const PartitionBoundInfoData& bounds, int at) {
    switch (bounds.kind[at][0]) {
    case PARTITION_RANGE_DATUM_MINVALUE:
        return DT_NOBEGIN;
    case PARTITION_RANGE_DATUM_MAXVALUE:
        return DT_NOEND;
    default:
        return DatumGetTimestampTz(bounds.datums[at][0]);
    }
}

std::span<const Partition> read_partitions(Relation table) {
    const PartitionDesc description = RelationGetPartitionDesc(table, true);
    if (description->nparts == 0)
        return {};
    auto* const partitions =
        static_cast<Partition*>(palloc(sizeof(Partition) * static_cast<Size>(description->nparts)));
    std::size_t count = 0;
    const PartitionBoundInfoData& bounds = *description->boundinfo;
    // The partition whose number stands with a bound ends there.
    for (int i = 1; i < bounds.ndatums; ++i)
        if (bounds.indexes[i] >= 0)
            partitions[count++] = {description->oids[bounds.indexes[i]],
                                   {bound(bounds, i - 1), bound(bounds, i)}};
    return {partitions, count};
}

const char* writable_columns(TupleDesc description) {
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < description->natts; ++i) {
        const Form_pg_attribute column = TupleDescAttr(description, i);
        if (!column->attisdropped && column->attgenerated == '\0')
            appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ",
                             quote_identifier(NameStr(column->attname)));
    }
    return names.data;
}

/// The column by whose time the table is partitioned; InvalidAttrNumber: it is partitioned otherwise, or not at all.
AttrNumber key_column(Relation table) {
    const PartitionKey key =
        table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ? RelationGetPartitionKey(table) : nullptr;
    return key != nullptr && key->strategy == PARTITION_STRATEGY_RANGE && key->partnatts == 1 &&
                   key->parttypid[0] == TIMESTAMPTZOID
               ? key->partattrs[0]
               : InvalidAttrNumber;
}

Partitioned read(Oid schema, const char* name) {
    const Oid id = get_relname_relid(name, schema);
    const Relation table = relation_open(id, AccessShareLock);
    const AttrNumber key = key_column(table);
    if (key == InvalidAttrNumber)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("table \"%s\" is not partitioned by a range of one timestamptz", name)));
    const Oid fallback = get_default_oid_from_partdesc(RelationGetPartitionDesc(table, true));
    const Partitioned result{id,
                             name,
                             qualified_name(id),
                             quote_identifier(get_attname(id, key, false)),
                             writable_columns(RelationGetDescr(table)),
                             read_partitions(table),
                             OidIsValid(fallback) ? qualified_name(fallback) : nullptr,
                             table->rd_rel->relforcerowsecurity};
    relation_close(table, AccessShareLock);
    return result;
}

TimestampTz start_of_month(int year, int month) {
    return static_cast<TimestampTz>(date2j(year, month, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

pg_tm calendar(TimestampTz time) {
    pg_tm fields;
    fsec_t fraction = 0;
    if (timestamp2tm(time, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return fields;
}

/// The month of a time, or one that is later by so many.
Bounds month_of(TimestampTz time, int later = 0) {
    const pg_tm fields = calendar(time);
    const auto start = [&](int months) {
        const int month = fields.tm_mon - 1 + months;
        return start_of_month(fields.tm_year + month / 12, month % 12 + 1);
    };
    return {start(later), start(later + 1)};
}

/// A literal that means the same in each session.
const char* literal(TimestampTz start) {
    const pg_tm fields = calendar(start);
    return psprintf("'%04d-%02d-01 00:00:00+00'", fields.tm_year, fields.tm_mon);
}

/// Whether a partition can be made for the month.
bool is_free(const Partitioned& table, const Bounds& month) {
    for (const Partition& other : table.partitions)
        if (other.bounds.from < month.to && other.bounds.to > month.from)
            return false;
    const int year = calendar(month.from).tm_year;
    return year >= 1 && year <= 9999;
}

/// The months that lack a partition: of now and the next ones, and of the rows of the default partition.
std::span<const Bounds> missing_months(const Partitioned& table, TimestampTz now) {
    if (table.default_partition == nullptr)
        execute("SELECT NULL::timestamptz WHERE false");
    else
        execute(psprintf(
            "SELECT DISTINCT date_trunc('month', %s, 'UTC') FROM ONLY %s WHERE isfinite(%s) ORDER BY 1",
            table.column, table.default_partition, table.column));
    const uint64 stored = SPI_processed;
    auto* const months = static_cast<Bounds*>(palloc(sizeof(Bounds) * (stored + months_ahead + 1)));
    std::size_t count = 0;
    const auto add = [&](const Bounds& month) {
        for (std::size_t i = 0; i < count; ++i)
            if (months[i].from == month.from)
                return;
        if (is_free(table, month))
            months[count++] = month;
    };
    for (int later = 0; later <= months_ahead; ++later)
        add(month_of(now, later));
    for (uint64 i = 0; i < stored; ++i) {
        bool null = false;
        add(month_of(
            DatumGetTimestampTz(heap_getattr(SPI_tuptable->vals[i], 1, SPI_tuptable->tupdesc, &null))));
    }
    return {months, count};
}

/// A table like the partitioned one. It becomes its partition only later: CREATE TABLE ... PARTITION OF would keep all away from the
/// partitioned table.
NewPartition create(const Partitioned& table, const char* suffix, const char* comment) {
    const Oid schema = get_rel_namespace(table.id);
    const char* const name = ChooseRelationName(table.name, nullptr, suffix, schema, false);
    const NewPartition created{name, quote_qualified_identifier(get_namespace_name(schema), name)};
    execute(psprintf("CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED "
                     "INCLUDING INDEXES INCLUDING STORAGE INCLUDING COMPRESSION) USING heap",
                     created.qualified_name, table.qualified_name));
    execute(psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY%s", created.qualified_name,
                     table.force_row_security ? ", FORCE ROW LEVEL SECURITY" : ""));
    take_away_default_rights(name, false, schema);
    execute(psprintf("COMMENT ON TABLE %s IS %s", created.qualified_name, quote_literal_cstr(comment)));
    return created;
}

NewMonth create_month(const Partitioned& table, const Bounds& month) {
    const pg_tm first = calendar(month.from);
    return {month, create(table, psprintf("%04d_%02d", first.tm_year, first.tm_mon),
                          psprintf("%s of %04d-%02d (UTC).", table.name, first.tm_year, first.tm_mon))};
}

void attach(const Partitioned& table, const NewPartition& partition, const char* bounds) {
    execute(psprintf("ALTER TABLE %s ATTACH PARTITION %s %s", table.qualified_name, partition.qualified_name,
                     bounds));
}

void attach_month(const Partitioned& table, const NewMonth& month) {
    attach(table, month.partition,
           psprintf("FOR VALUES FROM (%s) TO (%s)", literal(month.bounds.from), literal(month.bounds.to)));
}

NewPartition create_default(const Partitioned& table) {
    const NewPartition created =
        create(table, "default",
               psprintf("%s of months that have no partition yet. bookmeatoz_maintain() moves "
                        "its rows to where they belong.",
                        table.name));
    attach(table, created, "DEFAULT");
    return created;
}

/// Moves the rows of the month from the default partition. Returns how many.
uint64 move_rows(const Partitioned& table, const NewMonth& month) {
    execute(psprintf("WITH moved AS (DELETE FROM ONLY %s WHERE %s >= %s AND %s < %s RETURNING *)"
                     " INSERT INTO %s (%s) SELECT %s FROM moved",
                     table.default_partition, table.column, literal(month.bounds.from), table.column,
                     literal(month.bounds.to), month.partition.qualified_name, table.columns, table.columns));
    return SPI_processed;
}

void drop(Oid partition) {
    execute(psprintf("DROP TABLE %s", qualified_name(partition)));
}

/// From now on nobody writes rows of these months into the default partition, so ATTACH finds none there. Who would write one has
/// to wait where it chooses the partition: if it waited for the default partition itself, it would then be refused there.
void lock_writers_out(const Partitioned& table, std::span<const Bounds> months) {
    if (table.default_partition == nullptr)
        return;
    bool may_be_written = false;
    for (const Bounds& month : months)
        may_be_written = may_be_written || month.from <= GetCurrentTimestamp();
    if (may_be_written)
        execute(psprintf("LOCK TABLE ONLY %s IN SHARE MODE", table.qualified_name));
    execute(psprintf("LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE", table.default_partition));
}

/// Runs `work`, which returns lines. Where it fails with one of these errors, nothing of it is done, and `otherwise` is the line.
template <class Work>
std::vector<std::string> attempt(std::initializer_list<int> forgiven, std::string otherwise, Work&& work) {
    Subtransaction subtransaction;
    try {
        std::vector<std::string> lines;
        {
            const ShortLockWaits waits;
            lines = work();
        }
        subtransaction.commit();
        return lines;
    } catch (const ServerError&) {
        if (!Subtransaction::forgives(forgiven))
            throw;
        subtransaction.roll_back();
        return {std::move(otherwise)};
    }
}

std::string quoted(const char* name) {
    const char* const result = pg_call([&] { return quote_identifier(name); });
    return result;
}

} // namespace

Oid partition_of(Relation table, TimestampTz time) {
    if (key_column(table) == InvalidAttrNumber)
        return InvalidOid;
    // With what is just being detached where the server's INSERT would write there too.
    const PartitionDesc description = RelationGetPartitionDesc(table, !IsolationUsesXactSnapshot());
    if (description->nparts == 0)
        return InvalidOid;
    const PartitionBoundInfoData& bounds = *description->boundinfo;
    int at = bounds.ndatums;
    while (at > 0 && bound(bounds, at - 1) > time)
        --at;
    // The number of a partition stands with the bound where it ends.
    const int found = bounds.indexes[at] >= 0 ? bounds.indexes[at] : bounds.default_index;
    return found >= 0 ? description->oids[found] : InvalidOid;
}

std::vector<std::string> add_partitions(Oid schema, const char* name, TimestampTz now) {
    return attempt(
        {ERRCODE_LOCK_NOT_AVAILABLE},
        "left the partitions of " + quoted(name) +
            " as they are: others are using them; the next run tries again",
        [&] {
            std::vector<std::string> lines;
            const Partitioned table = pg_call([&] { return read(schema, name); });
            const std::span<const Bounds> missing = pg_call([&] { return missing_months(table, now); });
            const auto say_created = [&](const NewPartition& created) {
                lines.push_back("created partition " + quoted(created.name) + " of " + quoted(name));
            };
            if (table.default_partition == nullptr)
                say_created(pg_call([&] { return create_default(table); }));
            if (missing.empty())
                return lines;
            std::vector<NewMonth> months;
            std::vector<uint64> moved;
            for (const Bounds& bounds : missing) {
                months.push_back(pg_call([&] { return create_month(table, bounds); }));
                moved.push_back(0);
            }
            const auto move_all = [&] {
                const AppendOnlyPass pass;
                for (std::size_t i = 0; table.default_partition != nullptr && i < months.size(); ++i)
                    moved[i] += pg_call([&] { return move_rows(table, months[i]); });
            };
            move_all();
            pg_call([&] { lock_writers_out(table, missing); });
            // What was written meanwhile.
            move_all();
            for (std::size_t i = 0; i < months.size(); ++i) {
                pg_call([&] { attach_month(table, months[i]); });
                say_created(months[i].partition);
                if (moved[i] > 0)
                    lines.push_back("moved " + std::to_string(moved[i]) + " rows of " + quoted(name) +
                                    " from the default partition to " + quoted(months[i].partition.name));
            }
            return lines;
        });
}

std::vector<std::string> drop_partitions(Oid schema, const char* name, TimestampTz limit) {
    const Partitioned table = pg_call([&] { return read(schema, name); });
    std::vector<Oid> old;
    for (const Partition& partition : table.partitions)
        // A foreign table, or a partition that is partitioned itself, is the owner's own affair.
        if (partition.bounds.to <= limit &&
            pg_call([&] { return get_rel_relkind(partition.id); }) == RELKIND_RELATION)
            old.push_back(partition.id);
    if (old.empty())
        return {};
    std::vector<std::string> lines = attempt(
        {ERRCODE_LOCK_NOT_AVAILABLE},
        "left the old partitions of " + quoted(name) + ": others are using it; the next run tries again",
        [&] {
            pg_call(
                [&] { execute(psprintf("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table.qualified_name)); });
            return std::vector<std::string>{};
        });
    if (!lines.empty())
        return lines;
    for (const Oid partition : old) {
        const std::string what =
            "partition " + quoted(pg_call([&] { return get_rel_name(partition); })) + " of " + quoted(name);
        for (std::string& line : attempt({ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST},
                                         "left " + what + ": other objects depend on it", [&] {
                                             pg_call([&] { drop(partition); });
                                             return std::vector<std::string>{"dropped " + what};
                                         }))
            lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace bookmeatoz::pg
