// Rows as JSON: see history/row_image.hpp. All of it may raise a server error.
#include "pg/history/row_image.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/uuid.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/typcache.h"
}

namespace bookmeatoz::pg {
namespace {

bool is_secret(std::string_view column) {
    for (const std::string_view word : {"password", "secret", "token"})
        if (column.find(word) != column.npos)
            return true;
    return column.ends_with("_hash");
}

bool is_left_out(const FormData_pg_attribute& column) {
    return column.attisdropped || column.attgenerated != '\0' ||
           std::string_view(NameStr(column.attname)) == "updated_at";
}

void set_string(JsonbValue& json, const char* text, std::size_t size) {
    json.type = jbvString;
    json.val.string.val = const_cast<char*>(text);
    json.val.string.len = static_cast<int>(size);
}

void set_numeric(JsonbValue& json, Numeric value) {
    json.type = jbvNumeric;
    json.val.numeric = value;
}

void set_jsonb(JsonbValue& json, Jsonb* value) {
    if (JB_ROOT_IS_SCALAR(value)) {
        JsonbExtractScalar(&value->root, &json);
    } else {
        json.type = jbvBinary;
        json.val.binary.data = &value->root;
        json.val.binary.len = static_cast<int>(VARSIZE_ANY_EXHDR(value));
    }
}

/// The server's to_jsonb(). Types of its own come here, and with them casts and output functions of the user's own. They run with
/// the rights of the current role.
Jsonb* general_jsonb(Oid type, Datum value) {
    FmgrInfo function;
    fmgr_info(F_TO_JSONB, &function);
    Const* const argument =
        makeConst(type, -1, InvalidOid, -2, Datum(0), true, false); // only its type is asked for
    function.fn_expr = reinterpret_cast<fmNodePtr>(makeFuncExpr(
        F_TO_JSONB, JSONBOID, list_make1(argument), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
    return DatumGetJsonbP(FunctionCall1(&function, value));
}

/// uuid_out() takes five times as long, and a booking has six of them.
void set_uuid(JsonbValue& json, const pg_uuid_t& id) {
    auto* const text = static_cast<char*>(palloc(uuid_text_size));
    write_uuid(id, text);
    set_string(json, text, uuid_text_size);
}

/// The usual types, without a look into the catalogs.
void set_value(JsonbValue& json, Oid type, Datum value) {
    switch (type) {
    case BOOLOID:
        json.type = jbvBool;
        json.val.boolean = DatumGetBool(value);
        return;
    case INT2OID:
        return set_numeric(json, int64_to_numeric(DatumGetInt16(value)));
    case INT4OID:
        return set_numeric(json, int64_to_numeric(DatumGetInt32(value)));
    case INT8OID:
        return set_numeric(json, int64_to_numeric(DatumGetInt64(value)));
    case NUMERICOID: {
        const Numeric number = DatumGetNumeric(value);
        // JSON has no number for those.
        if (numeric_is_nan(number) || numeric_is_inf(number))
            return set_jsonb(json, general_jsonb(type, value));
        return set_numeric(json, number);
    }
    case UUIDOID:
        return set_uuid(json, *DatumGetUUIDP(value));
    case TEXTOID:
    case VARCHAROID: {
        const text* const plain = DatumGetTextPP(value);
        return set_string(json, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
    }
    case TIMESTAMPTZOID: {
        const int utc = 0;
        const char* const text =
            JsonEncodeDateTime(static_cast<char*>(palloc(MAXDATELEN + 1)), value, type, &utc);
        return set_string(json, text, std::strlen(text));
    }
    case JSONBOID:
        return set_jsonb(json, DatumGetJsonbP(value));
    default:
        if (!type_is_enum(type))
            return set_jsonb(json, general_jsonb(type, value));
        const char* const label = DatumGetCString(DirectFunctionCall1(enum_out, value));
        return set_string(json, label, std::strlen(label));
    }
}

class Image {
public:
    Image() { json_.push(WJB_BEGIN_OBJECT); }

    void add(const FormData_pg_attribute& column, Datum value, bool null) {
        const std::string_view name = NameStr(column.attname);
        JsonbValue json;
        set_string(json, name.data(), name.size());
        json_.push(WJB_KEY, &json);
        if (null)
            json.type = jbvNull;
        else
            set_value(json, column.atttypid, value);
        json_.push(WJB_VALUE, &json);
    }

    Datum result() {
        json_.push(WJB_END_OBJECT);
        return JsonbPGetDatum(json_.result());
    }

private:
    JsonbBuilder json_;
};

struct Values {
    Datum* values;
    bool* nulls;
};

Values deform(TupleDesc description, HeapTuple row) {
    const auto columns = static_cast<Size>(description->natts);
    const Values result{static_cast<Datum*>(palloc(columns * sizeof(Datum))),
                        static_cast<bool*>(palloc(columns * sizeof(bool)))};
    heap_deform_tuple(row, description, result.values, result.nulls);
    return result;
}

Datum whole_row(TupleDesc description, const ImageColumns& columns, HeapTuple row) {
    const Values found = deform(description, row);
    Image image;
    for (const ImageColumn& column : std::span(columns.columns, static_cast<std::size_t>(columns.count))) {
        const int i = column.number - 1;
        if (!found.nulls[i] && !column.is_secret)
            image.add(*TupleDescAttr(description, i), found.values[i], false);
    }
    return image.result();
}

/// As jsonb compares keys.
bool comes_first(std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : std::memcmp(a.data(), b.data(), a.size()) < 0;
}

} // namespace

ImageColumns image_columns(TupleDesc description) {
    const auto name = [&](const ImageColumn& column) {
        return std::string_view(NameStr(TupleDescAttr(description, column.number - 1)->attname));
    };
    ImageColumns result{
        0, static_cast<ImageColumn*>(palloc(static_cast<Size>(description->natts) * sizeof(ImageColumn)))};
    for (int i = 0; i < description->natts; ++i) {
        const FormData_pg_attribute& column = *TupleDescAttr(description, i);
        if (!is_left_out(column))
            result.columns[result.count++] = {column.attnum, is_secret(NameStr(column.attname))};
    }
    std::sort(result.columns, result.columns + result.count,
              [&](const ImageColumn& a, const ImageColumn& b) { return comes_first(name(a), name(b)); });
    return result;
}

RowImages row_images(TupleDesc description, const ImageColumns& columns, HeapTuple before, HeapTuple after) {
    if (before == nullptr)
        return {true, 0, whole_row(description, columns, after)};
    if (after == nullptr)
        return {true, whole_row(description, columns, before), 0};
    const Values was = deform(description, before);
    const Values is = deform(description, after);
    Image image_before;
    Image image_after;
    bool changed = false;
    for (const ImageColumn& shown : std::span(columns.columns, static_cast<std::size_t>(columns.count))) {
        const int i = shown.number - 1;
        const FormData_pg_attribute& column = *TupleDescAttr(description, i);
        if (was.nulls[i] == is.nulls[i] &&
            (is.nulls[i] || datum_image_eq(was.values[i], is.values[i], column.attbyval, column.attlen)))
            continue;
        changed = true;
        if (shown.is_secret)
            continue;
        image_before.add(column, was.values[i], was.nulls[i]);
        image_after.add(column, is.values[i], is.nulls[i]);
    }
    if (!changed)
        return {false, 0, 0};
    return {true, image_before.result(), image_after.result()};
}

} // namespace bookmeatoz::pg
