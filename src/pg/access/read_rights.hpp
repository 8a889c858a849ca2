// What the current role may see of a table, where that is known exactly: for code that reads tables past the executor,
// which must never show what the role could not SELECT. Whatever is not known exactly counts as unknown.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// Which rows of a table.
enum class Sight {
    unknown,
    /// All: row security does not bind the role.
    every_row,
    /// Those whose business_id passes reaches_business(); in a user session that is not known.
    by_business,
    /// Those whose id and tenant_id pass reaches_business_row(); in a user session that is not known.
    by_business_row,
    /// Those whose id passes reaches_tenant(); in a user session that is not known.
    by_tenant,
};

/// What a decision holds for: nothing else may have changed when it is used again (and no invalidation of the table, of
/// roles or of functions may have come in since).
struct RightsOf {
    Oid role;
    /// Row security does not bind an owner now, FORCE or not.
    bool past_force;

    static RightsOf current();
    friend bool operator==(const RightsOf&, const RightsOf&) = default;
};

/// For the current role. Sight::unknown with the reason in a sentence, allocated in the current memory context, where the
/// table is not an ordinary one, the role may not SELECT all of it, or row security is not by our own policy alone. May
/// raise a server error.
Sight sight_of(Relation table, const char*& reason);

/// Whether the current role may use the schema. May raise a server error.
bool may_use_schema(Oid schema);

/// Row security and privileges are as the catalogs say: no other module watches the reading of tables or adds policies, and
/// row_security is on. What access/profile_notes.hpp adds is one column of a table that is never read past the executor.
bool rights_are_as_in_catalogs() noexcept;

} // namespace bookmeatoz::pg
