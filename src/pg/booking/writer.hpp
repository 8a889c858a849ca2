// Writing bookings: decide by the search's predicate, write, and decide again when another writer was faster (S20). With the
// rights and the row security of the caller.
#pragma once

#include "core/instant.hpp"
#include "pg/booking/record.hpp"
#include "core/settings.hpp"

namespace bookmeatoz::pg {

/// A booking or a hold that is asked for.
struct BookingRequest {
    pg_uuid_t service_id;
    Instant start;
    std::optional<pg_uuid_t> employee_id;
    std::optional<pg_uuid_t> customer_id;
    std::optional<int> slot_interval_minutes;
    /// S19: for hold_minutes (S17) only.
    bool is_hold;
    const char* status;
    std::optional<Datum> notes;
    std::optional<Datum> metadata;
    /// text, and the SHA-256 of the arguments as bytea.
    std::optional<Datum> idempotency_key;
    std::optional<Datum> idempotency_hash;
    std::optional<pg_uuid_t> series_id;
    std::optional<pg_uuid_t> visit_id;
};

/// Where a booking is to be moved; no employee: it keeps its own.
struct Move {
    Instant start;
    std::optional<pg_uuid_t> employee_id;
    std::optional<int> slot_interval_minutes;
    /// Whoever is free.
    bool any_employee = false;
    /// The booking's own length and buffers, not the service's.
    bool keep_duration = false;
    /// S22: the customer wants it.
    bool as_customer = false;
    /// Of several that are moved together, those that have no place just now: they stand in nobody's way.
    std::span<const Uuid> without_place;
};

/// What the service and its business set; BM003 unless the caller sees the service. An SPI connection must be open.
Settings settings_of_service(const pg_uuid_t& service_id, Oid schema);

/// The new row, or the one that the idempotency key stands for. Refusals as by refuse_slot(), by the rules for customers, BM002, BM003.
BookingRecord write_booking(const BookingRequest& request, Oid schema);

/// The row at its new time. Refusals as by refuse_slot(); the old time stays then. An SPI connection must be open.
BookingRecord move_booking(const LockedBooking& booking, const Move& move, Oid schema);

} // namespace bookmeatoz::pg
