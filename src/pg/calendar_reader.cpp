// Loads the calendar of one question: see calendar_reader.hpp.
#include "calendar_reader.hpp"
#include "saved_query.hpp"
#include "settings_reader.hpp"
#include "time_zone.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};
constexpr Oid ids_and_business[] = {UUIDARRAYOID, UUIDOID};
constexpr Oid ids_and_range[] = {UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
constexpr Oid business_and_range[] = {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
constexpr Oid ids_argument[] = {UUIDARRAYOID};

constinit SavedQuery service_query(R"(
    SELECT s.business_id, s.duration, s.buffer_before_minutes, s.buffer_after_minutes,
           s.status = 'active' AND b.status = 'active', s.settings, b.settings, b.timezone
      FROM @extschema@.services s
      JOIN @extschema@.businesses b ON b.id = s.business_id
     WHERE s.id = $1)",
                                   uuid_argument);

constinit SavedQuery eligible_query(R"(
    SELECT e.id
      FROM @extschema@.employee_services m
      JOIN @extschema@.employees e ON e.id = m.employee_id
     WHERE m.service_id = $1 AND e.employment_status = 'active'
     ORDER BY e.id)",
                                    uuid_argument);

constinit SavedQuery active_employee_query(R"(
    SELECT FROM @extschema@.employees WHERE business_id = $1 AND employment_status = 'active' LIMIT 1)",
                                           uuid_argument);

constinit SavedQuery employee_query(R"(
    SELECT b.id, b.settings, b.timezone
      FROM @extschema@.employees e
      JOIN @extschema@.businesses b ON b.id = e.business_id
     WHERE e.id = $1)",
                                    uuid_argument);

constinit SavedQuery hours_query(R"(
    SELECT employee_id, day_of_week, start_time, end_time, is_off
      FROM @extschema@.working_hours
     WHERE employee_id = ANY ($1)
    UNION ALL
    SELECT NULL, day_of_week, start_time, end_time, is_off
      FROM @extschema@.working_hours
     WHERE business_id = $2 AND employee_id IS NULL)",
                                 ids_and_business);

constinit SavedQuery overrides_query(R"(
    SELECT employee_id, start_time, end_time, is_unavailable
      FROM @extschema@.employee_availability_overrides
     WHERE employee_id = ANY ($1) AND end_time > $2 AND start_time < $3)",
                                     ids_and_range);

// The bounds compare start_time alone, so that they are index conditions under row security too; how far back they must
// begin is booking_reach()'s to say.
constinit SavedQuery bookings_query(R"(
    SELECT id, employee_id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes,
           status::pg_catalog.text, hold_expires_at
      FROM @extschema@.bookings
     WHERE employee_id = ANY ($1) AND start_time >= $2 AND start_time < $3)",
                                    ids_and_range);

constinit SavedQuery unassigned_query(R"(
    SELECT id, employee_id, service_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes,
           status::pg_catalog.text, hold_expires_at
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND start_time >= $2 AND start_time < $3)",
                                      business_and_range);

constinit SavedQuery competing_query(R"(
    SELECT DISTINCT service_id FROM @extschema@.employee_services WHERE employee_id = ANY ($1) ORDER BY service_id)",
                                     ids_argument);

Uuid to_uuid(Datum datum) {
    Uuid id;
    std::memcpy(id.data(), DatumGetUUIDP(datum)->data, id.size());
    return id;
}

Uuid to_uuid(const pg_uuid_t& uuid) {
    return to_uuid(UUIDPGetDatum(&uuid));
}

Datum to_datum(const Uuid& id) {
    return PointerGetDatum(id.data());
}

Datum to_datum(Instant instant) {
    return TimestampTzGetDatum(to_timestamptz(instant));
}

Interval to_interval(const SpiRow& row, int begin, int end) {
    return {to_instant(DatumGetTimestampTz(row.get(begin))), to_instant(DatumGetTimestampTz(row.get(end)))};
}

std::chrono::minutes to_minutes(Datum datum) {
    return std::chrono::minutes(DatumGetInt32(datum));
}

/// NULL where a row that is off has no times; they are not looked at then.
Duration to_time_of_day(const SpiRow& row, int column) {
    return Duration(row.is_null(column) ? 0 : DatumGetTimeADT(row.get(column)));
}

/// The statuses of the core; a label that the user added occupies no time (S11).
std::optional<BookingStatus> to_status(Datum label) {
    const auto* const text = reinterpret_cast<const ::text*>(DatumGetPointer(label));
    const std::string_view name(VARDATA_ANY(text), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(text)));
    if (name == "confirmed")
        return BookingStatus::confirmed;
    if (name == "pending")
        return BookingStatus::pending;
    if (name == "completed")
        return BookingStatus::completed;
    if (name == "cancelled")
        return BookingStatus::cancelled;
    if (name == "rejected")
        return BookingStatus::rejected;
    if (name == "no_show")
        return BookingStatus::no_show;
    return std::nullopt;
}

std::optional<Booking> to_booking(const SpiRow& row, const std::optional<pg_uuid_t>& excluded) {
    if (excluded && to_uuid(row.get(1)) == to_uuid(*excluded))
        return std::nullopt;
    const std::optional<BookingStatus> status = to_status(row.get(8));
    if (!status)
        return std::nullopt;
    Booking booking{
        to_uuid(row.get(3)), to_interval(row, 4, 5), to_minutes(row.get(6)), to_minutes(row.get(7)), *status,
        std::nullopt};
    if (!row.is_null(9))
        booking.hold_expires_at = to_instant(DatumGetTimestampTz(row.get(9)));
    return booking;
}

/// The same words for one that does not exist and one that row security hides.
[[noreturn]] void not_found(const std::string& kind, const pg_uuid_t& id) {
    const char* const text =
        pg_call([&] { return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&id))); });
    throw SqlError(ERRCODE_NO_DATA_FOUND, kind + " " + text + " was not found", {},
                   "Check the id, and that the session context is that of the " + kind + "'s business.");
}

} // namespace

LoadedCalendar::LoadedCalendar(const Question& question, Oid schema, std::pmr::memory_resource* memory)
    : schema_(schema), memory_(memory), exclude_booking_id_(question.exclude_booking_id),
      counts_unassigned_(!question.employee_id), zone_(memory), default_hours_(memory), ids_(memory),
      rows_(memory), resources_(memory), unassigned_(memory), competing_services_(memory) {
    const SpiConnection spi;
    calendar_.as_of = question.as_of;
    load_service(question);
    load_hours();
}

LoadedCalendar::LoadedCalendar(const pg_uuid_t& employee_id, Instant as_of, Oid schema,
                               std::pmr::memory_resource* memory)
    : schema_(schema), memory_(memory), zone_(memory), default_hours_(memory), ids_(memory), rows_(memory),
      resources_(memory), unassigned_(memory), competing_services_(memory) {
    const SpiConnection spi;
    calendar_.as_of = as_of;
    load_employee(employee_id);
    load_hours();
}

void LoadedCalendar::load(Interval window) {
    calendar_.window = window;
    for (Rows& rows : rows_) {
        rows.overrides.clear();
        rows.bookings.clear();
    }
    unassigned_.clear();
    const Interval bookings = booking_reach(window, calendar_.service);
    const Interval overrides = override_reach(window, calendar_.service);
    if (!is_empty(window) && !ids_.empty()) {
        const SpiConnection spi;
        load_overrides(overrides);
        load_bookings(bookings);
        if (business_is_resource_ || counts_unassigned_)
            load_unassigned(bookings);
    }
    zone_ = zone_periods(time_zone_,
                         {std::min(bookings.begin, overrides.begin) - date_reach,
                          std::max(bookings.end, overrides.end) + date_reach},
                         memory_);
    resources_.clear();
    for (std::size_t i = 0; i < ids_.size(); ++i)
        resources_.push_back({ids_[i], rows_[i].own_hours, rows_[i].overrides, rows_[i].bookings});
    calendar_.zone = zone_;
    calendar_.default_hours = default_hours_;
    calendar_.resources = resources_;
    calendar_.unassigned = unassigned_;
    calendar_.competing_services = competing_services_;
}

void LoadedCalendar::load_service(const Question& question) {
    const SpiRows rows = service_query.run(schema_, {UUIDPGetDatum(&question.service_id)});
    if (rows.size() == 0)
        not_found("service", question.service_id);
    const SpiRow row = *rows.begin();
    business_id_ = to_uuid(row.get(1));
    calendar_.service = {to_uuid(question.service_id), to_minutes(row.get(2)), to_minutes(row.get(3)),
                         to_minutes(row.get(4))};

    // S17: the service's settings override the business's, the argument both.
    read_settings(calendar_.settings, SettingsOwner::business, *DatumGetUUIDP(row.get(1)), row.get(7));
    read_settings(calendar_.settings, SettingsOwner::service, question.service_id, row.get(6));
    if (question.slot_interval_minutes)
        calendar_.settings.slot_interval = std::chrono::minutes(*question.slot_interval_minutes);
    time_zone_ = known_time_zone(row.get(8));

    const bool is_offered = DatumGetBool(row.get(5));
    if (is_offered)
        load_resources(question.employee_id);
}

/// S12: the active employees mapped to the service; or the business itself, if it has no active employee at all.
void LoadedCalendar::load_resources(const std::optional<pg_uuid_t>& employee_id) {
    for (const SpiRow row : eligible_query.run(schema_, {to_datum(calendar_.service.id)})) {
        const Uuid id = to_uuid(row.get(1));
        if (!employee_id || id == to_uuid(*employee_id))
            add_resource(id);
    }
    if (ids_.empty() && !employee_id &&
        active_employee_query.run(schema_, {to_datum(business_id_)}).size() == 0) {
        business_is_resource_ = true;
        add_resource(business_id_);
    }
}

void LoadedCalendar::load_employee(const pg_uuid_t& employee_id) {
    const SpiRows rows = employee_query.run(schema_, {UUIDPGetDatum(&employee_id)});
    if (rows.size() == 0)
        not_found("employee", employee_id);
    const SpiRow row = *rows.begin();
    business_id_ = to_uuid(row.get(1));
    read_settings(calendar_.settings, SettingsOwner::business, *DatumGetUUIDP(row.get(1)), row.get(2));
    time_zone_ = known_time_zone(row.get(3));
    add_resource(to_uuid(employee_id));
}

void LoadedCalendar::add_resource(const Uuid& id) {
    ids_.push_back(id);
    rows_.emplace_back(memory_);
}

void LoadedCalendar::load_hours() {
    if (ids_.empty())
        return;
    for (const SpiRow row : hours_query.run(schema_, {resource_ids(), to_datum(business_id_)})) {
        const WeeklyShift shift{std::chrono::weekday(static_cast<unsigned>(DatumGetInt16(row.get(2)))),
                                to_time_of_day(row, 3), to_time_of_day(row, 4), DatumGetBool(row.get(5))};
        if (row.is_null(1)) {
            default_hours_.push_back(shift);
        } else if (const auto index = resource_index(to_uuid(row.get(1)))) {
            rows_[*index].own_hours.push_back(shift);
        }
    }
}

void LoadedCalendar::load_overrides(Interval reach) {
    for (const SpiRow row :
         overrides_query.run(schema_, {resource_ids(), to_datum(reach.begin), to_datum(reach.end)})) {
        if (const auto index = resource_index(to_uuid(row.get(1))))
            rows_[*index].overrides.push_back({to_interval(row, 2, 3), DatumGetBool(row.get(4))});
    }
}

void LoadedCalendar::load_bookings(Interval reach) {
    for (const SpiRow row :
         bookings_query.run(schema_, {resource_ids(), to_datum(reach.begin), to_datum(reach.end)})) {
        const auto index = resource_index(to_uuid(row.get(2)));
        const std::optional<Booking> booking = to_booking(row, exclude_booking_id_);
        if (index && booking)
            rows_[*index].bookings.push_back(*booking);
    }
}

/// Bookings without an employee occupy a business that is its own resource (S12); of a business with employees they count
/// against the free ones (S14).
void LoadedCalendar::load_unassigned(Interval reach) {
    auto& target = business_is_resource_ ? rows_.front().bookings : unassigned_;
    for (const SpiRow row : unassigned_query.run(
             schema_, {to_datum(business_id_), to_datum(reach.begin), to_datum(reach.end)})) {
        if (const std::optional<Booking> booking = to_booking(row, exclude_booking_id_))
            target.push_back(*booking);
    }
    if (unassigned_.empty() || !competing_services_.empty())
        return;
    for (const SpiRow row : competing_query.run(schema_, {resource_ids()}))
        competing_services_.push_back(to_uuid(row.get(1)));
}

std::optional<std::size_t> LoadedCalendar::resource_index(const Uuid& id) const {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id)
        return std::nullopt;
    return static_cast<std::size_t>(found - ids_.begin());
}

/// The ids as a uuid[] for `= ANY`. A business that is its own resource has no rows under an employee's id.
Datum LoadedCalendar::resource_ids() const {
    return pg_call([&] {
        const int count = business_is_resource_ ? 0 : static_cast<int>(ids_.size());
        auto* const elements =
            static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<std::size_t>(count + 1)));
        for (int i = 0; i < count; ++i)
            elements[i] = to_datum(ids_[static_cast<std::size_t>(i)]);
        return PointerGetDatum(construct_array(elements, count, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
    });
}

} // namespace bookmeatoz::pg
