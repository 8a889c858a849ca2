// Collisions of a booking: see booking/collision.hpp.
#include "pg/booking/collision.hpp"
#include "pg/server/compat.hpp"
#include "pg/server/table_columns.hpp"

#include <algorithm>
#include <iterator>

extern "C" {
#include "access/genam.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "executor/executor.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
}

namespace bookmeatoz::pg {
namespace {

constexpr const char* collision_columns[] = {"resource_id", "busy", "session_key"};
constexpr const char* seat_columns[] = {"session_key", "seat"};

template <std::size_t N>
bool is_on_columns(Relation bookings, Relation index, const char* const (&columns)[N]) {
    const Form_pg_index form = index->rd_index;
    if (!form->indisvalid || form->indnkeyatts != static_cast<int>(N))
        return false;
    for (std::size_t i = 0; i < N; ++i) {
        if (form->indkey.values[i] != require_column(bookings, *find_table_column("bookings", columns[i])))
            return false;
    }
    return true;
}

// What follows is server code that may raise an error: to be called inside a pg_call().

/// As the server itself compares when it checks the constraint.
void find_collision_index(Relation bookings, MeetingIndexes& indexes) {
    const Oid constraint =
        get_relation_constraint_oid(RelationGetRelid(bookings), "bookings_no_double_booking", true);
    const Oid index_id = OidIsValid(constraint) ? get_constraint_index(constraint) : InvalidOid;
    if (!OidIsValid(index_id))
        return;
    const Relation index = index_open(index_id, RowExclusiveLock);
    if (index->rd_index->indisexclusion && is_on_columns(bookings, index, collision_columns)) {
        const IndexInfo* const info = BuildIndexInfo(index);
        indexes.collisions = index_id;
        std::copy_n(info->ii_ExclusionProcs, std::size(collision_columns), indexes.collision_procedures);
        std::copy_n(info->ii_ExclusionStrats, std::size(collision_columns), indexes.collision_strategies);
    }
    index_close(index, NoLock);
}

void find_seat_index(Relation bookings, MeetingIndexes& indexes) {
    const Oid index_id = get_relname_relid("bookings_one_per_seat", RelationGetNamespace(bookings));
    if (!OidIsValid(index_id) || get_rel_relkind(index_id) != RELKIND_INDEX)
        return;
    const Relation index = index_open(index_id, RowExclusiveLock);
    if (index->rd_index->indrelid == RelationGetRelid(bookings) && index->rd_rel->relam == BTREE_AM_OID &&
        index->rd_index->indisunique && is_on_columns(bookings, index, seat_columns)) {
        indexes.seats = index_id;
        indexes.seat = index->rd_index->indkey.values[1];
    }
    index_close(index, NoLock);
}

/// While the statement runs, its lock of the table keeps them as they are: REINDEX CONCURRENTLY too lets an index go on until those end
/// who wrote when it took another one in its place.
const MeetingIndexes& indexes_of(Relation bookings, KnownToStatement& known) {
    if (!known.indexes) {
        MeetingIndexes found;
        find_collision_index(bookings, found);
        find_seat_index(bookings, found);
        found.status = require_column(bookings, *find_table_column("bookings", "status"));
        found.hold_expires_at = require_column(bookings, *find_table_column("bookings", "hold_expires_at"));
        known.indexes = found;
    }
    return *known.indexes;
}

/// S19. Only of one that occupies its time.
bool is_expired_hold(TupleTableSlot* booking, const KnownToStatement& known) {
    bool is_null = false;
    const Datum expires = slot_getattr(booking, known.indexes->hold_expires_at, &is_null);
    if (is_null || DatumGetTimestampTz(expires) > GetCurrentTimestamp())
        return false;
    const Datum status = slot_getattr(booking, known.indexes->status, &is_null);
    return !is_null && known.statuses->find(DatumGetObjectId(status)) == BookingStatus::pending;
}

/// The first that is wanted, with its seat if that column is named.
Rival scan_for_rival(Relation bookings, Oid index_id, ScanKey keys, int count, const IndexedBooking& booking,
                     Wanted wanted, AttrNumber seat = InvalidAttrNumber) {
    const Relation index = index_open(index_id, RowExclusiveLock);
    SnapshotData dirty;
    InitDirtySnapshot(dirty);
    const IndexScanDesc scan = begin_index_scan(bookings, index, &dirty, count);
    TupleTableSlot* const slot = table_slot_create(bookings, nullptr);
    index_rescan(scan, keys, count, nullptr, 0);
    ItemPointerData own_place = booking.place;
    Rival rival;
    while (rival.fate == Rival::Fate::none && index_getnext_slot(scan, ForwardScanDirection, slot)) {
        if (ItemPointerIsValid(&own_place) && ItemPointerEquals(&own_place, &slot->tts_tid))
            continue;
        rival.writer = TransactionIdIsValid(dirty.xmin) ? dirty.xmin : dirty.xmax;
        if (TransactionIdIsValid(rival.writer))
            rival.fate = Rival::Fate::open;
        else if (wanted == Wanted::any)
            rival.fate = Rival::Fate::certain;
        rival.has_expired = rival.fate == Rival::Fate::certain && is_expired_hold(slot, booking.known);
        rival.insertion = dirty.speculativeToken;
        rival.place = slot->tts_tid;
        if (seat != InvalidAttrNumber) {
            bool is_null = false;
            rival.seat = DatumGetInt16(slot_getattr(slot, seat, &is_null));
        }
    }
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    index_close(index, NoLock);
    return rival;
}

Rival find_collision(Relation bookings, const IndexedBooking& booking, Wanted wanted) {
    const MeetingIndexes& indexes = indexes_of(bookings, booking.known);
    if (!OidIsValid(indexes.collisions))
        return {};
    const Datum values[] = {booking.resource_id, booking.busy, booking.session_key};
    ScanKeyData keys[std::size(values)];
    for (std::size_t i = 0; i < std::size(keys); ++i)
        ScanKeyEntryInitialize(&keys[i], 0, static_cast<AttrNumber>(i + 1), indexes.collision_strategies[i],
                               InvalidOid, InvalidOid, indexes.collision_procedures[i], values[i]);
    return scan_for_rival(bookings, indexes.collisions, keys, static_cast<int>(std::size(keys)), booking,
                          wanted);
}

Rival scan_seats(Relation bookings, const IndexedBooking& booking, Wanted wanted) {
    const MeetingIndexes& indexes = indexes_of(bookings, booking.known);
    if (!OidIsValid(indexes.seats))
        return {};
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ, booking.session_key);
    ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT2EQ, Int16GetDatum(booking.seat));
    return scan_for_rival(bookings, indexes.seats, keys, booking.comes_alone ? 1 : 2, booking, wanted,
                          indexes.seat);
}

} // namespace

bool has_both_constraints(Relation bookings, KnownToStatement& known) {
    const MeetingIndexes indexes = pg_call([&] { return indexes_of(bookings, known); });
    return OidIsValid(indexes.collisions) && OidIsValid(indexes.seats);
}

Rival find_rival(Relation bookings, const IndexedBooking& booking, Wanted wanted) {
    return pg_call([&] {
        const Rival of_seat = scan_seats(bookings, booking, wanted);
        if (of_seat.fate == Rival::Fate::open)
            return of_seat;
        const Rival collision = find_collision(bookings, booking, wanted);
        return collision.fate == Rival::Fate::none ? of_seat : collision;
    });
}

Rival find_seat_taker(Relation bookings, const IndexedBooking& booking, Wanted wanted) {
    return pg_call([&] { return scan_seats(bookings, booking, wanted); });
}

bool is_in_snapshot(Relation bookings, const Rival& rival) {
    return pg_call([&] {
        TupleTableSlot* const slot = table_slot_create(bookings, nullptr);
        ItemPointerData place = rival.place;
        const bool is_found = table_tuple_fetch_row_version(bookings, &place, GetTransactionSnapshot(), slot);
        ExecDropSingleTupleTableSlot(slot);
        return is_found;
    });
}

void wait_for(Relation bookings, Rival rival) {
    pg_call([&] {
        if (rival.insertion != 0)
            SpeculativeInsertionWait(rival.writer, rival.insertion);
        else
            XactLockTableWait(rival.writer, bookings, &rival.place, XLTW_RecheckExclusionConstr);
    });
}

void refuse_seat(Relation bookings, const IndexedBooking& booking) {
    pg_call([&] {
        const MeetingIndexes& indexes = indexes_of(bookings, booking.known);
        if (!OidIsValid(indexes.seats))
            return;
        const Relation index = index_open(indexes.seats, RowExclusiveLock);
        Datum values[] = {booking.session_key, Int16GetDatum(booking.seat)};
        bool nulls[] = {false, false};
        const char* const key = BuildIndexValueDescription(index, values, nulls);
        const char* const name = RelationGetRelationName(index);
        ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION),
                        errmsg("duplicate key value violates unique constraint \"%s\"", name),
                        key == nullptr ? 0 : errdetail("Key %s already exists.", key),
                        errtableconstraint(bookings, name)));
    });
}

void refuse_collision(Relation bookings, const IndexedBooking& booking) {
    pg_call([&] {
        const MeetingIndexes& indexes = indexes_of(bookings, booking.known);
        if (!OidIsValid(indexes.collisions))
            return;
        const Relation index = index_open(indexes.collisions, RowExclusiveLock);
        const Datum values[] = {booking.resource_id, booking.busy, booking.session_key};
        bool nulls[] = {false, false, false};
        ItemPointerData own_place = booking.place;
        EState* const state = CreateExecutorState();
        check_exclusion_constraint(bookings, index, BuildIndexInfo(index), &own_place,
                                   const_cast<Datum*>(values), nulls, state, false);
        FreeExecutorState(state);
        index_close(index, NoLock);
    });
}

} // namespace bookmeatoz::pg
