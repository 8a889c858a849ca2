// employee_calendar() and booking_event(): bookings as iCalendar objects. With the rights and the row security of the caller: what he may
// not see of a booking is left out.
#include "core/icalendar.hpp"
#include "pg/availability/arguments.hpp"
#include "pg/calendar/status.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/errors.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/memory.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/uuid.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr std::size_t most_events = 100'000;

/// What both functions read of a booking; the texts are the last columns.
#define EVENT_COLUMNS                                                                                        \
    "SELECT b.id, b.status, b.start_time, b.end_time, b.created_at, b.updated_at, b.hold_expires_at, "       \
    "b.business_id, b.service_id,"                                                                           \
    "       w.name, s.name, s.description, k.name, k.email, k.phone, b.notes"                                \
    "  FROM @extschema@.bookings b"                                                                          \
    "  LEFT JOIN @extschema@.businesses w ON w.id = b.business_id"                                           \
    "  LEFT JOIN @extschema@.services s ON s.id = b.service_id"                                              \
    "  LEFT JOIN @extschema@.customers k ON k.id = b.customer_id "
enum EventText {
    business_name = 10,
    service_name,
    service_description,
    customer_name,
    customer_email,
    customer_phone,
    notes
};

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE id = $1", {UUIDOID});

// The bounds of start_time are index conditions: no booking lasts longer than 7 days.
constinit SavedQuery events_query(EVENT_COLUMNS R"(
     WHERE b.employee_id = $1 AND b.start_time > ($2 - '168 hours'::pg_catalog.interval) AND b.start_time < $3
       AND b.end_time > $2 AND b.hold_expires_at IS NULL
     ORDER BY b.start_time, b.id)",
                                  {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

constinit SavedQuery event_query(EVENT_COLUMNS "WHERE b.id = $1", {UUIDOID});

/// A text of the row in UTF-8; empty for NULL.
std::string_view utf8(const SpiRow& row, EventText column) {
    if (row.is_null(column))
        return {};
    const char* const value = row.string(column);
    return pg_call([&] { return pg_server_to_any(value, static_cast<int>(strlen(value)), PG_UTF8); });
}

/// Those that are not empty.
std::string joined(std::initializer_list<std::string_view> texts, std::string_view between) {
    std::string result;
    for (const std::string_view text : texts) {
        if (!result.empty() && !text.empty())
            result += between;
        result += text;
    }
    return result;
}

/// The event of a booking, but for the texts that depend on who reads it.
CalendarEvent event_of(const SpiRow& row, std::string_view uid, const StatusLabels& labels) {
    // Errors where they are NULL: that is not one that the caller does not see.
    row.id(8);
    row.id(9);
    CalendarEvent event{};
    event.uid = uid;
    event.status = labels.find(row.label(2));
    event.interval = {to_instant(row.time(3)), to_instant(row.time(4))};
    event.created = to_instant(row.time(5));
    event.changed = to_instant(row.time(6));
    event.location = utf8(row, business_name);
    if (!has_calendar_date(event.interval.begin) || !has_calendar_date(event.interval.end))
        throw SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "the booking is outside the years 1 to 9999", {},
                       "iCalendar has no date for it.");
    return event;
}

Datum text_of(CalendarText& calendar) {
    const std::string_view text = calendar.finish();
    const char* const value =
        pg_call([&] { return pg_any_to_server(text.data(), static_cast<int>(text.size()), PG_UTF8); });
    return text_datum(value == text.data() ? text : std::string_view(value));
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(employee_calendar, takes({UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID}).returns(TEXTOID)) {
    const SlotArguments arguments(fcinfo);
    const pg_uuid_t employee = arguments.id(0, "employee_id");
    const bookmeatoz::Interval window = arguments.window(1);
    const Oid schema = extension_schema(fcinfo);
    ContextMemory memory(CurrentMemoryContext);
    CalendarText calendar(&memory);
    const SpiConnection spi;
    if (employee_query.run(schema, {UUIDPGetDatum(&employee)}).empty())
        not_found(Sought::employee, employee);
    const SpiRows rows = events_query.run(
        schema, {UUIDPGetDatum(&employee), to_datum(window.begin), to_datum(window.end)}, most_events + 1);
    if (rows.size() > most_events)
        throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                       "the calendar has more than " + std::to_string(most_events) + " bookings", {},
                       "Ask for a shorter window.");
    const StatusLabels labels(rows.column_type(2));
    for (const SpiRow row : rows) {
        const std::string uid = uuid_text(row.id(1));
        CalendarEvent event = event_of(row, uid, labels);
        const std::string summary = joined({utf8(row, service_name), utf8(row, customer_name)}, ": ");
        const std::string description =
            joined({utf8(row, customer_email), utf8(row, customer_phone), utf8(row, notes)}, "\n");
        event.summary = summary;
        event.description = description;
        calendar.add(event);
    }
    return text_of(calendar);
}

BOOKMEATOZ_FUNCTION(booking_event, takes({UUIDOID}).returns(TEXTOID)) {
    const pg_uuid_t booking = SlotArguments(fcinfo).id(0, "booking_id");
    ContextMemory memory(CurrentMemoryContext);
    CalendarText calendar(&memory);
    const SpiConnection spi;
    const SpiRows rows = event_query.run(extension_schema(fcinfo), {UUIDPGetDatum(&booking)});
    if (rows.empty())
        not_found(Sought::booking, booking);
    const SpiRow row = rows.front();
    if (!row.is_null(7))
        throw SqlError(errcode_wrong_state, "the booking has no event: it is a hold", "is_a_hold",
                       "confirm_booking() makes it a booking.")
            .about({.table = "bookings", .column = "hold_expires_at"});
    const std::string uid = uuid_text(booking);
    CalendarEvent event = event_of(row, uid, StatusLabels(rows.column_type(2)));
    event.summary = utf8(row, service_name);
    event.description = utf8(row, service_description);
    calendar.add(event);
    return text_of(calendar);
}
