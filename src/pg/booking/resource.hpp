// S12, S18: whose time a booking takes up, its resource: the constraints compare the bookings of one.
#pragma once

#include "pg/booking/guarded_row.hpp"
#include "pg/server/snapshot.hpp"

namespace bookmeatoz::pg {

/// The employee, else the business if it has no employees (S12), else none. Decided once for each claim: the business may
/// have lost its employees since, which makes no UPDATE of other columns fail.
std::optional<Uuid> resource_of(const BookingWrite& write);

/// The resource that a row has if the guard wrote it: the employee; without one the business if the row has that, else none. For the
/// business may have had employees then, or not.
std::optional<Uuid> fitting_resource(const BookingValues& booking);

/// Takes the resource from a row whose service or employee is not of its business: the constraints do not compare it then, and
/// the foreign keys refuse it. Of a row whose keys stay as they are no foreign key is asked again: it is refused here (23503).
void detach_from_resource(BookingWrite& write);

/// Whether the row, which claims time, meets a booking that was left unassigned while the business had employees. That one has
/// no resource, so the constraint does not compare the two; but where the business is itself the resource now, it occupies it
/// (S12).
bool meets_unassigned(const BookingWrite& write, View view);

} // namespace bookmeatoz::pg
