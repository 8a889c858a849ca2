"""What a backend must stand: a search that is cancelled at any moment, and many calls, failing ones too, in flat memory.
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


def connect(database=DATABASE):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def setUpModule():
    with contextlib.closing(connect("postgres")) as connection:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.cursor().execute(f"CREATE DATABASE {DATABASE}")
    with contextlib.closing(connect()) as connection:
        connection.cursor().execute("SET client_min_messages = warning;" + WORLD)


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

    def check(self, name):
        cancelled = 0
        for timeout in (2, 5, 10, 20, 40, 80, 150, 300, 600, 1200):
            # The clock of this process may be late now and then, but not six times in a row.
            delays = []
            while len(delays) < 6 and (not delays or min(delays) > PATIENCE):
                delay = self.delay(LONGEST[name], timeout)
                if delay is None:
                    break
                delays.append(delay)
            if not delays:
                break
            cancelled += 1
            self.assertLess(min(delays), PATIENCE, f"{name}, cancelled after {timeout} ms")
        self.assertGreater(cancelled, 2, f"{name} is too fast here to be cancelled at all")

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
                EXCEPTION WHEN no_data_found OR invalid_parameter_value THEN
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
