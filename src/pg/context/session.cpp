// The session context: its four plain settings with their hooks, which context counts, and the SQL functions that read and set it.
// A check hook parses a value, its assign hook stores the result. The server itself keeps the values: so SET LOCAL, savepoints,
// ROLLBACK, DISCARD ALL and parallel workers work by themselves. The hooks have no boundary, because the server's C code calls
// them: nothing in them throws, and nothing in them owns memory that a longjmp would lose.
#include "pg/context/session.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/invalidation.hpp"
#include "pg/server/privileges.hpp"
#include "pg/context/signed.hpp"
#include "pg/server/uuid.hpp"
#include "pg/server/uuid_datum.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* tenant_setting = "app.current_tenant_id";
constexpr const char* business_setting = "app.current_business_id";
constexpr const char* user_setting = "app.current_user_id";
constexpr const char* admin_setting = "app.is_system_admin";

constinit SessionContext plain_context;

// The server's own copies of the values; nobody else reads them.
constinit char* tenant_text = nullptr;
constinit char* business_text = nullptr;
constinit char* user_text = nullptr;
constinit bool admin_switched_on = false;

/// Our own copy: the server stores its value only after it has called the assign hook.
constinit bool is_admin_on = false;

/// The settings are being defined: the server now checks the values that were SET before the library was loaded.
constinit bool loading = false;

// ---- which context counts

/// The context that counts: the plain settings, or the token, or nothing. Parts of them are never mixed.
struct Verdict {
    const SessionContext* ids;
    bool is_admin;
    bool is_signed;
    TimestampTz expires_at;
};

constinit const SessionContext nobody;
constexpr Verdict nothing_counts{&nobody, false, false, DT_NOEND};
constinit Verdict verdict{&plain_context, false, false, DT_NOEND};

Verdict decide() noexcept {
    if (token_is_set()) {
        const AcceptedToken* const token = valid_token();
        return token == nullptr ? nothing_counts
                                : Verdict{&token->ids, token->is_admin, true, token->expires_at};
    }
    return only_signed_context_counts() ? nothing_counts
                                        : Verdict{&plain_context, is_admin_on, false, DT_NOEND};
}

/// A token is good for a whole transaction if that began before the token's expiry: so no query loses its context half way. The
/// server tells its parallel workers when the transaction began.
const Verdict& in_force() noexcept {
    return verdict.expires_at > GetCurrentTransactionStartTimestamp() ? verdict : nothing_counts;
}

AccessLevel most_specific_id(const SessionContext& context) noexcept {
    if (context.business) {
        return AccessLevel::business;
    }
    if (context.tenant) {
        return AccessLevel::tenant;
    }
    return context.user ? AccessLevel::user : AccessLevel::none;
}

// ---- changes

using ChangeCallback = void (*)() noexcept;
constinit ChangeCallback change_callback = nullptr;
constinit int open_batches = 0;
constinit bool changed_in_batch = false;

void announce_change() noexcept {
    if (open_batches > 0) {
        changed_in_batch = true;
    } else if (change_callback != nullptr) {
        change_callback();
    }
}

/// Called by every assign hook.
void context_changed() noexcept {
    verdict = decide();
    announce_change();
}

/// Announces several changes as one, on every way out of the scope.
class ChangeBatch {
public:
    ChangeBatch() noexcept { open_batches++; }
    ~ChangeBatch() {
        open_batches--;
        if (open_batches == 0 && changed_in_batch) {
            changed_in_batch = false;
            announce_change();
        }
    }
    ChangeBatch(const ChangeBatch&) = delete;
    ChangeBatch& operator=(const ChangeBatch&) = delete;
};

// ---- ids

/// Empty means NULL, because current_setting() returns it after a SET LOCAL has ended.
bool check_id(char** value, void** parsed, GucSource) noexcept {
    *parsed = nullptr;
    if (*value == nullptr || **value == '\0') {
        return true;
    }
    const std::optional<pg_uuid_t> id = parse_uuid(*value);
    if (!id) {
        GUC_check_errcode(ERRCODE_INVALID_TEXT_REPRESENTATION);
        GUC_check_errdetail("The value is neither a UUID nor empty.");
        GUC_check_errhint("Set it to a UUID, or to an empty string for none.");
        return false;
    }
    void* const result = allocate_for_setting(sizeof *id);
    if (result == nullptr) {
        return false;
    }
    *parsed = std::memcpy(result, &*id, sizeof *id);
    return true;
}

template <std::optional<pg_uuid_t> SessionContext::*Part>
void assign_id(const char*, void* parsed) noexcept {
    if (parsed == nullptr) {
        (plain_context.*Part).reset();
    } else {
        plain_context.*Part = *static_cast<const pg_uuid_t*>(parsed);
    }
    context_changed();
}

// ---- the admin flag

/// The last answer to "may this role be system admin?". Every change of a role, of a membership or of a parameter's privileges
/// makes it void: so a revoked right ends in open sessions too.
struct AdminRight {
    unsigned made_at = 0;
    Oid role = InvalidOid;
    bool granted = false;
};
constinit AdminRight admin_right;
constinit Changes role_changes({AUTHOID, AUTHMEMROLEMEM, PARAMETERACLNAME});

/// Always true for superusers. It reads catalogs: may raise a server error.
bool may_be_admin(Oid role) {
    return may_set(admin_setting, role);
}

bool may_be_admin_cached(Oid role) {
    if (admin_right.made_at != role_changes.count() || admin_right.role != role) {
        role_changes.watch();
        const unsigned before = role_changes.count();
        const bool granted = pg_call([&] { return may_be_admin(role); });
        admin_right = {before, role, granted};
        return granted;
    }
    return admin_right.granted;
}

/// Anybody may switch it off, and applications do so in every transaction. Switching it on needs the right to: otherwise one
/// injected SET would make anybody an admin. A parallel worker takes over what its leader was allowed.
bool check_admin(bool* value, void**, GucSource) {
    if (!*value || InitializingParallelWorker) {
        return true;
    }
    // The postmaster and a reload call this without a transaction. Catalogs cannot be read then.
    if (!IsTransactionState()) {
        GUC_check_errcode(ERRCODE_CANT_CHANGE_RUNTIME_PARAM);
        GUC_check_errmsg("parameter \"%s\" cannot be switched on outside a transaction", admin_setting);
        GUC_check_errhint(
            "Switch it on in a session, by SET or by ALTER ROLE ... SET, not in a configuration file.");
        return false;
    }
    // A value from before the load was SET by the session. The function that happens to load the library did not set it, so the
    // rights of that function's owner do not count.
    if (!may_be_admin(loading ? GetOuterUserId() : GetUserId())) {
        GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
        GUC_check_errmsg("permission denied to switch on parameter \"%s\"", admin_setting);
        GUC_check_errdetail(
            "Only superusers and roles with the privilege SET on the parameter may switch it on.");
        GUC_check_errhint(
            "GRANT SET ON PARAMETER app.is_system_admin TO the role of the platform's administration.");
        return false;
    }
    return true;
}

void assign_admin(bool value, void*) noexcept {
    is_admin_on = value;
    context_changed();
}

// ---- set_session_context()

/// Throws where the call would seem to work, but the session would go on as somebody else.
void refuse_when_without_effect() {
    constexpr const char* message = "set_session_context() has no effect here";
    if (token_is_set()) {
        throw SqlError{ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, message,
                       "A signed context is set, and it alone counts.",
                       "RESET app.context first, or set another one."};
    }
    if (only_signed_context_counts()) {
        throw SqlError{ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, message,
                       "Only a signed context counts: bookmeatoz.signed_context_only is on.",
                       "Set app.context to a token."};
    }
}

/// As SET LOCAL: until the end of the transaction, or of the calling function if that has a SET clause.
void set_local(const char* setting, const char* value) {
    (void)set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

void set_local_id(const char* setting, const NullableDatum& id) {
    set_local(setting, id.isnull ? "" : DatumGetCString(DirectFunctionCall1(uuid_out, id.value)));
}

void define_id(const char* name, const char* description, char** text, GucStringAssignHook assign) {
    DefineCustomStringVariable(name, description, "A UUID, or empty for none.", text, "", PGC_USERSET,
                               GUC_NOT_IN_SAMPLE, check_id, assign, nullptr);
}

} // namespace

void session_context_init() {
    loading = true;
    define_id(tenant_setting, "Tenant that the session speaks for.", &tenant_text,
              assign_id<&SessionContext::tenant>);
    define_id(business_setting, "Business that the session speaks for.", &business_text,
              assign_id<&SessionContext::business>);
    define_id(user_setting, "User that the session speaks for.", &user_text,
              assign_id<&SessionContext::user>);
    DefineCustomBoolVariable(
        admin_setting, "The session acts as system administrator and sees the rows of all tenants.",
        "Anybody may switch it off; superusers and roles with the privilege SET switch it on.",
        &admin_switched_on, false, PGC_USERSET, GUC_NOT_IN_SAMPLE, check_admin, assign_admin, nullptr);
    loading = false;
    signed_context_init(context_changed);
    // The prefix "app" is never reserved: that would delete the app.* settings of other programs.
}

void on_session_context_change(void (*callback)() noexcept) noexcept {
    change_callback = callback;
}

const SessionContext& session_context() noexcept {
    return *in_force().ids;
}

/// The flag outlives SET ROLE, but the right to it does not. So the current role is checked at every use.
bool session_is_admin() {
    const Verdict& now = in_force();
    return now.is_admin && (now.is_signed || may_be_admin_cached(GetUserId()));
}

AccessLevel access_level() {
    return session_is_admin() ? AccessLevel::admin : most_specific_id(session_context());
}

AccessLevel nominal_level() noexcept {
    return in_force().is_admin ? AccessLevel::admin : most_specific_id(session_context());
}

// Copies, never pointers to the live state: a later SET in the same query would change a result that was already returned.

BOOKMEATOZ_FUNCTION(current_session_tenant_id, takes({}).returns(UUIDOID)) {
    return copy_or_null(fcinfo, session_context().tenant);
}

BOOKMEATOZ_FUNCTION(current_session_business_id, takes({}).returns(UUIDOID)) {
    return copy_or_null(fcinfo, session_context().business);
}

BOOKMEATOZ_FUNCTION(current_session_user_id, takes({}).returns(UUIDOID)) {
    return copy_or_null(fcinfo, session_context().user);
}

BOOKMEATOZ_FUNCTION(is_system_admin, takes({}).returns(BOOLOID)) {
    return BoolGetDatum(session_is_admin());
}

/// set_session_context(tenant_id, business_id, user_id, is_system_admin)
BOOKMEATOZ_FUNCTION(set_session_context, takes({UUIDOID, UUIDOID, UUIDOID, BOOLOID}).returns(VOIDOID)) {
    refuse_when_without_effect();
    const ChangeBatch batch;
    pg_call([&] {
        set_local_id(tenant_setting, fcinfo->args[0]);
        set_local_id(business_setting, fcinfo->args[1]);
        set_local_id(user_setting, fcinfo->args[2]);
        set_local(admin_setting, !PG_ARGISNULL(3) && PG_GETARG_BOOL(3) ? "on" : "off");
    });
    return Datum{0};
}

} // namespace bookmeatoz::pg
