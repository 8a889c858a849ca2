// Who the session speaks for: the settings app.current_tenant_id, app.current_business_id, app.current_user_id and
// app.is_system_admin, parsed when they are set, not when they are read.
// Read by the access predicates and by the functions current_session_*(), is_system_admin(), set_session_context().
#pragma once

#include "boundary.hpp"

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

/// The most specific part of the context decides which rows a session reaches.
enum class ContextClass { none, user, tenant, business, admin };

/// Defines the settings; those that were SET before the library was loaded are checked now. Called by _PG_init.
void session_context_init();

/// The ids of the current context. The reference is to the live state: it changes with the next SET.
const SessionContext& session_context() noexcept;

/// Whether app.is_system_admin is on and the current role may have it on. Inside a transaction only.
bool session_is_admin();

ContextClass context_class();

inline bool same_id(const pg_uuid_t& a, const pg_uuid_t& b) noexcept {
    return std::memcmp(a.data, b.data, UUID_LEN) == 0;
}

} // namespace bookmeatoz::pg
