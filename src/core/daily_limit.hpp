// Limits of bookings per local day (S16), for one resource.
#pragma once

#include "calendar.hpp"
#include "poll.hpp"

namespace bookmeatoz {

/// The local dates on which a resource has reached a limit of the service or of the business.
class DailyLimit {
public:
    DailyLimit(const Calendar& calendar, std::span<const Booking> bookings, Poll poll,
               std::pmr::memory_resource* memory);

    /// Whether a slot that starts at this instant would exceed a limit of its local date.
    bool reached_at(Instant start) const {
        return !full_.empty() && std::binary_search(full_.begin(), full_.end(), zone_.date_of(start));
    }
    /// For a start at which a limit is reached: no later start before this instant is allowed either.
    Instant reached_until(Instant start) const { return zone_.date_end(start); }

private:
    Zone zone_;
    std::pmr::vector<LocalDate> full_;
};

} // namespace bookmeatoz
