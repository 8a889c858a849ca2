// The decisions of the row security policies, for C++ that reads tables past the executor (calendar/scans, access/read_rights) and
// for the guard. The SQL predicates are made of the same functions.
#pragma once

#include "pg/context/session.hpp"

namespace bookmeatoz::pg {

/// can_access_business(); and in any session but a user session, also can_access_person() and can_access_booking(). `business` is
/// nullptr for NULL. `level` is effective_level().
bool sees_business(AccessLevel level, Oid schema, const pg_uuid_t* business);

/// can_access_business_row() in any session but a user session. It looks nothing up: the row of a business names its tenant.
bool sees_business_row(AccessLevel level, const pg_uuid_t* business, const pg_uuid_t* tenant);

/// can_access_tenant() in any session but a user session. `tenant` is nullptr for NULL.
bool sees_tenant(AccessLevel level, Oid schema, const pg_uuid_t* tenant);

} // namespace bookmeatoz::pg

// access/read_rights and access/no_context recognise functions by their address. The visibility is that of BOOKMEATOZ_FUNCTION.
#pragma GCC visibility push(default)
extern "C" {
Datum can_access_business(PG_FUNCTION_ARGS);
Datum can_access_person(PG_FUNCTION_ARGS);
Datum can_access_booking(PG_FUNCTION_ARGS);
Datum can_access_business_row(PG_FUNCTION_ARGS);
Datum can_access_tenant(PG_FUNCTION_ARGS);
Datum can_access_tenant_admin(PG_FUNCTION_ARGS);
Datum can_access_user(PG_FUNCTION_ARGS);
Datum can_access_notification(PG_FUNCTION_ARGS);
Datum can_manage_tenant(PG_FUNCTION_ARGS);
Datum can_manage_business(PG_FUNCTION_ARGS);
Datum is_system_admin(PG_FUNCTION_ARGS);
Datum access_business_unless_user(PG_FUNCTION_ARGS);
Datum access_business_key(PG_FUNCTION_ARGS);
Datum access_managed_tenant_key(PG_FUNCTION_ARGS);
Datum access_tenant_key(PG_FUNCTION_ARGS);
Datum access_user_key(PG_FUNCTION_ARGS);
Datum access_addressee_key(PG_FUNCTION_ARGS);
Datum access_business_ids(PG_FUNCTION_ARGS);
Datum access_user_ids(PG_FUNCTION_ARGS);
Datum access_customer_ids(PG_FUNCTION_ARGS);
Datum access_employer_ids(PG_FUNCTION_ARGS);
Datum current_session_business_id(PG_FUNCTION_ARGS);
Datum current_session_tenant_id(PG_FUNCTION_ARGS);
Datum current_session_user_id(PG_FUNCTION_ARGS);
}
#pragma GCC visibility pop
