// Installs the data structures: see schema/installer.hpp. The DDL is plain text in bookmeatoz_schema(), assembled from
// sql/install/*.schema.sql. Each statement is taken by itself. A CREATE runs if its object is missing. An existing table gets the
// columns and constraints that it lacks. An ALTER TABLE belongs to the CREATE before it. A COMMENT runs where there is none.
#include "pg/schema/installer.hpp"
#include "pg/server/boundary.hpp"
#include "pg/schema/execute.hpp"
#include "pg/schema/existing_objects.hpp"
#include "pg/schema/partitions.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/schema/ddl.hpp"
#include "pg/schema/stale_bookings.hpp"
#include "pg/schema/steps.hpp"
#include "pg/schema/work.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/server/table_owner.hpp"

#include <set>
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
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"
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

/// Whether the object of a COMMENT statement has no comment. `is_coming`: it may not be there yet. May raise a server error.
bool lacks_comment(const CommentStmt* statement, bool is_coming) {
    Relation relation = nullptr;
    const ObjectAddress object =
        get_object_address(statement->objtype, statement->object, &relation, AccessShareLock, true);
    const bool lacks = OidIsValid(object.objectId)
                           ? GetComment(object.objectId, object.classId, object.objectSubId) == nullptr
                           : is_coming;
    if (relation != nullptr)
        relation_close(relation, AccessShareLock);
    return lacks;
}

/// May raise a server error.
bool has_row_security(Oid table) {
    const Relation relation = relation_open(table, AccessShareLock);
    const bool has = relation->rd_rel->relrowsecurity;
    relation_close(relation, AccessShareLock);
    return has;
}

/// The constraint of this kind that the DDL gives a column; nullptr for none.
const Constraint* column_constraint(const ColumnDef* column, ConstrType kind) {
    ListCell* cell = nullptr;
    foreach (cell, column->constraints)
        if (lfirst_node(Constraint, cell)->contype == kind)
            return lfirst_node(Constraint, cell);
    return nullptr;
}

/// What has become of an existing table.
struct Completion {
    bool changed;
    bool got_columns;
};

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

/// Runs SET NOT NULL, and says so. Where the column holds a NULL it stays as it is.
void require_values(Work& work, const std::string& command, const std::string& line) {
    if (work.is_plan()) {
        work.run(command.c_str(), line);
        return;
    }
    Subtransaction attempt;
    try {
        pg_call([&] { execute(command.c_str()); });
        attempt.commit();
        work.say(line);
        return;
    } catch (const ServerError&) {
        if (!Subtransaction::forgives({ERRCODE_NOT_NULL_VIOLATION}))
            throw;
    }
    attempt.roll_back();
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

std::string described_as_created(const char* kind, const char* name, const char* table) {
    const std::string line = std::string("created ") + kind + " " + name;
    return table == nullptr ? line : line + " on " + table;
}

/// "ALTER TABLE name " with the rest of the statement.
std::string alter_table(Oid table, const std::string& rest) {
    return std::string("ALTER TABLE ") + pg_call([&] { return qualified_name(table); }) + " " + rest;
}

/// Gives an existing column the default and the NOT NULL that it lacks. DROP EXTENSION "uuid-ossp" CASCADE, for one, drops defaults.
void complete_column(Work& work, const Schema& schema, const ColumnDef* column, Oid table,
                     const char* table_name) {
    const Lacks lacks = pg_call([&] { return what_lacks(column, table); });
    const std::string alter_column =
        std::string("ALTER COLUMN ") + pg_call([&] { return quote_identifier(column->colname); }) + " SET ";
    // In the DDL the default is the last part of its column.
    if (lacks.by_default)
        work.run(alter_table(table, alter_column + part_of_statement(
                                                       schema.text +
                                                       column_constraint(column, CONSTR_DEFAULT)->location))
                     .c_str(),
                 described_as_created("default of", column->colname, table_name));
    if (lacks.not_null)
        require_values(work, alter_table(table, alter_column + "NOT NULL"),
                       described_as_created("NOT NULL of", column->colname, table_name));
}

/// Offers to add a constraint that the rows are checked against afterwards, while others write.
void offer_constraint(Work& work, const Constraint* constraint, Oid table, const std::string& addition) {
    if ((constraint->contype != CONSTR_CHECK && constraint->contype != CONSTR_FOREIGN) ||
        pg_call([&] { return get_rel_relkind(table); }) != RELKIND_RELATION)
        return;
    work.offer(addition + " NOT VALID");
    work.offer(alter_table(table, std::string("VALIDATE CONSTRAINT ") +
                                      pg_call([&] { return quote_identifier(constraint->conname); })));
}

/// Adds the columns and constraints that an existing table lacks. DROP EXTENSION ... CASCADE, for one, drops bookings.busy and
/// with it the constraint against double bookings.
Completion complete_table(Work& work, const Steps& steps, const Schema& schema, const Statement& statement) {
    const auto* const create = reinterpret_cast<CreateStmt*>(statement.node);
    const Oid table = pg_call([&] { return get_relname_relid(statement.name, work.schema()); });
    Completion done{};
    ListCell* cell = nullptr;
    foreach (cell, create->tableElts) {
        auto* const element = static_cast<Node*>(lfirst(cell));
        const auto* const column = IsA(element, ColumnDef) ? reinterpret_cast<ColumnDef*>(element) : nullptr;
        const auto* const constraint =
            column == nullptr ? reinterpret_cast<const Constraint*>(element) : nullptr;
        const char* const name = column != nullptr ? column->colname : constraint->conname;
        const bool missing = pg_call([&] {
            return column != nullptr ? get_attnum(table, name) == InvalidAttrNumber
                                     : !OidIsValid(get_relation_constraint_oid(table, name, true));
        });
        if (!missing) {
            // In a plan the column is as it was before the step.
            if (column != nullptr && !(work.is_plan() && steps.has_changed_column(statement.name, name)))
                complete_column(work, schema, column, table, statement.name);
            continue;
        }
        const std::string addition = alter_table(
            table, (column != nullptr ? "ADD COLUMN " : "ADD ") +
                       part_of_statement(schema.text +
                                         (column != nullptr ? column->location : constraint->location)));
        work.run(addition.c_str(),
                 described_as_created(column != nullptr ? "column" : "constraint", name, statement.name));
        if (column == nullptr && !done.got_columns)
            offer_constraint(work, constraint, table, addition);
        done.changed = true;
        done.got_columns |= column != nullptr;
    }
    return done;
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
void enable_row_security(Work& work, const Statement& statement) {
    const Oid table = pg_call([&] { return get_relname_relid(statement.table, work.schema()); });
    // In a plan the table may not be there yet.
    if (!OidIsValid(table) || pg_call([&] { return has_row_security(table); }))
        return;
    work.run(alter_table(table, "ENABLE ROW LEVEL SECURITY").c_str(),
             std::string("enabled row security on ") + statement.table);
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
void mend_rows(Work& work) {
    if (work.is_plan()) {
        work.say("then the rows are mended, as bookmeatoz_verify_rows(true) does");
        return;
    }
    // A whole import may have been written without the triggers. The number says how many there are.
    constexpr std::size_t most_lines = 100;
    std::size_t lines = 0;
    const SpiRows found = check_rows.run_latest(work.schema(), {});
    for (const SpiRow row : found) {
        const std::string line = row.string(1);
        if (row.boolean(2))
            throw SqlError(
                ERRCODE_EXCLUSION_VIOLATION, line.substr(line.find(": ") + 2), {},
                "SELECT * FROM bookmeatoz_verify_rows() lists all of them: cancel one of each two, and "
                "call bookmeatoz_install_schema() again.")
                .about({.table = "bookings"});
        if (lines++ < most_lines)
            work.say(line);
    }
    work.say("verified the rows, findings: " + std::to_string(found.size()));
}

/// Lets a trigger that exists fire ALWAYS again where the DDL says so: pg_restore --disable-triggers makes an ordinary one of it. One that
/// the owner has disabled stays so.
void fire_always_again(Work& work, const Statement& statement) {
    const auto* const alter = reinterpret_cast<AlterTableStmt*>(statement.node);
    const auto* const command = linitial_node(AlterTableCmd, alter->cmds);
    if (command->subtype != AT_EnableAlwaysTrig)
        return;
    const bool is_ordinary = pg_call([&] {
        execute(psprintf("SELECT FROM pg_trigger WHERE tgrelid = %u AND tgname = %s AND tgenabled = 'O'",
                         get_relname_relid(alter->relation->relname, work.schema()),
                         quote_literal_cstr(command->name)));
        return SPI_processed > 0;
    });
    if (is_ordinary)
        work.run(statement.text, std::string("enabled trigger ") + command->name + " on " +
                                     alter->relation->relname + " always");
}

/// What a superuser has restored alone, and still owns, goes to the owner of the others, if a superuser calls. Another owner is an error.
void hand_over(Work& work, const Schema& schema, Oid owner) {
    const bool by_superuser = pg_call([] { return superuser(); });
    bool differs = false;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (!statement.existed || statement.owner == owner)
            continue;
        if (!by_superuser || !pg_call([&] { return superuser_arg(statement.owner); }))
            require_owner(schema, owner);
        differs = true;
        work.say(std::string("gave ") + statement.kind + " " + statement.name + " to " +
                 pg_call([&] { return quote_identifier(GetUserNameFromId(owner, false)); }));
    }
    if (differs)
        work.run(pg_call([&] {
                     return psprintf("SELECT %s.bookmeatoz_set_owner(%u::oid::regrole)",
                                     quote_identifier(get_namespace_name(work.schema())), owner);
                 }),
                 {});
}

/// Gives tables what their siblings have.
void complete_siblings(Work& work) {
    for (const SpiRow row : siblings_query.run_latest(work.schema(), {}))
        work.run(row.string(1), row.string(2));
}

/// What the owner has changed stays, and is said; so is all that leaves an error of bookmeatoz_verify().
void say_what_is_left(Work& work) {
    for (const SpiRow row : left_query.run_latest(work.schema(), {}))
        work.say(std::string("left as it is: ") + row.string(1));
}

/// The roles of applications that may not call our functions, or read a table that came back.
void say_what_roles_lack(Work& work) {
    for (const SpiRow row : roles_query.run_latest(work.schema(), {}))
        work.say(std::string("role ") + row.string(1) +
                 " lacks rights: run SELECT * FROM bookmeatoz_regrant_roles()");
}

/// Of two runs at once the second finds what the first has created. The lock is on the extension, so it is no application's.
void lock_out_others() {
    pg_call([] {
        LockDatabaseObject(ExtensionRelationId, get_extension_oid("bookmeatoz", false), 0,
                           ShareUpdateExclusiveLock);
        AcceptInvalidationMessages();
    });
}

/// Offers to build an index while others write.
void offer_index(Work& work, const Statement& statement) {
    constexpr std::string_view plain = "INDEX ";
    const std::string text = part_of_statement(statement.text);
    const std::size_t end = text.find(plain) + plain.size();
    if (pg_call([&] { return get_rel_relkind(get_relname_relid(statement.table, work.schema())); }) ==
        RELKIND_RELATION)
        work.offer(text.substr(0, end) + "CONCURRENTLY " + text.substr(end));
}

/// Creates what is missing. Returns whether the rows have to be mended.
bool create_missing(Work& work, const Steps& steps, const Schema& schema) {
    bool is_guarded_anew = false;
    // Whether the last CREATE ran.
    bool is_created = false;
    // In a plan: whether the last table gets columns or constraints.
    bool is_coming = false;
    std::set<std::string_view> with_new_columns;
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (IsA(statement.node, CommentStmt)) {
            if (is_created || pg_call([&] {
                    return lacks_comment(reinterpret_cast<CommentStmt*>(statement.node), is_coming);
                }))
                work.run(statement.text, {});
            continue;
        }
        if (statement.kind == nullptr) {
            if (is_created)
                work.run(statement.text, {});
            else
                fire_always_again(work, statement);
            continue;
        }
        is_created = is_coming = false;
        // What somebody created after the check is not ours: let CREATE fail on it.
        const bool is_judged = statement.stands_alone();
        if (is_judged ? statement.existed : pg_call([&] { return exists(statement, work.schema()); })) {
            if (!IsA(statement.node, CreateStmt))
                continue;
            const Completion completion = complete_table(work, steps, schema, statement);
            is_coming = work.is_plan() && completion.changed;
            if (completion.got_columns)
                with_new_columns.insert(statement.name);
            // The constraint of the guard may be among what came back.
            is_guarded_anew |= completion.changed && std::string_view(statement.name) == "bookings";
            continue;
        }
        if (IsA(statement.node, CreatePolicyStmt) &&
            pg_call([&] { return has_other_policy(statement, work.schema()); })) {
            work.say(std::string("left out policy ") + statement.name + " on " + statement.table +
                     ": the table has another one for its command");
            continue;
        }
        if (IsA(statement.node, CreatePolicyStmt) || IsA(statement.node, CreateTrigStmt))
            enable_row_security(work, statement);
        work.run(statement.text, {});
        if (is_judged && !work.is_plan())
            pg_call([&] {
                take_away_default_rights(statement.name, IsA(statement.node, CreateEnumStmt), work.schema());
            });
        if (!work.is_plan())
            work.say(described_as_created(statement.kind, statement.name, statement.table));
        if (IsA(statement.node, IndexStmt) && !with_new_columns.contains(statement.table))
            offer_index(work, statement);
        is_created = true;
        is_guarded_anew |= IsA(statement.node, CreateTrigStmt) && existed(schema, statement.table);
    }
    return is_guarded_anew;
}

void create_partitions(Work& work, const Schema& schema) {
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (IsA(statement.node, CreateStmt) &&
            reinterpret_cast<CreateStmt*>(statement.node)->partspec != nullptr)
            for (const std::string& line :
                 add_partitions(work.schema(), statement.name, GetCurrentTransactionStartTimestamp()))
                work.say(line);
    }
}

void install(Work& work, const Schema& schema) {
    const SpiConnection spi;
    const Installing installing;
    if (!work.is_plan())
        lock_out_others();
    const Oid present_owner = find_existing_objects(schema, work.schema());
    const bool is_fresh = !OidIsValid(present_owner);
    hand_over(work, schema, present_owner);
    const OnBehalfOfOwner on_behalf(future_owner(present_owner));
    Steps steps(work);
    if (!is_fresh && steps.change_types_and_columns()) {
        work.say("added labels, which only another transaction may use: call bookmeatoz_install_schema() "
                 "again for the rest");
        if (!work.is_plan())
            return;
    }
    // A plan has not changed what the steps change.
    if (!(work.is_plan() && steps.has_changed_anything()))
        check_existing_objects(schema, work.schema());
    if (!work.is_plan())
        displace_stale_bookings(work.schema());
    const bool is_guarded_anew = create_missing(work, steps, schema);
    if (!work.is_plan()) {
        create_partitions(work, schema);
        is_fresh ? steps.record_all() : steps.finish();
    } else if (!is_fresh) {
        steps.finish();
    }
    complete_siblings(work);
    if (is_guarded_anew)
        mend_rows(work);
    if (!is_fresh && !work.is_plan()) {
        say_what_is_left(work);
        say_what_roles_lack(work);
    }
    work.print_offers();
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

/// Creates what is missing, does the steps that are not done, and says what it did; or plans that. Idempotent.
BOOKMEATOZ_FUNCTION(bookmeatoz_install_schema, takes({BOOLOID}).returns_set_of(TEXTOID)) {
    if (PG_ARGISNULL(0))
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, "plan must not be NULL");
    Work work(fcinfo, extension_schema(fcinfo), PG_GETARG_BOOL(0));
    const Schema schema = read_schema(work.schema());
    const Reason skipped =
        creating_extension ? reason_to_skip(schema, work.schema()) : Reason{nullptr, nullptr};
    if (skipped.text != nullptr)
        announce_skipped(skipped, work.schema());
    else
        install(work, schema);
    return Datum(0);
}

/// The types, tables and views of the DDL, in its order, whether they exist or not.
BOOKMEATOZ_FUNCTION(bookmeatoz_objects, takes({}).returns_table({TEXTOID, TEXTOID})) {
    ResultRows rows(fcinfo);
    const Schema schema = read_schema(extension_schema(fcinfo));
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (statement.stands_alone())
            rows.add({text_datum(statement.kind), text_datum(statement.name)});
    }
    return Datum(0);
}
