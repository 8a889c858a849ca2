// Writing bookings: see booking/writer.hpp.
#include "pg/booking/writer.hpp"
#include "pg/booking/assignment.hpp"
#include "pg/booking/attempt.hpp"
#include "pg/booking/customer_rules.hpp"
#include "pg/calendar/calendar.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/snapshot.hpp"
#include "pg/server/memory.hpp"
#include "pg/context/session.hpp"
#include "pg/availability/arguments.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/booking/state.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/errors.hpp"

#include <map>
#include <vector>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

// A hold of the caller's that has expired is not what a repeated call is about.
constinit SavedQuery delete_expired_hold(R"(
    DELETE FROM @extschema@.bookings
     WHERE id = $1 AND status = 'pending' AND hold_expires_at <= pg_catalog.clock_timestamp())",
                                         {UUIDOID});

constinit SavedQuery user_query("SELECT FROM @extschema@.users WHERE id = $1", {UUIDOID});

constinit SavedQuery key_query("SELECT " BOOKING_RECORD_COLUMNS ", idempotency_hash"
                               " FROM @extschema@.bookings WHERE business_id = $1 AND idempotency_key = $2",
                               {UUIDOID, TEXTOID});

constinit SavedQuery insert_query(R"(
    INSERT INTO @extschema@.bookings
        (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes,
         buffer_after_minutes, status, notes, metadata, hold_expires_at, idempotency_key, idempotency_hash,
         booked_by_user_id, session_key, series_id, visit_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::@extschema@.booking_status_type_v1, $10,
            COALESCE($11, '{}'::pg_catalog.jsonb), $12, $13, $14, $15, $16, $17, $18)
    ON CONFLICT DO NOTHING
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                  {UUIDOID, UUIDOID, UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                   INT4OID, INT4OID, TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID, TEXTOID,
                                   BYTEAOID, UUIDOID, UUIDOID, UUIDOID, UUIDOID});

constinit SavedQuery move_query(R"(
    UPDATE @extschema@.bookings
       SET employee_id := $2, start_time := $3, end_time := $4,
           buffer_before_minutes := $5, buffer_after_minutes := $6, session_key := $7
     WHERE id = $1
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                {UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID, INT4OID,
                                 UUIDOID});

using pg::to_datum;

std::optional<Datum> to_datum(const std::optional<pg_uuid_t>& id) {
    return id ? std::optional(UUIDPGetDatum(&*id)) : std::nullopt;
}

Datum to_datum(std::chrono::minutes minutes) {
    return Int32GetDatum(static_cast<int32>(minutes.count()));
}

/// How often each resource refused a row that the decision had allowed. A writer that was faster shows in the next
/// decision; a row that the caller may not see never does, so after some attempts the resource counts as booked.
class Refusals {
public:
    void add(const Uuid& resource) { ++counts_[resource]; }
    bool exhausted(const Uuid& resource) const {
        const auto found = counts_.find(resource);
        return found != counts_.end() && found->second >= 5;
    }

    /// Whether the caught ServerError says that a row has gone which the decision had found (employee, service, customer), so
    /// that the next decision refuses it by its own words. A foreign key of the application's fails again, and is told then.
    bool forgives_vanished_row() {
        return vanished_++ < 3 && Subtransaction::forgives({ERRCODE_FOREIGN_KEY_VIOLATION});
    }

private:
    std::map<Uuid, int> counts_;
    int vanished_ = 0;
};

/// One decision: the calendar of a question under the latest snapshot, and whom to book.
class Decision {
public:
    Decision(const Question& question, Oid schema)
        : schema_(schema), context_(CurrentMemoryContext), memory_(&context_),
          loaded_(question, schema, &memory_) {}

    LoadedCalendar& loaded() { return loaded_; }

    /// Whom to book; raises the refusal where there is nobody.
    const Resource& decide(Instant start, const Refusals& refusals) {
        // S20: who is the least busy is a matter of the whole date.
        loaded_.load({start, start + one_tick}, BookingScope::whole_dates);
        SlotCheck check = check_slot(loaded_.calendar(), start, poll_interrupts, &memory_);
        if (check.reason != SlotReason::ok)
            refuse_slot(check.reason);
        const std::span<const Resource> resources = loaded_.calendar().resources;
        std::erase_if(check.free,
                      [&](std::uint32_t index) { return refusals.exhausted(resources[index].id); });
        if (check.free.empty())
            refuse_slot(SlotReason::booked);
        return resources[choose_resource(loaded_, start, check.free, schema_, &memory_)];
    }

private:
    Oid schema_;
    ContextMemory context_;
    std::pmr::monotonic_buffer_resource memory_;
    LoadedCalendar loaded_;
};

/// The booking that was made under this key before, in the business.
std::optional<BookingRecord> booking_of_key(const BookingRequest& request, const Uuid& business, Oid schema) {
    const SpiRows rows = key_query.run(schema, {to_datum(business), *request.idempotency_key});
    if (rows.empty())
        return std::nullopt;
    const SpiRow row = rows.front();
    const BookingRecord record = booking_record(row);
    const int hash = booking_record_columns + 1;
    const bool same_arguments = !row.is_null(hash) && pg_call([&] {
        return DatumGetBool(DirectFunctionCall2(byteaeq, row.get(hash, BYTEAOID), *request.idempotency_hash));
    });
    if (!same_arguments)
        throw SqlError(errcode_other_arguments, "the idempotency key was used with other arguments", {},
                       "Repeat a call with all of its arguments, or give a new request a key of its own.")
            .about(
                {.table = "bookings", .column = "idempotency_key", .constraint = "bookings_idempotency_key"});
    if (record.has_expired()) {
        delete_expired_hold.run_latest(schema, {UUIDPGetDatum(&record.id)});
        return std::nullopt;
    }
    return record;
}

/// The user of the session context, where there is such an account. Looked up as the owner of the accounts: the caller
/// learns no more than that the own id is known.
std::optional<pg_uuid_t> booking_user(Oid schema) {
    const std::optional<pg_uuid_t> user = session_context().user;
    if (!user)
        return std::nullopt;
    const AsOwner as_owner(required_owner(schema, "users"));
    return user_query.run(schema, {UUIDPGetDatum(&*user)}).empty() ? std::nullopt : user;
}

} // namespace

Settings settings_of_service(const pg_uuid_t& service_id, Oid schema) {
    ContextMemory context(CurrentMemoryContext);
    std::pmr::monotonic_buffer_resource memory(&context);
    const Question question{service_id, to_instant(GetCurrentTimestamp()), {}, {}, {}};
    return LoadedCalendar(question, schema, &memory).calendar().settings;
}

BookingRecord write_booking(const BookingRequest& request, Oid schema) {
    const SpiConnection spi;
    Refusals refusals;
    for (;;) {
        std::optional<LatestSnapshot> snapshot(std::in_place);
        const Instant now = to_instant(GetCurrentTimestamp());
        Decision decision(
            {request.service_id, now, request.employee_id, request.slot_interval_minutes, std::nullopt},
            schema);
        const Calendar& calendar = decision.loaded().calendar();
        const Uuid& business = decision.loaded().business_id();
        if (request.idempotency_key) {
            if (const std::optional<BookingRecord> first = booking_of_key(request, business, schema))
                return *first;
        }
        if (request.customer_id)
            require_customer_may_book(
                {*request.customer_id,
                 to_pg_uuid(business),
                 request.service_id,
                 bookmeatoz::Interval{request.start, request.start + calendar.service.duration},
                 {}},
                calendar.settings, schema);
        const Resource& resource = decision.decide(request.start, refusals);
        const std::optional<pg_uuid_t> user = booking_user(schema);
        snapshot.reset();

        std::optional<Datum> employee;
        if (!decision.loaded().business_is_resource())
            employee = to_datum(resource.id);
        std::optional<Datum> expiry;
        if (request.is_hold)
            expiry = to_datum(now + calendar.settings.hold);
        const Datum status = pg_call([&] { return CStringGetTextDatum(request.status); });
        // What a failed attempt has locked or deleted is given back before the next one.
        Subtransaction attempt;
        const BookingAttempt marked;
        try {
            const SpiRows rows = insert_query.run_latest(
                schema,
                {to_datum(business), to_datum(request.customer_id), UUIDPGetDatum(&request.service_id),
                 employee, to_datum(request.start), to_datum(request.start + calendar.service.duration),
                 to_datum(calendar.service.buffer_before), to_datum(calendar.service.buffer_after), status,
                 request.notes, request.metadata, expiry, request.idempotency_key, request.idempotency_hash,
                 to_datum(user), BookingAttempt::mark(), to_datum(request.series_id),
                 to_datum(request.visit_id)});
            if (!rows.empty()) {
                BookingRecord written = booking_record(rows.front());
                attempt.commit();
                return written;
            }
            refusals.add(resource.id);
        } catch (const ServerError&) {
            if (!refusals.forgives_vanished_row())
                throw;
        }
        attempt.roll_back();
    }
}

BookingRecord move_booking(const LockedBooking& booking, const Move& move, Oid schema) {
    Refusals refusals;
    const std::optional<pg_uuid_t> asked = move.any_employee  ? std::nullopt
                                           : move.employee_id ? move.employee_id
                                                              : booking.record.employee_id;
    const Duration own_duration(booking.record.end - booking.record.start);
    std::vector<Uuid> left_out(move.without_place.begin(), move.without_place.end());
    left_out.push_back(to_uuid(booking.record.id));
    for (;;) {
        std::optional<LatestSnapshot> snapshot(std::in_place);
        const Instant now = to_instant(GetCurrentTimestamp());
        Decision decision({booking.service_id, now, asked, move.slot_interval_minutes, booking.record.id},
                          schema);
        decision.loaded().leave_out(move.without_place);
        if (move.keep_duration)
            decision.loaded().ask_for(std::chrono::ceil<std::chrono::minutes>(own_duration),
                                      std::chrono::minutes(booking.buffer_before_minutes),
                                      std::chrono::minutes(booking.buffer_after_minutes));
        const Service& service = decision.loaded().calendar().service;
        const Settings& settings = decision.loaded().calendar().settings;
        const Instant end = move.start + (move.keep_duration ? own_duration : Duration(service.duration));
        if (move.as_customer)
            require_notice(booking.record, settings.reschedule_notice, "reschedule_notice_minutes");
        if (booking.customer_id) {
            lock_customer_if_compared(*booking.customer_id, settings);
            require_not_busy({*booking.customer_id, booking.business_id, booking.service_id,
                              bookmeatoz::Interval{move.start, end}, left_out},
                             settings, schema);
        }
        const Resource& resource = decision.decide(move.start, refusals);
        std::optional<Datum> employee = to_datum(asked);
        if (move.any_employee && !decision.loaded().business_is_resource())
            employee = to_datum(resource.id);
        snapshot.reset();

        Subtransaction attempt;
        try {
            const BookingAttempt marked(move.without_place);
            const SpiRows rows = move_query.run_latest(
                schema,
                {UUIDPGetDatum(&booking.record.id), employee, to_datum(move.start), to_datum(end),
                 to_datum(service.buffer_before), to_datum(service.buffer_after), BookingAttempt::mark()});
            if (!rows.empty()) {
                BookingRecord moved = booking_record(rows.front());
                attempt.commit();
                return moved;
            }
            refusals.add(resource.id);
        } catch (const ServerError&) {
            if (Subtransaction::forgives({ERRCODE_EXCLUSION_VIOLATION, ERRCODE_UNIQUE_VIOLATION}))
                refusals.add(resource.id);
            else if (!refusals.forgives_vanished_row())
                throw;
        }
        attempt.roll_back();
    }
}

} // namespace bookmeatoz::pg
