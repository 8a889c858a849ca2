// Whether the state of a booking allows a change.
#pragma once

#include "pg/booking/record.hpp"
#include "core/settings.hpp"

namespace bookmeatoz::pg {

/// BM004: what is asked for makes no sense for a booking in this state. `word` is for programs.
[[noreturn]] void refuse_in_state(std::string message, std::string word, std::string hint,
                                  const char* column);

/// BM004, the status, unless it is pending or confirmed. `change`: what is done to it, such as "cancelled".
void require_open(const BookingRecord& booking, const char* change);

/// BM004, is_a_hold; the hint says what to do with a hold instead.
void refuse_hold(const BookingRecord& booking, const char* change, const char* hint);

/// What reschedule_booking() and reschedule_bookings() may move.
void require_movable(const BookingRecord& booking);

/// S22: BM001, too_late, where less than the notice is left before the booking begins.
void require_notice(const BookingRecord& booking, std::chrono::minutes notice, const char* setting);

} // namespace bookmeatoz::pg
