// Ranges of time as the server's type tstzrange.
#pragma once

#include "pg/server/boundary.hpp"
#include "pg/server/compat.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
}

namespace bookmeatoz::pg {

/// [begin, end), or the empty range. May raise a server error.
inline Datum time_range(TimestampTz begin, TimestampTz end, bool empty = false) {
    TypeCacheEntry* const type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
    RangeBound lower = {};
    lower.val = TimestampTzGetDatum(begin);
    lower.inclusive = true;
    lower.lower = true;
    RangeBound upper = {};
    upper.val = TimestampTzGetDatum(end);
    return RangeTypePGetDatum(new_range(type, &lower, &upper, empty));
}

} // namespace bookmeatoz::pg
