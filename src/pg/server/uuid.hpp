// Reads and writes UUIDs without the server's functions, which raise errors: the hook of a setting must not raise here.
#pragma once

#include "pg/server/hex.hpp"

#include <optional>

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

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

constexpr std::size_t uuid_text_size = 36;

/// Writes the UUID as the type uuid prints it, in uuid_text_size characters: lower-case digits in groups of 8-4-4-4-12.
inline void write_uuid(const pg_uuid_t& id, char* text) noexcept {
    for (int i = 0; i < UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *text++ = '-';
        }
        *text++ = hex_digits[id.data[i] >> 4];
        *text++ = hex_digits[id.data[i] & 15];
    }
}

inline std::string uuid_text(const pg_uuid_t& id) {
    std::string text(uuid_text_size, '-');
    write_uuid(id, text.data());
    return text;
}

} // namespace bookmeatoz::pg
