"""What is stormed: four businesses that are small enough to be fought over, in a database of their own. Used by storm.py and its tests.
salon has services of several lengths and buffers, and customers who are in one place at a time; studio sessions of several seats; clinic limits of
a day and of a customer; and room no employees."""

import json
import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import List, Optional, Tuple
from zoneinfo import ZoneInfo

import psycopg2

DATABASE = os.environ.get("STORM_DATABASE", "storm")
APP = "storm_app"              # what bookmeatoz_grant_app_role makes; all clients are this role
CLIENTS = 16                   # each in any business; and an importer for each of the businesses
# check_slot()'s words for a time that is taken (23P01); all others mean that it is not bookable (BM001).
TAKEN_REASONS = {"limit_reached", "booked", "buffer", "full"}

ZONE = ZoneInfo("America/New_York")  # its days are not those of UTC, so that a daily limit of UTC days would show
FIRST_DAY = datetime(2030, 1, 7, tzinfo=ZONE)
DAYS = 5
OPENS, CLOSES = 6, 22          # o'clock
STEP = timedelta(minutes=15)


def identity(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "storm " + name))


@dataclass(frozen=True)
class Service:
    name: str
    duration: int              # minutes, as the buffers
    before: int = 0
    after: int = 0
    capacity: int = 1
    limit: Optional[int] = None

    @property
    def id(self) -> str:
        return identity(self.name)

    @property
    def settings(self) -> str:
        return json.dumps({"capacity": self.capacity, "max_bookings_per_day": self.limit})


@dataclass(frozen=True)
class Business:
    name: str
    employee_count: int
    services: Tuple[Service, ...]
    limit: Optional[int] = None
    customer_limit: Optional[int] = None
    customer_overlap: str = "allow"

    @property
    def id(self) -> str:
        return identity(self.name)

    @property
    def settings(self) -> str:
        return json.dumps({"max_bookings_per_day": self.limit, "max_active_bookings_per_customer": self.customer_limit,
                           "customer_overlap": self.customer_overlap})

    @property
    def employees(self) -> List[str]:
        return [identity(f"{self.name} {number}") for number in range(self.employee_count)]


BUSINESSES = [
    Business("salon", 3, (Service("haircut", 30, 5, 10), Service("colour", 60, 0, 15), Service("fringe", 15)), customer_overlap="refuse"),
    Business("studio", 2, (Service("class", 45, 0, 15, capacity=6), Service("lesson", 30, 5, 5))),
    Business("clinic", 2, (Service("check-up", 30, limit=4), Service("treatment", 45, 0, 10)), limit=6, customer_limit=5),
    Business("room", 0, (Service("rehearsal", 60, 0, 15), Service("workshop", 90, capacity=3, limit=9))),
]


# The customers of a business: one of each client and importer, who also write past the functions; guests, for whom only the functions book, so that
# what S21 promises can be proved of them; and one for whom nobody books.
GUESTS = range(CLIENTS + len(BUSINESSES), CLIENTS + len(BUSINESSES) + 2)
NEWCOMER = GUESTS.stop


def customer(business: Business, number: int) -> str:
    return identity(f"{business.name} customer {number}")


def guests(business: Business) -> List[str]:
    return [customer(business, number) for number in GUESTS]


def connect(**parameters):
    """A superuser unless a user is given. Server: PGHOST and PGUSER. Each statement commits itself."""
    connection = psycopg2.connect(dbname=parameters.pop("dbname", DATABASE), **parameters)
    connection.autocommit = True
    return connection


def create():
    """The database anew, without bookings."""
    drop()
    server = connect(dbname="postgres").cursor()
    server.execute(f"CREATE DATABASE {DATABASE}")
    server.execute(f"CREATE ROLE {APP} LOGIN")
    cursor = connect().cursor()
    cursor.execute("SET client_min_messages = warning; CREATE EXTENSION bookmeatoz CASCADE")
    cursor.execute("SELECT bookmeatoz_grant_app_role(%s)", (APP,))
    for business in BUSINESSES:
        write(cursor, business)
    cursor.connection.close()
    server.connection.close()


def write(cursor, business: Business):
    """Each of a tenant of its own."""
    cursor.execute("INSERT INTO tenants (id, name, subdomain) VALUES (%s, %s, %s)", (identity("tenant " + business.name), business.name, business.name))
    cursor.execute("INSERT INTO businesses (id, tenant_id, name, slug, timezone, settings) VALUES (%s, %s, %s, %s, %s, %s)",
                   (business.id, identity("tenant " + business.name), business.name, business.name, ZONE.key, business.settings))
    cursor.execute("INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT %s, day, %s, %s "
                   "FROM generate_series(0, 6) AS day", (business.id, f"{OPENS}:00", f"{CLOSES}:00"))
    for service in business.services:
        cursor.execute("INSERT INTO services (id, business_id, name, duration, buffer_before_minutes, buffer_after_minutes, settings) "
                       "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                       (service.id, business.id, service.name, service.duration, service.before, service.after, service.settings))
    for employee in business.employees:
        cursor.execute("INSERT INTO users (id, email) VALUES (%s, %s)", (employee, employee + "@example.com"))
        cursor.execute("INSERT INTO employees (id, user_id, business_id) VALUES (%s, %s, %s)", (employee, employee, business.id))
        for service in business.services:
            cursor.execute("INSERT INTO employee_services (employee_id, service_id) VALUES (%s, %s)", (employee, service.id))
    for number in range(NEWCOMER + 1):
        cursor.execute("INSERT INTO customers (id, business_id, name) VALUES (%s, %s, %s)",
                       (customer(business, number), business.id, f"customer {number}"))


def drop():
    connection = connect(dbname="postgres")
    cursor = connection.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    cursor.execute(f"DROP ROLE IF EXISTS {APP}")
    connection.close()
