// S15, S18: sessions, which are the bookings of one resource and service with the same start and end, and their seats.
#pragma once

#include "pg/booking/guarded_row.hpp"
#include "pg/server/snapshot.hpp"

namespace bookmeatoz::pg {

/// The first 16 bytes of SHA-256 over resource, service, start and end. A booking without a resource is a session of its own:
/// unassigned bookings do not share seats. Where one of these is missing, what the row has: a NOT NULL constraint refuses it.
std::optional<Uuid> session_key_of(const BookingValues& booking);

/// It has a seat in its session already.
bool keeps_seat(const BookingWrite& write);

/// The lowest free seat of the session; the row's own, if it already has one there. Where as many are taken as the capacity allows,
/// whichever they are, one of them: the unique index refuses it (S15: the capacity may have been lowered).
/// A capacity of one is not counted: who comes new looks for others in any seat (booking/collision.hpp), and sees also those whose fate
/// is open.
int16 seat_of(const BookingWrite& write, int capacity);

/// Whether the session has as many bookings as the capacity allows, or more.
bool is_full(const BookingWrite& write, int capacity, View view);

} // namespace bookmeatoz::pg
