// Lists of ids, for queries.
#pragma once

#include "pg/calendar/values.hpp"
#include "pg/server/boundary.hpp"

#include <span>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace bookmeatoz::pg {

/// A uuid[] in the current memory context. Points to nothing of the ids.
inline Datum uuid_array(std::span<const Uuid> ids) {
    return pg_call([&] {
        auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * (ids.size() + 1)));
        for (std::size_t i = 0; i < ids.size(); ++i)
            elements[i] = to_datum(ids[i]);
        return PointerGetDatum(
            construct_array(elements, static_cast<int>(ids.size()), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
    });
}

} // namespace bookmeatoz::pg
