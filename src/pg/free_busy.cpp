// free_busy(): when an employee is free and when not, as rows (period, busy_type).
#include "../core/free_busy.hpp"
#include "call_memory.hpp"
#include "calendar_values.hpp"
#include "extension_schema.hpp"
#include "result_rows.hpp"
#include "slot_arguments.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"
}

namespace bookmeatoz::pg {
namespace {

/// The name in RFC 5545 section 3.2.9.
std::string_view type_name(FreeBusyType type) {
    switch (type) {
    case FreeBusyType::busy:
        return "BUSY";
    case FreeBusyType::tentative:
        return "BUSY-TENTATIVE";
    case FreeBusyType::unavailable:
        return "BUSY-UNAVAILABLE";
    case FreeBusyType::free:
        break;
    }
    return "FREE";
}

Datum tstzrange(bookmeatoz::Interval interval) {
    return pg_call([&] {
        TypeCacheEntry* const type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
        RangeBound lower = {};
        lower.val = to_datum(interval.begin);
        lower.inclusive = true;
        lower.lower = true;
        RangeBound upper = {};
        upper.val = to_datum(interval.end);
#if PG_VERSION_NUM >= 160000
        return RangeTypePGetDatum(make_range(type, &lower, &upper, false, nullptr));
#else
        return RangeTypePGetDatum(make_range(type, &lower, &upper, false));
#endif
    });
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(free_busy) {
    return boundary([&]() -> Datum {
        const SlotArguments arguments(fcinfo);
        const pg_uuid_t employee_id = arguments.id(0, "employee_id");
        const auto window = arguments.window(1);

        CallMemory memory;
        // S19: a hold that expired before this transaction began is none.
        const Instant now = to_instant(GetCurrentTransactionStartTimestamp());
        LoadedCalendar loaded(employee_id, now, extension_schema(fcinfo), memory.resource());
        loaded.load(window);
        ResultRows rows(fcinfo);
        const Calendar& calendar = loaded.calendar();
        for (const FreeBusyPeriod& period :
             bookmeatoz::free_busy(calendar, calendar.resources.front(), window, memory.resource()))
            rows.add({tstzrange(period.period), text_datum(type_name(period.type))});
        return Datum(0);
    });
}
