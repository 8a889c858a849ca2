"""Two hundred workers at once claim what is due, in transactions some of which are rolled back and some of which lose their server
process: no two get the same row, and none is lost.
Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser). Called by ./dev check."""

import contextlib
import random
import threading
import unittest

import psycopg2

DATABASE = "claims"
APP = "claims_app"
WORKERS = 200
DUE = 2000

# Each booking has a business of its own, out of ten, which is what is booked: so none collides.
WORLD = f"""
CREATE EXTENSION bookmeatoz CASCADE;
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (id(1), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug) SELECT id(n), id(1), 'Business ' || n, 'business-' || n FROM generate_series(1, 10) n;
INSERT INTO services (id, business_id, name, duration) SELECT id(n), id(n), 'Service', 1 FROM generate_series(1, 10) n;
INSERT INTO customers (id, business_id, name) SELECT id(n), id(n), 'Customer' FROM generate_series(1, 10) n;
INSERT INTO users (id, email) VALUES (id(1), 'user@example.org');
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, created_at)
SELECT id(1 + n % 10), id(1 + n % 10), id(1 + n % 10), now() + interval '2 hours' + n / 10 * interval '2 minutes', 'confirmed', now() - interval '2 days'
FROM generate_series(0, {DUE} - 1) n;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
SELECT id(1 + n % 10), id(1 + n % 10), id(1 + n % 10), now() - n * interval '1 hour', 'cancelled' FROM generate_series(1, 10000) n;
INSERT INTO notifications (business_id, user_id, type, title) SELECT id(1 + n % 10), id(1), 'test', 'Test' FROM generate_series(0, {DUE} - 1) n;
ANALYZE;
DO $$ BEGIN CREATE ROLE {APP} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SET ON PARAMETER app.is_system_admin TO {APP};
SELECT bookmeatoz_grant_app_role('{APP}');
"""


def connect(database=DATABASE, **more):
    return psycopg2.connect(dbname=database, **more)


def run(statement, database=DATABASE):
    with contextlib.closing(connect(database)) as connection:
        connection.autocommit = True
        connection.cursor().execute("SET client_min_messages = warning")
        connection.cursor().execute(statement)


class Claims(unittest.TestCase):
    def setUp(self):
        run(f"DROP DATABASE IF EXISTS {DATABASE}", "postgres")
        run(f"CREATE DATABASE {DATABASE}", "postgres")
        self.addCleanup(run, f"DROP OWNED BY {APP}; DROP ROLE {APP}", "postgres")
        self.addCleanup(run, f"DROP DATABASE {DATABASE}", "postgres")
        run(WORLD)

    def work(self, number, claim, start, results):
        """Claims until there is nothing left. `results` gets the ids of each committed transaction."""
        dice = random.Random(number)
        connection = connect(user=APP)
        try:
            start.wait(60)
            while True:
                cursor = connection.cursor()
                cursor.execute("SELECT set_session_context(NULL, NULL, NULL, true)")
                cursor.execute(claim)
                claimed = [row[0] for row in cursor.fetchall()]
                fate = dice.random()
                if fate < 0.1:  # it is killed before it has sent anything
                    run(f"SELECT pg_terminate_backend({connection.get_backend_pid()})")
                    connection.close()
                    connection = connect(user=APP)
                elif fate < 0.2:
                    connection.rollback()
                else:
                    connection.commit()
                    results.append(claimed)
                    if not claimed:
                        return
        except Exception as error:  # pylint: disable=broad-except
            results.append(error)
            raise
        finally:
            connection.close()

    def claimed_by_all(self, claim):
        with contextlib.closing(connect()) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT current_setting('max_connections')::integer - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')")
            # One for each that is killing another, and some that are just leaving.
            workers = min(WORKERS, (cursor.fetchone()[0] - 10) * 3 // 4)
        start = threading.Barrier(workers)
        results = []
        threads = [threading.Thread(target=self.work, args=(number, claim, start, results)) for number in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        errors = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(errors, [])
        self.assertGreater(sum(1 for result in results if result), 100)
        return [claimed for result in results for claimed in result], workers

    def check(self, claim, marked):
        claimed, workers = self.claimed_by_all(claim)
        self.assertEqual(len(claimed), len(set(claimed)), "no row is claimed twice")
        # A worker may end while the last rows are with one that gives them back: these are due for the next that comes.
        rest = []
        with contextlib.closing(connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(claim)
            while found := cursor.fetchall():
                rest += [row[0] for row in found]
                cursor.execute(claim)
            connection.commit()
            cursor.execute(marked)
            self.assertEqual(set(claimed) | set(rest), {row[0] for row in cursor.fetchall()}, "what was claimed is marked, and nothing else")
        self.assertEqual(len(set(claimed) | set(rest)), DUE)
        self.assertEqual(len(claimed) + len(rest), DUE)
        print(f"{workers} workers: {len(claimed)} claimed by them, {len(rest)} given back at the end")

    def test_reminders(self):
        self.check("SELECT booking_id FROM claim_due_reminders('24h', 5)", "SELECT id FROM bookings WHERE reminder_sent_24h AND NOT reminder_sent_1h")

    def test_notifications(self):
        self.check("SELECT notification_id FROM claim_due_notifications(5)", "SELECT id FROM notifications WHERE status = 'sent' AND sent_at IS NOT NULL")

    def test_notifications_of_one_channel(self):
        with contextlib.closing(connect()) as connection:
            connection.cursor().execute("UPDATE notifications SET status = 'pending', sent_at = NULL, channel = 'sms'; "
                                        "INSERT INTO notifications (user_id, type, title, channel) SELECT id(1), 'test', 'Not to be sent', 'email' FROM generate_series(1, 500)")
            connection.commit()
        self.check("SELECT notification_id FROM claim_due_notifications(5, 'sms')", "SELECT id FROM notifications WHERE status = 'sent' AND attempts > 0")

    def plans_of(self, claim, business, is_admin):
        """Those of the statements within the claim, as the application's role runs them."""
        with contextlib.closing(connect()) as connection:
            cursor = connection.cursor()
            cursor.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;"
                           f"SET ROLE {APP}")
            cursor.execute("SELECT set_session_context(NULL, %s, NULL, %s)", (business, is_admin))
            connection.notices.clear()
            cursor.execute(claim)
            return "".join(connection.notices)

    def test_indexes_under_row_security(self):
        business = "00000000-0000-4000-8000-000000000003"
        plans = self.plans_of("SELECT claim_due_reminders('24h', 5)", business, False)
        self.assertRegex(plans, r"Index Cond: \(\(business_id = access_business_key\(\)\) AND \(start_time > .*\) AND \(start_time <= ")
        plans += self.plans_of("SELECT claim_due_reminders('24h', 5)", None, True)
        self.assertRegex(plans, r"Index Cond: \(\(status = 'confirmed'::booking_status_type_v1\) AND \(start_time > .*\) AND \(start_time <= ")
        plans += self.plans_of("SELECT claim_due_notifications(5)", None, True)
        self.assertRegex(plans, r"notifications_due_idx on notifications.*\n +Index Cond: \(scheduled_for <= ")
        plans += self.plans_of("SELECT claim_due_notifications(5, 'sms')", None, True)
        self.assertRegex(plans, r"Index Cond: \(\(scheduled_for <= .*\) AND \(\(channel\)::text = ")
        self.assertNotIn("Seq Scan on bookings", plans)
        self.assertNotIn("Seq Scan on notifications", plans)

    def test_a_moved_booking_waits_and_is_due_anew(self):
        """A worker has claimed it and is sending; meanwhile it is moved. The old reminder is sent; then it is due for its new time."""
        with contextlib.closing(connect()) as worker, contextlib.closing(connect()) as mover:
            cursor, other = worker.cursor(), mover.cursor()
            cursor.execute("SELECT booking_id, start_time FROM claim_due_reminders('24h', 1)")
            booking, old = cursor.fetchone()
            other.execute("SET lock_timeout = '200ms'")
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                other.execute("UPDATE bookings SET start_time = start_time - interval '1 hour', end_time = end_time - interval '1 hour' WHERE id = %s", (booking,))
            mover.rollback()
            worker.commit()
            other.execute("UPDATE bookings SET start_time = start_time - interval '1 hour', end_time = end_time - interval '1 hour' WHERE id = %s", (booking,))
            # Not committed yet: nobody waits for it, nobody gets it.
            cursor.execute("SELECT booking_id FROM claim_due_reminders('24h', 1)")
            self.assertNotEqual(cursor.fetchone()[0], booking)
            worker.rollback()
            mover.commit()
            cursor.execute("SELECT booking_id, start_time FROM claim_due_reminders('24h', 1)")
            again, new = cursor.fetchone()
            self.assertEqual((again, (old - new).total_seconds()), (booking, 3600))


if __name__ == "__main__":
    unittest.main()
