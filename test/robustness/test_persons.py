"""What erase_customer() leaves: the words of a customer are put into every place that can hold something about a person, and searched in a
plain dump of the whole database; the figures of reports stay. And it beside others that book for the customer, or change what it erases.
Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser) and pg_dump in PATH. Called by ./dev check."""

import contextlib
import subprocess
import threading
import time
import unittest

import psycopg2
from psycopg2 import errors

DATABASE = "persons"
APP = "persons_app"
# In every word of the customer and in none of the others.
MARK = "zyxqword"
KEPT = "anotherperson"

WORLD = f"""
CREATE EXTENSION bookmeatoz CASCADE;
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (id(1), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id(1), id(1), 'Business', 'business');
INSERT INTO services (id, business_id, name, duration, price, currency) VALUES (id(1), id(1), 'Service', 60, 30, 'EUR');
INSERT INTO users (id, email) VALUES (id(1), 'user@example.org'), (id(2), 'staff@example.org');
INSERT INTO employees (id, business_id, user_id, employment_status) VALUES (id(2), id(1), id(2), 'active');
INSERT INTO customers (id, business_id, user_id, name) VALUES (id(1), id(1), id(1), '{MARK} first'), (id(2), id(1), NULL, '{KEPT}');
DO $$ BEGIN CREATE ROLE {APP} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
SELECT bookmeatoz_grant_app_role('{APP}');
"""

# Every text and json column of these tables is filled, by what the catalog says, but for those here.
TABLES = {
    "customers": {"name", "email", "phone", "profile_notes"},
    "bookings": {"notes", "metadata", "cancellation_reason", "idempotency_key", "currency"},
    "bookings_archive": {"notes", "metadata", "cancellation_reason", "idempotency_key", "currency"},
    "notifications": {"type", "channel", "title", "body", "data", "status"},
}


def connect(database=DATABASE, **more):
    return psycopg2.connect(dbname=database, **more)


def run(statement, database=DATABASE):
    with contextlib.closing(connect(database)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SET client_min_messages = warning")
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def of_business(**more):
    connection = connect(user=APP, options="-c app.current_business_id=00000000-0000-4000-8000-000000000001", **more)
    return connection, connection.cursor()


def dump():
    return subprocess.run(["pg_dump", DATABASE], check=True, capture_output=True, text=True).stdout


class Persons(unittest.TestCase):
    def setUp(self):
        run(f"DROP DATABASE IF EXISTS {DATABASE}", "postgres")
        run(f"CREATE DATABASE {DATABASE}", "postgres")
        self.addCleanup(run, f"DROP OWNED BY {APP}; DROP ROLE {APP}", "postgres")
        self.addCleanup(run, f"DROP DATABASE {DATABASE} WITH (FORCE)", "postgres")
        run(WORLD)

    def test_every_column_is_known(self):
        """A new column of text or json is either filled below or cannot hold a word: say which."""
        for table, known in TABLES.items():
            found = {row[0] for row in run(
                "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype)"
                f" AND attrelid = '{table}'::regclass")}
            self.assertEqual(found, known, table)

    def fill(self):
        run(f"""
            UPDATE customers SET name = '{MARK} second', email = '{MARK}@example.org', phone = '{MARK} phone', profile_notes = '{MARK} profile' WHERE id = id(1);
            -- A column of the user's own: erasing it is theirs, but the log must not keep it.
            ALTER TABLE customers ADD birthday text;
            UPDATE customers SET birthday = '{MARK} own column' WHERE id = id(1);
            UPDATE customers SET birthday = NULL WHERE id = id(1);
            INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status, notes, metadata, cancellation_reason, idempotency_key, booked_by_user_id)
            SELECT id(100 * c + n), id(1), id(c), id(1), id(2), '2020-01-01 08:00+00'::timestamptz + (c + 2 * n) * interval '1 hour',
                   (ARRAY['completed', 'cancelled', 'no_show', 'confirmed'])[1 + n % 4]::booking_status_type_v1,
                   w || ' notes', jsonb_build_object(w || ' key', w || ' value'), w || ' reason', w || n, id(1)
            FROM (VALUES (1, '{MARK}'), (2, '{KEPT}')) v (c, w), generate_series(1, 40) n;
            UPDATE bookings SET notes = notes || ' changed' WHERE id IN (id(101), id(201));
            DELETE FROM bookings WHERE id IN (id(102), id(202));
            INSERT INTO notifications (business_id, user_id, type, title, body, data) VALUES
                (id(1), id(1), '{MARK} type', '{MARK} title', '{MARK} body', '{{"{MARK} key": "{MARK} value"}}'),
                (id(1), id(2), 'new', '{MARK} booked', '{MARK} body', jsonb_build_object('booking_id', id(101))),
                (id(1), id(2), 'new', '{KEPT} booked', '{KEPT} body', jsonb_build_object('booking_id', id(201)));
            SELECT archive_bookings(now() - timestamptz '2020-01-01 16:30+00');
            SELECT refresh_business_stats();
        """)

    def test_no_word_is_left_in_a_dump(self):
        run("SELECT bookmeatoz_enable_audit('notifications')")
        self.fill()
        figures = "SELECT array_agg(f::text) FROM business_figures(id(1), NULL, NULL) f"
        log = "SELECT array_agg(ROW(id, tenant_id, business_id, actor_user_id, actor_role, action, entity_type, entity_id, created_at)::text ORDER BY id) FROM audit_logs WHERE entity_type = 'bookings' AND action <> 'update'"
        before, logged, kept = run(figures), run(log), dump().count(KEPT)
        self.assertGreater(dump().count(MARK), 300)
        connection, cursor = of_business()
        with contextlib.closing(connection):
            cursor.execute("SELECT erase_customer(id(1))")
            connection.commit()
            self.assertEqual([line for line in dump().splitlines() if MARK in line], [])
            self.assertEqual(dump().count(KEPT), kept)
            self.assertEqual(run(figures), before)
            self.assertEqual(run(log), logged)
            self.assertEqual(run("SELECT count(*), count(price), count(*) > (SELECT count(*) FROM bookings WHERE customer_id = id(1)) FROM bookings_all WHERE customer_id = id(1)"),
                             [(39, 39, True)])
            # Once more changes nothing.
            after = run("SELECT array_agg(a::text ORDER BY id) FROM audit_logs a")
            cursor.execute("SELECT erase_customer(id(1))")
            connection.commit()
            self.assertEqual(run("SELECT array_agg(a::text ORDER BY id) FROM audit_logs a"), after)

    def beside(self, statement, expect_wait=True):
        """Erases while another transaction has run `statement`; commits that, and returns the error or None."""
        other, other_cursor = of_business()
        eraser, cursor = of_business()
        result = []

        def erase():
            try:
                cursor.execute("SELECT erase_customer(id(1))")
                eraser.commit()
                result.append(None)
            except psycopg2.Error as error:
                eraser.rollback()
                result.append(error)

        with contextlib.closing(other), contextlib.closing(eraser):
            other_cursor.execute(statement)
            thread = threading.Thread(target=erase)
            thread.start()
            deadline = time.monotonic() + 20
            waits = "SELECT count(*) FROM pg_stat_activity WHERE pid = {} AND wait_event_type = 'Lock'".format(eraser.get_backend_pid())
            while thread.is_alive() and run(waits) != [(1,)] and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertEqual(thread.is_alive(), expect_wait)
            other.commit()
            thread.join(20)
            self.assertFalse(thread.is_alive())
        return result[0]

    def test_what_others_write_meanwhile(self):
        self.fill()
        booked = ("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes)"
                  f" VALUES (id(1), id(1), id(1), id(2), {{}}, 'confirmed', '{MARK} meanwhile')")
        self.assertIsNone(self.beside(booked.format("'2021-01-01 08:00+00'")))
        self.assertNotIn(MARK, dump())
        for change in (f"UPDATE bookings SET notes = '{MARK} late' WHERE id = id(110)", f"UPDATE customers SET phone = '{MARK} late' WHERE id = id(1)",
                       "DELETE FROM bookings WHERE id = id(112)"):
            self.assertIsNone(self.beside(change))
            self.assertNotIn(MARK, dump(), change)
        error = self.beside(booked.format("now() + interval '1 day'"))
        self.assertEqual((error.pgcode, error.diag.message_detail), ("BM004", "open_booking"))

    def test_two_erase_at_once(self):
        self.fill()
        self.assertIsNone(self.beside("SELECT erase_customer(id(1))"))
        self.assertNotIn(MARK, dump())

    def test_nobody_waits_in_a_circle(self):
        """Those who book for the customer wait for the erasure, and it for nobody who waits for it."""
        self.fill()
        stop, failed = time.monotonic() + 4, []

        def work(statement):
            connection, cursor = of_business()
            with contextlib.closing(connection):
                while time.monotonic() < stop:
                    try:
                        cursor.execute(statement)
                        connection.commit()
                    except errors.DeadlockDetected as error:
                        failed.append(error)
                        connection.rollback()
                    except psycopg2.Error:
                        connection.rollback()

        book = ("INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, notes, overbooked)"
                " VALUES (id(1), id(1), id(1), '2021-01-01'::timestamptz + random() * interval '300 days', 'cancelled', 'n', false)")
        statements = ["SELECT erase_customer(id(1))"] * 2 + [book] * 2 + ["UPDATE bookings SET notes = 'again' WHERE id = id(105)",
                                                                        "UPDATE customers SET phone = '1' WHERE id = id(1)"]
        threads = [threading.Thread(target=work, args=(statement,)) for statement in statements]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])


if __name__ == "__main__":
    unittest.main()
