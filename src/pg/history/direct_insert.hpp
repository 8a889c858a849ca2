// An INSERT into audit_logs without the executor's preparations, which for a single row cost more than the row and its indexes.
// trigger_audit() calls it.
#pragma once

#include "pg/server/boundary.hpp"

#include <initializer_list>
#include <optional>

extern "C" {
#include "datatype/timestamp.h"
#include "postgres_ext.h"
}

namespace bookmeatoz::pg {

/// Writes an entry into its partition: `entry` has the columns of audit_logs in their order, the last is `created_at`. The current role
/// must be the owner of `log`.
/// false: nothing is written, for the table has more than we made: other columns or triggers, rules, partitions of another kind. An
/// INSERT heeds them all. May raise a server error.
bool insert_directly(Oid log, std::initializer_list<std::optional<Datum>> entry, TimestampTz created_at);

} // namespace bookmeatoz::pg
