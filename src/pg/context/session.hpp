// Who the session speaks for: a signed context (context/signed.hpp), or else the settings app.current_tenant_id,
// app.current_business_id, app.current_user_id and app.is_system_admin, parsed when they are set, not when they are read.
// Read by the access predicates and by the functions current_session_*(), is_system_admin(), set_session_context().
#pragma once

#include "pg/server/boundary.hpp"

#include <cstring>
#include <optional>

extern "C" {
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {

struct SessionContext {
    std::optional<pg_uuid_t> tenant;
    std::optional<pg_uuid_t> business;
    std::optional<pg_uuid_t> user;
};

/// The most specific part of the context decides which rows a session sees.
enum class AccessLevel { none, user, tenant, business, admin };

/// Defines the settings; those that were SET before the library was loaded are checked now. Called by _PG_init.
void session_context_init();

/// The ids of the context that counts. The reference is to the live state: it changes with the next SET.
const SessionContext& session_context() noexcept;

/// Whether the context that counts makes the session an admin: a signed one by its word, the plain flag while the current
/// role may have it on. Inside a transaction only.
bool session_is_admin();

/// What the session sees now. Inside a transaction only.
AccessLevel access_level();

/// What the settings say, whether or not the current role may have the plain admin flag on. To be asked anywhere.
AccessLevel nominal_level() noexcept;

/// `callback` is called whenever a SET, or the end of one (RESET, ROLLBACK, the end of a transaction or of a function),
/// may have changed the context: after it is in place, and by set_session_context() once, not four times. It must not
/// raise, for it is also called outside of transactions and while one is undone. Without a call SET ROLE may end the
/// worth of the plain admin flag, and a signed context that expires becomes none in the next transaction. One callback;
/// nullptr for none.
void on_session_context_change(void (*callback)() noexcept) noexcept;

inline bool same_id(const pg_uuid_t& a, const pg_uuid_t& b) noexcept {
    return std::memcmp(a.data, b.data, UUID_LEN) == 0;
}

} // namespace bookmeatoz::pg
