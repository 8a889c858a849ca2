// The right to overbook: see booking/overbooking.hpp.
#include "pg/booking/overbooking.hpp"
#include "pg/server/extension_schema.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "utils/acl.h"
}

namespace bookmeatoz::pg {
namespace {

/// It takes up time, and the constraints do not compare it.
bool is_forced_in(const BookingValues& values) {
    return values.occupies_time && values.is_overbooked();
}

bool may_execute(Oid function) {
    return pg_call([&] {
#if PG_VERSION_NUM >= 160000
        return object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
        return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
    });
}

} // namespace

void require_right_to_overbook(const BookingWrite& write) {
    if (!is_forced_in(write.after))
        return;
    if (keeps_its_time(write) && is_forced_in(*write.before))
        return;
    if (!may_execute(extension_function(write.schema, "may_overbook")))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied to overbook",
                       "An overbooked booking is let in beside others at the same time.",
                       "GRANT EXECUTE ON FUNCTION may_overbook() to the role, or book a free slot.");
}

} // namespace bookmeatoz::pg

/// The right to overbook is EXECUTE on this function; so whoever can ask has it.
BOOKMEATOZ_FUNCTION(may_overbook, takes({}).returns(BOOLOID)) {
    PG_RETURN_BOOL(true);
}
