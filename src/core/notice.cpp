// Notice and horizon (S10): see notice.hpp.
#include "notice.hpp"

namespace bookmeatoz {

LocalDate horizon(Instant as_of, const Settings& settings, const Zone& zone) {
    return zone.date_of(as_of) + std::chrono::days(*settings.max_advance_days);
}

Interval bookable_window(Interval asked, Instant as_of, const Settings& settings, const Zone& zone) {
    asked.begin = std::max(asked.begin, as_of + settings.min_notice);
    if (settings.max_advance_days)
        asked.end = std::min(asked.end, zone.dates(zone.date_of(as_of), horizon(as_of, settings, zone)).end);
    return asked;
}

bool is_beyond_horizon(Instant start, Instant as_of, const Settings& settings, const Zone& zone) {
    return settings.max_advance_days && zone.date_of(start) > horizon(as_of, settings, zone);
}

} // namespace bookmeatoz
