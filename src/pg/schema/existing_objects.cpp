// Checks the objects that already exist: see schema/existing_objects.hpp.
#include "pg/schema/existing_objects.hpp"
#include "pg/server/spi.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

extern "C" {
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "parser/parse_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// A type, table or view that has a name of ours.
struct Found {
    Oid id;
    Oid owner;
};

/// May raise a server error.
Found find(const Statement& statement, Oid schema) {
    Found found{InvalidOid, InvalidOid};
    const bool is_type = IsA(statement.node, CreateEnumStmt);
    const HeapTuple row =
        is_type ? SearchSysCache2(TYPENAMENSP, CStringGetDatum(statement.name), ObjectIdGetDatum(schema))
                : SearchSysCache2(RELNAMENSP, CStringGetDatum(statement.name), ObjectIdGetDatum(schema));
    if (!HeapTupleIsValid(row))
        return found;
    if (is_type) {
        const auto* const type = reinterpret_cast<Form_pg_type>(GETSTRUCT(row));
        found = {type->oid, type->typowner};
    } else {
        const auto* const relation = reinterpret_cast<Form_pg_class>(GETSTRUCT(row));
        found = {relation->oid, relation->relowner};
    }
    ReleaseSysCache(row);
    return found;
}

/// As find(), with a lock: nobody can drop or rename it until the end of the transaction. May raise a server error.
Found find_and_lock(const Statement& statement, Oid schema) {
    Found found = find(statement, schema);
    while (OidIsValid(found.id)) {
        if (IsA(statement.node, CreateEnumStmt))
            LockDatabaseObject(TypeRelationId, found.id, 0, AccessShareLock);
        else
            LockRelationOid(found.id, AccessShareLock);
        AcceptInvalidationMessages();
        const Found locked = find(statement, schema);
        if (locked.id == found.id)
            return locked;
        found = locked;
    }
    return found;
}

std::string role_name(Oid role) {
    const char* const name = pg_call([&] {
        const char* const found = GetUserNameFromId(role, true);
        return found == nullptr ? psprintf("%u", role) : quote_identifier(found);
    });
    return name;
}

std::string described(const Statement& statement) {
    return std::string(statement.kind) + " \"" + statement.name + "\"";
}

constexpr const char* or_go_elsewhere = "rename or drop it, or install into another schema.";

[[noreturn]] void refuse_owner(const Statement& statement, Oid owner) {
    const std::string role = role_name(owner);
    throw SqlError(ERRCODE_DUPLICATE_OBJECT,
                   described(statement) + " exists already and belongs to role " + role,
                   "bookmeatoz does not take it for its own: its owner could have put anything into it.",
                   "If role " + role +
                       " owns the data, make it the owner by bookmeatoz_set_owner() first (CREATE EXTENSION "
                       "with bookmeatoz.install_schema = off installs no table); otherwise " +
                       or_go_elsewhere);
}

[[noreturn]] void refuse_definition(const Statement& statement, const std::string& what, Oid owner) {
    throw SqlError(ERRCODE_WRONG_OBJECT_TYPE, described(statement) + " exists already, but " + what,
                   "It belongs to role " + role_name(owner) + ".",
                   "Make it what bookmeatoz creates, " + std::string(or_go_elsewhere));
}

/// Whether the type has our labels, and if so asked, in our order; the owner's own labels may stand between them. May raise a server
/// error.
bool has_our_labels(const CreateEnumStmt* create, Oid type, bool in_our_order) {
    const int code = SPI_execute(
        psprintf("SELECT enumlabel FROM pg_enum WHERE enumtypid = %u ORDER BY enumsortorder", type), true, 0);
    if (code != SPI_OK_SELECT)
        elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
    uint64 from = 0;
    ListCell* cell = nullptr;
    foreach (cell, create->vals) {
        uint64 i = in_our_order ? from : 0;
        while (i < SPI_processed && strcmp(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1),
                                           strVal(lfirst(cell))) != 0)
            ++i;
        if (i == SPI_processed)
            return false;
        from = i + 1;
    }
    return true;
}

/// Where tables of ours exist, the owner may have added a label before this version did: at another place it does no harm, and
/// cannot be moved.
void check_type(const Statement& statement, const Found& found, bool is_in_use) {
    const auto* const create = reinterpret_cast<CreateEnumStmt*>(statement.node);
    if (pg_call([&] { return get_typtype(found.id); }) != TYPTYPE_ENUM)
        refuse_definition(statement, "is no enum", found.owner);
    if (!pg_call([&] { return has_our_labels(create, found.id, !is_in_use); }))
        refuse_definition(statement, "lacks labels, or has them in another order", found.owner);
}

/// Why a relation is not partitioned as the statement says; nullptr if it is. May raise a server error.
const char* wrong_partitioning(Relation relation, const PartitionSpec* wanted) {
    const PartitionKey key = RelationGetPartitionKey(relation);
    const auto* const column = linitial_node(PartitionElem, wanted->partParams);
    if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1 ||
        key->partattrs[0] != get_attnum(RelationGetRelid(relation), column->name))
        return psprintf("is not partitioned by ranges of \"%s\"", column->name);
    return nullptr;
}

/// Why a relation is not the table that the statement creates: an ordinary one or a partitioned one, that stands alone;
/// nullptr if it is. May raise a server error.
const char* peculiarity(const CreateStmt* create, Oid table) {
    const Relation relation = relation_open(table, AccessShareLock);
    const auto* const form = relation->rd_rel;
    const char* what = nullptr;
    if (form->relkind != (create->partspec == nullptr ? RELKIND_RELATION : RELKIND_PARTITIONED_TABLE) ||
        OidIsValid(form->reloftype))
        what = create->partspec == nullptr ? "is no ordinary table" : "is not partitioned";
    else if (form->relpersistence != RELPERSISTENCE_PERMANENT)
        what = "is not permanent";
    else if (form->relispartition || has_superclass(table))
        what = "belongs to another table, as its partition or by inheritance";
    else if (create->partspec != nullptr)
        what = wrong_partitioning(relation, create->partspec);
    else if (find_inheritance_children(table, NoLock) != NIL)
        what = "has children by inheritance";
    if (what == nullptr && relation->rd_rules != nullptr)
        what = "has rules";
    relation_close(relation, AccessShareLock);
    return what;
}

/// What is wrong with the type of a column, or nullptr. A missing column is not wrong: it will be added. May raise a server error.
const char* wrong_column(const ColumnDef* column, Oid table) {
    const AttrNumber number = get_attnum(table, column->colname);
    if (number == InvalidAttrNumber)
        return nullptr;
    Oid type = InvalidOid, collation = InvalidOid;
    int32 modifier = -1, wanted_modifier = -1;
    get_atttypetypmodcoll(table, number, &type, &modifier, &collation);
    // The type may be one of ours that does not exist yet. Then no column can have it.
    const HeapTuple wanted = LookupTypeName(nullptr, column->typeName, &wanted_modifier, true);
    const Oid wanted_type = HeapTupleIsValid(wanted) ? typeTypeId(wanted) : InvalidOid;
    if (HeapTupleIsValid(wanted))
        ReleaseSysCache(wanted);
    if (type == wanted_type && modifier == wanted_modifier)
        return nullptr;
    return psprintf("its column \"%s\" has type %s instead of %s", column->colname,
                    format_type_with_typemod(type, modifier), TypeNameToString(column->typeName));
}

/// May raise a server error.
bool is_index_of(Oid relation, const char* table, Oid schema) {
    const HeapTuple row = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(row))
        return false;
    const Oid indexed = reinterpret_cast<Form_pg_index>(GETSTRUCT(row))->indrelid;
    ReleaseSysCache(row);
    return indexed == get_relname_relid(table, schema);
}

/// Refuses a relation with the name of an index of ours unless it is an index of the right table. The index of a constraint
/// counts too.
void check_index(const char* name, const char* table, Oid schema) {
    const Oid relation = pg_call([&] { return get_relname_relid(name, schema); });
    if (!OidIsValid(relation) || pg_call([&] { return is_index_of(relation, table, schema); }))
        return;
    const Oid owner = pg_call([&] {
        const HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
        if (!HeapTupleIsValid(row))
            return InvalidOid;
        const Oid found = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->relowner;
        ReleaseSysCache(row);
        return found;
    });
    throw SqlError(ERRCODE_DUPLICATE_OBJECT,
                   "relation \"" + std::string(name) + "\" exists already and is no index of table \"" +
                       table + "\"",
                   "It belongs to role " + role_name(owner) + ".",
                   "bookmeatoz needs the name: " + std::string(or_go_elsewhere));
}

void check_table(const Statement& statement, const Found& found) {
    const auto* const create = reinterpret_cast<CreateStmt*>(statement.node);
    if (const char* const what = pg_call([&] { return peculiarity(create, found.id); }))
        refuse_definition(statement, what, found.owner);
    ListCell* cell = nullptr;
    foreach (cell, create->tableElts) {
        const auto* const element = static_cast<Node*>(lfirst(cell));
        if (!IsA(element, ColumnDef))
            continue;
        if (const char* const what =
                pg_call([&] { return wrong_column(reinterpret_cast<const ColumnDef*>(element), found.id); }))
            refuse_definition(statement, what, found.owner);
    }
}

/// What the view selects is for bookmeatoz_verify() to compare.
void check_view(const Statement& statement, const Found& found) {
    const char wanted = IsA(statement.node, ViewStmt) ? RELKIND_VIEW : RELKIND_MATVIEW;
    if (pg_call([&] { return get_rel_relkind(found.id); }) != wanted)
        refuse_definition(statement, "is no " + std::string(statement.kind), found.owner);
}

void check_constraint_indexes(const Statement& statement, Oid schema) {
    const auto* const create = reinterpret_cast<CreateStmt*>(statement.node);
    ListCell* cell = nullptr;
    foreach (cell, create->tableElts) {
        const auto* const element = static_cast<Node*>(lfirst(cell));
        if (!IsA(element, Constraint))
            continue;
        const auto* const constraint = reinterpret_cast<const Constraint*>(element);
        if (constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE ||
            constraint->contype == CONSTR_EXCLUSION)
            check_index(constraint->conname, statement.name, schema);
    }
}

/// Whether the role is the caller, a superuser, or one that bookmeatoz_set_owner() made the owner.
bool may_own(Oid role, Oid schema) {
    return role == GetUserId() || pg_call([&] {
               const int code = SPI_execute(psprintf("SELECT WHERE %s.bookmeatoz_may_own(%u::oid)",
                                                     quote_identifier(get_namespace_name(schema)), role),
                                            true, 1);
               if (code != SPI_OK_SELECT)
                   elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
               return SPI_processed > 0;
           });
}

} // namespace

Oid find_existing_objects(const Schema& schema, Oid schema_id) {
    std::map<Oid, int> owners;
    for (int i = 0; i < schema.count; ++i) {
        Statement& statement = schema.statements[i];
        if (!statement.stands_alone())
            continue;
        const Found found = pg_call([&] { return find_and_lock(statement, schema_id); });
        statement.existed = OidIsValid(found.id);
        statement.owner = found.owner;
        if (!statement.existed)
            continue;
        if (!owners.contains(found.owner) && !may_own(found.owner, schema_id))
            refuse_owner(statement, found.owner);
        ++owners[found.owner];
    }
    const auto most = std::max_element(owners.begin(), owners.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == owners.end() ? InvalidOid : most->first;
}

void check_existing_objects(const Schema& schema, Oid schema_id) {
    const bool has_tables =
        std::any_of(schema.statements, schema.statements + schema.count, [](const Statement& statement) {
            return statement.existed && IsA(statement.node, CreateStmt);
        });
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (IsA(statement.node, IndexStmt))
            check_index(statement.name, statement.table, schema_id);
        if (statement.stands_alone() && statement.existed) {
            const Found found = pg_call([&] { return find(statement, schema_id); });
            if (IsA(statement.node, CreateEnumStmt))
                check_type(statement, found, has_tables);
            else if (IsA(statement.node, CreateStmt))
                check_table(statement, found);
            else
                check_view(statement, found);
        }
        if (IsA(statement.node, CreateStmt))
            check_constraint_indexes(statement, schema_id);
    }
}

void require_owner(const Schema& schema, Oid owner) {
    const auto has_owner = [&](const Statement& statement) {
        return statement.existed && statement.owner == owner;
    };
    for (int i = 0; i < schema.count; ++i) {
        const Statement& statement = schema.statements[i];
        if (!statement.existed || has_owner(statement))
            continue;
        const Statement* const first =
            std::find_if(schema.statements, schema.statements + schema.count, has_owner);
        throw SqlError(ERRCODE_DUPLICATE_OBJECT,
                       described(*first) + " belongs to role " + role_name(owner) + ", but " +
                           described(statement) + " to role " + role_name(statement.owner),
                       "All types, tables and views of bookmeatoz must have one owner.",
                       "Give all of them to one role by bookmeatoz_set_owner().");
    }
}

Oid existing_owner(const Statement& statement, Oid schema) {
    return pg_call([&] { return find(statement, schema).owner; });
}

bool exists(const Statement& statement, Oid schema) {
    const std::string_view kind(statement.kind);
    if (kind == "type")
        return OidIsValid(GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(statement.name),
                                          ObjectIdGetDatum(schema)));
    if (kind == "index")
        return is_index_of(get_relname_relid(statement.name, schema), statement.table, schema);
    if (statement.stands_alone())
        return OidIsValid(get_relname_relid(statement.name, schema));
    const Oid table = get_relname_relid(statement.table, schema);
    if (!OidIsValid(table))
        return false;
    return OidIsValid(kind == "trigger" ? get_trigger_oid(table, statement.name, true)
                                        : get_relation_policy_oid(table, statement.name, true));
}

} // namespace bookmeatoz::pg
