// The text of a signed context (app.context): what it says, and the HMAC-SHA256 that proves who wrote it.
//   bookmeatoz-1:<tenant>:<business>:<user>:<admin>:<expiry>:<pid>:<signature>
// Used by the settings of context/session.cpp; docs/security.md has the format for those who sign elsewhere.
#pragma once

#include "pg/context/session.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bookmeatoz::pg {

/// What a token says.
struct SignedContext {
    SessionContext ids;
    bool is_admin = false;
    std::int64_t expires_at = 0;  // seconds since 1970
    std::int32_t backend_pid = 0; // 0: good in every backend
};

/// The latest expiry that a token can have, in seconds since 1970: far away, and within the range of timestamps.
constexpr std::int64_t latest_expiry = 99'999'999'999;

using Signature = std::array<unsigned char, 32>;

/// A token in its two parts. `payload` is what is signed, a view into the token.
struct TokenParts {
    std::string_view payload;
    Signature signature;
};

/// Nothing when the token does not end in a signature.
std::optional<TokenParts> split_token(std::string_view token) noexcept;

/// Nothing when the payload does not have the form above.
std::optional<SignedContext> read_payload(std::string_view payload) noexcept;

std::string write_payload(const SignedContext& context);

/// May raise a server error, so only within pg_call() or in a hook. False when the server's cryptography fails.
bool sign(std::string_view payload, std::string_view key, Signature& signature);

/// Takes the same time whether they differ early, late or nowhere.
bool same_signature(const Signature& a, const Signature& b) noexcept;

/// The whole token: payload and signature.
std::string write_token(std::string_view payload, const Signature& signature);

} // namespace bookmeatoz::pg
