// The rows of bookings, checked and mended: what bookmeatoz_verify_rows() asks of the guard. Rows that were written without the guard's
// trigger may have helper columns that do not fit, and then the constraints do not see what they collide with.
#include "pg/booking/attempt.hpp"
#include "pg/booking/resource.hpp"
#include "pg/booking/seats.hpp"
#include "pg/calendar/settings.hpp"
#include "pg/server/errors.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/uuid_datum.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

extern "C" {
#include "access/relation.h"
#include "commands/trigger.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery check_query(R"(
    SELECT severity, table_name, row_id, finding, mended
      FROM @extschema@.bookmeatoz_check_rows($1) found (severity, table_name, row_id, finding, mended))",
                                 {BOOLOID});

// The employee whose time it was is gone: it belongs to nobody (see lost_its_employee() in booking/resource.cpp), and to leave its
// place is all.
constinit SavedQuery lost_query(R"(
    SELECT id FROM @extschema@.bookings WHERE id = ANY ($1) AND employee_id IS NULL AND resource_id <> business_id)",
                                {UUIDARRAYOID});

constinit SavedQuery leave_query(R"(
    UPDATE @extschema@.bookings SET session_key := $2 WHERE id = ANY ($1))",
                                 {UUIDARRAYOID, UUIDOID});

constinit SavedQuery mend_query(R"(
    UPDATE @extschema@.bookings SET session_key := $2 WHERE id = $1 RETURNING id)",
                                {UUIDOID, UUIDOID});

std::optional<Uuid> id_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? std::nullopt : std::optional(to_uuid(*PG_GETARG_UUID_P(number)));
}

std::vector<Uuid> ids_argument(FunctionCallInfo fcinfo, int number) {
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    pg_call([&] {
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &values,
                          &nulls, &count);
    });
    std::vector<Uuid> ids;
    for (int i = 0; i < count; ++i)
        if (!nulls[i])
            ids.push_back(to_uuid(*DatumGetUUIDP(values[i])));
    return ids;
}

std::optional<TimestampTz> time_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? std::nullopt : std::optional(PG_GETARG_TIMESTAMPTZ(number));
}

Datum id_or_null(FunctionCallInfo fcinfo, const std::optional<Uuid>& id) {
    return copy_or_null(fcinfo, id ? std::optional(to_pg_uuid(*id)) : std::nullopt);
}

using Refused = std::map<Uuid, std::string>;

/// Whether the guard's trigger fires in this session. May raise a server error.
bool is_guarded(Oid schema) {
    const Relation bookings = relation_open(get_relname_relid("bookings", schema), AccessShareLock);
    const TriggerDesc* const triggers = bookings->trigdesc;
    const char fires = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA ? TRIGGER_FIRES_ON_REPLICA
                                                                                  : TRIGGER_FIRES_ON_ORIGIN;
    bool found = false;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger& trigger = triggers->triggers[i];
        found |= strcmp(trigger.tgname, "bookings_guard") == 0 &&
                 (trigger.tgenabled == fires || trigger.tgenabled == TRIGGER_FIRES_ALWAYS);
    }
    relation_close(bookings, NoLock);
    return found;
}

/// All of them leave their places first, so none is in the way of another. Then each gets its place. Returns those that get none.
Refused try_to_mend(const std::vector<Uuid>& ids, Oid schema) {
    const BookingAttempt marked;
    std::set<Uuid> lost;
    for (const SpiRow row : lost_query.run_latest(schema, {uuid_array(ids)}))
        lost.insert(to_uuid(row.id(1)));
    leave_query.run_latest(schema, {uuid_array(ids), BookingAttempt::leaving_mark()});
    Refused refused;
    for (const Uuid& id : ids) {
        if (lost.contains(id))
            continue;
        poll_interrupts();
        Subtransaction attempt;
        try {
            if (!mend_query.run_latest(schema, {to_datum(id), BookingAttempt::mending_mark()}).empty()) {
                attempt.commit();
                continue;
            }
            refused.emplace(id, "a trigger keeps it from being changed");
        } catch (const ServerError&) {
            std::string message = pg_call([] {
                const ErrorData* const error = CopyErrorData();
                return error->message == nullptr ? "" : error->message;
            });
            if (!Subtransaction::forgives({ERRCODE_EXCLUSION_VIOLATION, ERRCODE_UNIQUE_VIOLATION,
                                           ERRCODE_CHECK_VIOLATION, ERRCODE_FOREIGN_KEY_VIOLATION,
                                           ERRCODE_NOT_NULL_VIOLATION, ERRCODE_NULL_VALUE_NOT_ALLOWED,
                                           ERRCODE_INVALID_PARAMETER_VALUE, ERRCODE_RAISE_EXCEPTION,
                                           errcode_wrong_state}))
                throw;
            refused.emplace(id, std::move(message));
        }
        attempt.roll_back();
    }
    return refused;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

/// bookmeatoz_booking_resource(business_id, employee_id, resource_id)
BOOKMEATOZ_FUNCTION(bookmeatoz_booking_resource, takes({UUIDOID, UUIDOID, UUIDOID}).returns(UUIDOID)) {
    BookingValues booking;
    booking.business_id = id_argument(fcinfo, 0);
    booking.employee_id = id_argument(fcinfo, 1);
    booking.resource_id = id_argument(fcinfo, 2);
    return id_or_null(fcinfo, fitting_resource(booking));
}

/// bookmeatoz_booking_session_key(id, resource_id, service_id, start_time, end_time)
BOOKMEATOZ_FUNCTION(bookmeatoz_booking_session_key,
                    takes({UUIDOID, UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID}).returns(UUIDOID)) {
    BookingValues booking;
    booking.id = id_argument(fcinfo, 0);
    booking.resource_id = id_argument(fcinfo, 1);
    booking.service_id = id_argument(fcinfo, 2);
    booking.start_time = time_argument(fcinfo, 3);
    booking.end_time = time_argument(fcinfo, 4);
    return id_or_null(fcinfo, session_key_of(booking));
}

/// bookmeatoz_capacity(business_settings, service_settings)
BOOKMEATOZ_FUNCTION(bookmeatoz_capacity, takes({JSONBOID, JSONBOID}).strict().returns(INT4OID)) {
    const pg_uuid_t unknown{};
    Settings settings;
    try {
        read_settings(settings, SettingsOwner::business, unknown, PG_GETARG_DATUM(0));
        read_settings(settings, SettingsOwner::service, unknown, PG_GETARG_DATUM(1));
    } catch (const SqlError&) {
        PG_RETURN_NULL();
    }
    return Int32GetDatum(settings.capacity);
}

/// bookmeatoz_settings_refusal(of_service, id, settings)
BOOKMEATOZ_FUNCTION(bookmeatoz_settings_refusal,
                    takes({BOOLOID, UUIDOID, JSONBOID}).strict().returns(TEXTOID)) {
    Settings settings;
    try {
        read_settings(settings, PG_GETARG_BOOL(0) ? SettingsOwner::service : SettingsOwner::business,
                      *PG_GETARG_UUID_P(1), PG_GETARG_DATUM(2));
    } catch (const SqlError& error) {
        return text_datum(error.message);
    }
    PG_RETURN_NULL();
}

/// bookmeatoz_mend_bookings(ids)
BOOKMEATOZ_FUNCTION(bookmeatoz_mend_bookings,
                    takes({UUIDARRAYOID}).strict().returns_table({UUIDOID, TEXTOID})) {
    ResultRows rows(fcinfo);
    const Oid schema = extension_schema(fcinfo);
    std::vector<Uuid> ids = ids_argument(fcinfo, 0);
    // The marks would stay in the rows.
    if (!pg_call([&] { return is_guarded(schema); }))
        throw SqlError(
            ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "bookings cannot be mended: their guard is missing or disabled", {},
            "Run bookmeatoz_install_schema(), or ALTER TABLE bookings ENABLE TRIGGER bookings_guard; and "
            "leave session_replication_role at origin.");
    Refused all_refused;
    const SpiConnection spi;
    // A row that gets no place stays as it was. It may be in the way of others then, so they are tried again.
    for (;;) {
        Subtransaction attempt;
        Refused refused = try_to_mend(ids, schema);
        if (refused.empty()) {
            attempt.commit();
            break;
        }
        attempt.roll_back();
        std::erase_if(ids, [&](const Uuid& id) { return refused.contains(id); });
        all_refused.merge(refused);
    }
    for (const auto& [id, message] : all_refused)
        rows.add({to_datum(id), text_datum(message)});
    return Datum(0);
}

/// bookmeatoz_verify_rows(repair)
BOOKMEATOZ_FUNCTION(bookmeatoz_verify_rows,
                    takes({BOOLOID}).returns_table({TEXTOID, TEXTOID, UUIDOID, TEXTOID, BOOLOID})) {
    ResultRows rows(fcinfo);
    if (PG_ARGISNULL(0))
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "repair must not be NULL");
    const Oid schema = extension_schema(fcinfo);
    const Oid owner = required_owner(schema, "bookings");
    if (!pg_call([&] { return has_privs_of_role(GetUserId(), owner); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only the owner of the data may verify the rows", {},
                       "Call bookmeatoz_verify_rows() as their owner, or as a superuser.");
    const OnBehalfOfOwner on_behalf(owner);
    const SpiConnection spi;
    for (const SpiRow found : check_query.run_latest(schema, {BoolGetDatum(PG_GETARG_BOOL(0))}))
        rows.add(found.tuple());
    return Datum(0);
}
