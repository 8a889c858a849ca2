// A user's new address is not verified. A token that was sent to the old address must neither verify the new one nor open the
// account, so the tokens are deleted. Only an auth role has rights on them, so this happens as the owner of their table.
#include "pg/server/extension_schema.hpp"
#include "pg/server/row_trigger.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery delete_verifications(
    "DELETE FROM @extschema@.email_verifications WHERE user_id = $1 AND verified_at IS NULL", {UUIDOID});
constinit SavedQuery
    delete_resets("DELETE FROM @extschema@.password_resets WHERE user_id = $1 AND used_at IS NULL",
                  {UUIDOID});

/// Deletes the user's tokens, also those that were written after the snapshot of the statement. None can come later: the foreign
/// key of a new token must lock the user's row, and the UPDATE holds the lock on that row.
void delete_tokens(Oid schema, const char* table, SavedQuery& query, Datum user) {
    const AsOwner as_owner(required_owner(schema, table));
    const SpiConnection spi;
    query.run_committed(schema, {user});
}

} // namespace

/// BEFORE UPDATE row trigger on users, WHEN (the address changes).
BOOKMEATOZ_FUNCTION(trigger_unverify_email, takes({}).returns(TRIGGEROID)) {
    RowTrigger trigger(fcinfo, "trigger_unverify_email", 0);
    static constexpr const char* columns[] = {"id", "email_verified"};
    trigger.require("users", columns);
    if (trigger.is_insert())
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function trigger_unverify_email() serves UPDATE alone");
    const Oid schema = extension_schema(fcinfo);
    const int id = trigger.column("id");
    const int verified = trigger.column("email_verified");
    if (trigger.old(verified) == trigger.get(verified))
        trigger.set(verified, BoolGetDatum(false));
    delete_tokens(schema, "email_verifications", delete_verifications, trigger.old(id));
    delete_tokens(schema, "password_resets", delete_resets, trigger.old(id));
    return trigger.result();
}

} // namespace bookmeatoz::pg
