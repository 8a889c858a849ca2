// Registration: writes a new user as the owner of the table, because nobody is logged in yet.
#include "pg/server/boundary.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <string>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {
namespace {

// The trigger users_lower_email lowers the address before the unique key is checked. If two registrations come at the same time,
// one waits for the other.
constinit SavedQuery register_query(R"(
    INSERT INTO @extschema@.users (email, password_hash, profile, status)
    VALUES ($1, CASE WHEN $2 THEN $3 END, $4, 'pending_verification')
    ON CONFLICT (email) DO NOTHING
    RETURNING id)",
                                    {TEXTOID, BOOLOID, TEXTOID, JSONBOID});

/// While it lives, the error of a check does not show the refused row. The row holds the password's hash, and errors are logged.
class RowIsSecret {
public:
    RowIsSecret() {
        hide_.previous = error_context_stack;
        hide_.callback = [](void*) {
            const int code = geterrcode();
            if (code == ERRCODE_CHECK_VIOLATION || code == ERRCODE_NOT_NULL_VIOLATION)
                errdetail("The row is not shown: it holds a password's hash.");
        };
        error_context_stack = &hide_;
    }
    ~RowIsSecret() { error_context_stack = hide_.previous; }
    RowIsSecret(const RowIsSecret&) = delete;
    RowIsSecret& operator=(const RowIsSecret&) = delete;

private:
    ErrorContextCallback hide_{};
};

Datum required(FunctionCallInfo fcinfo, int number, const char* name) {
    if (fcinfo->args[number].isnull)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string(name) + " must not be NULL");
    return fcinfo->args[number].value;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// register_user(email, password_hash, profile)
BOOKMEATOZ_FUNCTION(register_user, takes({TEXTOID, TEXTOID, JSONBOID}).returns(UUIDOID)) {
    const Datum email = required(fcinfo, 0, "email");
    const Datum profile = required(fcinfo, 2, "profile");
    const bool has_password = !PG_ARGISNULL(1);
    const Datum password_hash =
        has_password ? PG_GETARG_DATUM(1) : pg_call([] { return CStringGetTextDatum(""); });
    const Oid schema = extension_schema(fcinfo);
    auto* const id = static_cast<pg_uuid_t*>(pg_call([] { return palloc(sizeof(pg_uuid_t)); }));
    const AsOwner as_owner(required_owner(schema, "users"));
    const SpiConnection spi;
    const RowIsSecret row_is_secret;
    const SpiRows rows =
        register_query.run_latest(schema, {email, BoolGetDatum(has_password), password_hash, profile});
    if (rows.empty())
        throw SqlError(ERRCODE_UNIQUE_VIOLATION, "this e-mail address is registered already", {},
                       "Log in, or reset the password.")
            .about({.table = "users", .column = "email", .constraint = "users_email_key"});
    *id = rows.front().id(1);
    return UUIDPGetDatum(id);
}
