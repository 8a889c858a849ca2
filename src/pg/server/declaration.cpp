// Declarations of functions: see server/declaration.hpp.
#include "pg/server/boundary.hpp"

#include <algorithm>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {

/// May raise a server error.
bool Declaration::describes(Oid function) const {
    const HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(row))
        return false;
    const auto* const found = reinterpret_cast<Form_pg_proc>(GETSTRUCT(row));
    bool same = found->prorettype == result_ && found->proretset == returns_set_ &&
                (found->proisstrict || !strict_) &&
                std::equal(arguments_.types, arguments_.types + arguments_.count, found->proargtypes.values,
                           found->proargtypes.values + found->pronargs);
    if (same && columns_.count > 0) {
        Oid* types = nullptr;
        char** names = nullptr;
        char* modes = nullptr;
        const int count = get_func_arg_info(row, &types, &names, &modes);
        Types columns;
        for (int i = 0; i < count && modes != nullptr && columns.count < Types::most; ++i) {
            if (modes[i] == PROARGMODE_TABLE || modes[i] == PROARGMODE_OUT)
                columns.types[columns.count++] = types[i];
        }
        same = std::equal(columns.types, columns.types + columns.count, columns_.types,
                          columns_.types + columns_.count);
    }
    ReleaseSysCache(row);
    return same;
}

void Declaration::require(FunctionCallInfo fcinfo) const {
    function_changes.watch();
    const Oid function = fcinfo->flinfo->fn_oid;
    if (pg_call([&] { return describes(function); }))
        return;
    const char* const name = pg_call([&] { return get_func_name(function); });
    throw SqlError(ERRCODE_INVALID_FUNCTION_DEFINITION,
                   "function " + std::string(name == nullptr ? "?" : name) +
                       "() is not declared as this version of the library of bookmeatoz needs it",
                   "Its arguments or its result differ.",
                   "Run ALTER EXTENSION bookmeatoz UPDATE as a superuser.");
}

} // namespace bookmeatoz::pg
