"""A client of the storm: it books, holds, moves and cancels as fast as it can, through the functions and past them, against 15 others, and
writes down what it was told. Each attempt is one transaction. Used by storm.py."""

import random
import time
from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from proof import NotBookable, State, Told
from world import APP, BUSINESSES, CLIENTS, CLOSES, DAYS, FIRST_DAY, OPENS, STEP, TAKEN_REASONS, Business, Service, connect, customer, guests, identity

READ_COMMITTED, REPEATABLE_READ, SERIALIZABLE = "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"

# What a write says of the booking; the position in the WAL orders the writes to one row.
POSITION = "pg_current_wal_insert_lsn() - '0/0'"
WRITTEN = f"RETURNING id, employee_id, start_time, end_time, status::text, hold_expires_at, {POSITION}"
SAID = f"SELECT booking_id, employee_id, start_time, end_time, status, hold_expires_at, {POSITION} FROM"

TAKEN, NOT_BOOKABLE, OTHER_ARGUMENTS = "23P01", "BM001", "BM002"
SEAT_TAKEN = "23505"           # a direct write of the very same session (bookings_one_per_seat)
NOT_FOUND, WRONG_STATE, NO_RIGHT, NOT_SERIALIZABLE, CANCELLED = "BM003", "BM004", "42501", "40001", "57014"

DONE, NOTHING, ROLLED_BACK, DISCONNECTED, IN_DOUBT = "done", "nothing", "rolled back", "disconnected", "in doubt"

FIRST = "read committed"       # the phase at that level alone
CRASHES = "crashes"            # the phase in which the server is killed
# Calls with a key that all clients use at once; one whose call broke asks again.
WITH_SHARED_KEY = {"book_with_key", "hold_with_key", "book_several_with_key"}
# Their statements belong in one transaction.
TOGETHER = {*WITH_SHARED_KEY, "book_series", "book_visit", "shift", "change_places", "move_session", "import_rows"}

BUSY_DAYS = [FIRST_DAY + timedelta(days=day) for day in range(DAYS)]
# Attempts before a client goes on to another business.
STAY = 20
# Milliseconds; whoever waits longer hangs.
PATIENCE = 30_000


# Of one call: service, start, and employee or whoever is free.
Items = List[Tuple[Service, datetime, Optional[str]]]


class Phase(NamedTuple):
    name: str
    seconds: float
    levels: Tuple[str, ...]


class Report(NamedTuple):
    """What a client leaves behind."""
    told: List[Told]
    counts: Counter            # of (phase, level, operation, outcome)
    keys: Dict[str, set]       # idempotency key: bookings that it got
    unexpected: List[str]
    refusals: List[NotBookable]


# What an importer does; it alone.
IMPORT = "import_rows"
FAR_DAYS = range(DAYS + 2, 400)


def operation(weight: int, *permitted: str):
    """A method that attempts one write. permitted: the SQLSTATEs that it may be refused with."""
    def register(body):
        OPERATIONS[body.__name__] = (weight, frozenset(permitted), body)
        return body
    return register


OPERATIONS: Dict[str, Tuple[int, frozenset, Callable]] = {}


def is_lost(connection, error: psycopg2.Error) -> bool:
    """The server ended the connection, by a crash or by a restart (57P01 to 57P03). psycopg2 does not notice it as `closed` where it had
    done so while the session was idle."""
    return bool(connection.closed) or type(error) is psycopg2.DatabaseError and not error.pgcode or (error.pgcode or "").startswith("57P0")


class Client:
    def __init__(self, number: int, seed: int, names: List[str]):
        self.number = number
        self.random = random.Random(seed * 1000 + number)
        # One importer a business: two of one business might deadlock, as transactions that write rows of any table in different orders do.
        self.business_of_import = BUSINESSES[number - CLIENTS] if number >= CLIENTS else None
        self.imported: List[str] = []
        self.names = names
        self.weights = [OPERATIONS[name][0] for name in names]
        self.own: Dict[Business, deque] = {business: deque(maxlen=20) for business in BUSINESSES}
        self.report = Report([], Counter(), defaultdict(set), [], [])
        self.key_again: Optional[str] = None

    def run(self, start: float, phases: List[Phase]) -> Report:
        self.connect()
        self.crashes_begin = start + sum(phase.seconds for phase in phases if phase.name != CRASHES)
        end = start
        for phase in phases:
            end += phase.seconds
            self.phase, self.level = phase.name, phase.levels[self.number % len(phase.levels)]
            while time.monotonic() < end:
                self.enter(self.business_of_import or self.random.choice(BUSINESSES))
                for _ in range(1 if self.business_of_import else STAY):
                    if time.monotonic() >= end:
                        break
                    name, = self.random.choices(self.names, self.weights)
                    self.attempt(name)
                if self.business_of_import:  # the others' turn, for as long
                    time.sleep(max(0.0, min(2 * time.monotonic() - self.begun, end) - time.monotonic()))
        self.connection.close()
        return self.report

    # ---- one attempt

    def connect(self):
        """Also after a crash, as soon as the server is back."""
        give_up = time.monotonic() + 60
        while True:
            try:
                self.connection = connect(user=APP)
                self.cursor = self.connection.cursor()
                self.cursor.execute("SET timezone = 'UTC'")
                self.patience = 0
                return
            except psycopg2.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def enter(self, business: Business):
        self.business = business
        while True:
            try:
                self.cursor.execute("SET app.current_business_id = %s; SET application_name = %s", (business.id, business.name))
                return
            except psycopg2.Error as error:
                if not isinstance(error, psycopg2.OperationalError) and not is_lost(self.connection, error):
                    raise
                self.connect()

    def attempt(self, name: str):
        _, permitted, body = OPERATIONS[name]
        self.begun = time.monotonic()
        self.opened = False
        self.forget_writes()
        # Each statement may commit itself, as many applications have it; but where an attempt may meet a kill, it must be known what was in doubt.
        self.alone = name not in TOGETHER and self.phase == FIRST and self.random.random() < 0.3
        impatient = self.random.random() < 0.03
        allowed = set(permitted)
        if impatient:
            allowed.add(CANCELLED)
        if self.level != READ_COMMITTED:
            allowed.add(NOT_SERIALIZABLE)
        self.committing = False
        try:
            self.be_patient(self.random.randrange(1, 15) if impatient else PATIENCE)
            try:
                self.count(name, self.outcome(body))
            except psycopg2.Error as error:
                if is_lost(self.connection, error):
                    raise
                self.end_refused(name, error)
                if error.pgcode not in allowed:
                    self.report.unexpected.append(f"{name} at {self.level} {error.pgcode}: {error}".strip())
                if error.pgcode == NOT_BOOKABLE:
                    self.report.refusals.append(NotBookable(error.diag.message_detail, self.business, self.begun, time.monotonic()))
                self.count(name, error.pgcode)
            else:
                self.tell(name, certain=True)
        except psycopg2.Error as error:
            if not is_lost(self.connection, error):
                raise
            self.go_on_after_loss(name)

    def forget_writes(self):
        """What the transaction has written, and so what there is to tell when it is committed."""
        self.writes, self.created, self.answered_keys, self.skipped, self.imports = [], [], [], [], None

    def outcome(self, body: Callable) -> str:
        """Of an attempt that is not refused; self.writes is what was committed then."""
        body(self)
        if self.alone or not self.opened:
            return DONE if self.writes else NOTHING
        if self.random.random() < 0.1:
            time.sleep(self.random.random() * 0.003)
        if self.random.random() < 0.05:
            self.cursor.execute("ROLLBACK")
            self.forget_writes()
            return ROLLED_BACK
        self.committing = True
        self.cursor.execute("COMMIT")
        self.committing = False
        return DONE if self.writes else NOTHING

    def end_refused(self, name: str, error: psycopg2.Error):
        if not self.alone:
            self.surely("ROLLBACK")
            return
        self.tell(name, certain=True)
        if self.connection.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            self.report.unexpected.append(f"{name} left a transaction open: {error}")
            self.cursor.execute("ROLLBACK")

    def be_patient(self, milliseconds: int):
        """How long a statement of the session may take."""
        if milliseconds == self.patience:
            return
        if 0 < self.patience < PATIENCE:
            # A timeout that strikes when a statement has just ended is sent all the same, and the next statement seems to have failed.
            self.connection.close()
            self.connect()
            self.enter(self.business)
        self.surely(f"SET statement_timeout = {milliseconds}")
        self.patience = milliseconds

    def surely(self, statement: str):
        """Outside of what is tried: again, if it is cancelled itself."""
        while True:
            try:
                self.cursor.execute(statement)
                return
            except psycopg2.extensions.QueryCanceledError:
                pass

    def go_on_after_loss(self, name: str):
        if time.monotonic() >= self.crashes_begin:  # the kill also meets an attempt that waits since the phase before
            self.phase = CRASHES
        if self.committing:
            self.tell(name, certain=False)
        self.count(name, IN_DOUBT if self.committing else DISCONNECTED)
        self.connect()
        self.enter(self.business)
        if name in WITH_SHARED_KEY:
            self.key_again = self.key
            self.attempt(name)

    def statement(self, sql: str, *values) -> Optional[tuple]:
        """The first row, in the transaction of the attempt."""
        self.execute(sql, values)
        return self.cursor.fetchone()

    def rows(self, sql: str, *values) -> List[tuple]:
        self.execute(sql, values)
        return self.cursor.fetchall()

    def execute(self, sql: str, values: tuple):
        begin = "" if self.opened or self.alone else f"BEGIN ISOLATION LEVEL {self.level}; "
        self.opened = True
        self.cursor.execute(begin + sql, values)

    def write(self, sql: str, *values) -> Optional[str]:
        """A statement that ends in WRITTEN or begins with SAID. The booking that was written, if one was."""
        row = self.statement(sql, *values)
        if row is None:
            return None
        self.note(row)
        return row[0]

    def note(self, row: tuple):
        """The columns of SAID or WRITTEN."""
        self.writes.append((row[0], State(*row[1:6]), int(row[6])))

    def wrong(self, what: str):
        self.report.unexpected.append(f"wrong answer: {what} of {self.business.name} at {self.level}")

    def tell(self, name: str, certain: bool):
        ended = time.monotonic()
        for booking, state, position in self.writes:
            self.report.told.append(Told(position, booking, state, certain, name, self.business, self.begun, ended))
        if certain:
            self.own[self.business].extend(self.created)
            self.report.refusals.extend(NotBookable(reason, self.business, self.begun, ended) for reason in self.skipped if reason not in TAKEN_REASONS)
        if certain and self.imports is not None:
            self.imported = self.imports
        for key, booking in self.answered_keys if certain else ():
            self.report.keys[key].add(booking)

    def count(self, name: str, outcome: str):
        self.report.counts[self.phase, self.level, name, outcome] += 1

    # ---- what to write

    def service(self):
        return self.random.choice(self.business.services)

    def employee(self) -> Optional[str]:
        return self.random.choice(self.business.employees) if self.business.employees else None

    def start(self) -> datetime:
        chance = self.random.random()
        if chance < 0.05:  # off the grid, or outside the hours
            return self.random.choice(BUSY_DAYS) + timedelta(minutes=self.random.randrange(24 * 60))
        if chance < 0.5:   # where all others are just now
            spot = random.Random(int(time.monotonic() * 10))
            return spot.choice(BUSY_DAYS) + timedelta(hours=spot.randrange(OPENS, CLOSES)) + STEP * self.random.randrange(4)
        return self.random.choice(BUSY_DAYS) + timedelta(hours=OPENS) + STEP * self.random.randrange((CLOSES - OPENS) * 4)

    def customer(self) -> str:
        return customer(self.business, self.number)

    def booked_for(self) -> str:
        """Whom the functions book for: guests too, whom nobody else books for."""
        return self.random.choice([self.customer(), *guests(self.business)])

    def some_booking(self, *statuses: str) -> Optional[str]:
        """One of the client's own, or whoever's is found."""
        if self.own[self.business] and self.random.random() < 0.5:
            return self.random.choice(self.own[self.business])
        row = self.statement("SELECT id FROM bookings WHERE business_id = %s AND start_time >= %s AND status::text = ANY (%s) "
                             "AND customer_id IS NOT NULL ORDER BY start_time LIMIT 1", self.business.id, self.start(), list(statuses))
        return row and row[0]

    def some_session(self) -> tuple:
        """Service, employee and start of one that has seats, has been booked and may be full; where there is none, of whatever."""
        row = self.statement("SELECT service_id, employee_id, start_time FROM bookings WHERE business_id = %s AND service_id = ANY (%s::uuid[]) "
                             "AND start_time >= %s ORDER BY start_time LIMIT 1",
                             self.business.id, [service.id for service in self.business.services if service.capacity > 1], self.start())
        return row or (self.service().id, self.employee(), self.start())

    # ---- through the functions

    @operation(14, TAKEN, NOT_BOOKABLE)
    def book(self):
        self.create(f"{SAID} book_slot(%s, %s, %s, %s)", self.service().id, self.start(), self.booked_for(), self.employee())

    @operation(12, TAKEN, NOT_BOOKABLE)
    def book_any(self):
        self.create(f"{SAID} book_slot(%s, %s, %s, status => 'pending')", self.service().id, self.start(), self.booked_for())

    @operation(8, TAKEN, NOT_BOOKABLE)
    def book_beside(self):
        service, employee, start = self.some_session()
        self.create(f"{SAID} book_slot(%s, %s, %s, %s)", service, start, self.booked_for(), employee)

    @operation(6, TAKEN, NOT_BOOKABLE)
    def book_with_key(self):
        key = self.shared_key("")
        self.answer_key(key, self.statement(f"{SAID} book_slot(%s, %s, %s, %s, idempotency_key => %s)", *self.arguments_of(key), key))

    def shared_key(self, kind: str) -> str:
        """All clients use the same key at about the same time, with the same arguments; one whose call broke asks again."""
        self.key = self.key_again or f"{kind}{self.business.name} {self.phase} {int(time.monotonic() * 5)}"
        self.key_again = None
        return self.key

    def answer_key(self, key: str, row: tuple):
        self.answered_keys.append((key, row[0]))
        made_now = self.statement("SELECT created_at = now() FROM bookings WHERE id = %s", row[0])
        if made_now and made_now[0]:
            self.note(row)

    def arguments_of(self, key: str) -> tuple:
        same = random.Random(key)
        return (same.choice(self.business.services).id, same.choice(BUSY_DAYS) + timedelta(hours=OPENS) + STEP * same.randrange(56),
                same.choice([customer(self.business, 0), *guests(self.business)]), same.choice([None, *self.business.employees]))

    @operation(1, OTHER_ARGUMENTS)
    def book_with_used_key(self):
        used = [key for key in self.report.keys if key.startswith(self.business.name)]
        if used:
            key = self.random.choice(used[-20:])
            self.statement(f"{SAID} book_slot(%s, %s, %s, %s, notes => 'other', idempotency_key => %s)", *self.arguments_of(key), key)
            self.report.unexpected.append(f"idempotency key {key} served other arguments")

    @operation(8, TAKEN, NOT_BOOKABLE)
    def hold(self):
        self.create(f"{SAID} hold_slot(%s, %s, %s, %s)", self.service().id, self.start(),
                    self.random.choice([None, self.employee()]), self.random.choice([None, self.booked_for()]))

    @operation(4, TAKEN, NOT_BOOKABLE)
    def hold_with_key(self):
        key = self.shared_key("hold ")
        service, start, for_whom, employee = self.arguments_of(key)
        self.answer_key(key, self.statement(f"{SAID} hold_slot(%s, %s, %s, %s, idempotency_key => %s)", service, start, employee, for_whom, key))

    @operation(6, WRONG_STATE)
    def shorten(self):
        """hold_slot gives minutes; here holds are to expire in the storm. Those of guests get no longer: that would be a plain writer's booking."""
        booking, short = self.some_booking("pending"), self.short_time()
        self.write("UPDATE bookings SET hold_expires_at = CASE WHEN customer_id = ANY (%s::uuid[]) THEN least(hold_expires_at, clock_timestamp() + %s) "
                   f"ELSE clock_timestamp() + %s END WHERE id = %s AND hold_expires_at > clock_timestamp() {WRITTEN}",
                   guests(self.business), short, short, booking)

    def short_time(self) -> timedelta:
        return timedelta(seconds=self.random.random() ** 2 * 2)

    @operation(7, NOT_FOUND, WRONG_STATE, NOT_BOOKABLE)
    def confirm(self):
        booking = self.some_booking("pending")
        if booking:
            whose = self.statement("SELECT customer_id FROM bookings WHERE id = %s", booking)
            kept = whose and whose[0] and self.random.random() < 0.5
            self.write(f"{SAID} confirm_booking(%s, %s)", booking, None if kept else self.booked_for())

    @operation(3, NOT_FOUND, WRONG_STATE)
    def release(self):
        booking = self.some_booking("pending")
        if booking:
            row = self.statement(f"{SAID} release_hold(%s)", booking)
            self.writes.append((row[0], None, int(row[6])))

    @operation(8, TAKEN, NOT_BOOKABLE, NOT_FOUND, WRONG_STATE)
    def reschedule(self):
        booking = self.some_booking("pending", "confirmed")
        if booking:
            any_employee = self.random.random() < 0.3
            employee = None if any_employee else self.random.choice([None, self.employee()])
            self.write(f"{SAID} reschedule_booking(%s, %s, %s, any_employee => %s, keep_duration => %s)", booking, self.start(), employee,
                       any_employee, self.random.random() < 0.5)

    @operation(8, NOT_FOUND, WRONG_STATE)
    def cancel(self):
        booking = self.some_booking("pending", "confirmed")
        if booking:
            self.write(f"{SAID} cancel_booking(%s, 'storm')", booking)

    # ---- several at once, through the functions

    def may_write_several(self) -> bool:
        """Not while an importer is at work: of two transactions that write many rows of one business in different orders, any may be the victim of a
        deadlock. (An importer that waits already comes first.)"""
        return self.statement("SELECT pg_try_advisory_xact_lock_shared(%s)", BUSINESSES.index(self.business))[0]

    def book_several(self, items: Items, on_conflict: str, for_whom: str, key: Optional[str] = None, **groups: str) -> List[tuple]:
        """The rows, one an item. Of a call without a key, or a first one, each must be what was asked for."""
        services, starts, employees = zip(*items)
        return self.rows(f"SELECT booking_id, employee_id, start_time, end_time, status, hold_expires_at, {POSITION}, item, reason "
                         "FROM book_slots(%s::uuid[], %s::timestamptz[], %s, %s::uuid[], on_conflict => %s, idempotency_key => %s, "
                         "series_id => %s, visit_id => %s)", [service.id for service in services], list(starts), for_whom, list(employees),
                         on_conflict, key, groups.get("series"), groups.get("visit"))

    def check_answer(self, rows: List[tuple], items: Items, on_conflict: str, made_now: set):
        """One row an item; each that was made now is as it was asked for, and none is refused but with 'skip'."""
        if [row[7] for row in rows] != list(range(1, len(items) + 1)):
            self.wrong(f"book_slots() answered {len(rows)} rows for {len(items)} items")
        for row, (service, start, employee) in zip(rows, items):
            booking, reason = row[0], row[8]
            if (booking is None) == (reason is None) or reason and on_conflict == "fail":
                self.wrong(f"book_slots() with {on_conflict} answered an item with {booking}, {reason}")
            if booking in made_now and (row[2] != start or row[3] != start + timedelta(minutes=service.duration) or employee not in (None, row[1])):
                self.wrong(f"book_slots() booked {row[1:4]}, asked for {service.name} at {start} with {employee}")

    def book_new(self, items: Items, **groups: str):
        if not self.may_write_several():
            return
        on_conflict = self.random.choice(["fail", "skip"])
        rows = self.book_several(items, on_conflict, self.booked_for(), **groups)
        for row in rows:
            if row[0]:
                self.note(row)
        self.created = [row[0] for row in rows if row[0]]
        self.skipped = [row[8] for row in rows if not row[0]]
        self.check_answer(rows, items, on_conflict, set(self.created))

    def some_series(self, choice: random.Random, time_of_day: timedelta) -> Items:
        """One service at one time of several days, in any order."""
        service, employee = choice.choice(self.business.services), choice.choice([None, *self.business.employees])
        return [(service, day + time_of_day, employee) for day in choice.sample(BUSY_DAYS, choice.randrange(2, 6))]

    @operation(5, TAKEN, NOT_BOOKABLE)
    def book_series(self):
        start = self.start()
        day = max(day for day in BUSY_DAYS if day <= start)
        self.book_new(self.some_series(self.random, start - day), series=identity(f"series {self.random.random()}"))

    @operation(5, TAKEN, NOT_BOOKABLE)
    def book_visit(self):
        """One service after the other, or two at one time, which collide unless two employees have them."""
        start, items = self.start(), []
        for _ in range(self.random.randrange(2, 5)):
            service = self.service()
            items.append((service, start, self.random.choice([None, self.employee()])))
            start += STEP * self.random.choice([0, 1, *[-(-(service.duration + service.after) // 15)] * 4])
        self.random.shuffle(items)
        self.book_new(items, visit=identity(f"visit {self.random.random()}"))

    @operation(4, TAKEN, NOT_BOOKABLE)
    def book_several_with_key(self):
        """Who repeats a call gets the bookings of the first, as they are now; with 'skip' what was refused is tried again."""
        if not self.may_write_several():
            return
        key = self.shared_key("several ")
        same = random.Random(key)
        on_conflict, items = same.choice(["fail", "skip"]), self.some_series(same, timedelta(hours=OPENS) + STEP * same.randrange(56))
        rows = self.book_several(items, on_conflict, same.choice([customer(self.business, 0), *guests(self.business)]), key, series=identity(key))
        made_now = {booking for booking, in self.rows("SELECT id FROM bookings WHERE id = ANY (%s::uuid[]) AND created_at = now()",
                                                      [row[0] for row in rows if row[0]])}
        for row in rows:
            if row[0] in made_now:
                self.note(row)
        self.answered_keys = [(f"{key} item {row[7]}", row[0]) for row in rows if row[0]]
        self.skipped = [row[8] for row in rows if not row[0]]
        self.check_answer(rows, items, on_conflict, made_now)

    @operation(3)
    def cancel_series(self):
        found = self.statement("SELECT series_id FROM bookings WHERE business_id = %s AND series_id IS NOT NULL AND start_time >= %s AND status = 'confirmed' "
                               "ORDER BY start_time LIMIT 1", self.business.id, self.start())
        if not found:
            return
        start = self.random.choice([FIRST_DAY, self.start()])
        for row in self.rows(f"{SAID} cancel_series(%s, %s, 'storm')", found[0], start):
            self.note(row)
            if row[4] != "cancelled" or row[2] < start:
                self.wrong(f"cancel_series() from {start} answered {row[:5]}")
        # What others have made active again meanwhile is seen at READ COMMITTED alone.
        if self.level != READ_COMMITTED and self.statement("SELECT id FROM bookings WHERE series_id = %s AND start_time >= %s "
                                                           "AND status IN ('pending', 'confirmed')", found[0], start):
            self.wrong(f"cancel_series() from {start} left a booking")

    def some_bookings(self, count: int) -> List[tuple]:
        """Id, employee and start of some in a row."""
        return self.rows("SELECT id, employee_id, start_time FROM bookings WHERE business_id = %s AND start_time >= %s "
                         "AND status IN ('pending', 'confirmed') AND hold_expires_at IS NULL ORDER BY start_time, id LIMIT %s",
                         self.business.id, self.start(), count)

    def reschedule_several(self, moves: List[tuple]):
        """Of each: booking, new start, employee or None."""
        self.random.shuffle(moves)
        bookings, starts, employees = (list(column) for column in zip(*moves))
        rows = self.rows(f"{SAID} reschedule_bookings(%s::uuid[], %s::timestamptz[], %s::uuid[], %s)", bookings, starts, employees,
                         self.random.random() < 0.8)
        for row in rows:
            self.note(row)
        if [row[0] for row in rows] != bookings or any(row[2] != start or employee not in (None, row[1]) for row, (_, start, employee) in zip(rows, moves)):
            self.wrong(f"reschedule_bookings() answered {rows}, asked for {moves}")

    @operation(4, TAKEN, NOT_BOOKABLE, NOT_FOUND, WRONG_STATE)
    def shift(self):
        """A day runs late, or early."""
        if self.may_write_several():
            by = STEP * self.random.choice([-2, -1, 1, 2, 4])
            moves = [(booking, start + by, None) for booking, _, start in self.some_bookings(self.random.randrange(2, 6))]
            if moves:
                self.reschedule_several(moves)

    @operation(4, TAKEN, NOT_BOOKABLE, NOT_FOUND, WRONG_STATE)
    def change_places(self):
        if self.may_write_several():
            near = self.some_bookings(6)
            if len(near) > 1:
                (one, his, start), (other, hers, later) = self.random.sample(near, 2)
                self.reschedule_several([(one, later, hers), (other, start, his)])

    @operation(3, TAKEN, NOT_BOOKABLE, NOT_FOUND, WRONG_STATE)
    def move_session(self):
        if self.may_write_several():
            to, booked = self.start(), "status IN ('pending', 'confirmed') AND hold_expires_at IS NULL"
            moves = [(booking, to, None) for booking, in self.rows(
                f"SELECT id FROM bookings WHERE business_id = %s AND {booked} AND (service_id, start_time, coalesce(employee_id, business_id)) = "
                "(SELECT service_id, start_time, coalesce(employee_id, business_id) FROM bookings WHERE business_id = %s AND service_id = ANY (%s::uuid[]) "
                f"AND start_time >= %s AND {booked} ORDER BY start_time LIMIT 1)",
                self.business.id, self.business.id, [service.id for service in self.business.services if service.capacity > 1], self.start())]
            if moves:
                self.reschedule_several(moves)

    # ---- past the functions

    def create(self, sql: str, *values):
        """As write(), of a booking that is then the client's own."""
        booking = self.write(sql, *values)
        self.created = [booking] if booking else []

    def insert(self, end: str):
        employee = None if self.random.random() < 0.03 else self.employee()
        self.create(f"INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
                          f"VALUES (%s, %s, %s, %s, %s, 'confirmed') {end} {WRITTEN}",
                          self.business.id, self.customer(), self.service().id, employee, self.start())

    @operation(8, TAKEN, SEAT_TAKEN)
    def insert_plain(self):
        self.insert("")

    @operation(10, TAKEN, SEAT_TAKEN)
    def insert_beside(self):
        self.create("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
                    f"VALUES (%s, %s, %s, %s, %s, 'confirmed') {WRITTEN}", self.business.id, self.customer(), *self.some_session())

    @operation(6, TAKEN)
    def insert_or_nothing(self):
        self.insert("ON CONFLICT DO NOTHING")

    @operation(4, TAKEN)
    def insert_hold(self):
        self.create(
            "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, hold_expires_at) VALUES "
            f"(%s, %s, %s, %s, %s, 'pending', clock_timestamp() + %s) ON CONFLICT DO NOTHING {WRITTEN}",
            self.business.id, self.customer(), self.service().id, self.employee(), self.start(), self.short_time())

    @operation(6, TAKEN, SEAT_TAKEN, WRONG_STATE)
    def move(self):
        """Not the guests' bookings: S21 binds the functions alone."""
        start = self.start()
        self.write("UPDATE bookings SET start_time = %s, end_time = %s + (end_time - start_time) "
                   f"WHERE id = %s AND (customer_id = ANY (%s::uuid[])) IS NOT TRUE {WRITTEN}",
                   start, start, self.some_booking("pending", "confirmed"), guests(self.business))

    @operation(4, TAKEN, SEAT_TAKEN, WRONG_STATE)
    def hand_over(self):
        self.write(f"UPDATE bookings SET employee_id = %s WHERE id = %s {WRITTEN}", self.employee(), self.some_booking("confirmed"))

    @operation(6, WRONG_STATE)
    def set_cancelled(self):
        self.write(f"UPDATE bookings SET status = 'cancelled', hold_expires_at = NULL WHERE id = %s AND customer_id IS NOT NULL {WRITTEN}",
                   self.some_booking("pending", "confirmed"))

    @operation(6, TAKEN, SEAT_TAKEN)
    def set_active_again(self):
        self.write("UPDATE bookings SET status = 'confirmed' WHERE id = %s AND status IN ('cancelled', 'no_show') "
                   f"AND customer_id <> ALL (%s::uuid[]) {WRITTEN}", self.some_booking("cancelled", "no_show"), guests(self.business))

    @operation(3)
    def finish(self):
        self.write(f"UPDATE bookings SET status = %s WHERE id = %s AND status = 'confirmed' {WRITTEN}",
                   self.random.choice(["completed", "no_show"]), self.some_booking("confirmed"))

    @operation(2)
    def delete(self):
        if self.own[self.business]:
            booking = self.random.choice(self.own[self.business])
            row = self.statement(f"DELETE FROM bookings WHERE id = %s RETURNING {POSITION}", booking)
            if row:
                self.writes.append((booking, None, int(row[0])))

    @operation(1, NO_RIGHT)
    def overbook(self):
        self.write("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, overbooked) "
                   f"VALUES (%s, %s, %s, %s, %s, 'confirmed', true) {WRITTEN}",
                   self.business.id, self.customer(), self.service().id, self.employee(), self.start())
        self.report.unexpected.append("an overbooked booking was let in without the right")

    @operation(1, NOT_FOUND)
    def trespass(self):
        """What belongs to another business is not there."""
        other = self.random.choice([business for business in BUSINESSES if business is not self.business])
        if self.own[other] and self.random.random() < 0.5:
            self.statement(f"{SAID} cancel_booking(%s)", self.random.choice(self.own[other]))
        else:
            self.statement(f"{SAID} book_slot(%s, %s, %s)", other.services[0].id, self.start(), customer(other, self.number))
        self.report.unexpected.append("a booking of another business was reached")

    # ---- many rows in one transaction

    @operation(1)
    def import_rows(self):
        """50 to 200 rows in any order, in the place of those of the last import: most on days of their own, many in a statement; some where all
        others are, each in a subtransaction."""
        self.statement("SELECT pg_advisory_xact_lock(%s)", BUSINESSES.index(self.business))
        self.delete_last_import()
        rows = [(self.employee(), FIRST_DAY + timedelta(days=day, hours=self.random.randrange(OPENS, CLOSES - 2)), self.service().id)
                for day in self.random.sample(FAR_DAYS, self.random.randrange(50, 201))]
        while rows:
            self.insert_many(rows[:20])
            del rows[:20]
            for _ in range(self.random.randrange(3)):
                self.insert_beside_others()
        self.imports = [booking for booking, state, _ in self.writes if state]

    def delete_last_import(self):
        """But what somebody works on: an import that waits for one row while others wait for its rows is a deadlock of their own making."""
        self.cursor.execute("DELETE FROM bookings WHERE id IN (SELECT id FROM bookings WHERE id = ANY (%s::uuid[]) FOR UPDATE SKIP LOCKED) "
                            f"RETURNING id, {POSITION}", (self.imported,))
        self.writes += [(booking, None, int(position)) for booking, position in self.cursor.fetchall()]

    def insert_many(self, rows: List[tuple]):
        employees, starts, services = zip(*rows)
        self.cursor.execute(
            "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
            "SELECT %s, %s, service, employee, start, 'confirmed' FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[]) AS t (employee, start, service) "
            f"ON CONFLICT DO NOTHING {WRITTEN}", (self.business.id, self.customer(), list(employees), list(starts), list(services)))
        self.writes += [(row[0], State(*row[1:6]), int(row[6])) for row in self.cursor.fetchall()]

    def insert_beside_others(self):
        self.cursor.execute("SAVEPOINT one")
        try:
            self.insert_many([(self.employee(), self.start(), self.service().id)])
            self.cursor.execute("RELEASE one")
        except psycopg2.Error as error:
            if error.pgcode != TAKEN:
                raise
            self.cursor.execute("ROLLBACK TO one")
