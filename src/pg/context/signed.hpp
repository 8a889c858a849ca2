// The signed context: app.context, its keys, and the mode in which no other context counts. context/session.cpp asks here first.
// context/token.hpp has the text of a token.
#pragma once

#include "pg/context/token.hpp"

extern "C" {
#include "datatype/timestamp.h"
}

namespace bookmeatoz::pg {

/// What an accepted token said. It was checked when it was set.
struct AcceptedToken {
    SessionContext ids;
    bool is_admin;
    TimestampTz expires_at;
    std::uint64_t key_mark;
};

/// Defines the settings. `callback` is called after each change of one. Called by session_context_init().
void signed_context_init(void (*callback)() noexcept);

/// bookmeatoz.signed_context_only is on: the plain settings do not count, even without a token.
bool only_signed_context_counts() noexcept;

/// A token is set: the plain settings do not count, even if the token has expired or its key was withdrawn.
bool token_is_set() noexcept;

/// The token; nullptr without one, or if its key has been withdrawn since. The caller must check expires_at: it must lie after the
/// start of the transaction.
const AcceptedToken* valid_token() noexcept;

} // namespace bookmeatoz::pg
