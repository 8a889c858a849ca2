// Loads the calendar of one question: what the core is given, and the memory behind it. Never more than the caller could
// SELECT. Called by the functions that find, check and book slots.
#pragma once

#include "pg/calendar/scans.hpp"

#include <memory_resource>
#include <vector>

extern "C" {
#include "pgtime.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// What a function was asked about a service: checked, but not looked up yet. load() gets the starts that are asked for.
struct Question {
    pg_uuid_t service_id;
    Instant as_of;
    std::optional<pg_uuid_t> employee_id;
    std::optional<int> slot_interval_minutes;
    std::optional<pg_uuid_t> exclude_booking_id;
};

/// A whole business, whatever its services.
struct WholeBusiness {
    pg_uuid_t id;
    /// Ascending by id. None: all of them, active or not.
    std::optional<std::span<const Uuid>> employees;
    bool with_bookings;
};

/// A calendar and the memory behind its spans.
class LoadedCalendar {
public:
    /// Reads what does not depend on time: service, business, settings, the eligible employees and their weekly hours.
    /// BM003 when the caller sees no such service, 22023 for an invalid setting or time zone.
    LoadedCalendar(const Question& question, Oid schema, std::pmr::memory_resource* memory);
    /// The same for one employee, whatever service they offer and whether or not they are active: a service of no
    /// duration and the settings of the business. BM003 when the caller sees no such employee.
    LoadedCalendar(const pg_uuid_t& employee_id, Instant as_of, Oid schema,
                   std::pmr::memory_resource* memory);
    /// The same for employees of a business, and for what is booked without one: for the business itself where it has no
    /// employees. Without bookings load() reads none. BM003 when the caller sees no such business.
    LoadedCalendar(const WholeBusiness& asked, Instant as_of, Oid schema, std::pmr::memory_resource* memory);
    LoadedCalendar(const LoadedCalendar&) = delete;
    LoadedCalendar& operator=(const LoadedCalendar&) = delete;

    /// Reads overrides and bookings for bookable(asked), which becomes calendar().window. Of the bookings at least those that
    /// finding slots is about. May be called again with another window: what was read for the last one is dropped, and
    /// searches over it end.
    void load(Interval asked, BookingScope scope = BookingScope::window);

    /// S10: the part of `asked` in which a slot may start. All of it where no service is asked about.
    Interval bookable(Interval asked) const;

    /// For bookings that are about to be moved together: none of them stands in the way of another. Before load().
    void leave_out(std::span<const Uuid> booking_ids) {
        left_out_.insert(left_out_.end(), booking_ids.begin(), booking_ids.end());
    }
    /// Asks about another length and other buffers than the service's. Before load().
    void ask_for(std::chrono::minutes duration, std::chrono::minutes buffer_before,
                 std::chrono::minutes buffer_after) {
        calendar_.service.duration = duration;
        calendar_.service.buffer_before = buffer_before;
        calendar_.service.buffer_after = buffer_after;
    }

    /// Service and settings are there at once, the rest after load().
    const Calendar& calendar() const { return calendar_; }
    /// S12: the business has no employees, so a slot lists none.
    bool business_is_resource() const { return business_is_resource_; }
    /// S13: those of a list of who is free that a result names: none where the business is itself the resource.
    template <class T>
    std::span<const T> listed(std::span<const T> who) const {
        return business_is_resource_ ? std::span<const T>() : who;
    }
    const Uuid& business_id() const { return business_id_; }
    /// The zone of the business.
    pg_tz* time_zone() const { return time_zone_; }

private:
    LoadedCalendar(Oid schema, Instant as_of, std::pmr::memory_resource* memory);

    /// `read` is called with a source of the tables.
    template <class Read>
    void from_tables(Read read);
    void apply(const ServiceRow& service, const Question& question);
    void apply(const BusinessRow& business);
    void read_resources(CalendarSource& source, const std::optional<Uuid>& employee_id);
    void read_hours(CalendarSource& source);
    void read_bookings(CalendarSource& source, const BookingReach& reach);
    Interval horizon_reach() const;
    /// The resources that are employees: none where the business is itself the resource.
    std::span<ResourceRows> employees();

    Oid schema_;
    std::pmr::memory_resource* memory_;
    std::optional<CalendarScans> scans_;
    std::vector<Uuid> left_out_;
    Calendar calendar_{};
    bool is_of_service_ = false;
    bool reads_bookings_ = true;
    bool business_is_resource_ = false;
    /// S14: the question is about all employees, so unassigned bookings matter.
    bool counts_unassigned_ = false;
    Uuid business_id_{};
    pg_tz* time_zone_ = nullptr;
    std::pmr::vector<ZonePeriod> zone_;
    std::pmr::vector<WeeklyShift> default_hours_;
    std::pmr::vector<Override> business_overrides_;
    std::pmr::vector<ResourceRows> rows_;
    std::pmr::vector<Resource> resources_;
    std::pmr::vector<Booking> unassigned_;
    std::pmr::vector<Uuid> competing_services_;
};

} // namespace bookmeatoz::pg
