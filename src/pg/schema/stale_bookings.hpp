// Bookings that were written while the guard's trigger was missing, after DROP EXTENSION ... CASCADE say: their helper columns
// may name another resource or time than the row does, and the constraints would not see that they collide.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// Before the guard's trigger and constraints are put back, and after it. An SPI connection must be open, search_path lead to
/// pg_catalog alone, and row security not bind the current role.
class StaleBookings {
public:
    /// Where the table is there without the trigger: marks the stale rows as overbooked, which the constraints pass over, and
    /// deletes stale holds that have expired.
    explicit StaleBookings(Oid schema);

    /// The trigger decides anew about each: what collides is an error, and the installation fails with it.
    void guard_again() const;

    uint64 count() const { return count_; }

private:
    const char* table_ = nullptr;
    uint64 count_ = 0;
    Datum ids_ = 0;
};

} // namespace bookmeatoz::pg
