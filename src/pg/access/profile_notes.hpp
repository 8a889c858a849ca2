// customers.profile_notes: a business's notes about a customer. The customer's own session must not see them.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void profile_notes_init();

/// Whether no other module checks the permissions of statements by a hook.
bool only_profile_notes_are_checked() noexcept;

} // namespace bookmeatoz::pg
