// Saved plans and SPI: see server/spi.hpp.
#include "pg/server/spi.hpp"
#include "pg/server/table_columns.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {

SpiConnection::SpiConnection() : exceptions_(std::uncaught_exceptions()) {
    pg_call([] { SPI_connect(); });
}

SpiConnection::~SpiConnection() {
    // After a server error the abort of the transaction closes the connection. Closing it here could raise another error.
    if (std::uncaught_exceptions() > exceptions_)
        return;
    SPI_finish();
}

bool SpiRow::is_null(int column) const {
    bool null = false;
    heap_getattr(tuple_, column, description_, &null);
    return null;
}

Datum SpiRow::get(int column, Oid type) const {
    const Form_pg_attribute found = TupleDescAttr(description_, column - 1);
    const char* const name = NameStr(found->attname);
    const bool serves = type == ANYENUMOID ? found->attbyval && found->attlen == sizeof(Oid)
                                           : serves_as(found->atttypid, type);
    if (!serves)
        pg_call([&] { refuse_type(query_.table_of(column), name, found->atttypid, type); });
    bool null = false;
    const Datum value = heap_getattr(tuple_, column, description_, &null);
    if (null)
        pg_call([&] { refuse_null(query_.table_of(column), name); });
    return value;
}

namespace {

constexpr std::string_view schema_mark = "@extschema@";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// The text for the server: each operator has its schema, so none is looked up by the search_path. See SavedQuery.
std::string for_server(std::string_view text, std::string_view schema) {
    constexpr std::string_view operator_characters = "<>=&|~!#%^+-/?:";
    std::string result;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        const char first = text[at];
        if (text.substr(at).starts_with(schema_mark)) {
            end = at + schema_mark.size();
            result += schema;
        } else if (operator_characters.find(first) != text.npos) {
            end = std::min(text.find_first_not_of(operator_characters, at), text.size());
            const std::string_view found = text.substr(at, end - at);
            if (found == ":=")
                result += '=';
            else if (found == "::")
                result += found;
            else
                result.append("OPERATOR(pg_catalog.").append(found).append(")");
        } else {
            const bool is_quote = first == '\'' || first == '"';
            end = is_quote ? std::min(text.find(first, at + 1), text.size() - 1) + 1 : at + 1;
            result += text.substr(at, end - at);
        }
    }
    return result;
}

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_name_character(text[at - 1])) &&
            (end == text.size() || !is_name_character(text[end])))
            return true;
    }
    return false;
}

/// The next table that the text names from `at` on; empty where there is none. Moves `at` behind its name.
std::string_view next_table(std::string_view text, std::size_t& at) {
    while ((at = text.find(schema_mark, at)) != text.npos) {
        const bool is_cast = at >= 2 && text.substr(at - 2, 2) == "::";
        const std::size_t begin = at + schema_mark.size() + 1;
        at = begin;
        while (at < text.size() && is_name_character(text[at]))
            ++at;
        const bool is_call = at < text.size() && text[at] == '(';
        if (!is_cast && !is_call)
            return text.substr(begin, at - begin);
    }
    return {};
}

/// Locks the table and checks it against what the text names. May raise a server error.
Oid check_table(const char* schema, std::string_view table, std::string_view text) {
    char* const name = pnstrdup(table.data(), table.size());
    const Oid id = RangeVarGetRelid(makeRangeVar(pstrdup(schema), name, -1), AccessShareLock, false);
    const char kind = get_rel_relkind(id);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        ereport(
            ERROR,
            (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a table", name),
             errdetail("Whatever takes the place of a table of bookmeatoz could run functions of its owner "
                       "with the rights of the role that reads it.")));
    const Relation relation = relation_open(id, NoLock);
    for (const TableColumn& column : table_columns()) {
        if (table == column.table && has_word(text, column.name))
            require_column(relation, column);
    }
    relation_close(relation, NoLock);
    return id;
}

CachedPlanSource* source_of(SPIPlanPtr plan) {
    return static_cast<CachedPlanSource*>(linitial(SPI_plan_get_plan_sources(plan)));
}

} // namespace

const char* SavedQuery::table_of(int column) const {
    const auto* const query = linitial_node(Query, source_of(plan_)->query_list);
    const List* const columns = query->commandType == CMD_SELECT ? query->targetList : query->returningList;
    const auto* const found = list_nth_node(TargetEntry, columns, column - 1);
    return OidIsValid(found->resorigtbl) ? get_rel_name(found->resorigtbl) : nullptr;
}

bool SavedQuery::is_valid() const {
    return plan_ != nullptr && CachedPlanIsValid(source_of(plan_));
}

void SavedQuery::check_tables(const char* schema_name) {
    table_count_ = 0;
    std::size_t at = 0;
    for (std::string_view table = next_table(text_, at); !table.empty(); table = next_table(text_, at)) {
        const Oid id = pg_call([&] { return check_table(schema_name, table, text_); });
        if (table_count_ == most_tables)
            throw SqlError(ERRCODE_INTERNAL_ERROR, "a saved query names too many tables");
        tables_[table_count_++] = id;
    }
}

void SavedQuery::prepare(const char* schema_name) {
    const std::string text = for_server(text_, pg_call([&] { return quote_identifier(schema_name); }));
    const char* const query = text.c_str();
    SPIPlanPtr const prepared = pg_call([&] {
        SPIPlanPtr const plan = SPI_prepare(query, argument_count_, argument_types_);
        if (plan == nullptr)
            elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
        SPI_keepplan(plan);
        return plan;
    });
    if (plan_ != nullptr)
        pg_call([&] { SPI_freeplan(plan_); });
    plan_ = prepared;
}

/// Makes a plan for the tables as they were checked. Locks keep them so until the transaction ends.
void SavedQuery::make_ready(Oid schema) {
    // A new lock brings in all changes from before it was granted.
    const unsigned labels = pg_call([&] {
        for (std::size_t i = 0; i < table_count_; ++i)
            LockRelationOid(tables_[i], AccessShareLock);
        return label_changes();
    });
    const bool same = schema_ == schema && labels_ == labels;
    if (same && is_valid())
        return;
    // While this backend lives, the extension may be dropped and created in another schema, or its schema may be renamed.
    const char* const name = pg_call([&] {
        const char* const found = get_namespace_name(schema);
        if (found == nullptr)
            elog(ERROR, "cache lookup failed for schema %u", schema);
        return found;
    });
    check_tables(name);
    // The parsed query holds labels by their values, so it is prepared again when labels may have changed. After other changes
    // the server plans it again by itself.
    if (plan_ == nullptr || !same || std::strcmp(NameStr(schema_name_), name) != 0)
        prepare(name);
    schema_ = schema;
    labels_ = labels;
    namestrcpy(&schema_name_, name);
}

SpiRows SavedQuery::execute(Oid schema, Arguments arguments, View view, std::size_t most) {
    make_ready(schema);
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
    return {SPI_tuptable, SPI_processed, *this};
}

} // namespace bookmeatoz::pg
