// The right to overbook: see booking/overbooking.hpp.
#include "pg/booking/overbooking.hpp"
#include "pg/server/extension_schema.hpp"
#include "pg/server/privileges.hpp"

namespace bookmeatoz::pg {

void require_right_to_overbook(const BookingWrite& write) {
    const Oid right = extension_function(write.schema, "may_overbook");
    if (!pg_call([&] { return may_execute(right); }))
        throw SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied to overbook",
                       "An overbooked booking is let in beside others at the same time.",
                       "GRANT EXECUTE ON FUNCTION may_overbook() to the role, or book a free slot.");
}

bool sets_overbooked(const BookingWrite& write) {
    return write.after.is_forced_in() && !(write.is_update() && write.before->is_overbooked());
}

} // namespace bookmeatoz::pg

/// The right to overbook is EXECUTE on this function; so whoever can ask has it.
BOOKMEATOZ_FUNCTION(may_overbook, takes({}).returns(BOOLOID)) {
    PG_RETURN_BOOL(true);
}
