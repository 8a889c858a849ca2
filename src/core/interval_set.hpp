// Sets of instants as sorted, disjoint intervals that do not touch. All sets of the engine (working time, busy time)
// have this form once normalised.
#pragma once

#include "instant.hpp"

namespace bookmeatoz {

/// Sorts, drops the empty ones, and merges what overlaps or touches (S2, S3: touching shifts are one working time).
void normalize(Intervals& intervals);

/// The instants of `set` that are not in `removed`. Both must be normalised; so is the result.
Intervals subtract(const Intervals& set, const Intervals& removed, std::pmr::memory_resource* memory);

} // namespace bookmeatoz
