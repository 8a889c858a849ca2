// customers.profile_notes: what a business writes about a customer, and the customer's own session does not see.
#pragma once

namespace bookmeatoz::pg {

/// Called by _PG_init.
void profile_notes_init();

/// Whether nobody but this file looks at the permissions of a statement.
bool only_profile_notes_are_checked() noexcept;

} // namespace bookmeatoz::pg
