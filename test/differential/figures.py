#!/usr/bin/env python3
"""The figures of reports against a second program: random businesses in the zones of the differential test, with bookings over several months
around a change of the clock; business_stats after a refresh, business_statistics() of whole months and of random dates, as an administrator
and as the role of an application in the context of the business, and working_time(), which is S1-S5 of the reference. All must be equal.
Usage: figures.py --scenarios 200 --seed 1 [--dsn ...]. It rolls back whatever it writes. Called by people and by the test suite."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Dict, List, Optional, Tuple

from psycopg2.extras import execute_values

import reference
from reference import DAY, HOUR, MINUTE, Business, Employee, instants_of_date, local_date, merged, to_datetime
from scenario import LABELS, SESSION_ZONES, Dice, make_scenario
from server import Server

FREEING = ("cancelled", "rejected", "no_show")
STATUSES = ("pending", "confirmed", "completed", "completed", "completed") + FREEING + LABELS
NO_CURRENCY = "XXX"


@dataclass
class Row:
    """A row of bookings, as far as the figures are about it."""
    id: str
    customer_id: Optional[str]
    employee_id: Optional[str]
    start: int
    end: int
    status: str
    is_hold: bool
    overbooked: bool
    price: Optional[Decimal]
    currency: Optional[str]
    created_at: int
    resource_id: Optional[str]
    session_key: str

    @property
    def occupies(self) -> bool:
        return self.status not in FREEING


# ---- the figures, written from their descriptions

def working_time(business: Business, employee: Optional[Employee], first: date, last: date) -> int:
    """S1-S5, in microseconds."""
    days = [first + timedelta(days=number) for number in range(-4, (last - first).days + 5)]
    open_time = merged(reference.s5_offered(business, employee, days))
    for gone in merged(reference.s5_unavailable(employee) + reference.s5_closed(business)):
        open_time = [piece for interval in open_time
                     for piece in ((interval[0], min(interval[1], gone[0])), (max(interval[0], gone[1]), interval[1])) if piece[0] < piece[1]]
    pieces = [piece for day in days if first <= day <= last for piece in instants_of_date(business.time_zone, day)]
    return sum(max(0, min(one[1], other[1]) - max(one[0], other[0])) for one in open_time for other in pieces)


def figures(business: Business, bookings: List[Row], first: date, last: date) -> tuple:
    """Of the dates from first to last, which are of one month."""
    def day_of(row):
        return local_date(business.time_zone, row.start)

    all_of_them = [row for row in bookings if not row.is_hold]
    counted = [row for row in all_of_them if first <= day_of(row) <= last]
    occupying = [row for row in counted if row.occupies]
    sessions = {(row.session_key if row.resource_id else row.id, row.start, row.end) for row in occupying}
    busy = {row.employee_id for row in occupying}
    workers = [employee for employee in business.employees.values() if employee.status == "active" or employee.id in busy]
    revenue: Counter = Counter()
    for row in counted:
        if row.status == "completed" and row.price is not None:
            revenue[row.currency or NO_CURRENCY] += row.price
    first_of: Dict[str, Row] = {}
    for row in sorted(all_of_them, key=lambda row: row.start):
        if row.occupies and row.customer_id:
            first_of.setdefault(row.customer_id, row)
    customers = {row.customer_id for row in occupying if row.customer_id}
    leads = sorted(row.start - row.created_at for row in counted)
    return (first.replace(day=1), len(counted), dict(Counter(row.status for row in counted)), minutes(sum(end - start for _, start, end in sessions)),
            minutes(sum(working_time(business, worker, first, last) for worker in (workers if business.employees else [None]))),
            dict(revenue), len(customers), sum(first <= day_of(first_of[customer]) <= last for customer in customers),
            sum(row.status == "cancelled" for row in counted), sum(row.status == "no_show" for row in counted),
            timedelta(microseconds=leads[(len(leads) - 1) // 2]) if leads else None)


def minutes(micros: int) -> int:
    return (micros + MINUTE // 2) // MINUTE


def months(first: date, last: date) -> List[Tuple[date, date]]:
    """The part of each month from first to last."""
    found = []
    while first <= last:
        next_month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append((first, min(last, next_month - timedelta(days=1))))
        first = next_month
    return found


# ---- random bookings

def make_bookings(dice: Dice, business: Business, anchor: int) -> List[Row]:
    customers = [business.id] + [dice.identity() for _ in range(4)]
    rows: List[Row] = []
    for _ in range(dice.randint(0, 40)):
        if rows and dice.chance(0.15):  # another seat of a session
            rows.append(Row(**{**vars(dice.choice(rows)), "id": dice.identity(), "customer_id": dice.choice(customers)}))
            continue
        start = dice.near(anchor, dice.choice((2 * HOUR, 35 * DAY, 100 * DAY)), dice.chance(0.1))
        status = dice.choice(STATUSES)
        employee = dice.choice(list(business.employees) + [None])
        resource = employee if employee else dice.choice((None, business.id))
        rows.append(Row(dice.identity(), dice.choice(customers), employee, start, start + dice.choice((MINUTE, 45 * MINUTE, 9 * HOUR, 3 * DAY)), status,
                        status == "pending" and dice.chance(0.5), status not in FREEING or dice.chance(0.3),
                        dice.choice((None, Decimal("0"), Decimal("19.90"), Decimal(dice.randint(1, 99999)) / 100)), dice.choice((None, "EUR", "USD")),
                        start - dice.randint(-DAY, 60 * DAY), resource, dice.identity()))
    return rows


def insert(server: Server, business: Business, rows: List[Row], archived: int):
    """Those that start before `archived` are in the archive."""
    service = next(iter(business.services))
    with server.replica(True):
        execute_values(server.cursor, "INSERT INTO customers (id, business_id, name) VALUES %s",
                       [(customer, business.id, "Customer") for customer in {row.customer_id for row in rows} - {business.id}] or [(Dice(business.id).identity(), business.id, "C")])
        if rows:
            execute_values(server.cursor, """
                INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, hold_expires_at, overbooked,
                                      price, currency, created_at, resource_id, session_key, seat, buffer_before_minutes, buffer_after_minutes) VALUES %s""",
                           [(row.id, business.id, row.customer_id, service, row.employee_id, to_datetime(row.start), to_datetime(row.end), row.status,
                             to_datetime(row.start) if row.is_hold else None, row.overbooked, row.price, row.currency, to_datetime(row.created_at),
                             row.resource_id, row.session_key, 1, 0, 0) for row in rows],
                           "(%s, %s, %s, %s, %s, %s, %s, %s::booking_status_type_v1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)")
            # As archive_bookings() would do it if they were over.
            server.cursor.execute("""
                SET LOCAL row_security = off;
                WITH gone AS (DELETE FROM bookings WHERE business_id = %s AND start_time < %s AND hold_expires_at IS NULL RETURNING *)
                INSERT INTO bookings_archive SELECT * FROM gone;
                SET LOCAL row_security = on""", (business.id, to_datetime(archived)))


# ---- asking

COLUMNS = """month, bookings, bookings_by_status::text, booked_minutes, working_minutes, revenue::text, customers, new_customers, cancellations, no_shows,
             median_lead_time"""


def ask(server: Server, source: str, business: Business, *values) -> List[tuple]:
    server.cursor.execute(f"SELECT {COLUMNS} FROM {source} WHERE business_id = %s ORDER BY month", values + (business.id,))
    return [row[:2] + (json.loads(row[2]),) + row[3:5] + (json.loads(row[5], parse_float=Decimal, parse_int=Decimal),) + row[6:]
            for row in server.cursor.fetchall()]


def check(server: Server, dice: Dice, business: Business, rows: List[Row]) -> List[str]:
    failures = []

    def compare(what: str, wanted: list, found: list):
        if wanted != found:
            failures.extend([f"business {business.id} in {business.time_zone}: {what}"]
                            + [f"    wanted {one}\n    found  {other}" for one, other in zip(wanted + [None] * len(found), found + [None] * len(wanted))
                               if one != other])

    dates = [local_date(business.time_zone, row.start) for row in rows if not row.is_hold] or [date(2030, 3, 5)]
    first = min(dates).replace(day=1)
    last = (max(dates).replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    whole = [figures(business, rows, *month) for month in months(first, last)]
    compare("business_stats", [row for row in whole if row[1]], ask(server, "business_stats", business))
    some = sorted((dice.choice(dates), dice.choice(dates) + timedelta(days=dice.randint(-60, 60))))
    parts = [figures(business, rows, *month) for month in months(*some)]
    server.scan_directly(dice.chance(0.5))
    server.cursor.execute("SELECT set_config('TimeZone', %s, true)", (dice.choice(SESSION_ZONES),))
    compare("business_statistics() of whole months", whole, own_statistics(server, business, first, last))
    with server.application((business.id if dice.chance(0.5) else None, business.id, None)):
        compare("business_statistics() of its role", parts, ask(server, "business_statistics(%s, %s)", business, *some))
        compare("accessible_business_stats", [row for row in whole if row[1]], ask(server, "accessible_business_stats", business))
    workers = {worker.id if worker else None: working_time(business, worker, *some) for worker in (business.employees.values() or [None])}
    server.cursor.execute("SELECT employee_id::text, (extract(epoch FROM working_time) * 1000000)::bigint FROM working_time(%s, %s, %s)",
                          (business.id, *some))
    compare(f"working_time() from {some[0]} to {some[1]}", sorted(pair for pair in workers.items() if pair[1]), sorted(server.cursor.fetchall()))
    return failures


def own_statistics(server: Server, business: Business, first: date, last: date) -> List[tuple]:
    """As business_statistics() for an administrator, who would get the other businesses too."""
    server.cursor.execute("SELECT set_session_context(%s, %s, NULL)", (None, business.id))
    found = ask(server, "business_statistics(%s, %s)", business, first, last)
    server.cursor.execute("SELECT set_session_context(NULL, NULL, NULL)")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dsn", default="")
    arguments = parser.parse_args()
    server = Server(arguments.dsn)
    made = []
    business_anchor: Dict[str, int] = {}
    for number in range(arguments.scenarios):
        scenario = make_scenario(f"{arguments.seed}:{number}")
        business, dice = scenario.business, Dice(f"figures {scenario.seed}")
        business.bookings = []
        for employee in business.employees.values():
            employee.status = dice.choice(("active", "active", "terminated", "inactive"))
        rows = make_bookings(dice, business, scenario.question.from_time)
        business_anchor[business.id] = scenario.question.from_time
        made.append((business, dice, rows))
    server.insert([business for business, _, _ in made])
    for business, dice, rows in made:
        # From none to all of them.
        insert(server, business, rows, dice.near(business_anchor[business.id], 100 * DAY, False))
    server.cursor.execute("SELECT set_config('TimeZone', %s, true)", (Dice(str(arguments.seed)).choice(SESSION_ZONES),))
    server.cursor.execute("SELECT refresh_business_stats()")
    failures = [line for business, dice, rows in made for line in check(server, dice, business, rows)]
    server.roll_back()
    print("\n".join(failures[:40]) if failures else f"{len(made)} businesses, {sum(len(rows) for _, _, rows in made)} bookings: all figures are equal")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
