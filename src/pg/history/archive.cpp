// archive_bookings(): moves bookings that are over to bookings_archive.
//
// It first locks the rows, then moves them by one statement. Whoever would refer to a row by a foreign key must lock it too: so what
// the second statement sees of such rows is all that there is. Both pass over what others have locked, so nobody waits, in no order.
#include "pg/history/unaudited.hpp"
#include "pg/schema/append_only.hpp"
#include "pg/schema/execute.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/table_columns.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/spi.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

extern "C" {
#include "access/relation.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* archive_table = "bookings_archive";

/// A statement moves no more than these, so that it needs little memory.
constexpr int most_at_once = 10'000;

// Those below, up to move(), may raise a server error.

const char* qualified_name(const char* name, Oid schema) {
    return quote_qualified_identifier(get_namespace_name(schema), name);
}

/// A table. It keeps its columns until the end of the transaction.
class OpenTable {
public:
    OpenTable(const char* name, Oid schema)
        : relation_(
              pg_call([&] { return relation_open(get_relname_relid(name, schema), RowExclusiveLock); })) {}
    ~OpenTable() { relation_close(relation_, NoLock); }
    OpenTable(const OpenTable&) = delete;
    OpenTable& operator=(const OpenTable&) = delete;

    TupleDesc columns() const { return RelationGetDescr(relation_); }

private:
    Relation relation_;
};

const FormData_pg_attribute* find_column(TupleDesc columns, const char* name) {
    for (int i = 0; i < columns->natts; ++i)
        if (!TupleDescAttr(columns, i)->attisdropped &&
            namestrcmp(&TupleDescAttr(columns, i)->attname, name) == 0)
            return TupleDescAttr(columns, i);
    return nullptr;
}

/// The columns to copy. Refuses a column of bookings that the archive has no place for: its values would be lost.
const char* columns_to_copy(TupleDesc bookings, TupleDesc archive) {
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < bookings->natts; ++i) {
        const FormData_pg_attribute& column = *TupleDescAttr(bookings, i);
        if (column.attisdropped)
            continue;
        const char* const name = NameStr(column.attname);
        const FormData_pg_attribute* const place = find_column(archive, name);
        if (place == nullptr)
            ereport(ERROR,
                    (errcode(ERRCODE_UNDEFINED_COLUMN),
                     errmsg("table \"%s\" lacks column \"%s\" of table \"bookings\"", archive_table, name),
                     errdetail("The archive would lose its values."),
                     errhint("Add the column to table \"%s\", of type %s.", archive_table,
                             format_type_with_typemod(column.atttypid, column.atttypmod))));
        if (place->atttypid != column.atttypid)
            refuse_type(archive_table, name, place->atttypid, column.atttypid);
        // A generated column of the archive has the value by itself.
        if (place->attgenerated == '\0')
            appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ", quote_identifier(name));
    }
    return names.data;
}

/// Conditions that no foreign key of a row refers to booking b. What a key does on deletion, it would do to an archived booking too.
/// The id says which booking it is: a key that has it has no other column that the planner could take for a good one.
const char* nobody_refers(Oid schema) {
    execute(psprintf(
        "SELECT coalesce(string_agg(format(' AND NOT EXISTS (SELECT FROM %%s r WHERE %%s)', "
        "k.conrelid::regclass,"
        "    (SELECT string_agg(format('r.%%I = b.%%I', own.attname, booking.attname), ' AND ')"
        "       FROM unnest(k.conkey, k.confkey) pair (own, booking)"
        "       JOIN pg_attribute own ON own.attrelid = k.conrelid AND own.attnum = pair.own"
        "       JOIN pg_attribute booking ON booking.attrelid = k.confrelid AND booking.attnum = pair.booking"
        "      WHERE pair.booking = id.attnum OR id.attnum <> ALL (k.confkey))),"
        "    '' ORDER BY k.oid), '')"
        "  FROM pg_constraint k JOIN pg_attribute id ON id.attrelid = k.confrelid AND id.attname = 'id'"
        " WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = %s::regclass",
        quote_literal_cstr(qualified_name("bookings", schema))));
    return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/// The texts of both statements.
struct Statements {
    /// $1: before when the bookings end; $2: at most so many. The ids of those that it has locked, NULL if none.
    const char* lock;
    /// $1: ids of locked bookings. How many were copied, and how many deleted.
    const char* move;
};

/// The locks on businesses: a row of the archive refers to its business, and must not wait for one that is being deleted.
/// bookings_status_start_idx gives the oldest of each status.
Statements statements(const char* columns, Oid schema) {
    const char* const bookings = qualified_name("bookings", schema);
    const char* const unreferred = nobody_refers(schema);
    return {psprintf("SELECT array_agg(chosen.id) FROM"
                     " (SELECT old.id FROM unnest(enum_range(NULL::%s)) label CROSS JOIN LATERAL"
                     "  (SELECT b.id, b.start_time FROM %s b JOIN %s business ON business.id = b.business_id"
                     "    WHERE b.status = label AND b.start_time < $1 AND upper(b.busy) <= $1"
                     "      AND b.hold_expires_at IS NULL%s"
                     "    ORDER BY b.start_time LIMIT $2"
                     "    FOR UPDATE OF b SKIP LOCKED FOR KEY SHARE OF business SKIP LOCKED) old"
                     "  ORDER BY old.start_time LIMIT $2) chosen",
                     qualified_name("booking_status_type_v1", schema), bookings,
                     qualified_name("businesses", schema), unreferred),
            psprintf("WITH copied AS (INSERT INTO %s (%s) SELECT %s FROM %s b WHERE b.id = ANY ($1)%s"
                     "                ON CONFLICT DO NOTHING RETURNING id),"
                     " deleted AS (DELETE FROM %s b USING copied WHERE b.id = copied.id RETURNING b.id)"
                     " SELECT (SELECT count(*) FROM copied), (SELECT count(*) FROM deleted)",
                     qualified_name(archive_table, schema), columns, columns, bookings, unreferred,
                     bookings)};
}

/// Runs a statement that returns one row.
void run(const char* statement, std::initializer_list<Oid> types, std::initializer_list<Datum> values) {
    const int code =
        SPI_execute_with_args(statement, static_cast<int>(types.size()), const_cast<Oid*>(types.begin()),
                              const_cast<Datum*>(values.begin()), nullptr, false, 0);
    if (code != SPI_OK_SELECT)
        elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
}

Datum result(int column, bool& null) {
    return heap_getattr(SPI_tuptable->vals[0], column, SPI_tuptable->tupdesc, &null);
}

/// Returns an array of ids, or 0 if there are none.
Datum lock_some(const char* statement, TimestampTz limit, int most) {
    run(statement, {TIMESTAMPTZOID, INT4OID}, {TimestampTzGetDatum(limit), Int32GetDatum(most)});
    bool null = true;
    const Datum ids = result(1, null);
    return null ? Datum(0) : ids;
}

/// Returns how many.
int move(const char* statement, Datum ids) {
    run(statement, {UUIDARRAYOID}, {ids});
    bool null = true;
    const int64 copied = DatumGetInt64(result(1, null));
    const int64 deleted = DatumGetInt64(result(2, null));
    if (copied != deleted)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
                        errmsg("table \"bookings\" kept rows that were archived"),
                        errhint("A trigger of yours keeps them from being deleted.")));
    return static_cast<int>(copied);
}

/// Moves some. Returns how many.
int move_some(const Statements& texts, TimestampTz limit, int most) {
    const SpiConnection spi;
    const Datum ids = pg_call([&] { return lock_some(texts.lock, limit, most); });
    if (ids == 0)
        return 0;
    const AppendOnlyPass pass;
    const Unaudited unaudited;
    return pg_call([&] { return move(texts.move, ids); });
}

int archive(TimestampTz limit, int max_rows, Oid schema) {
    const OpenTable bookings("bookings", schema);
    const OpenTable table(archive_table, schema);
    const SpiConnection spi;
    const Statements texts =
        pg_call([&] { return statements(columns_to_copy(bookings.columns(), table.columns()), schema); });
    int moved = 0;
    // Again and again: when the later booking has been moved, nobody refers to the earlier one.
    while (moved < max_rows) {
        const int more = move_some(texts, limit, std::min(max_rows - moved, most_at_once));
        if (more == 0)
            break;
        moved += more;
    }
    return moved;
}

TimestampTz limit_of(FunctionCallInfo fcinfo) {
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    const TimestampTz limit = pg_call([&] {
        return DatumGetTimestampTz(
            DirectFunctionCall2(timestamptz_mi_interval, TimestampTzGetDatum(now), PG_GETARG_DATUM(0)));
    });
    if (limit > now)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "older_than must not be negative");
    return limit;
}

} // namespace

/// archive_bookings(older_than, max_rows)
BOOKMEATOZ_FUNCTION(archive_bookings, takes({INTERVALOID, INT4OID}).returns(INT4OID)) {
    for (const int argument : {0, 1})
        if (PG_ARGISNULL(argument))
            throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED,
                           std::string(argument == 0 ? "older_than" : "max_rows") + " must not be NULL");
    const TimestampTz limit = limit_of(fcinfo);
    const int max_rows = PG_GETARG_INT32(1);
    if (max_rows < 1)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "max_rows must be at least 1");
    const Oid schema = extension_schema(fcinfo);
    const Oid owner = required_owner(schema, archive_table);
    if (!pg_call([&] { return has_privs_of_role(GetUserId(), owner); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only the owner of the data may archive bookings", {},
                       "Call archive_bookings() as their owner, or as a superuser.");
    // The triggers of another owner's table would run with the rights of this one.
    if (required_owner(schema, "bookings") != owner)
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE,
                       "tables \"bookings\" and \"bookings_archive\" have different owners", {},
                       "Give both to one role by bookmeatoz_set_owner().");
    const OnBehalfOfOwner on_behalf(owner);
    return Int32GetDatum(archive(limit, max_rows, schema));
}

} // namespace bookmeatoz::pg
