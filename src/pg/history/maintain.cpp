// bookmeatoz_maintain(): partitions, retention, what has expired. The steps that others may have to wait for come last: from then
// on it is only a moment to the end of the transaction.
#include "pg/accounts/purge_tokens.hpp"
#include "pg/calendar/status.hpp"
#include "pg/history/audited_table.hpp"
#include "pg/history/retention.hpp"
#include "pg/schema/partitions.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <optional>
#include <string>

extern "C" {
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

/// A table that is partitioned by month.
struct History {
    const char* table;
    const char* setting;
    /// An interval as text; empty: for ever.
    char* retention;
};

constinit History histories[] = {{audit_table, "bookmeatoz.audit_retention", nullptr},
                                 {"bookings_archive", "bookmeatoz.archive_retention", nullptr}};

/// Holds that somebody works on just now are left to the next run.
constinit SavedQuery purge_holds(R"(
    DELETE FROM @extschema@.bookings
     WHERE id = ANY (ARRAY(SELECT id
                             FROM @extschema@.bookings
                            WHERE )" EXPIRED_HOLD R"(
                              FOR UPDATE SKIP LOCKED)))",
                                 {});

/// What is older than the result is not kept; absent: everything is kept.
std::optional<TimestampTz> limit_of(const History& history, TimestampTz now) {
    if (history.retention == nullptr || history.retention[0] == '\0')
        return std::nullopt;
    return pg_call([&] {
        const Datum retention = DirectFunctionCall3(interval_in, CStringGetDatum(history.retention),
                                                    ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
        const Datum limit = DirectFunctionCall2(timestamptz_mi_interval, TimestampTzGetDatum(now), retention);
        if (DatumGetTimestampTz(limit) >= now)
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                     errmsg("%s must be a positive interval, not \"%s\"", history.setting, history.retention),
                     errhint("Leave it empty to keep everything.")));
        return DatumGetTimestampTz(limit);
    });
}

TimestampTz finite_time(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0))
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "now must not be NULL");
    const TimestampTz now = PG_GETARG_TIMESTAMPTZ(0);
    if (TIMESTAMP_NOT_FINITE(now))
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "now must be finite");
    return now;
}

} // namespace

void retention_init() {
    DefineCustomStringVariable(
        "bookmeatoz.audit_retention", "How long bookmeatoz_maintain() keeps audit_logs.",
        "An interval such as 2 years; empty: for ever. Whole months are dropped when all of them is older.",
        &histories[0].retention, "", PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("bookmeatoz.archive_retention",
                               "How long bookmeatoz_maintain() keeps bookings_archive.",
                               "An interval such as 10 years; empty: for ever. Whole months of start_time "
                               "are dropped when all of them is older.",
                               &histories[1].retention, "", PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// bookmeatoz_maintain(now)
BOOKMEATOZ_FUNCTION(bookmeatoz_maintain, takes({TIMESTAMPTZOID}).returns_set_of(TEXTOID)) {
    ResultRows rows(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const TimestampTz now = finite_time(fcinfo);
    const Oid schema = extension_schema(fcinfo);
    const Oid owner = required_owner(schema, audit_table);
    if (!pg_call([&] { return has_privs_of_role(GetUserId(), owner); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only the owner of the data may maintain the tables",
                       {}, "Call bookmeatoz_maintain() as their owner, or as a superuser.");
    const auto say = [&](const std::string& line) { rows.add({text_datum(line)}); };
    const auto say_count = [&](uint64 count, const char* what) {
        if (count > 0)
            say("deleted " + std::to_string(count) + " expired " + what);
    };
    // The settings first: a mistake there must not end a run that is half done.
    std::optional<TimestampTz> limits[std::size(histories)];
    for (std::size_t i = 0; i < std::size(histories); ++i)
        limits[i] = limit_of(histories[i], now);

    const OnBehalfOfOwner on_behalf(owner);
    const SpiConnection spi;
    // Writers of the table are not in the way of this lock, nor it in theirs. ANALYZE of the table is.
    if (!pg_call([&] {
            return ConditionalLockRelationOid(get_relname_relid(audit_table, schema),
                                              ShareUpdateExclusiveLock);
        })) {
        say("did nothing: another run, or ANALYZE of \"audit_logs\", is at work");
        return Datum(0);
    }
    say_count(purge_tokens(schema), "tokens");
    for (const History& history : histories)
        for (const std::string& line : add_partitions(schema, history.table, now))
            say(line);
    say_count(purge_holds.run_latest(schema, {}).size(), "holds");
    for (std::size_t i = 0; i < std::size(histories); ++i)
        if (limits[i])
            for (const std::string& line : drop_partitions(schema, histories[i].table, *limits[i]))
                say(line);
    return Datum(0);
}
