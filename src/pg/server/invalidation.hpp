// What is read from the catalogs may be kept until the server sends an invalidation.
// Read count() before a look-up, and keep it with the result: then no invalidation that arrives during the look-up is missed.
#pragma once

#include <array>
#include <initializer_list>

extern "C" {
#include "postgres.h"

#include "utils/syscache.h"
}

namespace bookmeatoz::pg {

/// Counts the changes of some catalogs, and of relations, of which this backend has heard. Declare it as a constinit static.
class Changes {
public:
    /// Whether a change of this relation counts. InvalidOid means that every relation may have changed.
    using Concerns = bool (*)(Oid relation) noexcept;

    constexpr explicit Changes(std::initializer_list<SysCacheIdentifier> catalogs,
                               Concerns concerns = nullptr)
        : concerns_(concerns) {
        for (const SysCacheIdentifier catalog : catalogs)
            catalogs_[catalog_count_++] = catalog;
    }
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;

    /// Starts counting, unless it counts already. Call it before the look-up. Throws ServerError.
    void watch() {
        if (!watching_)
            begin();
    }
    /// Never 0: so 0 can stand for "never looked up".
    unsigned count() const noexcept { return count_; }

private:
    void begin();

    static constexpr std::size_t most_catalogs = 6;
    std::array<SysCacheIdentifier, most_catalogs> catalogs_{};
    std::size_t catalog_count_ = 0;
    Concerns concerns_;
    unsigned count_ = 1;
    bool watching_ = false;
};

/// Changes of functions: of their schemas and of their declarations.
extern Changes function_changes;

} // namespace bookmeatoz::pg
