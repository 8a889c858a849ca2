// A table that is audited, or shall be: what its rows must have, and who must own it. The trigger and its switches ask the same.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/attnum.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

inline constexpr const char* audit_table = "audit_logs";

/// The columns that say which row it is and whose.
struct AuditedColumns {
    AttrNumber id;
    /// 0: the table has none. In table businesses it is the id, in tenants the tenant's is.
    AttrNumber business;
    AttrNumber tenant;
};

/// May raise a server error: 42703 where id or both others are missing, 42804 where one is no uuid.
AuditedColumns audited_columns(Relation table, Oid schema);

/// Throws SqlError unless the table is a permanent one, belongs to the owner of audit_logs, and is not the log itself. The log of
/// another role's table would be written with the owner's rights.
void require_auditable(Relation table, Oid schema);

} // namespace bookmeatoz::pg
