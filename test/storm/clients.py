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
from world import APP, BUSINESSES, CLIENTS, CLOSES, DAYS, FIRST_DAY, OPENS, STEP, Business, connect, customer

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
# Its two statements belong in one transaction.
TOGETHER = {"book_with_key", "import_rows"}

BUSY_DAYS = [FIRST_DAY + timedelta(days=day) for day in range(DAYS)]
# Attempts before a client goes on to another business.
STAY = 20
# Milliseconds; whoever waits longer hangs.
PATIENCE = 30_000


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
            except psycopg2.OperationalError:
                self.connect()

    def attempt(self, name: str):
        _, permitted, body = OPERATIONS[name]
        self.begun = time.monotonic()
        self.opened, self.writes, self.created, self.answered_key, self.imports = False, [], None, None, None
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

    def outcome(self, body: Callable) -> str:
        """Of an attempt that is not refused; self.writes is what was committed then."""
        body(self)
        if self.alone or not self.opened:
            return DONE if self.writes else NOTHING
        if self.random.random() < 0.1:
            time.sleep(self.random.random() * 0.003)
        if self.random.random() < 0.05:
            self.cursor.execute("ROLLBACK")
            self.writes, self.created, self.answered_key, self.imports = [], None, None, None
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
        if name == "book_with_key":
            self.key_again = self.key
            self.attempt(name)

    def statement(self, sql: str, *values) -> Optional[tuple]:
        """The first row, in the transaction of the attempt."""
        begin = "" if self.opened or self.alone else f"BEGIN ISOLATION LEVEL {self.level}; "
        self.opened = True
        self.cursor.execute(begin + sql, values)
        return self.cursor.fetchone()

    def write(self, sql: str, *values) -> Optional[str]:
        """A statement that ends in WRITTEN or begins with SAID. The booking that was written, if one was."""
        row = self.statement(sql, *values)
        if row is None:
            return None
        self.writes.append((row[0], State(*row[1:6]), int(row[6])))
        return row[0]

    def tell(self, name: str, certain: bool):
        ended = time.monotonic()
        for booking, state, position in self.writes:
            self.report.told.append(Told(position, booking, state, certain, name, self.business, self.begun, ended))
        if certain and self.created:
            self.own[self.business].append(self.created)
        if certain and self.imports is not None:
            self.imported = self.imports
        if certain and self.answered_key:
            key, booking = self.answered_key
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
        self.created = self.write(f"{SAID} book_slot(%s, %s, %s, %s)", self.service().id, self.start(), self.customer(), self.employee())

    @operation(12, TAKEN, NOT_BOOKABLE)
    def book_any(self):
        self.created = self.write(f"{SAID} book_slot(%s, %s, %s, status => 'pending')", self.service().id, self.start(), self.customer())

    @operation(8, TAKEN, NOT_BOOKABLE)
    def book_beside(self):
        service, employee, start = self.some_session()
        self.created = self.write(f"{SAID} book_slot(%s, %s, %s, %s)", service, start, self.customer(), employee)

    @operation(6, TAKEN, NOT_BOOKABLE)
    def book_with_key(self):
        """All clients use the same key at about the same time, with the same arguments; one whose call broke asks again."""
        key = self.key_again or f"{self.business.name} {self.phase} {int(time.monotonic() * 5)}"
        self.key, self.key_again = key, None
        row = self.statement(f"{SAID} book_slot(%s, %s, %s, %s, idempotency_key => %s)", *self.arguments_of(key), key)
        made_now = self.statement("SELECT created_at = now() FROM bookings WHERE id = %s", row[0])
        if made_now and made_now[0]:
            self.writes.append((row[0], State(*row[1:6]), int(row[6])))
        self.answered_key = key, row[0]

    def arguments_of(self, key: str) -> tuple:
        same = random.Random(key)
        return (same.choice(self.business.services).id, same.choice(BUSY_DAYS) + timedelta(hours=OPENS) + STEP * same.randrange(56),
                customer(self.business, 0), same.choice([None, *self.business.employees]))

    @operation(1, OTHER_ARGUMENTS)
    def book_with_used_key(self):
        used = [key for key in self.report.keys if key.startswith(self.business.name)]
        if used:
            key = self.random.choice(used[-20:])
            self.statement(f"{SAID} book_slot(%s, %s, %s, %s, notes => 'other', idempotency_key => %s)", *self.arguments_of(key), key)
            self.report.unexpected.append(f"idempotency key {key} served other arguments")

    @operation(8, TAKEN, NOT_BOOKABLE)
    def hold(self):
        self.created = self.write(f"{SAID} hold_slot(%s, %s, %s, %s)", self.service().id, self.start(),
                                  self.random.choice([None, self.employee()]), self.random.choice([None, self.customer()]))

    @operation(6, WRONG_STATE)
    def shorten(self):
        """hold_slot gives minutes; here holds are to expire in the storm."""
        booking = self.some_booking("pending")
        self.write(f"UPDATE bookings SET hold_expires_at = clock_timestamp() + %s WHERE id = %s AND hold_expires_at > clock_timestamp() {WRITTEN}",
                   self.short_time(), booking)

    def short_time(self) -> timedelta:
        return timedelta(seconds=self.random.random() ** 2 * 2)

    @operation(7, NOT_FOUND, WRONG_STATE)
    def confirm(self):
        booking = self.some_booking("pending")
        if booking:
            self.write(f"{SAID} confirm_booking(%s, %s)", booking, self.customer())

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
            self.write(f"{SAID} reschedule_booking(%s, %s, %s)", booking, self.start(), self.random.choice([None, self.employee()]))

    @operation(8, NOT_FOUND, WRONG_STATE)
    def cancel(self):
        booking = self.some_booking("pending", "confirmed")
        if booking:
            self.write(f"{SAID} cancel_booking(%s, 'storm')", booking)

    # ---- past the functions

    def insert(self, end: str) -> Optional[str]:
        employee = None if self.random.random() < 0.03 else self.employee()
        return self.write(f"INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
                          f"VALUES (%s, %s, %s, %s, %s, 'confirmed') {end} {WRITTEN}",
                          self.business.id, self.customer(), self.service().id, employee, self.start())

    @operation(8, TAKEN, SEAT_TAKEN)
    def insert_plain(self):
        self.created = self.insert("")

    @operation(10, TAKEN, SEAT_TAKEN)
    def insert_beside(self):
        self.created = self.write("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
                                  f"VALUES (%s, %s, %s, %s, %s, 'confirmed') {WRITTEN}", self.business.id, self.customer(), *self.some_session())

    @operation(6, TAKEN)
    def insert_or_nothing(self):
        self.created = self.insert("ON CONFLICT DO NOTHING")

    @operation(4, TAKEN)
    def insert_hold(self):
        self.created = self.write(
            "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, hold_expires_at) VALUES "
            f"(%s, %s, %s, %s, %s, 'pending', clock_timestamp() + %s) ON CONFLICT DO NOTHING {WRITTEN}",
            self.business.id, self.customer(), self.service().id, self.employee(), self.start(), self.short_time())

    @operation(6, TAKEN, SEAT_TAKEN, WRONG_STATE)
    def move(self):
        start = self.start()
        self.write(f"UPDATE bookings SET start_time = %s, end_time = %s + (end_time - start_time) WHERE id = %s {WRITTEN}",
                   start, start, self.some_booking("pending", "confirmed"))

    @operation(4, TAKEN, SEAT_TAKEN, WRONG_STATE)
    def hand_over(self):
        self.write(f"UPDATE bookings SET employee_id = %s WHERE id = %s {WRITTEN}", self.employee(), self.some_booking("confirmed"))

    @operation(6, WRONG_STATE)
    def set_cancelled(self):
        self.write(f"UPDATE bookings SET status = 'cancelled', hold_expires_at = NULL WHERE id = %s AND customer_id IS NOT NULL {WRITTEN}",
                   self.some_booking("pending", "confirmed"))

    @operation(6, TAKEN, SEAT_TAKEN)
    def set_active_again(self):
        self.write(f"UPDATE bookings SET status = 'confirmed' WHERE id = %s AND status IN ('cancelled', 'no_show') {WRITTEN}",
                   self.some_booking("cancelled", "no_show"))

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
        self.statement("SELECT 1")
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
