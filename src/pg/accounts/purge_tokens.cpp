// Deletes expired tokens, with the caller's rights. But a superuser acts as the owner of each table: the owner's triggers must not
// run with the rights of a superuser.
#include "pg/accounts/purge_tokens.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/table_owner.hpp"

#include <optional>
#include <string>

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

struct TokenTable {
    const char* name;
    SavedQuery purge;
};

constinit TokenTable token_tables[] = {
    {"token_blacklist", {"DELETE FROM @extschema@.token_blacklist WHERE expires_at <= $1", {TIMESTAMPTZOID}}},
    {"password_resets", {"DELETE FROM @extschema@.password_resets WHERE expires_at <= $1", {TIMESTAMPTZOID}}},
    {"email_verifications",
     {"DELETE FROM @extschema@.email_verifications WHERE expires_at <= $1", {TIMESTAMPTZOID}}},
};

} // namespace

uint64 purge_tokens(Oid schema) {
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    uint64 deleted = 0;
    for (TokenTable& table : token_tables) {
        const Oid owner = required_owner(schema, table.name);
        std::optional<OnBehalfOfOwner> on_behalf;
        if (pg_call([] { return superuser(); }))
            on_behalf.emplace(owner);
        const SpiConnection spi;
        deleted += table.purge.run_latest(schema, {TimestampTzGetDatum(now)}).size();
    }
    return deleted;
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// purge_expired_tokens()
BOOKMEATOZ_FUNCTION(purge_expired_tokens, takes({}).returns(INT8OID)) {
    return Int64GetDatum(static_cast<int64>(purge_tokens(extension_schema(fcinfo))));
}
