// What the current role may see of a table, for code that reads tables past the executor (calendar/scans). Such code must never
// show what the role could not SELECT. So whatever is not known exactly counts as unknown.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// Which rows of a table the role sees.
enum class Sight {
    unknown,
    /// All rows: row security does not bind the role.
    every_row,
    /// The rows whose business_id passes sees_business(). Not known for a user session.
    by_business,
    /// The rows whose id and tenant_id pass sees_business_row(). Not known for a user session.
    by_business_row,
    /// The rows whose id passes sees_tenant(). Not known for a user session.
    by_tenant,
};

/// For whom a decision is right. It may be used again while this is the same, and while no invalidation of the table, of roles or
/// of functions has arrived.
struct RightsOf {
    Oid role;
    /// FORCE ROW LEVEL SECURITY does not bind the owner now.
    bool past_force;

    static RightsOf current();
    friend bool operator==(const RightsOf&, const RightsOf&) = default;
};

/// What the current role sees of a table. Sight::unknown comes with a reason: a sentence in the current memory context. Reasons are
/// that the table is not an ordinary one, that the role may not SELECT all of it, or that row security is not by our own policy
/// alone. May raise a server error.
Sight sight_of(Relation table, const char*& reason);

/// Row security and privileges are as the catalogs say: row_security is on, and no other module checks permissions or adds
/// policies. access/profile_notes does check, but a table that is never read past the executor.
bool rights_are_as_in_catalogs() noexcept;

} // namespace bookmeatoz::pg
