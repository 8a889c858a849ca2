"""What must hold after a storm, and at any moment of it, by queries that know nothing of the guard: not its columns, not its constraints,
and by what the clients were told. Each violation is one line of text. Used by storm.py; test_proof.py breaks each rule once."""

from collections import defaultdict
from datetime import datetime, timezone
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

from world import BUSINESSES, Business, guests

# The bookings that occupy time (S11) and of whom: the employee, or the business where nobody is employed (S12). Expired holds occupy
# nothing (S19). The administration lowers the capacity of a service, and never raises it above that of the beginning.
OCCUPYING = f"""
highest (service_id, capacity) AS (VALUES {", ".join(f"('{service.id}'::uuid, {service.capacity})" for business in BUSINESSES for service in business.services)}),
guest (id) AS (VALUES {", ".join(f"('{guest}'::uuid)" for business in BUSINESSES for guest in guests(business))}),
occupying AS (
    SELECT b.id, coalesce(b.employee_id, b.business_id) AS whose, b.business_id, b.service_id, b.customer_id, b.start_time, b.end_time,
           b.start_time - make_interval(mins => b.buffer_before_minutes) AS busy_from,
           b.end_time + make_interval(mins => b.buffer_after_minutes) AS busy_to,
           (b.start_time AT TIME ZONE business.timezone)::date AS day,
           highest.capacity,
           (service.settings ->> 'max_bookings_per_day')::int AS service_limit,
           (business.settings ->> 'max_bookings_per_day')::int AS business_limit,
           (business.settings ->> 'max_active_bookings_per_customer')::int AS customer_limit,
           business.settings ->> 'customer_overlap' AS customer_overlap
      FROM bookings AS b
      JOIN services AS service ON service.id = b.service_id
      JOIN businesses AS business ON business.id = b.business_id
      JOIN highest ON highest.service_id = b.service_id
     WHERE b.status::text NOT IN ('cancelled', 'rejected', 'no_show') AND NOT b.overbooked
       AND (b.hold_expires_at IS NULL OR b.hold_expires_at > clock_timestamp())
       AND (b.employee_id IS NOT NULL OR NOT EXISTS (SELECT FROM employees AS e WHERE e.business_id = b.business_id)))
"""

RULES = {
    # S6, S18: one resource, busy at the same time with bookings that are not of one session
    "overlap": f"""
        WITH {OCCUPYING}
        SELECT format('%s [%s, %s) and %s [%s, %s) of %s', a.id, a.start_time, a.end_time, b.id, b.start_time, b.end_time, a.whose)
          FROM occupying AS a JOIN occupying AS b ON a.whose = b.whose AND a.id < b.id
         WHERE a.busy_from < b.busy_to AND b.busy_from < a.busy_to
           AND (a.service_id, a.start_time, a.end_time) <> (b.service_id, b.start_time, b.end_time)""",
    # S15: what is sold stays when the capacity is lowered; the rest is for added_to_full_sessions()
    "capacity": f"""
        WITH {OCCUPYING}
        SELECT format('%s bookings in the session of %s at %s, highest capacity %s', count(*), whose, start_time, capacity)
          FROM occupying GROUP BY whose, service_id, start_time, end_time, capacity HAVING count(*) > capacity""",
    # S16
    "limit of a service": f"""
        WITH {OCCUPYING}
        SELECT format('%s bookings of %s on %s, limit %s', count(*), whose, day, service_limit)
          FROM occupying GROUP BY whose, service_id, day, service_limit HAVING count(*) > service_limit""",
    "limit of a business": f"""
        WITH {OCCUPYING}
        SELECT format('%s bookings of %s on %s, limit %s', count(*), whose, day, business_limit)
          FROM occupying GROUP BY whose, day, business_limit HAVING count(*) > business_limit""",
    # S21, of those for whom only the functions book
    "limit of a customer": f"""
        WITH {OCCUPYING}
        SELECT format('%s bookings for %s, limit %s', count(*), customer_id, customer_limit)
          FROM occupying WHERE customer_id IN (TABLE guest) AND end_time > clock_timestamp()
         GROUP BY customer_id, customer_limit HAVING count(*) > customer_limit""",
    "customer in two places": f"""
        WITH {OCCUPYING}
        SELECT format('%s [%s, %s) and %s [%s, %s) for %s', a.id, a.start_time, a.end_time, b.id, b.start_time, b.end_time, a.customer_id)
          FROM occupying AS a JOIN occupying AS b ON a.customer_id = b.customer_id AND a.id < b.id
         WHERE a.customer_id IN (TABLE guest) AND a.customer_overlap = 'refuse' AND a.start_time < b.end_time AND b.start_time < a.end_time""",
}


def broken_rules(cursor) -> List[str]:
    """The rules that the bookings break as one snapshot sees them."""
    found = []
    for rule, query in RULES.items():
        cursor.execute(query)
        found += [f"{rule}: {text}" for text, in cursor.fetchall()]
    return found


def transactions(cursor) -> Dict[int, tuple]:
    """Of each session: the tenant that it is in, and when its transaction began."""
    cursor.execute("SELECT pid, application_name, xact_start FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL")
    return {pid: (tenant, begun) for pid, tenant, begun in cursor.fetchall()}


def waits_across_tenants(cursor) -> List[str]:
    """Who waits just now for a lock of another tenant's session. Clients name their session by their tenant, and go to another between two
    transactions. (All wait for each other where the file of a table grows.)"""
    before = transactions(cursor)
    cursor.execute("SELECT pid, unnest(pg_blocking_pids(pid)), wait_event FROM pg_stat_activity "
                   "WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'extend'")
    waits = cursor.fetchall()
    after = transactions(cursor) if waits else {}
    tenants = {pid: tenant for pid, (tenant, begun) in after.items() if before.get(pid) == (tenant, begun)}
    return [f"wait across tenants: {tenants[waiting]} for {tenants[blocking]}, {event}" for waiting, blocking, event in waits
            if tenants.get(waiting) and tenants.get(blocking) and tenants[waiting] != tenants[blocking]]


class State(NamedTuple):
    """What a client is told about a booking."""
    employee: Optional[str]
    start: datetime
    end: datetime
    status: str
    hold_expires_at: Optional[datetime]


class Told(NamedTuple):
    """A write that a client was told of. certain: the commit was confirmed; otherwise the connection broke in the commit."""
    position: int              # in the WAL, between the write and the commit: of two writes to a row the later has the higher one
    booking: str
    state: Optional[State]     # None: deleted
    certain: bool
    operation: str
    business: Optional[Business] = None
    begun: float = 0.0         # by time.monotonic(), before the first statement: the same for all writes of a transaction
    ended: float = 0.0         # after the commit


class NotBookable(NamedTuple):
    """A refusal of a booking function."""
    reason: str
    business: Business
    begun: float
    ended: float


class Change(NamedTuple):
    """Of the administration. Whoever looks after `known` sees it, whoever looks before `sent` does not."""
    subject: str               # the id of a service, an employee or, for its tenant, a business
    value: object
    sent: float                # by time.monotonic(), before the commit
    known: float               # after it


class Changes:
    """What the administration has done."""

    def __init__(self, changes: Iterable[Change]):
        self.of_subject: Dict[str, List[Change]] = defaultdict(list)
        for change in sorted(changes, key=lambda change: change.sent):
            self.of_subject[change.subject].append(change)

    def possible(self, subject: str, first: object, begun: float, ended: float) -> list:
        """The values that one who looks once in that time may see. first: the value before all changes."""
        history = [Change(subject, first, 0.0, 0.0), *self.of_subject[subject]]
        replaced = [change.known for change in history[1:]] + [ended]
        return [change.value for change, end in zip(history, replaced) if change.sent <= ended and end >= begun]


def broken_promises(cursor, told: Iterable[Told]) -> List[str]:
    """Every success that a client saw is in the table, and nothing else is."""
    cursor.execute("SELECT id, employee_id, start_time, end_time, status::text, hold_expires_at FROM bookings")
    stored: Dict[str, State] = {row[0]: State(*row[1:]) for row in cursor.fetchall()}
    cursor.execute("SELECT clock_timestamp()")
    now = cursor.fetchone()[0]
    writes = histories(told)
    found = [f"nobody was told: {booking} {state}" for booking, state in stored.items() if booking not in writes]
    for booking, history in writes.items():
        possible = possible_ends(history)
        state = stored.get(booking)
        if state is None:
            kept = may_be_gone(history, now)
        else:
            kept = state in possible
        if not kept:
            operations = ", ".join(write.operation + ("" if write.certain else "?") for write in history[-4:])
            found.append(f"told otherwise: {booking} is {state}, after {operations} a client saw {possible}")
    return found


def histories(told: Iterable[Told]) -> Dict[str, List[Told]]:
    """The writes to each booking in their order."""
    writes = defaultdict(list)
    for write in sorted(told, key=lambda write: write.position):
        writes[write.booking].append(write)
    return writes


def may_be_gone(history: List[Told], now: datetime) -> bool:
    """The database itself deletes nothing but expired holds."""
    return any(end is None or end.hold_expires_at and end.hold_expires_at <= now for end in possible_ends(history))


def possible_ends(history: List[Told]) -> List[Optional[State]]:
    """What a booking may be in the end: as the last certain write left it, or any write in doubt after that."""
    certain = [number for number, write in enumerate(history) if write.certain]
    if not certain:
        return [None] + [write.state for write in history]
    return [write.state for write in history[certain[-1]:]]


def broken_keys(answers: Dict[str, set], told: Iterable[Told]) -> List[str]:
    """S20: all calls with one idempotency key got one booking; another only in place of a hold that expired or was released."""
    now, writes, found = datetime.now(timezone.utc), histories(told), []
    for key, bookings in answers.items():
        kept = [booking for booking in bookings if booking not in writes or not may_be_gone(writes[booking], now)]
        if len(kept) > 1:
            found.append(f"idempotency key: {key} got {len(kept)} bookings")
    return found


# ---- while the administration meddles

FREES = {"cancelled", "rejected", "no_show"}
# Writes of these are decided by the search's rules, so by who is active (S12).
BY_SEARCH = {"book", "book_any", "book_beside", "book_with_key", "hold", "hold_with_key", "reschedule", "book_series", "book_visit",
             "book_several_with_key", "shift", "change_places", "move_session"}
Session = Tuple[str, datetime, datetime]


def session_of(write: Told) -> Optional[Session]:
    """Whose, from when and until when the booking occupies time. (Not of which service: those of another would overlap.)"""
    whose = write.state and (write.state.employee or not write.business.employees and write.business.id)
    return (whose, write.state.start, write.state.end) if whose and write.state.status not in FREES else None


def service_of(write: Told):
    """No write changes the length of a booking, and no business has two services of one length."""
    minutes = (write.state.end - write.state.start).total_seconds() / 60
    service, = [service for service in write.business.services if service.duration == minutes]
    return service


def added_to_full_sessions(told: Iterable[Told], changes: Changes) -> List[str]:
    """S15: nobody adds to a session while as many are sold as the capacity of that moment. Who adds sees all who added before, so he
    looks at the capacity after the last of them began. What may have expired, or been lost in a commit, is not counted as sold."""
    last: Dict[str, Told] = {}
    sold: Dict[Session, set] = defaultdict(set)
    began: Dict[Session, float] = defaultdict(float)
    found = []
    for writes in transactions_in_order(told):
        added = []
        for write in writes:
            before = last.get(write.booking)
            if before and session_of(before):
                sold[session_of(before)].discard(write.booking)
            unknown = before and not before.certain
            if write.certain and not unknown and session_of(write) and session_of(write) != (before and session_of(before)):
                added.append(write)
            last[write.booking] = write
        for write in writes:
            session = session_of(write)
            if session and write in added:
                began[session] = max(began[session], write.begun)
                capacity = max(changes.possible(service_of(write).id, service_of(write).capacity, began[session], write.ended))
                if len(sold[session]) >= capacity:
                    found.append(f"full: {write.operation} added {write.booking} at {write.position} to {session} of {write.business.name}, "
                                 f"{len(sold[session])} sold, capacity {capacity}")
            if session and last[write.booking] is write and write.certain and not write.state.hold_expires_at:
                sold[session].add(write.booking)
    return found


def transactions_in_order(told: Iterable[Told]) -> List[List[Told]]:
    """By the last write of each; its own in their order."""
    by_transaction = defaultdict(list)
    for write in sorted(told, key=lambda write: write.position):
        by_transaction[write.begun, write.business].append(write)
    return sorted(by_transaction.values(), key=lambda writes: writes[-1].position)


def booked_while_inactive(told: Iterable[Told], changes: Changes) -> List[str]:
    """S12: the functions book nothing of a suspended tenant, and nobody who is on leave."""
    found = []
    for write in told:
        if write.operation in BY_SEARCH and write.state:
            for subject in filter(None, (write.business.id, write.state.employee)):
                if "active" not in changes.possible(subject, "active", write.begun, write.ended):
                    found.append(f"not active: {write.operation} booked {write.booking}, {write.state} of {write.business.name}")
    return found


def wrong_refusals(refusals: Iterable[NotBookable], changes: Changes) -> List[str]:
    """Nothing is unavailable but what was asked for outside the hours, off the grid, or of somebody who may have been inactive; and to a customer
    where the business has such a rule (S21)."""
    def may_be_inactive(refusal: NotBookable) -> bool:
        subjects = [refusal.business.id, *refusal.business.employees]
        return any(set(changes.possible(subject, "active", refusal.begun, refusal.ended)) != {"active"} for subject in subjects)

    def is_right(refusal: NotBookable) -> bool:
        if refusal.reason == "not_offered":
            return may_be_inactive(refusal)
        if refusal.reason == "customer_limit":
            return bool(refusal.business.customer_limit)
        if refusal.reason == "customer_busy":
            return refusal.business.customer_overlap == "refuse"
        return refusal.reason in ("outside_hours", "not_aligned")
    return [f"not bookable: {refusal.reason} in {refusal.business.name}" for refusal in refusals if not is_right(refusal)]
