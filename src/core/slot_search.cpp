// The search: see slot_search.hpp.
#include "slot_search.hpp"

#include "interval_set.hpp"
#include "notice.hpp"

#include <numeric>

namespace bookmeatoz {

namespace {

/// S8: the starts in `window` whose whole slot lies within one interval of working time, with its buffers if these must lie there
/// too.
Intervals fitting_starts(const Calendar& calendar, const WorkingTime& working, Interval window,
                         std::pmr::memory_resource* memory) {
    const bool within = calendar.settings.buffers_within_hours;
    const Duration before = within ? calendar.service.buffer_before : Duration(0);
    const Duration after = calendar.service.duration + (within ? calendar.service.buffer_after : Duration(0));
    Intervals starts(memory);
    starts.reserve(working.open.size());
    for (const Interval& open : working.open) {
        const Interval fitting{std::max(open.begin + before, window.begin),
                               std::min(open.end - after + one_tick, window.end)};
        if (!is_empty(fitting))
            starts.push_back(fitting);
    }
    return starts;
}

} // namespace

ResourceSlots::ResourceSlots(const Calendar& calendar, const Resource& resource, const WorkingTime& working,
                             Interval window, Poll poll, std::pmr::memory_resource* memory)
    : poll_(poll), busy_(calendar, resource.bookings, poll, memory),
      limit_(calendar, resource.bookings, poll, memory),
      grid_(calendar, working, busy_, window, poll, memory),
      allowed_(subtract(fitting_starts(calendar, working, window, memory), busy_.blocked(), memory)),
      at_least_(window.begin) {
}

bool ResourceSlots::next() {
    for (;;) {
        if (++tried_ % 256 == 0)
            poll_();
        const std::optional<Instant> candidate = grid_.next(at_least_);
        if (!candidate)
            return false;
        while (next_allowed_ < allowed_.size() && allowed_[next_allowed_].end <= *candidate)
            ++next_allowed_;
        if (next_allowed_ == allowed_.size())
            return false;
        if (*candidate < allowed_[next_allowed_].begin) {
            at_least_ = allowed_[next_allowed_].begin;
            continue;
        }
        if (limit_.reached_at(*candidate)) {
            at_least_ = limit_.reached_until(*candidate);
            continue;
        }
        at_least_ = *candidate + one_tick;
        start_ = *candidate;
        seats_left_ = busy_.seats_left(start_);
        return true;
    }
}

SlotSearch::SlotSearch(const Calendar& calendar, Poll poll, std::pmr::memory_resource* memory)
    : calendar_(calendar), zone_(calendar.zone), poll_(poll), memory_(memory), working_(memory),
      streams_(memory), starts_(memory), free_(memory), unassigned_begins_(memory), unassigned_ends_(memory) {
    const Interval window = bookable_window(calendar.window, calendar.as_of, calendar.settings, zone_);
    if (is_empty(window))
        return;

    const Interval reach = slot_reach(window, calendar.service);
    working_.reserve(calendar.resources.size());
    streams_.reserve(calendar.resources.size());
    for (const Resource& resource : calendar.resources) {
        poll();
        streams_.emplace_back(calendar, resource, working_time_of(resource, reach), window, poll, memory);
    }
    starts_.assign(streams_.size(), window.begin);
    free_.resize(streams_.size());
    std::iota(free_.begin(), free_.end(), 0);
    last_ = free_;

    for (const Booking& booking : calendar.unassigned) {
        const bool competes = std::binary_search(calendar.competing_services.begin(),
                                                 calendar.competing_services.end(), booking.service_id);
        if (competes && occupies(booking, calendar.as_of)) {
            unassigned_begins_.push_back(busy_interval(booking).begin);
            unassigned_ends_.push_back(busy_interval(booking).end);
        }
    }
    sort_by(unassigned_begins_, std::identity(), poll);
    sort_by(unassigned_ends_, std::identity(), poll);
}

const WorkingTime& SlotSearch::working_time_of(const Resource& resource, Interval reach) {
    const bool is_default = resource.own_hours.empty() && resource.overrides.empty();
    if (is_default && default_working_ != nullptr)
        return *default_working_;
    working_.push_back(working_time(calendar_, resource, reach, poll_, memory_));
    if (is_default)
        default_working_ = &working_.back();
    return working_.back();
}

/// Moves a stream to its next start.
void SlotSearch::advance(std::uint32_t stream) {
    if (++steps_ % 256 == 0)
        poll_();
    starts_[stream] = streams_[stream].next() ? streams_[stream].start() : Instant::max();
}

/// S14: whether the unassigned bookings that meet this slot need all of the free employees.
bool SlotSearch::outnumbered(Instant start, std::size_t free) {
    const Service& service = calendar_.service;
    const Interval wanted{start - service.buffer_before, start + service.duration + service.buffer_after};
    while (begun_ < unassigned_begins_.size() && unassigned_begins_[begun_] < wanted.end)
        ++begun_;
    while (ended_ < unassigned_ends_.size() && unassigned_ends_[ended_] <= wanted.begin)
        ++ended_;
    return begun_ - ended_ >= free;
}

std::optional<Slot> SlotSearch::next() {
    for (;;) {
        for (const std::uint32_t stream : last_)
            advance(stream);
        last_ = {};
        Instant start = Instant::max();
        for (const Instant next : starts_)
            start = std::min(start, next);
        if (start == Instant::max())
            return std::nullopt;
        // Without a branch: the processor could not predict which streams have this start.
        std::size_t found = 0;
        for (std::uint32_t stream = 0; stream < starts_.size(); ++stream) {
            free_[found] = stream;
            found += starts_[stream] == start ? 1 : 0;
        }
        last_ = std::span(free_).first(found);
        if (is_beyond_horizon(start, calendar_.as_of, calendar_.settings, zone_) ||
            (!unassigned_begins_.empty() && outnumbered(start, found)))
            continue;
        int remaining = 0;
        for (const std::uint32_t stream : last_)
            remaining += streams_[stream].seats_left();
        return Slot{start, last_, remaining};
    }
}

void SlotSearch::skip_to(Instant instant) {
    // Then no stream is behind the instant. The streams of the last slot advance with the next call of next().
    if (!last_.empty() && starts_[last_.front()] >= instant)
        return;
    last_ = {};
    for (std::uint32_t stream = 0; stream < starts_.size(); ++stream) {
        if (starts_[stream] < instant) {
            streams_[stream].skip_to(instant);
            advance(stream);
        }
    }
}

} // namespace bookmeatoz
