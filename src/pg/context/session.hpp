// For whom the session speaks: a signed context (context/signed.hpp), or without one the settings app.current_tenant_id,
// app.current_business_id, app.current_user_id and app.is_system_admin. They are parsed when they are set, not when they are read.
// Everything in access/ reads it; booking/ reads the user, calendar/scans the level.
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

/// The access level of a session: the most specific part of its context, which decides which rows the session sees.
enum class AccessLevel { none, user, tenant, business, admin };

/// Defines the settings, and so checks values that were SET before the library was loaded. Called by _PG_init.
void session_context_init();

/// The ids of the context that counts. This is the live state: the next SET changes it.
const SessionContext& session_context() noexcept;

/// Whether the session is an admin. A signed context says so itself. The plain flag counts as long as the current role may switch
/// it on. Inside a transaction only.
bool session_is_admin();

/// The access level of the session now. Inside a transaction only.
AccessLevel access_level();

/// The access level by the settings alone: it does not ask whether the current role may switch the plain admin flag on. May be
/// called outside a transaction too.
AccessLevel nominal_level() noexcept;

/// `callback` is called after each change of the context: by a SET, or by its end (RESET, ROLLBACK, the end of a transaction or of
/// a function). set_session_context() calls it once, not four times. It must not raise: it is also called outside transactions and
/// during a rollback. There is no call when SET ROLE makes the plain admin flag worthless, and none when a signed context expires,
/// which counts from the next transaction on. There is one callback; nullptr for none.
void on_session_context_change(void (*callback)() noexcept) noexcept;

inline bool same_id(const pg_uuid_t& a, const pg_uuid_t& b) noexcept {
    return std::memcmp(a.data, b.data, UUID_LEN) == 0;
}

} // namespace bookmeatoz::pg
