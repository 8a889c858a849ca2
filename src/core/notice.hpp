// Notice and horizon (S10): how early and how late a slot may start, seen from the moment of the question.
#pragma once

#include "calendar.hpp"

namespace bookmeatoz {

/// S10: the last local date on which a slot may start. Only where there is a horizon.
LocalDate horizon(Instant as_of, const Settings& settings, const Zone& zone);

/// S10: the part of `asked` in which a slot may start: not before the notice, not after the horizon. Where the clock goes back over
/// midnight at its end, that takes in instants of the date behind it (see Zone::dates()), which is_beyond_horizon() tells.
Interval bookable_window(Interval asked, Instant as_of, const Settings& settings, const Zone& zone);

/// S10: whether the local date of a start is behind the horizon.
bool is_beyond_horizon(Instant start, Instant as_of, const Settings& settings, const Zone& zone);

} // namespace bookmeatoz
