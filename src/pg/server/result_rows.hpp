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

/// Collects the rows in a tuplestore, which the server reads after the call. Above work_mem the tuplestore goes to disk.
class ResultRows {
public:
    /// `flags`: MAT_SRF_USE_EXPECTED_DESC where a row is a single value and not of a composite type.
    explicit ResultRows(FunctionCallInfo fcinfo, uint32 flags = 0) {
        pg_call([&] { InitMaterializedSRF(fcinfo, flags); });
        result_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    }

    /// Adds a row: one value for each column. Values by reference are copied.
    template <std::size_t N>
    void add(const Datum (&values)[N], const bool (&nulls)[N] = {}) {
        pg_call([&] {
            tuplestore_putvalues(result_->setResult, result_->setDesc, const_cast<Datum*>(values),
                                 const_cast<bool*>(nulls));
        });
    }

    /// Adds a copy of a row that has the columns of the result.
    void add(HeapTuple row) {
        pg_call([&] { tuplestore_puttuple(result_->setResult, row); });
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
