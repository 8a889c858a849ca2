"""What a backend must stand: a search that is cancelled at any moment, the largest calendars that a search takes and one row
more, and many calls, failing ones too, in flat memory.
Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser); CALLS=100000 for the long run. Called by ./dev check."""

import contextlib
import os
import statistics
import threading
import unittest

import psycopg2

DATABASE = "robustness"
CALLS = int(os.environ.get("CALLS", "3000"))
# Within this time a cancelled search must end, whatever it is at.
PATIENCE = 0.050

# One that all fifty employees perform, and one that five do.
SERVICE = "00000000-0000-4000-8000-0000000000e1"
OF_FIVE = "00000000-0000-4000-8000-0000000000e5"
EMPLOYEE = "00000000-0000-4000-8000-000000000001"

# A business that never closes, fifty employees, a slot at every minute: what the longest search has to look at. One employee
# has a booking every two hours.
WORLD = """
CREATE EXTENSION bookmeatoz CASCADE;
INSERT INTO tenants (id, name, subdomain) VALUES (uuid_generate_v5(uuid_nil(), 'tenant'), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug, timezone, currency)
VALUES (uuid_generate_v5(uuid_nil(), 'business'), uuid_generate_v5(uuid_nil(), 'tenant'), 'Business', 'business', 'America/New_York', 'USD');
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO users (id, email) SELECT id(n), n || '@example.org' FROM generate_series(1, 50) n;
INSERT INTO employees (id, user_id, business_id) SELECT id(n), id(n), uuid_generate_v5(uuid_nil(), 'business') FROM generate_series(1, 50) n;
INSERT INTO services (id, business_id, name, duration)
VALUES ('{service}', uuid_generate_v5(uuid_nil(), 'business'), 'Service', 30), ('{of_five}', uuid_generate_v5(uuid_nil(), 'business'), 'Of five', 30);
INSERT INTO employee_services (employee_id, service_id)
SELECT id(n), '{service}'::uuid FROM generate_series(1, 50) n UNION ALL SELECT id(n), '{of_five}' FROM generate_series(1, 5) n;
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
SELECT uuid_generate_v5(uuid_nil(), 'business'), day, '00:00', '24:00' FROM generate_series(0, 6) day;
INSERT INTO customers (id, business_id, email, name) VALUES (id(1), uuid_generate_v5(uuid_nil(), 'business'), 'c@example.org', 'C');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT uuid_generate_v5(uuid_nil(), 'business'), id(1), '{service}', id(1), start, 'confirmed'
FROM generate_series(timestamptz '2030-01-01 00:00+00', '2030-12-31 00:00+00', '2 hours') start;
ANALYZE;
""".format(service=SERVICE, of_five=OF_FIVE)

# A business with as many rows of hours as a search reads: 10,000 of its own, and as many of each of nine employees; the tenth
# follows the business. Each row begins at another microsecond and lasts to midnight, so that all overlap and none has the grid
# of another.
HOURS = """
INSERT INTO businesses (id, tenant_id, name, slug, timezone, currency)
VALUES (uuid_generate_v5(uuid_nil(), 'hours'), uuid_generate_v5(uuid_nil(), 'tenant'), 'Hours', 'hours', 'America/New_York', 'USD');
INSERT INTO employees (id, user_id, business_id) SELECT id(100 + n), id(n), uuid_generate_v5(uuid_nil(), 'hours') FROM generate_series(1, 10) n;
INSERT INTO services (id, business_id, name, duration) VALUES ('{with_hours}', uuid_generate_v5(uuid_nil(), 'hours'), 'Hours', 30);
INSERT INTO employee_services (employee_id, service_id) SELECT id(100 + n), '{with_hours}' FROM generate_series(1, 10) n;
INSERT INTO working_hours (business_id, employee_id, day_of_week, start_time, end_time)
SELECT uuid_generate_v5(uuid_nil(), 'hours'), CASE WHEN n < 10 THEN id(100 + n) END, row % 7, time '00:00' + row * interval '7.123457 seconds', '24:00'
FROM generate_series(1, 10) n, generate_series(1, 10000) row;
ANALYZE working_hours;
"""
# Of the business, and whose employees have ids from 101 to 110.
WITH_HOURS = "00000000-0000-4000-8000-0000000000f1"
HOURS = HOURS.format(with_hours=WITH_HOURS)
FIRST_WITH_HOURS = "00000000-0000-4000-8000-000000000065"
LAST_WITH_HOURS = "00000000-0000-4000-8000-00000000006e"
MONTH = "'2030-01-01 00:00+00', '2030-02-01 00:00+00'"

YEAR = "'2030-01-01 00:00+00', '2031-01-01 00:00+00'"
SPRING = "'2030-03-01 00:00+00', '2030-06-01 00:00+00'"
WHEN = "slot_interval_minutes => 1, as_of => '2030-01-01 00:00+00'"
LONGEST = {
    # Rows of three months and of five employees: giving back half a gigabyte takes the server its own time.
    "find_available_slots": f"SELECT count(*) FROM find_available_slots('{OF_FIVE}', {SPRING}, {WHEN})",
    "find_available_slots_json": f"SELECT pg_column_size(find_available_slots_json('{SERVICE}', {YEAR}, {WHEN}))",
    "next_available_slots": f"SELECT count(*) FROM next_available_slots('{OF_FIVE}', '2030-01-01 00:00+00', 150000, {WHEN})",
    # Nothing is free: each date is searched to its end.
    "find_available_dates": f"SELECT count(*) FROM find_available_dates('{SERVICE}', '2030-01-01', '2031-01-01', {WHEN})",
}


LONGEST_WITH_HOURS = {
    "find_available_slots": f"SELECT count(*) FROM find_available_slots('{WITH_HOURS}', {MONTH}, {WHEN})",
    "find_available_slots_json": f"SELECT pg_column_size(find_available_slots_json('{WITH_HOURS}', {MONTH}, {WHEN}))",
    "next_available_slots": f"SELECT count(*) FROM next_available_slots('{WITH_HOURS}', '2030-01-01 00:00+00', 1000000, {WHEN})",
    "find_available_dates": f"SELECT count(*) FROM find_available_dates('{WITH_HOURS}', '2030-01-01', '2031-01-01', {WHEN})",
    # Between two grids: refused, for a reason of each employee.
    "check_slot": f"SELECT available FROM check_slot('{WITH_HOURS}', '2030-01-01 12:00:00.5+00', as_of => '2030-01-01 00:00+00')",
    "free_busy": f"SELECT count(*) FROM free_busy('{FIRST_WITH_HOURS}', '2030-01-01 00:00+00', '2031-01-01 00:00+00')",
}


# One of each, quick where the rows that are asked for are few.
ONE_OF_EACH = {
    "find_available_slots": "SELECT count(*) FROM find_available_slots('{service}', '2030-01-01 05:00+00', '2030-01-01 05:01+00', as_of => '2030-01-01 00:00+00')",
    "find_available_slots_json": "SELECT length(find_available_slots_json('{service}', '2030-01-01 05:00+00', '2030-01-01 05:01+00', as_of => '2030-01-01 00:00+00')::text)",
    "next_available_slots": "SELECT count(*) FROM next_available_slots('{service}', '2030-01-01 05:00+00', 1, as_of => '2030-01-01 00:00+00')",
    "find_available_dates": "SELECT count(*) FROM find_available_dates('{service}', '2030-01-01', '2030-01-01', as_of => '2030-01-01 00:00+00')",
    "check_slot": "SELECT count(*) FROM check_slot('{service}', '2030-01-01 05:00+00', as_of => '2030-01-01 00:00+00')",
    "free_busy": "SELECT count(*) FROM free_busy('{employee}', '2030-01-01 05:00+00', '2030-01-01 05:01+00')",
}


def connect(database=DATABASE):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def setUpModule():
    with contextlib.closing(connect("postgres")) as connection:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.cursor().execute(f"CREATE DATABASE {DATABASE}")
    with contextlib.closing(connect()) as connection:
        connection.cursor().execute("SET client_min_messages = warning;" + WORLD + HOURS)


def tearDownModule():
    with contextlib.closing(connect("postgres")) as connection:
        connection.cursor().execute(f"DROP DATABASE {DATABASE}")


def processor_time(process):
    """Of a process so far, in seconds."""
    with open(f"/proc/{process}/schedstat") as times:
        return int(times.read().split()[0]) / 1e9


class Availability(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()

    def value(self, statement):
        self.cursor.execute(statement)
        return self.cursor.fetchone()[0]


class Cancelled(Availability):
    def setUp(self):
        super().setUp()
        # To drop temporary files takes the server its own time, too.
        self.cursor.execute("SET work_mem = '256MB'")

    def delay(self, statement, timeout):
        """How long the server went on working after its time, in seconds; None when it was done before. Of the processor's time:
        what a busy machine gives to others is not the search's."""
        self.cursor.execute(f"SET statement_timeout = {timeout}")
        process = self.connection.get_backend_pid()
        worked_in_time = []
        timer = threading.Timer(timeout / 1000, lambda: worked_in_time.append(processor_time(process)))
        timer.start()
        try:
            self.cursor.execute(statement)
            return None
        except psycopg2.errors.ProgramLimitExceeded:
            return None
        except psycopg2.errors.QueryCanceled:
            worked = processor_time(process)
            timer.join()
            return worked - worked_in_time[0]
        finally:
            timer.cancel()
            self.reset()

    def reset(self):
        # The time is as short for this statement.
        while True:
            try:
                return self.cursor.execute("RESET statement_timeout")
            except psycopg2.errors.QueryCanceled:
                pass

    def check(self, name, statements=LONGEST, at_least=3):
        cancelled = 0
        for timeout in (2, 5, 10, 20, 40, 80, 150, 300, 600, 1200):
            # The clock of this process may be late now and then, but not six times in a row.
            delays = []
            while len(delays) < 6 and (not delays or min(delays) > PATIENCE):
                delay = self.delay(statements[name], timeout)
                if delay is None:
                    break
                delays.append(delay)
            if not delays:
                break
            cancelled += 1
            self.assertLess(min(delays), PATIENCE, f"{name}, cancelled after {timeout} ms")
        self.assertGreaterEqual(cancelled, at_least, f"{name} is too fast here to be cancelled at all")

    def test_find_available_slots(self):
        self.check("find_available_slots")

    def test_find_available_slots_json(self):
        self.check("find_available_slots_json")

    def test_next_available_slots(self):
        self.check("next_available_slots")

    def test_find_available_dates(self):
        # A booking for each of the fifty waits for somebody, day and night: all are looked at, and nobody is left (S14).
        self.cursor.execute(f"""
            SET session_replication_role = replica;
            INSERT INTO bookings (business_id, customer_id, service_id, start_time, end_time, status, session_key, seat, buffer_before_minutes, buffer_after_minutes)
            SELECT uuid_generate_v5(uuid_nil(), 'business'), id(1), '{SERVICE}', day, day + interval '6 days', 'confirmed', uuid_generate_v4(), 1, 0, 0
            FROM generate_series(timestamptz '2029-12-25 00:00+00', '2031-01-05 00:00+00', '5 days') day, generate_series(1, 50);
            RESET session_replication_role""")
        self.addCleanup(self.cursor.execute, "DELETE FROM bookings WHERE employee_id IS NULL")
        self.check("find_available_dates")


    def test_with_the_most_hours(self):
        for scans in ("on", "off"):
            self.cursor.execute(f"SET bookmeatoz.direct_scans = {scans}")
            for name in LONGEST_WITH_HOURS:
                with self.subTest(function=name, direct_scans=scans):
                    self.check(name, LONGEST_WITH_HOURS, 1)


class Bounds(Availability):
    """As many rows as a search reads, and one more: for each function, in both ways of reading."""

    def setUp(self):
        super().setUp()
        self.connection.autocommit = False

    def check(self, service, employee, message, functions=ONE_OF_EACH):
        """`message` is what is said; None where all is well."""
        for scans in ("on", "off"):
            self.cursor.execute(f"SET LOCAL bookmeatoz.direct_scans = {scans}")
            for name in functions:
                with self.subTest(function=name, direct_scans=scans, message=message):
                    statement = ONE_OF_EACH[name].format(service=service, employee=employee)
                    self.cursor.execute("SAVEPOINT before")
                    if message is None:
                        self.cursor.execute(statement)
                        continue
                    with self.assertRaisesRegex(psycopg2.errors.ProgramLimitExceeded, message) as caught:
                        self.cursor.execute(statement)
                    self.assertTrue(caught.exception.diag.message_hint)
                    self.cursor.execute("ROLLBACK TO before")

    def add_hours(self, employee):
        self.cursor.execute(f"""INSERT INTO working_hours (business_id, employee_id, day_of_week, start_time, end_time)
            VALUES (uuid_generate_v5(uuid_nil(), 'hours'), {employee}, 1, '08:00', '09:00')""")

    def test_hours_of_one_employee(self):
        self.check(WITH_HOURS, FIRST_WITH_HOURS, None)
        self.add_hours(f"'{FIRST_WITH_HOURS}'")
        self.check(WITH_HOURS, FIRST_WITH_HOURS, "more than 10000 rows of working hours of one employee")

    def test_hours_of_the_business(self):
        self.add_hours("NULL")
        # Of the employees only the last one follows them.
        self.check(WITH_HOURS, LAST_WITH_HOURS, "more than 10000 rows of working hours of one employee")
        self.check(WITH_HOURS, FIRST_WITH_HOURS, None, ["free_busy"])

    def test_hours_of_all_employees(self):
        self.cursor.execute(f"""INSERT INTO working_hours (business_id, employee_id, day_of_week, start_time, end_time)
            SELECT uuid_generate_v5(uuid_nil(), 'hours'), '{LAST_WITH_HOURS}', 1, '08:00', '09:00' FROM generate_series(1, 10000);
            INSERT INTO employees (id, user_id, business_id) SELECT id(111), id(11), uuid_generate_v5(uuid_nil(), 'hours');
            INSERT INTO employee_services (employee_id, service_id) SELECT id(111), '{WITH_HOURS}'""")
        self.check(WITH_HOURS, FIRST_WITH_HOURS, None)
        self.add_hours("id(111)")
        self.check(WITH_HOURS, None, "more than 100000 rows of working hours", [name for name in ONE_OF_EACH if name != "free_busy"])

    def test_overrides(self):
        overrides = f"""INSERT INTO employee_availability_overrides (business_id, employee_id, start_time, end_time, is_unavailable)
            SELECT uuid_generate_v5(uuid_nil(), 'business'), '{EMPLOYEE}', '2030-01-01 05:00+00', '2030-01-01 06:00+00', false FROM generate_series(1, %d)"""
        self.cursor.execute(overrides % 10000)
        self.check(OF_FIVE, EMPLOYEE, None)
        self.cursor.execute(overrides % 1)
        self.check(OF_FIVE, EMPLOYEE, "more than 10000 overrides of one employee")


class Peak(Availability):
    """Memory of one search: what it takes is bounded, however much is asked for."""

    # Of the process: the search's 256 MB and the block of the backend, and what it has without any search.
    MOST = 256 + 4 + 80

    def peak(self, statement, settings="SET work_mem = '2GB'"):
        """MB of a new backend, and the error."""
        with contextlib.closing(connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(settings)
            try:
                cursor.execute(statement)
                error = None
            except psycopg2.errors.ProgramLimitExceeded as exceeded:
                error = exceeded
            cursor.execute("SELECT pg_read_file('/proc/self/status')")
            status = cursor.fetchone()[0]
            return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024, error

    def test_two_hundred_employees_a_year_each_minute(self):
        self.cursor.execute(f"""
            INSERT INTO users (id, email) SELECT id(n), n || '@example.org' FROM generate_series(201, 350) n;
            INSERT INTO employees (id, user_id, business_id) SELECT id(n), id(n), uuid_generate_v5(uuid_nil(), 'business') FROM generate_series(201, 350) n;
            INSERT INTO services (id, business_id, name, duration) VALUES (id(990), uuid_generate_v5(uuid_nil(), 'business'), 'Of all', 30);
            INSERT INTO employee_services (employee_id, service_id)
            SELECT e.id, id(990) FROM employees e WHERE e.business_id = uuid_generate_v5(uuid_nil(), 'business')""")
        self.addCleanup(self.cursor.execute, "DELETE FROM employees WHERE id >= id(201); DELETE FROM services WHERE id = id(990); DELETE FROM users WHERE id >= id(201)")
        of_all = "(SELECT id(990))"
        for scans in ("on", "off"):
            settings = f"SET work_mem = '2GB'; SET bookmeatoz.direct_scans = {scans}"
            for name, statement in {
                "rows": f"SELECT count(*) FROM find_available_slots({of_all}, {YEAR}, {WHEN})",
                "json": f"SELECT pg_column_size(find_available_slots_json({of_all}, {YEAR}, {WHEN}))",
                "next": f"SELECT count(*) FROM next_available_slots({of_all}, '2030-01-01 00:00+00', 1000000, {WHEN})",
            }.items():
                with self.subTest(result=name, direct_scans=scans):
                    peak, error = self.peak(statement, settings)
                    self.assertIn("the search needs more than 256 MB of memory", str(error))
                    self.assertIn("Ask for a shorter window", error.diag.message_hint)
                    self.assertLess(peak, self.MOST)
            with self.subTest("what is within bounds is found", direct_scans=scans):
                for statement in (
                    f"SELECT count(*) FROM find_available_dates({of_all}, '2030-01-01', '2031-01-01', {WHEN})",
                    f"SELECT count(*) FROM find_available_slots({of_all}, '2030-01-01 00:00+00', '2030-02-01 00:00+00', {WHEN})",
                    f"SELECT pg_column_size(find_available_slots_json({of_all}, '2030-01-01 00:00+00', '2030-07-01 00:00+00', {WHEN}))",
                ):
                    peak, error = self.peak(statement, settings)
                    self.assertIsNone(error)
                    self.assertLess(peak, self.MOST)


class Memory(Availability):
    """All functions in turn, with rows and without, and each with an error now and then."""

    LOOP = f"""
    DO $$
    DECLARE
        day timestamptz := '2030-06-03 00:00+00';
        nobody constant uuid := '00000000-0000-4000-8000-00000000dead';
    BEGIN
        FOR i IN 1 .. %d LOOP
            PERFORM count(*) FROM find_available_slots('{OF_FIVE}', day, day + interval '1 day', '{EMPLOYEE}', as_of => day);
            PERFORM find_available_slots_json('{OF_FIVE}', day, day + interval '1 hour', as_of => day);
            PERFORM count(*) FROM next_available_slots('{OF_FIVE}', day, 3, as_of => day);
            PERFORM count(*) FROM find_available_dates('{OF_FIVE}', day::date, day::date + 6, '{EMPLOYEE}', as_of => day);
            PERFORM count(*) FROM check_slot('{OF_FIVE}', day + interval '30 minutes', '{EMPLOYEE}', as_of => day);
            PERFORM count(*) FROM free_busy('{EMPLOYEE}', day, day + interval '1 day');
            IF i %% 10 = 0 THEN
                BEGIN
                    CASE i / 10 %% 3
                        WHEN 0 THEN PERFORM find_available_slots_json(nobody, day, day);
                        WHEN 1 THEN PERFORM count(*) FROM free_busy('{EMPLOYEE}', day, day - interval '1 day');
                        ELSE PERFORM count(*) FROM find_available_slots('{OF_FIVE}', day, day + interval '366 days', slot_interval_minutes => 0);
                    END CASE;
                    RAISE 'the call with bad arguments passed';
                EXCEPTION WHEN SQLSTATE 'BM003' OR invalid_parameter_value THEN
                END;
            END IF;
        END LOOP;
    END $$"""

    def test_many_calls(self):
        # What a backend keeps for good comes with the first calls (plans), and is built anew when another backend changes the catalog.
        # What a call leaves would show in every round, be it a byte.
        rounds, iterations = 5, max(CALLS // 30, 1)
        self.cursor.execute(self.LOOP % 50)
        used = [self.used()]
        for _ in range(rounds):
            self.cursor.execute(self.LOOP % iterations)
            used.append(self.used())
        growth = [after[0] - before[0] for before, after in zip(used, used[1:])]
        self.assertLess(statistics.median(growth), iterations, f"bytes of memory contexts, of {used[0][0]}")
        self.assertLess(used[-1][1] - used[0][1], 4096, f"resident kB, of {used[0][1]}")
        print(f"{6 * rounds * iterations} calls: {used[0][0]} bytes in memory contexts and {growth} more, {used[0][1]} -> {used[-1][1]} kB resident")

    def used(self):
        """Bytes in the memory contexts, without statistics to be sent and the statement itself; and kB of the process alone."""
        contexts = self.value("SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts WHERE name NOT IN ('PgStat Pending', 'MessageContext')")
        status = self.value("SELECT pg_read_file('/proc/self/status')")
        anonymous = next(line for line in status.splitlines() if line.startswith("RssAnon"))
        return contexts, int(anonymous.split()[1])

    def test_a_long_search_leaves_nothing(self):
        self.value(f"SELECT count(*) FROM find_available_slots('{SERVICE}', {YEAR}, '{EMPLOYEE}', as_of => '2030-01-01 00:00+00')")
        before = self.used()
        for _ in range(5):
            self.value(LONGEST["find_available_slots"])
        after = self.used()
        self.assertLess(after[0] - before[0], 256 * 1024)
        self.assertLess(after[1] - before[1], 32 * 1024)


if __name__ == "__main__":
    unittest.main()
