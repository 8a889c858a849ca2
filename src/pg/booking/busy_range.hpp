// The time that a booking occupies, as the range that the exclusion constraint compares (S6, S18).
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "datatype/timestamp.h"
}

namespace bookmeatoz::pg {

/// [start - before, end + after) as tstzrange, buffers in minutes; empty when the end lies before the start. 22008 when a
/// bound is out of range, 22000 when negative buffers move the start behind the end.
Datum busy_range(TimestampTz start, TimestampTz end, int before, int after);

} // namespace bookmeatoz::pg
