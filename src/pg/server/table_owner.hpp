// Work as the owner of a table. For internal reads and writes that need more rights than the caller has; the caller never sees
// the rows. The owner, never a superuser (unless a superuser owns the table): a query may set off other code, such as an
// expression in an index of the user's own, and that code then has only the rights of the role that created it.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "miscadmin.h"
}

namespace bookmeatoz::pg {

/// The owner of a table; InvalidOid where there is no such table.
Oid table_owner(Oid schema, const char* table);

/// The owner of a table. Throws SqlError 42P01 where there is no such table, 42809 where something else has its name. `detail`: a
/// sentence that says what reads the table.
Oid required_owner(Oid schema, const char* table, const char* detail = "");

/// Until the end of the scope the current role is `owner`, and FORCE ROW LEVEL SECURITY does not bind it.
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

/// Until the end of the scope the current role is `owner`, and FORCE ROW LEVEL SECURITY does not bind it. For an administrator's
/// work on the tables: the owner's triggers, checks and index expressions must not run with more rights than the owner has.
/// Where the caller is another role, this code is restricted as in REFRESH and CLUSTER: it cannot become the caller again, now or
/// at the end of the transaction. Settings that it changes are put back.
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
