// booking_is_long(): the condition of the index of long bookings, by which a search finds them.
#include "pg/server/boundary.hpp"
#include "core/calendar.hpp"

#include <limits>

extern "C" {
#include "utils/timestamp.h"
}

using namespace bookmeatoz;

/// IMMUTABLE, STRICT. Raises no error, whatever the values: every row of the table is asked about, before others check it.
BOOKMEATOZ_FUNCTION(booking_is_long,
                    takes({TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID, INT4OID}).strict().returns(BOOLOID)) {
    const TimestampTz start = PG_GETARG_TIMESTAMPTZ(0);
    const TimestampTz end = PG_GETARG_TIMESTAMPTZ(1);
    int64 length = 0;
    if (__builtin_sub_overflow(end, start, &length))
        length = end > start ? std::numeric_limits<int64>::max() : std::numeric_limits<int64>::min();
    PG_RETURN_BOOL(is_long(Duration(length), std::chrono::minutes(PG_GETARG_INT32(2)),
                           std::chrono::minutes(PG_GETARG_INT32(3))));
}
