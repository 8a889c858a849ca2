// The column employee_ids of a result: who is free, as uuid[].
#pragma once

#include "core/calendar.hpp"
#include "pg/server/uuid_datum.hpp"

namespace bookmeatoz::pg {

/// One array that is filled anew for each row: whoever keeps a row copies it.
class EmployeeIds {
public:
    /// The ids of `resources[free...]`, in this order.
    Datum array(std::span<const Resource> resources, std::span<const std::uint32_t> free) {
        ids_.clear(free.size());
        for (const std::uint32_t index : free)
            ids_.add(resources[index].id);
        return ids_.value();
    }

private:
    UuidArray ids_;
};

} // namespace bookmeatoz::pg
