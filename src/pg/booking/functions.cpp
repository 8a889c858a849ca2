// The SQL functions that write bookings: book_slot(), hold_slot(), confirm_booking(), release_hold(), reschedule_booking()
// and cancel_booking(). They check their arguments and whether the status allows the change; booking/writer.hpp decides and
// writes. All return the booking as one row.
#include "pg/booking/record.hpp"
#include "pg/booking/writer.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/context/session.hpp"
#include "pg/server/sha256.hpp"
#include "pg/availability/arguments.hpp"

#include <string_view>

extern "C" {
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr int longest_key = 255;

constexpr Oid two_uuids[] = {UUIDOID, UUIDOID};
constexpr Oid uuid_argument[] = {UUIDOID};
constexpr Oid uuid_and_text[] = {UUIDOID, TEXTOID};

constinit SavedQuery confirm_query(R"(
    UPDATE @extschema@.bookings
       SET status='confirmed', hold_expires_at=NULL, customer_id=COALESCE($2, customer_id)
     WHERE id = $1
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                   two_uuids);

constinit SavedQuery release_query("DELETE FROM @extschema@.bookings WHERE id = $1", uuid_argument);

constinit SavedQuery cancel_query(R"(
    UPDATE @extschema@.bookings
       SET status='cancelled', hold_expires_at=NULL, cancellation_reason=$2
     WHERE id = $1
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                  uuid_and_text);

Datum return_row(FunctionCallInfo fcinfo, const BookingRecord& booking) {
    ResultRows rows(fcinfo);
    const Datum status = pg_call([&] { return CStringGetTextDatum(booking.status.c_str()); });
    rows.add({UUIDPGetDatum(&booking.id),
              booking.employee_id ? UUIDPGetDatum(&*booking.employee_id) : Datum(0),
              TimestampTzGetDatum(booking.start), TimestampTzGetDatum(booking.end), status,
              TimestampTzGetDatum(booking.hold_expires_at.value_or(0))},
             {false, !booking.employee_id, false, false, false, !booking.hold_expires_at});
    return Datum(0);
}

/// An argument of a type whose values are texts or documents; NULL: none.
std::optional<Datum> optional_value(FunctionCallInfo fcinfo, int position) {
    if (fcinfo->args[position].isnull)
        return std::nullopt;
    return fcinfo->args[position].value;
}

std::string to_text(Datum value) {
    return pg_call([&] { return TextDatumGetCString(value); });
}

/// The status of a new booking.
const char* new_status(FunctionCallInfo fcinfo, int position) {
    const std::optional<Datum> value = optional_value(fcinfo, position);
    if (!value)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "status must not be NULL");
    const std::string status = to_text(*value);
    for (const char* const allowed : {"confirmed", "pending"}) {
        if (status == allowed)
            return allowed;
    }
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                   "a booking cannot begin with the status \"" + status + "\"",
                   "It must be confirmed or pending.");
}

/// 22023 unless it is NULL or a JSON object. As text, for the hash of the arguments.
std::string metadata_text(const std::optional<Datum>& value) {
    if (!value)
        return "{}";
    return pg_call([&] {
        Jsonb* const document = DatumGetJsonbP(*value);
        if (!JB_ROOT_IS_OBJECT(document))
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("metadata must be a JSON object")));
        return JsonbToCString(nullptr, &document->root, static_cast<int>(VARSIZE(document)));
    });
}

void check_key(Datum key) {
    const int length = pg_call([&] {
        const text* const value = DatumGetTextPP(key);
        return pg_mbstrlen_with_len(VARDATA_ANY(value), static_cast<int>(VARSIZE_ANY_EXHDR(value)));
    });
    if (length < 1 || length > longest_key)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "idempotency_key must have 1 to 255 characters",
                       "It has " + std::to_string(length) + ".");
}

/// Values one behind the other, told apart whatever they contain.
class HashedArguments {
public:
    void add(std::string_view value) { text_ += std::to_string(value.size()) + ':' + std::string(value); }
    void add(const pg_uuid_t& id) { add({reinterpret_cast<const char*>(id.data), UUID_LEN}); }
    void add(const std::optional<pg_uuid_t>& id) {
        if (id) {
            add(*id);
        } else {
            add_null();
        }
    }
    void add_null() { text_ += '-'; }

    Datum hash() const {
        const Sha256 digest = sha256(text_);
        return pg_call([&] {
            auto* const result = static_cast<bytea*>(palloc(VARHDRSZ + digest.size()));
            SET_VARSIZE(result, VARHDRSZ + digest.size());
            std::memcpy(VARDATA(result), digest.data(), digest.size());
            return PointerGetDatum(result);
        });
    }

private:
    std::string text_;
};

/// 55000: the change makes no sense for a booking in this state.
[[noreturn]] void refuse_in_state(const char* change, const BookingRecord& booking, const char* hint = "") {
    throw SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, std::string("the booking cannot be ") + change,
                   booking.is_hold() ? "It is a hold." : "Its status is " + booking.status + ".", hint);
}

bool is_open(const BookingRecord& booking) {
    return booking.status == "pending" || booking.status == "confirmed";
}

/// The row after an UPDATE by id. None: row security lets the caller lock the booking but not write it so.
BookingRecord updated(const SpiRows& rows, const pg_uuid_t& id) {
    if (rows.size() == 0)
        booking_not_found(id);
    return booking_record(*rows.begin());
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
    request.slot_interval_minutes = arguments.step(8);
    const std::string metadata = metadata_text(request.metadata);
    if (request.idempotency_key) {
        check_key(*request.idempotency_key);
        HashedArguments hashed;
        hashed.add(request.service_id);
        hashed.add(std::to_string(request.start.time_since_epoch().count()));
        hashed.add(request.customer_id);
        hashed.add(request.employee_id);
        hashed.add(request.status);
        if (request.notes) {
            hashed.add(to_text(*request.notes));
        } else {
            hashed.add_null();
        }
        hashed.add(metadata);
        hashed.add(std::to_string(request.slot_interval_minutes.value_or(0)));
        request.idempotency_hash = hashed.hash();
    }
    return return_row(fcinfo, write_booking(request, extension_schema(fcinfo)));
}

BOOKMEATOZ_FUNCTION(hold_slot, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, UUIDOID, INT4OID})
                                   .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                                   TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    BookingRequest request{};
    request.service_id = arguments.id(0, "service_id");
    request.start = arguments.instant(1, "slot_start");
    request.employee_id = arguments.optional_id(2);
    request.customer_id = arguments.optional_id(3);
    request.slot_interval_minutes = arguments.step(4);
    request.is_hold = true;
    request.status = "pending";
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
    if (booking.record.status == "confirmed") {
        if (customer && !(booking.customer_id && same_id(*customer, *booking.customer_id)))
            refuse_in_state("confirmed for another customer", booking.record);
        return return_row(fcinfo, booking.record);
    }
    if (!is_open(booking.record))
        refuse_in_state("confirmed", booking.record);
    if (booking.record.is_hold() && *booking.record.hold_expires_at <= GetCurrentTimestamp())
        throw SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "the hold has expired",
                       "Its time is no longer kept.", "Book or hold a slot anew.");
    if (!customer && !booking.customer_id)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "customer_id must not be NULL",
                       "The hold names no customer.", "Give confirm_booking() the customer.");
    if (customer)
        check_customer(*customer, booking.business_id, schema);
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
        refuse_in_state("released", booking.record, "cancel_booking() cancels a booking.");
    if (release_query.run_latest(schema, {UUIDPGetDatum(&id)}).size() == 0)
        booking_not_found(id);
    return return_row(fcinfo, booking.record);
}

BOOKMEATOZ_FUNCTION(reschedule_booking, takes({UUIDOID, TIMESTAMPTZOID, UUIDOID, INT4OID})
                                            .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                            TEXTOID, TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const pg_uuid_t id = arguments.id(0, "booking_id");
    const Move move{arguments.instant(1, "slot_start"), arguments.optional_id(2), arguments.step(3)};
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    if (booking.record.is_hold())
        refuse_in_state("rescheduled", booking.record,
                        "Release it by release_hold(), and hold another slot.");
    if (!is_open(booking.record))
        refuse_in_state("rescheduled", booking.record);
    return return_row(fcinfo, move_booking(booking, move, schema));
}

/// Cancelling what is cancelled changes nothing, so that a call may be repeated whose answer was lost.
BOOKMEATOZ_FUNCTION(cancel_booking, takes({UUIDOID, TEXTOID})
                                        .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                        TEXTOID, TIMESTAMPTZOID})) {
    const pg_uuid_t id = SlotArguments(fcinfo).id(0, "booking_id");
    const std::optional<Datum> reason = optional_value(fcinfo, 1);
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const LockedBooking booking = lock_booking(schema, id);
    if (booking.record.status == "cancelled")
        return return_row(fcinfo, booking.record);
    if (booking.record.is_hold())
        refuse_in_state("cancelled", booking.record, "release_hold() gives its time back.");
    if (!is_open(booking.record))
        refuse_in_state("cancelled", booking.record);
    return return_row(fcinfo, updated(cancel_query.run_latest(schema, {UUIDPGetDatum(&id), reason}), id));
}
