// How SQL must declare a function of this library, and the check that it does. Between the installation of a new library and
// ALTER EXTENSION bookmeatoz UPDATE the declarations are older than the library. Without the check, the library would then read
// an argument that is missing or has another type.
// BOOKMEATOZ_FUNCTION (server/boundary.hpp) runs the check before every body, inside boundary().
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
    /// For RETURNS TABLE (...): the types of its columns.
    constexpr Declaration returns_table(std::initializer_list<Oid> types) const {
        Declaration declared = returns_set_of(RECORDOID);
        declared.columns_.add(types);
        return declared;
    }

    /// Throws SqlError 42P13 unless SQL declares the called function like this.
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

/// The last function whose declaration was found right. It is not checked again until some function of the database changes.
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
