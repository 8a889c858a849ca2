// claim_due_reminders() and claim_due_notifications(): what is due to be sent, marked and returned. SKIP LOCKED: two workers never get
// the same row. What a worker has marked is due again when its transaction does not commit.
// With the rights and the row security of the caller.
#include "pg/access/level.hpp"
#include "pg/availability/arguments.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/uuid_datum.hpp"

#include <array>
#include <vector>

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

/// A claim is made in two steps. The first locks the rows that are due; the second marks them by their ids, for which there is always
/// an index. In one statement the server would sometimes join by reading the whole table.
struct Claim {
    constexpr Claim(const char* due_text, const char* mark_text)
        : due(due_text, {TIMESTAMPTZOID, INT4OID, TEXTOID}),
          due_of_all(due_text, {TIMESTAMPTZOID, INT4OID, TEXTOID}),
          mark(mark_text, {UUIDARRAYOID, TIMESTAMPTZOID}) {}

    /// $1: now, $2: how many, $3: of which channel, where the text asks for one.
    SavedQuery due;
    /// The same for a system administrator, see due_ids().
    SavedQuery due_of_all;
    /// $1: the ids, $2: now. Returns the columns of the function.
    SavedQuery mark;
};

// The bounds compare start_time alone with a value, so that they are index conditions under row security too. Of a booking that was made
// later than its reminder would have been sent nobody need be reminded.
#define DUE_REMINDERS(sent, ahead)                                                                           \
    "SELECT id FROM @extschema@.bookings"                                                                    \
    " WHERE status = 'confirmed' AND NOT " sent " AND start_time > $1"                                       \
    "   AND start_time <= ($1 + " ahead "::pg_catalog.interval)"                                             \
    "   AND created_at <= (start_time - " ahead "::pg_catalog.interval)"                                     \
    " ORDER BY start_time LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED"
#define MARK_REMINDERS(sent)                                                                                 \
    "WITH claimed AS ("                                                                                      \
    "    UPDATE @extschema@.bookings SET " sent " := true WHERE id = ANY ($1)"                               \
    "    RETURNING id, business_id, start_time, end_time, service_id, employee_id, customer_id"              \
    ") "                                                                                                     \
    "SELECT c.id, c.business_id, w.name, w.timezone, c.start_time, c.end_time, c.service_id, s.name,"        \
    "       c.employee_id, c.customer_id, k.name, k.email, k.phone"                                          \
    "  FROM claimed c"                                                                                       \
    "  LEFT JOIN @extschema@.businesses w ON w.id = c.business_id"                                           \
    "  LEFT JOIN @extschema@.services s ON s.id = c.service_id"                                              \
    "  LEFT JOIN @extschema@.customers k ON k.id = c.customer_id"                                            \
    " ORDER BY c.start_time, c.id"
constinit Claim day_ahead(DUE_REMINDERS("reminder_sent_24h", "'24 hours'"),
                          MARK_REMINDERS("reminder_sent_24h"));
constinit Claim hour_ahead(DUE_REMINDERS("reminder_sent_1h", "'1 hour'"), MARK_REMINDERS("reminder_sent_1h"));

#define DUE_NOTIFICATIONS(of_channel)                                                                        \
    "SELECT id FROM @extschema@.notifications WHERE status = 'pending' AND scheduled_for <= $1 " of_channel  \
    " ORDER BY scheduled_for LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED"
#define MARK_NOTIFICATIONS(assignment, result)                                                               \
    "WITH claimed AS ("                                                                                      \
    "    UPDATE @extschema@.notifications SET status := 'sent', sent_at := $2" assignment                    \
    "     WHERE id = ANY ($1)"                                                                               \
    "    RETURNING id, business_id, user_id, type, channel, title, body, data, scheduled_for" result ") "    \
    "SELECT c.id, c.business_id, c.user_id, u.email, c.type, c.channel, c.title, c.body, c.data,"            \
    "       c.scheduled_for" result "  FROM claimed c LEFT JOIN @extschema@.users u ON u.id = c.user_id"     \
    " ORDER BY c.scheduled_for, c.id"
#define COUNT_ATTEMPTS MARK_NOTIFICATIONS(", attempts := attempts + 1", ", attempts")
constinit Claim notifications(DUE_NOTIFICATIONS(""), COUNT_ATTEMPTS);
constinit Claim notifications_of_channel(DUE_NOTIFICATIONS("AND channel = $3"), COUNT_ATTEMPTS);
// Of 1.0.0, whose table counts no attempts.
constinit Claim notifications_uncounted(DUE_NOTIFICATIONS(""), MARK_NOTIFICATIONS("", ""));

Claim& reminders_of(const Datum* kind) {
    if (kind == nullptr)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "kind must not be NULL");
    const std::string given = pg_call([&] { return TextDatumGetCString(*kind); });
    if (given == "24h")
        return day_ahead;
    if (given == "1h")
        return hour_ahead;
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "kind must be 24h or 1h", "It is \"" + given + "\".");
}

/// Whether row security binds the caller on this table.
bool is_bound(Oid schema, const char* table) {
    return pg_call([&] {
        const Oid id = get_relname_relid(table, schema);
        return OidIsValid(id) && check_enable_rls(id, InvalidOid, true) == RLS_ENABLED;
    });
}

/// Others see only their own notifications, and may not mark them as sent: a worker of theirs would find nothing, and nobody would
/// know why.
void require_right_to_send(Oid schema) {
    if (is_bound(schema, "notifications") && effective_level(schema) != AccessLevel::admin)
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only a system administrator may claim notifications",
                       "Row security shows them to the addressed users alone.",
                       "Claim them in a session context with is_system_admin.");
}

/// Locks what is due and returns the ids; nobody else gets the rows until the transaction ends. A system administrator sees every row. But
/// under row security the status would be no index condition for him, and all bookings of the day would be looked for among all. So
/// they are found as the owner of the table; marking them is up to the caller's own rights.
std::vector<pg_uuid_t> due_ids(Claim& claim, const char* table, Oid schema, Datum now, int most,
                               std::optional<Datum> channel) {
    std::optional<AsOwner> as_owner;
    if (is_bound(schema, table) && effective_level(schema) == AccessLevel::admin)
        as_owner.emplace(required_owner(schema, table));
    SavedQuery& query = as_owner ? claim.due_of_all : claim.due;
    std::vector<pg_uuid_t> ids;
    for (const SpiRow row : query.run_latest(schema, {now, Int32GetDatum(most), channel}))
        ids.push_back(row.id(1));
    return ids;
}

/// A column of the result.
struct Column {
    Oid type;
    bool may_be_null = false;
};

template <std::size_t N>
void return_claimed(FunctionCallInfo fcinfo, Claim& claim, const char* table,
                    const std::array<Column, N>& columns, int most,
                    std::optional<Datum> channel = std::nullopt) {
    const Oid schema = extension_schema(fcinfo);
    const Datum now = TimestampTzGetDatum(GetCurrentTimestamp());
    const SpiConnection spi;
    ResultRows rows(fcinfo);
    const std::vector<pg_uuid_t> ids = due_ids(claim, table, schema, now, most, channel);
    if (ids.empty())
        return;
    for (const SpiRow row : claim.mark.run_latest(schema, {uuid_array(ids), now})) {
        Datum values[N];
        bool nulls[N];
        for (std::size_t i = 0; i < N; ++i) {
            const int column = static_cast<int>(i) + 1;
            nulls[i] = columns[i].may_be_null && row.is_null(column);
            values[i] = nulls[i] ? Datum(0) : row.get(column, columns[i].type);
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
    Claim& claim = reminders_of(fcinfo->args[0].isnull ? nullptr : &fcinfo->args[0].value);
    const int most = SlotArguments(fcinfo).count(1, "max_rows", most_rows_of_a_claim);
    // The names are those of other tables: NULL where the caller does not see them.
    return_claimed(fcinfo, claim, "bookings",
                   std::array<Column, 13>{{{UUIDOID},
                                           {UUIDOID},
                                           {VARCHAROID, true},
                                           {VARCHAROID, true},
                                           {TIMESTAMPTZOID},
                                           {TIMESTAMPTZOID},
                                           {UUIDOID},
                                           {VARCHAROID, true},
                                           {UUIDOID, true},
                                           {UUIDOID},
                                           {VARCHAROID, true},
                                           {VARCHAROID, true},
                                           {VARCHAROID, true}}},
                   most);
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(claim_due_notifications_1_1,
                    takes({INT4OID, TEXTOID})
                        .returns_table({UUIDOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
                                        TEXTOID, JSONBOID, TIMESTAMPTZOID, INT4OID})) {
    const int most = SlotArguments(fcinfo).count(0, "max_rows", most_rows_of_a_claim);
    const auto channel = PG_ARGISNULL(1) ? std::nullopt : std::optional(PG_GETARG_DATUM(1));
    require_right_to_send(extension_schema(fcinfo));
    return_claimed(fcinfo, channel ? notifications_of_channel : notifications, "notifications",
                   std::array<Column, 11>{{{UUIDOID},
                                           {UUIDOID, true},
                                           {UUIDOID},
                                           {VARCHAROID, true},
                                           {VARCHAROID},
                                           {VARCHAROID},
                                           {VARCHAROID},
                                           {VARCHAROID, true},
                                           {JSONBOID},
                                           {TIMESTAMPTZOID},
                                           {INT4OID}}},
                   most, channel);
    return Datum(0);
}

/// claim_due_notifications(integer) of 1.0.0.
BOOKMEATOZ_FUNCTION(claim_due_notifications,
                    takes({INT4OID}).returns_table({UUIDOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, TEXTOID,
                                                    TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID})) {
    const int most = SlotArguments(fcinfo).count(0, "max_rows", most_rows_of_a_claim);
    require_right_to_send(extension_schema(fcinfo));
    return_claimed(fcinfo, notifications_uncounted, "notifications",
                   std::array<Column, 10>{{{UUIDOID},
                                           {UUIDOID, true},
                                           {UUIDOID},
                                           {VARCHAROID, true},
                                           {VARCHAROID},
                                           {VARCHAROID},
                                           {VARCHAROID},
                                           {VARCHAROID, true},
                                           {JSONBOID},
                                           {TIMESTAMPTZOID}}},
                   most);
    return Datum(0);
}
