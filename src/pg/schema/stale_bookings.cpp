// Finds stale bookings and lets the guard decide about them: see schema/stale_bookings.hpp.
#include "pg/schema/stale_bookings.hpp"
#include "pg/server/spi.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* needed_columns[] = {"id",         "business_id", "service_id",  "employee_id",
                                          "start_time", "end_time",    "status",      "hold_expires_at",
                                          "overbooked", "resource_id", "session_key", "seat"};

/// Of the rows that the constraints compare: the resource is not what the guard writes, or the key not of this session
/// (see session_key_of() in booking/seats.hpp). A booking without an employee may have the business as its resource, or none.
constexpr const char* is_stale = R"(
    NOT overbooked AND status IN ('pending', 'confirmed', 'completed')
    AND (resource_id IS DISTINCT FROM employee_id AND NOT (employee_id IS NULL AND resource_id = business_id)
         OR substr(sha256(uuid_send(coalesce(resource_id, id)) || uuid_send(service_id)
                          || timestamptz_send(start_time) || timestamptz_send(end_time)), 1, 16) <> uuid_send(session_key)))";

/// May raise a server error.
void execute(const char* statement, int expected) {
    const int code = SPI_execute(statement, false, 0);
    if (code != expected)
        elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

} // namespace

StaleBookings::StaleBookings(Oid schema) {
    pg_call([&] {
        const Oid table = get_relname_relid("bookings", schema);
        if (!OidIsValid(table) || OidIsValid(get_trigger_oid(table, "bookings_guard", true)))
            return;
        // Without one of them there is no row either, or adding it fails: none has a default.
        for (const char* const column : needed_columns)
            if (get_attnum(table, column) == InvalidAttrNumber)
                return;
        table_ = quote_qualified_identifier(get_namespace_name(schema), "bookings");
        // Nobody writes between this and the trigger.
        execute(psprintf("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", table_), SPI_OK_UTILITY);
        execute(psprintf("DELETE FROM %s WHERE hold_expires_at <= now() AND %s", table_, is_stale),
                SPI_OK_DELETE);
        execute(psprintf("WITH stale AS (UPDATE %s SET overbooked = true, resource_id = employee_id WHERE %s "
                         "RETURNING id)"
                         " SELECT count(*), array_agg(id) FROM stale",
                         table_, is_stale),
                SPI_OK_SELECT);
        bool null = false;
        const HeapTuple row = SPI_tuptable->vals[0];
        count_ = static_cast<uint64>(DatumGetInt64(heap_getattr(row, 1, SPI_tuptable->tupdesc, &null)));
        const Datum ids = heap_getattr(row, 2, SPI_tuptable->tupdesc, &null);
        if (!null)
            ids_ = datumCopy(ids, false, -1);
    });
}

void StaleBookings::guard_again() const {
    if (count_ == 0)
        return;
    pg_call([&] {
        Oid types[] = {UUIDARRAYOID};
        Datum values[] = {ids_};
        const int code =
            SPI_execute_with_args(psprintf("UPDATE %s SET overbooked = false WHERE id = ANY ($1)", table_), 1,
                                  types, values, nullptr, false, 0);
        if (code != SPI_OK_UPDATE)
            elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
    });
}

} // namespace bookmeatoz::pg
