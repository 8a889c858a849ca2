// The errors of our own SQLSTATE class: what an application must tell apart. MESSAGE is for people, HINT says what to do, and DETAIL is
// one word, for programs.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// Not bookable: DETAIL is the reason.
inline constexpr int errcode_not_bookable = MAKE_SQLSTATE('B', 'M', '0', '0', '1');
/// The idempotency key was used before with other arguments.
inline constexpr int errcode_other_arguments = MAKE_SQLSTATE('B', 'M', '0', '0', '2');
/// DETAIL is what was sought.
inline constexpr int errcode_not_found = MAKE_SQLSTATE('B', 'M', '0', '0', '3');
/// The state of the booking does not allow it: DETAIL is its status, or what it is.
inline constexpr int errcode_wrong_state = MAKE_SQLSTATE('B', 'M', '0', '0', '4');

/// What a function is given the id of.
enum class Sought { business, service, employee, customer, booking };

/// BM003, in the same words for what does not exist and for what row security hides, or keeps from being changed.
[[noreturn]] void not_found(Sought sought, const pg_uuid_t& id);

} // namespace bookmeatoz::pg
