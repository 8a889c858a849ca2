// Stale bookings: those that were written while the guard's trigger was missing, for example after DROP EXTENSION ... CASCADE.
// Their helper columns may not fit the rest of the row, and then the constraints would not see that they collide.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// Make it before the guard's trigger and constraints are created again, and call guard_again() after that. An SPI connection must
/// be open, search_path must lead to pg_catalog alone, and row security must not bind the current role.
class StaleBookings {
public:
    /// If the table exists without the trigger: deletes stale holds that have expired, and marks the other stale rows as
    /// overbooked, because the constraints pass over those.
    explicit StaleBookings(Oid schema);

    /// Lets the trigger decide again about each stale row. A collision is an error, and the installation fails.
    void guard_again() const;

    uint64 count() const { return count_; }

private:
    const char* table_ = nullptr;
    uint64 count_ = 0;
    Datum ids_ = 0;
};

} // namespace bookmeatoz::pg
