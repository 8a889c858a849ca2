// Reads and writes UUIDs without the server's functions, which raise errors: the hook of a setting must not raise here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// The value of a hexadecimal digit, 0 to 15; -1 for any other character.
inline int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Reads what the type uuid reads: 32 hexadecimal digits. A hyphen may follow each four of them, and braces may surround all.
inline std::optional<pg_uuid_t> parse_uuid(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '{' && text.back() == '}') {
        text.remove_prefix(1);
        text.remove_suffix(1);
    }
    pg_uuid_t id;
    for (int i = 0; i < UUID_LEN; i++) {
        if (text.size() < 2) {
            return std::nullopt;
        }
        const int high = hex_digit(text[0]);
        const int low = hex_digit(text[1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        id.data[i] = static_cast<unsigned char>(high * 16 + low);
        text.remove_prefix(2);
        const bool group_ends = i % 2 == 1 && i < UUID_LEN - 1;
        if (group_ends && text.starts_with('-')) {
            text.remove_prefix(1);
        }
    }
    return text.empty() ? std::optional(id) : std::nullopt;
}

/// The UUID as the type uuid prints it: lower-case digits in groups of 8-4-4-4-12.
inline std::string uuid_text(const pg_uuid_t& id) {
    std::string text(36, '-');
    char* end = text.data();
    for (int i = 0; i < UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            ++end;
        }
        *end++ = "0123456789abcdef"[id.data[i] >> 4];
        *end++ = "0123456789abcdef"[id.data[i] & 15];
    }
    return text;
}

} // namespace bookmeatoz::pg
