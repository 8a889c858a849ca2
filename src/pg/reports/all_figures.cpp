// bookmeatoz_all_figures(): what the materialized view business_stats contains.
#include "pg/calendar/values.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/result_rows.hpp"
#include "pg/server/spi.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/server/uuid.hpp"

#include <vector>

extern "C" {
#include "utils/acl.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery businesses_query("SELECT id FROM @extschema@.businesses ORDER BY id", {});

constinit SavedQuery figures_query(
    "SELECT * FROM @extschema@.business_figures($1, NULL::pg_catalog.date, NULL::pg_catalog.date)",
    {UUIDOID});

/// False where the data of the business cannot be counted: a wrong setting, an unknown time zone, too many overrides.
bool add_figures(Oid schema, const Uuid& business, ResultRows& rows) {
    Subtransaction counting;
    try {
        const SpiConnection spi;
        for (const SpiRow row : figures_query.run(schema, {to_datum(business)}))
            rows.add(row.tuple());
    } catch (const ServerError&) {
        if (!Subtransaction::forgives({ERRCODE_INVALID_PARAMETER_VALUE, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                                       ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
                                       ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, ERRCODE_NULL_VALUE_NOT_ALLOWED}))
            throw;
        counting.roll_back();
        return false;
    }
    counting.commit();
    return true;
}

void warn_left_out(const Uuid& business) {
    const std::string id = uuid_text(to_pg_uuid(business));
    pg_call([&] {
        ereport(WARNING, errmsg("business %s is left out of business_stats", id.c_str()),
                errhint("SELECT * FROM business_figures('%s', NULL, NULL) raises the error that says why.",
                        id.c_str()));
    });
}

/// Says how far a refresh is, if it takes long.
class Progress {
public:
    explicit Progress(std::size_t businesses) : businesses_(businesses), told_(GetCurrentTimestamp()) {}

    void done(std::size_t count) {
        constexpr int silence_in_milliseconds = 5000;
        const TimestampTz now = GetCurrentTimestamp();
        if (!TimestampDifferenceExceeds(told_, now, silence_in_milliseconds))
            return;
        told_ = now;
        pg_call([&] {
            ereport(NOTICE, errmsg_internal("business_stats: %zu of %zu businesses", count, businesses_));
        });
    }

private:
    std::size_t businesses_;
    TimestampTz told_;
};

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

/// It reads as the owner whom FORCE ROW LEVEL SECURITY does not bind, since REFRESH MATERIALIZED VIEW would otherwise fill the view with
/// what the session context shows, and a restored dump, whose row_security is off, could not fill it at all.
BOOKMEATOZ_FUNCTION(bookmeatoz_all_figures,
                    takes({}).returns_table({UUIDOID, DATEOID, INT8OID, JSONBOID, INT8OID, INT8OID, JSONBOID,
                                             INT8OID, INT8OID, INT8OID, INT8OID, INTERVALOID})) {
    const Oid schema = extension_schema(fcinfo);
    const Oid owner = required_owner(schema, "bookings", "business_stats counts its rows.");
    if (!pg_call([&] { return has_privs_of_role(GetUserId(), owner); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "only the owner of the data may count all bookings",
                       {}, "Read accessible_business_stats, or call business_statistics().");
    ResultRows rows(fcinfo);
    const AsOwner as_owner(owner);
    std::vector<Uuid> businesses;
    {
        const SpiConnection spi;
        const SpiRows found = businesses_query.run(schema, {});
        businesses.reserve(found.size());
        for (const SpiRow row : found)
            businesses.push_back(to_uuid(row.id(1)));
    }
    Progress progress(businesses.size());
    for (std::size_t i = 0; i < businesses.size(); ++i) {
        if (!add_figures(schema, businesses[i], rows))
            warn_left_out(businesses[i]);
        progress.done(i + 1);
    }
    return Datum(0);
}
