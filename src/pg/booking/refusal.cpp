// Refusals: see booking/refusal.hpp.
#include "pg/booking/refusal.hpp"

extern "C" {
#include "access/xact.h"
}

namespace bookmeatoz::pg {
namespace {

const char* hint(SlotReason reason) {
    switch (reason) {
    case SlotReason::not_offered:
        return "The service, its business and tenant must be active, and the employee active and mapped to "
               "the service.";
    case SlotReason::in_past:
        return "The start lies in the past.";
    case SlotReason::too_soon:
        return "The setting min_notice_minutes asks for a longer notice.";
    case SlotReason::too_far:
        return "The setting max_advance_days does not allow to book that far ahead.";
    case SlotReason::outside_hours:
        return "The whole appointment must lie within working hours.";
    case SlotReason::closed:
        return "The business is closed at that time.";
    case SlotReason::unavailable_override:
        return "The employee is absent at that time.";
    case SlotReason::not_aligned:
        return "Starts lie on the grid of slots; find_available_slots() lists them.";
    case SlotReason::limit_reached:
        return "The setting max_bookings_per_day allows no more bookings on that date.";
    case SlotReason::booked:
    case SlotReason::buffer:
        return "Other bookings, with their buffers, occupy the time; next_available_slots() finds a free "
               "one.";
    case SlotReason::full:
        return "No seat or no employee is left at that time; next_available_slots() finds another.";
    case SlotReason::ok:
        break;
    }
    return "";
}

} // namespace

void refuse_slot(SlotReason reason) {
    const bool taken = reason == SlotReason::limit_reached || reason == SlotReason::booked ||
                       reason == SlotReason::buffer || reason == SlotReason::full;
    SqlError error(taken ? ERRCODE_EXCLUSION_VIOLATION : errcode_not_bookable,
                   taken ? "the slot is taken" : "the slot cannot be booked",
                   std::string(reason_name(reason)), hint(reason));
    if (reason == SlotReason::booked || reason == SlotReason::buffer)
        error.place = {.table = "bookings", .constraint = "bookings_no_double_booking"};
    if (reason == SlotReason::full)
        error.place = {.table = "bookings", .constraint = "bookings_one_per_seat"};
    throw error;
}

void refuse_customer(const char* word, const char* hint) {
    throw SqlError(errcode_not_bookable, "the slot cannot be booked for this customer", word, hint);
}

void refuse_as_too_late(const char* setting) {
    throw SqlError(errcode_not_bookable, "it is too late for the customer to change the booking", "too_late",
                   "The setting " + std::string(setting) +
                       " asks for a longer notice. The business itself may always change it.");
}

void refuse_expired_hold() {
    throw SqlError(errcode_wrong_state, "the hold has expired, and its time is no longer kept",
                   "hold_expired", "Book or hold a slot anew.")
        .about({.table = "bookings", .column = "hold_expires_at"});
}

bool keeps_snapshot() {
    return IsolationUsesXactSnapshot();
}

void refuse_old_snapshot() {
    throw SqlError(ERRCODE_T_R_SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
}

} // namespace bookmeatoz::pg
