// Server memory for C++ containers: a pmr resource over a MemoryContext. What is not freed goes with the context.
// Used by all code that builds a calendar or calls the core, and by bookmeatoz_time_zones().
#pragma once

#include "pg/server/boundary.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <string>

extern "C" {
#include "utils/memutils.h"
}

namespace bookmeatoz::pg {

/// The memory that one search may use for its rows, its computation and its result.
class MemoryBudget {
public:
    static constexpr std::size_t megabytes = 256;

    /// Throws SqlError 54000 where less is left.
    void take(std::size_t bytes) {
        if (bytes > left_)
            throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                           "the search needs more than " + std::to_string(megabytes) + " MB of memory", {},
                           "Ask for a shorter window, one employee, or a longer slot_interval_minutes.");
        left_ -= bytes;
    }
    void give_back(std::size_t bytes) { left_ += bytes; }
    std::size_t left() const { return left_; }

private:
    std::size_t left_ = megabytes * 1024 * 1024;
};

/// Allocates from one MemoryContext, within a budget of its own. It throws bad_alloc where palloc would raise an error, and it
/// honours alignments above MAXIMUM_ALIGNOF, which palloc does not.
class ContextMemory final : public std::pmr::memory_resource {
public:
    explicit ContextMemory(MemoryContext context) : context_(context) {}

    /// Everything else that the same search allocates must be taken from this budget too.
    MemoryBudget& budget() { return budget_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        const bool over_aligned = alignment > MAXIMUM_ALIGNOF;
        const std::size_t size = (bytes == 0 ? 1 : bytes) + (over_aligned ? alignment + sizeof(void*) : 0);
        budget_.take(bytes);
        void* const base = MemoryContextAllocExtended(context_, size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
        if (base == nullptr)
            throw std::bad_alloc();
        if (!over_aligned)
            return base;
        // The word before the aligned block stores where palloc's block begins.
        const auto first = reinterpret_cast<std::uintptr_t>(base) + sizeof(void*);
        const auto aligned = (first + alignment - 1) & ~(static_cast<std::uintptr_t>(alignment) - 1);
        reinterpret_cast<void**>(aligned)[-1] = base;
        return reinterpret_cast<void*>(aligned);
    }

    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
        budget_.give_back(bytes);
        pfree(alignment > MAXIMUM_ALIGNOF ? static_cast<void**>(block)[-1] : block);
    }

    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        return this == &other;
    }

    MemoryContext context_;
    MemoryBudget budget_;
};

} // namespace bookmeatoz::pg
