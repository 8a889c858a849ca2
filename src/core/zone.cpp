// Local time and instants: see zone.hpp.
#include "zone.hpp"

namespace bookmeatoz {
namespace {

/// Index of the period in force at an instant.
std::size_t period_at(std::span<const ZonePeriod> periods, Instant instant) {
    const auto next = std::upper_bound(periods.begin() + 1, periods.end(), instant,
                                       [](Instant i, const ZonePeriod& period) { return i < period.begin; });
    return static_cast<std::size_t>(next - periods.begin()) - 1;
}

} // namespace

std::chrono::seconds Zone::settle(std::size_t period) const {
    const bool has_next = period + 1 < periods_.size();
    settled_begin_ = period == 0 ? Duration::min() : (periods_[period].begin + one_day).time_since_epoch();
    settled_end_ = has_next ? (periods_[period + 1].begin - one_day).time_since_epoch() : Duration::max();
    settled_offset_ = periods_[period].offset;
    return settled_offset_;
}

std::chrono::seconds Zone::find_offset_at(Instant instant) const {
    return settle(period_at(periods_, instant));
}

std::chrono::seconds Zone::find_offset_before(LocalTime local) const {
    return settle(locate(local).period);
}

Instant Zone::date_end(Instant instant) const {
    const std::size_t i = period_at(periods_, instant);
    const LocalTime next_midnight(date_of(instant) + std::chrono::days(1));
    const Instant end(next_midnight.time_since_epoch() - periods_[i].offset);
    return i + 1 < periods_.size() ? std::min(end, periods_[i + 1].begin) : end;
}

Interval Zone::dates(LocalDate first, LocalDate last) const {
    const Duration begin = LocalTime(first).time_since_epoch();
    const Duration end = LocalTime(last + std::chrono::days(1)).time_since_epoch();
    Interval found{Instant::max(), Instant::min()};
    for (std::size_t i = 0; i < periods_.size(); ++i) {
        Interval part{Instant(begin - periods_[i].offset), Instant(end - periods_[i].offset)};
        const bool has_next = i + 1 < periods_.size();
        if ((i > 0 && part.end <= periods_[i].begin) || (has_next && part.begin >= periods_[i + 1].begin))
            continue;
        if (i > 0)
            part.begin = std::max(part.begin, periods_[i].begin);
        if (has_next)
            part.end = std::min(part.end, periods_[i + 1].begin);
        found = {std::min(found.begin, part.begin), std::max(found.end, part.end)};
    }
    return found;
}

Zone::Place Zone::locate(LocalTime local) const {
    const Instant as_utc(local.time_since_epoch());
    // No offset is as long as a day, so the walk begins at or before the wanted period. It stops at the first period that ends
    // after `local` by its own clock. Where the clock went back, that is the earlier one.
    std::size_t i = period_at(periods_, as_utc - one_day);
    for (; i + 1 < periods_.size(); ++i) {
        const Instant end = periods_[i + 1].begin;
        if (as_utc - periods_[i].offset < end)
            break;
        if (as_utc - periods_[i + 1].offset < end)
            return {i, true};
    }
    return {i, false};
}

bool Zone::is_skipped(LocalDate date) const {
    const LocalTime begin(date);
    const Place place = locate(begin);
    if (!place.in_gap)
        return false;
    const ZonePeriod& after = periods_[place.period + 1];
    const LocalTime gap_end(after.begin.time_since_epoch() + after.offset);
    return gap_end >= begin + one_day;
}

} // namespace bookmeatoz
