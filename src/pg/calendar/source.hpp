// Where a calendar is read from: what the reader (calendar/calendar.hpp) asks of the tables. Answered by queries
// (calendar/queries.hpp), or faster, where that is possible, by index scans (calendar/scans.hpp): with the same rows, and
// never more than the caller could SELECT.
#pragma once

#include "pg/server/boundary.hpp"
#include "core/calendar.hpp"

#include <algorithm>
#include <memory_resource>
#include <span>
#include <vector>

namespace bookmeatoz::pg {

/// What a calendar needs of a business. The pointers are good until the source is asked again.
struct BusinessRow {
    Uuid id;
    /// S12: of a service its tenant too.
    bool is_active;
    Datum settings;
    const char* time_zone;
};

/// A service and its business. The pointers are good until the source is asked again.
struct ServiceRow {
    Service service;
    bool is_active;
    Datum settings;
    BusinessRow business;
};

/// How many rows one search reads: far more than a business has, and few enough that all of it stays within bounds.
inline constexpr std::size_t most_hours_of_one = 10'000;
inline constexpr std::size_t most_hours = 100'000;
inline constexpr std::size_t most_overrides_of_one = 10'000;
inline constexpr std::size_t most_rows = 1'000'000;

/// Counts the rows of one kind as they are read.
class RowCount {
public:
    /// `rows` says which, such as "overrides".
    constexpr RowCount(std::size_t most, const char* rows) : most_(most), rows_(rows) {}

    /// 54000 where there is one more than a search reads.
    void add() {
        if (++count_ > most_)
            too_many(most_, rows_, "");
    }
    /// The same for those of one employee, or of the business itself, of which there are `count` already.
    static void check_next(std::size_t count, std::size_t most, const char* rows) {
        if (count == most)
            too_many(most, rows, " of one employee or business");
    }
    /// How many rows to ask for: one more than is allowed, so that it shows.
    std::size_t to_ask_for() const { return most_ + 1; }

private:
    [[noreturn]] static void too_many(std::size_t most, const char* rows, const char* of_whom) {
        throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                       "the search needs more than " + std::to_string(most) + " " + rows + of_whom, {},
                       "Ask for a shorter window or for one employee, and delete rows that no longer hold.");
    }

    std::size_t most_;
    const char* rows_;
    std::size_t count_ = 0;
};

/// The rows of one resource.
struct ResourceRows {
    ResourceRows(const Uuid& id, std::pmr::memory_resource* memory)
        : id(id), own_hours(memory), overrides(memory), bookings(memory) {}
    Uuid id;
    std::pmr::vector<WeeklyShift> own_hours;
    std::pmr::vector<Override> overrides;
    std::pmr::vector<Booking> bookings;
};

/// nullptr for one that is none of them. `employees` are ascending by id.
inline ResourceRows* find(std::span<ResourceRows> employees, const Uuid& id) {
    const auto found = std::ranges::lower_bound(employees, id, {}, &ResourceRows::id);
    return found == employees.end() || found->id != id ? nullptr : &*found;
}

/// Which bookings: those that start within reach, but for some.
struct BookingsAsked {
    BookingReach reach;
    std::span<const Uuid> except;
};

/// Rows are added to what the vectors hold already. `employees` are ascending by id.
class CalendarSource {
public:
    virtual ~CalendarSource() = default;

    /// nullopt where the caller does not see the service or its business.
    virtual std::optional<ServiceRow> service(const Uuid& id) = 0;
    /// nullopt where the caller does not see it.
    virtual std::optional<BusinessRow> business(const Uuid& id) = 0;
    /// nullopt where the caller does not see the employee or the business.
    virtual std::optional<BusinessRow> business_of_employee(const Uuid& employee_id) = 0;
    /// S12: the active employees mapped to the service, ascending; of those at most `only`.
    virtual void eligible_employees(const Uuid& service_id, const std::optional<Uuid>& only,
                                    std::pmr::vector<Uuid>& ids) = 0;
    /// All employees of the business, whatever their status, ascending.
    virtual void employees_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) = 0;
    /// S12: whatever their status.
    virtual bool has_employee(const Uuid& business_id) = 0;
    virtual void own_hours(std::span<ResourceRows> employees) = 0;
    virtual void default_hours(const Uuid& business_id, std::pmr::vector<WeeklyShift>& hours) = 0;
    /// Those that meet `reach`.
    virtual void overrides(Interval reach, std::span<ResourceRows> employees) = 0;
    /// Those of the business itself that meet `reach`.
    virtual void business_overrides(const Uuid& business_id, Interval reach,
                                    std::pmr::vector<Override>& overrides) = 0;
    /// Those that start in reach.all.
    virtual void bookings(const BookingsAsked& asked, std::span<ResourceRows> employees) = 0;
    /// The bookings of a business without an employee that start in reach.all.
    virtual void unassigned_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                     std::pmr::vector<Booking>& bookings) = 0;
    /// The long bookings of a business that start before or behind reach.all: those of the employees, and those
    /// without an employee unless `unassigned` is nullptr.
    virtual void long_bookings(const Uuid& business_id, const BookingsAsked& asked,
                               std::span<ResourceRows> employees, std::pmr::vector<Booking>* unassigned) = 0;
    /// The services that any of the employees is mapped to, ascending, each once.
    virtual void services_of(std::span<ResourceRows> employees, std::pmr::vector<Uuid>& services) = 0;
};

} // namespace bookmeatoz::pg
