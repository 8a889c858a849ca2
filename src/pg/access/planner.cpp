// Planner support of the access predicates: what a policy means in the access level in which a query is planned.
// A function call cannot be an index condition. But its meaning in one level often can, with the estimates of an equality: for
// example business_id = the session's business. Such a plan compares with keys that are empty or an error in every other level
// (access/keys.cpp), and a change of the level discards it (access/cached_plans.hpp).
#include "pg/access/cached_plans.hpp"

#include <string_view>

extern "C" {
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// What a predicate means in one level: a comparison of one argument with a key (`=`) or with an array of ids (`= ANY`), or another
/// predicate of that argument.
struct Meaning {
    enum class Form { equals_key, is_any_of, other_predicate };
    std::string_view predicate;
    AccessLevel in_level;
    int argument;
    Form form;
    const char* function;
};

/// The operator uuid = uuid. The server's headers have no name for it.
constexpr Oid uuid_equals = 2972;

using Form = Meaning::Form;
using Level = AccessLevel;

/// Meanings that are equivalent to the predicate in that level. They replace the predicate.
constexpr Meaning exact[] = {
    {"can_access_business", Level::business, 0, Form::equals_key, "access_business_key"},
    {"can_access_business", Level::tenant, 0, Form::other_predicate, "access_business_unless_user"},
    {"can_access_person", Level::business, 0, Form::equals_key, "access_business_key"},
    {"can_access_person", Level::user, 1, Form::equals_key, "access_user_key"},
    {"can_access_person", Level::tenant, 0, Form::other_predicate, "access_business_unless_user"},
    {"can_access_person", Level::admin, 0, Form::other_predicate, "access_business_unless_user"},
    // Level none shows no row either way. But a query may start in it and go on in a user session, past the check of
    // access/profile_notes.hpp: then this makes it fail.
    {"can_access_person", Level::none, 0, Form::other_predicate, "access_business_unless_user"},
    {"can_access_booking", Level::business, 0, Form::equals_key, "access_business_key"},
    {"can_access_booking", Level::user, 1, Form::is_any_of, "access_customer_ids"},
    {"can_access_booking", Level::tenant, 0, Form::other_predicate, "access_business_unless_user"},
    {"can_access_booking", Level::admin, 0, Form::other_predicate, "access_business_unless_user"},
    {"can_access_business_row", Level::business, 0, Form::equals_key, "access_business_key"},
    {"can_access_business_row", Level::tenant, 1, Form::equals_key, "access_managed_tenant_key"},
    {"can_access_business_row", Level::user, 0, Form::is_any_of, "access_employer_ids"},
    {"can_manage_business", Level::business, 0, Form::equals_key, "access_business_key"},
    {"can_manage_business", Level::tenant, 1, Form::equals_key, "access_managed_tenant_key"},
    {"can_access_tenant", Level::business, 0, Form::equals_key, "access_tenant_key"},
    {"can_access_tenant", Level::tenant, 0, Form::equals_key, "access_tenant_key"},
    {"can_manage_tenant", Level::tenant, 0, Form::equals_key, "access_managed_tenant_key"},
    {"can_access_tenant_admin", Level::tenant, 0, Form::equals_key, "access_managed_tenant_key"},
    {"can_access_tenant_admin", Level::user, 1, Form::equals_key, "access_user_key"},
    {"can_access_user", Level::user, 0, Form::equals_key, "access_user_key"},
    {"can_access_notification", Level::user, 1, Form::equals_key, "access_user_key"},
};

/// Meanings that follow from the predicate in that level. An index finds rows by them, and the predicate is checked for each of
/// these. An equality is a further clause of the plan, an array of ids is an index condition.
constexpr Meaning necessary[] = {
    {"access_business_unless_user", Level::tenant, 0, Form::is_any_of, "access_business_ids"},
    {"can_access_user", Level::business, 0, Form::is_any_of, "access_user_ids"},
    {"can_access_user", Level::tenant, 0, Form::is_any_of, "access_user_ids"},
    {"can_access_notification", Level::business, 1, Form::equals_key, "access_addressee_key"},
    {"can_access_notification", Level::tenant, 1, Form::equals_key, "access_addressee_key"},
};

template <std::size_t N>
const Meaning* find_meaning(const Meaning (&meanings)[N], Oid predicate, AccessLevel now) {
    const char* const name = get_func_name(predicate);
    for (const Meaning& meaning : meanings) {
        if (name != nullptr && meaning.predicate == name && meaning.in_level == now) {
            return &meaning;
        }
    }
    return nullptr;
}

// The functions below build server nodes. They may raise a server error, and hold no object with a destructor.

Expr* call(Oid predicate, const char* function, Oid result, List* arguments) {
    Oid types[] = {UUIDOID};
    List* const name = list_make2(makeString(get_namespace_name(get_func_namespace(predicate))),
                                  makeString(pstrdup(function)));
    const Oid id = LookupFuncName(name, list_length(arguments), types, false);
    return reinterpret_cast<Expr*>(
        makeFuncExpr(id, result, arguments, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Expr* expression(const Meaning& meaning, Oid predicate, List* arguments) {
    auto* const argument = static_cast<Expr*>(list_nth(arguments, meaning.argument));
    switch (meaning.form) {
    case Form::equals_key: {
        Expr* const key = call(predicate, meaning.function, UUIDOID, NIL);
        Expr* const equality =
            make_opclause(uuid_equals, BOOLOID, false, argument, key, InvalidOid, InvalidOid);
        set_opfuncid(reinterpret_cast<OpExpr*>(equality));
        return equality;
    }
    case Form::is_any_of: {
        ScalarArrayOpExpr* const any = makeNode(ScalarArrayOpExpr);
        any->opno = uuid_equals;
        any->opfuncid = F_UUID_EQ;
        any->useOr = true;
        any->args = list_make2(argument, call(predicate, meaning.function, UUIDARRAYOID, NIL));
        any->location = -1;
        return reinterpret_cast<Expr*>(any);
    }
    case Form::other_predicate:
        return call(predicate, meaning.function, BOOLOID, list_make1(argument));
    }
    return nullptr;
}

Node* simplify(const SupportRequestSimplify* request, AccessLevel now) {
    if (request->root == nullptr) { // not for a plan: the expression will be evaluated as it is
        return nullptr;
    }
    const FuncExpr* const predicate = request->fcall;
    plan_is_made_for(nominal_level());
    if (const Meaning* const meaning = find_meaning(exact, predicate->funcid, now)) {
        return reinterpret_cast<Node*>(expression(*meaning, predicate->funcid, predicate->args));
    }
    const Meaning* const meaning = find_meaning(necessary, predicate->funcid, now);
    if (meaning == nullptr || meaning->form != Form::equals_key) {
        return nullptr;
    }
    // As a clause of its own: so the planner sees which index returns the rows in order. It does not see that from an index
    // condition of ours.
    Expr* const follows = expression(*meaning, predicate->funcid, predicate->args);
    return reinterpret_cast<Node*>(make_andclause(list_make2(follows, copyObjectImpl(predicate))));
}

/// Whether another clause compares the column with a single value, or an earlier clause is the same as this one. (An UPDATE is
/// subject to two policies.)
bool is_said_elsewhere(const SupportRequestIndexCondition* request, const Expr* column) {
    bool earlier = true;
    const ListCell* cell = nullptr;
    foreach (cell, request->index->rel->baserestrictinfo) {
        Expr* const clause = lfirst_node(RestrictInfo, cell)->clause;
        if (clause == reinterpret_cast<Expr*>(request->node)) {
            earlier = false;
            continue;
        }
        const bool is_equality = is_opclause(clause) &&
                                 reinterpret_cast<OpExpr*>(clause)->opno == uuid_equals &&
                                 (equal(get_leftop(clause), column) || equal(get_rightop(clause), column));
        if (is_equality || (earlier && equal(clause, request->node))) {
            return true;
        }
    }
    return false;
}

Node* index_condition(SupportRequestIndexCondition* request, AccessLevel now) {
    if (!is_funcclause(request->node) || !op_in_opfamily(uuid_equals, request->opfamily)) {
        return nullptr;
    }
    const auto* const predicate = reinterpret_cast<FuncExpr*>(request->node);
    const Meaning* const meaning = find_meaning(necessary, predicate->funcid, now);
    if (meaning == nullptr || meaning->argument != request->indexarg) {
        return nullptr;
    }
    // A condition of ours would be in vain: each execution would sort all ids, only to find one value among them, or to do it twice.
    if (is_said_elsewhere(request, static_cast<const Expr*>(list_nth(predicate->args, request->indexarg)))) {
        return nullptr;
    }
    request->lossy = true;
    return reinterpret_cast<Node*>(list_make1(expression(*meaning, predicate->funcid, predicate->args)));
}

Node* selectivity(SupportRequestSelectivity* request, AccessLevel now) {
    const Meaning* const meaning = find_meaning(necessary, request->funcid, now);
    if (request->is_join || (meaning == nullptr && now != Level::admin && now != Level::none)) {
        return nullptr;
    }
    if (meaning != nullptr && meaning->form == Form::is_any_of) {
        Expr* const follows = expression(*meaning, request->funcid, request->args);
        request->selectivity = clause_selectivity(request->root, reinterpret_cast<Node*>(follows),
                                                  request->varRelid, request->jointype, request->sjinfo);
    } else { // the equality beside the predicate is a clause of its own, with its own estimate
        request->selectivity = now == Level::none ? 0.0 : 1.0;
    }
    return reinterpret_cast<Node*>(request);
}

/// The cost of a look-up in a hash set, measured in comparisons of integers.
Node* cost(SupportRequestCost* request) {
    request->startup = 0;
    request->per_tuple = 0.4 * cpu_operator_cost;
    return reinterpret_cast<Node*>(request);
}

} // namespace

/// The SUPPORT function of all access predicates.
BOOKMEATOZ_FUNCTION(access_planner_support, takes({INTERNALOID}).strict().returns(INTERNALOID)) {
    auto* const request = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
    // The level of the settings. Only the running plan checks whether business and tenant belong together.
    const AccessLevel now = access_level();
    return pg_call([&] {
        switch (nodeTag(request)) {
        case T_SupportRequestSimplify:
            return PointerGetDatum(simplify(reinterpret_cast<SupportRequestSimplify*>(request), now));
        case T_SupportRequestIndexCondition:
            return PointerGetDatum(
                index_condition(reinterpret_cast<SupportRequestIndexCondition*>(request), now));
        case T_SupportRequestSelectivity:
            return PointerGetDatum(selectivity(reinterpret_cast<SupportRequestSelectivity*>(request), now));
        case T_SupportRequestCost:
            return PointerGetDatum(cost(reinterpret_cast<SupportRequestCost*>(request)));
        default:
            return Datum(0);
        }
    });
}

} // namespace bookmeatoz::pg
