// The SQL functions that find slots: they check the arguments, load the calendar, pull slots from the core's search, and
// hand them out as rows.
#include "boundary.hpp"
#include "calendar_reader.hpp"
#include "extension_schema.hpp"
#include "memory.hpp"
#include "time_zone.hpp"
#include "../core/slot_search.hpp"

#include <cstring>
#include <memory_resource>

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr int most_rows = 1'000'000;
constexpr Duration longest_window = 366 * one_day;

/// Nobody books outside these, and within them no sum of instants and durations can overflow.
constexpr Instant earliest_instant = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr Instant latest_instant = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

/// The arguments of one call, read with their checks.
class Arguments {
public:
    explicit Arguments(FunctionCallInfo fcinfo) : fcinfo_(fcinfo) {}

    pg_uuid_t id(int number, const char* name) const {
        require(number, name);
        return *DatumGetUUIDP(fcinfo_->args[number].value);
    }

    std::optional<pg_uuid_t> optional_id(int number) const {
        if (fcinfo_->args[number].isnull)
            return std::nullopt;
        return *DatumGetUUIDP(fcinfo_->args[number].value);
    }

    Instant instant(int number, const char* name) const {
        require(number, name);
        const TimestampTz time = DatumGetTimestampTz(fcinfo_->args[number].value);
        if (TIMESTAMP_NOT_FINITE(time))
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must be finite");
        const Instant instant = to_instant(time);
        if (instant < earliest_instant || instant >= latest_instant)
            throw SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, std::string(name) + " is out of range",
                           "It must lie in the years 1 to 9999.");
        return instant;
    }

    std::optional<int> step(int number) const {
        if (fcinfo_->args[number].isnull)
            return std::nullopt;
        const int minutes = DatumGetInt32(fcinfo_->args[number].value);
        if (minutes < 1)
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "slot_interval_minutes must be at least 1",
                           "It is " + std::to_string(minutes) + ".",
                           "Leave it out to use the settings of the service or the business.");
        return minutes;
    }

    Interval window(Instant from, Instant to) const {
        if (from > to)
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "from_time must not be later than to_time", {},
                           "The window is [from_time, to_time): exchange the two.");
        if (to - from > longest_window)
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the window is longer than 366 days",
                           "Slots are found for at most 366 days in one call.",
                           "Ask for several windows in turn.");
        return {from, to};
    }

private:
    void require(int number, const char* name) const {
        if (fcinfo_->args[number].isnull)
            throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string(name) + " must not be NULL");
    }

    FunctionCallInfo fcinfo_;
};

/// Ends a long search when the query is cancelled.
void poll_interrupts() {
    if (INTERRUPTS_PENDING_CONDITION())
        pg_call([] { CHECK_FOR_INTERRUPTS(); });
}

/// Slots as rows (slot_start, slot_end, employee_ids, remaining_capacity) of a materialised set.
class SlotRows {
public:
    SlotRows(FunctionCallInfo fcinfo, const LoadedCalendar& loaded)
        : calendar_(loaded.calendar()), lists_employees_(!loaded.business_is_resource()) {
        pg_call([&] { InitMaterializedSRF(fcinfo, 0); });
        result_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
        const std::size_t most = lists_employees_ ? calendar_.resources.size() : 0;
        ids_ = static_cast<ArrayType*>(
            pg_call([&] { return palloc0(ARR_OVERHEAD_NONULLS(1) + most * sizeof(pg_uuid_t)); }));
        ids_->elemtype = UUIDOID;
    }

    void add(const Slot& slot) {
        if (++count_ > most_rows)
            throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "more than 1000000 slots found", {},
                           "Ask for a shorter window, one employee, or a longer slot_interval_minutes.");
        Datum values[] = {TimestampTzGetDatum(to_timestamptz(slot.start)),
                          TimestampTzGetDatum(to_timestamptz(slot.start + calendar_.service.duration)),
                          employee_ids(slot), Int32GetDatum(slot.remaining_capacity)};
        bool nulls[] = {false, false, false, false};
        pg_call([&] { tuplestore_putvalues(result_->setResult, result_->setDesc, values, nulls); });
    }

private:
    /// The one array of this result, filled anew: the tuplestore keeps copies.
    Datum employee_ids(const Slot& slot) {
        const std::size_t count = lists_employees_ ? slot.resources.size() : 0;
        // An empty array has no dimension; of others the place of the bounds depends on their number.
        ids_->ndim = count == 0 ? 0 : 1;
        if (count > 0) {
            ARR_DIMS(ids_)[0] = static_cast<int>(count);
            ARR_LBOUND(ids_)[0] = 1;
        }
        const std::size_t overhead = count == 0 ? ARR_OVERHEAD_NONULLS(0) : ARR_OVERHEAD_NONULLS(1);
        SET_VARSIZE(ids_, overhead + count * sizeof(pg_uuid_t));
        auto* target = reinterpret_cast<std::uint8_t*>(ids_) + overhead;
        for (std::size_t i = 0; i < count; ++i, target += sizeof(pg_uuid_t)) {
            const Uuid& id = calendar_.resources[slot.resources[i]].id;
            std::memcpy(target, id.data(), id.size());
        }
        return PointerGetDatum(ids_);
    }

    const Calendar& calendar_;
    bool lists_employees_;
    ReturnSetInfo* result_ = nullptr;
    ArrayType* ids_ = nullptr;
    int count_ = 0;
};

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(find_available_slots) {
    return boundary([&]() -> Datum {
        const Arguments arguments(fcinfo);
        Question question{};
        question.service_id = arguments.id(0, "service_id");
        const Instant from = arguments.instant(1, "from_time");
        const Instant to = arguments.instant(2, "to_time");
        const auto window = arguments.window(from, to);
        question.employee_id = arguments.optional_id(3);
        question.slot_interval_minutes = arguments.step(4);
        question.exclude_booking_id = arguments.optional_id(5);
        question.as_of = arguments.instant(6, "as_of");

        // All of one call lives in this context and goes with it.
        ContextMemory context(CurrentMemoryContext);
        std::pmr::monotonic_buffer_resource memory(&context);
        LoadedCalendar loaded(question, extension_schema(fcinfo), &memory);
        loaded.load(bookable_window(window, question.as_of, loaded.calendar().settings));
        SlotRows rows(fcinfo, loaded);
        SlotSearch search(loaded.calendar(), poll_interrupts, &memory);
        while (const std::optional<Slot> slot = search.next())
            rows.add(*slot);
        return Datum(0);
    });
}
