// The search: see slot_search.hpp.
#include "slot_search.hpp"

namespace bookmeatoz {

ResourceSlots::ResourceSlots(const Calendar& calendar, const Resource& resource, Interval window, Poll poll,
                             std::pmr::memory_resource* memory)
    : service_(calendar.service), buffers_within_hours_(calendar.settings.buffers_within_hours),
      window_(window), poll_(poll),
      working_(working_time(calendar, resource, slot_reach(window, service_), memory)),
      busy_(calendar, resource.bookings, memory), limit_(calendar, resource.bookings, memory),
      grid_(calendar, working_, busy_, window, memory), at_least_(window.begin) {
}

/// S8: the first instant >= start from which the whole slot (with its buffers, if they must stay inside) lies within
/// one interval of working time; the end of the window where there is none.
Instant ResourceSlots::first_fitting(Instant start) {
    const Duration before = buffers_within_hours_ ? service_.buffer_before : Duration(0);
    const Duration after = service_.duration + (buffers_within_hours_ ? service_.buffer_after : Duration(0));
    for (; next_open_ < working_.open.size(); ++next_open_) {
        const Interval& open = working_.open[next_open_];
        start = std::max(start, open.begin + before);
        if (start + after <= open.end)
            return start;
    }
    return window_.end;
}

bool ResourceSlots::next() {
    for (;;) {
        if ((++tried_ & 1023) == 0)
            poll_();
        const std::optional<Instant> candidate = grid_.next(at_least_);
        if (!candidate || *candidate >= window_.end)
            return false;
        // Each rule names the first instant that may satisfy it; a later one than the candidate refuses the candidate.
        const Instant possible = busy_.first_unblocked(first_fitting(*candidate));
        if (possible > *candidate) {
            at_least_ = possible;
            continue;
        }
        at_least_ = *candidate + one_tick;
        if (limit_.reached_at(*candidate))
            continue;
        seats_left_ = busy_.seats_left(*candidate);
        if (seats_left_ == 0)
            continue;
        start_ = *candidate;
        return true;
    }
}

SlotSearch::SlotSearch(const Calendar& calendar, Poll poll, std::pmr::memory_resource* memory)
    : calendar_(calendar), streams_(memory), earliest_(memory), free_(memory), unassigned_(memory) {
    const Interval window = bookable_window(calendar.window, calendar.as_of, calendar.settings);
    if (is_empty(window))
        return;

    streams_.reserve(calendar.resources.size());
    for (const Resource& resource : calendar.resources) {
        poll();
        streams_.emplace_back(calendar, resource, window, poll, memory);
    }
    earliest_.reserve(streams_.size());
    for (std::uint32_t stream = 0; stream < streams_.size(); ++stream)
        advance(stream);

    for (const Booking& booking : calendar.unassigned) {
        const bool competes = std::binary_search(calendar.competing_services.begin(),
                                                 calendar.competing_services.end(), booking.service_id);
        if (competes && occupies(booking, calendar.as_of))
            unassigned_.push_back(busy_interval(booking));
    }
}

bool SlotSearch::later(std::uint32_t a, std::uint32_t b) const {
    const Instant start_of_a = streams_[a].start();
    const Instant start_of_b = streams_[b].start();
    return start_of_a != start_of_b ? start_of_a > start_of_b : a > b;
}

/// Moves a stream to its next start and puts it into the heap, unless it has none.
void SlotSearch::advance(std::uint32_t stream) {
    if (!streams_[stream].next())
        return;
    earliest_.push_back(stream);
    std::push_heap(earliest_.begin(), earliest_.end(), [this](auto a, auto b) { return later(a, b); });
}

void SlotSearch::skip_to(Instant instant) {
    const auto behind = std::partition(earliest_.begin(), earliest_.end(), [&](std::uint32_t stream) {
        return streams_[stream].start() >= instant;
    });
    const std::pmr::vector<std::uint32_t> skipped(behind, earliest_.end(), earliest_.get_allocator());
    earliest_.erase(behind, earliest_.end());
    std::make_heap(earliest_.begin(), earliest_.end(), [this](auto a, auto b) { return later(a, b); });
    for (const std::uint32_t stream : skipped) {
        streams_[stream].skip_to(instant);
        advance(stream);
    }
}

/// S14: whether the unassigned bookings that meet this slot need all of the free employees.
bool SlotSearch::outnumbered(Instant start, std::size_t free) {
    const Service& service = calendar_.service;
    const Interval wanted{start - service.buffer_before, start + service.duration + service.buffer_after};
    // Slots ascend, so what ended before this one never counts again.
    std::erase_if(unassigned_, [&](const Interval& busy) { return busy.end <= wanted.begin; });
    const auto waiting = std::count_if(unassigned_.begin(), unassigned_.end(),
                                       [&](const Interval& busy) { return meets(busy, wanted); });
    return static_cast<std::size_t>(waiting) >= free;
}

std::optional<Slot> SlotSearch::next() {
    while (!earliest_.empty()) {
        const Instant start = streams_[earliest_.front()].start();
        int remaining = 0;
        free_.clear();
        while (!earliest_.empty() && streams_[earliest_.front()].start() == start) {
            std::pop_heap(earliest_.begin(), earliest_.end(), [this](auto a, auto b) { return later(a, b); });
            const std::uint32_t stream = earliest_.back();
            earliest_.pop_back();
            free_.push_back(stream);
            remaining += streams_[stream].seats_left();
            advance(stream);
        }
        if (unassigned_.empty() || !outnumbered(start, free_.size()))
            return Slot{start, free_, remaining};
    }
    return std::nullopt;
}

} // namespace bookmeatoz
