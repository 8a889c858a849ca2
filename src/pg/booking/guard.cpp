// The guard of bookings (S18): the trigger that writes the columns which only the database may write, and clears the way for
// the constraints. Whether a booking collides is theirs to decide; the trigger refuses only what no constraint can express:
// daily limits (S16), expired holds that would come back (S19), and overbooking without the right.
#include "core/busy_time.hpp"
#include "core/daily_limit.hpp"
#include "pg/access/predicates.hpp"
#include "pg/access/level.hpp"
#include "pg/calendar/employees.hpp"
#include "pg/booking/attempt.hpp"
#include "pg/booking/collision.hpp"
#include "pg/booking/locks.hpp"
#include "pg/calendar/status.hpp"
#include "pg/server/boundary.hpp"
#include "pg/booking/busy_range.hpp"
#include "pg/calendar/values.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/memory.hpp"
#include "pg/server/row_trigger.hpp"
#include "pg/server/spi.hpp"
#include "pg/calendar/settings.hpp"
#include "pg/server/sha256.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/server/table_owner.hpp"
#include "pg/calendar/time_zone.hpp"

#include <bitset>
#include <cstring>
#include <vector>

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "port/pg_bswap.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rls.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr Oid uuid_argument[] = {UUIDOID};
constexpr Oid two_uuids[] = {UUIDOID, UUIDOID};
constexpr Oid three_uuids[] = {UUIDOID, UUIDOID, UUIDOID};

constexpr Oid uuid_and_range[] = {UUIDOID, UUIDOID, TSTZRANGEOID};
constexpr Oid uuids_and_times[] = {UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
constexpr Oid uuids_range_and_times[] = {UUIDOID, UUIDOID, TSTZRANGEOID, TIMESTAMPTZOID, TIMESTAMPTZOID};

constinit SavedQuery service_query(R"(
    SELECT duration, buffer_before_minutes, buffer_after_minutes
      FROM @extschema@.services
     WHERE business_id = $1 AND id = $2)",
                                   two_uuids);

constinit SavedQuery settings_query(R"(
    SELECT b.settings, s.settings, b.timezone
      FROM @extschema@.services s
      JOIN @extschema@.businesses b ON b.id = s.business_id
     WHERE s.business_id = $1 AND s.id = $2
       AND ($3 IS NULL OR EXISTS (SELECT FROM @extschema@.employees WHERE business_id = $1 AND id = $3)))",
                                    three_uuids);

constinit SavedQuery employee_query("SELECT FROM @extschema@.employees WHERE id = $1", uuid_argument);

constinit SavedQuery unassigned_query(R"(
    SELECT
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND resource_id IS NULL AND id <> $2
       AND busy OPERATOR(pg_catalog.&&) $3 AND start_time > $4 AND start_time < $5
       AND NOT overbooked AND )" OCCUPYING_STATUS R"(
       AND (hold_expires_at IS NULL OR hold_expires_at > pg_catalog.clock_timestamp())
     LIMIT 1)",
                                      uuids_range_and_times);

constinit SavedQuery day_query(R"(
    SELECT service_id, start_time, hold_expires_at
      FROM @extschema@.bookings
     WHERE employee_id = $1 AND id <> $2 AND start_time >= $3 AND start_time < $4
       AND )" OCCUPYING_STATUS R"(
    UNION ALL
    SELECT service_id, start_time, hold_expires_at
      FROM @extschema@.bookings
     WHERE business_id = $1 AND employee_id IS NULL AND id <> $2 AND start_time >= $3 AND start_time < $4
       AND )" OCCUPYING_STATUS R"()",
                               uuids_and_times);

constinit SavedQuery expired_holds_query(R"(
    SELECT id, pg_catalog.lower(busy) AS busy, pg_catalog.upper(busy) AS busy
      FROM @extschema@.bookings
     WHERE resource_id = $1 AND id <> $2 AND busy OPERATOR(pg_catalog.&&) $3
       AND NOT overbooked AND status = 'pending' AND hold_expires_at <= pg_catalog.clock_timestamp())",
                                         uuid_and_range);

// Who works on the row just now may wait for locks of ours: so it is not waited for here, and the constraints decide.
constinit SavedQuery delete_expired_hold(R"(
    DELETE FROM @extschema@.bookings
     WHERE id = (SELECT id
                   FROM @extschema@.bookings
                  WHERE id = $1 AND status = 'pending' AND hold_expires_at <= pg_catalog.clock_timestamp()
                    FOR UPDATE SKIP LOCKED))",
                                         uuid_argument);

// Holds that have expired are about to be deleted.
constinit SavedQuery seats_query(R"(
    SELECT seat
      FROM @extschema@.bookings
     WHERE session_key = $1 AND id <> $2
       AND NOT overbooked AND )" OCCUPYING_STATUS R"(
       AND (hold_expires_at IS NULL OR hold_expires_at > pg_catalog.clock_timestamp()))",
                                 two_uuids);

constexpr int most_seats = 10000;

/// What the guard reads and writes of a row.
constexpr const char* guarded_columns[] = {
    "id",         "business_id",           "service_id",           "employee_id", "start_time",
    "end_time",   "buffer_before_minutes", "buffer_after_minutes", "status",      "hold_expires_at",
    "overbooked", "resource_id",           "session_key",          "seat"};

struct ExpiredHold {
    pg_uuid_t id;
    TimestampTz busy_begin;
    TimestampTz busy_end;
};

/// A row of bookings as it is written.
class BookingRow {
public:
    explicit BookingRow(FunctionCallInfo fcinfo)
        : row_(fcinfo, "trigger_guard_booking", 0), schema_(extension_schema(fcinfo)), owner_(row_.owner()) {
        row_.require("bookings", guarded_columns);
        statuses_ = StatusLabels(row_.column_type(row_.column("status")));
        const std::optional<Datum> key = value("session_key");
        is_attempt_ = key && BookingAttempt::is_marked(*DatumGetUUIDP(*key));
    }

    /// A booking function is writing this row: it decides again when the row is passed over.
    bool is_attempt() const { return is_attempt_; }
    /// By INSERT ... ON CONFLICT, which looks for others before it writes.
    bool is_inserted_by_function() const { return is_attempt_ && row_.is_insert(); }

    void fill_from_service();
    void check_right_to_overbook() const;
    void refuse_revival() const;
    void write_resource();
    void write_session_key();
    bool has_valid_times() const;
    bool claims_time() const;
    bool outlasts_its_hold() const;
    bool load_settings();
    void give_up_time();
    bool is_in_reach() const;
    void find_expired_holds();
    BookingLocks needed_locks() const;
    enum class Met {
        nobody,
        /// Has waited, or somebody has just gone: all is to be done again.
        awaited,
        /// A booking function finds the time taken.
        taken,
    };
    Met meet_others(BookingLocks& locks);
    std::optional<SlotReason> refusal() const;
    void write_seat();
    Datum result() const { return row_.result(); }

private:
    /// The column's value before the statement and after it are the same.
    bool unchanged(const char* name, Oid type) const;
    bool occupies(bool old) const;
    bool is_overbooked(bool old) const;
    bool is_same_time_as_before() const;
    bool is_same_claim_as_before() const;
    void delete_expired_holds() const;
    bool reaches_daily_limit() const;
    bool meets_unassigned() const;
    /// The start's local date at the business; days since 1970.
    int64 local_date() const;
    std::optional<Datum> value(const char* name) const;
    /// These are errors where it is NULL.
    Datum given(const char* name) const { return row_.get(row_.column(name)); }
    TimestampTz time(const char* name) const { return row_.time(row_.column(name)); }
    int32 minutes(const char* name) const { return row_.int4(row_.column(name)); }
    const pg_uuid_t& id(const char* name) const { return row_.id(row_.column(name)); }
    TimestampTz busy_begin(bool old) const;
    TimestampTz busy_end(bool old) const;
    Datum busy() const;
    void set(const char* name, Datum value) { row_.set(row_.column(name), value); }
    void set_if_null(const char* name, Datum value);

    RowTrigger row_;
    Oid schema_;
    Oid owner_;
    StatusLabels statuses_;
    bool is_attempt_;
    // In the way of a row that claims time: S19.
    std::vector<ExpiredHold> expired_holds_;
    // Of a row that claims time or outlasts its hold; the zone where a daily limit is set.
    Settings settings_;
    pg_tz* time_zone_ = nullptr;
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
    const std::optional<BookingStatus> known =
        statuses_.find(DatumGetObjectId(old ? row_.old(column) : row_.get(column)));
    return known && bookmeatoz::occupies(*known);
}

bool BookingRow::is_overbooked(bool old) const {
    const int column = row_.column("overbooked");
    return old ? DatumGetBool(row_.old(column)) : !row_.is_null(column) && DatumGetBool(row_.get(column));
}

bool BookingRow::is_same_time_as_before() const {
    return unchanged("business_id", UUIDOID) && unchanged("employee_id", UUIDOID) &&
           unchanged("start_time", TIMESTAMPTZOID) && unchanged("end_time", TIMESTAMPTZOID) &&
           unchanged("buffer_before_minutes", INT4OID) && unchanged("buffer_after_minutes", INT4OID);
}

/// Neither when and whose it is has changed, nor whether it occupies time: a confirmed booking that is completed does before and
/// after.
bool BookingRow::is_same_claim_as_before() const {
    return is_same_time_as_before() && occupies(false) == occupies(true) &&
           is_overbooked(false) == is_overbooked(true);
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
        set_if_null("end_time",
                    TimestampTzGetDatum(DatumGetTimestampTz(*start) + found.int4(1) * USECS_PER_MINUTE));
    set_if_null("buffer_before_minutes", Int32GetDatum(found.int4(2)));
    set_if_null("buffer_after_minutes", Int32GetDatum(found.int4(3)));
}

/// overbooked passes the guard, so it takes a right: EXECUTE on may_overbook(). A row that was let in may be changed by
/// others as long as that forces nothing in anew.
void BookingRow::check_right_to_overbook() const {
    if (!is_overbooked(false) || !occupies(false))
        return;
    if (!row_.is_insert() && is_overbooked(true) && occupies(true) && is_same_time_as_before())
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

/// S19: a hold that has expired never comes back, neither as a booking nor with a later expiry nor at another time: its time
/// may be others' by now. It may be ended, or deleted.
void BookingRow::refuse_revival() const {
    const int column = row_.column("hold_expires_at");
    const TimestampTz now = GetCurrentTimestamp();
    if (row_.is_insert() || row_.old_is_null(column) || DatumGetTimestampTz(row_.old(column)) > now)
        return;
    const std::optional<Datum> expiry = value("hold_expires_at");
    const bool stays_expired = expiry && DatumGetTimestampTz(*expiry) <= now && is_same_time_as_before();
    if (occupies(false) && !stays_expired)
        throw SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "the hold has expired",
                       "Its time is no longer kept.", "Book or hold a slot anew.");
}

/// S18: the employee, else the business if it has no active employee (S12), else none. Decided once for each claim: the
/// business may have lost its employees since, which makes no UPDATE of other columns fail.
void BookingRow::write_resource() {
    const int column = row_.column("resource_id");
    if (is_same_claim_as_before()) {
        if (row_.old_is_null(column)) {
            row_.set(column, Datum(0), true);
        } else {
            row_.set(column, row_.old(column));
        }
        return;
    }
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
        const Seen seen = occupies(false) && !is_overbooked(false) ? Seen::kept : Seen::latest;
        business_is_resource = !employee_was_deleted && !has_active_employee(schema_, *business, seen);
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
    std::string hashed;
    hashed.append(reinterpret_cast<const char*>(DatumGetUUIDP(*whose)->data), UUID_LEN)
        .append(reinterpret_cast<const char*>(DatumGetUUIDP(*service)->data), UUID_LEN)
        .append(reinterpret_cast<const char*>(times), sizeof times);
    const Sha256 digest = sha256(hashed);
    pg_uuid_t key;
    std::memcpy(key.data, digest.data(), UUID_LEN);
    set("session_key", UUIDPGetDatum(&key));
}

/// As the table's checks want them, which refuse the row after the trigger.
bool BookingRow::has_valid_times() const {
    const TimestampTz start = time("start_time"), end = time("end_time");
    const auto is_buffer = [&](const char* name) {
        return 0 <= minutes(name) && minutes(name) <= longest_buffer.count();
    };
    return !TIMESTAMP_NOT_FINITE(start) && !TIMESTAMP_NOT_FINITE(end) && start < end &&
           end - start <= longest_booking.count() && is_buffer("buffer_before_minutes") &&
           is_buffer("buffer_after_minutes");
}

/// The row takes up time of a resource that it did not take up before, or in another way, and the constraints see it. Rows
/// whose other columns change wait for nobody.
bool BookingRow::claims_time() const {
    for (const char* const needed :
         {"id", "business_id", "service_id", "resource_id", "session_key", "start_time", "end_time",
          "buffer_before_minutes", "buffer_after_minutes", "overbooked"}) {
        if (!value(needed))
            return false;
    }
    if (!occupies(false) || is_overbooked(false) || !has_valid_times())
        return false;
    return row_.is_insert() || !occupies(true) || is_overbooked(true) || !unchanged("session_key", UUIDOID) ||
           !unchanged("buffer_before_minutes", INT4OID) || !unchanged("buffer_after_minutes", INT4OID);
}

/// A hold is confirmed, or expires later. Others who count at the end of its old time must not pass it over (S16).
bool BookingRow::outlasts_its_hold() const {
    const int column = row_.column("hold_expires_at");
    if (row_.is_insert() || row_.old_is_null(column) || !occupies(false) || is_overbooked(false) ||
        !value("resource_id") || !value("service_id") || !value("business_id") || !value("start_time") ||
        TIMESTAMP_NOT_FINITE(time("start_time")))
        return false;
    const std::optional<Datum> expiry = value("hold_expires_at");
    return !expiry || DatumGetTimestampTz(*expiry) > DatumGetTimestampTz(row_.old(column));
}

TimestampTz BookingRow::busy_begin(bool old) const {
    const int start = row_.column("start_time");
    const int buffer = row_.column("buffer_before_minutes");
    return DatumGetTimestampTz(old ? row_.old(start) : row_.get(start)) -
           DatumGetInt32(old ? row_.old(buffer) : row_.get(buffer)) * USECS_PER_MINUTE;
}

TimestampTz BookingRow::busy_end(bool old) const {
    const int end = row_.column("end_time");
    const int buffer = row_.column("buffer_after_minutes");
    return DatumGetTimestampTz(old ? row_.old(end) : row_.get(end)) +
           DatumGetInt32(old ? row_.old(buffer) : row_.get(buffer)) * USECS_PER_MINUTE;
}

Datum BookingRow::busy() const {
    return busy_range(time("start_time"), time("end_time"), minutes("buffer_before_minutes"),
                      minutes("buffer_after_minutes"));
}

/// S17, for what the guard counts: capacity and daily limits. false where service or employee are not the business's own:
/// their foreign keys refuse the row, and before that it must not show whether it would collide.
bool BookingRow::load_settings() {
    const AsOwner as_owner(owner_);
    const SpiConnection spi;
    const SpiRows rows = settings_query.run_committed(
        schema_, {given("business_id"), given("service_id"), value("employee_id")});
    if (rows.size() == 0)
        return false;
    const SpiRow found = *rows.begin();
    read_settings(settings_, SettingsOwner::business, id("business_id"), found.get(1, JSONBOID));
    read_settings(settings_, SettingsOwner::service, id("service_id"), found.get(2, JSONBOID));
    if (settings_.limits_days())
        time_zone_ = known_time_zone(found.string(3));
    return true;
}

/// The constraints do not compare a row without a resource. Of a row whose keys stay as they are no foreign key is asked again:
/// that its service or employee is not of its business is said here.
void BookingRow::give_up_time() {
    if (unchanged("business_id", UUIDOID) && unchanged("service_id", UUIDOID) &&
        unchanged("employee_id", UUIDOID))
        throw SqlError(ERRCODE_FOREIGN_KEY_VIOLATION,
                       "the service or the employee of the booking is not of its business");
    row_.set(row_.column("resource_id"), Datum(0), true);
    write_session_key();
}

int64 BookingRow::local_date() const {
    std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();
    const Instant start = to_instant(time("start_time"));
    const auto periods = zone_periods(time_zone_, {start, start}, memory);
    return Zone(periods).date_of(start).time_since_epoch().count();
}

/// S19: holds in the way that have expired. The constraints would still count them.
void BookingRow::find_expired_holds() {
    expired_holds_.clear();
    const AsOwner as_owner(owner_);
    const SpiConnection spi;
    for (const SpiRow hold :
         expired_holds_query.run_committed(schema_, {given("resource_id"), given("id"), busy()}))
        expired_holds_.push_back({hold.id(1), hold.time(2), hold.time(3)});
}

/// The functions' INSERT looks for others before it writes, and needs no lock for that. But it may wait there, so whoever holds
/// another lock has looked before, as those who write without the functions.
BookingLocks BookingRow::needed_locks() const {
    BookingLocks locks(id("business_id"));
    const bool claims = claims_time();
    if (settings_.limits_days())
        locks.add_day(id("resource_id"), local_date());
    if (claims && settings_.capacity > 1)
        locks.add_session(id("session_key"));
    if (claims && (!is_inserted_by_function() || !locks.none() || !expired_holds_.empty())) {
        locks.add_time(id("resource_id"), busy_begin(false), busy_end(false));
        // What is left counts too: two rows may change places.
        if (!row_.is_insert() && !row_.old_is_null(row_.column("resource_id")) && occupies(true))
            locks.add_time(*DatumGetUUIDP(row_.old(row_.column("resource_id"))), busy_begin(true),
                           busy_end(true));
    }
    // Whoever else meets the hold must find it gone, or wait before anybody can wait for him.
    for (const ExpiredHold& hold : expired_holds_)
        locks.add_time(id("resource_id"), hold.busy_begin, hold.busy_end);
    return locks;
}

void BookingRow::delete_expired_holds() const {
    if (expired_holds_.empty())
        return;
    const AsOwner as_owner(owner_);
    const SpiConnection spi;
    for (const ExpiredHold& hold : expired_holds_)
        delete_expired_hold.run_committed(schema_, {UUIDPGetDatum(&hold.id)});
}

/// Whether the caller may know what else there is in the business. Policies are asked after the trigger; a row that they
/// will refuse must get their error, whatever it meets.
bool BookingRow::is_in_reach() const {
    const bool is_bound = pg_call(
        [&] { return check_enable_rls(RelationGetRelid(row_.relation()), InvalidOid, true) == RLS_ENABLED; });
    return !is_bound || reaches_business(effective_class(schema_), schema_, &id("business_id"));
}

/// S18: what ON CONFLICT does by itself. The constraint alone would look for others when the row is in the index already,
/// where they find it and wait in turn. Whoever waits here holds no lock: those who are waited for may want it for their next
/// row.
BookingRow::Met BookingRow::meet_others(BookingLocks& locks) {
    if (locks.none())
        return Met::nobody;
    const Claim claim{row_.old_place(), given("resource_id"), busy(), given("session_key"),
                      row_.int2(row_.column("seat"))};
    Rival rival;
    if (!expired_holds_.empty()) {
        // Who has deleted a hold is waited for, so nobody does it who is about to wait.
        rival = find_rival(row_.relation(), claim, Wanted::open);
        if (rival.fate == Rival::Fate::none)
            delete_expired_holds();
    }
    if (rival.fate == Rival::Fate::none)
        rival = find_rival(row_.relation(), claim, Wanted::any);
    switch (rival.fate) {
    case Rival::Fate::none:
        return Met::nobody;
    case Rival::Fate::open:
        locks.release();
        wait_for(row_.relation(), rival);
        return Met::awaited;
    case Rival::Fate::certain:
        // The index would refuse it, or wait if the other is being deleted meanwhile: so nobody goes there with his time locked.
        if (is_inserted_by_function()) {
            locks.release();
            return Met::taken;
        }
        // With ON CONFLICT there may be nothing to do.
        if (row_.is_insert() && !row_.is_inserted_plainly()) {
            locks.release_time();
            return Met::nobody;
        }
        locks.release();
        if (rival.has_seat)
            refuse_seat(row_.relation(), claim);
        else
            refuse_collision(row_.relation(), claim);
        return Met::awaited; // it has just gone
    }
    return Met::nobody;
}

/// Why the row must not be written, where no constraint says so.
std::optional<SlotReason> BookingRow::refusal() const {
    if (settings_.limits_days() && reaches_daily_limit())
        return SlotReason::limit_reached;
    const bool business_is_resource =
        std::memcmp(id("resource_id").data, id("business_id").data, UUID_LEN) == 0;
    if (business_is_resource && meets_unassigned())
        return SlotReason::booked;
    return std::nullopt;
}

/// S16, by the search's own count.
bool BookingRow::reaches_daily_limit() const {
    ContextMemory context(CurrentMemoryContext);
    std::pmr::monotonic_buffer_resource memory(&context);
    const Instant start = to_instant(time("start_time"));
    const Interval near{start - date_reach, start + date_reach};
    const auto periods = zone_periods(time_zone_, {near.begin - date_reach, near.end + date_reach}, &memory);
    Calendar calendar{};
    calendar.service.id = to_uuid(id("service_id"));
    calendar.settings = settings_;
    calendar.zone = periods;
    calendar.as_of = to_instant(GetCurrentTimestamp());
    std::pmr::vector<Booking> bookings(&memory);
    const AsOwner as_owner(owner_);
    const SpiConnection spi;
    for (const SpiRow found : day_query.run_committed(
             schema_, {given("resource_id"), given("id"), to_datum(near.begin), to_datum(near.end)})) {
        Booking& booking = bookings.emplace_back();
        booking.service_id = to_uuid(found.id(1));
        booking.interval.begin = to_instant(found.time(2));
        booking.status = BookingStatus::pending;
        if (!found.is_null(3))
            booking.hold_expires_at = to_instant(found.time(3));
    }
    return DailyLimit(calendar, bookings, poll_interrupts, &memory).reached_at(start);
}

/// Bookings that were unassigned while the business had employees have no resource, so the constraint does not compare
/// them; now that the business is itself the resource they occupy it (S12).
bool BookingRow::meets_unassigned() const {
    const TimestampTz reach = (longest_booking + 2 * longest_buffer) / std::chrono::microseconds(1);
    const AsOwner as_owner(owner_);
    const SpiConnection spi;
    return unassigned_query
               .run_committed(schema_, {given("business_id"), given("id"), busy(),
                                        TimestampTzGetDatum(time("start_time") - reach),
                                        TimestampTzGetDatum(time("end_time") + reach)})
               .size() > 0;
}

/// S15, S18: the lowest free seat of the session; the row's own, if it already has one there. Where none is free, seat 1:
/// the unique index refuses it.
void BookingRow::write_seat() {
    const int column = row_.column("seat");
    const bool keeps_seat =
        !row_.is_insert() && unchanged("session_key", UUIDOID) && occupies(true) && !is_overbooked(true);
    if (keeps_seat) {
        row_.set(column, row_.old(column));
        return;
    }
    int seat = 1;
    if (settings_.capacity > 1) {
        const AsOwner as_owner(owner_);
        const SpiConnection spi;
        std::bitset<most_seats + 1> taken;
        for (const SpiRow found : seats_query.run_committed(schema_, {given("session_key"), given("id")}))
            taken.set(static_cast<std::size_t>(found.int2(1)));
        while (seat <= settings_.capacity && taken.test(static_cast<std::size_t>(seat)))
            ++seat;
        if (seat > settings_.capacity)
            seat = 1;
    }
    row_.set(column, Int16GetDatum(static_cast<int16>(seat)));
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

/// BEFORE INSERT OR UPDATE row trigger on bookings.
BOOKMEATOZ_FUNCTION(trigger_guard_booking, takes({}).returns(TRIGGEROID)) {
    BookingRow row(fcinfo);
    row.fill_from_service();
    row.check_right_to_overbook();
    row.refuse_revival();
    row.write_resource();
    row.write_session_key();
    bool claims_time = row.claims_time();
    if ((claims_time || row.outlasts_its_hold()) && !row.load_settings()) {
        row.give_up_time();
        claims_time = false;
    }
    // A row of another business takes no lock there, and waits for nobody: its policy refuses it after the trigger.
    bool again = (claims_time || row.outlasts_its_hold()) && row.is_in_reach();
    if (!again)
        row.write_seat();
    while (again) {
        if (claims_time)
            row.find_expired_holds();
        BookingLocks locks = row.needed_locks();
        locks.take();
        row.refuse_revival(); // it may have expired while it waited
        if (const std::optional<SlotReason> reason = claims_time ? row.refusal() : std::nullopt) {
            if (row.is_attempt())
                return Datum(0); // passed over
            refuse_slot(*reason);
        }
        row.write_seat();
        const BookingRow::Met met = claims_time ? row.meet_others(locks) : BookingRow::Met::nobody;
        if (met == BookingRow::Met::taken)
            return Datum(0); // passed over
        again = met == BookingRow::Met::awaited;
    }
    return row.result();
}

/// The right to overbook is EXECUTE on this function; so whoever can ask has it.
BOOKMEATOZ_FUNCTION(may_overbook, takes({}).returns(BOOLOID)) {
    PG_RETURN_BOOL(true);
}
