// json_text(document, key): the value of a top-level key as text, like ->>, but LEAKPROOF. So an index on it serves under row
// security too. Queries call it, and the index on bookings.metadata.
//
// Why it may be leakproof: the server may run it on rows that the caller must not see, so no error may depend on a value. A jsonb
// value is well formed, because its input was checked. Finding a key raises nothing; neither does true, false, a string or a
// number, which has at most 147,457 characters. Only the text of a nested value can exceed the 1 GB that a text may have (the few
// bytes of 1e131071 are a long number). So it is measured before it is written, and is NULL if it is too long. The errors that are
// left, out of memory and a damaged page, say nothing about the value; the server's own leakproof functions meet them too.
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

/// The most characters around one part of a document, with its quotes: ', "": '.
constexpr Size around_a_part = 6;

/// The most characters that a part can have as text. It raises no error: it allocates only the text of one number.
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

/// Whether the document as text is no longer than a text may be.
bool fits_in_text(JsonbContainer* container, int size) {
    // A number takes at least 8 bytes of a document: 4 for its entry, 4 for itself. So below this size even a document of nothing
    // but the longest numbers stays far below 1 GB.
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

/// The value of a key as text; nullptr for NULL.
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
