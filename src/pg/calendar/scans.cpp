// Index scans of a calendar: see calendar/scans.hpp.
#include "pg/calendar/scans.hpp"
#include "pg/access/predicates.hpp"
#include "pg/access/level.hpp"
#include "pg/calendar/rows.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include "access/relation.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

enum DirectScans { scans_off, scans_on, scans_notice };

constinit int direct_scans = scans_on;

constexpr config_enum_entry direct_scans_values[] = {
    {"off", scans_off, false},  {"on", scans_on, false},  {"notice", scans_notice, false},
    {"false", scans_off, true}, {"true", scans_on, true}, {"no", scans_off, true},
    {"yes", scans_on, true},    {nullptr, 0, false}};

// ---- what is read; the first columns are those that decide who sees a row

constexpr const char* by_id[] = {"id"};
constexpr const char* by_employee[] = {"employee_id"};
constexpr const char* by_business[] = {"business_id"};
constexpr const char* by_service[] = {"service_id", "employee_id"};
constexpr const char* by_employee_and_start[] = {"employee_id", "start_time"};
constexpr const char* by_employee_and_end[] = {"employee_id", "end_time"};
constexpr const char* by_business_and_start[] = {"business_id", "start_time"};
constexpr const char* by_business_and_end[] = {"business_id", "end_time"};

constexpr const char* service_columns[] = {
    "business_id", "status", "duration", "buffer_before_minutes", "buffer_after_minutes", "settings"};
constexpr const char* business_columns[] = {"id", "tenant_id", "status", "settings", "timezone"};
constexpr const char* tenant_columns[] = {"id", "status"};
constexpr const char* employee_columns[] = {"business_id", "employment_status", "id"};
constexpr const char* mapping_columns[] = {"business_id", "service_id", "employee_id"};
constexpr const char* hours_columns[] = {"business_id", "day_of_week", "is_off",  "start_time",
                                         "end_time",    "valid_from",  "valid_to"};
constexpr const char* override_columns[] = {"business_id", "start_time", "end_time", "is_unavailable"};
// Those without an employee, and those of one, need not say whose they are.
constexpr const char* long_booking_columns[] = {
    "business_id",          "id",     "service_id",      "start_time", "end_time", "buffer_before_minutes",
    "buffer_after_minutes", "status", "hold_expires_at", "employee_id"};
constexpr auto booking_columns = std::span(long_booking_columns).first<9>();

/// The arguments of booking_is_long(), which is_long() of the core answers.
constexpr const char* is_long_arguments[] = {"start_time", "end_time", "buffer_before_minutes",
                                             "buffer_after_minutes"};

struct WantedPlan {
    SightedScan CalendarPlans::*scan;
    const char* table;
    WantedScan wanted;
};

// One table's scans stand together.
constexpr WantedPlan wanted_plans[] = {
    {&CalendarPlans::service, "services", {by_id, service_columns}},
    {&CalendarPlans::business, "businesses", {by_id, business_columns}},
    {&CalendarPlans::tenant, "tenants", {by_id, tenant_columns}},
    {&CalendarPlans::employee, "employees", {by_id, employee_columns}},
    {&CalendarPlans::employees_of_business, "employees", {by_business, employee_columns}},
    {&CalendarPlans::mapped_employees, "employee_services", {by_service, mapping_columns}},
    {&CalendarPlans::mapped_services, "employee_services", {by_employee, mapping_columns}},
    {&CalendarPlans::own_hours, "working_hours", {by_employee, hours_columns}},
    {&CalendarPlans::default_hours, "working_hours", {by_business, hours_columns, "employee_id"}},
    {&CalendarPlans::overrides, "employee_availability_overrides", {by_employee_and_end, override_columns}},
    {&CalendarPlans::business_overrides,
     "business_availability_overrides",
     {by_business_and_end, override_columns}},
    {&CalendarPlans::bookings, "bookings", {by_employee_and_start, booking_columns}},
    {&CalendarPlans::unassigned_bookings,
     "bookings",
     {by_business_and_start, booking_columns, "employee_id"}},
    {&CalendarPlans::long_bookings,
     "bookings",
     {by_business_and_start, long_booking_columns, nullptr, "booking_is_long", is_long_arguments}},
};

// ---- the plans that are kept, and for how long

/// Counts what may have changed them, so that a change during the making is not missed.
constinit unsigned changes = 0;

struct KeptPlans {
    bool usable = false;
    unsigned made_at = 0;
    Oid schema = InvalidOid;
    RightsOf rights{};
    CalendarPlans plans;
    /// Why not usable.
    char reason[256] = "";

    bool name(Oid relation) const {
        return std::ranges::any_of(wanted_plans, [&](const WantedPlan& wanted) {
            const ScanPlan& plan = (plans.*wanted.scan).plan;
            return plan.table == relation || plan.index == relation;
        });
    }
};
constinit KeptPlans kept;

/// InvalidOid: everything may have changed. What was not usable may become so by whatever change.
void relation_changed(Datum, Oid relation) noexcept {
    if (!OidIsValid(relation) || !kept.usable || kept.name(relation))
        ++changes;
}

void watch_changes() {
    static constinit bool watching = false;
    if (watching)
        return;
    pg_call([] {
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
        // Roles and their memberships (of the database's owner too), the schema's privileges, functions, labels.
        for (const auto catalog : {AUTHOID, AUTHMEMROLEMEM, DATABASEOID, NAMESPACEOID, PROCOID, ENUMOID})
            // "auto": the type of a catalog's number differs between versions of the server.
            CacheRegisterSyscacheCallback(
                catalog, [](Datum, auto, uint32) { ++changes; }, Datum{0});
    });
    watching = true;
}

/// nullptr if all are found, else the reason. May raise a server error.
const char* find_plans(Oid schema, CalendarPlans& plans) {
    if (!may_use_schema(schema))
        return "The role may not use the schema.";
    for (const WantedPlan& wanted : wanted_plans) {
        const Oid table = get_relname_relid(wanted.table, schema);
        if (!OidIsValid(table))
            return psprintf("Table \"%s\" is missing.", wanted.table);
        const Relation relation = relation_open(table, AccessShareLock);
        SightedScan& scan = plans.*wanted.scan;
        const char* reason = nullptr;
        scan.sight = sight_of(relation, reason);
        if (scan.sight != Sight::unknown)
            reason = plan_scan(relation, wanted.wanted, scan.plan);
        relation_close(relation, NoLock);
        if (reason != nullptr)
            return reason;
    }
    return nullptr;
}

void make_plans(Oid schema, RightsOf rights) {
    watch_changes();
    const unsigned before = changes;
    CalendarPlans plans;
    const char* const reason = pg_call([&] { return find_plans(schema, plans); });
    if (reason == nullptr) {
        plans.active_service = enum_value(plans.service.plan.types[1], "active");
        plans.active_business = enum_value(plans.business.plan.types[2], "active");
        plans.active_tenant = enum_value(plans.tenant.plan.types[1], "active");
        plans.active_employee = enum_value(plans.employee.plan.types[1], "active");
        plans.booking_statuses = StatusLabels(plans.bookings.plan.types[7]);
    }
    kept.usable = reason == nullptr;
    // An index that is too new for now becomes usable with time alone, so that is asked again.
    const bool asks_again = std::ranges::any_of(
        wanted_plans, [&](const WantedPlan& wanted) { return (plans.*wanted.scan).plan.index_is_too_new; });
    kept.made_at = asks_again ? before - 1 : before;
    kept.schema = schema;
    kept.rights = rights;
    kept.plans = plans;
    snprintf(kept.reason, sizeof kept.reason, "%s", reason == nullptr ? "" : reason);
}

/// The plans for the current role, the tables locked; nullptr with the reason where there are none.
const CalendarPlans* current_plans(Oid schema, const char*& reason) {
    if (direct_scans == scans_off) {
        reason = "bookmeatoz.direct_scans is off.";
        return nullptr;
    }
    if (!rights_are_as_in_catalogs()) {
        reason = "row_security is off, or a module watches over the reading of tables.";
        return nullptr;
    }
    const RightsOf rights = RightsOf::current();
    pg_call([] { AcceptInvalidationMessages(); });
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (kept.made_at != changes || kept.schema != schema || kept.rights != rights)
            make_plans(schema, rights);
        if (!kept.usable) {
            reason = kept.reason;
            return nullptr;
        }
        // A lock that is new brings in what has changed before it was granted; then the plans are no longer right.
        pg_call([] {
            Oid last = InvalidOid;
            for (const WantedPlan& wanted : wanted_plans) {
                const Oid table = (kept.plans.*wanted.scan).plan.table;
                if (table != last)
                    LockRelationOid(table, AccessShareLock);
                last = table;
            }
        });
        if (kept.made_at == changes)
            return &kept.plans;
    }
    reason = "The tables are being changed.";
    return nullptr;
}

bool is_restricted(const CalendarPlans& plans) {
    return std::ranges::any_of(wanted_plans, [&](const WantedPlan& wanted) {
        return (plans.*wanted.scan).sight != Sight::every_row;
    });
}

/// For those who wonder why a search is slow.
void tell_source(const char* reason) {
    if (direct_scans != scans_notice)
        return;
    pg_call([&] {
        if (reason == nullptr) {
            ereport(NOTICE, errmsg_internal("the calendar is read by index scans"));
        } else {
            ereport(NOTICE, errmsg_internal("the calendar is read by queries"),
                    errdetail_internal("%s", reason));
        }
    });
}

/// May raise a server error.
Datum copy_of(Datum jsonb) {
    return PointerGetDatum(PG_DETOAST_DATUM_COPY(jsonb));
}

} // namespace

void calendar_scans_init() {
    DefineCustomEnumVariable("bookmeatoz.direct_scans",
                             "Whether calendars are read by index scans where the caller's rights allow it.",
                             "on; off: by queries always, which find the same; or notice: as on, and each "
                             "search says by a NOTICE how the "
                             "calendar was read, and why so.",
                             &direct_scans, scans_on, direct_scans_values, PGC_USERSET, 0, nullptr, nullptr,
                             nullptr);
}

std::optional<CalendarScans> CalendarScans::open(Oid schema) {
    const char* reason = nullptr;
    const CalendarPlans* const plans = current_plans(schema, reason);
    ContextClass session = ContextClass::admin;
    if (plans != nullptr && is_restricted(*plans)) {
        session = effective_class(schema);
        if (session == ContextClass::user)
            reason = "The session speaks for a user alone.";
    }
    tell_source(reason);
    if (reason != nullptr)
        return std::nullopt;
    return CalendarScans(schema, session, *plans);
}

bool CalendarScans::is_reached(Sight sight, const IndexScan& row) {
    const auto id = [&](int column) { return row.is_null(column) ? nullptr : &row.id(column); };
    switch (sight) {
    case Sight::every_row:
        return true;
    case Sight::by_business: {
        const pg_uuid_t* const business = id(0);
        if (business != nullptr && reached_business_ && same_id(*business, *reached_business_))
            return true;
        const bool reaches = reaches_business(class_, schema_, business);
        if (reaches && business != nullptr)
            reached_business_ = *business;
        return reaches;
    }
    case Sight::by_business_row:
        return reaches_business_row(class_, id(0), id(1));
    case Sight::by_tenant:
        return reaches_tenant(class_, schema_, id(0));
    case Sight::unknown:
        break;
    }
    return false;
}

template <class Take>
void CalendarScans::read(const SightedScan& scan, ScanKeys keys, Take take) {
    pg_call([&] {
        IndexScan row(scan.plan, keys);
        row.seek(keys);
        while (row.next()) {
            if (sees(scan.sight, row) && !take(row))
                break;
        }
        row.close();
    });
}

template <class Take>
void CalendarScans::read_each(const SightedScan& scan, ScanKeys keys, std::span<ResourceRows> employees,
                              Take take) {
    pg_call([&] {
        IndexScan row(scan.plan, keys);
        for (ResourceRows& employee : employees) {
            keys.replace_first(to_datum(employee.id));
            row.seek(keys);
            while (row.next()) {
                if (sees(scan.sight, row))
                    take(row, employee);
            }
        }
        row.close();
    });
}

std::optional<BusinessRow> CalendarScans::business(const Uuid& id, bool with_tenant) {
    std::optional<BusinessRow> found;
    Uuid tenant_id{};
    read(plans_.business, ScanKeys().uuid_is(to_datum(id)), [&](const IndexScan& row) {
        found = {id, row.label(2) == plans_.active_business, copy_of(row.get(3, JSONBOID)), row.string(4)};
        tenant_id = to_uuid(row.id(1));
        return false;
    });
    if (found && with_tenant)
        found->is_active = found->is_active && is_active_tenant(tenant_id);
    return found;
}

bool CalendarScans::is_active_tenant(const Uuid& id) {
    bool is_active = false;
    read(plans_.tenant, ScanKeys().uuid_is(to_datum(id)), [&](const IndexScan& row) {
        is_active = row.label(1) == plans_.active_tenant;
        return false;
    });
    return is_active;
}

std::optional<ServiceRow> CalendarScans::service(const Uuid& id) {
    ServiceRow service{};
    bool found = false;
    read(plans_.service, ScanKeys().uuid_is(to_datum(id)), [&](const IndexScan& row) {
        service.business.id = to_uuid(row.id(0));
        service.is_active = row.label(1) == plans_.active_service;
        service.service = {id, std::chrono::minutes(row.int4(2)), std::chrono::minutes(row.int4(3)),
                           std::chrono::minutes(row.int4(4))};
        service.settings = copy_of(row.get(5, JSONBOID));
        found = true;
        return false;
    });
    if (!found)
        return std::nullopt;
    const std::optional<BusinessRow> business = this->business(service.business.id, true);
    if (!business)
        return std::nullopt;
    service.business = *business;
    return service;
}

std::optional<BusinessRow> CalendarScans::business_of_employee(const Uuid& employee_id) {
    std::optional<Uuid> business_id;
    read(plans_.employee, ScanKeys().uuid_is(to_datum(employee_id)), [&](const IndexScan& row) {
        business_id = to_uuid(row.id(0));
        return false;
    });
    return business_id ? business(*business_id, false) : std::nullopt;
}

void CalendarScans::eligible_employees(const Uuid& service_id, const std::optional<Uuid>& only,
                                       std::pmr::vector<Uuid>& ids) {
    ScanKeys keys;
    keys.uuid_is(to_datum(service_id));
    if (only)
        keys.uuid_is(to_datum(*only));
    Uuid business_id{};
    read(plans_.mapped_employees, keys, [&](const IndexScan& row) {
        business_id = to_uuid(row.id(0));
        ids.push_back(to_uuid(row.id(2)));
        return true;
    });
    if (ids.empty())
        return;
    if (ids.size() > 1 && keep_active_of(business_id, ids))
        return;
    pg_call([&] {
        ScanKeys key = ScanKeys().uuid_is(to_datum(ids.front()));
        IndexScan row(plans_.employee.plan, key);
        std::erase_if(ids, [&](const Uuid& id) {
            key.replace_first(to_datum(id));
            row.seek(key);
            return !row.next() || !sees(plans_.employee.sight, row) || !is_active_employee(row);
        });
        row.close();
    });
}

/// To find one costs as much as to read some thirty in a row: so all of the business are read, but of a large one, and false
/// is returned, no more than that. `ids` are ascending; those who are not active are taken out.
bool CalendarScans::keep_active_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) {
    const std::size_t most = 30 * ids.size();
    std::size_t rows = 0;
    std::pmr::vector<Uuid> active(ids.get_allocator());
    active.reserve(ids.size());
    read(plans_.employees_of_business, ScanKeys().uuid_is(to_datum(business_id)), [&](const IndexScan& row) {
        const Uuid id = to_uuid(row.id(2));
        if (is_active_employee(row) && std::binary_search(ids.begin(), ids.end(), id))
            active.push_back(id);
        return ++rows < most;
    });
    if (rows == most)
        return false;
    std::sort(active.begin(), active.end());
    ids = std::move(active);
    return true;
}

bool CalendarScans::has_employee(const Uuid& business_id) {
    bool found = false;
    read(plans_.employees_of_business, ScanKeys().uuid_is(to_datum(business_id)), [&](const IndexScan&) {
        found = true;
        return false;
    });
    return found;
}

void CalendarScans::own_hours(std::span<ResourceRows> employees) {
    RowCount count = hours_count;
    read_each(
        plans_.own_hours, ScanKeys().uuid_is(Datum(0)), employees,
        [&](const IndexScan& row, ResourceRows& employee) { add_shift(row, count, employee.own_hours); });
}

void CalendarScans::default_hours(const Uuid& business_id, std::pmr::vector<WeeklyShift>& hours) {
    RowCount count = hours_count;
    read(plans_.default_hours, ScanKeys().uuid_is(to_datum(business_id)), [&](const IndexScan& row) {
        add_shift(row, count, hours);
        return true;
    });
}

void CalendarScans::overrides(Interval reach, std::span<ResourceRows> employees) {
    RowCount count = overrides_count;
    read_each(plans_.overrides, ScanKeys().uuid_is(Datum(0)).time_after(to_datum(reach.begin)), employees,
              [&](const IndexScan& row, ResourceRows& employee) {
                  const Interval interval{to_instant(row.time(1)), to_instant(row.time(2))};
                  if (interval.begin < reach.end)
                      add_override({interval, row.boolean(3)}, count, employee.overrides);
              });
}

void CalendarScans::business_overrides(const Uuid& business_id, Interval reach,
                                       std::pmr::vector<Override>& overrides) {
    // Where nobody ever closes, a search must not pay for it.
    if (pg_call([&] { return is_empty_table(plans_.business_overrides.plan.table); }))
        return;
    RowCount count = overrides_count;
    read(plans_.business_overrides,
         ScanKeys().uuid_is(to_datum(business_id)).time_after(to_datum(reach.begin)),
         [&](const IndexScan& row) {
             const Interval interval{to_instant(row.time(1)), to_instant(row.time(2))};
             if (interval.begin < reach.end)
                 add_override({interval, row.boolean(3)}, count, overrides);
             return true;
         });
}

void CalendarScans::bookings(const BookingsAsked& asked, std::span<ResourceRows> employees) {
    // One employee is about as busy as the others; memory that a growing vector leaves behind costs more than the rows.
    std::size_t most = 16;
    RowCount count = bookings_count;
    read_each(plans_.bookings,
              ScanKeys().uuid_is(Datum(0)).time_within(to_datum(asked.reach.all.begin),
                                                       to_datum(asked.reach.all.end)),
              employees, [&](const IndexScan& row, ResourceRows& employee) {
                  count.add();
                  if (employee.bookings.empty())
                      employee.bookings.reserve(most);
                  add_booking(row, plans_.booking_statuses, asked, employee.bookings);
                  most = std::max(most, employee.bookings.size());
              });
}

void CalendarScans::unassigned_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                        std::pmr::vector<Booking>& bookings) {
    RowCount count = bookings_count;
    read(plans_.unassigned_bookings,
         ScanKeys()
             .uuid_is(to_datum(business_id))
             .time_within(to_datum(asked.reach.all.begin), to_datum(asked.reach.all.end)),
         [&](const IndexScan& row) {
             count.add();
             add_booking(row, plans_.booking_statuses, asked, bookings);
             return true;
         });
}

void CalendarScans::long_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                  std::span<ResourceRows> employees, std::pmr::vector<Booking>* unassigned) {
    const auto keys_of = [&](Interval starts) {
        return ScanKeys()
            .uuid_is(to_datum(business_id))
            .time_within(to_datum(starts.begin), to_datum(starts.end));
    };
    RowCount count = bookings_count;
    pg_call([&] {
        IndexScan row(plans_.long_bookings.plan, keys_of(asked.reach.long_before));
        for (const Interval starts : {asked.reach.long_before, asked.reach.long_behind}) {
            ScanKeys keys = keys_of(starts);
            row.seek(keys);
            while (row.next()) {
                if (!sees(plans_.long_bookings.sight, row))
                    continue;
                count.add();
                add_far_booking(row, plans_.booking_statuses, asked, employees, unassigned);
            }
        }
        row.close();
    });
}

void CalendarScans::services_of(std::span<ResourceRows> employees, std::pmr::vector<Uuid>& services) {
    read_each(plans_.mapped_services, ScanKeys().uuid_is(Datum(0)), employees,
              [&](const IndexScan& row, ResourceRows&) { services.push_back(to_uuid(row.id(1))); });
    std::sort(services.begin(), services.end());
    services.erase(std::unique(services.begin(), services.end()), services.end());
}

} // namespace bookmeatoz::pg
