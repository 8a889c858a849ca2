// Values of the tables as the core takes them. Used by all that reads a calendar.
#pragma once

#include "pg/calendar/time_zone.hpp"
#include "core/calendar.hpp"

#include <cstring>

extern "C" {
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

} // namespace bookmeatoz::pg
