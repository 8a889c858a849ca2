// Hexadecimal digits, without the server's functions, which raise errors: the hook of a setting must not raise here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bookmeatoz::pg {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

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

/// Two lower-case digits a byte.
inline std::string hex_text(std::span<const unsigned char> bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) {
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15];
    }
    return text;
}

} // namespace bookmeatoz::pg
