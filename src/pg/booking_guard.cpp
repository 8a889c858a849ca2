// The guard of bookings (S18): the range that the exclusion constraint compares, and the trigger that writes the columns
// which only the database may write. Nothing here decides whether a booking collides: the constraints do.
#include "active_employee.hpp"
#include "boundary.hpp"
#include "extension_schema.hpp"
#include "row_trigger.hpp"
#include "saved_query.hpp"
#include "settings_reader.hpp"
#include "table_owner.hpp"

#include <bitset>
#include <cstring>
#include <string_view>

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "port/pg_bswap.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};
constexpr Oid two_uuids[] = {UUIDOID, UUIDOID};

constinit SavedQuery service_query(R"(
    SELECT duration, buffer_before_minutes, buffer_after_minutes, settings
      FROM @extschema@.services
     WHERE business_id = $1 AND id = $2)",
                                   two_uuids);

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE id = $1", uuid_argument);

constinit SavedQuery seats_query(R"(
    SELECT seat
      FROM @extschema@.bookings
     WHERE session_key = $1 AND id <> $2
       AND NOT overbooked AND (status = 'pending' OR status = 'confirmed' OR status = 'completed'))",
                                 two_uuids);

constexpr int most_seats = 10000;

/// A row of bookings as it is written.
class BookingRow {
public:
    explicit BookingRow(FunctionCallInfo fcinfo)
        : row_(fcinfo, "trigger_guard_booking", 0), schema_(extension_schema(fcinfo)), owner_(row_.owner()) {}

    void fill_from_service();
    void check_right_to_overbook() const;
    void write_resource();
    void write_session_key();
    void write_seat();
    Datum result() const { return row_.result(); }

private:
    /// The column's value before the statement and after it are the same.
    bool unchanged(const char* name, Oid type) const;
    bool occupies(bool old) const;
    bool is_same_time_as_before() const;
    std::optional<Datum> value(const char* name) const;
    void set(const char* name, Datum value) { row_.set(row_.column(name), value); }
    void set_if_null(const char* name, Datum value);

    RowTrigger row_;
    Oid schema_;
    Oid owner_;
};

std::optional<Datum> BookingRow::value(const char* name) const {
    const int column = row_.column(name);
    if (row_.is_null(column))
        return std::nullopt;
    return row_.get(column);
}

bool BookingRow::unchanged(const char* name, Oid type) const {
    const int column = row_.column(name);
    if (row_.is_insert() || row_.is_null(column) != row_.old_is_null(column))
        return false;
    if (row_.is_null(column))
        return true;
    const Datum before = row_.old(column);
    const Datum after = row_.get(column);
    if (type == UUIDOID)
        return std::memcmp(DatumGetUUIDP(before), DatumGetUUIDP(after), UUID_LEN) == 0;
    return before == after;
}

/// As the predicate of the constraints: a pending, confirmed or completed row, whether a hold has expired or not.
bool BookingRow::occupies(bool old) const {
    const int column = row_.column("status");
    if (old ? row_.old_is_null(column) : row_.is_null(column))
        return false;
    const Datum status = old ? row_.old(column) : row_.get(column);
    const std::string_view label(
        pg_call([&] { return DatumGetCString(OidFunctionCall1(F_ENUM_OUT, status)); }));
    return label == "pending" || label == "confirmed" || label == "completed";
}

bool BookingRow::is_same_time_as_before() const {
    return unchanged("business_id", UUIDOID) && unchanged("employee_id", UUIDOID) &&
           unchanged("start_time", TIMESTAMPTZOID) && unchanged("end_time", TIMESTAMPTZOID) &&
           unchanged("buffer_before_minutes", INT4OID) && unchanged("buffer_after_minutes", INT4OID);
}

void BookingRow::set_if_null(const char* name, Datum new_value) {
    if (!value(name))
        set(name, new_value);
}

/// The end of the booking and its buffers, where the statement left them out. What is missing because the start or a key
/// is missing stays NULL, for the table's own checks to refuse. Read with the caller's rights: whether a service exists that
/// the caller may not see must not show in the error.
void BookingRow::fill_from_service() {
    const std::optional<Datum> business = value("business_id");
    const std::optional<Datum> service = value("service_id");
    const bool complete =
        value("end_time") && value("buffer_before_minutes") && value("buffer_after_minutes");
    if (complete || !business || !service)
        return;
    const SpiConnection spi;
    const SpiRows rows = service_query.run_latest(schema_, {*business, *service});
    if (rows.size() == 0)
        throw SqlError(ERRCODE_FOREIGN_KEY_VIOLATION, "the service of the booking was not found",
                       "The end and the buffers of a booking come from a service of its own business.");
    const SpiRow found = *rows.begin();
    const std::optional<Datum> start = value("start_time");
    if (start && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(*start)))
        set_if_null("end_time", TimestampTzGetDatum(DatumGetTimestampTz(*start) +
                                                    DatumGetInt32(found.get(1)) * USECS_PER_MINUTE));
    set_if_null("buffer_before_minutes", found.get(2));
    set_if_null("buffer_after_minutes", found.get(3));
}

/// overbooked passes the guard, so it takes a right: EXECUTE on may_overbook(). A row that was let in may be changed by
/// others as long as that forces nothing in anew.
void BookingRow::check_right_to_overbook() const {
    const std::optional<Datum> overbooked = value("overbooked");
    if (!overbooked || !DatumGetBool(*overbooked) || !occupies(false))
        return;
    if (!row_.is_insert() && DatumGetBool(row_.old(row_.column("overbooked"))) && occupies(true) &&
        is_same_time_as_before())
        return;
    const Oid right = extension_function(schema_, "may_overbook");
    const bool allowed = pg_call([&] {
#if PG_VERSION_NUM >= 160000
        return object_aclcheck(ProcedureRelationId, right, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
        return pg_proc_aclcheck(right, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
    });
    if (!allowed)
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied to overbook",
                       "An overbooked booking is let in beside others at the same time.",
                       "GRANT EXECUTE ON FUNCTION may_overbook() to the role, or book a free slot.");
}

/// S18: the employee, else the business if it has no active employee (S12), else none.
void BookingRow::write_resource() {
    const int column = row_.column("resource_id");
    if (const std::optional<Datum> employee = value("employee_id")) {
        row_.set(column, *employee);
        return;
    }
    const std::optional<Datum> business = value("business_id");
    bool business_is_resource = false;
    if (business) {
        const AsOwner as_owner(owner_);
        const SpiConnection spi;
        const int employee = row_.column("employee_id");
        // Deleting an employee sets employee_id to NULL. Then the booking belongs to nobody: bookings of several deleted
        // employees may overlap, and would collide as the business's.
        const bool employee_was_deleted =
            !row_.is_insert() && !row_.old_is_null(employee) &&
            employee_query.run_latest(schema_, {row_.old(employee)}).size() == 0;
        business_is_resource =
            !employee_was_deleted && !has_active_employee(schema_, *business, Seen::latest);
    }
    if (business_is_resource) {
        row_.set(column, *business);
    } else {
        row_.set(column, Datum(0), true);
    }
}

/// The first 16 bytes of SHA-256 over resource, service, start and end. A booking without a resource is a session of its
/// own: unassigned bookings do not share seats.
void BookingRow::write_session_key() {
    const std::optional<Datum> resource = value("resource_id");
    const std::optional<Datum> service = value("service_id");
    const std::optional<Datum> start = value("start_time");
    const std::optional<Datum> end = value("end_time");
    const std::optional<Datum> whose = resource ? resource : value("id");
    if (!whose || !service || !start || !end)
        return; // one of the table's NOT NULL constraints refuses the row
    const uint64 times[] = {pg_hton64(static_cast<uint64>(DatumGetTimestampTz(*start))),
                            pg_hton64(static_cast<uint64>(DatumGetTimestampTz(*end)))};
    pg_uuid_t* const key = pg_call([&] {
        uint8 digest[PG_SHA256_DIGEST_LENGTH];
        pg_cryptohash_ctx* const hash = pg_cryptohash_create(PG_SHA256);
        const bool failed =
            hash == nullptr || pg_cryptohash_init(hash) < 0 ||
            pg_cryptohash_update(hash, DatumGetUUIDP(*whose)->data, UUID_LEN) < 0 ||
            pg_cryptohash_update(hash, DatumGetUUIDP(*service)->data, UUID_LEN) < 0 ||
            pg_cryptohash_update(hash, reinterpret_cast<const uint8*>(times), sizeof times) < 0 ||
            pg_cryptohash_final(hash, digest, sizeof digest) < 0;
        if (failed)
            elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(hash));
        pg_cryptohash_free(hash);
        auto* const uuid = static_cast<pg_uuid_t*>(palloc(UUID_LEN));
        std::memcpy(uuid->data, digest, UUID_LEN);
        return uuid;
    });
    set("session_key", UUIDPGetDatum(key));
}

/// S15, S18: the lowest free seat of the session; the row's own, if it already has one there. Where none is free, seat 1:
/// the unique index refuses it, as it does when two writers take one seat at the same time.
void BookingRow::write_seat() {
    const int column = row_.column("seat");
    const bool keeps_seat = !row_.is_insert() && unchanged("session_key", UUIDOID) && occupies(true) &&
                            !DatumGetBool(row_.old(row_.column("overbooked")));
    if (keeps_seat) {
        row_.set(column, row_.old(column));
        return;
    }
    int seat = 1;
    const std::optional<Datum> key = value("session_key");
    const std::optional<Datum> service = value("service_id");
    if (value("resource_id") && value("business_id") && key && service && occupies(false)) {
        const AsOwner as_owner(owner_);
        const SpiConnection spi;
        Settings settings;
        for (const SpiRow found : service_query.run_latest(schema_, {*value("business_id"), *service}))
            read_settings(settings, SettingsOwner::service, *DatumGetUUIDP(*service), found.get(4));
        if (settings.capacity > 1) {
            std::bitset<most_seats + 1> taken;
            for (const SpiRow found : seats_query.run_latest(schema_, {*key, *value("id")}))
                taken.set(static_cast<std::size_t>(DatumGetInt16(found.get(1))));
            while (seat <= settings.capacity && taken.test(static_cast<std::size_t>(seat)))
                ++seat;
            if (seat > settings.capacity)
                seat = 1;
        }
    }
    row_.set(column, Int16GetDatum(static_cast<int16>(seat)));
}

/// The instant moved by some minutes; infinite ones stay where they are. May raise a server error.
TimestampTz shifted(TimestampTz time, int64 minutes) {
    TimestampTz result = time;
    if (!TIMESTAMP_NOT_FINITE(time) &&
        (__builtin_add_overflow(time, minutes * USECS_PER_MINUTE, &result) || !IS_VALID_TIMESTAMP(result)))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return result;
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

/// IMMUTABLE, STRICT: [start - before, end + after), the value of the generated column bookings.busy.
BOOKMEATOZ_FUNCTION(busy_range) {
    return boundary([&]() -> Datum {
        return pg_call([&] {
            TypeCacheEntry* const type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
            RangeBound lower = {};
            lower.val = TimestampTzGetDatum(shifted(PG_GETARG_TIMESTAMPTZ(0), -int64(PG_GETARG_INT32(2))));
            lower.inclusive = true;
            lower.lower = true;
            RangeBound upper = {};
            upper.val = TimestampTzGetDatum(shifted(PG_GETARG_TIMESTAMPTZ(1), int64(PG_GETARG_INT32(3))));
            // Nothing is occupied by a booking that ends before it starts; bookings_end_after_start refuses it.
            const bool empty = PG_GETARG_TIMESTAMPTZ(1) < PG_GETARG_TIMESTAMPTZ(0);
#if PG_VERSION_NUM >= 160000
            return RangeTypePGetDatum(make_range(type, &lower, &upper, empty, nullptr));
#else
            return RangeTypePGetDatum(make_range(type, &lower, &upper, empty));
#endif
        });
    });
}

/// BEFORE INSERT OR UPDATE row trigger on bookings.
BOOKMEATOZ_FUNCTION(trigger_guard_booking) {
    return boundary([&]() -> Datum {
        BookingRow row(fcinfo);
        row.fill_from_service();
        row.check_right_to_overbook();
        row.write_resource();
        row.write_session_key();
        row.write_seat();
        return row.result();
    });
}

/// The right to overbook is EXECUTE on this function; so whoever can ask has it.
BOOKMEATOZ_FUNCTION(may_overbook) {
    PG_RETURN_BOOL(fcinfo != nullptr);
}
