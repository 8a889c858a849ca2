// Installs the data structures: see schema/installer.hpp. The DDL is plain text in bookmeatoz_schema(), assembled from
// sql/install/*.schema.sql. Each statement is taken by itself. A CREATE runs if its object is missing. An existing table gets the
// columns and constraints that it lacks. A COMMENT or an ALTER TABLE belongs to the CREATE before it.
#include "pg/schema/installer.hpp"
#include "pg/server/boundary.hpp"
#include "pg/schema/execute.hpp"
#include "pg/schema/existing_objects.hpp"
#include "pg/schema/partitions.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/schema/ddl.hpp"
#include "pg/schema/stale_bookings.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/server/table_owner.hpp"

#include <string>
#include <string_view>

extern "C" {
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "commands/comment.h"
#include "commands/extension.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
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

// What is found, as a line, and whether it is a booking that collides and that the constraints do not see.
constinit SavedQuery check_rows(R"(
    SELECT pg_catalog.concat(CASE WHEN mended THEN 'mended' ELSE severity END, ': ', table_name, ' ', row_id::pg_catalog.text, ': ', finding),
           severity = 'error' AND NOT mended AND table_name = 'bookings' AND row_id IS NOT NULL
      FROM @extschema@.bookmeatoz_check_rows(true) found (severity, table_name, row_id, finding, mended))",
                                {});

// What is there and is not as this version creates it, because the owner has changed it, and whatever else is an error. What is missing
// by then was left out, and that was said. A role that lacks rights has a line of its own, and its other rights are judged when it has them.
constinit SavedQuery left_query(R"(
    SELECT v.finding
      FROM @extschema@.bookmeatoz_verify() v (severity, finding)
      LEFT JOIN @extschema@.bookmeatoz_differences() d (severity, finding, missing) USING (finding)
     WHERE coalesce(NOT d.missing, v.severity = 'error')
       AND NOT EXISTS (SELECT FROM @extschema@.bookmeatoz_application_roles() r (role, duty, complete)
                        WHERE NOT r.complete AND pg_catalog.strpos(v.finding, pg_catalog.concat(': role ', r.role, ' has ')) > 0))",
                                {});

// Rights on functions go with the functions, and rights on tables with the tables. They are for people to give again.
constinit SavedQuery roles_query(
    "SELECT role::pg_catalog.text FROM @extschema@.bookmeatoz_application_roles() r (role, duty, complete)"
    " WHERE NOT complete",
    {});

// What the siblings have and a table lacks that was restored alone. Row security of a partition is off only by mistake: it has no policies
// of its own, and nobody reads it but through its table.
constinit SavedQuery siblings_query(R"(
    WITH ours AS (
        SELECT c.oid, c.relname, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
          FROM @extschema@.bookmeatoz_relations() r (oid)
          JOIN pg_catalog.pg_class c ON c.oid = r.oid
         WHERE c.relkind = ANY ('{r,p}'::pg_catalog."char"[]))
    SELECT pg_catalog.format('ALTER TABLE %s %s ROW LEVEL SECURITY', o.oid::pg_catalog.regclass, lack.clause),
           pg_catalog.format('%s row security on %s', lack.did, o.relname)
      FROM ours o
     CROSS JOIN LATERAL (SELECT 'ENABLE', 'enabled' WHERE o.relispartition AND NOT o.relrowsecurity
                          UNION ALL
                         SELECT 'FORCE', 'forced'
                          WHERE NOT o.relforcerowsecurity
                            AND (SELECT 2 * pg_catalog.count(*) FILTER (WHERE a.relforcerowsecurity) > pg_catalog.count(*) FROM ours a)) lack (clause, did)
     ORDER BY 2)",
                                    {});

/// Whether the table of a policy of ours has a permissive policy of the user's own for the same command and for everybody. Permissive
/// policies are OR-ed: our policy beside it would show rows that the user chose to hide. May raise a server error.
bool has_other_policy(const Statement& statement, Oid schema) {
    const std::string_view command(reinterpret_cast<CreatePolicyStmt*>(statement.node)->cmd_name);
    const char code = command == "select"   ? 'r'
                      : command == "insert" ? 'a'
                      : command == "update" ? 'w'
                      : command == "delete" ? 'd'
                                            : '*';
    SPI_execute(
        psprintf("SELECT FROM pg_catalog.pg_policy WHERE polrelid = %u AND polpermissive"
                 "   AND (polcmd IN ('*', '%c') OR '%c' = '*') AND 0 = ANY (polroles) AND polname <> %s",
                 get_relname_relid(statement.table, schema), code, code, quote_literal_cstr(statement.name)),
        true, 1);
    return SPI_processed > 0;
}

/// Whether the object of a COMMENT statement has a comment already. May raise a server error.
bool has_comment(const CommentStmt* statement) {
    Relation relation = nullptr;
    const ObjectAddress object =
        get_object_address(statement->objtype, statement->object, &relation, AccessShareLock, false);
    const bool found = GetComment(object.objectId, object.classId, object.objectSubId) != nullptr;
    if (relation != nullptr)
        relation_close(relation, AccessShareLock);
    return found;
}

/// While it lives, unqualified names mean objects of PostgreSQL itself, whatever the extension's schema contains. And new objects
/// do not become members of an extension that is being created.
class Installing {
public:
    Installing()
        : creating_extension_(creating_extension), nest_level_(NewGUCNestLevel()),
          exceptions_(std::uncaught_exceptions()) {
        pg_call([] {
            (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                                    GUC_ACTION_SAVE, true, 0, false);
        });
        creating_extension = false;
    }
    ~Installing() {
        creating_extension = creating_extension_;
        // After an error the abort of the transaction puts the settings back.
        if (std::uncaught_exceptions() == exceptions_)
            AtEOXact_GUC(true, nest_level_);
    }
    Installing(const Installing&) = delete;
    Installing& operator=(const Installing&) = delete;

private:
    bool creating_extension_;
    int nest_level_;
    int exceptions_;
};

/// May raise a server error.
bool has_row_security(Oid table) {
    const Relation relation = relation_open(table, AccessShareLock);
    const bool has = relation->rd_rel->relrowsecurity;
    relation_close(relation, AccessShareLock);
    return has;
}

/// Alters an existing table: adds an element of its CREATE TABLE, or changes the named column. May raise a server error.
void alter_table(const CreateStmt* create, AlterTableType action, const char* column, Node* definition,
                 const char* ddl) {
    AlterTableCmd* const command = makeNode(AlterTableCmd);
    command->subtype = action;
    command->name = column == nullptr ? nullptr : pstrdup(column);
    command->def = definition;
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

/// The constraint of this kind that the DDL gives a column; nullptr for none.
const Constraint* column_constraint(const ColumnDef* column, ConstrType kind) {
    ListCell* cell = nullptr;
    foreach (cell, column->constraints)
        if (lfirst_node(Constraint, cell)->contype == kind)
            return lfirst_node(Constraint, cell);
    return nullptr;
}

/// What a column of an existing table lacks.
struct Lacks {
    bool not_null;
    bool by_default;
};

/// May raise a server error.
Lacks what_lacks(const ColumnDef* column, Oid table) {
    const HeapTuple row = SearchSysCacheAttName(table, column->colname);
    const auto* const found = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(row));
    const Lacks lacks{column_constraint(column, CONSTR_NOTNULL) != nullptr && !found->attnotnull,
                      column_constraint(column, CONSTR_DEFAULT) != nullptr && !found->atthasdef};
    ReleaseSysCache(row);
    return lacks;
}

/// SET NOT NULL. false where the column holds a NULL: it stays as it is.
bool require_values(const CreateStmt* create, const char* column, const char* ddl) {
    Subtransaction attempt;
    try {
        pg_call([&] { alter_table(create, AT_SetNotNull, column, nullptr, ddl); });
        attempt.commit();
        return true;
    } catch (const ServerError&) {
        if (!Subtransaction::forgives({ERRCODE_NOT_NULL_VIOLATION}))
            throw;
    }
    attempt.roll_back();
    return false;
}

/// Why CREATE EXTENSION leaves the schema alone.
struct Reason {
    const char* text;
    /// A table that exists although no dump is being restored; nullptr for other reasons.
    const Statement* table;
};

/// Says why there are no tables, and what to do. CREATE EXTENSION silences notices, but this one must be seen. It is a warning
/// where tables exist: only the administrator can know whose they are.
void announce_skipped(const Reason& reason, Oid schema) {
    const Oid owner = reason.table == nullptr ? InvalidOid : existing_owner(*reason.table, schema);
    pg_call([&] {
        const int nest_level = NewGUCNestLevel();
        (void)set_config_option("client_min_messages", "notice", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                                true, 0, false);
        if (reason.table == nullptr)
            ereport(
                NOTICE,
                (errmsg("bookmeatoz does not install its tables: %s", reason.text),
                 errhint(
                     "If they are missing afterwards, run SELECT bookmeatoz_install_schema() as the owner "
                     "of the data.")));
        else if (owner == GetUserId())
            ereport(WARNING,
                    (errmsg("bookmeatoz does not install its tables: %s", reason.text),
                     errhint("If the tables are bookmeatoz's, run SELECT bookmeatoz_install_schema() to "
                             "complete them.")));
        else {
            const char* const name = GetUserNameFromId(owner, true);
            ereport(WARNING,
                    (errmsg("bookmeatoz does not install its tables: %s", reason.text),
                     errdetail("It belongs to role %s.", name == nullptr ? "?" : quote_identifier(name)),
                     errhint("If this role owns the data, run SELECT bookmeatoz_set_owner(%s), then SELECT "
                             "bookmeatoz_install_schema().",
                             name == nullptr ? "role" : quote_literal_cstr(quote_identifier(name)))));
        }
        AtEOXact_GUC(true, nest_level);
    });
}

/// Why CREATE EXTENSION leaves the schema alone, by bookmeatoz.install_schema; without text if it installs the schema.
Reason reason_to_skip(const Schema& schema, Oid schema_id) {
    if (install_mode == install_off)
        return {"bookmeatoz.install_schema is off", nullptr};
    if (install_mode == install_on)
        return {nullptr, nullptr};
    // The output of pg_dump begins with SET row_security = off. Then the dump itself brings the tables.
    if (!row_security)
        return {"a dump is being restored (row_security is off)", nullptr};
    return pg_call([&]() -> Reason {
        for (int i = 0; i < schema.count; ++i) {
            const Statement& statement = schema.statements[i];
            if (IsA(statement.node, CreateStmt) && exists(statement, schema_id))
                return {psprintf("table \"%s\" exists already", statement.name), &statement};
        }
        return {nullptr, nullptr};
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

/// Gives an existing column the default and the NOT NULL that it lacks. DROP EXTENSION "uuid-ossp" CASCADE, for one, drops defaults.
void complete_column(FunctionCallInfo fcinfo, const Statement& statement, const ColumnDef* column,
                     Oid table) {
    const auto* const create = reinterpret_cast<CreateStmt*>(statement.node);
    const Lacks lacks = pg_call([&] { return what_lacks(column, table); });
    if (lacks.by_default) {
        pg_call([&] {
            alter_table(
                create, AT_ColumnDefault, column->colname,
                static_cast<Node*>(copyObjectImpl(column_constraint(column, CONSTR_DEFAULT)->raw_expr)),
                statement.text);
        });
        put_row(fcinfo, {describe_created("default of", column->colname, statement.name)});
    }
    if (lacks.not_null && require_values(create, column->colname, statement.text))
        put_row(fcinfo, {describe_created("NOT NULL of", column->colname, statement.name)});
}

/// Adds the columns and constraints that an existing table lacks. DROP EXTENSION ... CASCADE, for one, drops bookings.busy and
/// with it the constraint against double bookings.
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
        if (!missing) {
            if (is_column)
                complete_column(fcinfo, statement, reinterpret_cast<ColumnDef*>(element), table);
            continue;
        }
        pg_call([&] {
            alter_table(create, is_column ? AT_AddColumn : AT_AddConstraint, nullptr, element,
                        statement.text);
        });
        put_row(fcinfo, {describe_created(is_column ? "column" : "constraint", name, statement.name)});
        changed = true;
    }
    return changed;
}

/// The role that will own everything: the owner of what exists, else the caller. All runs with the rights of that role, no more.
Oid future_owner(Oid present_owner) {
    if (!OidIsValid(present_owner))
        return GetUserId();
    if (!pg_call([&] { return has_privs_of_role(GetUserId(), present_owner); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only the owner of the data may complete the tables",
                       {}, "Call bookmeatoz_install_schema() as their owner, or as a superuser.");
    return present_owner;
}

/// Enables row security before a policy or a trigger is created. On a table that was restored alone it may be off.
void enable_row_security(FunctionCallInfo fcinfo, const Statement& statement, Oid schema_id) {
    const bool enabled = pg_call([&] {
        if (has_row_security(get_relname_relid(statement.table, schema_id)))
            return false;
        execute(psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY",
                         quote_qualified_identifier(get_namespace_name(schema_id), statement.table)));
        return true;
    });
    if (enabled)
        put_row(fcinfo, {pg_call([&] { return psprintf("enabled row security on %s", statement.table); })});
}

/// Whether a table was there before the installation.
bool existed(const Schema& schema, const char* table) {
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (IsA(statement.node, CreateStmt) && std::string_view(statement.name) == table)
            return statement.existed;
    }
    return false;
}

/// A trigger has come back to a table that has been without it: mends the rows, and says what was found. A booking that could not get its
/// place back is an error: the constraints would not see it.
void mend_rows(FunctionCallInfo fcinfo, Oid schema_id) {
    // A whole import may have been written without the triggers. The number says how many there are.
    constexpr std::size_t most_lines = 100;
    std::size_t lines = 0;
    const SpiRows found = check_rows.run_latest(schema_id, {});
    for (const SpiRow row : found) {
        const std::string line = row.string(1);
        if (row.boolean(2))
            throw SqlError(
                ERRCODE_EXCLUSION_VIOLATION, line.substr(line.find(": ") + 2), {},
                "SELECT * FROM bookmeatoz_verify_rows() lists all of them: cancel one of each two, and "
                "call bookmeatoz_install_schema() again.")
                .about({.table = "bookings"});
        if (lines++ < most_lines)
            put_row(fcinfo, {line.c_str()});
    }
    const std::string summary = "verified the rows, findings: " + std::to_string(found.size());
    put_row(fcinfo, {summary.c_str()});
}

/// Lets a trigger that exists fire ALWAYS again where the DDL says so: pg_restore --disable-triggers makes an ordinary one of it. One that
/// the owner has disabled stays so.
void fire_always_again(FunctionCallInfo fcinfo, const Statement& statement, Oid schema_id) {
    const auto* const alter = reinterpret_cast<AlterTableStmt*>(statement.node);
    const auto* const command = linitial_node(AlterTableCmd, alter->cmds);
    if (command->subtype != AT_EnableAlwaysTrig)
        return;
    const bool changed = pg_call([&] {
        execute(psprintf("SELECT FROM pg_trigger WHERE tgrelid = %u AND tgname = %s AND tgenabled = 'O'",
                         get_relname_relid(alter->relation->relname, schema_id),
                         quote_literal_cstr(command->name)));
        const bool is_ordinary = SPI_processed > 0;
        if (is_ordinary)
            execute(statement.text);
        return is_ordinary;
    });
    if (changed)
        put_row(fcinfo, {pg_call([&] {
                    return psprintf("enabled trigger %s on %s always", command->name,
                                    alter->relation->relname);
                })});
}

/// What a superuser has restored alone, and still owns, goes to the owner of the others, if a superuser calls. Another owner is an error.
void hand_over(FunctionCallInfo fcinfo, const Schema& schema, Oid schema_id, Oid owner) {
    const bool by_superuser = pg_call([] { return superuser(); });
    bool differs = false;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (!statement.existed || statement.owner == owner)
            continue;
        if (!by_superuser || !pg_call([&] { return superuser_arg(statement.owner); }))
            require_owner(schema, owner);
        differs = true;
        put_row(fcinfo, {pg_call([&] {
                    return psprintf("gave %s %s to %s", statement.kind, statement.name,
                                    quote_identifier(GetUserNameFromId(owner, false)));
                })});
    }
    if (differs)
        pg_call([&] {
            execute(psprintf("SELECT %s.bookmeatoz_set_owner(%u::oid::regrole)",
                             quote_identifier(get_namespace_name(schema_id)), owner));
        });
}

/// Gives tables what their siblings have.
void complete_siblings(FunctionCallInfo fcinfo, Oid schema_id) {
    for (const SpiRow row : siblings_query.run_latest(schema_id, {})) {
        const std::string command = row.string(1), line = row.string(2);
        pg_call([&] { execute(command.c_str()); });
        put_row(fcinfo, {line.c_str()});
    }
}

/// What the owner has changed stays, and is said; so is all that leaves an error of bookmeatoz_verify().
void say_what_is_left(FunctionCallInfo fcinfo, Oid schema_id) {
    for (const SpiRow row : left_query.run_latest(schema_id, {})) {
        const std::string line = "left as it is: " + std::string(row.string(1));
        put_row(fcinfo, {line.c_str()});
    }
}

/// The roles of applications that may not call our functions, or read a table that came back.
void say_what_roles_lack(FunctionCallInfo fcinfo, Oid schema_id) {
    for (const SpiRow row : roles_query.run_latest(schema_id, {})) {
        const std::string line = "role " + std::string(row.string(1)) +
                                 " lacks rights: run SELECT * FROM bookmeatoz_regrant_roles()";
        put_row(fcinfo, {line.c_str()});
    }
}

void install(FunctionCallInfo fcinfo, const Schema& schema, Oid schema_id) {
    const SpiConnection spi;
    const Installing installing;
    // Of two runs at once the second finds what the first has created. The lock is on the extension, so it is no application's.
    pg_call([] {
        LockDatabaseObject(ExtensionRelationId, get_extension_oid("bookmeatoz", false), 0,
                           ShareUpdateExclusiveLock);
        AcceptInvalidationMessages();
    });
    const Oid present_owner = check_existing_objects(schema, schema_id);
    hand_over(fcinfo, schema, schema_id, present_owner);
    const OnBehalfOfOwner on_behalf(future_owner(present_owner));
    displace_stale_bookings(schema_id);
    bool is_guarded_anew = false;
    // What happened to the object of the last CREATE.
    enum { untouched, created, completed } last = untouched;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.kind == nullptr) {
            const bool lacks_comment = last == completed && IsA(statement.node, CommentStmt) && !pg_call([&] {
                                           return has_comment(reinterpret_cast<CommentStmt*>(statement.node));
                                       });
            if (last == created || lacks_comment)
                pg_call([&] { execute(statement.text); });
            else if (IsA(statement.node, AlterTableStmt))
                fire_always_again(fcinfo, statement, schema_id);
            continue;
        }
        last = untouched;
        // What somebody created after the check is not ours: let CREATE fail on it.
        const bool is_judged = statement.stands_alone();
        if (is_judged ? statement.existed : pg_call([&] { return exists(statement, schema_id); })) {
            if (IsA(statement.node, CreateStmt) && complete_table(fcinfo, statement, schema_id)) {
                last = completed;
                // The constraint of the guard may be among what came back.
                is_guarded_anew |= std::string_view(statement.name) == "bookings";
            }
        } else if (IsA(statement.node, CreatePolicyStmt) &&
                   pg_call([&] { return has_other_policy(statement, schema_id); })) {
            put_row(fcinfo, {pg_call([&] {
                        return psprintf("left out policy %s on %s: the table has another one for its command",
                                        statement.name, statement.table);
                    })});
        } else {
            if (IsA(statement.node, CreatePolicyStmt) || IsA(statement.node, CreateTrigStmt))
                enable_row_security(fcinfo, statement, schema_id);
            pg_call([&] {
                execute(statement.text);
                if (is_judged)
                    take_away_default_rights(statement.name, IsA(statement.node, CreateEnumStmt), schema_id);
            });
            put_row(fcinfo, {describe_created(statement.kind, statement.name, statement.table)});
            last = created;
            is_guarded_anew |= IsA(statement.node, CreateTrigStmt) && existed(schema, statement.table);
        }
    }
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (IsA(statement.node, CreateStmt) &&
            reinterpret_cast<CreateStmt*>(statement.node)->partspec != nullptr)
            for (const std::string& line :
                 add_partitions(schema_id, statement.name, GetCurrentTransactionStartTimestamp()))
                put_row(fcinfo, {line.c_str()});
    }
    complete_siblings(fcinfo, schema_id);
    if (is_guarded_anew)
        mend_rows(fcinfo, schema_id);
    if (!OidIsValid(present_owner))
        return;
    say_what_is_left(fcinfo, schema_id);
    say_what_roles_lack(fcinfo, schema_id);
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

/// Creates what is missing, and says what it created. Idempotent.
BOOKMEATOZ_FUNCTION(bookmeatoz_install_schema, takes({}).returns_set_of(TEXTOID)) {
    pg_call([&] { InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC); });
    const Oid schema_id = extension_schema(fcinfo);
    const Schema schema = read_schema(schema_id);
    const Reason skipped = creating_extension ? reason_to_skip(schema, schema_id) : Reason{nullptr, nullptr};
    if (skipped.text != nullptr)
        announce_skipped(skipped, schema_id);
    else
        install(fcinfo, schema, schema_id);
    return Datum(0);
}

/// The types, tables and views of the DDL, in its order, whether they exist or not.
BOOKMEATOZ_FUNCTION(bookmeatoz_objects, takes({}).returns_table({TEXTOID, TEXTOID})) {
    pg_call([&] { InitMaterializedSRF(fcinfo, 0); });
    const Schema schema = read_schema(extension_schema(fcinfo));
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.stands_alone())
            put_row(fcinfo, {statement.kind, statement.name});
    }
    return Datum(0);
}
