// The tables of a calendar, read by index scans without the executor, in a third of the time that queries need. Neither privileges
// nor row security stop a scan. So scans serve only where it is known exactly what the caller could SELECT
// (access/read_rights.hpp), and they judge each row by it. Everywhere else queries answer, with the same rows.
#pragma once

#include "pg/calendar/status.hpp"
#include "pg/calendar/source.hpp"
#include "pg/server/index_scan.hpp"
#include "pg/access/read_rights.hpp"
#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// Defines the setting bookmeatoz.direct_scans. Called by _PG_init.
void calendar_scans_init();

/// A table, read by one of its indexes, and which of its rows the caller sees. The first columns are those that
/// sees_business() or sees_business_row() decides by.
struct SightedScan {
    ScanLayout layout;
    Sight sight = Sight::unknown;
};

/// All scans of a calendar.
struct ScanLayouts {
    SightedScan service, business, tenant, employee, mapped_employees, mapped_services, employees_of_business,
        own_hours, default_hours, overrides, business_overrides, bookings, unassigned_bookings, long_bookings;
    Oid active_service = InvalidOid;
    Oid active_business = InvalidOid;
    Oid active_tenant = InvalidOid;
    Oid active_employee = InvalidOid;
    StatusLabels booking_statuses;
};

class CalendarScans final : public CalendarSource {
public:
    /// For the role and the session context of this moment; nullopt where queries must answer. The tables stay locked until
    /// the end of the transaction, as those of a query.
    static std::optional<CalendarScans> open(Oid schema);

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
    CalendarScans(Oid schema, AccessLevel session, const ScanLayouts& layouts)
        : schema_(schema), level_(session), layouts_(layouts) {}

    /// Calls `take(row)` for each row that the caller sees, until it returns false.
    template <class Take>
    void read(const SightedScan& scan, ScanKeys keys, Take take);
    /// The same for the row of this id.
    template <class Take>
    void read_by_id(const SightedScan& scan, const Uuid& id, int id_column, Take take);
    /// The same once for each employee, as `take(row, employee)`; the first of the keys is the employee's id.
    template <class Take>
    void read_each(const SightedScan& scan, ScanKeys keys, std::span<ResourceRows> employees, Take take);
    bool sees(Sight sight, const IndexScan& row) {
        return sight == Sight::every_row || is_visible(sight, row);
    }
    bool is_visible(Sight sight, const IndexScan& row);
    /// Of the columns of employees. As the queries say it: one without a status is not.
    bool is_active_employee(const IndexScan& row) const {
        return !row.is_null(1) && row.label(1) == layouts_.active_employee;
    }
    /// `with_tenant`: an active one is of an active tenant.
    std::optional<BusinessRow> business(const Uuid& id, bool with_tenant);
    bool is_active_tenant(const Uuid& id);
    bool keep_active_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids);

    Oid schema_;
    AccessLevel level_;
    /// The business of the last row that was seen: mostly that of the next one too.
    std::optional<pg_uuid_t> visible_business_;
    ScanLayouts layouts_;
};

} // namespace bookmeatoz::pg
