// The text of a signed context (app.context): what it says, and the HMAC-SHA256 that proves who wrote it.
//   bookmeatoz-1:<tenant>:<business>:<user>:<admin>:<expiry>:<pid>:<signature>
// Used by context/signed.cpp alone. docs/security.md has the format for programs that sign tokens themselves.
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

/// The latest expiry that a token can have, in seconds since 1970. It is far away, and within the range of timestamps.
constexpr std::int64_t latest_expiry = 99'999'999'999;

using Signature = std::array<unsigned char, 32>;

/// The two parts of a token. `payload` is what was signed; it points into the token.
struct TokenParts {
    std::string_view payload;
    Signature signature;
};

/// Splits a token. Nothing if it does not end in a signature.
std::optional<TokenParts> split_token(std::string_view token) noexcept;

/// Reads a payload. Nothing if it does not have the form above.
std::optional<SignedContext> read_payload(std::string_view payload) noexcept;

/// Writes a payload in the form above.
std::string write_payload(const SignedContext& context);

/// Signs a payload. false: the server's cryptography failed. May raise a server error, so call it in a pg_call() or in a hook.
bool sign(std::string_view payload, std::string_view key, Signature& signature);

/// Whether two signatures are equal. Takes the same time wherever they differ.
bool same_signature(const Signature& a, const Signature& b) noexcept;

/// The whole token: payload and signature.
std::string write_token(std::string_view payload, const Signature& signature);

} // namespace bookmeatoz::pg
