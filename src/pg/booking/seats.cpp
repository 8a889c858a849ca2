// Sessions and their seats: see booking/seats.hpp.
#include "pg/booking/seats.hpp"
#include "pg/server/sha256.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <algorithm>
#include <bitset>

extern "C" {
#include "port/pg_bswap.h"
}

namespace bookmeatoz::pg {
namespace {

// Holds that have expired are about to be deleted.
constinit SavedQuery seats_query(R"(
    SELECT seat
      FROM @extschema@.bookings
     WHERE session_key = $1 AND id <> $2
       AND NOT overbooked AND )" OCCUPYING_STATUS R"(
       AND (hold_expires_at IS NULL OR hold_expires_at > pg_catalog.clock_timestamp()))",
                                 {UUIDOID, UUIDOID});

constexpr int most_seats = 10000;

/// taken[0] is seat 1.
using Seats = std::bitset<most_seats>;

Seats taken_seats(const BookingWrite& write, View view) {
    const AsOwner as_owner(write.owner);
    const SpiConnection spi;
    Seats taken;
    for (const SpiRow found : seats_query.run_in(
             view, write.schema, {to_datum(write.after.session_key), to_datum(write.after.id)}))
        taken.set(static_cast<std::size_t>(found.int2(1) - 1));
    return taken;
}

bool are_all(const Seats& taken, int capacity) {
    return taken.count() >= static_cast<std::size_t>(capacity);
}

int16 seat_among_others(const BookingWrite& write, int capacity) {
    const Seats taken = taken_seats(write, View::committed);
    const bool is_full = are_all(taken, capacity);
    std::size_t place = 0;
    while (taken.test(place) != is_full)
        ++place;
    return static_cast<int16>(place + 1);
}

} // namespace

std::optional<Uuid> session_key_of(const BookingValues& booking) {
    const std::optional<Uuid>& whose = booking.resource_id ? booking.resource_id : booking.id;
    if (!whose || !booking.service_id || !booking.start_time || !booking.end_time)
        return booking.session_key;
    const uint64 times[] = {pg_hton64(static_cast<uint64>(*booking.start_time)),
                            pg_hton64(static_cast<uint64>(*booking.end_time))};
    std::string hashed;
    hashed.append(reinterpret_cast<const char*>(whose->data()), whose->size())
        .append(reinterpret_cast<const char*>(booking.service_id->data()), booking.service_id->size())
        .append(reinterpret_cast<const char*>(times), sizeof times);
    const Sha256 digest = sha256(hashed);
    Uuid key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

bool keeps_seat(const BookingWrite& write) {
    return write.is_update() && write.before->competes() &&
           write.before->session_key == write.after.session_key;
}

int16 seat_of(const BookingWrite& write, int capacity) {
    if (keeps_seat(write))
        return required(write.before->seat, BookingColumn::seat);
    const bool counts = capacity > 1 && write.after.competes() && write.after.resource_id;
    return counts ? seat_among_others(write, capacity) : int16(1);
}

bool is_full(const BookingWrite& write, int capacity, View view) {
    return are_all(taken_seats(write, view), capacity);
}

} // namespace bookmeatoz::pg
