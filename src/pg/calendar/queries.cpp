// Queries of a calendar: see calendar/queries.hpp.
#include "pg/calendar/queries.hpp"
#include "pg/calendar/employees.hpp"
#include "pg/calendar/rows.hpp"
#include "pg/server/uuid_datum.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery service_query(R"(
    SELECT s.duration, s.buffer_before_minutes, s.buffer_after_minutes, s.status, s.settings,
           b.id, b.status, b.settings, b.timezone, t.status, b.tenant_id
      FROM @extschema@.services s
      JOIN @extschema@.businesses b ON b.id = s.business_id
      LEFT JOIN @extschema@.tenants t ON t.id = b.tenant_id
     WHERE s.id = $1)",
                                   {UUIDOID});

constinit SavedQuery business_query(R"(
    SELECT id, status, settings, timezone FROM @extschema@.businesses WHERE id = $1)",
                                    {UUIDOID});

constinit SavedQuery employees_query(R"(
    SELECT id FROM @extschema@.employees WHERE business_id = $1 ORDER BY id)",
                                     {UUIDOID});

constinit SavedQuery employee_query(R"(
    SELECT b.id, b.status, b.settings, b.timezone
      FROM @extschema@.employees e
      JOIN @extschema@.businesses b ON b.id = e.business_id
     WHERE e.id = $1)",
                                    {UUIDOID});

constinit SavedQuery eligible_query(R"(
    SELECT e.id
      FROM @extschema@.employee_services m
      JOIN @extschema@.employees e ON e.id = m.employee_id
     WHERE m.service_id = $1 AND e.employment_status = 'active'
     ORDER BY e.id)",
                                    {UUIDOID});

constinit SavedQuery eligible_employee_query(R"(
    SELECT e.id
      FROM @extschema@.employee_services m
      JOIN @extschema@.employees e ON e.id = m.employee_id
     WHERE m.service_id = $1 AND m.employee_id = $2 AND e.employment_status = 'active')",
                                             {UUIDOID, UUIDOID});

constinit SavedQuery own_hours_query(R"(
    SELECT day_of_week, is_off, start_time, end_time, valid_from, valid_to, employee_id
      FROM @extschema@.working_hours
     WHERE employee_id = ANY ($1))",
                                     {UUIDARRAYOID});

constinit SavedQuery default_hours_query(R"(
    SELECT day_of_week, is_off, start_time, end_time, valid_from, valid_to
      FROM @extschema@.working_hours
     WHERE business_id = $1 AND employee_id IS NULL)",
                                         {UUIDOID});

constinit SavedQuery overrides_query(R"(
    SELECT employee_id, start_time, end_time, is_unavailable
      FROM @extschema@.employee_availability_overrides
     WHERE employee_id = ANY ($1) AND end_time > $2 AND start_time < $3)",
                                     {UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

constinit SavedQuery business_overrides_query(R"(
    SELECT start_time, end_time, is_unavailable
      FROM @extschema@.business_availability_overrides
     WHERE business_id = $1 AND end_time > $2 AND start_time < $3)",
                                              {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

// The bounds compare start_time alone, so that they are index conditions under row security too. booking_reach() says what they
// must be. The index has all of these columns, so it is read without the table.
constinit SavedQuery bookings_query(R"(
    SELECT id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status,
           hold_expires_at, employee_id
      FROM @extschema@.bookings
     WHERE employee_id = ANY ($1) AND start_time >= $2 AND start_time < $3)",
                                    {UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

constinit SavedQuery unassigned_query(R"(
    SELECT id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status,
           hold_expires_at
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND start_time >= $2 AND start_time < $3)",
                                      {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

constinit SavedQuery long_query(R"(
    SELECT id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status,
           hold_expires_at, employee_id
      FROM @extschema@.bookings
     WHERE business_id = $1 AND start_time >= $2 AND start_time < $3
       AND @extschema@.booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes))",
                                {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

constinit SavedQuery services_query(R"(
    SELECT DISTINCT service_id FROM @extschema@.employee_services WHERE employee_id = ANY ($1) ORDER BY service_id)",
                                    {UUIDARRAYOID});

/// As a uuid[] for `= ANY`.
Datum ids_of(std::span<const ResourceRows> employees) {
    UuidArray ids(employees.size());
    for (const ResourceRows& employee : employees)
        ids.add(employee.id);
    return ids.value();
}

/// Of a column of an enum type.
bool is_active(const SpiRows& rows, const SpiRow& row, int column) {
    return row.label(column) == enum_value(rows.column_type(column), "active");
}

/// Columns from `first` on: id, status, settings, timezone.
BusinessRow to_business(const SpiRows& rows, const SpiRow& row, int first) {
    return {to_uuid(row.id(first)), is_active(rows, row, first + 1), row.get(first + 2, JSONBOID),
            row.string(first + 3)};
}

StatusLabels status_labels(const SpiRows& bookings) {
    return StatusLabels(bookings.column_type(7));
}

} // namespace

std::optional<ServiceRow> CalendarQueries::service(const Uuid& id) {
    const SpiRows rows = service_query.run(schema_, {to_datum(id)});
    if (rows.empty())
        return std::nullopt;
    const SpiRow row = rows.front();
    using std::chrono::minutes;
    ServiceRow service{{id, minutes(row.int4(1)), minutes(row.int4(2)), minutes(row.int4(3))},
                       is_active(rows, row, 4),
                       row.get(5, JSONBOID),
                       to_business(rows, row, 6)};
    row.id(11); // an error if it is NULL, as by scans: no tenant is not one that is not seen
    const bool tenant_is_active = !row.is_null(10) && is_active(rows, row, 10);
    service.business.is_active = service.business.is_active && tenant_is_active;
    return service;
}

std::optional<BusinessRow> CalendarQueries::business(const Uuid& id) {
    const SpiRows rows = business_query.run(schema_, {to_datum(id)});
    if (rows.empty())
        return std::nullopt;
    return to_business(rows, rows.front(), 1);
}

std::optional<BusinessRow> CalendarQueries::business_of_employee(const Uuid& employee_id) {
    const SpiRows rows = employee_query.run(schema_, {to_datum(employee_id)});
    if (rows.empty())
        return std::nullopt;
    return to_business(rows, rows.front(), 1);
}

void CalendarQueries::eligible_employees(const Uuid& service_id, const std::optional<Uuid>& only,
                                         std::pmr::vector<Uuid>& ids) {
    for (const SpiRow row :
         only ? eligible_employee_query.run(schema_, {to_datum(service_id), to_datum(*only)})
              : eligible_query.run(schema_, {to_datum(service_id)}))
        ids.push_back(to_uuid(row.id(1)));
}

void CalendarQueries::employees_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) {
    for (const SpiRow row : employees_query.run(schema_, {to_datum(business_id)}))
        ids.push_back(to_uuid(row.id(1)));
}

bool CalendarQueries::has_employee(const Uuid& business_id) {
    return pg::has_employee(schema_, to_datum(business_id), View::of_statement);
}

void CalendarQueries::own_hours(std::span<ResourceRows> employees) {
    RowCount count = hours_count;
    for (const SpiRow row : own_hours_query.run(schema_, {ids_of(employees)}, count.to_ask_for())) {
        if (ResourceRows* const employee = find(employees, to_uuid(row.id(7))))
            add_shift(row, count, employee->own_hours);
    }
}

void CalendarQueries::default_hours(const Uuid& business_id, std::pmr::vector<WeeklyShift>& hours) {
    RowCount count = hours_count;
    for (const SpiRow row : default_hours_query.run(schema_, {to_datum(business_id)}, most_hours_of_one + 1))
        add_shift(row, count, hours);
}

void CalendarQueries::overrides(Interval reach, std::span<ResourceRows> employees) {
    RowCount count = overrides_count;
    for (const SpiRow row : overrides_query.run(
             schema_, {ids_of(employees), to_datum(reach.begin), to_datum(reach.end)}, count.to_ask_for())) {
        if (ResourceRows* const employee = find(employees, to_uuid(row.id(1))))
            add_override({{to_instant(row.time(2)), to_instant(row.time(3))}, row.boolean(4)}, count,
                         employee->overrides);
    }
}

void CalendarQueries::business_overrides(const Uuid& business_id, Interval reach,
                                         std::pmr::vector<Override>& overrides) {
    RowCount count = overrides_count;
    for (const SpiRow row : business_overrides_query.run(
             schema_, {to_datum(business_id), to_datum(reach.begin), to_datum(reach.end)},
             most_overrides_of_one + 1))
        add_override({{to_instant(row.time(1)), to_instant(row.time(2))}, row.boolean(3)}, count, overrides);
}

void CalendarQueries::bookings(const BookingsAsked& asked, std::span<ResourceRows> employees) {
    RowCount count = bookings_count;
    const SpiRows rows = bookings_query.run(
        schema_, {ids_of(employees), to_datum(asked.reach.all.begin), to_datum(asked.reach.all.end)},
        count.to_ask_for());
    const StatusLabels labels = status_labels(rows);
    for (const SpiRow row : rows) {
        count.add();
        ResourceRows* const employee = find(employees, to_uuid(row.id(9)));
        if (employee == nullptr)
            continue;
        // As the scans do, so that both need the same memory.
        if (employee->bookings.empty())
            employee->bookings.reserve(rows.size() / employees.size() + 16);
        add_booking(row, labels, asked, employee->bookings);
    }
}

void CalendarQueries::unassigned_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                          std::pmr::vector<Booking>& bookings) {
    RowCount count = bookings_count;
    const SpiRows rows = unassigned_query.run(
        schema_, {to_datum(business_id), to_datum(asked.reach.all.begin), to_datum(asked.reach.all.end)},
        count.to_ask_for());
    const StatusLabels labels = status_labels(rows);
    for (const SpiRow row : rows) {
        count.add();
        add_booking(row, labels, asked, bookings);
    }
}

void CalendarQueries::long_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                    std::span<ResourceRows> employees,
                                    std::pmr::vector<Booking>* unassigned) {
    RowCount count = bookings_count;
    for (const Interval part : {asked.reach.long_before, asked.reach.long_behind}) {
        const SpiRows rows = long_query.run(
            schema_, {to_datum(business_id), to_datum(part.begin), to_datum(part.end)}, count.to_ask_for());
        const StatusLabels labels = status_labels(rows);
        for (const SpiRow row : rows) {
            count.add();
            add_far_booking(row, labels, asked, employees, unassigned);
        }
    }
}

void CalendarQueries::services_of(std::span<ResourceRows> employees, std::pmr::vector<Uuid>& services) {
    for (const SpiRow row : services_query.run(schema_, {ids_of(employees)}))
        services.push_back(to_uuid(row.id(1)));
}

} // namespace bookmeatoz::pg
