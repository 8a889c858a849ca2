// Saved plans and SPI: see saved_query.hpp.
#include "saved_query.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
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

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

} // namespace

void SavedQuery::prepare(Oid schema) {
    const char* const schema_name = pg_call([&] { return quote_identifier(get_namespace_name(schema)); });
    std::string text(text_);
    replace_all(text, "@extschema@", schema_name);
    for (const std::string comparison : {"=", "<>", "<", "<=", ">", ">="})
        replace_all(text, " " + comparison + " ", " OPERATOR(pg_catalog." + comparison + ") ");
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

SpiRows SavedQuery::execute(Oid schema, Arguments arguments, View view, std::size_t most) {
    // The extension may have been dropped and created anew in another schema while this backend lived.
    if (plan_ == nullptr || schema_ != schema)
        prepare(schema);
    Datum values[most_arguments];
    char nulls[most_arguments];
    std::size_t count = 0;
    for (const std::optional<Datum>& argument : arguments) {
        values[count] = argument.value_or(Datum(0));
        nulls[count++] = argument ? ' ' : 'n';
    }
    pg_call([&] {
        const int code =
            view == View::committed
                ? SPI_execute_snapshot(plan_, values, nulls, GetLatestSnapshot(), InvalidSnapshot, false,
                                       true, 0)
                : SPI_execute_plan(plan_, values, nulls, view == View::of_statement, static_cast<long>(most));
        if (code < 0)
            elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(code));
    });
    return {SPI_tuptable, SPI_processed};
}

} // namespace bookmeatoz::pg
