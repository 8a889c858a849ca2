// Tables that are partitioned by month (UTC), with a default partition for what comes in a month that has none. Any partition
// counts, whatever its name and bounds: months are made only where none is yet.
// The installer and bookmeatoz_maintain() call it, and the audit trigger asks which partition a row goes to.
#pragma once

#include "pg/server/boundary.hpp"

#include <string>
#include <vector>

extern "C" {
#include "datatype/timestamp.h"
#include "utils/relcache.h"
}

namespace bookmeatoz::pg {

/// How many months after the present one have a partition beforehand.
inline constexpr int months_ahead = 3;

/// The partition of a time, where an INSERT would put a row. InvalidOid: there is none, or the table is not partitioned by a range of one
/// timestamptz. The default partition is the answer only until another one is attached: ask again once it is locked. May raise a server
/// error.
Oid partition_of(Relation table, TimestampTz time);

// Both below return a line for each thing done. The current role must own the table, row security must not bind it, an SPI connection
// must be open, and search_path must lead to pg_catalog alone. Both wait for others at most half a second. If that is too short,
// they leave all as it was, and say so.

/// Makes the default partition, the partitions of this and the next months, and those of the months that the default partition has rows of; moves these
/// rows there. Others may write the table meanwhile. Only at the end, for a moment, nobody can write the default partition, and if the
/// table had no partition of the present month, nobody can write the table.
/// Throws SqlError 42809 unless the table is partitioned by a range of one timestamptz.
std::vector<std::string> add_partitions(Oid schema, const char* name, TimestampTz now);

/// Drops the partitions that end at `limit` or before. Nobody can use the table from then on until the end of the transaction.
std::vector<std::string> drop_partitions(Oid schema, const char* name, TimestampTz limit);

} // namespace bookmeatoz::pg
