// Columns that C++ reads: see server/table_columns.hpp. All but the list and finding in it is server code that may raise an error.
#include "pg/server/table_columns.hpp"
#include "pg/server/invalidation.hpp"

#include <cstdint>
#include <cstring>
#include <iterator>

extern "C" {
#include "catalog/pg_attribute.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

constinit Changes enum_changes({ENUMOID});

constexpr const char* active[] = {"active"};
constexpr const char* customer_labels[] = {"inactive", "blacklisted"};
constexpr const char* registered[] = {"pending_verification"};
constexpr const char* accepted_or_not[] = {"active", "pending"};
constexpr const char* employed_or_not[] = {"active", "pending_onboarding"};

constexpr TableColumn columns[] = {
    {"tenants", "id", UUIDOID},
    {"tenants", "subdomain", VARCHAROID},
    {"tenants", "status", ANYENUMOID, active},

    {"businesses", "id", UUIDOID},
    {"businesses", "tenant_id", UUIDOID},
    {"businesses", "name", VARCHAROID},
    {"businesses", "slug", VARCHAROID},
    {"businesses", "subdomain", VARCHAROID},
    {"businesses", "timezone", VARCHAROID},
    {"businesses", "status", ANYENUMOID, active},
    {"businesses", "settings", JSONBOID},

    {"tenant_subscriptions", "tenant_id", UUIDOID},
    {"tenant_subscriptions", "plan_id", VARCHAROID},

    {"users", "id", UUIDOID},
    {"users", "email", VARCHAROID},
    {"users", "password_hash", VARCHAROID},
    {"users", "profile", JSONBOID},
    {"users", "email_verified", BOOLOID},
    {"users", "status", ANYENUMOID, registered},

    {"user_business_roles", "business_id", UUIDOID},
    {"user_business_roles", "user_id", UUIDOID},
    {"user_business_roles", "status", ANYENUMOID, accepted_or_not},

    {"employees", "id", UUIDOID},
    {"employees", "business_id", UUIDOID},
    {"employees", "user_id", UUIDOID},
    {"employees", "employment_status", ANYENUMOID, employed_or_not},

    {"services", "id", UUIDOID},
    {"services", "business_id", UUIDOID},
    {"services", "name", VARCHAROID},
    {"services", "description", TEXTOID},
    {"services", "duration", INT4OID},
    {"services", "buffer_before_minutes", INT4OID},
    {"services", "buffer_after_minutes", INT4OID},
    {"services", "status", ANYENUMOID, active},
    {"services", "price", NUMERICOID},
    {"services", "currency", VARCHAROID},
    {"services", "settings", JSONBOID},

    {"employee_services", "business_id", UUIDOID},
    {"employee_services", "employee_id", UUIDOID},
    {"employee_services", "service_id", UUIDOID},
    {"employee_services", "price", NUMERICOID},

    {"working_hours", "business_id", UUIDOID},
    {"working_hours", "employee_id", UUIDOID},
    {"working_hours", "day_of_week", INT2OID},
    {"working_hours", "start_time", TIMEOID},
    {"working_hours", "end_time", TIMEOID},
    {"working_hours", "is_off", BOOLOID},
    {"working_hours", "valid_from", DATEOID},
    {"working_hours", "valid_to", DATEOID},

    {"employee_availability_overrides", "business_id", UUIDOID},
    {"employee_availability_overrides", "employee_id", UUIDOID},
    {"employee_availability_overrides", "start_time", TIMESTAMPTZOID},
    {"employee_availability_overrides", "end_time", TIMESTAMPTZOID},
    {"employee_availability_overrides", "is_unavailable", BOOLOID},

    {"business_availability_overrides", "business_id", UUIDOID},
    {"business_availability_overrides", "start_time", TIMESTAMPTZOID},
    {"business_availability_overrides", "end_time", TIMESTAMPTZOID},
    {"business_availability_overrides", "is_unavailable", BOOLOID},

    {"customers", "id", UUIDOID},
    {"customers", "business_id", UUIDOID},
    {"customers", "user_id", UUIDOID},
    {"customers", "email", VARCHAROID},
    {"customers", "name", VARCHAROID},
    {"customers", "phone", VARCHAROID},
    {"customers", "profile_notes", TEXTOID},
    {"customers", "status", ANYENUMOID, customer_labels},

    {"token_blacklist", "expires_at", TIMESTAMPTZOID},
    {"password_resets", "user_id", UUIDOID},
    {"password_resets", "expires_at", TIMESTAMPTZOID},
    {"password_resets", "used_at", TIMESTAMPTZOID},
    {"email_verifications", "user_id", UUIDOID},
    {"email_verifications", "expires_at", TIMESTAMPTZOID},
    {"email_verifications", "verified_at", TIMESTAMPTZOID},

    {"bookings", "id", UUIDOID},
    {"bookings", "business_id", UUIDOID},
    {"bookings", "customer_id", UUIDOID},
    {"bookings", "service_id", UUIDOID},
    {"bookings", "employee_id", UUIDOID},
    {"bookings", "start_time", TIMESTAMPTZOID},
    {"bookings", "end_time", TIMESTAMPTZOID},
    {"bookings", "status", ANYENUMOID, booking_labels},
    {"bookings", "notes", TEXTOID},
    {"bookings", "metadata", JSONBOID},
    {"bookings", "booked_by_user_id", UUIDOID},
    {"bookings", "cancellation_reason", TEXTOID},
    {"bookings", "hold_expires_at", TIMESTAMPTZOID},
    {"bookings", "overbooked", BOOLOID},
    {"bookings", "reminder_sent_24h", BOOLOID},
    {"bookings", "reminder_sent_1h", BOOLOID},
    {"bookings", "price", NUMERICOID},
    {"bookings", "currency", VARCHAROID},
    {"bookings", "idempotency_key", VARCHAROID},
    {"bookings", "idempotency_hash", BYTEAOID},
    {"bookings", "created_at", TIMESTAMPTZOID},
    {"bookings", "updated_at", TIMESTAMPTZOID},
    {"bookings", "buffer_before_minutes", INT4OID},
    {"bookings", "buffer_after_minutes", INT4OID},
    {"bookings", "busy", TSTZRANGEOID},
    {"bookings", "resource_id", UUIDOID},
    {"bookings", "session_key", UUIDOID},
    {"bookings", "seat", INT2OID},

    {"bookings_archive", "id", UUIDOID},
    {"bookings_archive", "business_id", UUIDOID},
    {"bookings_archive", "customer_id", UUIDOID},
    {"bookings_archive", "start_time", TIMESTAMPTZOID},
    {"bookings_archive", "notes", TEXTOID},
    {"bookings_archive", "metadata", JSONBOID},
    {"bookings_archive", "booked_by_user_id", UUIDOID},
    {"bookings_archive", "cancellation_reason", TEXTOID},
    {"bookings_archive", "idempotency_key", TEXTOID},
    {"bookings_archive", "idempotency_hash", BYTEAOID},

    {"notifications", "id", UUIDOID},
    {"notifications", "business_id", UUIDOID},
    {"notifications", "user_id", UUIDOID},
    {"notifications", "type", VARCHAROID},
    {"notifications", "channel", VARCHAROID},
    {"notifications", "title", VARCHAROID},
    {"notifications", "body", TEXTOID},
    {"notifications", "data", JSONBOID},
    {"notifications", "status", VARCHAROID},
    {"notifications", "scheduled_for", TIMESTAMPTZOID},
    {"notifications", "sent_at", TIMESTAMPTZOID},
    {"notifications", "attempts", INT4OID},

    {"schema_ledger", "step", INT4OID},
    {"schema_ledger", "version", TEXTOID},
    {"schema_ledger", "left_as", TEXTOID},

    {"audit_logs", "id", UUIDOID},
    {"audit_logs", "tenant_id", UUIDOID},
    {"audit_logs", "business_id", UUIDOID},
    {"audit_logs", "actor_user_id", UUIDOID},
    {"audit_logs", "actor_role", TEXTOID},
    {"audit_logs", "action", TEXTOID},
    {"audit_logs", "entity_type", TEXTOID},
    {"audit_logs", "entity_id", UUIDOID},
    {"audit_logs", "before", JSONBOID},
    {"audit_logs", "after", JSONBOID},
    {"audit_logs", "created_at", TIMESTAMPTZOID},
};

/// FNV-1a of both names.
constexpr std::uint32_t hash_of(std::string_view table, std::string_view column) {
    std::uint32_t hash = 2166136261;
    for (const std::string_view name : {table, column}) {
        for (const char letter : name)
            hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619;
    }
    return hash;
}

/// Triggers ask for some forty columns in each statement, and comparing names with all of the list would take a twentieth of a booking's time.
constexpr auto hashes = [] {
    std::array<std::uint32_t, std::size(columns)> result{};
    for (std::size_t i = 0; i < std::size(columns); ++i)
        result[i] = hash_of(columns[i].table, columns[i].name);
    return result;
}();

Oid find_label(Oid type, const char* label) {
    return GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type), CStringGetDatum(label));
}

const char* type_name(Oid type) {
    return type == ANYENUMOID ? "an enum" : format_type_be(type);
}

} // namespace

std::span<const TableColumn> table_columns() {
    return columns;
}

const TableColumn* find_table_column(std::string_view table, std::string_view column) {
    const std::uint32_t hash = hash_of(table, column);
    for (std::size_t i = 0; i < std::size(columns); ++i) {
        if (hashes[i] == hash && table == columns[i].table && column == columns[i].name)
            return &columns[i];
    }
    return nullptr;
}

bool serves_as(Oid found, Oid wanted) {
    return found == wanted || (wanted == VARCHAROID && found == TEXTOID) ||
           (wanted == TEXTOID && found == VARCHAROID) || (wanted == ANYENUMOID && type_is_enum(found));
}

bool has_labels(Oid type, const TableColumn& column) {
    for (const char* const label : column.labels) {
        if (!OidIsValid(find_label(type, label)))
            return false;
    }
    return true;
}

AttrNumber require_column(Relation table, const TableColumn& column) {
    const TupleDesc description = RelationGetDescr(table);
    for (int i = 0; i < description->natts; ++i) {
        const Form_pg_attribute found = TupleDescAttr(description, i);
        if (found->attisdropped || std::strcmp(NameStr(found->attname), column.name) != 0)
            continue;
        if (!serves_as(found->atttypid, column.type))
            refuse_type(RelationGetRelationName(table), column.name, found->atttypid, column.type);
        for (const char* const label : column.labels)
            require_label(found->atttypid, label);
        return found->attnum;
    }
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_COLUMN),
             errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(table), column.name),
             errhint("bookmeatoz reads this column: SELECT bookmeatoz_install_schema() brings it back.")));
    pg_unreachable();
}

Oid require_label(Oid type, const char* label) {
    const Oid value = find_label(type, label);
    if (!OidIsValid(value))
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("type %s has no label \"%s\"", format_type_be(type), label),
                        errdetail("bookmeatoz knows this label by its name."),
                        errhint("Bring it back: ALTER TYPE ... RENAME VALUE, or ADD VALUE.")));
    return value;
}

void refuse_type(const char* table, const char* column, Oid found, Oid wanted) {
    if (table == nullptr) {
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH),
                 errmsg("column \"%s\" is of type %s, not %s", column, type_name(found), type_name(wanted))));
    } else {
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("column \"%s\" of table \"%s\" is of type %s, not %s", column, table,
                               type_name(found), type_name(wanted)),
                        errhint("bookmeatoz reads this column: give it back the type that was installed.")));
    }
    pg_unreachable();
}

void refuse_null(const char* table, const char* column) {
    if (table == nullptr) {
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("column \"%s\" must not be NULL", column)));
    } else {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("column \"%s\" of table \"%s\" must not be NULL", column, table),
                        errhint("Fill it in, and make the column NOT NULL again.")));
    }
    pg_unreachable();
}

unsigned label_changes() {
    enum_changes.watch();
    return enum_changes.count();
}

} // namespace bookmeatoz::pg
