// S21: what a customer may book. The functions ask it; who writes past them is free to do otherwise.
#pragma once

#include "core/settings.hpp"
#include "pg/calendar/values.hpp"

#include <span>

namespace bookmeatoz::pg {

/// A booking that a customer is to have.
struct CustomerClaim {
    pg_uuid_t customer_id;
    pg_uuid_t business_id;
    pg_uuid_t service_id;
    Interval time;
    /// Bookings that do not count: the one that is written itself, and those that are moved with it.
    std::span<const Uuid> left_out;
};

/// All rules for a customer who books. BM003 unless the caller sees the customer in the business; BM001: customer_blocked for one who
/// is blacklisted, customer_limit for one who has as many bookings as the settings allow, customer_busy. Takes the customer's lock
/// where something is counted. An SPI connection must be open.
void require_customer_may_book(const CustomerClaim& claim, const Settings& settings, Oid schema);

/// BM001, customer_busy: the customer has another booking at that time, and the settings refuse that. For a booking that is moved, with
/// the lock held.
void require_not_busy(const CustomerClaim& claim, const Settings& settings, Oid schema);

/// The customer's lock, where the settings limit the customer's bookings or refuse two at a time. Who holds locks of days, sessions or
/// time must not call it.
void lock_customer_if_counted(const pg_uuid_t& customer_id, const Settings& settings);

/// The customer's lock, where the settings refuse two bookings at a time. Who holds locks of days, sessions or time must not call
/// it (booking/guard.cpp says why).
void lock_customer_if_compared(const pg_uuid_t& customer_id, const Settings& settings);

/// The customer's lock, whatever the settings say: for who writes several bookings for one customer, before the first of them. BM003
/// unless the caller sees the customer.
void lock_known_customer(const pg_uuid_t& customer_id, Oid schema);

} // namespace bookmeatoz::pg
