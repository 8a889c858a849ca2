// Loads the calendar of one question from the tables, through SPI with saved plans, with the rights and the row security
// of the caller: never more than the caller could SELECT. Called by the search functions.
#pragma once

#include "boundary.hpp"
#include "../core/calendar.hpp"

#include <memory_resource>
#include <vector>

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// What a search function was asked, checked but not yet looked up.
struct Question {
    pg_uuid_t service_id;
    Interval window;
    Instant as_of;
    std::optional<pg_uuid_t> employee_id;
    std::optional<int> slot_interval_minutes;
    std::optional<pg_uuid_t> exclude_booking_id;
};

/// A calendar and the memory behind its spans.
class LoadedCalendar {
public:
    LoadedCalendar(const Question& question, Oid schema, std::pmr::memory_resource* memory);
    LoadedCalendar(const LoadedCalendar&) = delete;
    LoadedCalendar& operator=(const LoadedCalendar&) = delete;

    const Calendar& calendar() const { return calendar_; }
    /// S12: the business has no active employee, so a slot lists none.
    bool business_is_resource() const { return business_is_resource_; }

private:
    /// Rows of one resource while they are collected.
    struct Rows {
        explicit Rows(std::pmr::memory_resource* memory)
            : own_hours(memory), overrides(memory), bookings(memory) {}
        std::pmr::vector<WeeklyShift> own_hours;
        std::pmr::vector<Override> overrides;
        std::pmr::vector<Booking> bookings;
    };

    void load_service(const Question& question);
    void load_resources(const Question& question);
    void load_hours();
    void load_overrides();
    void load_bookings(const Question& question);
    void load_unassigned(const Question& question);
    std::optional<std::size_t> resource_index(const Uuid& id) const;
    Datum resource_ids() const;

    Oid schema_;
    std::pmr::memory_resource* memory_;
    Calendar calendar_{};
    bool is_offered_ = false;
    bool business_is_resource_ = false;
    Uuid business_id_{};
    std::pmr::vector<ZonePeriod> zone_;
    std::pmr::vector<WeeklyShift> default_hours_;
    std::pmr::vector<Uuid> ids_;
    std::pmr::vector<Rows> rows_;
    std::pmr::vector<Resource> resources_;
    std::pmr::vector<Booking> unassigned_;
    std::pmr::vector<Uuid> competing_services_;
};

} // namespace bookmeatoz::pg
