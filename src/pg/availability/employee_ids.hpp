// The column employee_ids of a result: who is free, as uuid[].
#pragma once

#include "pg/server/compat.hpp"
#include "pg/server/boundary.hpp"
#include "core/calendar.hpp"

#include <cstring>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace bookmeatoz::pg {

/// One array that is filled anew for each row: whoever keeps a row copies it.
class EmployeeIds {
public:
    /// The ids of `resources[free...]`, in this order.
    Datum array(std::span<const Resource> resources, std::span<const std::uint32_t> free) {
        if (array_ == nullptr || free.size() > capacity_)
            allocate(free.size());
        // An empty array has no dimension; of others the place of the bounds depends on their number.
        array_->ndim = free.empty() ? 0 : 1;
        if (!free.empty()) {
            ARR_DIMS(array_)[0] = static_cast<int>(free.size());
            ARR_LBOUND(array_)[0] = 1;
        }
        const std::size_t overhead = ARR_OVERHEAD_NONULLS(array_->ndim);
        auto* target = reinterpret_cast<std::uint8_t*>(array_) + overhead;
        for (const std::uint32_t index : free) {
            const Uuid& id = resources[index].id;
            std::memcpy(target, id.data(), id.size());
            target += id.size();
        }
        SET_VARSIZE(array_, overhead + free.size() * sizeof(Uuid));
        return PointerGetDatum(array_);
    }

private:
    void allocate(std::size_t capacity) {
        array_ = static_cast<ArrayType*>(
            pg_call([&] { return palloc0(ARR_OVERHEAD_NONULLS(1) + 2 * capacity * sizeof(Uuid)); }));
        array_->elemtype = UUIDOID;
        capacity_ = 2 * capacity;
    }

    ArrayType* array_ = nullptr;
    std::size_t capacity_ = 0;
};

} // namespace bookmeatoz::pg
