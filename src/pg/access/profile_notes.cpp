// A user session does not read customers.profile_notes: see access/profile_notes.hpp.
// The permissions of a statement are checked whenever it starts, whoever has planned it. A statement that starts in another
// level of session and goes on in a user session fails by its plan (access/planner.cpp).
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

/// The column itself, or the whole row.
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
            "Table \"customers\" is read in a session that speaks for a user alone; the notes are the "
            "business's.",
            "List the columns that are wanted, without profile_notes: * and the whole row contain it."};
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
