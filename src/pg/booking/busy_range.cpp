// The range of busy time: see booking/busy_range.hpp.
#include "pg/booking/busy_range.hpp"
#include "pg/server/ranges.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

/// The instant moved by some minutes; infinite ones stay where they are. May raise a server error.
TimestampTz shifted(TimestampTz time, int64 minutes) {
    TimestampTz result = time;
    if (!TIMESTAMP_NOT_FINITE(time) &&
        (__builtin_add_overflow(time, minutes * USECS_PER_MINUTE, &result) || !IS_VALID_TIMESTAMP(result)))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return result;
}

} // namespace

Datum busy_range(TimestampTz start, TimestampTz end, int before, int after) {
    return pg_call([&] {
        // Nothing is occupied by a booking that ends before it starts; bookings_end_after_start refuses it.
        return time_range(shifted(start, -int64(before)), shifted(end, int64(after)), end < start);
    });
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// IMMUTABLE, STRICT: the value of the generated column bookings.busy.
BOOKMEATOZ_FUNCTION(
    busy_range, takes({TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID, INT4OID}).strict().returns(TSTZRANGEOID)) {
    return bookmeatoz::pg::busy_range(PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_INT32(2),
                                      PG_GETARG_INT32(3));
}
