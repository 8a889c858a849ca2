// A set of ids that answers "is this id in it?" in a few nanoseconds: the policies ask that for every row.
// access/session_ids and access/tenancy build and own such sets, in plain memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

extern "C" {
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// The distinct ids in the order in which they came, and a hash table (open addressing) of their positions in that list; 0 is a
/// free place. At most half of the table is in use, so a search ends soon.
class IdSet {
public:
    constexpr IdSet() = default;

    static std::size_t table_size(std::size_t count) noexcept {
        return std::bit_ceil(std::max<std::size_t>(2 * count, 8));
    }

    /// An empty set. `ids` has room for `count` ids, `table` for `table_size(count)` positions, which must be 0.
    IdSet(pg_uuid_t* ids, std::uint32_t* table, std::size_t count) noexcept
        : ids_(ids), table_(table), mask_(table_size(count) - 1) {}

    void insert(const pg_uuid_t& id) noexcept {
        std::uint32_t& position = table_[find(id)];
        if (position == 0) {
            ids_[count_] = id;
            position = ++count_;
        }
    }

    bool contains(const pg_uuid_t& id) const noexcept { return count_ > 0 && table_[find(id)] != 0; }

    std::span<const pg_uuid_t> ids() const noexcept { return {ids_, count_}; }

private:
    /// The place of the id in the table, or the free place for it.
    std::size_t find(const pg_uuid_t& id) const noexcept {
        std::size_t slot = hash(id) & mask_;
        while (table_[slot] != 0 && std::memcmp(ids_[table_[slot] - 1].data, id.data, UUID_LEN) != 0) {
            slot = (slot + 1) & mask_;
        }
        return slot;
    }

    /// Mixes all 128 bits: ids need not be random, they may count up or begin alike.
    static std::uint64_t hash(const pg_uuid_t& id) noexcept {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, id.data, sizeof high);
        std::memcpy(&low, id.data + sizeof high, sizeof low);
        std::uint64_t mixed = (high ^ (low * 0x9E3779B97F4A7C15U)) * 0xFF51AFD7ED558CCDU;
        mixed ^= mixed >> 32;
        return mixed * 0xC4CEB9FE1A85EC53U >> 20;
    }

    pg_uuid_t* ids_ = nullptr;
    std::uint32_t* table_ = nullptr;
    std::size_t mask_ = 0;
    std::uint32_t count_ = 0;
};

/// The set of these ids, in a memory context of its own below CacheMemoryContext. `memory` becomes that context: delete it to
/// free the set. May raise a server error; what it has allocated until then goes with the current memory context.
inline IdSet make_id_set(std::span<const pg_uuid_t> ids, MemoryContext& memory) {
    const MemoryContext built =
        AllocSetContextCreate(CurrentMemoryContext, "bookmeatoz id set", ALLOCSET_SMALL_SIZES);
    auto* const distinct =
        static_cast<pg_uuid_t*>(MemoryContextAllocHuge(built, (ids.size() + 1) * sizeof(pg_uuid_t)));
    const std::size_t table_bytes = IdSet::table_size(ids.size()) * sizeof(std::uint32_t);
    auto* const table = static_cast<std::uint32_t*>(MemoryContextAllocHuge(built, table_bytes));
    std::memset(table, 0, table_bytes);
    IdSet set(distinct, table, ids.size());
    for (const pg_uuid_t& id : ids) {
        set.insert(id);
    }
    MemoryContextSetParent(built, CacheMemoryContext);
    memory = built;
    return set;
}

} // namespace bookmeatoz::pg
