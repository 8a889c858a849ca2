// Rows of bookings: see booking/record.hpp.
#include "pg/booking/record.hpp"
#include "pg/server/errors.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};

constinit SavedQuery lock_query("SELECT " BOOKING_RECORD_COLUMNS ", business_id, service_id, customer_id"
                                " FROM @extschema@.bookings WHERE id = $1 FOR NO KEY UPDATE",
                                uuid_argument);

std::optional<pg_uuid_t> optional_id(const SpiRow& row, int column) {
    if (row.is_null(column))
        return std::nullopt;
    return row.id(column);
}

} // namespace

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
    if (rows.size() == 0)
        not_found(Sought::booking, id);
    const SpiRow row = *rows.begin();
    return {booking_record(row), row.id(booking_record_columns + 1), row.id(booking_record_columns + 2),
            optional_id(row, booking_record_columns + 3)};
}

} // namespace bookmeatoz::pg
