// What a row that is written asks for beyond what it had: that decides which locks and which questions it needs.
#pragma once

#include "pg/booking/guarded_row.hpp"

namespace bookmeatoz::pg {

enum class Claim {
    /// Neither of the others. The row waits for nobody.
    nothing,
    /// A hold is confirmed, or expires later. Others who count at the end of its old time must not pass it over (S16). The row
    /// has a business, a service, a resource and a start.
    longer_hold,
    /// Time of a resource that the row did not take up before, or in another way, and the constraints compare it. The row has all
    /// values but the employee and the seat, and they pass the table's checks.
    time,
};

/// To be asked when resource and session key are written.
Claim claim_of(const BookingWrite& write);

} // namespace bookmeatoz::pg
