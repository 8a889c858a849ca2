// Saved plans and SPI: see saved_query.hpp.
#include "saved_query.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {

SpiConnection::SpiConnection() : exceptions_(std::uncaught_exceptions()) {
    pg_call([] { SPI_connect(); });
}

SpiConnection::~SpiConnection() {
    // After a server error the transaction's abort closes the connection; closing it here could raise another one.
    if (std::uncaught_exceptions() > exceptions_)
        return;
    SPI_finish();
}

bool SpiRow::is_null(int column) const {
    bool null = false;
    heap_getattr(tuple_, column, description_, &null);
    return null;
}

Datum SpiRow::get(int column) const {
    bool null = false;
    return heap_getattr(tuple_, column, description_, &null);
}

void SavedQuery::prepare(Oid schema) {
    const char* const schema_name = pg_call([&] { return quote_identifier(get_namespace_name(schema)); });
    constexpr std::string_view placeholder = "@extschema@";
    std::string text(text_);
    for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at)) {
        text.replace(at, placeholder.size(), schema_name);
    }
    const char* const query = text.c_str();
    SPIPlanPtr const prepared = pg_call([&] {
        SPIPlanPtr const plan = SPI_prepare(query, argument_count_, const_cast<Oid*>(argument_types_));
        if (plan == nullptr)
            elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
        SPI_keepplan(plan);
        return plan;
    });
    if (plan_ != nullptr)
        pg_call([&] { SPI_freeplan(plan_); });
    plan_ = prepared;
    schema_ = schema;
}

SpiRows SavedQuery::execute(Oid schema, std::initializer_list<Datum> arguments, bool read_only) {
    // The extension may have been dropped and created anew in another schema while this backend lived.
    if (plan_ == nullptr || schema_ != schema)
        prepare(schema);
    pg_call([&] {
        const int code =
            SPI_execute_plan(plan_, const_cast<Datum*>(arguments.begin()), nullptr, read_only, 0);
        if (code < 0)
            elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(code));
    });
    return {SPI_tuptable, SPI_processed};
}

} // namespace bookmeatoz::pg
