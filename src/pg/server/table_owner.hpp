// Work as the owner of a table: for internal reads that must see more than the caller may, and whose rows are never
// shown. The owner, and never a superuser unless he owns the table: what else a query sets off (an expression of the
// user's own index, say) then runs with the rights of the one who installed it.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "miscadmin.h"
}

namespace bookmeatoz::pg {

/// The owner of a table, or InvalidOid where there is no such table.
Oid table_owner(Oid schema, const char* table);

/// The same; 42P01 where there is no such table, 42809 where something else has its name. `detail`: what reads it.
Oid required_owner(Oid schema, const char* table, const char* detail = "");

/// Until the end of the scope the current role is the given one, and FORCE ROW LEVEL SECURITY does not bind it.
class AsOwner {
public:
    explicit AsOwner(Oid owner) {
        GetUserIdAndSecContext(&caller_, &caller_security_);
        SetUserIdAndSecContext(owner, caller_security_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    }
    ~AsOwner() { SetUserIdAndSecContext(caller_, caller_security_); }
    AsOwner(const AsOwner&) = delete;
    AsOwner& operator=(const AsOwner&) = delete;

private:
    Oid caller_;
    int caller_security_;
};

/// Until the end of the scope the current role is the owner of the data, for what an administrator does on its tables: the
/// owner's triggers, checks and index expressions must not run with more rights than the owner's. Where the caller is another
/// role, they are bound as the server binds them in REFRESH and CLUSTER, so that they cannot become the caller again, now or
/// at the end of the transaction; settings that they change are put back. FORCE ROW LEVEL SECURITY binds nobody.
class OnBehalfOfOwner {
public:
    explicit OnBehalfOfOwner(Oid owner);
    ~OnBehalfOfOwner();
    OnBehalfOfOwner(const OnBehalfOfOwner&) = delete;
    OnBehalfOfOwner& operator=(const OnBehalfOfOwner&) = delete;

private:
    Oid caller_;
    int caller_security_;
    int nest_level_;
    int exceptions_;
};

} // namespace bookmeatoz::pg
