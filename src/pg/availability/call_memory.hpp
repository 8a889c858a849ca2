// The memory of one call: a block that the backend keeps from call to call, and behind it what goes with the call.
// Used by the functions that read calendars.
#pragma once

#include "pg/server/memory.hpp"

namespace bookmeatoz::pg {

/// Everything in it goes with it. The block is kept because the operating system takes freed memory back and clears pages for the
/// next call, which takes longer than the search itself. A backend keeps as much as its largest call has touched, and never more
/// than 4 MB.
class CallMemory {
public:
    CallMemory()
        : block_(taken_ ? nullptr : block()), own_(block_ != nullptr), more_(CurrentMemoryContext),
          memory_(block_, own_ ? block_size : 0, &more_) {
        taken_ = taken_ || own_;
    }
    ~CallMemory() {
        if (own_)
            taken_ = false;
    }
    CallMemory(const CallMemory&) = delete;
    CallMemory& operator=(const CallMemory&) = delete;

    std::pmr::memory_resource* resource() { return &memory_; }
    /// For what a call makes beside it: its result.
    MemoryBudget& budget() { return more_.budget(); }

private:
    static constexpr std::size_t block_size = std::size_t{4} * 1024 * 1024;

    static void* block() {
        static void* kept = nullptr;
        if (kept == nullptr)
            kept = pg_call([] { return MemoryContextAlloc(TopMemoryContext, block_size); });
        return kept;
    }

    /// A call within a call, for example from a policy of the user's, does without the block.
    static inline bool taken_ = false;

    void* block_;
    bool own_;
    ContextMemory more_;
    std::pmr::monotonic_buffer_resource memory_;
};

} // namespace bookmeatoz::pg
