// Long computations and how they are ended: a callback that is asked now and then, in sorting too.
#pragma once

#include <algorithm>
#include <functional>

namespace bookmeatoz {

/// Called now and then in long computations, at least once in what takes some milliseconds; may throw to end them.
using Poll = void (*)();

/// How much of a loop of short steps is done between two calls of Poll.
inline constexpr unsigned steps_between_polls = 4096;

/// Sorts by a projection of the elements, but what is in order already is left alone: rows of indexes mostly are.
template <class Vector, class Projection>
void sort_by(Vector& vector, Projection projection, Poll poll) {
    if (std::ranges::is_sorted(vector, {}, projection))
        return;
    // A few are done before anybody could ask.
    if (vector.size() < steps_between_polls) {
        std::ranges::sort(vector, {}, projection);
        return;
    }
    unsigned steps = 0;
    std::ranges::sort(
        vector,
        [&](const auto& a, const auto& b) {
            if (++steps % steps_between_polls == 0)
                poll();
            return a < b;
        },
        projection);
}

} // namespace bookmeatoz
