"""Would the storm notice? Each rule is broken once by hand, and whole storms blow over a database without its guard.
Connected as storm.py is."""

import re
import threading
import unittest
from datetime import datetime, timedelta, timezone

import proof
import world
from proof import Change, Changes, NotBookable, State, Told
from storm import fails_always, storm
from world import BUSINESSES, FIRST_DAY, GUESTS, customer

SALON, STUDIO, CLINIC, ROOM = BUSINESSES
DIRECT = ["insert_plain", "insert_beside", "insert_or_nothing", "insert_hold", "move", "hand_over", "set_cancelled", "set_active_again", "import_rows"]
NOON = FIRST_DAY + timedelta(hours=12)

UNGUARDED = """
    ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
    ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking;
    DROP INDEX bookings_one_per_seat"""

# Fills the guard's columns as somebody would who has not thought of concurrency, limits or capacity.
NAIVE_GUARD = """
    CREATE FUNCTION naive_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE service services;
    BEGIN
        SELECT * INTO service FROM services WHERE id = NEW.service_id;
        NEW.end_time := coalesce(nullif(NEW.end_time, '-infinity'), NEW.start_time + make_interval(mins => service.duration));
        NEW.buffer_before_minutes := coalesce(nullif(NEW.buffer_before_minutes, -1), service.buffer_before_minutes);
        NEW.buffer_after_minutes := coalesce(nullif(NEW.buffer_after_minutes, -1), service.buffer_after_minutes);
        NEW.resource_id := coalesce(NEW.employee_id, NEW.business_id);
        NEW.session_key := md5(concat(NEW.resource_id, NEW.service_id, NEW.start_time, NEW.end_time))::uuid;
        NEW.seat := 1 + (SELECT count(*) FROM bookings WHERE session_key = NEW.session_key) % 10000;
        IF NEW.overbooked THEN
            RAISE insufficient_privilege;
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER bookings_guard BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION naive_guard()"""

# Counts no seats: whoever finds a number up to the capacity that nobody has takes it.
SEATS_BY_NUMBER = NAIVE_GUARD.replace(
    "NEW.seat := 1 + (SELECT count(*) FROM bookings WHERE session_key = NEW.session_key) % 10000;",
    """PERFORM pg_advisory_xact_lock(hashtextextended(NEW.session_key::text, 0));
        NEW.seat := (SELECT min(number) FROM generate_series(1, 7) AS number WHERE number NOT IN (SELECT seat FROM bookings
            WHERE session_key = NEW.session_key AND id <> NEW.id AND status NOT IN ('cancelled', 'rejected', 'no_show')));
        IF NEW.seat > coalesce((service.settings ->> 'capacity')::int, 1) THEN
            RAISE exclusion_violation;
        END IF;""")
assert SEATS_BY_NUMBER != NAIVE_GUARD


ANSWER = "booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz"
BOOK_SLOTS = f"""
    ALTER FUNCTION book_slots RENAME TO right_book_slots;
    CREATE FUNCTION book_slots(service_ids uuid[], slot_starts timestamptz[], customer_id uuid, employee_ids uuid[], on_conflict text, idempotency_key text,
                               series_id uuid, visit_id uuid)
    RETURNS TABLE ({ANSWER}, item integer, reason text) """

# Books all that is asked for, or what it can, and tells of all but the last.
FORGETFUL_BOOK_SLOTS = BOOK_SLOTS + """LANGUAGE sql AS $$
    SELECT * FROM right_book_slots(service_ids, slot_starts, customer_id, employee_ids, on_conflict, series_id => series_id, visit_id => visit_id)
     ORDER BY item LIMIT array_length(slot_starts, 1) - 1 $$"""

# One item after the other as they come, as an application does it in a loop; and the first that is refused ends it, without an error.
LOOP_OF_BOOK_SLOT = BOOK_SLOTS + """LANGUAGE plpgsql AS $$ BEGIN
    FOR i IN 1 .. array_length(slot_starts, 1) LOOP
        RETURN QUERY SELECT b.*, i, NULL::text FROM book_slot(service_ids[i], slot_starts[i], customer_id, employee_ids[i]) AS b;
        PERFORM pg_sleep(0.01);
    END LOOP;
EXCEPTION WHEN exclusion_violation OR SQLSTATE 'BM001' THEN
    RETURN QUERY SELECT b.*, 1, NULL::text FROM book_slot(service_ids[1], slot_starts[1], customer_id, employee_ids[1]) AS b;
END $$"""

KEYLESS_HOLD_SLOT = f"""
    ALTER FUNCTION hold_slot RENAME TO right_hold_slot;
    CREATE FUNCTION hold_slot(service_id uuid, slot_start timestamptz, employee_id uuid, customer_id uuid, idempotency_key text) RETURNS TABLE ({ANSWER})
    LANGUAGE sql AS $$ SELECT * FROM right_hold_slot(service_id, slot_start, employee_id, customer_id) $$"""

# Moves all, but one of them back.
CARELESS_RESCHEDULE_BOOKINGS = f"""
    ALTER FUNCTION reschedule_bookings RENAME TO right_reschedule_bookings;
    CREATE FUNCTION reschedule_bookings(ids uuid[], slot_starts timestamptz[], employee_ids uuid[], keep_duration boolean) RETURNS TABLE ({ANSWER})
    LANGUAGE plpgsql AS $$
    DECLARE
        first bookings;
    BEGIN
        SELECT * INTO first FROM bookings WHERE id = ids[1];
        RETURN QUERY SELECT * FROM right_reschedule_bookings(ids, slot_starts, employee_ids, keep_duration);
        UPDATE bookings AS b SET start_time = first.start_time, end_time = first.end_time WHERE id = ids[1];
    EXCEPTION WHEN exclusion_violation OR unique_violation THEN
        RAISE EXCEPTION USING ERRCODE = 'BM004';
    END $$"""

HALF_CANCEL_SERIES = f"""
    ALTER FUNCTION cancel_series RENAME TO right_cancel_series;
    CREATE FUNCTION cancel_series(series_id uuid, from_time timestamptz, reason text) RETURNS TABLE ({ANSWER})
    LANGUAGE sql AS $$ SELECT * FROM right_cancel_series(series_id, from_time + interval '1 day', reason) $$"""

# Counts the customer's bookings without a lock, and then inserts.
NAIVE_BOOK_SLOT = f"""
    ALTER FUNCTION book_slot RENAME TO right_book_slot;
    CREATE FUNCTION book_slot(service uuid, slot_start timestamptz, customer uuid, employee uuid) RETURNS TABLE ({ANSWER}) LANGUAGE plpgsql AS $$
    DECLARE
        business businesses;
    BEGIN
        SELECT b.* INTO business FROM businesses AS b JOIN services AS s ON s.business_id = b.id WHERE s.id = service;
        IF (SELECT count(*) FROM bookings AS b WHERE customer_id = customer AND b.status = 'confirmed')
                >= (business.settings ->> 'max_active_bookings_per_customer')::int
            OR business.settings ->> 'customer_overlap' = 'refuse' AND EXISTS (SELECT FROM bookings AS b WHERE customer_id = customer AND b.status = 'confirmed'
                AND b.start_time < slot_start + interval '15 minutes' AND b.end_time > slot_start) THEN
            RAISE exclusion_violation;
        END IF;
        PERFORM pg_sleep(0.1);
        RETURN QUERY INSERT INTO bookings AS b (business_id, customer_id, service_id, employee_id, start_time, status)
            VALUES (business.id, customer, service, employee, slot_start, 'confirmed')
            RETURNING b.id, b.employee_id, b.start_time, b.end_time, b.status::text, b.hold_expires_at;
    EXCEPTION WHEN unique_violation THEN
        RAISE exclusion_violation;
    END $$"""


class Proof(unittest.TestCase):
    """Rows that break a rule, written past the guard and rolled back."""

    @classmethod
    def setUpClass(cls):
        world.create()
        cls.addClassCleanup(world.drop)

    def setUp(self):
        self.cursor = world.connect().cursor()
        self.cursor.execute("BEGIN;" + UNGUARDED)
        self.addCleanup(self.cursor.connection.close)

    def insert(self, business, service, start, employee=None, number=0) -> str:
        self.cursor.execute(
            "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, "
            "buffer_before_minutes, buffer_after_minutes, session_key, seat) "
            "VALUES (%s, %s, %s, %s, %s, %s, 'confirmed', %s, %s, gen_random_uuid(), 1) RETURNING id",
            (business.id, customer(business, number), service.id, employee, start, start + timedelta(minutes=service.duration),
             service.before, service.after))
        return self.cursor.fetchone()[0]

    def assert_broken(self, *kinds: str):
        self.assertEqual([text.split(":")[0] for text in proof.broken_rules(self.cursor)], list(kinds))

    def test_overlap(self):
        haircut, colour, _ = SALON.services
        employee, other = SALON.employees[:2]
        self.insert(SALON, haircut, NOON, employee)
        self.insert(SALON, haircut, NOON + timedelta(minutes=15), other)
        self.insert(SALON, colour, NOON - timedelta(minutes=60 + 15 + 5), employee)
        self.insert(SALON, haircut, NOON + timedelta(minutes=30 + 10 + 5), employee)
        self.assert_broken()
        self.insert(SALON, colour, NOON + timedelta(minutes=30 + 30 + 15 + 9), employee)
        self.assert_broken("overlap")

    def test_overlap_of_a_business_without_employees(self):
        self.insert(ROOM, ROOM.services[0], NOON)
        self.insert(ROOM, ROOM.services[1], NOON + timedelta(minutes=74))
        self.assert_broken("overlap")

    def test_what_occupies_nothing(self):
        haircut, employee = SALON.services[0], SALON.employees[0]
        self.insert(SALON, haircut, NOON, employee)
        self.cursor.execute("SELECT clock_timestamp()")
        now, = self.cursor.fetchone()
        for columns in (dict(status="cancelled"), dict(status="rejected"), dict(status="no_show"), dict(overbooked=True),
                        dict(status="pending", hold_expires_at=now)):
            self.insert_with(haircut, employee, columns)
        self.assert_broken()
        for columns in (dict(status="completed"), dict(status="pending", hold_expires_at=now + timedelta(hours=1))):
            self.cursor.execute("SAVEPOINT one")
            self.insert_with(haircut, employee, columns)
            self.assert_broken("overlap")
            self.cursor.execute("ROLLBACK TO one")

    def insert_with(self, service, employee, columns):
        booking = self.insert(SALON, service, NOON + timedelta(minutes=5), employee)
        assignments = ", ".join(f"{column} = %s" for column in columns)
        self.cursor.execute(f"UPDATE bookings SET {assignments} WHERE id = %s", (*columns.values(), booking))

    def test_capacity(self):
        service, employee = STUDIO.services[0], STUDIO.employees[0]
        for _ in range(service.capacity):
            self.insert(STUDIO, service, NOON, employee)
        self.assert_broken()
        self.insert(STUDIO, service, NOON, employee)
        self.assert_broken("capacity")

    def test_limits(self):
        check_up, treatment = CLINIC.services
        employee = CLINIC.employees[0]
        first = FIRST_DAY + timedelta(hours=20)  # the next day in UTC
        for number in range(4):
            self.insert(CLINIC, check_up, first + timedelta(hours=number), employee)
        for hour in (6, 8):
            self.insert(CLINIC, treatment, FIRST_DAY + timedelta(hours=hour), employee)
        self.insert(CLINIC, check_up, FIRST_DAY + timedelta(days=1), employee)
        self.assert_broken()
        self.insert(CLINIC, check_up, FIRST_DAY + timedelta(hours=10), employee)
        self.assert_broken("limit of a service", "limit of a business")

    def test_limit_of_a_customer(self):
        for number in (0, GUESTS[0]):
            for day in range(5):
                self.insert(CLINIC, CLINIC.services[0], NOON + timedelta(days=day, hours=number), CLINIC.employees[day % 2], number)
            self.insert(CLINIC, CLINIC.services[0], NOON - timedelta(days=5000, hours=number), CLINIC.employees[0], number)
        self.insert(CLINIC, CLINIC.services[0], NOON + timedelta(hours=1), CLINIC.employees[0], 0)
        self.assert_broken()
        self.insert(CLINIC, CLINIC.services[0], NOON + timedelta(hours=2), CLINIC.employees[0], GUESTS[0])
        self.assert_broken("limit of a customer")

    def test_customer_in_two_places(self):
        haircut, _, fringe = SALON.services
        for number in (0, GUESTS[0]):
            self.insert(SALON, haircut, NOON + timedelta(days=number), SALON.employees[0], number)
            self.insert(SALON, fringe, NOON + timedelta(days=number, minutes=30), SALON.employees[1], number)
        self.insert(SALON, fringe, NOON + timedelta(minutes=15), SALON.employees[2], 0)
        for employee in STUDIO.employees:
            self.insert(STUDIO, STUDIO.services[1], NOON, employee, GUESTS[0])
        self.assert_broken()
        self.insert(SALON, fringe, NOON + timedelta(days=GUESTS[0], minutes=15), SALON.employees[2], GUESTS[0])
        self.assert_broken("customer in two places")

    def test_promises(self):
        booking = self.insert(SALON, SALON.services[0], NOON, SALON.employees[0])
        stored = State(SALON.employees[0], NOON, NOON + timedelta(minutes=30), "confirmed", None)
        other = stored._replace(status="cancelled")
        expired = stored._replace(status="pending", hold_expires_at=datetime(2020, 1, 1, tzinfo=timezone.utc))
        held = expired._replace(hold_expires_at=datetime(2040, 1, 1, tzinfo=timezone.utc))
        gone = world.identity("gone")

        def told(*writes):
            history = [Told(position, *write, "test") for position, write in enumerate(writes)]
            return [text.split(":")[0] for text in proof.broken_promises(self.cursor, history)]
        wrong = ["told otherwise"]
        self.assertEqual(told(), ["nobody was told"])
        self.assertEqual(told((booking, stored, True)), [])
        self.assertEqual(told((booking, stored, False)), [])
        self.assertEqual(told((booking, other, True)), wrong)
        self.assertEqual(told((booking, None, True)), wrong)
        self.assertEqual(told((booking, other, True), (booking, stored, True)), [])
        self.assertEqual(told((booking, stored, True), (booking, other, True)), wrong)
        self.assertEqual(told((booking, stored, True), (booking, other, False)), [])
        self.assertEqual(told((booking, stored, False), (booking, other, True)), wrong)
        for state, certain, verdict in ((stored, True, wrong), (stored, False, []), (held, True, wrong), (expired, True, []), (None, True, [])):
            self.assertEqual(told((booking, stored, True), (gone, state, certain)), verdict)

    def test_waits(self):
        holder, waiter = world.connect(), world.connect()
        self.addCleanup(holder.close)
        holder.cursor().execute("SET application_name = 'salon'; BEGIN; SELECT pg_advisory_xact_lock(1)")
        for tenant, verdict in (("salon", []), ("clinic", ["wait across tenants: clinic for salon, advisory"])):
            waiter.cursor().execute(f"SET application_name = '{tenant}'")
            waiting = threading.Thread(target=lambda: waiter.cursor().execute("BEGIN; SELECT pg_advisory_xact_lock(1)"))
            waiting.start()
            self.cursor.execute("ROLLBACK")
            while True:
                self.cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if self.cursor.rowcount:
                    break
            self.assertEqual(proof.waits_across_tenants(self.cursor), verdict)
            holder.cursor().execute("COMMIT")
            waiting.join()
            waiter.cursor().execute("COMMIT")
            holder.cursor().execute("BEGIN; SELECT pg_advisory_xact_lock(1)")
        waiter.close()

    def test_keys(self):
        self.assertEqual(proof.broken_keys({"a": {"one"}, "b": {"one"}}, []), [])
        self.assertEqual(len(proof.broken_keys({"a": {"one"}, "b": {"one", "two"}}, [])), 1)
        past, future = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2020, 2040))
        confirmed = State(None, NOON, NOON, "confirmed", None)
        for end, right in ((None, True), (confirmed._replace(status="pending", hold_expires_at=past), True),
                           (confirmed._replace(status="pending", hold_expires_at=future), False), (confirmed, False)):
            told = [Told(1, "one", confirmed, True, "hold_with_key"), Told(2, "one", end, True, "shorten"), Told(3, "two", confirmed, True, "hold_with_key")]
            self.assertEqual(proof.broken_keys({"a": {"one", "two"}}, told) == [], right)


class Administration(unittest.TestCase):
    """What the clients were told, beside what the administration has done."""

    def setUp(self):
        self.position = 0
        self.service, self.employee = STUDIO.services[0], STUDIO.employees[0]

    def told(self, booking, status, begun, ended=None, start=NOON, expires=None, certain=True, operation="insert_plain", employee=None):
        """status: None where it is deleted."""
        self.position += 1
        state = status and State(employee or self.employee, start, start + timedelta(minutes=self.service.duration), status, expires)
        return Told(self.position, booking, state, certain, operation, STUDIO, begun, ended or begun + 0.1)

    def full(self, changes, *writes):
        return [text.split()[3] for text in proof.added_to_full_sessions(writes, Changes(changes))]

    def lowered(self, capacity, sent=10.0, known=10.5):
        return Change(self.service.id, capacity, sent, known)

    def sold(self, count):
        return [self.told(f"sold {number}", "confirmed", number + 1.0) for number in range(count)]

    def test_highest_capacity(self):
        six = self.sold(self.service.capacity)
        self.assertEqual(self.full([], *six), [])
        self.assertEqual(self.full([], *six, self.told("x", "confirmed", 20.0)), ["x"])
        self.assertEqual(self.full([], *six, self.told("x", "confirmed", 20.0, start=NOON + timedelta(hours=1))), [])

    def test_lowered_capacity(self):
        five, two = self.sold(5), self.lowered(2)
        self.assertEqual(self.full([two], *five), [])
        for status, verdict in (("confirmed", ["x"]), ("pending", ["x"]), ("checked_in", ["x"]), ("cancelled", []), ("no_show", [])):
            self.assertEqual(self.full([two], *five, self.told("x", status, 11.0)), verdict)
        gone = [self.told(f"sold {number}", "cancelled", 11.0 + number) for number in range(3)]
        self.assertEqual(self.full([two], *five, *gone, self.told("x", "confirmed", 20.0)), ["x"])
        self.assertEqual(self.full([two], *five, *gone, self.told("sold 3", None, 15.0), self.told("x", "confirmed", 20.0)), [])
        self.assertEqual(self.full([two], *five, *gone, self.told("sold 0", "confirmed", 20.0)), ["sold"])
        self.assertEqual(self.full([two], *five, self.told("sold 0", "completed", 20.0)), [])
        self.assertEqual(self.full([two, Change(self.service.id, 6, 15.0, 15.1)], *five, self.told("x", "confirmed", 20.0)), [])

    def test_meanwhile(self):
        """Who may have looked before the change."""
        two = self.lowered(2)
        for begun, ended, verdict in ((9.0, 9.5, []), (9.0, 11.0, []), (10.4, 11.0, []), (10.6, 11.0, ["x"])):
            self.position = 0
            self.assertEqual(self.full([two], *self.sold(2), self.told("x", "confirmed", begun, ended)), verdict)
        two_of_three = self.lowered(3)
        self.position = 0
        self.assertEqual(self.full([two_of_three], *self.sold(2), self.told("a", "confirmed", 11.0), self.told("x", "confirmed", 9.0, 12.0)), ["x"])

    def test_what_is_not_surely_sold(self):
        one, later = self.lowered(1), NOON + timedelta(days=1)
        for first, verdict in ((dict(status="confirmed"), ["x"]), (dict(status="pending", expires=later), []), (dict(status="confirmed", certain=False), []),
                               (dict(status="confirmed", start=later), [])):
            self.assertEqual(self.full([one], self.told("a", begun=1.0, **first), self.told("x", "confirmed", 11.0)), verdict)
        held = self.told("h", "pending", 2.0, expires=later)
        self.assertEqual(self.full([one], self.told("a", "confirmed", 1.0), held, self.told("h", "confirmed", 11.0)), [])
        self.assertEqual(self.full([one], self.told("a", "confirmed", 1.0), self.told("x", "confirmed", 11.0, certain=False)), [])

    def test_two_that_change_places(self):
        other = NOON + timedelta(hours=2)
        before = [self.told("a", "confirmed", 1.0), self.told("b", "confirmed", 2.0, start=other)]
        self.assertEqual(self.full([self.lowered(1)], *before, self.told("a", "confirmed", 11.0, start=other), self.told("b", "confirmed", 11.0)), [])
        self.assertEqual(self.full([self.lowered(1)], *before, self.told("a", "confirmed", 12.0, start=other), self.told("b", "confirmed", 13.0)), ["a"])

    def test_booked_while_inactive(self):
        for subject in (STUDIO.id, self.employee):
            changes = Changes([Change(subject, "inactive", 10.0, 10.5), Change(subject, "active", 20.0, 20.5)])
            for begun, ended, verdict in ((9.0, 11.0, []), (10.4, 11.0, []), (10.6, 19.9, ["not active"]), (10.6, 20.1, []), (21.0, 22.0, [])):
                writes = [self.told("x", "confirmed", begun, ended, operation="book")]
                self.assertEqual([text.split(":")[0] for text in proof.booked_while_inactive(writes, changes)], verdict)
            self.assertEqual(proof.booked_while_inactive([self.told("x", "confirmed", 15.0), self.told("x", "confirmed", 15.0, operation="confirm")], changes), [])
        self.assertEqual(proof.booked_while_inactive([self.told("x", "confirmed", 15.0, operation="book", employee=STUDIO.employees[1])], changes), [])

    def test_wrong_refusals(self):
        for subject in (STUDIO.id, self.employee):
            changes = Changes([Change(subject, "inactive", 10.0, 10.5), Change(subject, "active", 20.0, 20.5)])
            for reason, begun, right in (("not_offered", 9.0, False), ("not_offered", 15.0, True), ("not_offered", 21.0, False), ("outside_hours", 9.0, True),
                                         ("not_aligned", 9.0, True), ("too_soon", 15.0, False)):
                for business, is_right in ((STUDIO, right), (ROOM, right and reason != "not_offered")):
                    refusals = [NotBookable(reason, business, begun, begun + 0.4)]
                    self.assertEqual(proof.wrong_refusals(refusals, changes) == [], is_right, (reason, begun, business.name))

    def test_refused_customers(self):
        for reason, right in (("customer_limit", CLINIC), ("customer_busy", SALON), ("customer_blocked", None), ("too_late", None)):
            for business in BUSINESSES:
                refusals = [NotBookable(reason, business, 1.0, 2.0)]
                self.assertEqual(proof.wrong_refusals(refusals, Changes([])) == [], business is right, (reason, business.name))


class NeverSucceeded(unittest.TestCase):
    """An operation that is tried often must succeed once: else the storm proves nothing of it."""

    def fails_always(self, **results: int) -> bool:
        return fails_always({("first", "READ COMMITTED", "shift", result): count for result, count in results.items()}, "shift")

    def test_tried_often(self):
        self.assertTrue(self.fails_always(BM001=70, nothing=500, BM004=30))

    def test_succeeded_once(self):
        self.assertFalse(self.fails_always(BM001=200, done=1))

    def test_nothing_to_write(self):
        self.assertFalse(self.fails_always(BM001=99, nothing=500))


class BrokenStorm(unittest.TestCase):
    """What is only seen when many write at once."""

    def assert_found(self, expected: set, *statements: str, names=tuple(DIRECT)):
        """On a machine with other work a storm may be a breeze: it blows again a few times, each time longer. At which isolation level an error
        shows first is chance."""
        world.create()
        self.addCleanup(world.drop)
        cursor = world.connect().cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.connection.close()
        found = set()
        for turn in range(6):
            found |= {re.sub(" at [A-Z ]+(?= )", "", violation.split(":")[0]) for violation in storm(2 + 2 * turn, turn, list(names)).violations}
            if expected <= found:
                return
        self.assertLessEqual(expected, found)

    def test_without_exclusion_constraint(self):
        self.assert_found({"overlap"}, "ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking")

    def test_without_seats(self):
        self.assert_found({"capacity"}, "DROP INDEX bookings_one_per_seat")

    def test_with_seats_that_nobody_counts(self):
        self.assert_found({"full"}, SEATS_BY_NUMBER)

    def test_without_trigger(self):
        self.assert_found({"overlap", "capacity", "limit of a service", "limit of a business"},
                          "ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking", "DROP INDEX bookings_one_per_seat", NAIVE_GUARD)

    def test_with_locks_that_tenants_share(self):
        self.assert_found({"wait across tenants"},
                          "CREATE FUNCTION lock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext(NEW.id::text) % 64); "
                          "RETURN NEW; END $$",
                          "CREATE TRIGGER lock BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION lock()")

    def test_with_calls_for_several_that_forget(self):
        self.assert_found({"wrong answer", "nobody was told", "idempotency key"}, FORGETFUL_BOOK_SLOTS, KEYLESS_HOLD_SLOT,
                          names=("book_visit", "hold_with_key"))

    def test_with_bookings_that_are_not_moved(self):
        self.assert_found({"told otherwise"}, CARELESS_RESCHEDULE_BOOKINGS, names=("book", "shift", "change_places"))

    def test_with_series_that_are_not_cancelled(self):
        self.assert_found({"wrong answer"}, HALF_CANCEL_SERIES, names=("book_series", "cancel_series"))

    def test_with_several_in_any_order(self):
        self.assert_found({"book_series 40P01", "wrong answer"}, LOOP_OF_BOOK_SLOT,
                          f"ALTER DATABASE {world.DATABASE} SET deadlock_timeout = '20ms'", names=("book_series",))

    def test_with_customers_counted_without_a_lock(self):
        self.assert_found({"limit of a customer", "customer in two places"}, NAIVE_BOOK_SLOT,
                          "UPDATE businesses SET settings = settings || CASE name WHEN 'clinic' THEN '{\"max_active_bookings_per_customer\": 2}' "
                          "ELSE '{\"customer_overlap\": \"refuse\"}' END::jsonb", names=("book", "cancel", "set_cancelled"))

    def test_with_rows_that_vanish(self):
        self.assert_found({"told otherwise"},
                          "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN "
                          "DELETE FROM bookings WHERE id = NEW.id AND random() < 0.02; RETURN NULL; END $$",
                          "CREATE TRIGGER lose AFTER INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION lose()")


if __name__ == "__main__":
    unittest.main()
