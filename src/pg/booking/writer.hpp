// Writing bookings: decide by the search's predicate, write, and decide again when another writer was faster (S20). With the
// rights and the row security of the caller.
#pragma once

#include "core/instant.hpp"
#include "pg/booking/record.hpp"

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
};

/// Where a booking is to be moved; no employee: it keeps its own.
struct Move {
    Instant start;
    std::optional<pg_uuid_t> employee_id;
    std::optional<int> slot_interval_minutes;
};

/// BM003 unless the caller sees the customer in the business. An SPI connection must be open.
void check_customer(const pg_uuid_t& id, const pg_uuid_t& business_id, Oid schema);

/// The new row, or the one that the idempotency key stands for. Refusals as by refuse_slot(), BM002, BM003.
BookingRecord write_booking(const BookingRequest& request, Oid schema);

/// The row at its new time. Refusals as by refuse_slot(); the old time stays then. An SPI connection must be open.
BookingRecord move_booking(const LockedBooking& booking, const Move& move, Oid schema);

} // namespace bookmeatoz::pg
