// The resource of a booking: see booking/resource.hpp.
#include "pg/booking/resource.hpp"
#include "pg/booking/seats.hpp"
#include "pg/calendar/employees.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE id = $1", {UUIDOID});

constinit SavedQuery unassigned_query(R"(
    SELECT
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND resource_id IS NULL AND id <> ALL ($2)
       AND busy && $3 AND start_time > $4 AND start_time < $5
       AND NOT overbooked AND )" OCCUPYING_STATUS R"(
       AND (hold_expires_at IS NULL OR hold_expires_at > pg_catalog.clock_timestamp())
     LIMIT 1)",
                                      {UUIDOID, UUIDARRAYOID, TSTZRANGEOID, TIMESTAMPTZOID, TIMESTAMPTZOID});

/// Deleting an employee sets employee_id to NULL. Then the booking belongs to nobody: bookings of several deleted employees may
/// overlap, and would collide as the business's.
bool lost_its_employee(const BookingWrite& write) {
    return write.is_update() && write.before->employee_id &&
           employee_query.run_latest(write.schema, {to_datum(write.before->employee_id)}).empty();
}

} // namespace

std::optional<Uuid> resource_of(const BookingWrite& write) {
    const BookingValues& booking = write.after;
    // A row that a function places may have none: it has left its place before.
    if (keeps_its_claim(write) && !write.by_function)
        return write.before->resource_id;
    if (booking.employee_id)
        return fitting_resource(booking);
    if (!booking.business_id || write.known->staffed_business == booking.business_id)
        return std::nullopt;
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    const View view = booking.occupies_time ? View::committed : View::latest;
    if (lost_its_employee(write))
        return std::nullopt;
    if (has_employee(write.schema, to_datum(*booking.business_id), view)) {
        if (view == View::committed)
            write.known->staffed_business = booking.business_id;
        return std::nullopt;
    }
    return booking.business_id;
}

std::optional<Uuid> fitting_resource(const BookingValues& booking) {
    if (booking.employee_id)
        return booking.employee_id;
    return booking.resource_id == booking.business_id ? booking.resource_id : std::nullopt;
}

void detach_from_resource(BookingWrite& write) {
    if (write.is_update() && write.before->business_id == write.after.business_id &&
        write.before->service_id == write.after.service_id &&
        write.before->employee_id == write.after.employee_id)
        throw SqlError(ERRCODE_FOREIGN_KEY_VIOLATION,
                       "the service or the employee of the booking is not of its business");
    write.after.resource_id.reset();
    write.after.session_key = session_key_of(write.after);
}

bool meets_unassigned(const BookingWrite& write, View view) {
    const BookingValues& booking = write.after;
    if (booking.resource_id != booking.business_id)
        return false;
    const TimestampTz reach = (longest_booking + 2 * longest_buffer) / std::chrono::microseconds(1);
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    return !unassigned_query
                .run_in(view, write.schema,
                        {to_datum(booking.business_id), ids_not_counted(write), busy_range(booking),
                         TimestampTzGetDatum(*booking.start_time - reach),
                         TimestampTzGetDatum(*booking.end_time + reach)})
                .empty();
}

} // namespace bookmeatoz::pg
