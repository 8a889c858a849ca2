// Ids and arrays of ids as values of the server. This is the only place that builds a uuid[].
#pragma once

#include "pg/server/compat.hpp"
#include "pg/server/boundary.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// The result of a function: a copy of the id, which outlives the original; NULL for none.
inline Datum copy_or_null(FunctionCallInfo fcinfo, const std::optional<pg_uuid_t>& id) {
    if (!id) {
        fcinfo->isnull = true;
        return Datum{0};
    }
    void* const copy = MemoryContextAllocExtended(CurrentMemoryContext, sizeof *id, MCXT_ALLOC_NO_OOM);
    if (copy == nullptr)
        throw std::bad_alloc();
    return PointerGetDatum(std::memcpy(copy, &*id, sizeof *id));
}

/// A uuid[] without NULLs. clear() lets it be filled again in the same memory, so copy a value that must live longer.
class UuidArray {
public:
    UuidArray() = default;
    /// An empty array with room for this many ids.
    explicit UuidArray(std::size_t room) { clear(room); }

    /// Empties it, and makes room for this many ids. If there is too little room, it allocates in the current memory context.
    void clear(std::size_t room) {
        if (array_ == nullptr || room > room_)
            allocate(room);
        end_ = first();
    }
    /// Adds a pg_uuid_t, or a Uuid of the core. There must be room for it.
    template <class Id>
    void add(const Id& id) {
        static_assert(sizeof(Id) == UUID_LEN);
        end_ = static_cast<char*>(std::memcpy(end_, &id, UUID_LEN)) + UUID_LEN;
    }
    /// The array as a Datum, which points to it.
    Datum value() {
        const bool is_empty = end_ == first();
        // An empty array has no dimension.
        array_->ndim = is_empty ? 0 : 1;
        SET_VARSIZE(array_, is_empty ? ARR_OVERHEAD_NONULLS(0) : end_ - reinterpret_cast<char*>(array_));
        ARR_DIMS(array_)[0] = static_cast<int>((end_ - first()) / UUID_LEN);
        return PointerGetDatum(array_);
    }

private:
    char* first() const { return reinterpret_cast<char*>(array_) + ARR_OVERHEAD_NONULLS(1); }

    void allocate(std::size_t room) {
        room_ = std::max(room, 2 * room_);
        array_ = static_cast<ArrayType*>(
            pg_call([&] { return palloc(ARR_OVERHEAD_NONULLS(1) + room_ * UUID_LEN); }));
        array_->ndim = 1;
        array_->dataoffset = 0;
        array_->elemtype = UUIDOID;
        ARR_LBOUND(array_)[0] = 1;
    }

    ArrayType* array_ = nullptr;
    std::size_t room_ = 0;
    char* end_ = nullptr;
};

/// The ids of a range as a uuid[], in the order of the range.
template <class Ids>
Datum uuid_array(const Ids& ids) {
    UuidArray array(std::size(ids));
    for (const auto& id : ids)
        array.add(id);
    return array.value();
}

} // namespace bookmeatoz::pg
