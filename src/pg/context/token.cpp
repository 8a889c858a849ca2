// Reads, writes and signs the text of a signed context: see context/token.hpp.
// Reading runs in the check hook of a setting, so its functions neither throw nor own memory.
#include "pg/context/token.hpp"
#include "pg/server/uuid.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

extern "C" {
#include "common/hmac.h"
#include "common/sha2.h"
}

namespace bookmeatoz::pg {
namespace {

static_assert(std::tuple_size_v<Signature> == PG_SHA256_DIGEST_LENGTH);

constexpr std::string_view version = "bookmeatoz-1";
constexpr char separator = ':';
constexpr std::size_t signature_digits = 2 * PG_SHA256_DIGEST_LENGTH;

/// No token is longer: its widest parts are three UUIDs in braces.
constexpr std::size_t longest_payload = 256;

/// Takes the text up to the next separator, or to its end.
std::string_view take_part(std::string_view& text) noexcept {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// Reads an id; an empty text means none. false: it is no id.
bool read_id(std::string_view text, std::optional<pg_uuid_t>& id) noexcept {
    id = parse_uuid(text);
    return id || text.empty();
}

/// Reads a number of decimal digits alone: no sign, no spaces. false: it is no such number, or above `largest`.
bool read_number(std::string_view text, std::int64_t largest, std::int64_t& number) noexcept {
    if (text.empty() || text.front() < '0' || text.front() > '9') {
        return false;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number <= largest;
}

void append_id(std::string& text, const std::optional<pg_uuid_t>& id) {
    text += separator;
    if (id) {
        text += uuid_text(*id);
    }
}

} // namespace

std::optional<TokenParts> split_token(std::string_view token) noexcept {
    const std::size_t end = token.rfind(separator);
    // npos is longer than any payload.
    if (end > longest_payload || token.size() - end - 1 != signature_digits) {
        return std::nullopt;
    }
    TokenParts parts{token.substr(0, end), {}};
    const char* digits = token.data() + end + 1;
    for (unsigned char& byte : parts.signature) {
        const int high = hex_digit(*digits++);
        const int low = hex_digit(*digits++);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        byte = static_cast<unsigned char>(high * 16 + low);
    }
    return parts;
}

std::optional<SignedContext> read_payload(std::string_view payload) noexcept {
    if (std::count(payload.begin(), payload.end(), separator) != 6 || take_part(payload) != version) {
        return std::nullopt;
    }
    SignedContext context;
    if (!read_id(take_part(payload), context.ids.tenant) ||
        !read_id(take_part(payload), context.ids.business) ||
        !read_id(take_part(payload), context.ids.user)) {
        return std::nullopt;
    }
    const std::string_view admin = take_part(payload);
    if (admin != "0" && admin != "1") {
        return std::nullopt;
    }
    context.is_admin = admin == "1";
    if (!read_number(take_part(payload), latest_expiry, context.expires_at)) {
        return std::nullopt;
    }
    const std::string_view pid = take_part(payload);
    if (!pid.empty()) {
        std::int64_t number = 0;
        if (!read_number(pid, std::numeric_limits<std::int32_t>::max(), number) || number == 0) {
            return std::nullopt;
        }
        context.backend_pid = static_cast<std::int32_t>(number);
    }
    return context;
}

std::string write_payload(const SignedContext& context) {
    std::string payload(version);
    append_id(payload, context.ids.tenant);
    append_id(payload, context.ids.business);
    append_id(payload, context.ids.user);
    payload += separator;
    payload += context.is_admin ? '1' : '0';
    payload += separator;
    payload += std::to_string(context.expires_at);
    payload += separator;
    if (context.backend_pid != 0) {
        payload += std::to_string(context.backend_pid);
    }
    return payload;
}

bool sign(std::string_view payload, std::string_view key, Signature& signature) {
    pg_hmac_ctx* const hmac = pg_hmac_create(PG_SHA256);
    if (hmac == nullptr) {
        return false;
    }
    const auto bytes = [](std::string_view text) { return reinterpret_cast<const uint8*>(text.data()); };
    const bool done = pg_hmac_init(hmac, bytes(key), key.size()) >= 0 &&
                      pg_hmac_update(hmac, bytes(payload), payload.size()) >= 0 &&
                      pg_hmac_final(hmac, signature.data(), signature.size()) >= 0;
    pg_hmac_free(hmac);
    return done;
}

bool same_signature(const Signature& a, const Signature& b) noexcept {
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); i++) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

std::string write_token(std::string_view payload, const Signature& signature) {
    return std::string(payload) + separator + hex_text(signature);
}

} // namespace bookmeatoz::pg
