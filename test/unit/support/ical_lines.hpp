// A second reading of iCalendar, for tests of the writer: its lines, unfolded, and the text behind a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bookmeatoz::test {

/// Whether it is UTF-8 and nothing else.
inline bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto at = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
        const unsigned lead = at(i);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xC2 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                   : lead < 0xF5 ? 4
                                                 : 0;
        if (length == 0 || i + length > text.size())
            return false;
        for (std::size_t n = i + 1; n < i + length; ++n) {
            if ((at(n) & 0xC0) != 0x80)
                return false;
        }
        if ((lead == 0xE0 && at(i + 1) < 0xA0) || (lead == 0xED && at(i + 1) >= 0xA0) ||
            (lead == 0xF0 && at(i + 1) < 0x90) || (lead == 0xF4 && at(i + 1) >= 0x90))
            return false;
        i += length;
    }
    return true;
}

/// The lines as they stand; none where one does not end with CRLF, has another CR or LF, or more than 75 octets.
inline std::optional<std::vector<std::string>> physical_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        if (end == text.npos || end > 75)
            return std::nullopt;
        const std::string_view line = text.substr(0, end);
        if (line.find_first_of("\r\n") != line.npos)
            return std::nullopt;
        lines.emplace_back(line);
        text.remove_prefix(end + 2);
    }
    return lines;
}

/// The lines, unfolded.
inline std::vector<std::string> content_lines(const std::vector<std::string>& physical) {
    std::vector<std::string> lines;
    for (const std::string& line : physical) {
        if (!lines.empty() && line.starts_with(' ')) {
            lines.back() += line.substr(1);
        } else {
            lines.push_back(line);
        }
    }
    return lines;
}

/// The text that a value of type TEXT stands for; none where a character is not escaped that must be, or an escape is unknown.
inline std::optional<std::string> unescaped(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ',' || value[i] == ';')
            return std::nullopt;
        if (value[i] != '\\') {
            text += value[i];
            continue;
        }
        if (++i == value.size())
            return std::nullopt;
        switch (value[i]) {
        case 'n':
            text += '\n';
            break;
        case '\\':
        case ',':
        case ';':
            text += value[i];
            break;
        default:
            return std::nullopt;
        }
    }
    return text;
}

/// What a reader must find of a text: its line breaks are \n, and it has no other control characters but tabs.
inline std::string readable(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '\r') {
            result += '\n';
            if (i + 1 < text.size() && text[i + 1] == '\n')
                ++i;
        } else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F)) {
            result += text[i];
        }
    }
    return result;
}

} // namespace bookmeatoz::test
