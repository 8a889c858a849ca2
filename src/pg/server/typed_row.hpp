// Values of rows by their types: the one place where a Datum that comes from a table becomes a number or a pointer. Used by the
// rows of queries, of index scans and of triggers, each of which checks type and NULL in its get().
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

/// `Row::get(column, type)` gives a value of that type, never NULL: an error (42804, 22004) names the column otherwise.
template <class Row>
class TypedRow {
public:
    const pg_uuid_t& id(int column) const { return *DatumGetUUIDP(get(column, UUIDOID)); }
    TimestampTz time(int column) const { return DatumGetTimestampTz(get(column, TIMESTAMPTZOID)); }
    TimeADT time_of_day(int column) const { return DatumGetTimeADT(get(column, TIMEOID)); }
    DateADT date(int column) const { return DatumGetDateADT(get(column, DATEOID)); }
    int32 int4(int column) const { return DatumGetInt32(get(column, INT4OID)); }
    int16 int2(int column) const { return DatumGetInt16(get(column, INT2OID)); }
    bool boolean(int column) const { return DatumGetBool(get(column, BOOLOID)); }
    /// The value of an enum.
    Oid label(int column) const { return DatumGetObjectId(get(column, ANYENUMOID)); }
    /// Of a text or a varchar, allocated in the current memory context.
    const char* string(int column) const {
        const Datum value = get(column, VARCHAROID);
        return pg_call([&] { return TextDatumGetCString(value); });
    }

private:
    Datum get(int column, Oid type) const { return static_cast<const Row&>(*this).get(column, type); }
};

} // namespace bookmeatoz::pg
