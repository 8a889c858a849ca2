// The context that the application has signed: app.context with its keys, and the mode in which no other counts.
// context/session.cpp asks here first. What a token looks like is context/token.cpp's business.
#pragma once

#include "pg/context/token.hpp"

extern "C" {
#include "datatype/timestamp.h"
}

namespace bookmeatoz::pg {

/// What a token said that was believed when it was set.
struct AcceptedToken {
    SessionContext ids;
    bool is_admin;
    TimestampTz expires_at;
    std::uint64_t key_mark;
};

/// Defines the settings. `callback` is called when one of them has a new value. Called by session_context_init().
void signed_context_init(void (*callback)() noexcept);

/// bookmeatoz.signed_context_only: the plain settings do not count, whether there is a token or not.
bool only_signed_context_counts() noexcept;

/// A token is set; while it is, the plain settings do not count, whatever the token is still worth.
bool token_is_set() noexcept;

/// The token, unless the key that it was signed with has been withdrawn since. Look at expires_at: at the start of the
/// transaction that asks, it must lie ahead.
const AcceptedToken* valid_token() noexcept;

} // namespace bookmeatoz::pg
