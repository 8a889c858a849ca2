// Notice and horizon (S10): how early and how late a slot may start, seen from the moment of the question.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// S10: the part of `asked` in which a slot may start: not before the notice, not after the horizon.
Interval bookable_window(Interval asked, Instant as_of, const Settings& settings);

} // namespace bookmeatoz
