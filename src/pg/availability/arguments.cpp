// The arguments of a call: see availability/arguments.hpp.
#include "pg/availability/arguments.hpp"
#include "pg/calendar/time_zone.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

[[noreturn]] void not_finite(const char* name) {
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must be finite");
}

[[noreturn]] void out_of_range(const char* name) {
    throw SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, std::string(name) + " is out of range",
                   "It must lie in the years 1 to 9999.");
}

Instant checked(TimestampTz time, const char* name) {
    if (TIMESTAMP_NOT_FINITE(time))
        not_finite(name);
    const Instant instant = to_instant(time);
    if (instant < earliest || instant >= latest)
        out_of_range(name);
    return instant;
}

} // namespace

Datum SlotArguments::required(int position, const char* name) const {
    if (fcinfo_->args[position].isnull)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string(name) + " must not be NULL");
    return fcinfo_->args[position].value;
}

pg_uuid_t SlotArguments::id(int position, const char* name) const {
    return *DatumGetUUIDP(required(position, name));
}

std::optional<pg_uuid_t> SlotArguments::optional_id(int position) const {
    if (fcinfo_->args[position].isnull)
        return std::nullopt;
    return *DatumGetUUIDP(fcinfo_->args[position].value);
}

Instant SlotArguments::instant(int position, const char* name) const {
    return checked(DatumGetTimestampTz(required(position, name)), name);
}

std::pmr::vector<Instant> SlotArguments::instants(int position, const char* name, std::size_t most,
                                                  std::pmr::memory_resource* memory) const {
    const Datum array = required(position, name);
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    pg_call([&] {
        deconstruct_array(DatumGetArrayTypeP(array), TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL,
                          TYPALIGN_DOUBLE, &values, &nulls, &count);
    });
    if (static_cast<std::size_t>(count) > most)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       std::string(name) + " has more than " + std::to_string(most) + " elements",
                       "It has " + std::to_string(count) + ".", "Ask in several calls.");
    std::pmr::vector<Instant> instants(memory);
    instants.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED,
                           "an element of " + std::string(name) + " must not be NULL");
        instants.push_back(checked(DatumGetTimestampTz(values[i]), name));
    }
    return instants;
}

LocalDate SlotArguments::date(int position, const char* name) const {
    const DateADT days = DatumGetDateADT(required(position, name));
    if (DATE_NOT_FINITE(days))
        not_finite(name);
    const std::chrono::sys_days date =
        std::chrono::floor<std::chrono::days>(Instant(server_epoch)) + std::chrono::days(days);
    if (date < earliest || date >= latest)
        out_of_range(name);
    return LocalDate(date.time_since_epoch());
}

std::pair<LocalDate, LocalDate> SlotArguments::dates(int position) const {
    const LocalDate first = date(position, "from_date");
    const LocalDate last = date(position + 1, "to_date");
    if (first > last)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "from_date must not be later than to_date", {},
                       "Both dates are included: exchange the two.");
    if (last - first >= longest_range)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "more than 366 dates are asked for",
                       "At most 366 dates are looked at in one call.", "Ask for several ranges in turn.");
    return {first, last};
}

int SlotArguments::count(int position, const char* name, int most) const {
    const int value = DatumGetInt32(required(position, name));
    if (value < 1 || value > most)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       std::string(name) + " must be from 1 to " + std::to_string(most),
                       "It is " + std::to_string(value) + ".");
    return value;
}

std::optional<int> SlotArguments::slot_interval(int position) const {
    if (fcinfo_->args[position].isnull)
        return std::nullopt;
    const int minutes = DatumGetInt32(fcinfo_->args[position].value);
    if (minutes < 1)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "slot_interval_minutes must be at least 1",
                       "It is " + std::to_string(minutes) + ".",
                       "Leave it out to use the settings of the service or the business.");
    return minutes;
}

bookmeatoz::Interval SlotArguments::window(int position) const {
    const Instant from = instant(position, "from_time");
    const Instant to = instant(position + 1, "to_time");
    if (from > to)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "from_time must not be later than to_time", {},
                       "The window is [from_time, to_time): exchange the two.");
    if (to - from > longest_window)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the window is longer than 367 times 24 hours",
                       "At most a year is looked at in one call.", "Ask for several windows in turn.");
    return {from, to};
}

Question SlotArguments::question(int position) const {
    Question question{};
    question.service_id = id(0, "service_id");
    question.employee_id = optional_id(position);
    question.slot_interval_minutes = slot_interval(position + 1);
    question.exclude_booking_id = optional_id(position + 2);
    question.as_of = instant(position + 3, "as_of");
    return question;
}

void too_many_slots() {
    throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "more than " + std::to_string(most_slots) + " slots found",
                   {}, "Ask for a shorter window, one employee, or a longer slot_interval_minutes.");
}

} // namespace bookmeatoz::pg
