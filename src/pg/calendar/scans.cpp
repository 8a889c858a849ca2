// Index scans of a calendar: see calendar/scans.hpp.
#include "pg/calendar/scans.hpp"
#include "pg/server/invalidation.hpp"
#include "pg/server/privileges.hpp"
#include "pg/access/predicates.hpp"
#include "pg/access/level.hpp"
#include "pg/calendar/rows.hpp"

#include <algorithm>
#include <array>
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
    "business_id", "status", "duration", "buffer_before_minutes", "buffer_after_minutes", "settings", "id"};
constexpr const char* business_columns[] = {"id", "tenant_id", "status", "settings", "timezone"};
constexpr const char* tenant_columns[] = {"id", "status"};
constexpr const char* employee_columns[] = {"business_id", "employment_status", "id"};
constexpr const char* mapping_columns[] = {"business_id", "service_id", "employee_id"};
constexpr const char* hours_columns[] = {"business_id", "day_of_week", "is_off",  "start_time",
                                         "end_time",    "valid_from",  "valid_to"};
constexpr const char* override_columns[] = {"business_id", "start_time", "end_time", "is_unavailable"};
// The bookings of one employee, and those without one, do not need the last column, employee_id.
constexpr const char* long_booking_columns[] = {
    "business_id",          "id",     "service_id",      "start_time", "end_time", "buffer_before_minutes",
    "buffer_after_minutes", "status", "hold_expires_at", "employee_id"};
constexpr auto booking_columns = std::span(long_booking_columns).first<9>();

/// The arguments of booking_is_long(), which is_long() of the core answers.
constexpr const char* is_long_arguments[] = {"start_time", "end_time", "buffer_before_minutes",
                                             "buffer_after_minutes"};

struct WantedLayout {
    SightedScan ScanLayouts::*scan;
    const char* table;
    WantedScan wanted;
};

// One table's scans stand together.
constexpr WantedLayout wanted_layouts[] = {
    {&ScanLayouts::service, "services", {by_id, service_columns}},
    {&ScanLayouts::business, "businesses", {by_id, business_columns}},
    {&ScanLayouts::tenant, "tenants", {by_id, tenant_columns}},
    {&ScanLayouts::employee, "employees", {by_id, employee_columns}},
    {&ScanLayouts::employees_of_business, "employees", {by_business, employee_columns}},
    {&ScanLayouts::mapped_employees, "employee_services", {by_service, mapping_columns}},
    {&ScanLayouts::mapped_services, "employee_services", {by_employee, mapping_columns}},
    {&ScanLayouts::own_hours, "working_hours", {by_employee, hours_columns}},
    {&ScanLayouts::default_hours, "working_hours", {by_business, hours_columns, "employee_id"}},
    {&ScanLayouts::overrides, "employee_availability_overrides", {by_employee_and_end, override_columns}},
    {&ScanLayouts::business_overrides,
     "business_availability_overrides",
     {by_business_and_end, override_columns}},
    {&ScanLayouts::bookings, "bookings", {by_employee_and_start, booking_columns}},
    {&ScanLayouts::unassigned_bookings, "bookings", {by_business_and_start, booking_columns, "employee_id"}},
    {&ScanLayouts::long_bookings,
     "bookings",
     {by_business_and_start, long_booking_columns, nullptr, "booking_is_long", is_long_arguments}},
};

// ---- where rows were found

/// The same services, businesses, tenants and employees are asked for again and again. Where a row lay, it lies still, if a row is there that
/// the snapshot sees and its key is the same: a changed one has another place. To look there costs a third of a scan.
struct FoundPlace {
    Oid table = InvalidOid;
    Uuid id{};
    ItemPointerData place{};
};
constinit std::array<FoundPlace, 256> found_places;

// ---- the layouts that are kept, and for how long

struct KeptLayouts {
    bool usable = false;
    unsigned made_at = 0;
    Oid schema = InvalidOid;
    RightsOf rights{};
    ScanLayouts layouts;
    /// Why not usable.
    char reason[256] = "";

    bool name(Oid relation) const {
        return std::ranges::any_of(wanted_layouts, [&](const WantedLayout& wanted) {
            const ScanLayout& layout = (layouts.*wanted.scan).layout;
            return layout.table == relation || layout.index == relation;
        });
    }
};
constinit KeptLayouts kept;

/// InvalidOid: everything may have changed. If the layouts are not usable, any change may make them so.
bool may_change_layouts(Oid relation) noexcept {
    return !OidIsValid(relation) || !kept.usable || kept.name(relation);
}

/// Roles and their memberships (of the database's owner too), the schema's privileges, functions, labels.
constinit Changes changes({AUTHOID, AUTHMEMROLEMEM, DATABASEOID, NAMESPACEOID, PROCOID, ENUMOID},
                          may_change_layouts);

/// nullptr if all are found, else the reason. May raise a server error.
const char* find_layouts(Oid schema, ScanLayouts& layouts) {
    if (!may_use_schema(schema))
        return "The role may not use the schema.";
    for (const WantedLayout& wanted : wanted_layouts) {
        const Oid table = get_relname_relid(wanted.table, schema);
        if (!OidIsValid(table))
            return psprintf("Table \"%s\" is missing.", wanted.table);
        const Relation relation = relation_open(table, AccessShareLock);
        SightedScan& scan = layouts.*wanted.scan;
        const char* reason = nullptr;
        scan.sight = sight_of(relation, reason);
        if (scan.sight != Sight::unknown)
            reason = find_layout(relation, wanted.wanted, scan.layout);
        relation_close(relation, NoLock);
        if (reason != nullptr)
            return reason;
    }
    return nullptr;
}

void make_layouts(Oid schema, RightsOf rights) {
    changes.watch();
    const unsigned before = changes.count();
    ScanLayouts layouts;
    const char* const reason = pg_call([&] { return find_layouts(schema, layouts); });
    if (reason == nullptr) {
        layouts.active_service = enum_value(layouts.service.layout.types[1], "active");
        layouts.active_business = enum_value(layouts.business.layout.types[2], "active");
        layouts.active_tenant = enum_value(layouts.tenant.layout.types[1], "active");
        layouts.active_employee = enum_value(layouts.employee.layout.types[1], "active");
        layouts.booking_statuses = StatusLabels(layouts.bookings.layout.types[7]);
    }
    kept.usable = reason == nullptr;
    // An index that is too new becomes usable by the passing of time alone, so this is asked again.
    const bool asks_again = std::ranges::any_of(wanted_layouts, [&](const WantedLayout& wanted) {
        return (layouts.*wanted.scan).layout.index_is_too_new;
    });
    kept.made_at = asks_again ? before - 1 : before;
    kept.schema = schema;
    kept.rights = rights;
    kept.layouts = layouts;
    snprintf(kept.reason, sizeof kept.reason, "%s", reason == nullptr ? "" : reason);
}

/// The layouts for the current role, the tables locked; nullptr with the reason where there are none.
const ScanLayouts* current_layouts(Oid schema, const char*& reason) {
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
        if (kept.made_at != changes.count() || kept.schema != schema || kept.rights != rights)
            make_layouts(schema, rights);
        if (!kept.usable) {
            reason = kept.reason;
            return nullptr;
        }
        // A new lock brings in the changes that came before it was granted. After such a change the layouts are wrong.
        pg_call([] {
            Oid last = InvalidOid;
            for (const WantedLayout& wanted : wanted_layouts) {
                const Oid table = (kept.layouts.*wanted.scan).layout.table;
                if (table != last)
                    LockRelationOid(table, AccessShareLock);
                last = table;
            }
        });
        if (kept.made_at == changes.count())
            return &kept.layouts;
    }
    reason = "The tables are being changed.";
    return nullptr;
}

bool is_restricted(const ScanLayouts& layouts) {
    return std::ranges::any_of(wanted_layouts, [&](const WantedLayout& wanted) {
        return (layouts.*wanted.scan).sight != Sight::every_row;
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
    const ScanLayouts* const layouts = current_layouts(schema, reason);
    AccessLevel session = AccessLevel::admin;
    if (layouts != nullptr && is_restricted(*layouts)) {
        session = effective_level(schema);
        if (session == AccessLevel::user)
            reason = "The session speaks for a user alone.";
    }
    tell_source(reason);
    if (reason != nullptr)
        return std::nullopt;
    return CalendarScans(schema, session, *layouts);
}

bool CalendarScans::is_visible(Sight sight, const IndexScan& row) {
    const auto id = [&](int column) { return row.is_null(column) ? nullptr : &row.id(column); };
    switch (sight) {
    case Sight::every_row:
        return true;
    case Sight::by_business: {
        const pg_uuid_t* const business = id(0);
        if (business != nullptr && visible_business_ && same_id(*business, *visible_business_))
            return true;
        const bool visible = sees_business(level_, schema_, business);
        if (visible && business != nullptr)
            visible_business_ = *business;
        return visible;
    }
    case Sight::by_business_row:
        return sees_business_row(level_, id(0), id(1));
    case Sight::by_tenant:
        return sees_tenant(level_, schema_, id(0));
    case Sight::unknown:
        break;
    }
    return false;
}

template <class Take>
void CalendarScans::read(const SightedScan& scan, ScanKeys keys, Take take) {
    if (level_ == AccessLevel::none && scan.sight != Sight::every_row)
        return; // as a query without a context: see access/no_context.hpp
    pg_call([&] {
        IndexScan row(scan.layout, keys);
        row.seek(keys);
        while (row.next()) {
            if (sees(scan.sight, row) && !take(row))
                break;
        }
        row.close();
    });
}

template <class Take>
void CalendarScans::read_by_id(const SightedScan& scan, const Uuid& id, int id_column, Take take) {
    FoundPlace& found = found_places[id.back() % found_places.size()];
    const bool is_known = found.table == scan.layout.table && found.id == id && !scan.layout.index_only;
    const bool was_there = is_known && pg_call([&] {
                               IndexScan row(scan.layout);
                               const bool is_it = row.visit(found.place) && !row.is_null(id_column) &&
                                                  to_uuid(row.id(id_column)) == id;
                               if (is_it && sees(scan.sight, row))
                                   take(row);
                               row.close();
                               return is_it;
                           });
    if (was_there)
        return;
    read(scan, ScanKeys().uuid_is(to_datum(id)), [&](const IndexScan& row) {
        if (!scan.layout.index_only)
            found = {scan.layout.table, id, row.place()};
        take(row);
        return false;
    });
}

template <class Take>
void CalendarScans::read_each(const SightedScan& scan, ScanKeys keys, std::span<ResourceRows> employees,
                              Take take) {
    pg_call([&] {
        IndexScan row(scan.layout, keys);
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
    read_by_id(layouts_.business, id, 0, [&](const IndexScan& row) {
        found = {id, row.label(2) == layouts_.active_business, copy_of(row.get(3, JSONBOID)), row.string(4)};
        tenant_id = to_uuid(row.id(1));
    });
    if (found && with_tenant)
        found->is_active = found->is_active && is_active_tenant(tenant_id);
    return found;
}

std::optional<BusinessRow> CalendarScans::business(const Uuid& id) {
    return business(id, false);
}

bool CalendarScans::is_active_tenant(const Uuid& id) {
    bool is_active = false;
    read_by_id(layouts_.tenant, id, 0,
               [&](const IndexScan& row) { is_active = row.label(1) == layouts_.active_tenant; });
    return is_active;
}

std::optional<ServiceRow> CalendarScans::service(const Uuid& id) {
    ServiceRow service{};
    bool found = false;
    read_by_id(layouts_.service, id, 6, [&](const IndexScan& row) {
        service.business.id = to_uuid(row.id(0));
        service.is_active = row.label(1) == layouts_.active_service;
        service.service = {id, std::chrono::minutes(row.int4(2)), std::chrono::minutes(row.int4(3)),
                           std::chrono::minutes(row.int4(4))};
        service.settings = copy_of(row.get(5, JSONBOID));
        found = true;
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
    read_by_id(layouts_.employee, employee_id, 2,
               [&](const IndexScan& row) { business_id = to_uuid(row.id(0)); });
    return business_id ? business(*business_id, false) : std::nullopt;
}

void CalendarScans::eligible_employees(const Uuid& service_id, const std::optional<Uuid>& only,
                                       std::pmr::vector<Uuid>& ids) {
    ScanKeys keys;
    keys.uuid_is(to_datum(service_id));
    if (only)
        keys.uuid_is(to_datum(*only));
    Uuid business_id{};
    read(layouts_.mapped_employees, keys, [&](const IndexScan& row) {
        business_id = to_uuid(row.id(0));
        ids.push_back(to_uuid(row.id(2)));
        return true;
    });
    if (ids.empty())
        return;
    if (ids.size() > 1 && keep_active_of(business_id, ids))
        return;
    std::erase_if(ids, [&](const Uuid& id) {
        bool is_active = false;
        read_by_id(layouts_.employee, id, 2,
                   [&](const IndexScan& row) { is_active = is_active_employee(row); });
        return !is_active;
    });
}

bool CalendarScans::keep_active_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) {
    const std::size_t most = 30 * ids.size();
    std::size_t rows = 0;
    std::pmr::vector<Uuid> active(ids.get_allocator());
    active.reserve(ids.size());
    read(layouts_.employees_of_business, ScanKeys().uuid_is(to_datum(business_id)),
         [&](const IndexScan& row) {
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

void CalendarScans::employees_of(const Uuid& business_id, std::pmr::vector<Uuid>& ids) {
    read(layouts_.employees_of_business, ScanKeys().uuid_is(to_datum(business_id)),
         [&](const IndexScan& row) {
             ids.push_back(to_uuid(row.id(2)));
             return true;
         });
    std::sort(ids.begin(), ids.end());
}

bool CalendarScans::has_employee(const Uuid& business_id) {
    bool found = false;
    read(layouts_.employees_of_business, ScanKeys().uuid_is(to_datum(business_id)), [&](const IndexScan&) {
        found = true;
        return false;
    });
    return found;
}

void CalendarScans::own_hours(std::span<ResourceRows> employees) {
    RowCount count = hours_count;
    read_each(
        layouts_.own_hours, ScanKeys().uuid_is(Datum(0)), employees,
        [&](const IndexScan& row, ResourceRows& employee) { add_shift(row, count, employee.own_hours); });
}

void CalendarScans::default_hours(const Uuid& business_id, std::pmr::vector<WeeklyShift>& hours) {
    RowCount count = hours_count;
    read(layouts_.default_hours, ScanKeys().uuid_is(to_datum(business_id)), [&](const IndexScan& row) {
        add_shift(row, count, hours);
        return true;
    });
}

void CalendarScans::overrides(Interval reach, std::span<ResourceRows> employees) {
    RowCount count = overrides_count;
    read_each(layouts_.overrides, ScanKeys().uuid_is(Datum(0)).time_after(to_datum(reach.begin)), employees,
              [&](const IndexScan& row, ResourceRows& employee) {
                  const Interval interval{to_instant(row.time(1)), to_instant(row.time(2))};
                  if (interval.begin < reach.end)
                      add_override({interval, row.boolean(3)}, count, employee.overrides);
              });
}

void CalendarScans::business_overrides(const Uuid& business_id, Interval reach,
                                       std::pmr::vector<Override>& overrides) {
    // Where nobody ever closes, a search must not pay for it.
    if (pg_call([&] { return is_empty_table(layouts_.business_overrides.layout.table); }))
        return;
    RowCount count = overrides_count;
    read(layouts_.business_overrides,
         ScanKeys().uuid_is(to_datum(business_id)).time_after(to_datum(reach.begin)),
         [&](const IndexScan& row) {
             const Interval interval{to_instant(row.time(1)), to_instant(row.time(2))};
             if (interval.begin < reach.end)
                 add_override({interval, row.boolean(3)}, count, overrides);
             return true;
         });
}

void CalendarScans::bookings(const BookingsAsked& asked, std::span<ResourceRows> employees) {
    // One employee is about as busy as the others. Room is reserved because the memory that a growing vector leaves behind costs
    // more than the rows.
    std::size_t most = 16;
    RowCount count = bookings_count;
    read_each(layouts_.bookings,
              ScanKeys().uuid_is(Datum(0)).time_within(to_datum(asked.reach.all.begin),
                                                       to_datum(asked.reach.all.end)),
              employees, [&](const IndexScan& row, ResourceRows& employee) {
                  count.add();
                  if (employee.bookings.empty())
                      employee.bookings.reserve(most);
                  add_booking(row, layouts_.booking_statuses, asked, employee.bookings);
                  most = std::max(most, employee.bookings.size());
              });
}

void CalendarScans::unassigned_bookings(const Uuid& business_id, const BookingsAsked& asked,
                                        std::pmr::vector<Booking>& bookings) {
    RowCount count = bookings_count;
    read(layouts_.unassigned_bookings,
         ScanKeys()
             .uuid_is(to_datum(business_id))
             .time_within(to_datum(asked.reach.all.begin), to_datum(asked.reach.all.end)),
         [&](const IndexScan& row) {
             count.add();
             add_booking(row, layouts_.booking_statuses, asked, bookings);
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
        IndexScan row(layouts_.long_bookings.layout, keys_of(asked.reach.long_before));
        for (const Interval starts : {asked.reach.long_before, asked.reach.long_behind}) {
            ScanKeys keys = keys_of(starts);
            row.seek(keys);
            while (row.next()) {
                if (!sees(layouts_.long_bookings.sight, row))
                    continue;
                count.add();
                add_far_booking(row, layouts_.booking_statuses, asked, employees, unassigned);
            }
        }
        row.close();
    });
}

void CalendarScans::services_of(std::span<ResourceRows> employees, std::pmr::vector<Uuid>& services) {
    read_each(layouts_.mapped_services, ScanKeys().uuid_is(Datum(0)), employees,
              [&](const IndexScan& row, ResourceRows&) { services.push_back(to_uuid(row.id(1))); });
    std::sort(services.begin(), services.end());
    services.erase(std::unique(services.begin(), services.end()), services.end());
}

} // namespace bookmeatoz::pg
