"""The administration of a business in the storm: while clients book there it lowers and raises the capacity of services, suspends the tenant and
activates it again, sends employees on leave and has them back. It writes down from when on each change may and must be seen. Used by storm.py."""

import random
import time
from typing import List, NamedTuple

import psycopg2

from clients import is_lost
from proof import Change
from world import BUSINESSES, Business, connect, identity

BREAK = 0.05                   # seconds from one change to the next, on average


class Row(NamedTuple):
    """Something of a business that is changed: of which table, and by which expression it is read and written."""
    subject: str               # the id of the service, the business (of the tenant) or the employee
    table: str
    id: str
    read: str
    write: str
    values: tuple              # to choose from, often the first, with which the storm begins


def rows_of(business: Business) -> List[Row]:
    capacities = [Row(service.id, "services", service.id, "(settings ->> 'capacity')::int", "settings = settings || jsonb_build_object('capacity', %s)",
                      tuple(range(service.capacity, 0, -1))) for service in business.services if service.capacity > 1]
    tenant = Row(business.id, "tenants", identity("tenant " + business.name), "status::text", "status = %s", ("active",) * 3 + ("suspended",))
    return [*capacities, tenant, *[Row(employee, "employees", employee, "employment_status::text", "employment_status = %s", ("active",) * 3 + ("inactive",))
                                   for employee in business.employees]]


class Administration:
    """Of one business, so that its changes have an order; as a superuser."""

    def __init__(self, number: int, seed: int):
        self.business = BUSINESSES[number]
        self.random = random.Random(seed * 1000 + 500 + number)
        self.rows = rows_of(self.business)
        self.now = {row: row.values[0] for row in self.rows}
        self.changes: List[Change] = []

    def run(self, start: float, end: float) -> List[Change]:
        self.connect()
        time.sleep(max(0.0, start - time.monotonic()))
        while time.monotonic() < end:
            self.change(self.random.choice(self.rows))
            time.sleep(self.random.random() * 2 * BREAK)
        self.connection.close()
        return self.changes

    def connect(self):
        """Also after a crash, as soon as the server is back."""
        give_up = time.monotonic() + 60
        while True:
            try:
                self.connection = connect(application_name=self.business.name)
                self.cursor = self.connection.cursor()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def change(self, row: Row):
        """One transaction; one in ten is rolled back."""
        value = self.random.choice(row.values)
        if value == self.now[row]:
            return
        committing = None
        try:
            self.cursor.execute(f"BEGIN; UPDATE {row.table} SET {row.write} WHERE id = %s", (value, row.id))
            time.sleep(self.random.random() * 0.01)
            if self.random.random() < 0.1:
                self.cursor.execute("ROLLBACK")
                return
            committing = time.monotonic()
            self.cursor.execute("COMMIT")
            self.note(row, value, committing)
        except psycopg2.Error as error:
            if not is_lost(self.connection, error):
                raise
            self.connection.close()
            self.connect()
            if committing and self.stored(row) == value:
                self.note(row, value, committing)

    def stored(self, row: Row):
        while True:
            try:
                self.cursor.execute(f"SELECT {row.read} FROM {row.table} WHERE id = %s", (row.id,))
                return self.cursor.fetchone()[0]
            except psycopg2.Error as error:
                if not is_lost(self.connection, error):
                    raise
                self.connect()

    def note(self, row: Row, value, committing: float):
        self.now[row] = value
        self.changes.append(Change(row.subject, value, committing, time.monotonic()))


def restore():
    """All as at the beginning."""
    cursor = connect().cursor()
    for business in BUSINESSES:
        for row in rows_of(business):
            cursor.execute(f"UPDATE {row.table} SET {row.write} WHERE id = %s", (row.values[0], row.id))
    cursor.connection.close()
