// What a customer may book: see booking/customer_rules.hpp.
#include "pg/booking/customer_rules.hpp"
#include "pg/server/uuid_datum.hpp"
#include "pg/booking/locks.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/calendar/status.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery
    customer_query("SELECT status FROM @extschema@.customers WHERE business_id = $1 AND id = $2",
                   {UUIDOID, UUIDOID});

constinit SavedQuery known_customer_query("SELECT FROM @extschema@.customers WHERE id = $1", {UUIDOID});

// Those that reach beyond one instant and begin before another. No booking lasts longer than 7 days.
constinit SavedQuery bookings_query(R"(
    SELECT service_id
      FROM @extschema@.bookings
     WHERE customer_id = $1 AND business_id = $2 AND id <> ALL ($3)
       AND end_time > $4 AND start_time > ($4 - '168 hours'::pg_catalog.interval) AND start_time < $5
       AND )" OCCUPYING_STATUS R"(
       AND (hold_expires_at IS NULL OR hold_expires_at > pg_catalog.clock_timestamp()))",
                                    {UUIDOID, UUIDOID, UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

/// To be called as the owner: a row that is hidden from the caller counts too.
SpiRows bookings_of(const CustomerClaim& claim, TimestampTz ends_after, TimestampTz begins_before, Oid schema,
                    View view) {
    return bookings_query.run_in(view, schema,
                                 {UUIDPGetDatum(&claim.customer_id), UUIDPGetDatum(&claim.business_id),
                                  uuid_array(claim.left_out), TimestampTzGetDatum(ends_after),
                                  TimestampTzGetDatum(begins_before)});
}

void require_customer(const pg_uuid_t& id, const pg_uuid_t& business_id, Oid schema) {
    const SpiRows rows = customer_query.run_latest(schema, {UUIDPGetDatum(&business_id), UUIDPGetDatum(&id)});
    if (rows.empty())
        not_found(Sought::customer, id);
    if (rows.front().label(1) == enum_value(rows.column_type(1), "blacklisted"))
        refuse_customer("customer_blocked", "The customer's status is blacklisted.");
}

bool has_reached_limit(const CustomerClaim& claim, const Settings& settings, Oid schema, View view) {
    int of_service = 0;
    int of_business = 0;
    const Uuid service = to_uuid(claim.service_id);
    for (const SpiRow row : bookings_of(claim, GetCurrentTimestamp(), DT_NOEND, schema, view)) {
        ++of_business;
        of_service += to_uuid(row.id(1)) == service ? 1 : 0;
    }
    const auto reaches = [](int count, const std::optional<int>& most) { return most && count >= *most; };
    return reaches(of_service, settings.max_active_bookings_per_customer_of_service) ||
           reaches(of_business, settings.max_active_bookings_per_customer_of_business);
}

bool is_busy(const CustomerClaim& claim, Oid schema, View view) {
    return !bookings_of(claim, to_timestamptz(claim.time.begin), to_timestamptz(claim.time.end), schema, view)
                .empty();
}

/// Whether a rule refuses by what is committed by now. 40001 where it does not by the transaction's snapshot: the booking that
/// refuses may be the one of the call's own key.
template <class Rule>
bool refuses(Oid schema, Rule rule) {
    const AsOwner as_owner(required_owner(schema, "bookings"));
    const SpiConnection spi;
    if (!rule(View::committed))
        return false;
    require_refusal_in_snapshot([&] { return rule(View::latest); });
    return true;
}

void require_below_limit(const CustomerClaim& claim, const Settings& settings, Oid schema) {
    if (settings.limits_customers() &&
        refuses(schema, [&](View view) { return has_reached_limit(claim, settings, schema, view); }))
        refuse_customer(
            "customer_limit",
            "The setting max_active_bookings_per_customer allows no more until one is over or cancelled.");
}

} // namespace

void require_customer_may_book(const CustomerClaim& claim, const Settings& settings, Oid schema) {
    require_customer(claim.customer_id, claim.business_id, schema);
    lock_customer_if_counted(claim.customer_id, settings);
    require_below_limit(claim, settings, schema);
    require_not_busy(claim, settings, schema);
}

void lock_customer_if_counted(const pg_uuid_t& customer_id, const Settings& settings) {
    if (settings.limits_customers() || settings.customer_overlap == CustomerOverlap::refuse)
        lock_customer(to_uuid(customer_id));
}

void lock_customer_if_compared(const pg_uuid_t& customer_id, const Settings& settings) {
    if (settings.customer_overlap == CustomerOverlap::refuse)
        lock_customer(to_uuid(customer_id));
}

void require_not_busy(const CustomerClaim& claim, const Settings& settings, Oid schema) {
    if (settings.customer_overlap != CustomerOverlap::allow &&
        refuses(schema, [&](View view) { return is_busy(claim, schema, view); }))
        refuse_customer("customer_busy",
                        "The customer has another booking at that time; see the setting customer_overlap.");
}

void lock_known_customer(const pg_uuid_t& customer_id, Oid schema) {
    if (known_customer_query.run_latest(schema, {UUIDPGetDatum(&customer_id)}).empty())
        not_found(Sought::customer, customer_id);
    lock_customer(to_uuid(customer_id));
}

} // namespace bookmeatoz::pg
