// Installs the data structures: see schema_installer.hpp. The DDL is plain text in bookmeatoz_schema(), assembled from
// sql/install/*.schema.sql. It is taken statement by statement: a CREATE runs when its object is missing, and a table that
// exists gets the columns and constraints that it lacks; COMMENT and ALTER TABLE complete the CREATE before them.
#include "schema_installer.hpp"
#include "boundary.hpp"
#include "extension_schema.hpp"
#include "saved_query.hpp"

#include <string_view>

extern "C" {
#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/extension.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
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
    Node* node;
};

const char* last_name(List* qualified_name) {
    return strVal(llast(qualified_name));
}

/// May raise a server error.
Statement describe(const RawStmt* raw, const char* text) {
    Statement statement{nullptr, nullptr, nullptr, pnstrdup(text + raw->stmt_location, raw->stmt_len),
                        raw->stmt};
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

/// Whether a table has a permissive policy of the user's own for the command of this one. Permissive policies are
/// OR-ed: putting ours back beside it would show rows that the user chose to hide. May raise a server error.
bool has_other_policy(const Statement& statement, Oid schema) {
    const std::string_view command(reinterpret_cast<CreatePolicyStmt*>(statement.node)->cmd_name);
    const char code = command == "select"   ? 'r'
                      : command == "insert" ? 'a'
                      : command == "update" ? 'w'
                      : command == "delete" ? 'd'
                                            : '*';
    SPI_execute(psprintf("SELECT FROM pg_catalog.pg_policy WHERE polrelid = %u AND polpermissive"
                         "   AND (polcmd IN ('*', '%c') OR '%c' = '*') AND polname <> %s",
                         get_relname_relid(statement.table, schema), code, code,
                         quote_literal_cstr(statement.name)),
                true, 1);
    return SPI_processed > 0;
}

/// Whether the object of a COMMENT has one. May raise a server error.
bool has_comment(const CommentStmt* statement) {
    Relation relation = nullptr;
    const ObjectAddress object =
        get_object_address(statement->objtype, statement->object, &relation, AccessShareLock, false);
    const bool found = GetComment(object.objectId, object.classId, object.objectSubId) != nullptr;
    if (relation != nullptr)
        relation_close(relation, AccessShareLock);
    return found;
}

/// The DDL of this version, parsed. Lives in the current memory context.
struct Schema {
    Statement* statements;
    int count;
};

/// The schema of uuid-ossp, which may be another than ours. May raise a server error.
const char* schema_of_uuid_ossp() {
    const Oid extension = get_extension_oid("uuid-ossp", false);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(extension));
    const Relation extensions = table_open(ExtensionRelationId, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(extensions, ExtensionOidIndexId, true, nullptr, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    const Oid schema = reinterpret_cast<Form_pg_extension>(GETSTRUCT(row))->extnamespace;
    systable_endscan(scan);
    table_close(extensions, AccessShareLock);
    return quote_identifier(get_namespace_name(schema));
}

/// Calls the built-in replace(). May raise a server error.
Datum replace(Datum text, const char* what, const char* by) {
    return DirectFunctionCall3Coll(replace_text, C_COLLATION_OID, text, CStringGetTextDatum(what),
                                   CStringGetTextDatum(by));
}

Schema read_schema(Oid schema) {
    const Oid function = extension_function(schema, "bookmeatoz_schema");
    return pg_call([&] {
        const char* const ddl =
            TextDatumGetCString(replace(OidFunctionCall0(function), "@uuid-ossp@", schema_of_uuid_ossp()));
        List* const parsed = raw_parser(ddl, RAW_PARSE_DEFAULT);
        const auto size = sizeof(Statement) * static_cast<Size>(list_length(parsed));
        Schema result{static_cast<Statement*>(palloc(size)), 0};
        ListCell* cell = nullptr;
        foreach (cell, parsed)
            result.statements[result.count++] = describe(lfirst_node(RawStmt, cell), ddl);
        return result;
    });
}

/// While it lives, unqualified names mean what PostgreSQL itself brings, whatever else the extension's schema holds, and new
/// objects do not become members of an extension that is being created.
class Installing {
public:
    Installing() : creating_extension_(creating_extension), nest_level_(NewGUCNestLevel()) {
        pg_call([] {
            (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                                    GUC_ACTION_SAVE, true, 0, false);
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

/// ALTER TABLE ... ADD one element of a CREATE TABLE. May raise a server error.
void add_to_table(const CreateStmt* create, AlterTableType action, Node* element, const char* ddl) {
    AlterTableCmd* const command = makeNode(AlterTableCmd);
    command->subtype = action;
    command->def = element;
    AlterTableStmt* const alter = makeNode(AlterTableStmt);
    alter->relation = create->relation;
    alter->cmds = list_make1(command);
    alter->objtype = OBJECT_TABLE;
    PlannedStmt* const planned = makeNode(PlannedStmt);
    planned->commandType = CMD_UTILITY;
    planned->utilityStmt = reinterpret_cast<Node*>(alter);
    planned->stmt_location = -1;
    ProcessUtility(planned, ddl, true, PROCESS_UTILITY_QUERY, nullptr, nullptr, None_Receiver, nullptr);
    CommandCounterIncrement();
}

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

const char* describe_created(const char* kind, const char* name, const char* table) {
    return pg_call([&] {
        return table == nullptr ? psprintf("created %s %s", kind, name)
                                : psprintf("created %s %s on %s", kind, name, table);
    });
}

/// The columns and constraints that an existing table lacks: DROP EXTENSION ... CASCADE takes bookings.busy along, and
/// with it the guard against double bookings.
bool complete_table(FunctionCallInfo fcinfo, const Statement& statement, Oid schema_id) {
    const auto* const create = reinterpret_cast<CreateStmt*>(statement.node);
    const Oid table = pg_call([&] { return get_relname_relid(statement.name, schema_id); });
    bool changed = false;
    ListCell* cell = nullptr;
    foreach (cell, create->tableElts) {
        auto* const element = static_cast<Node*>(lfirst(cell));
        const bool is_column = IsA(element, ColumnDef);
        const char* const name = is_column ? reinterpret_cast<ColumnDef*>(element)->colname
                                           : reinterpret_cast<Constraint*>(element)->conname;
        const bool missing = pg_call([&] {
            return is_column ? get_attnum(table, name) == InvalidAttrNumber
                             : !OidIsValid(get_relation_constraint_oid(table, name, true));
        });
        if (!missing)
            continue;
        pg_call([&] {
            add_to_table(create, is_column ? AT_AddColumn : AT_AddConstraint, element, statement.text);
        });
        put_row(fcinfo, {describe_created(is_column ? "column" : "constraint", name, statement.name)});
        changed = true;
    }
    return changed;
}

void install(FunctionCallInfo fcinfo, const Schema& schema, Oid schema_id) {
    const SpiConnection spi;
    Installing installing;
    // What happened to the object of the last CREATE.
    enum { untouched, created, completed } last = untouched;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.kind == nullptr) {
            const bool lacks_comment = last == completed && IsA(statement.node, CommentStmt) && !pg_call([&] {
                                           return has_comment(reinterpret_cast<CommentStmt*>(statement.node));
                                       });
            if (last == created || lacks_comment)
                installing.run(statement);
            continue;
        }
        last = untouched;
        if (pg_call([&] { return exists(statement, schema_id); })) {
            if (IsA(statement.node, CreateStmt) && complete_table(fcinfo, statement, schema_id))
                last = completed;
        } else if (IsA(statement.node, CreatePolicyStmt) &&
                   pg_call([&] { return has_other_policy(statement, schema_id); })) {
            put_row(fcinfo, {pg_call([&] {
                        return psprintf("left out policy %s on %s: the table has another one for its command",
                                        statement.name, statement.table);
                    })});
        } else {
            installing.run(statement);
            put_row(fcinfo, {describe_created(statement.kind, statement.name, statement.table)});
            last = created;
        }
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
BOOKMEATOZ_FUNCTION(bookmeatoz_install_schema, takes({}).returns_set_of(TEXTOID)) {
    pg_call([&] { InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC); });
    const Oid schema_id = extension_schema(fcinfo);
    const Schema schema = read_schema(schema_id);
    const char* const skipped = creating_extension ? reason_to_skip(schema, schema_id) : nullptr;
    if (skipped != nullptr)
        announce_skipped(skipped);
    else
        install(fcinfo, schema, schema_id);
    return Datum(0);
}

/// The types and tables of the schema, in its order, whether they exist or not.
BOOKMEATOZ_FUNCTION(bookmeatoz_objects, takes({}).returns_table({TEXTOID, TEXTOID})) {
    pg_call([&] { InitMaterializedSRF(fcinfo, 0); });
    const Schema schema = read_schema(extension_schema(fcinfo));
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.kind != nullptr && statement.table == nullptr)
            put_row(fcinfo, {statement.kind, statement.name});
    }
    return Datum(0);
}
