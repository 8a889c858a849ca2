// export_customer() and erase_customer(): what is stored about a customer, shown and overwritten.
//
// Customer and bookings are read and written with the rights and the row security of the caller. Three things are written as the owner, for
// nobody else may: archived bookings, the images of the audit log, and messages to other users. They are bounded by the business and its
// tenant, which the caller was seen to reach.
//
// Locks of erase_customer(): the customer FOR NO KEY UPDATE, for which only another erasure or change of the customer waits: two erasures
// might meet at bookings that came between their first and their last lock; the bookings, ascending by id, as all who change several; then the customer FOR UPDATE. From then on no
// booking can be written for the customer: its foreign key must lock the same row. What was written between the two is found by
// the statements after the lock. They write no time, so the guard makes none of them wait. A booking that is just being archived is found
// in the archive: the statement on bookings comes first, and waits until it is gone from there.
#include "pg/availability/arguments.hpp"
#include "pg/calendar/status.hpp"
#include "pg/schema/append_only.hpp"
#include "pg/server/errors.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/uuid.hpp"
#include "pg/server/uuid_datum.hpp"

#include <optional>
#include <vector>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/datum.h"
}

namespace bookmeatoz::pg {
namespace {

#define CUSTOMER                                                                                             \
    "SELECT c.id, c.business_id, w.tenant_id, c.user_id"                                                     \
    "  FROM @extschema@.customers c JOIN @extschema@.businesses w ON w.id = c.business_id WHERE c.id = $1"
constinit SavedQuery customer_query(CUSTOMER, {UUIDOID});
constinit SavedQuery begin_query(CUSTOMER " FOR NO KEY UPDATE OF c", {UUIDOID});
constinit SavedQuery lock_customer_query(CUSTOMER " FOR UPDATE OF c", {UUIDOID});

constinit SavedQuery lock_bookings_query(
    "SELECT id FROM @extschema@.bookings WHERE customer_id = $1 ORDER BY id FOR NO KEY UPDATE", {UUIDOID});

constinit SavedQuery open_bookings_query("SELECT id FROM @extschema@.bookings"
                                         " WHERE customer_id = $1 AND end_time > pg_catalog.clock_timestamp()"
                                         "   AND status <> 'completed' AND " OCCUPYING_STATUS
                                         "   AND (hold_expires_at IS NULL"
                                         "     OR hold_expires_at > pg_catalog.clock_timestamp())"
                                         " LIMIT 1",
                                         {UUIDOID});

// Also of those that were deleted, or given to another customer: the log has notes of them. $1: customer, $2: business.
constinit SavedQuery booking_ids_query(R"(
    SELECT id FROM @extschema@.bookings WHERE customer_id = $1
    UNION
    SELECT id FROM @extschema@.bookings_archive WHERE customer_id = $1
    UNION
    SELECT entity_id
      FROM @extschema@.audit_logs
     WHERE business_id = $2 AND entity_type = 'bookings'
       AND ((before ->> 'customer_id') = ($1::pg_catalog.text) OR (after ->> 'customer_id') = ($1::pg_catalog.text)))",
                                       {UUIDOID, UUIDOID});

// What is kept in an image tells of the appointment, not of the person. Named are those that stay: a column of the user's own goes.
// $1: business, $2: its tenant, $3: the rows.
#define ERASED_IMAGE(image)                                                                                  \
    "coalesce((SELECT pg_catalog.jsonb_object_agg(v.key, CASE WHEN v.key = ANY ('{"                          \
    "id,business_id,customer_id,service_id,employee_id,start_time,end_time,status,hold_expires_at,"          \
    "overbooked,price,currency,series_id,visit_id,rescheduled_from_booking_id,reminder_sent_24h,"            \
    "reminder_sent_1h,created_at,buffer_before_minutes,buffer_after_minutes,resource_id,session_key,seat"    \
    "}'::pg_catalog.text[]) THEN v.value ELSE 'null' END)"                                                   \
    " FROM pg_catalog.jsonb_each(" image ") v), " image ")"
constinit SavedQuery erase_images("UPDATE @extschema@.audit_logs SET before := " ERASED_IMAGE(
                                      "before") ", after := " ERASED_IMAGE("after") R"(
     WHERE business_id = $1 AND tenant_id = $2 AND entity_id = ANY ($3)
       AND (entity_type = 'customers' OR entity_type = 'bookings' OR entity_type = 'notifications'))",
                                  {UUIDOID, UUIDOID, UUIDARRAYOID});

// Messages to the customer, and those to others that name the customer or a booking in their data. Staff who are customers too keep
// what is about others. $1: business, $2: user, $3: the ids of the customer and the bookings.
constinit SavedQuery delete_notifications(R"(
    DELETE FROM @extschema@.notifications n
     WHERE n.business_id = $1
       AND ((n.user_id = $2
             AND NOT EXISTS (SELECT FROM @extschema@.employees e WHERE e.business_id = $1 AND e.user_id = $2)
             AND NOT EXISTS (SELECT FROM @extschema@.user_business_roles r WHERE r.business_id = $1 AND r.user_id = $2))
         OR EXISTS (SELECT
                      FROM pg_catalog.regexp_matches(n.data::pg_catalog.text,
                                                     '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'gi') m
                     WHERE (m[1])::pg_catalog.uuid = ANY ($3)))
    RETURNING n.id)",
                                          {UUIDOID, UUIDOID, UUIDARRAYOID});

// Where nothing is left to erase, nothing is written. $1: customer, $2: the user of the customer, $3: the business.
#define ERASE(table)                                                                                         \
    "UPDATE @extschema@." table                                                                              \
    "   SET notes := NULL, metadata := '{}', cancellation_reason := NULL, idempotency_key := NULL,"          \
    "       idempotency_hash := NULL,"                                                                       \
    "       booked_by_user_id := CASE WHEN booked_by_user_id = $2 THEN NULL ELSE booked_by_user_id END"      \
    " WHERE customer_id = $1 AND business_id = $3"                                                           \
    "   AND (notes IS NOT NULL OR metadata <> '{}' OR cancellation_reason IS NOT NULL"                       \
    "     OR idempotency_key IS NOT NULL OR booked_by_user_id = $2)"
constinit SavedQuery erase_bookings(ERASE("bookings"), {UUIDOID, UUIDOID, UUIDOID});
constinit SavedQuery erase_archive(ERASE("bookings_archive"), {UUIDOID, UUIDOID, UUIDOID});
constexpr std::string_view erased_of_archive[] = {
    "notes", "metadata", "cancellation_reason", "idempotency_key", "idempotency_hash", "booked_by_user_id"};
constexpr std::string_view erased_of_log[] = {"before", "after"};

constinit SavedQuery erase_row(R"(
    UPDATE @extschema@.customers
       SET name := 'erased', email := NULL, phone := NULL, profile_notes := NULL, user_id := NULL, status := 'inactive'
     WHERE id = $1
       AND (name <> 'erased' OR email IS NOT NULL OR phone IS NOT NULL OR profile_notes IS NOT NULL OR user_id IS NOT NULL
         OR status <> 'inactive'))",
                               {UUIDOID});

// $1: customer, $2: its bookings, those that are gone too.
constinit SavedQuery export_query(R"(
    SELECT pg_catalog.jsonb_build_object(
               'customer', pg_catalog.to_jsonb(c),
               'bookings', (SELECT coalesce(pg_catalog.jsonb_agg((e.booking - 'idempotency_hash') ORDER BY e.start_time, e.id), '[]')
                              FROM (SELECT b.start_time, b.id, pg_catalog.to_jsonb(b) FROM @extschema@.bookings b WHERE b.customer_id = c.id
                                    UNION ALL
                                    SELECT b.start_time, b.id, pg_catalog.to_jsonb(b) FROM @extschema@.bookings_archive b
                                     WHERE b.customer_id = c.id) e (start_time, id, booking)),
               'audit_logs', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a) ORDER BY a.created_at, a.id), '[]')
                                FROM @extschema@.audit_logs a
                               WHERE a.business_id = c.business_id
                                 AND ((a.entity_type = 'customers' AND a.entity_id = c.id)
                                   OR (a.entity_type = 'bookings' AND a.entity_id = ANY ($2)))))
      FROM @extschema@.customers c WHERE c.id = $1)",
                                  {UUIDOID, UUIDARRAYOID});

struct Customer {
    pg_uuid_t id;
    pg_uuid_t business;
    pg_uuid_t tenant;
    std::optional<pg_uuid_t> user;
};

/// BM003 unless it is found.
Customer required_customer(const SpiRows& rows, const pg_uuid_t& id) {
    if (rows.empty())
        not_found(Sought::customer, id);
    const SpiRow row = rows.front();
    return {row.id(1), row.id(2), row.id(3), row.is_null(4) ? std::nullopt : std::optional(row.id(4))};
}

std::vector<pg_uuid_t> ids_in(const SpiRows& rows) {
    std::vector<pg_uuid_t> ids;
    for (const SpiRow row : rows)
        ids.push_back(row.id(1));
    return ids;
}

void require_no_open_booking(const Customer& customer, Oid schema) {
    if (!open_bookings_query.run_committed(schema, {UUIDPGetDatum(&customer.id)}).empty())
        throw SqlError(errcode_wrong_state,
                       "customer " + uuid_text(customer.id) +
                           " cannot be erased: a booking of theirs is not over",
                       "open_booking",
                       "End it by cancel_booking() or release_hold(), or erase the customer when it is over.")
            .about({.table = "bookings", .column = "end_time"});
}

/// Every table of bookings has its statement here. bookings comes first: see above.
void erase_rows(const Customer& customer, Oid schema) {
    const auto user = customer.user ? std::optional<Datum>(UUIDPGetDatum(&*customer.user)) : std::nullopt;
    const SavedQuery::Arguments arguments = {UUIDPGetDatum(&customer.id), user,
                                             UUIDPGetDatum(&customer.business)};
    erase_bookings.run_committed(schema, arguments);
    {
        const AsOwner as_owner(required_owner(schema, "bookings_archive"));
        const ErasurePass pass(erased_of_archive);
        erase_archive.run_committed(schema, arguments);
    }
    erase_row.run_committed(schema, {UUIDPGetDatum(&customer.id)});
}

/// After erase_rows(): its own entries are in the log by then.
void erase_traces(const Customer& customer, Oid schema) {
    std::vector<pg_uuid_t> ids = ids_in(booking_ids_query.run_committed(
        schema, {UUIDPGetDatum(&customer.id), UUIDPGetDatum(&customer.business)}));
    ids.push_back(customer.id);
    {
        const auto user = customer.user ? std::optional<Datum>(UUIDPGetDatum(&*customer.user)) : std::nullopt;
        const AsOwner as_owner(required_owner(schema, "notifications"));
        for (const pg_uuid_t& id : ids_in(delete_notifications.run_committed(
                 schema, {UUIDPGetDatum(&customer.business), user, uuid_array(ids)})))
            ids.push_back(id);
    }
    const AsOwner as_owner(required_owner(schema, "audit_logs"));
    const ErasurePass pass(erased_of_log);
    erase_images.run_committed(
        schema, {UUIDPGetDatum(&customer.business), UUIDPGetDatum(&customer.tenant), uuid_array(ids)});
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(export_customer, takes({UUIDOID}).returns(JSONBOID)) {
    const pg_uuid_t id = SlotArguments(fcinfo).id(0, "customer_id");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    const Customer customer = required_customer(customer_query.run(schema, {UUIDPGetDatum(&id)}), id);
    const std::vector<pg_uuid_t> bookings =
        ids_in(booking_ids_query.run(schema, {UUIDPGetDatum(&id), UUIDPGetDatum(&customer.business)}));
    const SpiRows rows = export_query.run(schema, {UUIDPGetDatum(&id), uuid_array(bookings)});
    if (rows.empty())
        not_found(Sought::customer, id);
    const Datum found = rows.front().get(1, JSONBOID);
    return pg_call([&] { return datumCopy(found, false, -1); });
}

BOOKMEATOZ_FUNCTION(erase_customer, takes({UUIDOID}).returns(VOIDOID)) {
    const pg_uuid_t id = SlotArguments(fcinfo).id(0, "customer_id");
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    required_customer(begin_query.run_committed(schema, {UUIDPGetDatum(&id)}), id);
    lock_bookings_query.run_committed(schema, {UUIDPGetDatum(&id)});
    const Customer customer =
        required_customer(lock_customer_query.run_committed(schema, {UUIDPGetDatum(&id)}), id);
    require_no_open_booking(customer, schema);
    erase_rows(customer, schema);
    erase_traces(customer, schema);
    return Datum(0);
}
