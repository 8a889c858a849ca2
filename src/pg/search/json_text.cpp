// json_text(document, key): the value of a top-level key as text, as ->> gives it, but LEAKPROOF, so that an index on it
// serves under row security too. Called by queries and by the index on bookings.metadata.
//
// Why it may be called leakproof: the planner may run it on rows that the caller must not see, so no error may depend on a
// value. A jsonb value is well formed (its input checked it), and finding a key, true, false, strings and numbers raise
// nothing: a number has at most 147,457 characters. Only a nested value can have a text of more than the 1 GB that a text
// may be long (a few bytes are enough for 1e131071): that is measured before it is written, and is NULL. What is left (no
// memory at all, a damaged page) says nothing about the value, and is what the server's own leakproof functions meet.
#include "pg/server/compat.hpp"
#include "pg/server/boundary.hpp"

#include <cstring>

extern "C" {
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
}

namespace bookmeatoz::pg {
namespace {

/// What separates the parts of a document, at most, with the quotes: ', "": '.
constexpr Size around_a_part = 6;

/// May raise no error: it allocates what one number takes.
Size most_characters(const JsonbValue& part) {
    switch (part.type) {
    case jbvString: {
        Size length = around_a_part;
        for (const char* c = part.val.string.val; c != part.val.string.val + part.val.string.len; ++c) {
            const auto byte = static_cast<unsigned char>(*c);
            length += byte < ' ' ? 6 : byte == '"' || byte == '\\' ? 2 : 1;
        }
        return length;
    }
    case jbvNumeric: {
        char* const digits =
            DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(part.val.numeric)));
        const Size length = around_a_part + std::strlen(digits);
        pfree(digits);
        return length;
    }
    default:
        return around_a_part + 5; // false
    }
}

/// Whether the document, written out, is a text that the server can hold.
bool fits_in_text(JsonbContainer* container, int size) {
    // A number takes at least 8 bytes in a document: 4 of its entry, 4 of its own. So even one of nothing but the longest
    // numbers does not come near 1 GB below this size.
    constexpr int always_fits = 32 * 1024;
    static_assert(Size{always_fits} / 8 * 147457 + Size{always_fits} * 6 < MaxAllocSize / 4 * 3);
    if (size <= always_fits)
        return true;
    Size length = 0;
    JsonbIterator* iterator = JsonbIteratorInit(container);
    JsonbValue part;
    for (;;) {
        const JsonbIteratorToken token = JsonbIteratorNext(&iterator, &part, false);
        if (token == WJB_DONE)
            return true;
        const bool is_scalar = token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM;
        length += is_scalar ? most_characters(part) : around_a_part;
        if (length > MaxAllocSize - 1024)
            return false;
    }
}

/// nullptr for NULL.
text* text_of_key(Jsonb* document, text* key) {
    if (!JB_ROOT_IS_OBJECT(document))
        return nullptr;
    JsonbValue found;
    if (getKeyJsonValueFromContainer(&document->root, VARDATA_ANY(key),
                                     static_cast<int>(VARSIZE_ANY_EXHDR(key)), &found) == nullptr)
        return nullptr;
    switch (found.type) {
    case jbvBool:
        return cstring_to_text(found.val.boolean ? "true" : "false");
    case jbvString:
        return cstring_to_text_with_len(found.val.string.val, found.val.string.len);
    case jbvNumeric:
        return cstring_to_text(
            DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(found.val.numeric))));
    case jbvBinary:
        if (!fits_in_text(found.val.binary.data, found.val.binary.len))
            return nullptr;
        return cstring_to_text(JsonbToCString(nullptr, found.val.binary.data, found.val.binary.len));
    default: // null
        return nullptr;
    }
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(json_text, takes({JSONBOID, TEXTOID}).strict().returns(TEXTOID)) {
    text* const result = pg_call([&] { return text_of_key(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1)); });
    if (result == nullptr)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(result);
}
