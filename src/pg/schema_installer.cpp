// Installs the data structures: see schema_installer.hpp. The DDL is plain text in bookmeatoz_schema(), assembled from
// sql/install/*.schema.sql. It is taken statement by statement: a CREATE runs when its object is missing; a COMMENT or
// ALTER TABLE completes the CREATE before it and runs exactly when that did.
#include "schema_installer.hpp"
#include "boundary.hpp"
#include "extension_schema.hpp"
#include "saved_query.hpp"

#include <string_view>

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace bookmeatoz::pg {
namespace {

enum InstallMode { install_off, install_on, install_auto };

constinit int install_mode = install_auto;

constexpr config_enum_entry install_modes[] = {{"off", install_off, false},   {"on", install_on, false},
                                               {"auto", install_auto, false}, {"false", install_off, true},
                                               {"true", install_on, true},    {"no", install_off, true},
                                               {"yes", install_on, true},     {nullptr, 0, false}};

/// One statement of the DDL.
struct Statement {
    /// What it creates; nullptr for a COMMENT or ALTER TABLE.
    const char* kind;
    const char* name;
    /// The table that a trigger, a policy or an index belongs to.
    const char* table;
    const char* text;
};

const char* last_name(List* qualified_name) {
    return strVal(llast(qualified_name));
}

/// May raise a server error.
Statement describe(const RawStmt* raw, const char* text) {
    Statement statement{nullptr, nullptr, nullptr, pnstrdup(text + raw->stmt_location, raw->stmt_len)};
    switch (nodeTag(raw->stmt)) {
    case T_CreateEnumStmt:
        statement.kind = "type";
        statement.name = last_name(reinterpret_cast<CreateEnumStmt*>(raw->stmt)->typeName);
        break;
    case T_CreateStmt:
        statement.kind = "table";
        statement.name = reinterpret_cast<CreateStmt*>(raw->stmt)->relation->relname;
        break;
    case T_IndexStmt:
        statement.kind = "index";
        statement.name = reinterpret_cast<IndexStmt*>(raw->stmt)->idxname;
        statement.table = reinterpret_cast<IndexStmt*>(raw->stmt)->relation->relname;
        break;
    case T_CreateTrigStmt:
        statement.kind = "trigger";
        statement.name = reinterpret_cast<CreateTrigStmt*>(raw->stmt)->trigname;
        statement.table = reinterpret_cast<CreateTrigStmt*>(raw->stmt)->relation->relname;
        break;
    case T_CreatePolicyStmt:
        statement.kind = "policy";
        statement.name = reinterpret_cast<CreatePolicyStmt*>(raw->stmt)->policy_name;
        statement.table = reinterpret_cast<CreatePolicyStmt*>(raw->stmt)->table->relname;
        break;
    case T_AlterTableStmt:
    case T_CommentStmt:
        break;
    default:
        elog(ERROR, "unexpected statement in the schema: %s", statement.text);
    }
    return statement;
}

/// May raise a server error.
bool exists(const Statement& statement, Oid schema) {
    const std::string_view kind(statement.kind);
    if (kind == "type")
        return OidIsValid(GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(statement.name),
                                          ObjectIdGetDatum(schema)));
    if (kind == "table" || kind == "index")
        return OidIsValid(get_relname_relid(statement.name, schema));
    const Oid table = get_relname_relid(statement.table, schema);
    if (!OidIsValid(table))
        return false;
    return OidIsValid(kind == "trigger" ? get_trigger_oid(table, statement.name, true)
                                        : get_relation_policy_oid(table, statement.name, true));
}

/// The DDL of this version, parsed. Lives in the current memory context.
struct Schema {
    Statement* statements;
    int count;
};

Schema read_schema(Oid schema) {
    const Oid function = extension_function(schema, "bookmeatoz_schema");
    return pg_call([&] {
        const char* const ddl = TextDatumGetCString(OidFunctionCall0(function));
        List* const parsed = raw_parser(ddl, RAW_PARSE_DEFAULT);
        const auto size = sizeof(Statement) * static_cast<Size>(list_length(parsed));
        Schema result{static_cast<Statement*>(palloc(size)), 0};
        ListCell* cell = nullptr;
        foreach (cell, parsed)
            result.statements[result.count++] = describe(lfirst_node(RawStmt, cell), ddl);
        return result;
    });
}

/// While it lives, unqualified names mean the extension's schema and those of the extensions that it requires, and new
/// objects do not become members of an extension that is being created.
class Installing {
public:
    explicit Installing(Oid schema)
        : creating_extension_(creating_extension), nest_level_(NewGUCNestLevel()) {
        pg_call([&] {
            const char* required = "";
            SPI_execute("SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ')"
                        "  FROM pg_catalog.pg_extension e"
                        "  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
                        " WHERE e.extname OPERATOR(pg_catalog.=) ANY ('{uuid-ossp,btree_gist}')",
                        true, 0);
            if (SPI_processed == 1)
                required = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
            if (required == nullptr)
                ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                                errmsg("extensions \"uuid-ossp\" and \"btree_gist\" are required")));
            const char* const path =
                psprintf("%s, %s, pg_temp", quote_identifier(get_namespace_name(schema)), required);
            (void)set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                                    false);
        });
        creating_extension = false;
    }
    ~Installing() {
        creating_extension = creating_extension_;
        // After an error the end of the transaction puts the settings back.
        if (!failed_)
            AtEOXact_GUC(true, nest_level_);
    }
    Installing(const Installing&) = delete;
    Installing& operator=(const Installing&) = delete;

    void run(const Statement& statement) {
        failed_ = true;
        pg_call([&] {
            const int code = SPI_execute(statement.text, false, 0);
            if (code < 0)
                elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
        });
        failed_ = false;
    }

private:
    bool creating_extension_;
    int nest_level_;
    bool failed_ = false;
};

/// CREATE EXTENSION silences notices; this one says why there are no tables, and what to do, so it must be seen.
void announce_skipped(const char* reason) {
    pg_call([&] {
        const int nest_level = NewGUCNestLevel();
        (void)set_config_option("client_min_messages", "notice", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                                true, 0, false);
        ereport(
            NOTICE,
            (errmsg("bookmeatoz does not install its tables: %s", reason),
             errhint("If they are missing afterwards, run SELECT bookmeatoz_install_schema() as the owner "
                     "of the data.")));
        AtEOXact_GUC(true, nest_level);
    });
}

/// bookmeatoz.install_schema, while the extension is being created: why the schema is left alone, or nullptr.
const char* reason_to_skip(const Schema& schema, Oid schema_id) {
    if (install_mode == install_off)
        return "bookmeatoz.install_schema is off";
    if (install_mode == install_on)
        return nullptr;
    // pg_dump's output begins with SET row_security = off; the dump itself brings the tables.
    if (!row_security)
        return "a dump is being restored (row_security is off)";
    return pg_call([&]() -> const char* {
        for (int i = 0; i < schema.count; ++i) {
            const Statement& statement = schema.statements[i];
            if (statement.kind != nullptr && std::string_view(statement.kind) == "table" &&
                exists(statement, schema_id))
                return psprintf("table \"%s\" exists already", statement.name);
        }
        return nullptr;
    });
}

/// Appends a row of texts to a materialised set.
template <std::size_t N>
void put_row(FunctionCallInfo fcinfo, const char* const (&texts)[N]) {
    auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    pg_call([&] {
        Datum values[N];
        bool nulls[N] = {};
        for (std::size_t i = 0; i < N; ++i)
            values[i] = CStringGetTextDatum(texts[i]);
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    });
}

void install(FunctionCallInfo fcinfo, const Schema& schema, Oid schema_id) {
    const SpiConnection spi;
    Installing installing(schema_id);
    bool previous_ran = false;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.kind != nullptr) {
            previous_ran = !pg_call([&] { return exists(statement, schema_id); });
            if (previous_ran) {
                const char* const line = pg_call([&] {
                    return statement.table == nullptr
                               ? psprintf("created %s %s", statement.kind, statement.name)
                               : psprintf("created %s %s on %s", statement.kind, statement.name,
                                          statement.table);
                });
                put_row(fcinfo, {line});
            }
        }
        if (previous_ran)
            installing.run(statement);
    }
}

} // namespace

void schema_installer_init() {
    DefineCustomEnumVariable(
        "bookmeatoz.install_schema", "Whether CREATE EXTENSION bookmeatoz installs the tables.",
        "on, off, or auto: not while a dump is restored (row_security is off), and not where the tables "
        "exist.",
        &install_mode, install_auto, install_modes, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// Idempotent: creates what is missing, and says what it created.
BOOKMEATOZ_FUNCTION(bookmeatoz_install_schema) {
    return boundary([&]() -> Datum {
        pg_call([&] { InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC); });
        const Oid schema_id = extension_schema(fcinfo);
        const Schema schema = read_schema(schema_id);
        const char* const skipped = creating_extension ? reason_to_skip(schema, schema_id) : nullptr;
        if (skipped != nullptr)
            announce_skipped(skipped);
        else
            install(fcinfo, schema, schema_id);
        return Datum(0);
    });
}

/// The types and tables of the schema, in its order, whether they exist or not.
BOOKMEATOZ_FUNCTION(bookmeatoz_objects) {
    return boundary([&]() -> Datum {
        pg_call([&] { InitMaterializedSRF(fcinfo, 0); });
        const Schema schema = read_schema(extension_schema(fcinfo));
        for (int i = 0; i < schema.count; ++i) {
            const Statement& statement = schema.statements[i];
            if (statement.kind != nullptr && statement.table == nullptr)
                put_row(fcinfo, {statement.kind, statement.name});
        }
        return Datum(0);
    });
}
