// The tables of a calendar read by queries: saved plans with the rights and the row security of the caller. They serve
// whatever the tables have become: views, partitions, other policies.
#pragma once

#include "pg/calendar/source.hpp"
#include "pg/server/spi.hpp"

namespace bookmeatoz::pg {

class CalendarQueries final : public CalendarSource {
public:
    explicit CalendarQueries(Oid schema) : schema_(schema) {}

    std::optional<ServiceRow> service(const Uuid& id) override;
    std::optional<BusinessRow> business(const Uuid& id) override;
    std::optional<BusinessRow> business_of_employee(const Uuid& employee_id) override;
    void eligible_employees(const Uuid& service_id, const std::optional<Uuid>& only,
                            std::pmr::vector<Uuid>& ids) override;
    void employees_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) override;
    bool has_employee(const Uuid& business_id) override;
    void own_hours(std::span<ResourceRows> employees) override;
    void default_hours(const Uuid& business_id, std::pmr::vector<WeeklyShift>& hours) override;
    void overrides(Interval reach, std::span<ResourceRows> employees) override;
    void business_overrides(const Uuid& business_id, Interval reach,
                            std::pmr::vector<Override>& overrides) override;
    void bookings(const BookingsAsked& asked, std::span<ResourceRows> employees) override;
    void unassigned_bookings(const Uuid& business_id, const BookingsAsked& asked,
                             std::pmr::vector<Booking>& bookings) override;
    void long_bookings(const Uuid& business_id, const BookingsAsked& asked, std::span<ResourceRows> employees,
                       std::pmr::vector<Booking>* unassigned) override;
    void services_of(std::span<ResourceRows> employees, std::pmr::vector<Uuid>& services) override;

private:
    Oid schema_;
    SpiConnection spi_;
};

} // namespace bookmeatoz::pg
