// S19: holds that have expired. Their time is free, but the constraints still count them: so a row that takes their time deletes
// them, and none of them comes back.
#pragma once

#include "pg/booking/guarded_row.hpp"

#include <vector>

namespace bookmeatoz::pg {

struct ExpiredHold {
    Uuid id;
    BusyTimes busy;
};

/// 55000 where a hold that has expired would come back: as a booking, with a later expiry, or at another time. Its time may be
/// others' by now. It may be ended, or deleted.
void refuse_revival(const BookingWrite& write);

/// Those in the way of a row that claims time.
std::vector<ExpiredHold> expired_holds_in_the_way(const BookingWrite& write);

/// Who works on such a row just now may wait for locks of ours: so it is not waited for here, and the constraints decide.
void delete_expired_holds(const BookingWrite& write, const std::vector<ExpiredHold>& holds);

} // namespace bookmeatoz::pg
