// Tables that nobody writes but our own code: trigger_append_only() refuses all else, the owner's statements too.
#pragma once

#include "pg/server/boundary.hpp"

#include <span>
#include <string_view>

extern "C" {
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// While it lives, statements of this backend pass trigger_append_only(). Keep it around a single statement of our own.
class AppendOnlyPass {
public:
    AppendOnlyPass() noexcept;
    ~AppendOnlyPass();
    AppendOnlyPass(const AppendOnlyPass&) = delete;
    AppendOnlyPass& operator=(const AppendOnlyPass&) = delete;
};

/// While it lives, statements of this backend may overwrite these columns, and nothing else. For the erasure of a person alone. Keep it
/// around a single statement of our own.
class ErasurePass {
public:
    using Columns = std::span<const std::string_view>;

    /// `columns` must outlive the pass.
    explicit ErasurePass(Columns columns) noexcept;
    ~ErasurePass();
    ErasurePass(const ErasurePass&) = delete;
    ErasurePass& operator=(const ErasurePass&) = delete;

private:
    Columns outer_;
};

/// Whether rows of the table are being restored: row_security is off, as a dump sets it, and row security does not bind the role
/// of the session. (An application's role may change the setting too, even in the midst of its INSERT.) May raise a server error.
bool is_restored(Relation table);

} // namespace bookmeatoz::pg
