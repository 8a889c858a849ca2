// Collisions of a booking: see booking_collision.hpp.
#include "booking_collision.hpp"
#include "table_columns.hpp"

#include <iterator>

extern "C" {
#include "access/genam.h"
#include "catalog/index.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* columns[] = {"resource_id", "busy", "session_key"};

bool is_on_these_columns(Relation bookings, Relation index) {
    const Form_pg_index form = index->rd_index;
    if (!form->indisexclusion || !form->indisvalid || form->indnkeyatts != std::ssize(columns))
        return false;
    for (std::size_t i = 0; i < std::size(columns); ++i) {
        const TableColumn* const column = find_table_column("bookings", columns[i]);
        if (form->indkey.values[i] != require_column(bookings, *column))
            return false;
    }
    return true;
}

} // namespace

void refuse_collision(Relation bookings, ItemPointerData own_place, const Datum (&values)[3]) {
    pg_call([&] {
        const Oid constraint =
            get_relation_constraint_oid(RelationGetRelid(bookings), "bookings_no_double_booking", true);
        const Oid index_id = OidIsValid(constraint) ? get_constraint_index(constraint) : InvalidOid;
        if (!OidIsValid(index_id))
            return;
        const Relation index = index_open(index_id, RowExclusiveLock);
        if (is_on_these_columns(bookings, index)) {
            bool nulls[] = {false, false, false};
            EState* const state = CreateExecutorState();
            check_exclusion_constraint(bookings, index, BuildIndexInfo(index), &own_place,
                                       const_cast<Datum*>(values), nulls, state, false);
            FreeExecutorState(state);
        }
        index_close(index, NoLock);
    });
}

} // namespace bookmeatoz::pg
