// The settings app.context, bookmeatoz.context_key, .context_key_previous and .signed_context_only, and the function
// sign_session_context().
// A token is checked once, when it is set. The server keeps the values: so SET LOCAL, savepoints, ROLLBACK and DISCARD ALL work by
// themselves. A token that is refused, withdrawn or out of date gives the session less, never more.
// The hooks have no boundary, because the server's C code calls them. They throw nothing. Where the comments say so, they may
// raise a server error, and then they own nothing that it could skip.
#include "pg/context/signed.hpp"
#include "pg/server/compat.hpp"

#include <charconv>
#include <cinttypes>
#include <type_traits>

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* token_setting = "app.context";
constexpr const char* key_setting = "bookmeatoz.context_key";
constexpr const char* previous_key_setting = "bookmeatoz.context_key_previous";
constexpr const char* mode_setting = "bookmeatoz.signed_context_only";

constexpr std::size_t shortest_key = 32;

// The server's own copies of the values.
constinit char* token_text = nullptr;
constinit char* key_text = nullptr;
constinit char* previous_key_text = nullptr;
constinit bool mode = false;

using ChangeCallback = void (*)() noexcept;
constinit ChangeCallback changed = nullptr;

/// The postmaster has loaded the library. Otherwise the settings were unknown at first, and an unknown setting is open to anybody.
constinit bool preloaded = false;

// Our own copies, which count: the server stores a value only after it has called the assign hook.
constinit bool only_signed = false;
constinit bool has_token = false;
constinit AcceptedToken token{};
constinit std::uint64_t key_mark = 0;
constinit std::uint64_t previous_key_mark = 0;

bool is_empty(const char* text) noexcept {
    return text == nullptr || *text == '\0';
}

/// A key or a token is never shown, not even to superusers. SHOW tells only whether one is set.
const char* mask(const char* text) noexcept {
    return is_empty(text) ? "" : "********";
}

// ---- keys

bool refuse_key(const char* setting, int sqlstate, const char* problem, const char* hint) {
    GUC_check_errcode(sqlstate);
    GUC_check_errmsg("value for parameter \"%s\" is refused", setting);
    GUC_check_errdetail("%s", problem);
    GUC_check_errhint("%s", hint);
    return false;
}

bool comes_from_server_configuration(GucSource source) noexcept {
    return source > PGC_S_DYNAMIC_DEFAULT && source < PGC_S_GLOBAL;
}

/// Settings of roles, databases and functions. PGC_S_TEST is the statement that would store one there.
bool is_stored_in_catalog(GucSource source) noexcept {
    return source == PGC_S_TEST || (source >= PGC_S_GLOBAL && source <= PGC_S_DATABASE_USER);
}

/// Also refuses a key in a place where everybody could read it.
bool check_key_of(const char* setting, const char* key, GucSource source) {
    if (is_empty(key) || InitializingParallelWorker) {
        return true;
    }
    if (std::strlen(key) < shortest_key) {
        return refuse_key(setting, ERRCODE_INVALID_PARAMETER_VALUE, "A key has at least 32 bytes.",
                          "Make one with: openssl rand -hex 32");
    }
    if (is_stored_in_catalog(source)) {
        return refuse_key(setting, ERRCODE_CANT_CHANGE_RUNTIME_PARAM,
                          "Settings of roles, databases and functions can be read by everybody.",
                          "Set it in the server's configuration file.");
    }
    if (comes_from_server_configuration(source) && !preloaded) {
        return refuse_key(setting, ERRCODE_CANT_CHANGE_RUNTIME_PARAM,
                          "Before the library is loaded the server shows the value to everybody.",
                          "Add bookmeatoz to shared_preload_libraries and restart the server.");
    }
    return true;
}

bool check_key(char** key, void**, GucSource source) {
    return check_key_of(key_setting, *key, source);
}

bool check_previous_key(char** key, void**, GucSource source) {
    return check_key_of(previous_key_setting, *key, source);
}

/// Tells the keys of this server apart, so that a change of the key after the check of a token is noticed. 0 for no key. It is no
/// cryptography, because an assign hook must not fail; only those who set the keys could make two of them collide.
std::uint64_t mark_of(const char* key) noexcept {
    if (is_empty(key)) {
        return 0;
    }
    const auto* const bytes = reinterpret_cast<const unsigned char*>(key);
    return hash_bytes_extended(bytes, static_cast<int>(std::strlen(key)), 0) | 1;
}

template <std::uint64_t& Mark>
void assign_key(const char* key, void*) noexcept {
    Mark = mark_of(key);
    changed();
}

// ---- the token

static_assert(std::is_trivially_copyable_v<AcceptedToken>);

bool refuse_token(const char* problem, const char* hint = nullptr) {
    GUC_check_errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION);
    GUC_check_errmsg("token for parameter \"%s\" is refused", token_setting);
    GUC_check_errdetail("%s", problem);
    if (hint != nullptr) {
        GUC_check_errhint("%s", hint);
    }
    return false;
}

TimestampTz to_timestamp(std::int64_t unix_seconds) noexcept {
    constexpr std::int64_t days = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;
    return (unix_seconds - days * SECS_PER_DAY) * USECS_PER_SEC;
}

/// Finds the mark of the key that made the signature; 0 if none of ours did. false: the cryptography failed. May raise a server
/// error.
bool find_key(const TokenParts& parts, std::uint64_t& mark) {
    mark = 0;
    for (const char* const key : {key_text, previous_key_text}) {
        Signature expected;
        if (is_empty(key)) {
            continue;
        }
        if (!sign(parts.payload, key, expected)) {
            return false;
        }
        if (same_signature(parts.signature, expected)) {
            mark = mark_of(key);
            return true;
        }
    }
    return true;
}

bool keep(const SignedContext& context, std::uint64_t mark, void** accepted) noexcept {
    void* const result = allocate_for_setting(sizeof(AcceptedToken));
    if (result == nullptr) {
        return false;
    }
    const AcceptedToken value{context.ids, context.is_admin, to_timestamp(context.expires_at), mark};
    *accepted = std::memcpy(result, &value, sizeof value);
    return true;
}

constexpr char mark_separator = '#';

/// Replaces the text that the server keeps: the mark of the key instead of the signature. So the text is worth nothing elsewhere.
/// Parallel workers receive it.
bool replace_text(char** text, std::string_view payload, std::uint64_t mark) noexcept {
    constexpr std::size_t mark_size = 1 + 16 + 1;
    auto* const kept = static_cast<char*>(allocate_for_setting(payload.size() + mark_size));
    if (kept == nullptr) {
        return false;
    }
    std::memcpy(kept, payload.data(), payload.size());
    snprintf(kept + payload.size(), mark_size, "%c%016" PRIx64, mark_separator, mark);
    free_from_setting(*text);
    *text = kept;
    return true;
}

/// Takes the text over in a parallel worker. The leader has checked signature, expiry and process. The worker compares the key as
/// the leader does.
bool apply(std::string_view text, void** accepted) {
    const std::size_t end = std::min(text.rfind(mark_separator), text.size());
    const std::optional<SignedContext> context = read_payload(text.substr(0, end));
    std::uint64_t mark = 0;
    std::from_chars(text.data() + std::min(end + 1, text.size()), text.data() + text.size(), mark, 16);
    if (!context || mark == 0) {
        return refuse_token("It is not what the leader of a parallel query hands on.");
    }
    return keep(*context, mark, accepted);
}

/// May raise a server error.
bool check_token(char** text, void** accepted, GucSource source) {
    *accepted = nullptr;
    if (is_empty(*text)) {
        return true;
    }
    if (InitializingParallelWorker) {
        return apply(*text, accepted);
    }
    // The server's cryptography needs a transaction, and everybody could read a token in a catalog.
    if (source < PGC_S_CLIENT || source == PGC_S_TEST || !IsTransactionState()) {
        return refuse_token(
            "A token is set in a session, not in a configuration file, a database, a role or a function.");
    }
    if (key_mark == 0 && previous_key_mark == 0) {
        return refuse_token("No key is set to check it with.",
                            "Set bookmeatoz.context_key in the configuration of the server.");
    }
    const std::optional<TokenParts> parts = split_token(*text);
    const std::optional<SignedContext> context = parts ? read_payload(parts->payload) : std::nullopt;
    if (!context) {
        return refuse_token("It does not have the form of a signed context.");
    }
    std::uint64_t mark = 0;
    if (!find_key(*parts, mark)) {
        return refuse_token("The server could not compute its signature.");
    }
    if (mark == 0) {
        return refuse_token("Its signature does not match what it says.",
                            "It was altered, or signed with another key.");
    }
    if (GetCurrentTimestamp() >= to_timestamp(context->expires_at)) {
        return refuse_token("It has expired.",
                            "Sign a new one. If this one should still be good, compare the clocks.");
    }
    if (context->backend_pid != 0 && context->backend_pid != MyProcPid) {
        return refuse_token("It was signed for another server process.");
    }
    if (!replace_text(text, parts->payload, mark)) {
        return false;
    }
    return keep(*context, mark, accepted);
}

void assign_token(const char*, void* accepted) noexcept {
    has_token = accepted != nullptr;
    token = has_token ? *static_cast<const AcceptedToken*>(accepted) : AcceptedToken{};
    changed();
}

// ---- the mode

void assign_mode(bool value, void*) noexcept {
    only_signed = value;
    changed();
}

/// Before the library is loaded anybody may give this setting any value, and that value hides the administrator's. The load
/// refuses such a value to a role that may not set it. So where any value was given, the default is on: nobody can switch the mode
/// off beforehand.
void define_mode() {
    const bool given = !preloaded && GetConfigOption(mode_setting, true, false) != nullptr;
    DefineCustomBoolVariable(
        mode_setting, "Only a signed context (app.context) counts; the plain settings are ignored.", nullptr,
        &mode, given, PGC_SUSET, GUC_NOT_IN_SAMPLE, nullptr, assign_mode, nullptr);
    // Parallel workers receive the values that differ from the leader's default, but their own default may be another.
    if (given && only_signed && !IsInParallelMode()) {
        SetConfigOption(mode_setting, "on", PGC_SUSET, PGC_S_OVERRIDE);
    }
}

void define_key(const char* name, const char* description, char** text, GucStringCheckHook check,
                GucStringAssignHook assign, GucShowHook show) {
    DefineCustomStringVariable(name, description, "At least 32 bytes, or empty for none. Never shown.", text,
                               "", PGC_SUSET, GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, check,
                               assign, show);
}

// ---- sign_session_context()

std::optional<pg_uuid_t> id_argument(const NullableDatum& argument) {
    return argument.isnull ? std::nullopt : std::optional(*DatumGetUUIDP(argument.value));
}

/// The expiry in seconds since 1970, rounded up.
std::int64_t expiry_after(const NullableDatum& valid_for) {
    const auto refuse = [](const char* message) { throw SqlError{ERRCODE_INVALID_PARAMETER_VALUE, message}; };
    if (valid_for.isnull) {
        refuse("valid_for must not be null");
    }
    const TimestampTz now = GetCurrentTimestamp();
    const TimestampTz end = pg_call([&] {
        return DatumGetTimestampTz(
            DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(now), valid_for.value));
    });
    if (end <= now) {
        refuse("valid_for must be positive");
    }
    if (end > to_timestamp(latest_expiry)) {
        refuse("valid_for is too long");
    }
    return (end - to_timestamp(0) + USECS_PER_SEC - 1) / USECS_PER_SEC;
}

std::int32_t pid_argument(const NullableDatum& argument) {
    if (argument.isnull) {
        return 0;
    }
    const std::int32_t pid = DatumGetInt32(argument.value);
    if (pid <= 0) {
        throw SqlError{ERRCODE_INVALID_PARAMETER_VALUE, "backend_pid must be positive"};
    }
    return pid;
}

} // namespace

void signed_context_init(void (*callback)() noexcept) {
    changed = callback;
    preloaded = process_shared_preload_libraries_in_progress;
    define_mode();
    define_key(key_setting, "Key that a signed context is checked with.", &key_text, check_key,
               assign_key<key_mark>, [] { return mask(key_text); });
    define_key(previous_key_setting, "Key that is accepted as well while a new one is introduced.",
               &previous_key_text, check_previous_key, assign_key<previous_key_mark>,
               [] { return mask(previous_key_text); });
    // After the keys: this checks a token that was SET before the load.
    DefineCustomStringVariable(
        token_setting, "Signed context of the session; it counts instead of the plain settings.",
        "A token, or empty for none. Never shown.", &token_text, "", PGC_USERSET,
        GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, check_token, assign_token, [] { return mask(token_text); });
}

bool only_signed_context_counts() noexcept {
    return only_signed;
}

bool token_is_set() noexcept {
    return has_token;
}

const AcceptedToken* valid_token() noexcept {
    const bool key_is_known = token.key_mark == key_mark || token.key_mark == previous_key_mark;
    return has_token && key_is_known ? &token : nullptr;
}

/// sign_session_context(tenant_id, business_id, user_id, is_system_admin, valid_for, backend_pid)
BOOKMEATOZ_FUNCTION(sign_session_context,
                    takes({UUIDOID, UUIDOID, UUIDOID, BOOLOID, INTERVALOID, INT4OID}).returns(TEXTOID)) {
    if (is_empty(key_text)) {
        throw SqlError{ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "no key is set to sign with", "",
                       "Set bookmeatoz.context_key in the configuration of the server."};
    }
    const SignedContext context{
        {id_argument(fcinfo->args[0]), id_argument(fcinfo->args[1]), id_argument(fcinfo->args[2])},
        !PG_ARGISNULL(3) && PG_GETARG_BOOL(3),
        expiry_after(fcinfo->args[4]),
        pid_argument(fcinfo->args[5])};
    const std::string payload = write_payload(context);
    Signature signature;
    if (!pg_call([&] { return sign(payload, key_text, signature); })) {
        throw SqlError{ERRCODE_INTERNAL_ERROR, "the server could not compute a signature"};
    }
    const std::string written = write_token(payload, signature);
    return pg_call([&] {
        return PointerGetDatum(cstring_to_text_with_len(written.data(), static_cast<int>(written.size())));
    });
}

} // namespace bookmeatoz::pg
