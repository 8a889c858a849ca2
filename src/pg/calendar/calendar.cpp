// Loads the calendar of one question: see calendar/calendar.hpp.
#include "pg/calendar/calendar.hpp"
#include "core/notice.hpp"
#include "pg/calendar/queries.hpp"
#include "pg/calendar/values.hpp"
#include "pg/calendar/settings.hpp"
#include "pg/calendar/time_zone.hpp"
#include "pg/server/errors.hpp"

#include <algorithm>

namespace bookmeatoz::pg {
namespace {

std::optional<Uuid> to_uuid(const std::optional<pg_uuid_t>& id) {
    return id ? std::optional(pg::to_uuid(*id)) : std::nullopt;
}

} // namespace

LoadedCalendar::LoadedCalendar(Oid schema, Instant as_of, std::pmr::memory_resource* memory)
    : schema_(schema), memory_(memory), scans_(CalendarScans::open(schema)), zone_(memory),
      default_hours_(memory), business_overrides_(memory), rows_(memory), resources_(memory),
      unassigned_(memory), competing_services_(memory) {
    calendar_.as_of = as_of;
}

LoadedCalendar::LoadedCalendar(const Question& question, Oid schema, std::pmr::memory_resource* memory)
    : LoadedCalendar(schema, question.as_of, memory) {
    if (question.exclude_booking_id)
        left_out_.push_back(pg::to_uuid(*question.exclude_booking_id));
    is_of_service_ = true;
    counts_unassigned_ = !question.employee_id;
    from_tables([&](CalendarSource& source) {
        const std::optional<ServiceRow> service = source.service(pg::to_uuid(question.service_id));
        if (!service)
            not_found(Sought::service, question.service_id);
        apply(*service, question);
        if (service->is_active && service->business.is_active)
            read_resources(source, to_uuid(question.employee_id));
        read_hours(source);
    });
}

LoadedCalendar::LoadedCalendar(const pg_uuid_t& employee_id, Instant as_of, Oid schema,
                               std::pmr::memory_resource* memory)
    : LoadedCalendar(schema, as_of, memory) {
    from_tables([&](CalendarSource& source) {
        const std::optional<BusinessRow> business = source.business_of_employee(pg::to_uuid(employee_id));
        if (!business)
            not_found(Sought::employee, employee_id);
        apply(*business);
        rows_.emplace_back(pg::to_uuid(employee_id), memory_);
        read_hours(source);
    });
}

LoadedCalendar::LoadedCalendar(const WholeBusiness& asked, Instant as_of, Oid schema,
                               std::pmr::memory_resource* memory)
    : LoadedCalendar(schema, as_of, memory) {
    reads_bookings_ = asked.with_bookings;
    counts_unassigned_ = true;
    from_tables([&](CalendarSource& source) {
        const std::optional<BusinessRow> business = source.business(pg::to_uuid(asked.id));
        if (!business)
            not_found(Sought::business, asked.id);
        apply(*business);
        std::pmr::vector<Uuid> ids(memory_);
        if (asked.employees) {
            ids.assign(asked.employees->begin(), asked.employees->end());
        } else {
            source.employees_of(business_id_, ids);
        }
        business_is_resource_ = ids.empty() && !(asked.employees && source.has_employee(business_id_));
        if (business_is_resource_)
            ids.push_back(business_id_);
        for (const Uuid& id : ids)
            rows_.emplace_back(id, memory_);
        read_hours(source);
    });
}

void LoadedCalendar::load(Interval asked, BookingScope scope) {
    const Interval window = bookable(asked);
    calendar_.window = window;
    for (ResourceRows& rows : rows_) {
        rows.overrides.clear();
        rows.bookings.clear();
    }
    business_overrides_.clear();
    unassigned_.clear();
    const BookingReach bookings =
        booking_reach(window, calendar_.service, std::max(scope, scope_of_slots(calendar_.settings)));
    const Interval overrides = override_reach(window, calendar_.service);
    if (!is_empty(window) && !rows_.empty()) {
        from_tables([&](CalendarSource& source) {
            if (!employees().empty())
                source.overrides(overrides, employees());
            source.business_overrides(business_id_, overrides, business_overrides_);
            if (reads_bookings_)
                read_bookings(source, bookings);
        });
    }
    // All of what is asked: check_slot() asks for the date of a start beyond the horizon, where the window is empty.
    Interval zoned{std::min({asked.begin, bookings.long_before.begin, overrides.begin}),
                   std::max({asked.end, bookings.long_behind.end, overrides.end})};
    for (const Override& entry : business_overrides_) {
        if (!entry.is_unavailable)
            zoned.begin = std::min(zoned.begin, entry.interval.begin);
    }
    if (calendar_.settings.max_advance_days) {
        zoned.begin = std::min(zoned.begin, horizon_reach().begin);
        zoned.end = std::max(zoned.end, horizon_reach().end);
    }
    zone_ = zone_periods(time_zone_, {zoned.begin - date_reach, zoned.end + date_reach}, memory_);
    resources_.clear();
    for (const ResourceRows& rows : rows_)
        resources_.push_back({rows.id, rows.own_hours, rows.overrides, rows.bookings});
    calendar_.zone = zone_;
    calendar_.default_hours = default_hours_;
    calendar_.business_overrides = business_overrides_;
    calendar_.resources = resources_;
    calendar_.unassigned = unassigned_;
    calendar_.competing_services = competing_services_;
}

Interval LoadedCalendar::bookable(Interval asked) const {
    if (!is_of_service_)
        return asked;
    if (!calendar_.settings.max_advance_days)
        return bookable_window(asked, calendar_.as_of, calendar_.settings,
                               Zone(std::span<const ZonePeriod>()));
    const Interval reach = horizon_reach();
    const auto zone = zone_periods(time_zone_, {reach.begin - date_reach, reach.end + date_reach}, memory_);
    return bookable_window(asked, calendar_.as_of, calendar_.settings, Zone(zone));
}

/// S10: from as_of to the horizon, as if in UTC.
Interval LoadedCalendar::horizon_reach() const {
    return {calendar_.as_of, calendar_.as_of + *calendar_.settings.max_advance_days * one_day};
}

template <class Read>
void LoadedCalendar::from_tables(Read read) {
    if (scans_) {
        read(*scans_);
    } else {
        CalendarQueries queries(schema_);
        read(queries);
    }
}

void LoadedCalendar::apply(const ServiceRow& service, const Question& question) {
    calendar_.service = service.service;
    apply(service.business);
    // S17: the service's settings override the business's, the argument both.
    read_settings(calendar_.settings, SettingsOwner::service, question.service_id, service.settings);
    if (question.slot_interval_minutes)
        calendar_.settings.slot_interval = std::chrono::minutes(*question.slot_interval_minutes);
}

void LoadedCalendar::apply(const BusinessRow& business) {
    business_id_ = business.id;
    read_settings(calendar_.settings, SettingsOwner::business, to_pg_uuid(business.id), business.settings);
    time_zone_ = known_time_zone(business.time_zone);
}

/// S12: the active employees mapped to the service; or the business itself, if it has no employees at all.
void LoadedCalendar::read_resources(CalendarSource& source, const std::optional<Uuid>& employee_id) {
    std::pmr::vector<Uuid> ids(memory_);
    source.eligible_employees(calendar_.service.id, employee_id, ids);
    if (ids.empty() && !employee_id && !source.has_employee(business_id_)) {
        business_is_resource_ = true;
        ids.push_back(business_id_);
    }
    for (const Uuid& id : ids)
        rows_.emplace_back(id, memory_);
}

void LoadedCalendar::read_hours(CalendarSource& source) {
    if (rows_.empty())
        return;
    if (!employees().empty())
        source.own_hours(employees());
    // S1: by schedule, nobody follows the hours of the business if all employees have hours of their own on all dates.
    const bool all_have_own = std::ranges::all_of(rows_, [](const ResourceRows& rows) {
        return !rows.own_hours.empty() && std::ranges::all_of(rows.own_hours, &WeeklyShift::holds_always);
    });
    if (calendar_.settings.working_hours_inheritance == HoursInheritance::day || !all_have_own)
        source.default_hours(business_id_, default_hours_);
}

/// Bookings without an employee occupy a business that is its own resource (S12); of a business with employees they count
/// against the free ones (S14).
void LoadedCalendar::read_bookings(CalendarSource& source, const BookingReach& reach) {
    const BookingsAsked asked{reach, left_out_};
    std::pmr::vector<Booking>* const without_employee = business_is_resource_ ? &rows_.front().bookings
                                                        : counts_unassigned_  ? &unassigned_
                                                                              : nullptr;
    if (!employees().empty())
        source.bookings(asked, employees());
    if (without_employee != nullptr)
        source.unassigned_bookings(business_id_, asked, *without_employee);
    source.long_bookings(business_id_, asked, employees(), without_employee);
    if (!unassigned_.empty() && competing_services_.empty())
        source.services_of(employees(), competing_services_);
}

std::span<ResourceRows> LoadedCalendar::employees() {
    return business_is_resource_ ? std::span<ResourceRows>() : rows_;
}

} // namespace bookmeatoz::pg
