// Deletes expired tokens.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// Deletes them with the rights of the current role, and returns how many.
uint64 purge_tokens(Oid schema);

} // namespace bookmeatoz::pg
