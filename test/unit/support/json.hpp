// As much of JSON as the shared case files need: objects, arrays, strings without escapes, integers, booleans, null.
// Throws on anything else, so that a case is never read half.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bookmeatoz::test {

struct Json {
    /// The text of a string, a number, or of true, false and null.
    std::string text;
    std::vector<Json> items;
    std::map<std::string, Json> members;

    bool has(const std::string& key) const { return members.contains(key); }
    const Json& at(const std::string& key) const { return members.at(key); }
    int number() const { return std::stoi(text); }
    int number_or(const std::string& key, int otherwise) const {
        return has(key) ? at(key).number() : otherwise;
    }
};

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : rest_(text) {}

    Json read_all() {
        Json value = read();
        skip_space();
        if (!rest_.empty())
            fail();
        return value;
    }

private:
    Json read() {
        Json value;
        if (take('{')) {
            while (!take('}')) {
                Json key = read();
                expect(':');
                value.members.emplace(key.text, read());
                if (!take(',') && next() != '}')
                    fail();
            }
        } else if (take('[')) {
            while (!take(']')) {
                value.items.push_back(read());
                if (!take(',') && next() != ']')
                    fail();
            }
        } else if (take('"')) {
            value.text = take_until(rest_.find_first_of("\"\\"));
            expect('"');
        } else {
            value.text = take_until(rest_.find_first_not_of("-0123456789truefalsn"));
            if (value.text.empty())
                fail();
        }
        return value;
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \n\r\t"))); }
    char next() {
        skip_space();
        return rest_.empty() ? '\0' : rest_.front();
    }
    bool take(char wanted) {
        if (next() != wanted)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char wanted) {
        if (!take(wanted))
            fail();
    }
    std::string take_until(std::size_t end) {
        const std::string taken(rest_.substr(0, end));
        rest_.remove_prefix(taken.size());
        return taken;
    }
    [[noreturn]] void fail() const {
        throw std::runtime_error("cannot read JSON at: " + std::string(rest_.substr(0, 40)));
    }

    std::string_view rest_;
};

} // namespace bookmeatoz::test
