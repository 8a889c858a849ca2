// Rows of bookings: see booking/record.hpp.
#include "pg/booking/record.hpp"
#include "pg/server/uuid_datum.hpp"
#include "pg/server/errors.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

#define LOCKED_BOOKINGS                                                                                      \
    "SELECT " BOOKING_RECORD_COLUMNS                                                                         \
    ", business_id, service_id, customer_id, buffer_before_minutes, buffer_after_minutes"                    \
    " FROM @extschema@.bookings "

constinit SavedQuery lock_query(LOCKED_BOOKINGS "WHERE id = $1 FOR NO KEY UPDATE", {UUIDOID});

constinit SavedQuery lock_several_query(LOCKED_BOOKINGS "WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
                                        {UUIDARRAYOID});

std::optional<pg_uuid_t> optional_id(const SpiRow& row, int column) {
    if (row.is_null(column))
        return std::nullopt;
    return row.id(column);
}

LockedBooking locked_booking(const SpiRow& row) {
    constexpr int n = booking_record_columns;
    return {booking_record(row),     row.id(n + 1),   row.id(n + 2),
            optional_id(row, n + 3), row.int4(n + 4), row.int4(n + 5)};
}

} // namespace

bool BookingRecord::has_expired() const {
    return hold_expires_at && *hold_expires_at <= GetCurrentTimestamp();
}

BookingRecord booking_record(const SpiRow& row) {
    BookingRecord record{};
    record.id = row.id(1);
    record.employee_id = optional_id(row, 2);
    record.start = row.time(3);
    record.end = row.time(4);
    record.status = row.string(5);
    if (!row.is_null(6))
        record.hold_expires_at = row.time(6);
    return record;
}

LockedBooking lock_booking(Oid schema, const pg_uuid_t& id) {
    const SpiRows rows = lock_query.run_latest(schema, {UUIDPGetDatum(&id)});
    if (rows.empty())
        not_found(Sought::booking, id);
    return locked_booking(rows.front());
}

std::vector<LockedBooking> lock_bookings(Oid schema, std::span<const Uuid> ids) {
    std::vector<LockedBooking> bookings;
    for (const SpiRow row : lock_several_query.run_latest(schema, {uuid_array(ids)}))
        bookings.push_back(locked_booking(row));
    return bookings;
}

} // namespace bookmeatoz::pg
