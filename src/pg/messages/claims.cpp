// claim_due_reminders() and claim_due_notifications(): what is due to be sent, marked and returned in one statement. SKIP LOCKED: two
// workers never get the same row. What a worker has marked is due again when its transaction does not commit.
// With the rights and the row security of the caller.
#include "pg/access/level.hpp"
#include "pg/availability/arguments.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"

#include <array>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr int most_rows_of_a_claim = 10'000;

/// $1: now, $2: how many. The bounds compare start_time alone with a value, so that they are index conditions under row security too. Of
/// a booking that was made later than its reminder is sent nobody need be reminded.
#define CLAIM_REMINDERS(sent, ahead)                                                                         \
    "WITH due AS MATERIALIZED ("                                                                             \
    "    SELECT id FROM @extschema@.bookings"                                                                \
    "     WHERE status = 'confirmed' AND NOT " sent " AND start_time > $1"                                   \
    "       AND start_time <= ($1 + " ahead "::pg_catalog.interval)"                                         \
    "       AND created_at <= (start_time - " ahead "::pg_catalog.interval)"                                 \
    "     ORDER BY start_time, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED"                                    \
    "), claimed AS ("                                                                                        \
    "    UPDATE @extschema@.bookings b SET " sent " := true FROM due WHERE b.id = due.id"                    \
    "    RETURNING b.id, b.business_id, b.start_time, b.end_time, b.service_id, b.employee_id, "             \
    "b.customer_id"                                                                                          \
    ") "                                                                                                     \
    "SELECT c.id, c.business_id, w.name, w.timezone, c.start_time, c.end_time, c.service_id, s.name,"        \
    "       c.employee_id, c.customer_id, k.name, k.email, k.phone"                                          \
    "  FROM claimed c"                                                                                       \
    "  LEFT JOIN @extschema@.businesses w ON w.id = c.business_id"                                           \
    "  LEFT JOIN @extschema@.services s ON s.id = c.service_id"                                              \
    "  LEFT JOIN @extschema@.customers k ON k.id = c.customer_id"                                            \
    " ORDER BY c.start_time, c.id"

constinit SavedQuery day_ahead_query(CLAIM_REMINDERS("reminder_sent_24h", "'24 hours'"),
                                     {TIMESTAMPTZOID, INT4OID});
constinit SavedQuery hour_ahead_query(CLAIM_REMINDERS("reminder_sent_1h", "'1 hour'"),
                                      {TIMESTAMPTZOID, INT4OID});

constinit SavedQuery notifications_query(R"(
    WITH due AS MATERIALIZED (
        SELECT id FROM @extschema@.notifications
         WHERE status = 'pending' AND scheduled_for <= $1
         ORDER BY scheduled_for LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE @extschema@.notifications n SET status := 'sent', sent_at := $1 FROM due WHERE n.id = due.id
        RETURNING n.id, n.business_id, n.user_id, n.type, n.channel, n.title, n.body, n.data, n.scheduled_for
    )
    SELECT c.id, c.business_id, c.user_id, u.email, c.type, c.channel, c.title, c.body, c.data, c.scheduled_for
      FROM claimed c LEFT JOIN @extschema@.users u ON u.id = c.user_id
     ORDER BY c.scheduled_for, c.id)",
                                         {TIMESTAMPTZOID, INT4OID});

SavedQuery& reminder_query(const Datum* kind) {
    if (kind == nullptr)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "kind must not be NULL");
    const std::string given = pg_call([&] { return TextDatumGetCString(*kind); });
    if (given == "24h")
        return day_ahead_query;
    if (given == "1h")
        return hour_ahead_query;
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "kind must be 24h or 1h", "It is \"" + given + "\".");
}

/// Others see only their own notifications, and may not mark them as sent: a worker of theirs would find nothing, and nobody would
/// know why.
void require_right_to_send(Oid schema) {
    const bool is_bound = pg_call([&] {
        const Oid table = get_relname_relid("notifications", schema);
        return OidIsValid(table) && check_enable_rls(table, InvalidOid, true) == RLS_ENABLED;
    });
    if (is_bound && effective_level(schema) != AccessLevel::admin)
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only a system administrator may claim notifications",
                       "Row security shows them to the addressed users alone.",
                       "Claim them in a session context with is_system_admin.");
}

/// Runs the claim and returns its rows, column by column.
template <std::size_t N>
void return_claimed(FunctionCallInfo fcinfo, SavedQuery& query, const std::array<Oid, N>& types, int most) {
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    ResultRows rows(fcinfo);
    for (const SpiRow row :
         query.run_latest(schema, {TimestampTzGetDatum(GetCurrentTimestamp()), Int32GetDatum(most)})) {
        Datum values[N];
        bool nulls[N];
        for (std::size_t i = 0; i < N; ++i) {
            const int column = static_cast<int>(i) + 1;
            nulls[i] = row.is_null(column);
            values[i] = nulls[i] ? Datum(0) : row.get(column, types[i]);
        }
        rows.add(values, nulls);
    }
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(claim_due_reminders,
                    takes({TEXTOID, INT4OID})
                        .returns_table({UUIDOID, UUIDOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                        UUIDOID, TEXTOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, TEXTOID})) {
    SavedQuery& query = reminder_query(fcinfo->args[0].isnull ? nullptr : &fcinfo->args[0].value);
    const int most = SlotArguments(fcinfo).count(1, "max_rows", most_rows_of_a_claim);
    return_claimed(fcinfo, query,
                   std::array<Oid, 13>{UUIDOID, UUIDOID, VARCHAROID, VARCHAROID, TIMESTAMPTZOID,
                                       TIMESTAMPTZOID, UUIDOID, VARCHAROID, UUIDOID, UUIDOID, VARCHAROID,
                                       VARCHAROID, VARCHAROID},
                   most);
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(claim_due_notifications,
                    takes({INT4OID}).returns_table({UUIDOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, TEXTOID,
                                                    TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID})) {
    const int most = SlotArguments(fcinfo).count(0, "max_rows", most_rows_of_a_claim);
    require_right_to_send(extension_schema(fcinfo));
    return_claimed(fcinfo, notifications_query,
                   std::array<Oid, 10>{UUIDOID, UUIDOID, UUIDOID, VARCHAROID, VARCHAROID, VARCHAROID,
                                       VARCHAROID, VARCHAROID, JSONBOID, TIMESTAMPTZOID},
                   most);
    return Datum(0);
}
