// The SQL functions that write several bookings in one call: book_slots(), reschedule_bookings() and cancel_series(). Each booking is
// decided and written as by the functions for one (S20, booking/writer.hpp). The first two lock the business for several first, then
// the rows that are there already, ascending by id, then customers, ascending, and only then write: booking/guard.cpp says why
// nobody waits in a circle.
#include "pg/booking/attempt.hpp"
#include "pg/booking/customer_rules.hpp"
#include "pg/server/uuid_datum.hpp"
#include "pg/booking/locks.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/booking/request.hpp"
#include "pg/booking/result.hpp"
#include "pg/booking/state.hpp"
#include "pg/booking/writer.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/sha256.hpp"
#include "pg/server/subtransaction.hpp"
#include "pg/availability/arguments.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace bookmeatoz::pg {
namespace {

constexpr std::size_t most_items = 1000;

constinit SavedQuery service_businesses_query(R"(
    SELECT DISTINCT business_id FROM @extschema@.services WHERE id = ANY ($1) ORDER BY business_id)",
                                              {UUIDARRAYOID});

constinit SavedQuery booking_businesses_query(R"(
    SELECT DISTINCT business_id FROM @extschema@.bookings WHERE id = ANY ($1) ORDER BY business_id)",
                                              {UUIDARRAYOID});

constinit SavedQuery leave_query(R"(
    UPDATE @extschema@.bookings SET session_key := $2 WHERE id = ANY ($1))",
                                 {UUIDARRAYOID, UUIDOID});

constinit SavedQuery series_query(R"(
    SELECT id
      FROM @extschema@.bookings
     WHERE series_id = $1 AND start_time >= $2 AND hold_expires_at IS NULL AND (status = 'pending' OR status = 'confirmed')
     ORDER BY id
       FOR NO KEY UPDATE)",
                                  {UUIDOID, TIMESTAMPTZOID});

constinit SavedQuery cancel_all_query(R"(
    UPDATE @extschema@.bookings
       SET status := 'cancelled', cancellation_reason := $2
     WHERE id = ANY ($1)
    RETURNING )" BOOKING_RECORD_COLUMNS,
                                      {UUIDARRAYOID, TEXTOID});

/// 22004 for NULL.
std::size_t array_size(FunctionCallInfo fcinfo, int position, const char* name) {
    const std::optional<Datum> array = optional_value(fcinfo, position);
    if (!array)
        throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED, std::string(name) + " must not be NULL");
    return pg_call([&] {
        const ArrayType* const elements = DatumGetArrayTypeP(*array);
        return static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(elements), ARR_DIMS(elements)));
    });
}

/// The elements of a uuid[]; a NULL is none.
std::vector<std::optional<pg_uuid_t>> ids_argument_at(FunctionCallInfo fcinfo, int position) {
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    pg_call([&] {
        deconstruct_array(DatumGetArrayTypeP(fcinfo->args[position].value), UUIDOID, UUID_LEN, false,
                          TYPALIGN_CHAR, &values, &nulls, &count);
    });
    std::vector<std::optional<pg_uuid_t>> ids;
    ids.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        ids.push_back(nulls[i] ? std::nullopt : std::optional(*DatumGetUUIDP(values[i])));
    return ids;
}

/// The same where none may be NULL (22004).
std::vector<pg_uuid_t> required_ids_at(FunctionCallInfo fcinfo, int position, const char* name) {
    std::vector<pg_uuid_t> ids;
    for (const std::optional<pg_uuid_t>& id : ids_argument_at(fcinfo, position)) {
        if (!id)
            throw SqlError(ERRCODE_NULL_VALUE_NOT_ALLOWED,
                           "an element of " + std::string(name) + " must not be NULL");
        ids.push_back(*id);
    }
    return ids;
}

struct NamedSize {
    const char* name;
    std::size_t size;
};

/// As many as the longest array has; 22023 unless each has as many, or one for all; 54000 above most_items.
std::size_t number_of_items(std::initializer_list<NamedSize> arrays) {
    const NamedSize longest = *std::ranges::max_element(arrays, {}, &NamedSize::size);
    if (longest.size > most_items)
        throw SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                       std::string(longest.name) + " has more than " + std::to_string(most_items) +
                           " elements",
                       "It has " + std::to_string(longest.size) + ".", "Write them in several calls.");
    for (const NamedSize& array : arrays) {
        if (array.size != longest.size && array.size != 1)
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                           std::string(array.name) + " and " + longest.name + " do not match",
                           "They have " + std::to_string(array.size) + " and " +
                               std::to_string(longest.size) + " elements.",
                           "Give each as many elements, or one for all.");
    }
    if (longest.size == 0)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(longest.name) + " must not be empty");
    return longest.size;
}

/// The element of an item: one may serve all.
template <class Elements>
const auto& at(const Elements& elements, std::size_t item) {
    return elements.size() == 1 ? elements.front() : elements[item];
}

/// Which of several items an error is about, for people: the first is 1.
void name_item(SqlError& error, std::size_t item) {
    error.message = "item " + std::to_string(item + 1) + ": " + error.message;
}

void lock_for_several(SavedQuery& businesses_query, std::span<const Uuid> ids, Oid schema) {
    std::vector<Uuid> businesses;
    for (const SpiRow row : businesses_query.run_latest(schema, {uuid_array(ids)}))
        businesses.push_back(to_uuid(row.id(1)));
    for (const Uuid& business : businesses)
        pg::lock_for_several(business);
}

// ---- book_slots()

struct Outcome {
    std::optional<BookingRecord> booking;
    std::string reason;
};

bool is_refusal(const SqlError& error) {
    return error.sqlstate == errcode_not_bookable || error.sqlstate == ERRCODE_EXCLUSION_VIOLATION;
}

/// As write_booking(), and a refusal is an outcome. What it has locked or pushed is given back then.
Outcome try_booking(const BookingRequest& request, Oid schema) {
    Outcome outcome;
    Subtransaction attempt;
    try {
        outcome.booking = write_booking(request, schema);
    } catch (const SqlError& error) {
        if (!is_refusal(error))
            throw;
        outcome.reason = error.detail;
    }
    if (outcome.booking) {
        attempt.commit();
    } else {
        attempt.roll_back();
    }
    return outcome;
}

/// The key of one item: the first has the call's own, so that no other function uses it for something else.
Datum key_of_item(Datum key, std::size_t item) {
    if (item == 0)
        return key;
    std::string derived;
    for (const unsigned char byte : sha256(to_text(key))) {
        derived += "0123456789abcdef"[byte >> 4];
        derived += "0123456789abcdef"[byte & 15];
    }
    return text_datum(derived + ':' + std::to_string(item + 1));
}

bool skips_refused(FunctionCallInfo fcinfo, int position) {
    const std::optional<Datum> value = optional_value(fcinfo, position);
    const std::string on_conflict = value ? to_text(*value) : "NULL";
    if (on_conflict != "fail" && on_conflict != "skip")
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "on_conflict must be fail or skip",
                       "It is " + on_conflict + ".");
    return on_conflict == "skip";
}

void add_row(ResultRows& rows, const BookingRequest& asked, std::size_t item, const Outcome& outcome) {
    const Datum number = Int32GetDatum(static_cast<int32>(item + 1));
    if (!outcome.booking) {
        rows.add({Datum(0), Datum(0), to_datum(asked.start), Datum(0), Datum(0), Datum(0), number,
                  text_datum(outcome.reason)},
                 {true, true, false, true, true, true, false, false});
        return;
    }
    const BookingRecord& booking = *outcome.booking;
    rows.add(
        {UUIDPGetDatum(&booking.id), booking.employee_id ? UUIDPGetDatum(&*booking.employee_id) : Datum(0),
         TimestampTzGetDatum(booking.start), TimestampTzGetDatum(booking.end), text_datum(booking.status),
         TimestampTzGetDatum(booking.hold_expires_at.value_or(0)), number, Datum(0)},
        {false, !booking.employee_id, false, false, false, !booking.hold_expires_at, false, true});
}

// ---- reschedule_bookings()

struct MovedBooking {
    std::size_t item;
    LockedBooking booking;
    Move move;
};

/// All rows of the items, locked; BM003 for the first that is not there.
std::vector<MovedBooking> lock_items(Oid schema, const std::vector<pg_uuid_t>& ids) {
    std::vector<Uuid> sought;
    sought.reserve(ids.size());
    for (const pg_uuid_t& id : ids)
        sought.push_back(to_uuid(id));
    std::map<Uuid, LockedBooking> found;
    for (LockedBooking& booking : lock_bookings(schema, sought))
        found.emplace(to_uuid(booking.record.id), std::move(booking));
    std::vector<MovedBooking> items;
    for (std::size_t item = 0; item < ids.size(); ++item) {
        try {
            const auto booking = found.find(sought[item]);
            if (booking == found.end())
                not_found(Sought::booking, ids[item]);
            require_movable(booking->second.record);
            items.push_back({item, booking->second, Move{}});
        } catch (SqlError& error) {
            name_item(error, item);
            throw;
        }
    }
    return items;
}

/// Before the first row is written, ascending by id.
void lock_customers(const std::vector<MovedBooking>& items, Oid schema) {
    std::map<Uuid, Settings> by_service;
    std::map<Uuid, const Settings*> by_customer;
    for (const MovedBooking& item : items) {
        if (!item.booking.customer_id)
            continue;
        const Uuid service = to_uuid(item.booking.service_id);
        if (!by_service.contains(service))
            by_service.emplace(service, settings_of_service(item.booking.service_id, schema));
        by_customer.emplace(to_uuid(*item.booking.customer_id), &by_service.at(service));
    }
    for (const auto& [customer, settings] : by_customer)
        lock_customer_if_compared(to_pg_uuid(customer), *settings);
}

/// None of them is in the way of another, or of itself.
void leave_places(std::span<const Uuid> ids, Oid schema) {
    const BookingAttempt marked;
    if (leave_query.run_latest(schema, {uuid_array(ids), BookingAttempt::leaving_mark()}).size() !=
        ids.size())
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "not all of the bookings may be changed", {},
                       "Move those that the session may change.");
}

void refuse_duplicates(const std::vector<pg_uuid_t>& ids) {
    std::set<Uuid> seen;
    for (const pg_uuid_t& id : ids) {
        if (!seen.insert(to_uuid(id)).second)
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "booking_ids names a booking twice", {},
                           "Give each booking one new time.");
    }
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(book_slots, takes({UUIDARRAYOID, TIMESTAMPTZARRAYOID, UUIDOID, UUIDARRAYOID, TEXTOID,
                                       TEXTOID, TEXTOID, JSONBOID, TEXTOID, UUIDOID, UUIDOID})
                                    .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                                    TIMESTAMPTZOID, INT4OID, TEXTOID})) {
    const SlotArguments arguments(fcinfo);
    const bool names_employees = !fcinfo->args[3].isnull;
    const std::size_t count =
        number_of_items({{"slot_starts", array_size(fcinfo, 1, "slot_starts")},
                         {"service_ids", array_size(fcinfo, 0, "service_ids")},
                         {"employee_ids", names_employees ? array_size(fcinfo, 3, "employee_ids") : 1}});
    const std::vector<pg_uuid_t> services = required_ids_at(fcinfo, 0, "service_ids");
    const std::pmr::vector<Instant> starts =
        arguments.instants(1, "slot_starts", most_items, std::pmr::new_delete_resource());
    const std::vector<std::optional<pg_uuid_t>> employees =
        names_employees ? ids_argument_at(fcinfo, 3) : std::vector<std::optional<pg_uuid_t>>(1);
    BookingRequest common{};
    common.customer_id = arguments.id(2, "customer_id");
    const bool skips = skips_refused(fcinfo, 4);
    common.status = new_status(fcinfo, 5);
    common.notes = optional_value(fcinfo, 6);
    common.metadata = optional_value(fcinfo, 7);
    const std::optional<Datum> key = optional_value(fcinfo, 8);
    common.series_id = arguments.optional_id(9);
    common.visit_id = arguments.optional_id(10);

    std::vector<BookingRequest> requests(count, common);
    HashedArguments hashed;
    hashed.add("several");
    hashed.add(common.customer_id);
    hashed.add(common.status);
    hashed.add_text(common.notes);
    hashed.add(metadata_text(common.metadata));
    hashed.add(common.series_id);
    hashed.add(common.visit_id);
    for (std::size_t item = 0; item < count; ++item) {
        BookingRequest& request = requests[item];
        request.service_id = at(services, item);
        request.start = at(starts, item);
        request.employee_id = at(employees, item);
        hashed.add(request.service_id);
        hashed.add(std::to_string(request.start.time_since_epoch().count()));
        hashed.add(request.employee_id);
    }
    if (key) {
        check_key(*key);
        for (std::size_t item = 0; item < count; ++item) {
            HashedArguments of_item = hashed;
            of_item.add(std::to_string(item));
            requests[item].idempotency_key = key_of_item(*key, item);
            requests[item].idempotency_hash = of_item.hash();
        }
    }
    // In the order of time; those of one time in an order that is the same for all.
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t item) {
        const BookingRequest& request = requests[item];
        return std::tuple(request.start, to_uuid(request.service_id),
                          request.employee_id ? to_uuid(*request.employee_id) : Uuid{}, item);
    });

    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    if (count > 1) {
        std::vector<Uuid> ids;
        ids.reserve(services.size());
        for (const pg_uuid_t& service : services)
            ids.push_back(to_uuid(service));
        lock_for_several(service_businesses_query, ids, schema);
        lock_known_customer(*common.customer_id, schema);
    }
    std::vector<Outcome> outcomes(count);
    for (const std::size_t item : order) {
        try {
            if (skips) {
                outcomes[item] = try_booking(requests[item], schema);
            } else {
                outcomes[item].booking = write_booking(requests[item], schema);
            }
        } catch (SqlError& error) {
            name_item(error, item);
            throw;
        }
    }
    ResultRows rows(fcinfo);
    for (std::size_t item = 0; item < count; ++item)
        add_row(rows, requests[item], item, outcomes[item]);
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(reschedule_bookings,
                    takes({UUIDARRAYOID, TIMESTAMPTZARRAYOID, UUIDARRAYOID, BOOLOID, BOOLOID})
                        .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
                                        TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const bool names_employees = !fcinfo->args[2].isnull;
    const std::size_t count =
        number_of_items({{"booking_ids", array_size(fcinfo, 0, "booking_ids")},
                         {"slot_starts", array_size(fcinfo, 1, "slot_starts")},
                         {"employee_ids", names_employees ? array_size(fcinfo, 2, "employee_ids") : 1}});
    const std::vector<pg_uuid_t> ids = required_ids_at(fcinfo, 0, "booking_ids");
    if (ids.size() != count)
        throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "booking_ids and slot_starts do not match", {},
                       "One booking has one new time.");
    refuse_duplicates(ids);
    const std::pmr::vector<Instant> starts =
        arguments.instants(1, "slot_starts", most_items, std::pmr::new_delete_resource());
    const std::vector<std::optional<pg_uuid_t>> employees =
        names_employees ? ids_argument_at(fcinfo, 2) : std::vector<std::optional<pg_uuid_t>>(1);
    const bool keep_duration = flag(fcinfo, 3, "keep_duration");
    const bool as_customer = flag(fcinfo, 4, "as_customer");

    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    std::vector<Uuid> all;
    all.reserve(ids.size());
    for (const pg_uuid_t& id : ids)
        all.push_back(to_uuid(id));
    lock_for_several(booking_businesses_query, all, schema);
    std::vector<MovedBooking> items = lock_items(schema, ids);
    lock_customers(items, schema);
    for (MovedBooking& moved : items) {
        moved.move.start = at(starts, moved.item);
        moved.move.employee_id = at(employees, moved.item);
        moved.move.keep_duration = keep_duration;
        moved.move.as_customer = as_customer;
    }
    std::ranges::sort(items, {}, [](const MovedBooking& moved) {
        return std::pair(moved.move.start, to_uuid(moved.booking.record.id));
    });
    std::vector<Uuid> without_place;
    without_place.reserve(items.size());
    for (const MovedBooking& moved : items)
        without_place.push_back(to_uuid(moved.booking.record.id));
    leave_places(without_place, schema);

    std::vector<BookingRecord> records(count);
    for (std::size_t i = 0; i < items.size(); ++i) {
        MovedBooking& moved = items[i];
        moved.move.without_place = std::span(without_place).subspan(i + 1);
        try {
            records[moved.item] = move_booking(moved.booking, moved.move, schema);
        } catch (SqlError& error) {
            name_item(error, moved.item);
            throw;
        }
    }
    ResultRows rows(fcinfo);
    for (const BookingRecord& record : records)
        add_row(rows, record);
    return Datum(0);
}

BOOKMEATOZ_FUNCTION(cancel_series, takes({UUIDOID, TIMESTAMPTZOID, TEXTOID})
                                       .returns_table({UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                                                       TEXTOID, TIMESTAMPTZOID})) {
    const SlotArguments arguments(fcinfo);
    const pg_uuid_t series = arguments.id(0, "series_id");
    const Instant from = arguments.instant(1, "from_time");
    const std::optional<Datum> reason = optional_value(fcinfo, 2);
    const Oid schema = extension_schema(fcinfo);
    const SpiConnection spi;
    std::vector<Uuid> ids;
    for (const SpiRow row : series_query.run_latest(schema, {UUIDPGetDatum(&series), to_datum(from)}))
        ids.push_back(to_uuid(row.id(1)));
    std::vector<BookingRecord> cancelled;
    for (const SpiRow row : cancel_all_query.run_latest(schema, {uuid_array(ids), reason}))
        cancelled.push_back(booking_record(row));
    std::ranges::sort(cancelled, {}, [](const BookingRecord& booking) {
        return std::pair(booking.start, to_uuid(booking.id));
    });
    ResultRows rows(fcinfo);
    for (const BookingRecord& booking : cancelled)
        add_row(rows, booking);
    return Datum(0);
}
