// Notice and horizon (S10): see notice.hpp.
#include "notice.hpp"

namespace bookmeatoz {

Interval bookable_window(Interval asked, Instant as_of, const Settings& settings) {
    asked.begin = std::max(asked.begin, as_of + settings.min_notice);
    if (settings.max_advance_days) {
        // The horizon is inclusive: a slot may start at its very instant.
        asked.end = std::min(asked.end, as_of + *settings.max_advance_days * one_day + one_tick);
    }
    return asked;
}

} // namespace bookmeatoz
