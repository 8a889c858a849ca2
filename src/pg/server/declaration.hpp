// What SQL must declare for a function of this library, and the check that it does. The library may be newer than the
// declarations, between its installation and ALTER EXTENSION bookmeatoz UPDATE; then an argument that is missing or of another
// type would be read as what it is not.
#pragma once

#include "pg/server/invalidation.hpp"

#include <initializer_list>

extern "C" {
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
}

namespace bookmeatoz::pg {

/// The declaration of one function: takes({...}).returns(...), or takes({...}).strict().returns_table({...}).
class Declaration {
public:
    constexpr Declaration strict() const {
        Declaration declared = *this;
        declared.strict_ = true;
        return declared;
    }
    constexpr Declaration returns(Oid type) const {
        Declaration declared = *this;
        declared.result_ = type;
        return declared;
    }
    constexpr Declaration returns_set_of(Oid type) const {
        Declaration declared = returns(type);
        declared.returns_set_ = true;
        return declared;
    }
    /// RETURNS TABLE (...) with columns of these types.
    constexpr Declaration returns_table(std::initializer_list<Oid> types) const {
        Declaration declared = returns_set_of(RECORDOID);
        declared.columns_.add(types);
        return declared;
    }

    /// Refuses the function that is being called unless SQL declares it so (42P13). Raises a C++ exception.
    void require(FunctionCallInfo fcinfo) const;

private:
    struct Types {
        static constexpr int most = 20;
        int count = 0;
        Oid types[most] = {};
        constexpr void add(std::initializer_list<Oid> added) {
            for (const Oid type : added)
                types[count++] = type;
        }
    };

    friend constexpr Declaration takes(std::initializer_list<Oid> types);
    bool describes(Oid function) const;

    Types arguments_;
    Types columns_;
    Oid result_ = InvalidOid;
    bool returns_set_ = false;
    bool strict_ = false;
};

constexpr Declaration takes(std::initializer_list<Oid> types) {
    Declaration declared;
    declared.arguments_.add(types);
    return declared;
}

/// The last function that was found to be declared as it must be: asked once as long as no function changes.
struct CheckedFunction {
    Oid function = InvalidOid;
    unsigned at = 0;

    void require(FunctionCallInfo fcinfo, const Declaration& declaration) {
        const Oid called = fcinfo->flinfo->fn_oid;
        if (called == function && at == function_changes.count())
            return;
        const unsigned before = function_changes.count();
        declaration.require(fcinfo);
        function = called;
        at = before;
    }
};

} // namespace bookmeatoz::pg
