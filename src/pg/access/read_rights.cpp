// What a role may see of a table: see access/read_rights.hpp. All of it is server code that may raise an error.
#include "pg/access/read_rights.hpp"
#include "pg/access/predicates.hpp"
#include "pg/access/profile_notes.hpp"

#include <cstring>

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "nodes/primnodes.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/rls.h"
}

namespace bookmeatoz::pg {
namespace {

bool is_allowed_to_execute(Oid function) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
    return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

/// A policy for everybody, `USING (predicate(column, ...))`, that decides about SELECT.
bool is_plain(const RowSecurityPolicy* policy) {
    const ArrayType* const roles = policy->roles;
    return policy->permissive && ARR_NDIM(roles) == 1 && ARR_DIMS(roles)[0] == 1 &&
           *reinterpret_cast<const Oid*>(ARR_DATA_PTR(roles)) == ACL_ID_PUBLIC && policy->qual != nullptr &&
           IsA(policy->qual, FuncExpr);
}

bool is_column(const List* arguments, int number, Relation table, const char* name) {
    if (number >= list_length(arguments))
        return false;
    const auto* const column = static_cast<const Var*>(list_nth(arguments, number));
    if (!IsA(column, Var) || column->varattno <= 0)
        return false;
    return name == nullptr ||
           std::strcmp(NameStr(TupleDescAttr(RelationGetDescr(table), column->varattno - 1)->attname),
                       name) == 0;
}

/// What our own predicate means for a session that is not a user's. It is known by its address in this library: a function
/// of the same name, or with settings of its own, is another.
Sight meaning_of(const FuncExpr* predicate, Relation table) {
    if (!is_allowed_to_execute(predicate->funcid))
        return Sight::unknown;
    FmgrInfo function;
    fmgr_info(predicate->funcid, &function);
    const List* const arguments = predicate->args;
    if (function.fn_addr == can_access_business_row)
        return is_column(arguments, 0, table, "id") && is_column(arguments, 1, table, "tenant_id")
                   ? Sight::by_business_row
                   : Sight::unknown;
    if (function.fn_addr == can_access_tenant)
        return is_column(arguments, 0, table, "id") ? Sight::by_tenant : Sight::unknown;
    const bool of_business = function.fn_addr == can_access_business;
    const bool of_business_or_user =
        function.fn_addr == can_access_person || function.fn_addr == can_access_booking;
    if (!of_business && !(of_business_or_user && is_column(arguments, 1, table, nullptr)))
        return Sight::unknown;
    return is_column(arguments, 0, table, "business_id") ? Sight::by_business : Sight::unknown;
}

Sight sight_by_policies(const RowSecurityDesc* security, Relation table) {
    const RowSecurityPolicy* only = nullptr;
    const List* const policies = security == nullptr ? NIL : security->policies;
    ListCell* cell = nullptr;
    foreach (cell, policies) {
        const auto* const policy = static_cast<const RowSecurityPolicy*>(lfirst(cell));
        if (policy->polcmd != ACL_SELECT_CHR && policy->polcmd != '*')
            continue;
        if (only != nullptr)
            return Sight::unknown;
        only = policy;
    }
    return only != nullptr && is_plain(only)
               ? meaning_of(reinterpret_cast<const FuncExpr*>(only->qual), table)
               : Sight::unknown;
}

} // namespace

RightsOf RightsOf::current() {
    return {GetUserId(), InNoForceRLSOperation()};
}

Sight sight_of(Relation table, const char*& reason) {
    const char* const name = RelationGetRelationName(table);
    if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relhassubclass) {
        reason = psprintf("\"%s\" is not an ordinary table.", name);
        return Sight::unknown;
    }
    if (pg_class_aclcheck(RelationGetRelid(table), GetUserId(), ACL_SELECT) != ACLCHECK_OK) {
        reason = psprintf("The role may not SELECT the whole of table \"%s\".", name);
        return Sight::unknown;
    }
    if (check_enable_rls(RelationGetRelid(table), InvalidOid, true) != RLS_ENABLED)
        return Sight::every_row;
    const Sight sight = sight_by_policies(table->rd_rsdesc, table);
    if (sight == Sight::unknown)
        reason = psprintf("Row security of table \"%s\" is not by bookmeatoz's policy alone.", name);
    return sight;
}

bool may_use_schema(Oid schema) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#endif
}

bool rights_are_as_in_catalogs() noexcept {
    return row_security && only_profile_notes_are_checked() &&
           row_security_policy_hook_permissive == nullptr && row_security_policy_hook_restrictive == nullptr;
}

} // namespace bookmeatoz::pg
