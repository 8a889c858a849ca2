// Sets of instants: see interval_set.hpp.
#include "interval_set.hpp"

namespace bookmeatoz {
namespace {

bool is_normalized(const Intervals& intervals) {
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        if (is_empty(intervals[i]) || (i > 0 && intervals[i].begin <= intervals[i - 1].end))
            return false;
    }
    return true;
}

} // namespace

void normalize(Intervals& intervals, Poll poll) {
    // Most rows come from indexes, in order.
    if (is_normalized(intervals))
        return;
    std::erase_if(intervals, is_empty);
    sort_by(intervals, &Interval::begin, poll);
    std::size_t kept = 0;
    for (const Interval& interval : intervals) {
        if (kept > 0 && interval.begin <= intervals[kept - 1].end) {
            intervals[kept - 1].end = std::max(intervals[kept - 1].end, interval.end);
        } else {
            intervals[kept++] = interval;
        }
    }
    intervals.resize(kept);
}

Intervals subtract(const Intervals& set, const Intervals& removed, std::pmr::memory_resource* memory) {
    Intervals rest(memory);
    rest.reserve(set.size() + removed.size());
    auto hole = removed.begin();
    for (Interval interval : set) {
        while (hole != removed.end() && hole->end <= interval.begin)
            ++hole;
        // A hole may also reach into the next interval of the set. So it is passed only if it ends within this one.
        for (auto next = hole; next != removed.end() && next->begin < interval.end; ++next) {
            if (interval.begin < next->begin)
                rest.push_back({interval.begin, next->begin});
            interval.begin = std::max(interval.begin, next->end);
            if (next->end < interval.end)
                hole = next + 1;
        }
        if (!is_empty(interval))
            rest.push_back(interval);
    }
    return rest;
}

} // namespace bookmeatoz
