// What the functions that write bookings are given: see booking/request.hpp.
#include "pg/booking/request.hpp"
#include "pg/server/sha256.hpp"

#include <cstring>

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr int longest_key = 255;

} // namespace

std::optional<Datum> optional_value(FunctionCallInfo fcinfo, int position) {
    if (fcinfo->args[position].isnull)
        return std::nullopt;
    return fcinfo->args[position].value;
}

bool flag(FunctionCallInfo fcinfo, int position, const char* name) {
    if (fcinfo->args[position].isnull)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string(name) + " must not be NULL");
    return DatumGetBool(fcinfo->args[position].value);
}

std::string to_text(Datum value) {
    return pg_call([&] { return TextDatumGetCString(value); });
}

const char* new_status(FunctionCallInfo fcinfo, int position) {
    const std::optional<Datum> value = optional_value(fcinfo, position);
    if (!value)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "status must not be NULL");
    const std::string status = to_text(*value);
    for (const char* const allowed : {"confirmed", "pending"}) {
        if (status == allowed)
            return allowed;
    }
    throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                   "a booking cannot begin with the status \"" + status + "\"",
                   "It must be confirmed or pending.");
}

std::string metadata_text(const std::optional<Datum>& value) {
    if (!value)
        return "{}";
    return pg_call([&] {
        Jsonb* const document = DatumGetJsonbP(*value);
        if (!JB_ROOT_IS_OBJECT(document))
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("metadata must be a JSON object")));
        return JsonbToCString(nullptr, &document->root, static_cast<int>(VARSIZE(document)));
    });
}

void check_key(Datum key) {
    const int length = pg_call([&] {
        const text* const value = DatumGetTextPP(key);
        return pg_mbstrlen_with_len(VARDATA_ANY(value), static_cast<int>(VARSIZE_ANY_EXHDR(value)));
    });
    if (length < 1 || length > longest_key)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "idempotency_key must have 1 to 255 characters",
                       "It has " + std::to_string(length) + ".");
}

void HashedArguments::add(const std::optional<pg_uuid_t>& id) {
    if (id) {
        add(*id);
    } else {
        add_null();
    }
}

void HashedArguments::add_text(const std::optional<Datum>& text) {
    if (text) {
        add(to_text(*text));
    } else {
        add_null();
    }
}

Datum HashedArguments::hash() const {
    const Sha256 digest = sha256(text_);
    return pg_call([&] {
        auto* const result = static_cast<bytea*>(palloc(VARHDRSZ + digest.size()));
        SET_VARSIZE(result, VARHDRSZ + digest.size());
        std::memcpy(VARDATA(result), digest.data(), digest.size());
        return PointerGetDatum(result);
    });
}

} // namespace bookmeatoz::pg
