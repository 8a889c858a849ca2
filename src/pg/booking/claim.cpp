// What a row asks for: see booking/claim.hpp.
#include "pg/booking/claim.hpp"

namespace bookmeatoz::pg {
namespace {

bool is_complete(const BookingValues& values) {
    return values.id && values.business_id && values.service_id && values.resource_id && values.session_key &&
           values.start_time && values.end_time && values.buffer_before_minutes &&
           values.buffer_after_minutes && values.overbooked;
}

/// As the table's checks want them, which refuse the row after the trigger.
bool has_valid_times(const BookingValues& values) {
    const TimestampTz start = *values.start_time, end = *values.end_time;
    const auto is_buffer = [](int32 minutes) { return 0 <= minutes && minutes <= longest_buffer.count(); };
    return !TIMESTAMP_NOT_FINITE(start) && !TIMESTAMP_NOT_FINITE(end) && start < end &&
           end - start <= longest_booking.count() && is_buffer(*values.buffer_before_minutes) &&
           is_buffer(*values.buffer_after_minutes);
}

bool claims_time(const BookingWrite& write) {
    const BookingValues& after = write.after;
    if (!is_complete(after) || !after.competes() || !has_valid_times(after))
        return false;
    return write.is_insert() || !write.before->competes() || write.before->session_key != after.session_key ||
           write.before->buffer_before_minutes != after.buffer_before_minutes ||
           write.before->buffer_after_minutes != after.buffer_after_minutes;
}

bool claims_longer_hold(const BookingWrite& write) {
    const BookingValues& after = write.after;
    if (write.is_insert() || !write.before->hold_expires_at || !after.competes() || !after.business_id ||
        !after.service_id || !after.resource_id || !after.start_time ||
        TIMESTAMP_NOT_FINITE(*after.start_time))
        return false;
    return !after.hold_expires_at || *after.hold_expires_at > *write.before->hold_expires_at;
}

} // namespace

Claim claim_of(const BookingWrite& write) {
    if (claims_time(write))
        return Claim::time;
    return claims_longer_hold(write) ? Claim::longer_hold : Claim::nothing;
}

} // namespace bookmeatoz::pg
