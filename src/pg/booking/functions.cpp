// The SQL functions that write bookings: book_slot(), hold_slot(), confirm_booking(), release_hold(), reschedule_booking()
// and cancel_booking(). They check their arguments and whether the status allows the change; booking/writer.hpp decides and
// writes. All return the booking as one row.
#include "pg/server/compat.hpp"
#include "pg/booking/record.hpp"
#include "pg/booking/customer_rules.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/booking/request.hpp"
#include "pg/booking/result.hpp"
#include "pg/booking/state.hpp"
#include "pg/booking/writer.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/context/session.hpp"
#include "pg/availability/arguments.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery confirm_query(R"(
    UPDATE @extschema@.bookings
       SET status := 'confirmed', hold_expires_at := NULL, customer_id := COALESCE($2, customer_id)
     WHERE id = $1
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                   {UUIDOID, UUIDOID});

constinit SavedQuery release_query("DELETE FROM @extschema@.bookings WHERE id = $1", {UUIDOID});

constinit SavedQuery cancel_query(R"(
    UPDATE @extschema@.bookings
       SET status := 'cancelled', hold_expires_at := NULL, cancellation_reason := $2
     WHERE id = $1
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                  {UUIDOID, TEXTOID});

/// The row after an UPDATE by id. None: row security lets the caller lock the booking but not write it so.
BookingRecord updated(const SpiRows& rows, const pg_uuid_t& id) {
    if (rows.empty())
        not_found(Sought::booking, id);
    return booking_record(rows.front());
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(book_slot, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, UUIDOID, TEXTOID, TEXTOID, JSONBOID,
                                      TEXTOID, INT4OID})
                                   .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                                   TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    BookingRequest request{};
    request.service_id = arguments.id(0, "service_id");
    request.start = arguments.instant(1, "slot_start");
    request.customer_id = arguments.id(2, "customer_id");
    request.employee_id = arguments.optional_id(3);
    request.status = new_status(fcinfo, 4);
    request.notes = optional_value(fcinfo, 5);
    request.metadata = optional_value(fcinfo, 6);
    request.idempotency_key = optional_value(fcinfo, 7);
    request.slot_interval_minutes = arguments.slot_interval(8);
    const std::string metadata = metadata_text(request.metadata);
    if (request.idempotency_key) {
        check_key(*request.idempotency_key);
        HashedArguments hashed;
        hashed.add(request.service_id);
        hashed.add(std::to_string(request.start.time_since_epoch().count()));
        hashed.add(request.customer_id);
        hashed.add(request.employee_id);
        hashed.add(request.status);
        hashed.add_text(request.notes);
        hashed.add(metadata);
        hashed.add(std::to_string(request.slot_interval_minutes.value_or(0)));
        request.idempotency_hash = hashed.hash();
    }
    return return_row(fcinfo, write_booking(request, extension_schema(fcinfo)));
}

BOOKMEATOZ_FUNCTION(hold_slot, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, UUIDOID, INT4OID, TEXTOID})
                                   .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                                   TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    BookingRequest request{};
    request.service_id = arguments.id(0, "service_id");
    request.start = arguments.instant(1, "slot_start");
    request.employee_id = arguments.optional_id(2);
    request.customer_id = arguments.optional_id(3);
    request.slot_interval_minutes = arguments.slot_interval(4);
    request.idempotency_key = optional_value(fcinfo, 5);
    request.is_hold = true;
    request.status = "pending";
    if (request.idempotency_key) {
        check_key(*request.idempotency_key);
        HashedArguments hashed;
        hashed.add("hold");
        hashed.add(request.service_id);
        hashed.add(std::to_string(request.start.time_since_epoch().count()));
        hashed.add(request.employee_id);
        hashed.add(request.customer_id);
        hashed.add(std::to_string(request.slot_interval_minutes.value_or(0)));
        request.idempotency_hash = hashed.hash();
    }
    return return_row(fcinfo, write_booking(request, extension_schema(fcinfo)));
}

/// Confirming what is confirmed changes nothing, so that a call may be repeated whose answer was lost.
BOOKMEATOZ_FUNCTION(confirm_booking, takes({UUIDOID, UUIDOID})
                                         .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                         TEXTOID, TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const pg_uuid_t id = arguments.id(0, "booking_id");
    const std::optional<pg_uuid_t> customer = arguments.optional_id(1);
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    const BookingRecord& record = booking.record;
    const bool is_new_customer =
        customer && !(booking.customer_id && same_id(*customer, *booking.customer_id));
    if (record.status == "confirmed") {
        if (is_new_customer)
            refuse_in_state("the booking is confirmed for another customer", "other_customer",
                            "Book another slot for this customer.", "customer_id");
        return return_row(fcinfo, record);
    }
    require_open(record, "confirmed");
    if (record.has_expired())
        refuse_expired_hold();
    if (!customer && !booking.customer_id)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "customer_id must not be NULL",
                       "The hold names no customer.", "Give confirm_booking() the customer.");
    if (is_new_customer) {
        const Uuid itself = to_uuid(id);
        require_customer_may_book({*customer,
                                   booking.business_id,
                                   booking.service_id,
                                   bookmeatoz::Interval{to_instant(record.start), to_instant(record.end)},
                                   {&itself, 1}},
                                  settings_of_service(booking.service_id, schema), schema);
    } else if (record.is_hold()) {
        // Whoever counts the customer's bookings now must wait: the hold may expire before this is committed.
        lock_customer_if_counted(*booking.customer_id, settings_of_service(booking.service_id, schema));
    }
    const SpiRows rows = confirm_query.run_latest(
        schema, {UUIDPGetDatum(&id), customer ? std::optional(UUIDPGetDatum(&*customer)) : std::nullopt});
    return return_row(fcinfo, updated(rows, id));
}

BOOKMEATOZ_FUNCTION(release_hold, takes({UUIDOID}).returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID,
                                                                  TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID})) {
    const pg_uuid_t id = SlotArguments(fcinfo).id(0, "booking_id");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    if (!booking.record.is_hold())
        refuse_in_state("the booking cannot be released: it is not a hold", "not_a_hold",
                        "cancel_booking() cancels a booking.", "hold_expires_at");
    if (release_query.run_latest(schema, {UUIDPGetDatum(&id)}).empty())
        not_found(Sought::booking, id);
    return return_row(fcinfo, booking.record);
}

BOOKMEATOZ_FUNCTION(reschedule_booking,
                    takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, INT4OID, BOOLOID, BOOLOID, BOOLOID})
                        .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                        TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const pg_uuid_t id = arguments.id(0, "booking_id");
    Move move{};
    move.start = arguments.instant(1, "slot_start");
    move.employee_id = arguments.optional_id(2);
    move.slot_interval_minutes = arguments.slot_interval(3);
    move.any_employee = flag(fcinfo, 4, "any_employee");
    move.keep_duration = flag(fcinfo, 5, "keep_duration");
    move.as_customer = flag(fcinfo, 6, "as_customer");
    if (move.any_employee && move.employee_id)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "employee_id and any_employee exclude each other", {},
                       "Name an employee, or leave the choice open.");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    require_movable(booking.record);
    return return_row(fcinfo, move_booking(booking, move, schema));
}

/// Cancelling what is cancelled changes nothing, so that a call may be repeated whose answer was lost.
BOOKMEATOZ_FUNCTION(cancel_booking, takes({UUIDOID, TEXTOID, BOOLOID})
                                        .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                        TEXTOID, TIMESTAMPTZOID})) {
    const pg_uuid_t id = SlotArguments(fcinfo).id(0, "booking_id");
    const std::optional<Datum> reason = optional_value(fcinfo, 1);
    const bool as_customer = flag(fcinfo, 2, "as_customer");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    if (booking.record.status == "cancelled")
        return return_row(fcinfo, booking.record);
    refuse_hold(booking.record, "cancelled", "release_hold() gives its time back.");
    require_open(booking.record, "cancelled");
    if (as_customer)
        require_notice(booking.record, settings_of_service(booking.service_id, schema).cancel_notice,
                       "cancel_notice_minutes");
    return return_row(fcinfo, updated(cancel_query.run_latest(schema, {UUIDPGetDatum(&id), reason}), id));
}
