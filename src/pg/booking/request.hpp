// What the functions that write bookings are given: arguments that the searches do not have, each refused before any work is done, and
// the hash by which a repeated call is known (S20).
#pragma once

#include "pg/server/boundary.hpp"

#include <optional>
#include <string>
#include <string_view>

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// An argument of a type whose values are texts, documents or arrays; NULL: none.
std::optional<Datum> optional_value(FunctionCallInfo fcinfo, int position);

/// 22004 for NULL.
bool flag(FunctionCallInfo fcinfo, int position, const char* name);

std::string to_text(Datum value);

/// The status of a new booking, confirmed or pending: 22004 for NULL, 22023 for another.
const char* new_status(FunctionCallInfo fcinfo, int position);

/// 22023 unless it is NULL or a JSON object. As text, for the hash of the arguments.
std::string metadata_text(const std::optional<Datum>& value);

/// 22023 unless it has 1 to 255 characters.
void check_key(Datum key);

/// Values one behind the other, told apart whatever they contain.
class HashedArguments {
public:
    void add(std::string_view value) { text_ += std::to_string(value.size()) + ':' + std::string(value); }
    void add(const pg_uuid_t& id) { add({reinterpret_cast<const char*>(id.data), UUID_LEN}); }
    void add(const std::optional<pg_uuid_t>& id);
    void add_text(const std::optional<Datum>& text);
    void add_null() { text_ += '-'; }

    /// A bytea.
    Datum hash() const;

private:
    std::string text_;
};

} // namespace bookmeatoz::pg
