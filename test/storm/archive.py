"""Past bookings are moved to the archive by two clients at once, while others edit, reschedule and book, maintenance runs, and backends and
the whole server are killed with -9. At all times each booking must be in one place, as it was last written, and an earlier booking must not
be archived before the one that replaced it. --careless: by two transactions instead of archive_bookings(); that must be noticed."""

import argparse
import os
import random
import signal
import sys
import threading
import time
from typing import List

import psycopg2

import world
from storm import Postmaster

DATABASE = "storm_archive"
BOOKINGS = 20_000
CRASHES = 6                    # of a backend, but the last one of the server

WORLD = """
CREATE EXTENSION bookmeatoz CASCADE;
INSERT INTO tenants (id, name, subdomain) VALUES (uuid_nil(), 'T', 't');
INSERT INTO businesses (id, tenant_id, name, slug) SELECT uuid_generate_v5(uuid_nil(), 'b' || n), uuid_nil(), 'B', 'b' || n FROM generate_series(1, 4) n;
INSERT INTO services (id, business_id, name, duration) SELECT id, id, 'S', 30 FROM businesses;
INSERT INTO customers (id, business_id, name) SELECT id, id, 'C' FROM businesses;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status, rescheduled_from_booking_id)
SELECT uuid_generate_v5(uuid_nil(), n::text), b, b, b, '2015-01-01 10:00+00'::timestamptz + n * interval '4 hours', (enum_range(NULL::booking_status_type_v1))[1 + n % 6],
       CASE WHEN n % 9 > 4 THEN uuid_generate_v5(uuid_nil(), (n - 4)::text) END
FROM generate_series(1, {count}) n, uuid_generate_v5(uuid_nil(), 'b' || 1 + n % 4) b;
-- What each booking is; written together with it.
CREATE TABLE truth AS SELECT id, notes FROM bookings;
ALTER TABLE truth ADD PRIMARY KEY (id);
CREATE FUNCTION keep_truth() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO truth VALUES (NEW.id, NEW.notes) ON CONFLICT (id) DO UPDATE SET notes = excluded.notes; RETURN NULL; END $$;
CREATE TRIGGER truth AFTER INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION keep_truth();
-- As a careless program would do it.
CREATE PROCEDURE careless(most integer) LANGUAGE plpgsql AS $$
DECLARE ids uuid[];
BEGIN
    SET LOCAL row_security = off;
    ids := ARRAY(SELECT id FROM bookings WHERE start_time < now() - interval '1 year' ORDER BY start_time LIMIT most FOR UPDATE SKIP LOCKED);
    INSERT INTO bookings_archive SELECT * FROM bookings WHERE id = ANY (ids);
    COMMIT;
    DELETE FROM bookings WHERE id = ANY (ids);
END $$;
"""

PROOF = """
WITH found AS (SELECT id, notes FROM bookings UNION ALL SELECT id, notes FROM bookings_archive)
SELECT 'lost', count(*) FROM truth t WHERE NOT EXISTS (SELECT FROM found f WHERE f.id = t.id)
UNION ALL SELECT 'doubled', count(*) FROM (SELECT FROM found GROUP BY id HAVING count(*) > 1) d
UNION ALL SELECT 'not as written', count(*) FROM found f JOIN truth t USING (id) WHERE f.notes IS DISTINCT FROM t.notes
UNION ALL SELECT 'of nobody', count(*) FROM found f WHERE NOT EXISTS (SELECT FROM truth t WHERE t.id = f.id)
UNION ALL SELECT 'archived before what replaced it', count(*) FROM bookings b JOIN bookings_archive a ON a.id = b.rescheduled_from_booking_id
UNION ALL SELECT 'archived though not over', count(*) FROM bookings_archive WHERE upper(busy) > now() - interval '1 year'
"""

MOVE = "SELECT archive_bookings('1 year', {n})"
CARELESS = "CALL careless({n})"
EDIT = "UPDATE bookings SET notes = '{n}' WHERE id = uuid_generate_v5(uuid_nil(), '{n}')"
RESCHEDULE = ("INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, rescheduled_from_booking_id) SELECT business_id, customer_id, service_id, "
              "now() + interval '1 hour', 'confirmed', id FROM bookings WHERE id = uuid_generate_v5(uuid_nil(), '{n}')")
BOOK = "INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) SELECT id, id, id, now() + {n} * interval '1 minute', 'confirmed' FROM services LIMIT 1"
MAINTAIN = "SELECT count(*) FROM bookmeatoz_maintain()"


class Client(threading.Thread):
    """Repeats a statement, whose {n} is a number up to `most`; a lost connection is made anew."""

    def __init__(self, statement: str, most: int, pause: float, end: threading.Event):
        super().__init__(daemon=True)
        self.statement, self.most, self.pause, self.end = statement, most, pause, end
        self.done, self.lost, self.errors = 0, 0, []

    def run(self):
        cursor = None
        while not self.end.is_set():
            try:
                cursor = cursor or world.connect(dbname=DATABASE).cursor()
                cursor.execute(self.statement.replace("{n}", str(random.randint(1, self.most))))
                self.done += 1
                time.sleep(self.pause)
            except psycopg2.Error as error:
                if error.pgcode is None or error.pgcode.startswith("57P"):
                    cursor, self.lost = None, self.lost + 1
                    time.sleep(0.05)
                # A time may be taken, and a booking be archived just when another is to replace it.
                elif error.pgcode != "23P01" and not (error.pgcode == "23503" and "rescheduled_from" in str(error)):
                    self.errors.append(str(error))


def wait_for_server(database: str = DATABASE):
    while True:
        try:
            return world.connect(dbname=database).cursor()
        except psycopg2.OperationalError:
            time.sleep(0.05)


def prove() -> List[str]:
    cursor = wait_for_server()
    cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    cursor.execute(PROOF)
    return [f"{count} {what}" for what, count in cursor.fetchall() if count]


def kill_mover():
    """In the midst of a move."""
    cursor = wait_for_server()
    while True:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s AND state = 'active' AND pid <> pg_backend_pid() AND query ~ '^(SELECT archive_bookings|CALL careless)'"
                       " AND clock_timestamp() - query_start > interval '4 ms' LIMIT 1", (DATABASE,))
        row = cursor.fetchone()
        if row:
            os.kill(row[0], signal.SIGKILL)
            break
    # The postmaster then ends all others: this one too.
    try:
        cursor.execute("SELECT pg_sleep(60)")
    except psycopg2.OperationalError:
        pass


def storm(data: str, careless: bool) -> List[str]:
    end = threading.Event()
    move = CARELESS if careless else MOVE
    movers = [Client(move, 400, 0.02, end), Client(move, 50, 0.01, end)]
    others = [Client(EDIT, BOOKINGS, 0.001, end), Client(RESCHEDULE, BOOKINGS, 0.02, end), Client(BOOK, 100_000, 0.01, end), Client(MAINTAIN, 1, 0.5, end)]
    for client in movers + others:
        client.start()
    found: List[str] = []
    for number in range(CRASHES):
        time.sleep(0.3)
        kill_mover()
        if number == CRASHES - 1 and data:
            postmaster = Postmaster(data)
            time.sleep(0.5)
            postmaster.kill_all()
            postmaster.start()
        found += prove()
    time.sleep(0.5)
    end.set()
    for client in movers + others:
        client.join(60)
    found += prove()
    if careless:
        return found
    for client in movers + others:
        found += sorted(set(client.errors))
        if client.done == 0 or client.lost == 0:
            found.append(f"{client.statement}: {client.done} done, {client.lost} connections lost")
    # In the end all that may be moved has been.
    cursor = wait_for_server()
    cursor.execute("SELECT archive_bookings('1 year', 1000000)")
    cursor.execute("WITH RECURSIVE stays AS (SELECT id, rescheduled_from_booking_id FROM bookings WHERE upper(busy) > now() - interval '1 year'"
                   " UNION SELECT b.id, b.rescheduled_from_booking_id FROM stays s JOIN bookings b ON b.id = s.rescheduled_from_booking_id)"
                   " SELECT (SELECT count(*) FROM bookings WHERE id NOT IN (SELECT id FROM stays)), (SELECT count(*) FROM bookings_archive)")
    left, archived = cursor.fetchone()
    print(f"{archived} archived by {sum(client.done for client in movers)} calls, {sum(client.lost for client in movers)} of them killed; "
          f"{others[0].done} edits, {others[1].done} rescheduled, {others[2].done} booked", flush=True)
    return found + prove() + ([f"{left} that could be moved were not"] if left else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="", help="the server's data folder: it is killed and started again")
    parser.add_argument("--careless", action="store_true")
    options = parser.parse_args()
    server = wait_for_server("postgres")
    server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    server.execute(f"CREATE DATABASE {DATABASE}")
    wait_for_server().execute(WORLD.format(count=BOOKINGS))
    found = storm(options.data, options.careless)
    for line in found:
        print(f"VIOLATION {line}")
    if not found:
        server = wait_for_server("postgres")
        server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
