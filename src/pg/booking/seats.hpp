// S15, S18: sessions, which are the bookings of one resource and service with the same start and end, and their seats.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

/// The first 16 bytes of SHA-256 over resource, service, start and end. A booking without a resource is a session of its own:
/// unassigned bookings do not share seats. Where one of these is missing, what the row has: a NOT NULL constraint refuses it.
std::optional<Uuid> session_key_of(const BookingValues& booking);

/// The lowest free seat of the session; the row's own, if it already has one there. Where none is free, seat 1: the unique index
/// refuses it.
int16 seat_of(const BookingWrite& write, int capacity);

} // namespace bookmeatoz::pg
