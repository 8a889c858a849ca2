// Rows of bookings as the booking functions read, write and return them.
#pragma once

#include "pg/calendar/values.hpp"
#include "pg/server/spi.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

extern "C" {
#include "datatype/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// What every booking function returns; outlives the query that it was read by.
struct BookingRecord {
    pg_uuid_t id;
    std::optional<pg_uuid_t> employee_id;
    TimestampTz start;
    TimestampTz end;
    std::string status;
    std::optional<TimestampTz> hold_expires_at;

    bool is_hold() const { return hold_expires_at.has_value(); }
    bool has_expired() const;
};

/// The columns of a record, for SELECT and RETURNING: first in the list, in this order.
#define BOOKING_RECORD_COLUMNS                                                                               \
    "id, employee_id, start_time, end_time, status::pg_catalog.text, hold_expires_at"
inline constexpr int booking_record_columns = 6;

BookingRecord booking_record(const SpiRow& row);

/// A booking that is to be changed, locked against other writers.
struct LockedBooking {
    BookingRecord record;
    pg_uuid_t business_id;
    pg_uuid_t service_id;
    std::optional<pg_uuid_t> customer_id;
    int32 buffer_before_minutes;
    int32 buffer_after_minutes;
};

/// BM003 unless the caller sees it and may update it. An SPI connection must be open.
LockedBooking lock_booking(Oid schema, const pg_uuid_t& id);

/// Those of them that the caller sees and may update, ascending by id: all who lock several do it in this order. An SPI connection
/// must be open.
std::vector<LockedBooking> lock_bookings(Oid schema, std::span<const Uuid> ids);

} // namespace bookmeatoz::pg
