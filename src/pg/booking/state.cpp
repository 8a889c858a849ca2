// Whether the state of a booking allows a change: see booking/state.hpp.
#include "pg/booking/state.hpp"
#include "pg/booking/refusal.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {

void refuse_in_state(std::string message, std::string word, std::string hint, const char* column) {
    throw SqlError(errcode_wrong_state, std::move(message), std::move(word), std::move(hint))
        .about({.table = "bookings", .column = column});
}

void require_open(const BookingRecord& booking, const char* change) {
    if (booking.status == "pending" || booking.status == "confirmed")
        return;
    const std::string changed = change;
    refuse_in_state("the booking cannot be " + changed + ": its status is " + booking.status, booking.status,
                    "Only pending and confirmed bookings can be " + changed + ".", "status");
}

void refuse_hold(const BookingRecord& booking, const char* change, const char* hint) {
    if (booking.is_hold())
        refuse_in_state("the booking cannot be " + std::string(change) + ": it is a hold", "is_a_hold", hint,
                        "hold_expires_at");
}

void require_movable(const BookingRecord& booking) {
    refuse_hold(booking, "rescheduled", "Release it by release_hold(), and hold another slot.");
    require_open(booking, "rescheduled");
}

void require_notice(const BookingRecord& booking, std::chrono::minutes notice, const char* setting) {
    if (booking.start - GetCurrentTimestamp() < notice.count() * USECS_PER_MINUTE)
        refuse_as_too_late(setting);
}

} // namespace bookmeatoz::pg
