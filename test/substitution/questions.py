"""What is asked after each substitution: every function that reads tables, plain statements that the triggers judge, and
SELECTs under row security. A group is asked by one role in one context; each question is rolled back."""

import hashlib
import uuid
from typing import List, NamedTuple, Optional, Tuple

from world import APP, OWNER

MONDAY, TUESDAY, LATER = "2035-01-08 00:00+01", "2035-01-09 00:00+01", "2035-01-16 00:00+01"
AS_OF = "as_of => '2035-01-01'"
# What differs from run to run.
UNSTABLE = "'{id,created_at,updated_at,session_key,idempotency_hash}'"
CALENDAR = "regexp_replace({}, '(DTSTAMP|CREATED|LAST-MODIFIED|SEQUENCE):[0-9TZ]+', '\\1', 'g')"


class Question(NamedTuple):
    name: str
    statement: str
    table: Optional[str] = None  # whose policies decide the answer, for a SELECT under row security
    rows_of: str = ""            # the table whose rows the answer is, as jsonb
    is_verify: bool = False
    one_in: int = 1              # asked after one in so many substitutions, always the same ones: it is slow


class Group(NamedTuple):
    name: str
    role: str
    context: Tuple[str, str, str]  # tenant, business, user, as SQL
    scans: str
    questions: List[Question]


def search(name: str, call: str) -> Question:
    return Question(name, f"SELECT f::text FROM {call} f")


def searches() -> List[Question]:
    window = f"'{MONDAY}', '{TUESDAY}'"
    return [
        search("find_available_slots", f"find_available_slots(u('service', 1), {window}, {AS_OF})"),
        search("find_available_slots of an employee", f"find_available_slots(u('service', 1), {window}, u('employee', 1), {AS_OF})"),
        search("find_available_slots with seats", f"find_available_slots(u('service', 2), {window}, {AS_OF})"),
        search("find_available_slots without a booking", f"find_available_slots(u('service', 1), {window}, exclude_booking_id => u('booking', 1), {AS_OF})"),
        search("find_available_slots_json", f"find_available_slots_json(u('service', 1), {window}, {AS_OF})"),
        search("next_available_slots", f"next_available_slots(u('service', 1), '{MONDAY}', 20, {AS_OF})"),
        search("find_available_dates", f"find_available_dates(u('service', 1), '2035-01-07', '2035-01-12', {AS_OF})"),
        search("check_slot, ok", f"check_slot(u('service', 1), '2035-01-08 15:00+01', {AS_OF})"),
        search("check_slot, booked", f"check_slot(u('service', 1), '2035-01-08 09:30+01', u('employee', 1), {AS_OF})"),
        search("check_slot, absent", f"check_slot(u('service', 1), '2035-01-08 11:00+01', u('employee', 1), {AS_OF})"),
        search("free_busy", f"free_busy(u('employee', 1), {window})"),
        search("free_busy by the hours of the business", f"free_busy(u('employee', 2), {window})"),
        Question("employee_calendar", "SELECT " + CALENDAR.format(f"employee_calendar(u('employee', 1), {window})")),
        Question("booking_event", "SELECT " + CALENDAR.format("booking_event(u('booking', 1))")),
        search("week_chart", "week_chart(u('business', 1), '2035-01-08')"),
    ]


def searches_without_employees() -> List[Question]:
    return [search("find_available_slots of a business", f"find_available_slots(u('service', 3), '{MONDAY}', '{TUESDAY}', {AS_OF})")]


def booked(name: str, call: str) -> Question:
    return Question(name, "SELECT employee_id::text, start_time::text, end_time::text, status, CASE WHEN hold_expires_at > '2035-01-01' "
                          "THEN hold_expires_at::text ELSE round(extract(epoch FROM hold_expires_at - clock_timestamp()) / 60)::text END "
                          f"FROM {call}")


def then_all_bookings(name: str, statement: str) -> Question:
    return Question(name + ", as stored", f"{statement}; SELECT to_jsonb(b) - {UNSTABLE}::text[] - '{{hold_expires_at}}'::text[] FROM bookings b",
                    rows_of="bookings")


def booking_functions() -> List[Question]:
    book = "book_slot(u('service', 1), '2035-01-08 15:00+01', u('customer', 1))"
    again = "SELECT booking_id FROM book_slot(u('service', 1), '2035-01-08 15:00+01', u('customer', 1), idempotency_key => 'again')"
    return [
        booked("book_slot", book),
        then_all_bookings("book_slot", f"SELECT FROM {book}"),
        booked("book_slot, taken", "book_slot(u('service', 1), '2035-01-08 09:30+01', u('customer', 1), u('employee', 1))"),
        booked("book_slot, where a hold has expired", "book_slot(u('service', 1), '2035-01-08 16:00+01', u('customer', 1), u('employee', 2))"),
        Question("book_slot twice with a key", f"SELECT count(DISTINCT booking_id)::text, count(*)::text FROM ({again} UNION ALL {again}) b"),
        booked("book_slot with the key of another call", "book_slot(u('service', 1), '2035-01-08 15:00+01', u('customer', 1), idempotency_key => 'first')"),
        booked("book_slot, seats", "book_slot(u('service', 2), '2035-01-09 09:00+01', u('customer', 1))"),
        booked("hold_slot", "hold_slot(u('service', 1), '2035-01-08 15:00+01')"),
        booked("confirm_booking", "confirm_booking(u('booking', 2), u('customer', 1))"),
        booked("confirm_booking, expired", "confirm_booking(u('booking', 6), u('customer', 1))"),
        booked("release_hold", "release_hold(u('booking', 2))"),
        booked("reschedule_booking", "reschedule_booking(u('booking', 1), '2035-01-08 10:00+01')"),
        then_all_bookings("reschedule_booking", "SELECT FROM reschedule_booking(u('booking', 1), '2035-01-08 10:00+01')"),
        booked("reschedule_booking, taken", "reschedule_booking(u('booking', 1), '2035-01-08 14:00+01', u('employee', 2))"),
        booked("cancel_booking", "cancel_booking(u('booking', 1), 'why')"),
    ]


def few(those: List[Question]) -> List[Question]:
    """Of the functions that write those that read the most: the others' reads are the same."""
    return [each for each in those if each.name in ("book_slot", "book_slot, taken", "reschedule_booking, as stored")]


def row(name: str, statement: str, table: str) -> Question:
    return Question(name, f"{statement} RETURNING to_jsonb({table}) - {UNSTABLE}::text[]", rows_of=table)


def insert_booking(name: str, start: str, more: str = "", values: str = "", business: int = 1, service: int = 1) -> Question:
    return row(name, f"INSERT INTO bookings (business_id, customer_id, service_id, start_time, status{more}) VALUES "
                     f"('{identity('business', business)}', '{identity('customer', business)}', '{identity('service', service)}', "
                     f"'{start}', 'confirmed'{values})", "bookings")


def identity(kind: str, number: int) -> str:
    """u(kind, number) as a literal, which takes the type of its column."""
    return str(uuid.UUID(hashlib.md5(f"{kind}{number}".encode()).hexdigest()))


def plain_bookings() -> List[Question]:
    of_first, of_second = f", '{identity('employee', 1)}'", f", '{identity('employee', 2)}'"
    copied = ("business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, "
              "buffer_after_minutes, overbooked, hold_expires_at, resource_id, session_key, seat")
    first, held = f"id::text = '{identity('booking', 1)}'", f"id::text = '{identity('booking', 2)}'"
    return [
        insert_booking("INSERT of a booking", "2035-01-08 15:00+01", ", employee_id", of_second),
        insert_booking("INSERT of a booking, taken", "2035-01-08 09:30+01", ", employee_id", of_first),
        insert_booking("INSERT of a booking, buffer taken", "2035-01-08 14:50+01", ", employee_id", of_second),
        insert_booking("INSERT of a booking where a hold has expired", "2035-01-08 16:00+01", ", employee_id", of_second),
        insert_booking("INSERT of a booking of nobody", "2035-01-08 15:00+01"),
        insert_booking("INSERT of a booking that lacks nothing", "2035-01-08 15:00+01",
                       ", end_time, buffer_before_minutes, buffer_after_minutes, overbooked", ", '2035-01-08 15:20+01', '0', '0', 'false'"),
        insert_booking("INSERT of a seat", "2035-01-09 09:00+01", ", employee_id", of_first, service=2),
        row("INSERT of a copied booking", f"INSERT INTO bookings ({copied}) SELECT {copied} FROM bookings "
                                          f"WHERE id::text = '{identity('booking', 5)}'", "bookings"),
        row("INSERT of a copied booking, taken", f"INSERT INTO bookings ({copied}) SELECT {copied} FROM bookings WHERE {first}", "bookings"),
        row("UPDATE that moves a booking", f"UPDATE bookings SET start_time = '2035-01-08 09:15+01' WHERE {first}", "bookings"),
        row("UPDATE that moves a booking, taken",
            f"UPDATE bookings SET start_time = '2035-01-08 14:00+01', end_time = '2035-01-08 14:45+01', employee_id = '{identity('employee', 2)}' "
            f"WHERE {first}", "bookings"),
        row("UPDATE that unassigns a booking", f"UPDATE bookings SET employee_id = NULL WHERE {first}", "bookings"),
        row("UPDATE of a note", f"UPDATE bookings SET notes = 'n', reminder_sent_24h = NOT reminder_sent_24h WHERE {first}", "bookings"),
        row("UPDATE that cancels", f"UPDATE bookings SET status = 'cancelled' WHERE {first}", "bookings"),
        row("UPDATE that revives", f"UPDATE bookings SET status = 'confirmed', employee_id = '{identity('employee', 1)}', start_time = '2035-01-08 09:30+01', "
                                   f"end_time = '2035-01-08 10:15+01' WHERE id::text = '{identity('booking', 5)}'", "bookings"),
        row("UPDATE that keeps an expired hold",
            f"UPDATE bookings SET hold_expires_at = '2036-01-01' WHERE id::text = '{identity('booking', 6)}'", "bookings"),
        row("UPDATE of a hold's end", f"UPDATE bookings SET end_time = '2035-01-08 14:30+01' WHERE {held}", "bookings"),
        row("DELETE of a booking", f"DELETE FROM bookings WHERE {first}", "bookings"),
    ]


def plain_rows() -> List[Question]:
    service = f"id::text = '{identity('service', 1)}'"
    business = f"'{identity('business', 1)}'"
    return [
        row("INSERT of a service", f"INSERT INTO services (business_id, name, duration, settings) VALUES ({business}, 'New', 30, '{{\"capacity\": 2}}')", "services"),
        row("INSERT of a service with a wrong setting",
            f"INSERT INTO services (business_id, name, duration, settings) VALUES ({business}, 'New', 30, '{{\"capacity\": 0}}')", "services"),
        row("UPDATE of a service", f"UPDATE services SET name = 'Renamed' WHERE {service}", "services"),
        row("UPDATE of a service to a wrong setting", f"UPDATE services SET settings = '{{\"hold_minutes\": \"x\"}}' WHERE {service}", "services"),
        row("UPDATE of a service's settings to themselves", f"UPDATE services SET settings = settings WHERE {service}", "services"),
        row("INSERT of an employee", f"INSERT INTO employees (user_id, business_id) VALUES ('{identity('user', 6)}', {business})", "employees"),
        row("INSERT of an employee to be", "INSERT INTO employees (user_id, business_id, employment_status) "
                                           f"VALUES ('{identity('user', 6)}', {business}, 'pending_onboarding')", "employees"),
        row("INSERT of a customer", f"INSERT INTO customers (business_id, name, email) VALUES ({business}, 'New', 'New@mail.example')", "customers"),
        row("INSERT of hours", f"INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time) VALUES ('{identity('employee', 1)}', '3', '09:00', '10:00')",
            "working_hours"),
        row("UPDATE of hours", f"UPDATE working_hours SET is_off = is_off WHERE id::text = '{identity('hours', 1)}'", "working_hours"),
        row("INSERT of an override", "INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES "
                                     f"('{identity('employee', 1)}', '2035-02-01', '2035-02-02')", "employee_availability_overrides"),
        row("UPDATE of a business", f"UPDATE businesses SET name = 'Renamed', settings = settings, timezone = timezone WHERE id::text = {business}", "businesses"),
    ]


def plain_businesses() -> List[Question]:
    tenant, business = f"'{identity('tenant', 1)}'", f"id::text = '{identity('business', 2)}'"
    return [
        row("INSERT of a business", f"INSERT INTO businesses (tenant_id, name, slug, timezone) VALUES ({tenant}, 'New', 'New', 'asia/tokyo')", "businesses"),
        row("INSERT of a business with a wrong zone", f"INSERT INTO businesses (tenant_id, name, slug, timezone) VALUES ({tenant}, 'New', 'New', 'UTC+3')", "businesses"),
        row("INSERT of a business with a wrong setting",
            f"INSERT INTO businesses (tenant_id, name, slug, settings) VALUES ({tenant}, 'New', 'New', '{{\"hold_minutes\": 0}}')", "businesses"),
        row("UPDATE of a business's zone", f"UPDATE businesses SET timezone = 'europe/paris' WHERE {business}", "businesses"),
        row("UPDATE of a business's settings", f"UPDATE businesses SET settings = '{{}}' WHERE {business}", "businesses"),
        row("UPDATE of the tenant", f"UPDATE tenants SET name = 'Renamed' WHERE id::text = {tenant}", "tenants"),
    ]


def persons() -> List[Question]:
    customer = "u('customer', 1)"
    cancel = f"UPDATE bookings SET status = 'cancelled' WHERE customer_id::text = '{identity('customer', 1)}'"
    # Whatever the type of a column is, its values are shown as they are: so only whose rows these are is asked.
    return [
        Question("export_customer", f"SELECT shown #>> '{{customer,name}}', jsonb_array_length(shown -> 'bookings')::text FROM export_customer({customer}) shown"),
        Question("erase_customer", f"SELECT erase_customer({customer})::text"),
        Question("erase_customer of one without open bookings", f"{cancel}; SELECT erase_customer({customer})::text"),
    ]


def accounts() -> List[Question]:
    return [
        Question("register_user", "SELECT (register_user('New@mail.example', 'hash', '{\"name\": \"x\"}') IS NOT NULL)::text"),
        Question("register_user, as stored", "SELECT register_user('New@mail.example', 'hash', '{\"name\": \"x\"}'); SET LOCAL ROLE NONE; "
                                             f"SELECT to_jsonb(u) - {UNSTABLE}::text[] FROM users u", rows_of="users"),
        Question("register_user, known", "SELECT (register_user('User1@mail.example', 'hash') IS NOT NULL)::text"),
        Question("resolve_tenant", "SELECT resolve_tenant('Tenant1')::text"),
        Question("resolve_business by its slug", "SELECT b::text FROM resolve_business('Business1') b"),
        Question("resolve_business by its subdomain", "SELECT b::text FROM resolve_business(subdomain => 'Site1') b"),
    ]


def administration() -> List[Question]:
    return [
        Question("archive_bookings", "SELECT archive_bookings('1 second')::text"),
        # Its findings are as many as the substitution makes: only that it ends, or says why not.
        Question("bookmeatoz_verify_rows", "SELECT (count(*) >= 0)::text FROM bookmeatoz_verify_rows()", one_in=8),
        Question("bookmeatoz_application_roles", "SELECT (count(*) >= 0)::text FROM bookmeatoz_application_roles()"),
        Question("bookmeatoz_regrant_roles", "SELECT bookmeatoz_regrant_roles()::text"),
        Question("bookmeatoz_verify", "SELECT finding FROM bookmeatoz_verify()", is_verify=True),
        row("UPDATE of a user", f"UPDATE users SET email = 'Other@mail.example' WHERE id::text = '{identity('user', 1)}'", "users"),
        row("UPDATE of a tenant", f"UPDATE tenants SET subdomain = 'Other' WHERE id::text = '{identity('tenant', 1)}'", "tenants"),
    ]


def visible(*tables: str) -> List[Question]:
    """How many rows row security shows; the tables that its predicates read are others as well."""
    return [Question(f"SELECT from {table}", f"SELECT count(*)::text FROM {table}", table=table) for table in tables]


NONE = ("NULL", "NULL", "NULL")
BUSINESS = ("NULL", "u('business', 1)", "u('user', 4)")
COURT = ("NULL", "u('business', 2)", "NULL")
TENANT = ("u('tenant', 1)", "NULL", "NULL")


def groups() -> List[Group]:
    below = ("services", "employee_services", "working_hours", "employee_availability_overrides", "business_availability_overrides")
    return [
        Group("business", APP, BUSINESS, "on", searches() + booking_functions() + plain_bookings() + plain_rows() + persons()
              + visible("businesses", "tenants", "users", "employees", "user_business_roles", "customers", "bookings", *below)),
        Group("business, no scans", APP, BUSINESS, "off", searches() + few(booking_functions())),
        Group("business without employees", APP, COURT, "on", searches_without_employees() + [
            booked("book_slot of a business", "book_slot(u('service', 3), '2035-01-08 12:00-05', u('customer', 2))"),
            booked("book_slot of a business, taken", "book_slot(u('service', 3), '2035-01-08 10:00-05', u('customer', 2))"),
            insert_booking("INSERT of a booking of a business", "2035-01-08 12:00-05", business=2, service=3),
            insert_booking("INSERT of a booking of a business, taken", "2035-01-08 10:30-05", business=2, service=3)]),
        Group("business without employees, no scans", APP, COURT, "off", searches_without_employees()),
        Group("tenant", APP, TENANT, "on", searches()[:1] + plain_businesses()
              + visible("tenants", "businesses", "users", "tenant_admins", "employees", "customers", "bookings", "services")),
        Group("user who works", APP, ("NULL", "NULL", "u('user', 1)"), "on",
              visible("users", "businesses", "employees", "user_business_roles", "bookings")),
        Group("user who books", APP, ("NULL", "NULL", "u('user', 4)"), "on", visible("users", "customers", "bookings")),
        Group("nobody", APP, NONE, "on", accounts()),
        Group("owner", OWNER, NONE, "on", searches() + searches_without_employees() + few(booking_functions()) + administration() + persons()),
    ]
