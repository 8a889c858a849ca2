// The rows of a function that returns a set.
#pragma once

#include "pg/server/boundary.hpp"

#include <string_view>

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

namespace bookmeatoz::pg {

/// Collects the rows in the tuplestore that the server reads after the call; it spills to disk above work_mem.
class ResultRows {
public:
    /// `flags`: MAT_SRF_USE_EXPECTED_DESC where the rows are single values, of no composite type.
    explicit ResultRows(FunctionCallInfo fcinfo, uint32 flags = 0) {
        pg_call([&] { InitMaterializedSRF(fcinfo, flags); });
        result_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    }

    /// One value a column; those by reference are copied.
    template <std::size_t N>
    void add(const Datum (&values)[N], const bool (&nulls)[N] = {}) {
        pg_call([&] {
            tuplestore_putvalues(result_->setResult, result_->setDesc, const_cast<Datum*>(values),
                                 const_cast<bool*>(nulls));
        });
    }

private:
    ReturnSetInfo* result_;
};

/// A value of type text.
inline Datum text_datum(std::string_view text) {
    return pg_call([&] {
        return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
    });
}

} // namespace bookmeatoz::pg
