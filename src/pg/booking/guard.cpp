// The guard of bookings (S18): the trigger that writes the columns which only the database may write, and clears the way for
// the constraints. Whether a booking collides is theirs to decide; the trigger refuses only what no constraint can express:
// daily limits (S16), expired holds that would come back (S19), overbooking without the right, and bookings that are unassigned
// in a business without employees (S12). Each of these rules has a file of its own; here is the order of events.
//
// Why nobody waits in a circle
// ----------------------------
// The guard brings all writers into one order. Its locks (booking/locks.hpp) are of two sorts:
//   Days and sessions (S16, S15), of services with a daily limit or with seats: while bookings are counted that others have not
//     yet committed. Held until the end of the transaction, or of the subtransaction that is rolled back.
//   Time (S18, S19), for everybody but the functions' INSERT, which has ON CONFLICT DO NOTHING and so looks before it writes;
//     for that too where it holds a lock of the first sort, or meets an expired hold, whose time is locked as well. An exclusion
//     constraint decides without any lock; but it looks for others only when its own row is in the index already, and of two who
//     write at once each would wait for the other. So time is locked from the guard's own look until the row is in its indexes,
//     where all others see it, and no longer. A transaction holds the time of one row, however many it writes.
//
// A row is written in these steps; the code below has their numbers:
//   1  the lock of its day, then of its session, then the one of its business in a mode that only an escalated transaction
//      (below) excludes;
//   2  the locks of its time, in the order of their names;
//   3  a look for others, in both constraints (by a function's INSERT without a lock only for seats: where the capacity is one now, others may
//      have any seat of a session from when it was larger), that waits for nobody. If the fate of one is open, because its transaction is not
//      over, then all of these locks are given back, the row waits for that transaction, and begins again at 1. If one is there
//      for certain, the row gives them back too and is refused, or passed over where a function of ours writes it; with the ON
//      CONFLICT of others it goes on to the index with no time locked;
//      If one is there that is an expired hold, the row gives the locks back and begins again at 1, knowing of the holds in its way;
//   4  with nobody's fate open, the expired holds in its way are deleted, and it looks once more;
//   5  the row goes into its indexes, and its time is free.
//
// So a transaction that writes one row is in no circle, whatever others do:
//   While it waits for another transaction (3), it holds none of the locks: at most its own booking's row, in an UPDATE. Nobody
//     waits for its row, or for a hold that it has deleted, unless it is past 4; and then it waits for nobody.
//   While it waits for the time of another (2), that one is between its own 2 and 5, where it waits for nothing but times later
//     in the order.
//   While it waits for a day, a session or a business (1), it holds no time, and its holder does not want what it holds: the
//     locks of a session's writers include that of its day, so they were taken in the same order; and whoever has escalated
//     takes no more of them.
// Who deletes an expired hold locks its time until its own row is in the indexes. Who meets the hold after that finds it being
// deleted, an open fate, and waits for the transaction in step 3, before he has deleted anything himself: two who meet the same
// holds never wait for each other.
// The functions take more, before they write the first row, and so before all of the above: calls that write several rows the business
// (lock_for_several); then all the rows that they are to change, ascending by id; then the customers whose bookings are counted or
// compared (S21), ascending. So calls for several go one after the other in a business. Who writes one row takes at most one
// customer; while he waits, in 1 to 3, he keeps that one and his own row, and those who are waited for want neither: they took
// all of theirs before they wrote. (An expired hold whose row somebody has locked is not deleted in 4, and not waited for.)
// A transaction with many locks of the first sort escalates: it tries, without waiting, to lock the whole business instead. From
// then on it needs none of its days and sessions, and who counts in that business waits for its end. While others count there, it
// goes on with single locks, and tries again at the next row.
//
// docs/booking.md, "Who waits for whom", lists what remains: where 40P01 may still come from.
#include "pg/access/level.hpp"
#include "pg/access/predicates.hpp"
#include "pg/booking/claim.hpp"
#include "pg/booking/collision.hpp"
#include "pg/booking/daily_limit.hpp"
#include "pg/booking/expired_holds.hpp"
#include "pg/booking/locks.hpp"
#include "pg/booking/overbooking.hpp"
#include "pg/booking/refusal.hpp"
#include "pg/booking/resource.hpp"
#include "pg/booking/seats.hpp"
#include "pg/booking/service_defaults.hpp"
#include "pg/booking/service_settings.hpp"
#include "pg/schema/append_only.hpp"

extern "C" {
#include "utils/rls.h"
}

namespace bookmeatoz::pg {
namespace {

/// Whether the caller may know what else there is in the business. Policies are asked after the trigger; a row that they will
/// refuse must get their error, whatever it meets.
bool caller_may_access_business(const BookingWrite& write, Relation bookings) {
    const bool is_bound = pg_call(
        [&] { return check_enable_rls(RelationGetRelid(bookings), InvalidOid, true) == RLS_ENABLED; });
    if (!is_bound)
        return true;
    const pg_uuid_t business = to_pg_uuid(*write.after.business_id);
    return sees_business(effective_level(write.schema), write.schema, &business);
}

/// A row that claims something, with what decides about it.
struct Claimant {
    const GuardedRow& row;
    BookingWrite& write;
    Claim claim;
    ServiceSettings& settings;
    /// S18: it is overbooked, by the statement or since long. That holds only if it collides.
    bool forces_in;

    bool claims_time() const { return claim == Claim::time; }
};

/// The locks of steps 1 and 2.
BookingLocks needed_locks(const Claimant& claimant, const std::vector<ExpiredHold>& holds) {
    const BookingWrite& write = claimant.write;
    const BookingValues& after = write.after;
    BookingLocks locks(*after.business_id);
    if (claimant.settings.values.limits_days())
        locks.add_day(*after.resource_id, local_date(after, claimant.settings));
    if (!claimant.claims_time())
        return locks;
    if (claimant.settings.values.capacity > 1)
        locks.add_session(*after.session_key);
    // An INSERT of ours looks for others before it writes, and needs no lock for that. But it may wait there, so whoever holds
    // another lock has looked before, as those who write without our functions.
    const bool looks_by_itself = write.by_function && write.is_insert() && locks.none() && holds.empty();
    if (looks_by_itself)
        return locks;
    locks.add_time(*after.resource_id, busy_times(after));
    // What is left counts too: two rows may change places.
    if (write.is_update() && write.before->resource_id && write.before->occupies_time)
        locks.add_time(*write.before->resource_id, busy_times(*write.before));
    // Whoever else meets the hold must find it gone, or wait before anybody can wait for him.
    for (const ExpiredHold& hold : holds)
        locks.add_time(*after.resource_id, hold.busy);
    return locks;
}

/// Why the row must not be written, where no constraint says so.
std::optional<SlotReason> reason_to_refuse(const Claimant& claimant, View view) {
    if (!claimant.claims_time())
        return std::nullopt;
    if (reaches_daily_limit(claimant.write, claimant.settings, view))
        return SlotReason::limit_reached;
    if (meets_unassigned(claimant.write, view))
        return SlotReason::booked;
    return std::nullopt;
}

/// The constraints compare it with nobody, and it has no session.
BookingValues without_place(BookingValues values) {
    values.resource_id.reset();
    values.session_key = session_key_of(values);
    values.seat = 1;
    return values;
}

/// A row of a dump of data alone, as the guard wrote it once: it keeps its place. Decided anew it could change, for what it was decided by
/// may have changed since: who the employees were, a capacity, a limit. Whether it collides is the constraints' to say. No lock is taken: who
/// restores beside writers may meet 40P01.
bool is_restored_with_its_place(const BookingWrite& write, Relation bookings) {
    const BookingValues& after = write.after;
    return write.is_insert() && after.end_time && after.buffer_before_minutes && after.buffer_after_minutes &&
           after.seat.value_or(0) > 0 && after.resource_id == fitting_resource(after) &&
           pg_call([&] { return is_restored(bookings); }) && after.session_key == session_key_of(after);
}

/// The reminders were for the old time.
void forget_reminders(BookingWrite& write) {
    if (write.is_insert() || write.before->start_time == write.after.start_time)
        return;
    write.after.reminder_sent_24h = false;
    write.after.reminder_sent_1h = false;
}

enum class Outcome {
    may_be_written,
    /// The row has waited, or the other has just gone: all is to be done again.
    begin_again,
    /// An expired hold is in the way, and it was not known that there are some.
    look_for_holds,
    /// A booking function, which decides again, finds the time taken.
    pass_over,
};

/// The row collides, and was meant to.
Outcome force_in(const Claimant& claimant, BookingLocks& locks) {
    require_right_to_overbook(claimant.write);
    locks.release();
    claimant.write.after.overbooked = true;
    claimant.write.after.seat = 1;
    return Outcome::may_be_written;
}

/// Whether the transaction's snapshot shows what is in the way: the rival and, where the session is full, that. The rival is but one in it.
bool meets_in_snapshot(const Claimant& claimant, const Rival& rival) {
    if (!is_in_snapshot(claimant.row.trigger().relation(), rival))
        return false;
    const int capacity = claimant.settings.values.capacity;
    return capacity == 1 || is_full(claimant.write, capacity, View::latest) ||
           !is_full(claimant.write, capacity, View::committed);
}

/// Steps 3 and 4: what ON CONFLICT does by itself. The constraint alone would look for others when the row is in the index already,
/// where they find it and wait in turn. Whoever waits here holds no lock: those who are waited for may want it for their next
/// row.
Outcome meet_others(const Claimant& claimant, const std::optional<std::vector<ExpiredHold>>& holds,
                    BookingLocks& locks) {
    if (!claimant.claims_time())
        return Outcome::may_be_written;
    BookingWrite& write = claimant.write;
    const RowTrigger& trigger = claimant.row.trigger();
    const Relation bookings = trigger.relation();
    IndexedBooking booking{trigger.old_place(),
                           to_datum(*write.after.resource_id),
                           busy_range(write.after),
                           to_datum(*write.after.session_key),
                           *write.after.seat,
                           claimant.settings.values.capacity == 1 && !keeps_seat(write),
                           *write.known};
    // Without a lock it is a function's INSERT: ON CONFLICT looks for the rest.
    const auto find = locks.none() ? find_seat_taker : find_rival;
    Rival rival;
    if (holds && !holds->empty()) {
        // Step 4. Who has deleted a hold is waited for, so nobody does it who is about to wait.
        rival = find(bookings, booking, Wanted::open);
        if (rival.fate == Rival::Fate::none)
            delete_expired_holds(write, *holds);
    }
    if (rival.fate == Rival::Fate::none)
        rival = find(bookings, booking, Wanted::any);
    switch (rival.fate) {
    case Rival::Fate::none:
        return Outcome::may_be_written;
    case Rival::Fate::open:
        locks.release();
        wait_for(bookings, rival);
        return Outcome::begin_again;
    case Rival::Fate::certain:
        break;
    }
    if (rival.has_expired && !holds) {
        locks.release();
        return Outcome::look_for_holds;
    }
    if (claimant.forces_in)
        return force_in(claimant, locks);
    // Where the index finds the other too.
    if (rival.seat)
        write.after.seat = booking.seat = *rival.seat;
    // The index would refuse the row, or wait if the other is being deleted meanwhile: so nobody goes there with time locked.
    if (write.is_insert() && write.by_function) {
        locks.release();
        require_refusal_in_snapshot([&] { return meets_in_snapshot(claimant, rival); });
        return Outcome::pass_over;
    }
    // With ON CONFLICT there may be nothing to do, so the index must be asked. The gain of telling plain INSERT and COPY from it: they
    // are refused here, so they never wait with their row in the index, and at SERIALIZABLE they get 23P01 where the index ends in
    // 40001.
    if (write.is_insert() && !trigger.is_inserted_plainly()) {
        locks.release_time();
        return Outcome::may_be_written;
    }
    locks.release();
    if (rival.seat)
        refuse_seat(bookings, booking);
    else
        refuse_collision(bookings, booking);
    return Outcome::begin_again; // it has just gone
}

/// What is counted against is read under the locks, as what is counted: who has waited for them must not go by a capacity or a limit
/// that has been lowered meanwhile. false: other locks are needed now.
bool read_settings_again(const Claimant& claimant) {
    const Settings before = claimant.settings.values;
    if (before.capacity == 1 && !before.limits_days())
        return true;
    if (const std::optional<ServiceSettings> found = settings_of(claimant.write))
        claimant.settings = *found;
    const Settings& now = claimant.settings.values;
    return (before.capacity > 1) == (now.capacity > 1) && before.limits_days() == now.limits_days();
}

/// One round of all steps. Expired holds are rare: who meets others under locks looks for them when one is met. A function's INSERT may
/// leave the meeting to ON CONFLICT, to which they are as others, so it looks first, as does who may not meet them where a constraint is missing.
Outcome try_to_write(const Claimant& claimant, bool looks_for_holds) {
    std::optional<std::vector<ExpiredHold>> holds;
    if (looks_for_holds && claimant.claims_time())
        holds = expired_holds_in_the_way(claimant.write);
    BookingLocks locks = needed_locks(claimant, holds.value_or(std::vector<ExpiredHold>()));
    locks.take(); // steps 1 and 2
    if (!read_settings_again(claimant)) {
        locks.release();
        return Outcome::begin_again;
    }
    refuse_revival(claimant.write); // it may have expired while it waited
    if (claimant.forces_in)
        claimant.write.after.overbooked = false;
    if (const std::optional<SlotReason> reason = reason_to_refuse(claimant, View::committed)) {
        if (claimant.forces_in)
            return force_in(claimant, locks);
        if (claimant.write.by_function) {
            require_refusal_in_snapshot([&] { return reason_to_refuse(claimant, View::latest).has_value(); });
            return Outcome::pass_over;
        }
        refuse_slot(*reason);
    }
    claimant.write.after.seat = seat_of(claimant.write, claimant.settings.values.capacity);
    return meet_others(claimant, holds, locks);
}

/// An UPDATE of what is not the guard's: whatever it would look up or decide has been, and its columns are as it wrote them.
bool leaves_the_guard_alone(const BookingWrite& write) {
    if (write.is_insert() || write.by_function || !keeps_its_claim(write))
        return false;
    const BookingValues& before = *write.before;
    const BookingValues& after = write.after;
    return before.id == after.id && before.service_id == after.service_id &&
           before.hold_expires_at == after.hold_expires_at && before.resource_id == after.resource_id &&
           before.session_key == after.session_key && before.seat == after.seat &&
           (after.competes() || after.seat == 1) && before.overbooked == after.overbooked &&
           after.session_key && after.seat && after.end_time && after.buffer_before_minutes &&
           after.buffer_after_minutes && (after.price || !before.price) &&
           (after.currency || !before.currency);
}

/// The row as it is to be written; 0: it is not.
Datum guard(GuardedRow& row, BookingWrite& write) {
    if (write.leaves_its_place)
        return row.written(without_place(write.after));
    if (leaves_the_guard_alone(write))
        return row.as_it_is();
    if (is_restored_with_its_place(write, row.trigger().relation())) {
        if (sets_overbooked(write))
            require_right_to_overbook(write);
        return row.written(write.after);
    }
    if (!fill_from_service(write) && caller_may_access_business(write, row.trigger().relation()))
        service_not_found();
    forget_reminders(write);
    if (sets_overbooked(write))
        require_right_to_overbook(write);
    // A function has looked for free time.
    if (write.by_function)
        write.after.overbooked = false;
    refuse_revival(write);
    write.after.resource_id = resource_of(write);
    write.after.session_key = session_key_of(write.after);

    Claim claim = claim_of(write);
    ServiceSettings settings;
    if (claim != Claim::nothing) {
        if (const std::optional<ServiceSettings> found = known_settings_of(write)) {
            settings = *found;
        } else {
            detach_from_resource(write);
            claim = Claim::nothing;
        }
    }
    // A row of another business takes no lock there, and waits for nobody: its policy refuses it after the trigger.
    if (claim == Claim::nothing || !caller_may_access_business(write, row.trigger().relation())) {
        write.after.seat = seat_of(write, settings.values.capacity);
        return row.written(write.after);
    }

    const bool forces_in = claim == Claim::time && write.after.is_forced_in();
    const Claimant claimant{row, write, claim, settings, forces_in};
    bool looks_for_holds = (write.by_function && write.is_insert()) ||
                           !has_both_constraints(row.trigger().relation(), *write.known);
    Outcome outcome = Outcome::begin_again;
    while (outcome == Outcome::begin_again || outcome == Outcome::look_for_holds) {
        looks_for_holds = looks_for_holds || outcome == Outcome::look_for_holds;
        outcome = try_to_write(claimant, looks_for_holds);
    }
    return outcome == Outcome::pass_over ? Datum(0) : row.written(write.after);
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

/// BEFORE INSERT OR UPDATE row trigger on bookings.
BOOKMEATOZ_FUNCTION(trigger_guard_booking, takes({}).returns(TRIGGEROID)) {
    GuardedRow row(fcinfo, "trigger_guard_booking");
    BookingWrite write = row.read();
    const Datum result = guard(row, write);
    write.known->end_row();
    return result;
}
