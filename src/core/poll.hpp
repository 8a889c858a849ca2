// How a long computation is ended: it calls a callback now and then, also while it sorts.
#pragma once

#include <algorithm>
#include <functional>

namespace bookmeatoz {

/// Long computations call it at least once every few milliseconds. It may throw to end them.
using Poll = void (*)();

/// How many short steps of a loop lie between two calls of Poll.
inline constexpr unsigned steps_between_polls = 4096;

/// Sorts by a projection of the elements. First it tests whether they are in order: rows from indexes mostly are.
template <class Vector, class Projection>
void sort_by(Vector& vector, Projection projection, Poll poll) {
    if (std::ranges::is_sorted(vector, {}, projection))
        return;
    // A short sort needs no Poll.
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
