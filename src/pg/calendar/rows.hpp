// Rows of the tables as the core takes them, in whichever way they were read. A row has is_null(column) and the values of
// TypedRow; the columns have the same numbers in the queries and in the scans.
#pragma once

#include "pg/calendar/status.hpp"
#include "pg/calendar/source.hpp"
#include "pg/calendar/values.hpp"

namespace bookmeatoz::pg {

/// Columns 1 to 6: day_of_week, is_off, start_time, end_time, valid_from, valid_to. A row that is off may have no times; they are not
/// looked at then. valid_from and valid_to are NULL where the row holds for ever.
template <class Row>
WeeklyShift to_shift(const Row& row) {
    const bool is_off = row.boolean(2);
    const auto time_of_day = [&](int column) {
        return Duration(is_off && row.is_null(column) ? 0 : row.time_of_day(column));
    };
    WeeklyShift shift{std::chrono::weekday(static_cast<unsigned>(row.int2(1))), time_of_day(3),
                      time_of_day(4), is_off};
    if (!row.is_null(5))
        shift.valid_from = to_local_date(row.date(5));
    if (!row.is_null(6))
        shift.valid_to = to_local_date(row.date(6));
    return shift;
}

/// The same, added to those of one employee or of the business.
template <class Row>
void add_shift(const Row& row, RowCount& count, std::pmr::vector<WeeklyShift>& hours) {
    count.add();
    RowCount::check_next(hours.size(), most_hours_of_one, "rows of working hours");
    hours.push_back(to_shift(row));
}

inline void add_override(const Override& entry, RowCount& count, std::pmr::vector<Override>& overrides) {
    count.add();
    RowCount::check_next(overrides.size(), most_overrides_of_one, "overrides");
    overrides.push_back(entry);
}

inline constexpr RowCount hours_count(most_hours, "rows of working hours");
inline constexpr RowCount overrides_count(most_rows, "overrides");
inline constexpr RowCount bookings_count(most_rows, "bookings");

/// Columns 1 to 8: id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status,
/// hold_expires_at. Bookings that are left out are not added.
template <class Row>
void add_booking(const Row& row, const StatusLabels& labels, const BookingsAsked& asked,
                 std::pmr::vector<Booking>& bookings) {
    if (!asked.except.empty() && std::ranges::find(asked.except, to_uuid(row.id(1))) != asked.except.end())
        return;
    bookings.push_back({to_uuid(row.id(2)),
                        {to_instant(row.time(3)), to_instant(row.time(4))},
                        std::chrono::minutes(row.int4(5)),
                        std::chrono::minutes(row.int4(6)),
                        labels.find(row.label(7)),
                        row.is_null(8) ? std::nullopt : std::optional(to_instant(row.time(8)))});
}

/// Columns 1 to 8 as for add_booking(), column 9: employee_id. Adds the booking to its employee, as CalendarSource::long_bookings() says.
template <class Row>
void add_far_booking(const Row& row, const StatusLabels& labels, const BookingsAsked& asked,
                     std::span<ResourceRows> employees, std::pmr::vector<Booking>* unassigned) {
    std::pmr::vector<Booking>* bookings = unassigned;
    if (!row.is_null(9)) {
        ResourceRows* const employee = find(employees, to_uuid(row.id(9)));
        bookings = employee == nullptr ? nullptr : &employee->bookings;
    }
    if (bookings != nullptr)
        add_booking(row, labels, asked, *bookings);
}

} // namespace bookmeatoz::pg
