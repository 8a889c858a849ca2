// Values of the tables as the core takes them. Used by all that reads a calendar.
#pragma once

#include "pg/calendar/time_zone.hpp"
#include "core/calendar.hpp"

#include <cstring>

extern "C" {
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

inline Uuid to_uuid(const pg_uuid_t& id) {
    Uuid result;
    std::memcpy(result.data(), id.data, result.size());
    return result;
}

inline pg_uuid_t to_pg_uuid(const Uuid& id) {
    pg_uuid_t result;
    std::memcpy(result.data, id.data(), id.size());
    return result;
}

/// Points to the id.
inline Datum to_datum(const Uuid& id) {
    return PointerGetDatum(id.data());
}

inline Datum to_datum(Instant instant) {
    return TimestampTzGetDatum(to_timestamptz(instant));
}

/// Beyond those of the calendar for an infinite date.
inline LocalDate to_local_date(DateADT days) {
    return LocalDate(std::chrono::floor<std::chrono::days>(Instant(server_epoch)).time_since_epoch() +
                     std::chrono::days(days));
}

} // namespace bookmeatoz::pg
