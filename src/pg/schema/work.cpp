// Runs DDL, or prints it with its locks: see schema/work.hpp.
#include "pg/schema/work.hpp"
#include "pg/schema/execute.hpp"

#include <cctype>
#include <string_view>

extern "C" {
#include "catalog/index.h"
#include "commands/tablecmds.h"
#include "parser/parser.h"
#include "storage/lockdefs.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

// All below may raise a server error, and hold no C++ object.

struct Lock {
    LOCKMODE mode;
    const char* relation;
};

const char* name_before_last(List* names, int distance) {
    return strVal(list_nth(names, list_length(names) - 1 - distance));
}

/// An index is dropped under a lock on its table.
const char* locked_by_drop(ObjectType type, List* name, Oid schema) {
    const bool belongs_to_table = type == OBJECT_POLICY || type == OBJECT_TRIGGER;
    const char* const relation = name_before_last(name, belongs_to_table ? 1 : 0);
    const Oid index = type == OBJECT_INDEX ? get_relname_relid(relation, schema) : InvalidOid;
    return OidIsValid(index) ? get_rel_name(IndexGetRelation(index, false)) : relation;
}

Lock lock_of_drop(const DropStmt* drop, Oid schema) {
    auto* const name = static_cast<Node*>(linitial(drop->objects));
    if (!IsA(name, List))
        return {NoLock, nullptr};
    return {drop->concurrent ? ShareUpdateExclusiveLock : AccessExclusiveLock,
            locked_by_drop(drop->removeType, reinterpret_cast<List*>(name), schema)};
}

/// Of what belongs to a table, only a column's comment locks the table.
Lock lock_of_comment(const CommentStmt* comment) {
    switch (comment->objtype) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_COLUMN:
        return {ShareUpdateExclusiveLock, name_before_last(reinterpret_cast<List*>(comment->object),
                                                           comment->objtype == OBJECT_COLUMN ? 1 : 0)};
    default:
        return {NoLock, nullptr};
    }
}

/// The lock on the relation that a statement is about. The server itself says which one an ALTER TABLE takes.
Lock lock_of(const Node* node, Oid schema) {
    switch (nodeTag(node)) {
    case T_AlterTableStmt: {
        const auto* const alter = reinterpret_cast<const AlterTableStmt*>(node);
        return {AlterTableGetLockLevel(alter->cmds), alter->relation->relname};
    }
    case T_IndexStmt: {
        const auto* const index = reinterpret_cast<const IndexStmt*>(node);
        return {index->concurrent ? ShareUpdateExclusiveLock : ShareLock, index->relation->relname};
    }
    case T_CreateTrigStmt:
        return {ShareRowExclusiveLock, reinterpret_cast<const CreateTrigStmt*>(node)->relation->relname};
    case T_CreatePolicyStmt:
        return {AccessExclusiveLock, reinterpret_cast<const CreatePolicyStmt*>(node)->table->relname};
    case T_AlterPolicyStmt:
        return {AccessExclusiveLock, reinterpret_cast<const AlterPolicyStmt*>(node)->table->relname};
    case T_ViewStmt:
        return {AccessExclusiveLock, reinterpret_cast<const ViewStmt*>(node)->view->relname};
    case T_RenameStmt: {
        const auto* const rename = reinterpret_cast<const RenameStmt*>(node);
        return {rename->renameType == OBJECT_INDEX ? ShareUpdateExclusiveLock : AccessExclusiveLock,
                rename->relation == nullptr ? nullptr : rename->relation->relname};
    }
    case T_DropStmt:
        return lock_of_drop(reinterpret_cast<const DropStmt*>(node), schema);
    case T_CommentStmt:
        return lock_of_comment(reinterpret_cast<const CommentStmt*>(node));
    case T_InsertStmt:
        return {RowExclusiveLock, reinterpret_cast<const InsertStmt*>(node)->relation->relname};
    case T_UpdateStmt:
        return {RowExclusiveLock, reinterpret_cast<const UpdateStmt*>(node)->relation->relname};
    case T_DeleteStmt:
        return {RowExclusiveLock, reinterpret_cast<const DeleteStmt*>(node)->relation->relname};
    default:
        return {NoLock, nullptr};
    }
}

const char* lock_name(LOCKMODE mode) {
    constexpr const char* names[] = {
        "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
        "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
    return names[mode];
}

/// Whether a new column is written into each row: its value is computed, and may differ from row to row.
bool fills_rows(const ColumnDef* column) {
    ListCell* cell = nullptr;
    foreach (cell, column->constraints) {
        const auto* const constraint = lfirst_node(Constraint, cell);
        if (constraint->contype == CONSTR_GENERATED || constraint->contype == CONSTR_IDENTITY)
            return true;
        if (constraint->contype != CONSTR_DEFAULT || !IsA(constraint->raw_expr, FuncCall))
            continue;
        const auto* const call = reinterpret_cast<const FuncCall*>(constraint->raw_expr);
        if (std::string_view(strVal(llast(call->funcname))) != "now")
            return true;
    }
    return false;
}

/// Whether one of the elements of a CREATE TABLE or ALTER TABLE refers to another table of ours that exists; adds its lock to the note.
const char* with_referenced(const char* note, const Node* element, Oid schema) {
    if (!IsA(element, Constraint))
        return note;
    const auto* const constraint = reinterpret_cast<const Constraint*>(element);
    if (constraint->contype != CONSTR_FOREIGN ||
        !OidIsValid(get_relname_relid(constraint->pktable->relname, schema)))
        return note;
    return psprintf("%s%s%s on %s", note, *note == '\0' ? "" : ", ", lock_name(ShareRowExclusiveLock),
                    constraint->pktable->relname);
}

/// The locks on what exists, and whether it is rewritten; empty: nothing of that.
const char* note_of(const Node* node, Oid schema, bool rewrites) {
    const Lock lock = lock_of(node, schema);
    const char* note = "";
    if (lock.mode != NoLock && lock.relation != nullptr &&
        OidIsValid(get_relname_relid(lock.relation, schema)))
        note = psprintf("%s on %s", lock_name(lock.mode), lock.relation);
    ListCell* cell = nullptr;
    if (IsA(node, CreateStmt))
        foreach (cell, reinterpret_cast<const CreateStmt*>(node)->tableElts)
            note = with_referenced(note, static_cast<Node*>(lfirst(cell)), schema);
    if (!IsA(node, AlterTableStmt))
        return note;
    foreach (cell, reinterpret_cast<const AlterTableStmt*>(node)->cmds) {
        const auto* const command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AddConstraint)
            note = with_referenced(note, command->def, schema);
        rewrites |= command->subtype == AT_AddColumn && fills_rows(castNode(ColumnDef, command->def));
    }
    return rewrites ? psprintf("%s, rewrites the table", note) : note;
}

const char* without_leading_comments(const char* text) {
    for (;;) {
        while (isspace(static_cast<unsigned char>(*text)))
            ++text;
        if (text[0] != '-' || text[1] != '-')
            return text;
        while (*text != '\0' && *text != '\n')
            ++text;
    }
}

/// The statements, each with its note: a list of texts.
List* noted(const char* statements, Oid schema, bool rewrites) {
    List* lines = NIL;
    ListCell* cell = nullptr;
    foreach (cell, raw_parser(statements, RAW_PARSE_DEFAULT)) {
        const auto* const raw = lfirst_node(RawStmt, cell);
        const char* const begin = statements + raw->stmt_location;
        const char* const text =
            without_leading_comments(raw->stmt_len == 0 ? begin : pnstrdup(begin, raw->stmt_len));
        const char* const note = note_of(raw->stmt, schema, rewrites);
        lines = lappend(lines, psprintf("%s;%s%s", text, *note == '\0' ? "" : "  -- ", note));
    }
    return lines;
}

} // namespace

void Work::say(const std::string& line) {
    rows_.add({text_datum(is_plan_ ? "-- " + line : line)});
}

void Work::print(const char* statements, bool rewrites) {
    const List* const lines = pg_call([&] { return noted(statements, schema_, rewrites); });
    ListCell* cell = nullptr;
    foreach (cell, lines)
        rows_.add({text_datum(static_cast<const char*>(lfirst(cell)))});
}

void Work::run(const char* statements, const std::string& line, bool rewrites) {
    if (is_plan_) {
        print(statements, rewrites);
        return;
    }
    pg_call([&] { execute(statements); });
    if (!line.empty())
        say(line);
}

void Work::offer(const std::string& statements) {
    if (is_plan_)
        offers_.push_back(statements);
}

void Work::print_offers() {
    if (offers_.empty())
        return;
    say("Heavy. Run by hand before, outside a transaction, while others write; bookmeatoz_install_schema() "
        "then finds it done:");
    for (const std::string& statements : offers_)
        print(statements.c_str(), false);
}

std::string part_of_statement(const char* text) {
    std::string part;
    int depth = 0;
    char quote = '\0';
    for (; *text != '\0'; ++text) {
        if (quote != '\0') {
            part += *text;
            if (*text == quote)
                quote = '\0';
            continue;
        }
        if (text[0] == '-' && text[1] == '-')
            while (text[1] != '\0' && text[1] != '\n')
                ++text;
        else if (isspace(static_cast<unsigned char>(*text))) {
            if (!part.empty() && part.back() != ' ')
                part += ' ';
        } else {
            if (*text == '\'' || *text == '"')
                quote = *text;
            depth += *text == '(' ? 1 : *text == ')' ? -1 : 0;
            if (depth < 0 || (depth == 0 && (*text == ',' || *text == ';')))
                break;
            part += *text;
        }
    }
    while (!part.empty() && part.back() == ' ')
        part.pop_back();
    return part;
}

} // namespace bookmeatoz::pg
