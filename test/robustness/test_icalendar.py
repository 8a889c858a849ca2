"""What another program reads in employee_calendar() and booking_event(): python3-icalendar finds each booking with its times, texts, status and
number, in calendars of random bookings; after each change the number is greater and the UID is the same.
Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser). Called by ./dev check."""

import contextlib
import datetime
import os
import random
import unittest

import icalendar
import psycopg2

DATABASE = "icalendar"
SEED = int(os.environ.get("SEED", random.randrange(2**32)))

WORLD = """
CREATE EXTENSION bookmeatoz CASCADE;
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (id(1), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug, timezone) VALUES (id(1), id(1), 'Café; Bar, Müller', 'cafe', 'Europe/Berlin');
INSERT INTO users (id, email) VALUES (id(1), 'user@example.org');
INSERT INTO employees (id, user_id, business_id) VALUES (id(1), id(1), id(1));
"""

# No backslash: this reader does not tell an escaped one before an n from a line break. The unit tests and the fuzzer of the core have them.
PIECES = ["Haircut", "é", "€uro", "𝄞", "中文", ",", ";", ":", "\"", "'", "\n", " ", "\t", "a" * 40, "שלום", "BEGIN:VEVENT", "\nEND:VCALENDAR\n", "=", "x"]


def some_text(dice, most, breaks=True):
    pieces = PIECES if breaks else [piece for piece in PIECES if "\n" not in piece]
    return ("t" + "".join(dice.choice(pieces) for _ in range(dice.randrange(most))) + "t")[:200 if not breaks else None]


def found_text(event, name):
    return str(event[name]) if name in event else None


class ICalendar(unittest.TestCase):
    def setUp(self):
        self.run_in("postgres", f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
        self.addCleanup(self.run_in, "postgres", f"DROP DATABASE {DATABASE}")
        self.connection = psycopg2.connect(dbname=DATABASE)
        self.connection.autocommit = True
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()
        self.cursor.execute("SET client_min_messages = warning;" + WORLD)

    @staticmethod
    def run_in(database, *statements):
        with contextlib.closing(psycopg2.connect(dbname=database)) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.cursor().execute(statement)

    def rows(self, statement, *arguments):
        self.cursor.execute(statement, arguments)
        return self.cursor.fetchall()

    def events(self, call, *arguments):
        """Of a calendar, by UID."""
        text = self.rows(f"SELECT {call}", *arguments)[0][0]
        for line in text.split("\r\n"):
            self.assertLessEqual(len(line.encode()), 75)
        self.assertTrue(text.endswith("END:VCALENDAR\r\n"))
        calendar = icalendar.Calendar.from_ical(text)
        self.assertEqual((str(calendar["VERSION"]), calendar.errors), ("2.0", []))
        events = calendar.walk("VEVENT")
        self.assertEqual([event.errors for event in events], [[]] * len(events))
        found = {str(event["UID"]): event for event in events}
        self.assertEqual(len(found), len(events))
        return found

    def check_booking(self, event, booking, of_employee):
        service, description, start, end, status, created, updated, customer, email, phone, notes = self.rows("""
            SELECT s.name, s.description, b.start_time, b.end_time, b.status::text, b.created_at, b.updated_at, c.name, c.email, c.phone, b.notes
            FROM bookings b JOIN services s ON s.id = b.service_id JOIN customers c ON c.id = b.customer_id WHERE b.id = %s""", booking)[0]
        whole = lambda time: time.astimezone(datetime.timezone.utc).replace(microsecond=0)  # noqa: E731
        self.assertEqual(event.decoded("DTSTART"), whole(start))
        self.assertEqual(event.decoded("DTEND"), whole(end))
        self.assertEqual((event.decoded("CREATED"), event.decoded("LAST-MODIFIED"), event.decoded("DTSTAMP")), (whole(created), whole(updated), whole(updated)))
        self.assertEqual(str(event["STATUS"]), {"pending": "TENTATIVE", "cancelled": "CANCELLED", "rejected": "CANCELLED", "no_show": "CANCELLED"}.get(status, "CONFIRMED"))
        self.assertEqual(found_text(event, "LOCATION"), "Café; Bar, Müller")
        if of_employee:
            self.assertEqual(found_text(event, "SUMMARY"), f"{service}: {customer}")
            self.assertEqual(found_text(event, "DESCRIPTION"), "\n".join(text for text in (email, phone, notes) if text) or None)
        else:
            self.assertEqual(found_text(event, "SUMMARY"), service)
            self.assertEqual(found_text(event, "DESCRIPTION"), description)

    def test_random_bookings(self):
        dice = random.Random(SEED)
        print(f"seed {SEED}")
        start = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
        wanted = []
        for n in range(1, 301):
            self.cursor.execute("INSERT INTO services (id, business_id, name, description, duration) VALUES (id(%s), id(1), %s, %s, %s)",
                                (n, f"{n} {some_text(dice, 12, False)}", some_text(dice, 30) if dice.random() < 0.5 else None, dice.randrange(1, 200)))
            self.cursor.execute("INSERT INTO customers (id, business_id, name, email, phone) VALUES (id(%s), id(1), %s, %s, %s)",
                                (n, some_text(dice, 12, False), f"{n}@example.org" if dice.random() < 0.5 else None, "+1" * dice.randrange(3)))
            start += datetime.timedelta(minutes=dice.randrange(200, 400), seconds=dice.randrange(60))
            wanted.append(self.rows("""
                INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes, created_at) VALUES (id(1), id(%s), id(%s), id(1), %s, %s::booking_status_type_v1, %s, now() - %s * interval '1 day') RETURNING id""",
                n, n, start, dice.choice(("pending", "confirmed", "cancelled", "completed", "rejected", "no_show")),
                some_text(dice, 200) if dice.random() < 0.7 else None, dice.random() * 100)[0][0])
        events = self.events("employee_calendar(id(1), '2030-01-01', '2031-01-01')")
        self.assertEqual(set(events), set(wanted))
        for booking, event in events.items():
            self.check_booking(event, booking, True)
            alone = self.events("booking_event(%s)", booking)
            self.assertEqual(list(alone), [booking])
            self.check_booking(alone[booking], booking, False)

    def test_changes(self):
        self.cursor.execute("""
            INSERT INTO services (id, business_id, name, duration) VALUES (id(1), id(1), 'Haircut', 30);
            INSERT INTO employee_services (employee_id, service_id) VALUES (id(1), id(1));
            INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT id(1), day, '00:00', '24:00' FROM generate_series(0, 6) day;
            INSERT INTO customers (id, business_id, name) VALUES (id(1), id(1), 'Carol')""")
        booking = self.rows("SELECT booking_id FROM book_slot(id(1), '2030-01-07 10:00+01', id(1))")[0][0]
        before = self.events("booking_event(%s)", booking)[booking]
        self.assertEqual(before["SEQUENCE"], 0)
        for change in ("SELECT reschedule_booking(%s, '2030-01-07 12:00+01')", "UPDATE bookings SET status = 'completed' WHERE id = %s", "UPDATE bookings SET status = 'confirmed' WHERE id = %s",
                       "SELECT cancel_booking(%s)"):
            self.cursor.execute("SELECT pg_sleep(1.1)")
            self.cursor.execute(change, (booking,))
            after = self.events("booking_event(%s)", booking)
            self.assertEqual(list(after), [booking])
            self.assertGreater(after[booking]["SEQUENCE"], before["SEQUENCE"], change)
            before = after[booking]
        self.assertEqual((str(before["STATUS"]), before.decoded("DTSTART").isoformat()), ("CANCELLED", "2030-01-07T11:00:00+00:00"))

    def test_nothing(self):
        self.assertEqual(self.events("employee_calendar(id(1), '2030-01-01', '2031-01-01')"), {})


if __name__ == "__main__":
    unittest.main()
