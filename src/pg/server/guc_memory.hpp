// Memory that the check hook of a setting hands to the server, which frees it with guc_free from 16 on, with free before.
#pragma once

#include <cstdlib>

extern "C" {
#include "postgres.h"

#include "utils/guc.h"
}

namespace bookmeatoz::pg {

/// nullptr when there is none: then the hook returns false.
inline void* allocate_for_setting(std::size_t size) noexcept {
#if PG_VERSION_NUM >= 160000
    return guc_malloc(LOG, size);
#else
    return std::malloc(size);
#endif
}

inline void free_from_setting(void* memory) noexcept {
#if PG_VERSION_NUM >= 160000
    guc_free(memory);
#else
    std::free(memory);
#endif
}

} // namespace bookmeatoz::pg
