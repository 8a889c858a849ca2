// A user's new address is not proven. What was sent to the old one must neither prove it nor open the account: the tokens are
// an auth role's alone, so they are deleted as the owner of their table.
#include "extension_schema.hpp"
#include "row_trigger.hpp"
#include "saved_query.hpp"
#include "table_owner.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid user_argument[] = {UUIDOID};
constinit SavedQuery delete_verifications(
    "DELETE FROM @extschema@.email_verifications WHERE user_id = $1 AND verified_at IS NULL", user_argument);
constinit SavedQuery
    delete_resets("DELETE FROM @extschema@.password_resets WHERE user_id = $1 AND used_at IS NULL",
                  user_argument);

/// Also tokens that were written after the snapshot of the statement. None comes later: who writes one locks the user's row
/// by its foreign key, and this row is locked here.
void delete_tokens(Oid schema, const char* table, SavedQuery& query, Datum user) {
    const Oid owner = table_owner(schema, table);
    if (!OidIsValid(owner))
        throw SqlError(ERRCODE_UNDEFINED_TABLE, "table \"" + std::string(table) + "\" does not exist", {},
                       "Run SELECT bookmeatoz_install_schema() as the owner of the data.");
    const AsOwner as_owner(owner);
    const SpiConnection spi;
    query.run_committed(schema, {user});
}

int column(const RowTrigger& trigger, const char* name, Oid type) {
    const int number = trigger.column(name);
    if (SPI_gettypeid(RelationGetDescr(trigger.relation()), number) != type)
        throw SqlError(ERRCODE_DATATYPE_MISMATCH, "column \"" + std::string(name) + "\" of table \"" +
                                                      trigger.table() +
                                                      "\" has another type than its trigger reads");
    return number;
}

} // namespace

/// BEFORE UPDATE row trigger on users, WHEN the address changes.
BOOKMEATOZ_FUNCTION(trigger_unverify_email, takes({}).returns(TRIGGEROID)) {
    RowTrigger trigger(fcinfo, "trigger_unverify_email", 0);
    const Oid schema = extension_schema(fcinfo);
    const Oid users = pg_call([&] { return get_relname_relid("users", schema); });
    if (trigger.is_insert() || RelationGetRelid(trigger.relation()) != users)
        throw SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                       "function trigger_unverify_email() serves UPDATE of table \"users\" alone");
    const int id = column(trigger, "id", UUIDOID);
    const int verified = column(trigger, "email_verified", BOOLOID);
    if (trigger.old(verified) == trigger.get(verified))
        trigger.set(verified, BoolGetDatum(false));
    delete_tokens(schema, "email_verifications", delete_verifications, trigger.old(id));
    delete_tokens(schema, "password_resets", delete_resets, trigger.old(id));
    return trigger.result();
}

} // namespace bookmeatoz::pg
