// The time zone of a business as plain data, and the two ways between local time and instants (S4).
#pragma once

#include "instant.hpp"

#include <span>

namespace bookmeatoz {

/// From `begin` until the next period's begin, local time is UTC + offset.
struct ZonePeriod {
    Instant begin;
    std::chrono::seconds offset;
};

/// A view of consecutive periods in ascending order; never empty; the first holds for all earlier instants too, and
/// the last for all later ones. Offsets lie within 24 hours of UTC.
class Zone {
public:
    explicit Zone(std::span<const ZonePeriod> periods) : periods_(periods) {}

    LocalTime to_local(Instant instant) const {
        return LocalTime(instant.time_since_epoch() + offset_at(instant));
    }
    LocalDate date_of(Instant instant) const {
        return std::chrono::floor<std::chrono::days>(to_local(instant));
    }

    /// The end of the stretch of one local date, at one offset, that an instant lies in. Where the clock goes back over
    /// midnight the same date begins once more later.
    Instant date_end(Instant instant) const;

    /// The instants from the first one whose local date is `first` or later to the last one whose date is `last` or
    /// earlier; empty where the zone skipped all of these dates.
    Interval dates(LocalDate first, LocalDate last) const;

    /// S4: the offset before the transition counts, both in the gap (02:30 becomes 03:30) and in the overlap (the first
    /// of the two). As RFC 5545 section 3.3.5, Temporal's "compatible" and Python's fold=0.
    Instant to_instant(LocalTime local) const {
        return Instant(local.time_since_epoch()) - offset_before(local);
    }

    /// The first instant of a local date; of one that does not exist, the instant at which it was skipped.
    Instant midnight(LocalDate date) const { return to_instant(LocalTime(date)); }

    /// False for a date that the zone skipped as a whole, such as 2011-12-30 in Pacific/Apia.
    bool exists(LocalDate date) const {
        return is_settled(LocalTime(date).time_since_epoch()) || !is_skipped(date);
    }

private:
    struct Place {
        std::size_t period;
        bool in_gap;
    };
    Place locate(LocalTime local) const;
    bool is_skipped(LocalDate date) const;

    std::chrono::seconds offset_at(Instant instant) const {
        return is_settled(instant.time_since_epoch()) ? settled_offset_ : find_offset_at(instant);
    }
    std::chrono::seconds offset_before(LocalTime local) const {
        return is_settled(local.time_since_epoch()) ? settled_offset_ : find_offset_before(local);
    }
    std::chrono::seconds find_offset_at(Instant instant) const;
    std::chrono::seconds find_offset_before(LocalTime local) const;
    std::chrono::seconds settle(std::size_t period) const;

    /// Whether an instant, or a local time of the same count, has settled_offset_.
    bool is_settled(Duration count) const { return settled_begin_ <= count && count < settled_end_; }

    std::span<const ZonePeriod> periods_;
    /// The period of the last answer, less a day at both ends, which no offset exceeds. Questions come in the order of
    /// time, and hardly any of them is asked near a change.
    mutable Duration settled_begin_{};
    mutable Duration settled_end_{};
    mutable std::chrono::seconds settled_offset_{};
};

} // namespace bookmeatoz
