// Finds stale bookings: see schema/stale_bookings.hpp.
#include "pg/schema/stale_bookings.hpp"
#include "pg/schema/execute.hpp"

extern "C" {
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* needed_columns[] = {"id",          "business_id", "service_id",
                                          "employee_id", "start_time",  "end_time",
                                          "resource_id", "session_key", "seat"};

} // namespace

void displace_stale_bookings(Oid schema) {
    pg_call([&] {
        const Oid table = get_relname_relid("bookings", schema);
        if (!OidIsValid(table) || OidIsValid(get_trigger_oid(table, "bookings_guard", true)))
            return;
        // Where a column is missing, there is no row, or adding the column will fail: the checks refuse what is its default.
        for (const char* const column : needed_columns)
            if (get_attnum(table, column) == InvalidAttrNumber)
                return;
        const char* const name = quote_identifier(get_namespace_name(schema));
        execute(psprintf("LOCK TABLE %s.bookings IN SHARE ROW EXCLUSIVE MODE", name));
        // A resource that is neither employee nor business: that employee is gone, so the guard would have left none.
        execute(psprintf(
            "UPDATE %1$s.bookings b SET resource_id = NULL, session_key = CASE"
            "  WHEN b.employee_id IS NULL AND b.resource_id <> b.business_id"
            "  THEN %1$s.bookmeatoz_booking_session_key(b.id, NULL, b.service_id, b.start_time, b.end_time)"
            "  ELSE b.session_key END"
            "  FROM %1$s.bookings f CROSS JOIN LATERAL"
            "       (SELECT %1$s.bookmeatoz_booking_resource(f.business_id, f.employee_id, f.resource_id)) r "
            "(resource)"
            " WHERE b.id = f.id AND (f.resource_id IS DISTINCT FROM r.resource OR f.session_key IS DISTINCT "
            "FROM"
            "  %1$s.bookmeatoz_booking_session_key(f.id, r.resource, f.service_id, f.start_time, "
            "f.end_time))",
            name));
    });
}

} // namespace bookmeatoz::pg
