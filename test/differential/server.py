"""Puts the businesses of scenarios into a database with the extension and asks its functions. Called by run.py and cases.py.
Everything happens in transactions that are rolled back; the application's labels of the status type (S11) alone stay. Needs the rights of a
superuser (session_replication_role, row security) and an extension that is installed in the search_path; the connection is that of the PG*
environment or of a DSN."""

import io
import json
from contextlib import contextmanager
from typing import Dict, List, NamedTuple, Optional, Union

import psycopg2
from psycopg2.extras import execute_values

from calendar_json import instant_text, time_of_day_text
from forms import FORMS, Form
from reference import Booking, Business, Employee, Override
from scenario import LABELS

COLUMNS = {
    "tenants": ("id", "name", "subdomain", "status"),
    "users": ("id", "email"),
    "businesses": ("id", "tenant_id", "name", "slug", "status", "timezone", "currency", "settings"),
    "employees": ("id", "user_id", "business_id", "employment_status", "settings"),
    "services": ("id", "business_id", "name", "duration", "currency", "status", "buffer_before_minutes", "buffer_after_minutes", "settings"),
    "employee_services": ("business_id", "employee_id", "service_id"),
    "working_hours": ("business_id", "employee_id", "day_of_week", "start_time", "end_time", "is_off", "valid_from", "valid_to"),
    "business_availability_overrides": ("business_id", "start_time", "end_time", "is_unavailable", "reason"),
    "employee_availability_overrides": ("business_id", "employee_id", "start_time", "end_time", "is_unavailable"),
    "customers": ("id", "business_id", "name"),
    "bookings": ("id", "business_id", "customer_id", "service_id", "employee_id", "start_time", "end_time", "status",
                 "buffer_before_minutes", "buffer_after_minutes", "hold_expires_at", "overbooked", "session_key", "seat"),
}

# The guard (S18) would refuse, or make room for, some of what the search must cope with: expired holds, days beyond their limit. As the
# guard is not asked, its columns are written here; no search reads them.
WITHOUT_THE_GUARD = ("bookings",)


class Refused(NamedTuple):
    """The server's error in place of an answer, or what is wrong with the form of an answer."""
    sqlstate: str
    message: str
    detail: Optional[str] = None  # the contract's word for programs


def refused_by(error: psycopg2.Error) -> Refused:
    return Refused(error.pgcode, str(error).strip(), error.diag.message_detail)


Answer = Union[list, Refused]


class Server:
    error = psycopg2.Error

    def __init__(self, dsn: str = ""):
        self.connection = psycopg2.connect(dsn)
        self.cursor = self.connection.cursor()
        self.add_labels()
        self.cursor.execute("SELECT current_session_user_id()")  # the settings are there once the module is loaded

    def add_labels(self):
        """What an application does when it adds a status. A new label can be used only once it is committed."""
        for label in LABELS:
            self.cursor.execute(f"ALTER TYPE booking_status_type_v1 ADD VALUE IF NOT EXISTS '{label}'")
        self.connection.commit()

    def close(self):
        self.connection.close()

    def roll_back(self):
        self.connection.rollback()

    # ---- writing

    def insert(self, businesses: List[Business]):
        rows = Rows()
        for business in businesses:
            rows.add_business(business)
        self.copy(rows)

    def insert_employee(self, business: Business, employee: Employee):
        rows = Rows()
        rows.add_employee(business, employee)
        rows.add_mappings(business, employee.id)
        self.copy(rows)

    def insert_booking(self, business: Business, booking: Booking):
        rows = Rows()
        rows.add_booking(business, booking)
        self.copy(rows)

    def insert_override(self, business: Business, employee_id: str, override: Override):
        rows = Rows()
        rows.add_override(business, employee_id, override)
        self.copy(rows)

    def insert_business_override(self, business: Business, override: Override):
        rows = Rows()
        rows.add_business_override(business, override)
        self.copy(rows)

    def copy(self, rows: "Rows"):
        for table, columns in COLUMNS.items():
            if rows.lines[table]:
                text = io.StringIO("".join(rows.lines[table]))
                with self.replica(table in WITHOUT_THE_GUARD):
                    self.cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)

    @contextmanager
    def replica(self, wanted: bool):
        if wanted:
            self.cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if wanted:
            self.cursor.execute("SET LOCAL session_replication_role = origin")

    @contextmanager
    def holds_moved(self, micros: Dict[str, int]):
        """For the time of the block all holds of each business (by its id) expire so much later."""
        self.cursor.execute("SAVEPOINT holds")
        with self.replica(True):
            execute_values(self.cursor, """
                UPDATE bookings SET hold_expires_at = hold_expires_at + moved.micros * interval '1 microsecond'
                FROM (VALUES %s) AS moved (business_id, micros)
                WHERE bookings.business_id = moved.business_id AND hold_expires_at IS NOT NULL""",
                           list(micros.items()), "(%s::uuid, %s::bigint)", len(micros))
        yield
        self.cursor.execute("ROLLBACK TO SAVEPOINT holds")

    def now(self) -> int:
        """The present of this transaction."""
        self.cursor.execute("SELECT (extract(epoch FROM now()) * 1000000)::bigint")
        return self.cursor.fetchone()[0]

    def try_insert(self, business: Business) -> Optional[Refused]:
        """One business under a savepoint, so that a refusal leaves the transaction usable."""
        self.cursor.execute("SAVEPOINT one_business")
        try:
            self.insert([business])
        except psycopg2.Error as error:
            self.cursor.execute("ROLLBACK TO SAVEPOINT one_business")
            return refused_by(error)
        self.cursor.execute("RELEASE SAVEPOINT one_business")
        return None

    def bookings_stored(self, businesses: List[Business]) -> Dict[str, int]:
        """How many bookings each business has: no trigger may have removed any."""
        self.cursor.execute("SELECT business_id::text, count(*) FROM bookings WHERE business_id = ANY (%s::uuid[]) GROUP BY business_id",
                            ([business.id for business in businesses],))
        return dict(self.cursor.fetchall())

    # ---- asking

    def ask(self, function: str, questions: list, session_zone: str) -> List[Answer]:
        """All in one statement; should that fail, one by one, so that an error is the answer to its own question alone."""
        if not questions:
            return []
        self.cursor.execute("SELECT set_config('TimeZone', %s, true)", (session_zone,))
        self.cursor.execute("SAVEPOINT questions")
        try:
            return self.answers(FORMS[function], questions)
        except psycopg2.Error as error:
            refused = refused_by(error)
        except (AssertionError, IndexError, KeyError, TypeError, ValueError) as error:
            refused = Refused("unreadable", repr(error))
        self.cursor.execute("ROLLBACK TO SAVEPOINT questions")
        if len(questions) == 1:
            return [refused]
        return [self.ask(function, [question], session_zone)[0] for question in questions]

    def scan_directly(self, wanted: bool):
        """Which of the two ways of reading is taken, from here to the end of the transaction."""
        self.cursor.execute("SELECT set_config('bookmeatoz.direct_scans', %s, true)", ("on" if wanted else "off",))

    def way_taken(self, question) -> str:
        """How the calendar of this question is read, in the server's own words."""
        self.cursor.execute("SELECT set_config('bookmeatoz.direct_scans', 'notice', true)")
        self.connection.notices.clear()
        self.ask("find_available_slots", [question], "UTC")
        return " ".join(self.connection.notices)

    @contextmanager
    def application(self, context):
        """An ordinary role under row security in a context: tenant, business and user. The role is made in this transaction and
        vanishes with it."""
        role = f"bookmeatoz_differential_{self.connection.get_backend_pid()}"
        self.cursor.execute("SELECT to_regrole(%s) IS NOT NULL", (role,))
        if not self.cursor.fetchone()[0]:
            self.cursor.execute(f"CREATE ROLE {role}; SELECT bookmeatoz_grant_app_role('{role}')")
        self.cursor.execute("SAVEPOINT application")
        self.cursor.execute(f"SET LOCAL ROLE {role}")
        self.cursor.execute("SELECT set_session_context(%s, %s, %s)", tuple(context))
        yield
        self.cursor.execute("ROLLBACK TO SAVEPOINT application")

    def error_of(self, statement: str, values) -> Optional[Refused]:
        """The error of a statement that is expected to fail, under a savepoint."""
        self.cursor.execute("SAVEPOINT statement")
        try:
            self.cursor.execute(statement, values)
        except psycopg2.Error as error:
            self.cursor.execute("ROLLBACK TO SAVEPOINT statement")
            return refused_by(error)
        return None

    def answers(self, form: Form, questions: list) -> List[list]:
        values = [(number,) + form.values(question) for number, question in enumerate(questions)]
        rows = execute_values(self.cursor, form.sql, values, "(%s, " + form.row + ")", len(values), fetch=True)
        rows_of = [[] for _ in questions]
        for row in sorted(rows, key=lambda row: row[:2]):  # question, place
            rows_of[row[0]].append(row[2:])
        return [form.read(of_one) for of_one in rows_of]


class Rows:
    """Lines of COPY for each table."""

    def __init__(self):
        self.lines: Dict[str, List[str]] = {table: [] for table in COLUMNS}

    def add(self, table: str, *values):
        self.lines[table].append("\t".join(map(copy_text, values)) + "\n")

    def add_business(self, business: Business):
        # a tenant of its own, a customer and a user: ids that only this scenario has
        self.add("tenants", business.id, "Tenant", "t-" + business.id, business.tenant_status)
        self.add("businesses", business.id, business.id, "Business", "b-" + business.id, business.status, business.time_zone, "EUR",
                 json.dumps(business.settings))
        self.add("customers", business.id, business.id, "Customer")
        for service in business.services.values():
            self.add("services", service.id, business.id, "Service " + service.id, service.duration, "EUR", service.status,
                     service.before, service.after, json.dumps(service.settings))
        for row in business.weekly_rows:
            self.add_weekly_row(business, None, row)
        for override in business.overrides:
            self.add_business_override(business, override)
        for employee in business.employees.values():
            self.add_employee(business, employee)
            self.add_mappings(business, employee.id)
        for booking in business.bookings:
            self.add_booking(business, booking)

    def add_employee(self, business: Business, employee: Employee):
        self.add("users", employee.id, employee.id + "@example.com")
        self.add("employees", employee.id, employee.id, business.id, employee.status, json.dumps(employee.settings))
        for row in employee.weekly_rows:
            self.add_weekly_row(business, employee.id, row)
        for override in employee.overrides:
            self.add_override(business, employee.id, override)

    def add_mappings(self, business: Business, employee_id: str):
        for service in business.services.values():
            if employee_id in service.mapped_employees:
                self.add("employee_services", business.id, employee_id, service.id)

    def add_weekly_row(self, business: Business, employee_id: Optional[str], row):
        self.add("working_hours", business.id, employee_id, row.day_of_week, time_of_day_text(row.start), time_of_day_text(row.end),
                 row.is_off, row.valid_from, row.valid_to)

    def add_override(self, business: Business, employee_id: str, override: Override):
        self.add("employee_availability_overrides", business.id, employee_id, instant_text(override.start), instant_text(override.end),
                 override.is_unavailable)

    def add_business_override(self, business: Business, override: Override):
        self.add("business_availability_overrides", business.id, instant_text(override.start), instant_text(override.end),
                 override.is_unavailable, "Closed" if override.is_unavailable else None)

    def add_booking(self, business: Business, booking: Booking):
        # a hold needs no customer
        customer = None if booking.hold_expires_at is not None and booking.id < "8" else business.id
        self.add("bookings", booking.id, business.id, customer, booking.service_id, booking.employee_id, instant_text(booking.start),
                 instant_text(booking.end), booking.status, booking.before, booking.after, instant_text(booking.hold_expires_at),
                 booking.overbooked, booking.id, 1)


def copy_text(value) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
