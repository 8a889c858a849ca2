// A user session does not read customers.profile_notes: see access/profile_notes.hpp.
// The server checks the permissions of a statement at each start, whenever it was planned. A statement may start in another access
// level and go on in a user session: then its plan makes it fail (access/planner.cpp).
// The executor calls the hook, so it contains boundary().
#include "pg/access/profile_notes.hpp"
#include "pg/server/boundary.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/context/session.hpp"

extern "C" {
#include "access/sysattr.h"
#include "executor/executor.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace bookmeatoz::pg {
namespace {

constinit ExecutorCheckPerms_hook_type earlier_hook = nullptr;

/// Whether the statement selects the column, by itself or with the whole row.
bool is_selected(const PermissionEntry* wanted, AttrNumber column) {
    return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, wanted->selectedCols) ||
           bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, wanted->selectedCols);
}

/// May raise a server error.
bool reads_notes(const List* permissions, Oid schema) {
    const Oid customers = get_relname_relid("customers", schema);
    const AttrNumber notes =
        OidIsValid(customers) ? get_attnum(customers, "profile_notes") : InvalidAttrNumber;
    if (notes == InvalidAttrNumber)
        return false;
    const ListCell* cell = nullptr;
    foreach (cell, permissions) {
        const auto* const wanted = static_cast<const PermissionEntry*>(lfirst(cell));
        if (wanted->relid == customers && is_selected(wanted, notes) &&
            check_enable_rls(customers, wanted->checkAsUser, true) == RLS_ENABLED)
            return true;
    }
    return false;
}

bool is_allowed(const List* permissions, bool raises) {
    if (access_level() != AccessLevel::user)
        return true;
    const Oid schema = installed_schema();
    if (!OidIsValid(schema) || !pg_call([&] { return reads_notes(permissions, schema); }))
        return true;
    if (raises)
        throw SqlError{
            ERRCODE_INSUFFICIENT_PRIVILEGE, "a customer's own session does not see column profile_notes",
            "The session speaks for a user alone and reads table \"customers\", but the notes are the "
            "business's.",
            "List the columns without profile_notes: * and the whole row contain it."};
    return false;
}

bool check_permissions(PERMISSIONS_HOOK_PARAMETERS) {
    if (earlier_hook != nullptr && !earlier_hook(PERMISSIONS_HOOK_ARGUMENTS))
        return false;
    return DatumGetBool(boundary([&] { return BoolGetDatum(is_allowed(permissions, raises)); }));
}

} // namespace

void profile_notes_init() {
    earlier_hook = ExecutorCheckPerms_hook;
    ExecutorCheckPerms_hook = check_permissions;
}

bool only_profile_notes_are_checked() noexcept {
    return ExecutorCheckPerms_hook == check_permissions && earlier_hook == nullptr;
}

} // namespace bookmeatoz::pg
