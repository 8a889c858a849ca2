// The server's own time zone data, handed to the core as plain periods; and instants in the server's representation.
// Used by the calendar reader and by the check of businesses.timezone.
#pragma once

#include "pg/server/boundary.hpp"
#include "core/zone.hpp"

#include <memory_resource>
#include <vector>

extern "C" {
#include "datatype/timestamp.h"
#include "pgtime.h"
}

namespace bookmeatoz::pg {

/// The server counts microseconds from 2000-01-01 UTC, the core from 1970-01-01 UTC.
inline constexpr Duration server_epoch = std::chrono::days(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE);

/// The server's calendar reaches further than the core's count: the last years of it, after 292277, become one instant.
constexpr Instant to_instant(TimestampTz time) {
    return Instant(std::min(Duration(time), Duration::max() - server_epoch) + server_epoch);
}
constexpr TimestampTz to_timestamptz(Instant instant) {
    return (instant.time_since_epoch() - server_epoch).count();
}

/// The zone of that name, or nullptr if the server knows none. Names are read without regard to case.
pg_tz* find_time_zone(const char* name);

/// The zone that a business names; 22023 if this server knows none of that name, as may be on another one.
pg_tz* known_time_zone(const char* name);

/// The offsets in force in `range`, for Zone. The server's rules hold for the far past and future too.
std::pmr::vector<ZonePeriod> zone_periods(pg_tz* zone, Interval range, std::pmr::memory_resource* memory);

/// The instants of local dates, both included.
Interval instants_of(pg_tz* zone, LocalDate first, LocalDate last, std::pmr::memory_resource* memory);

} // namespace bookmeatoz::pg
