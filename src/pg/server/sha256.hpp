// SHA-256 by the server's own library. Used for the session keys of bookings, the names of locks, and the arguments behind an
// idempotency key.
#pragma once

#include "pg/server/boundary.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace bookmeatoz::pg {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);

} // namespace bookmeatoz::pg
