// A row of bookings on its way into the table: read once from the trigger, judged by the rules of this room, and written once.
#pragma once

#include "pg/booking/known.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/row_trigger.hpp"

#include <optional>

namespace bookmeatoz::pg {

/// The columns that the guard reads. A further one needs its name in guarded_columns, in the same place, a value in BookingValues
/// with its line in GuardedRow::values(), and its type in server/table_columns.cpp; one that the guard writes, a line in written().
enum class BookingColumn {
    id,
    business_id,
    service_id,
    employee_id,
    start_time,
    end_time,
    buffer_before_minutes,
    buffer_after_minutes,
    status,
    hold_expires_at,
    overbooked,
    reminder_sent_24h,
    reminder_sent_1h,
    price,
    currency,
    resource_id,
    session_key,
    seat,
};

/// A row, before the statement or after it. A column that is declared NOT NULL may be NULL too: the table's own constraint refuses it,
/// after the trigger.
struct BookingValues {
    std::optional<Uuid> id;
    std::optional<Uuid> business_id;
    std::optional<Uuid> service_id;
    std::optional<Uuid> employee_id;
    std::optional<TimestampTz> start_time;
    std::optional<TimestampTz> end_time;
    std::optional<int32> buffer_before_minutes;
    std::optional<int32> buffer_after_minutes;
    /// S11, by its status alone, as in the predicate of the constraints: whether a hold has expired does not matter.
    bool occupies_time = false;
    std::optional<TimestampTz> hold_expires_at;
    std::optional<bool> overbooked;
    std::optional<bool> reminder_sent_24h;
    std::optional<bool> reminder_sent_1h;
    /// numeric and varchar, in the memory of the row.
    std::optional<Datum> price;
    std::optional<Datum> currency;
    std::optional<Uuid> resource_id;
    std::optional<Uuid> session_key;
    std::optional<int16> seat;

    bool is_overbooked() const { return overbooked.value_or(false); }
    /// It takes up time, and the constraints do not compare it.
    bool is_forced_in() const { return occupies_time && is_overbooked(); }
    /// The constraints compare it with others, if it has a resource.
    bool competes() const { return occupies_time && !is_overbooked(); }
};

/// One row that an INSERT or an UPDATE writes.
struct BookingWrite {
    /// None: an INSERT.
    std::optional<BookingValues> before;
    BookingValues after;
    /// A booking function writes it (booking/attempt.hpp) and decides again when the row is passed over. Its INSERT has ON
    /// CONFLICT DO NOTHING, so it looks for others before it writes.
    bool by_function = false;
    /// The same: it leaves its place, and gets another one in the same call.
    bool leaves_its_place = false;
    /// bookmeatoz_verify_rows() mends it: what it had is not believed.
    bool is_mended = false;
    /// The schema of the tables, and their owner.
    Oid schema = InvalidOid;
    Oid owner = InvalidOid;
    /// What earlier rows of the statement have asked already.
    KnownToStatement* known = nullptr;

    bool is_insert() const { return !before; }
    bool is_update() const { return before.has_value(); }
};

/// Raises 22004, which names the column.
[[noreturn]] void refuse_null(BookingColumn column);

/// The value; 22004 where it is NULL.
template <class T>
const T& required(const std::optional<T>& value, BookingColumn column) {
    if (!value)
        refuse_null(column);
    return *value;
}

/// For queries: the id, or NULL. Points to the id.
inline std::optional<Datum> to_datum(const std::optional<Uuid>& id) {
    return id ? std::optional(to_datum(*id)) : std::nullopt;
}

/// The row of the trigger: where the values come from and go to.
class GuardedRow {
public:
    /// Refuses (39P01, 42703, 42804) what is not the table bookings with columns of the types that are read.
    GuardedRow(FunctionCallInfo fcinfo, const char* function);

    /// 22004 where `overbooked` was NULL before: then nobody knows whether the constraints compared the row.
    BookingWrite read();
    /// The row with the columns that are the guard's to write, for the trigger to return.
    Datum written(const BookingValues& values);
    /// The row as the statement has it.
    Datum as_it_is() const { return trigger_.result(); }

    const RowTrigger& trigger() const { return trigger_; }

private:
    int number(BookingColumn column) const;
    BookingValues values(const TriggerRow& row, const StatusLabels& statuses) const;

    RowTrigger trigger_;
    Oid schema_;
};

/// As a uuid[]: the row itself, and those that have no place while a function moves it with them.
Datum ids_not_counted(const BookingWrite& write);

/// Whose it is, when, and with which buffers has not changed. false for an INSERT.
bool keeps_its_time(const BookingWrite& write);

/// Nor has whether it competes: a confirmed booking that is completed occupies time before and after. false for a row that is mended.
bool keeps_its_claim(const BookingWrite& write);

/// The time with its buffers, of a row that has all four values.
struct BusyTimes {
    TimestampTz begin;
    TimestampTz end;
};
/// 22004 where one of them is NULL.
BusyTimes busy_times(const BookingValues& values);
/// The same as the constraints compare it: a tstzrange.
Datum busy_range(const BookingValues& values);

} // namespace bookmeatoz::pg
