// Whether one instant can be booked: the search's own answer for that instant, and the reason if it is a refusal.
#pragma once

#include "slot_search.hpp"

#include <string_view>

namespace bookmeatoz {

/// In the order in which the rules are tested: the first rule that fails is an employee's reason.
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
    /// The free resources, as indexes into Calendar::resources, ascending (S13); empty unless ok.
    std::pmr::vector<std::uint32_t> free;
    /// S15: 0 unless ok.
    int remaining_capacity;
};

/// Whether a slot may start at `start`. The calendar must contain the rows for a window around it, even if the notice or the
/// horizon forbids the start; calendar.window itself is not used. A calendar without resources means that the service is not
/// offered (S12). Of several employees the one who got furthest gives the reason.
SlotCheck check_slot(const Calendar& calendar, Instant start, Poll poll, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
