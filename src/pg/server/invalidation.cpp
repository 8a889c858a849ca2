// Invalidations of the server: see server/invalidation.hpp.
#include "pg/server/boundary.hpp"
#include "pg/server/invalidation.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace bookmeatoz::pg {

constinit Changes function_changes({PROCOID});

void Changes::begin() {
    pg_call([&] {
        for (std::size_t i = 0; i < catalog_count_; ++i)
            CacheRegisterSyscacheCallback(
                // "auto": the type of this parameter differs between versions of the server.
                catalogs_[i], [](Datum self, auto, uint32) { ++reinterpret_cast<Changes*>(self)->count_; },
                PointerGetDatum(this));
        if (concerns_ != nullptr)
            CacheRegisterRelcacheCallback(
                [](Datum self, Oid relation) {
                    auto* const changes = reinterpret_cast<Changes*>(self);
                    if (changes->concerns_(relation))
                        ++changes->count_;
                },
                PointerGetDatum(this));
    });
    watching_ = true;
}

} // namespace bookmeatoz::pg
