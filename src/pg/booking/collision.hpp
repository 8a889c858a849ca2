// Collisions of a booking with others (S18), found before it is written. For the guard of bookings.
#pragma once

#include "pg/booking/known.hpp"

#include <optional>

extern "C" {
#include "storage/itemptr.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// What a row meets that is about to be written.
struct Rival {
    enum class Fate {
        none,
        /// A transaction in progress writes it or ends it: whether there is a collision is not decided.
        open,
        /// It is there, and collides.
        certain,
    };
    Fate fate = Fate::none;
    /// Of one that has a seat which the row needs, and would not collide otherwise: the seat.
    std::optional<int16> seat;
    /// S19: a certain one that is a hold, and has expired.
    bool has_expired = false;
    // Of an open one: who decides, and where it lies.
    TransactionId writer = 0;
    uint32 insertion = 0;
    ItemPointerData place{};
};

/// A booking as the constraints see it, in their indexes.
struct IndexedBooking {
    /// The booking's own, before an UPDATE.
    ItemPointerData place;
    Datum resource_id;
    Datum busy;
    Datum session_key;
    int16 seat;
    /// It needs the session for itself: whoever has a seat there, whichever, is a rival.
    bool comes_alone;
    /// Of its statement.
    KnownToStatement& known;
};

enum class Wanted { open, any };

/// Whether a look finds whatever the row may meet: the user has done away with neither constraint.
bool has_both_constraints(Relation bookings, KnownToStatement& known);

/// Looks for what the row would collide with or wait for in bookings_no_double_booking and, for its seat, in
/// bookings_one_per_seat. Decides as the server does when it looks, but waits for nobody. None where the user has done away with
/// the constraint.
Rival find_rival(Relation bookings, const IndexedBooking& booking, Wanted wanted);

/// The same in bookings_one_per_seat alone.
Rival find_seat_taker(Relation bookings, const IndexedBooking& booking, Wanted wanted);

/// Whether the transaction's snapshot shows the rival.
bool is_in_snapshot(Relation bookings, const Rival& rival);

/// Waits until the fate of an open rival is decided.
void wait_for(Relation bookings, Rival rival);

/// Raises the error of bookings_no_double_booking (23P01) if the row collides with what is there.
void refuse_collision(Relation bookings, const IndexedBooking& booking);

/// Raises the error of bookings_one_per_seat (23505).
void refuse_seat(Relation bookings, const IndexedBooking& booking);

} // namespace bookmeatoz::pg
