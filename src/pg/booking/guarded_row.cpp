// A row of bookings on its way into the table: see booking/guarded_row.hpp.
#include "pg/booking/guarded_row.hpp"
#include "pg/booking/attempt.hpp"
#include "pg/booking/busy_range.hpp"
#include "pg/server/uuid_datum.hpp"
#include "pg/calendar/status.hpp"
#include "pg/server/extension_schema.hpp"
#include "core/busy_time.hpp"

#include <iterator>
#include <type_traits>
#include <vector>

namespace bookmeatoz::pg {
namespace {

constexpr const char* guarded_columns[] = {"id",
                                           "business_id",
                                           "service_id",
                                           "employee_id",
                                           "start_time",
                                           "end_time",
                                           "buffer_before_minutes",
                                           "buffer_after_minutes",
                                           "status",
                                           "hold_expires_at",
                                           "overbooked",
                                           "reminder_sent_24h",
                                           "reminder_sent_1h",
                                           "price",
                                           "currency",
                                           "resource_id",
                                           "session_key",
                                           "seat"};
static_assert(std::size(guarded_columns) == static_cast<std::size_t>(BookingColumn::seat) + 1);

std::optional<Datum> to_datum(const std::optional<TimestampTz>& time) {
    return time ? std::optional(TimestampTzGetDatum(*time)) : std::nullopt;
}

std::optional<Datum> to_datum(const std::optional<int32>& number) {
    return number ? std::optional(Int32GetDatum(*number)) : std::nullopt;
}

std::optional<Datum> to_datum(const std::optional<int16>& number) {
    return number ? std::optional(Int16GetDatum(*number)) : std::nullopt;
}

std::optional<Datum> to_datum(const std::optional<bool>& value) {
    return value ? std::optional(BoolGetDatum(*value)) : std::nullopt;
}

/// The defaults of these columns stand for "not given": the table has them for clients who may leave out only what has one. They are
/// values that its checks refuse.
void drop_defaults(BookingValues& values) {
    if (values.end_time && TIMESTAMP_IS_NOBEGIN(*values.end_time))
        values.end_time.reset();
    for (std::optional<int32>* const minutes :
         {&values.buffer_before_minutes, &values.buffer_after_minutes}) {
        if (*minutes == -1)
            minutes->reset();
    }
}

} // namespace

void refuse_null(BookingColumn column) {
    pg_call([&] { pg::refuse_null("bookings", guarded_columns[static_cast<std::size_t>(column)]); });
    __builtin_unreachable();
}

GuardedRow::GuardedRow(FunctionCallInfo fcinfo, const char* function)
    : trigger_(fcinfo, function, 0), schema_(extension_schema(fcinfo)) {
    trigger_.require("bookings", guarded_columns);
}

int GuardedRow::number(BookingColumn column) const {
    return trigger_.column_at(static_cast<std::size_t>(column));
}

BookingWrite GuardedRow::read() {
    KnownToStatement& known = trigger_.kept<KnownToStatement>();
    known.memory = trigger_.statement_memory();
    known.begin_row();
    if (!known.statuses)
        known.statuses = StatusLabels(trigger_.column_type(number(BookingColumn::status)));
    const StatusLabels& statuses = *known.statuses;
    BookingWrite write;
    write.known = &known;
    if (!trigger_.is_insert()) {
        write.before = values(trigger_.old_row(), statuses);
        required(write.before->overbooked, BookingColumn::overbooked);
    }
    write.after = values(trigger_.new_row(), statuses);
    drop_defaults(write.after);
    if (write.after.session_key) {
        write.by_function = BookingAttempt::is_marked(*write.after.session_key);
        write.leaves_its_place = write.is_update() && BookingAttempt::is_leaving(*write.after.session_key);
        write.is_mended = write.is_update() && BookingAttempt::is_mending(*write.after.session_key);
    }
    write.schema = schema_;
    write.owner = trigger_.owner();
    return write;
}

BookingValues GuardedRow::values(const TriggerRow& row, const StatusLabels& statuses) const {
    using enum BookingColumn;
    const auto value = [&]<class T>(BookingColumn column, T (TypedRow<TriggerRow>::*typed)(int) const) {
        using Value = std::remove_cvref_t<T>;
        const int place = number(column);
        return row.is_null(place) ? std::nullopt : std::optional<Value>((row.*typed)(place));
    };
    const auto uuid = [&](BookingColumn column) {
        const int place = number(column);
        return row.is_null(place) ? std::nullopt : std::optional(to_uuid(row.id(place)));
    };
    const auto datum = [&](BookingColumn column, Oid type) {
        const int place = number(column);
        return row.is_null(place) ? std::nullopt : std::optional(row.get(place, type));
    };
    const std::optional<Oid> label = value(status, &TriggerRow::label);
    return {
        .id = uuid(id),
        .business_id = uuid(business_id),
        .service_id = uuid(service_id),
        .employee_id = uuid(employee_id),
        .start_time = value(start_time, &TriggerRow::time),
        .end_time = value(end_time, &TriggerRow::time),
        .buffer_before_minutes = value(buffer_before_minutes, &TriggerRow::int4),
        .buffer_after_minutes = value(buffer_after_minutes, &TriggerRow::int4),
        .occupies_time = label && occupies(statuses.find(*label)),
        .hold_expires_at = value(hold_expires_at, &TriggerRow::time),
        .overbooked = value(overbooked, &TriggerRow::boolean),
        .reminder_sent_24h = value(reminder_sent_24h, &TriggerRow::boolean),
        .reminder_sent_1h = value(reminder_sent_1h, &TriggerRow::boolean),
        .price = datum(price, NUMERICOID),
        .currency = datum(currency, VARCHAROID),
        .resource_id = uuid(resource_id),
        .session_key = uuid(session_key),
        .seat = value(seat, &TriggerRow::int2),
    };
}

Datum GuardedRow::written(const BookingValues& values) {
    using enum BookingColumn;
    const int columns[] = {number(end_time),
                           number(buffer_before_minutes),
                           number(buffer_after_minutes),
                           number(overbooked),
                           number(reminder_sent_24h),
                           number(reminder_sent_1h),
                           number(price),
                           number(currency),
                           number(resource_id),
                           number(session_key),
                           number(seat)};
    const std::optional<Datum> written[] = {
        to_datum(values.end_time),
        to_datum(values.buffer_before_minutes),
        to_datum(values.buffer_after_minutes),
        to_datum(values.overbooked),
        to_datum(values.reminder_sent_24h),
        to_datum(values.reminder_sent_1h),
        values.price,
        values.currency,
        to_datum(values.resource_id),
        to_datum(values.session_key),
        to_datum(values.seat),
    };
    static_assert(std::size(columns) == std::size(written));
    Datum datums[std::size(columns)];
    bool nulls[std::size(columns)];
    for (std::size_t i = 0; i < std::size(columns); ++i) {
        datums[i] = written[i].value_or(Datum(0));
        nulls[i] = !written[i];
    }
    trigger_.set(columns, datums, nulls);
    return trigger_.result();
}

Datum ids_not_counted(const BookingWrite& write) {
    std::vector<Uuid> ids{required(write.after.id, BookingColumn::id)};
    if (write.by_function)
        ids.insert(ids.end(), BookingAttempt::without_place().begin(), BookingAttempt::without_place().end());
    return uuid_array(ids);
}

bool keeps_its_time(const BookingWrite& write) {
    if (write.is_insert())
        return false;
    const BookingValues& before = *write.before;
    const BookingValues& after = write.after;
    return before.business_id == after.business_id && before.employee_id == after.employee_id &&
           before.start_time == after.start_time && before.end_time == after.end_time &&
           before.buffer_before_minutes == after.buffer_before_minutes &&
           before.buffer_after_minutes == after.buffer_after_minutes;
}

bool keeps_its_claim(const BookingWrite& write) {
    return !write.is_mended && keeps_its_time(write) &&
           write.before->occupies_time == write.after.occupies_time &&
           write.before->is_overbooked() == write.after.is_overbooked();
}

BusyTimes busy_times(const BookingValues& values) {
    using enum BookingColumn;
    return {required(values.start_time, start_time) -
                required(values.buffer_before_minutes, buffer_before_minutes) * USECS_PER_MINUTE,
            required(values.end_time, end_time) +
                required(values.buffer_after_minutes, buffer_after_minutes) * USECS_PER_MINUTE};
}

Datum busy_range(const BookingValues& values) {
    using enum BookingColumn;
    return busy_range(required(values.start_time, start_time), required(values.end_time, end_time),
                      required(values.buffer_before_minutes, buffer_before_minutes),
                      required(values.buffer_after_minutes, buffer_after_minutes));
}

} // namespace bookmeatoz::pg
