// Why one instant can be booked or cannot: the search's own answer for that instant, and the reason where it is a refusal.
#pragma once

#include "slot_search.hpp"

#include <string_view>

namespace bookmeatoz {

/// In the order in which the rules are tested: the first that fails is an employee's reason.
enum class SlotReason {
    not_offered,
    in_past,
    too_soon,
    too_far,
    outside_hours,
    closed,
    unavailable_override,
    not_aligned,
    limit_reached,
    booked,
    buffer,
    full,
    ok
};

std::string_view reason_name(SlotReason reason);

struct SlotCheck {
    SlotReason reason;
    /// Indexes into Calendar::resources of those who are free, ascending (S13); empty unless ok.
    std::pmr::vector<std::uint32_t> free;
    /// S15: 0 unless ok.
    int remaining_capacity;
};

/// Whether a slot may start at `start`. The rows of the calendar must be those for a window that contains it, whatever
/// the notice and the horizon make of it; calendar.window itself is not looked at. A calendar without resources is one
/// of a service that is not offered (S12). Among several employees the one that got furthest speaks.
SlotCheck check_slot(const Calendar& calendar, Instant start, Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
