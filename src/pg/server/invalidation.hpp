// What is kept from the catalogs, and for how long: until the server sends an invalidation.
// Read count() before looking something up and keep it with the result: what comes in during the look-up is not missed then.
#pragma once

#include <array>
#include <initializer_list>

extern "C" {
#include "postgres.h"

#include "utils/syscache.h"
}

namespace bookmeatoz::pg {

/// Counts the changes of some catalogs, and of relations, that this backend has heard of. Meant as a constinit static.
class Changes {
public:
    /// Whether a change of this relation counts; InvalidOid: everything may have changed.
    using Concerns = bool (*)(Oid relation) noexcept;

    constexpr explicit Changes(std::initializer_list<SysCacheIdentifier> catalogs,
                               Concerns concerns = nullptr)
        : concerns_(concerns) {
        for (const SysCacheIdentifier catalog : catalogs)
            catalogs_[catalog_count_++] = catalog;
    }
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;

    /// Counts from now on, if it did not yet. To be called before what is kept is looked up. Throws ServerError.
    void watch() {
        if (!watching_)
            begin();
    }
    /// Never 0, so that 0 stands for what was never looked up.
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

/// Of functions: where they are, and how they are declared.
extern Changes function_changes;

} // namespace bookmeatoz::pg
