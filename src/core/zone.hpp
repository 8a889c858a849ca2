// The time zone of a business as plain data, and the conversions between local time and instants (S4).
#pragma once

#include "instant.hpp"

#include <span>

namespace bookmeatoz {

/// From `begin` until the next period's begin, local time is UTC + offset.
struct ZonePeriod {
    Instant begin;
    std::chrono::seconds offset;
};

/// A view of consecutive periods in ascending order, at least one. The first period holds for all earlier instants too, the last
/// one for all later ones. Offsets are less than 24 hours.
class Zone {
public:
    explicit Zone(std::span<const ZonePeriod> periods) : periods_(periods) {}

    LocalTime to_local(Instant instant) const {
        return LocalTime(instant.time_since_epoch() + offset_at(instant));
    }
    LocalDate date_of(Instant instant) const {
        return std::chrono::floor<std::chrono::days>(to_local(instant));
    }

    /// The end of the time around an instant that has one local date and one offset. Where the clock goes back over midnight, the
    /// same date begins once more later.
    Instant date_end(Instant instant) const;

    /// All instants whose local date is between `first` and `last`, and what lies between these instants; empty if the zone
    /// skipped all of these dates.
    Interval dates(LocalDate first, LocalDate last) const;

    /// S4: the offset before the transition counts, both in a gap (02:30 becomes 03:30) and in an overlap (the first of the two
    /// instants). RFC 5545 section 3.3.5, Temporal's "compatible" and Python's fold=0 do the same.
    Instant to_instant(LocalTime local) const {
        return Instant(local.time_since_epoch()) - offset_before(local);
    }

    /// The first instant of a local date; if the date does not exist, the instant at which it was skipped.
    Instant midnight(LocalDate date) const { return to_instant(LocalTime(date)); }

    /// False for a date that the zone skipped whole, such as 2011-12-30 in Pacific/Apia.
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

    /// Whether an instant with this count, or a local time with it, has settled_offset_.
    bool is_settled(Duration count) const { return settled_begin_ <= count && count < settled_end_; }

    std::span<const ZonePeriod> periods_;
    /// The period of the last answer, without a day at both ends, because no offset exceeds a day. Questions come in the order of
    /// time, and hardly any of them is near a change.
    mutable Duration settled_begin_{};
    mutable Duration settled_end_{};
    mutable std::chrono::seconds settled_offset_{};
};

} // namespace bookmeatoz
