#!/usr/bin/env python3
"""How many attempts to book a second: our guard beside the ways in which applications protect themselves, with sixteen clients on four
employees. Usage: run.py [--seconds N] [--rounds N], connected by PGHOST and PGDATABASE to a database made by data.sql; PGBENCH is the program. Prints
Markdown. Called by ./dev bench booking.

An attempt is a transaction: look whether the time is free, insert if it is, then the application's own time, then commit. The ways take turns, each
on the same tables; a ratio is the median of those of the rounds. What overlaps afterwards is counted: it is what the protection is worth."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple

PSQL = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
CLIENTS, THREADS = 16, 2
NEW = "start_time >= '2030-01-01Z'"  # what a run books
SLOTS = 8_000                  # of each employee; a run fills some of them

LOOK = """SELECT count(*) AS taken FROM plain_bookings
 WHERE employee_id = id('employee' || :employee) AND status NOT IN ('cancelled', 'rejected', 'no_show')
   AND start_time > slot_start(:slot) - interval '1 day' AND start_time < slot_start(:slot) + interval '30 minutes' AND end_time > slot_start(:slot)
\\gset
\\if :taken = 0
INSERT INTO plain_bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes)
VALUES (id('business'), id('customer'), id('service'), id('employee' || :employee), slot_start(:slot), slot_start(:slot) + interval '30 minutes', 'confirmed', 0, 0);
\\endif
"""
GUARDED = """INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
VALUES (id('business'), id('customer'), id('service'), id('employee' || :employee), slot_start(:slot), 'confirmed') ON CONFLICT DO NOTHING;
"""


class Way(NamedTuple):
    name: str
    statements: str
    begin: str = "BEGIN"
    table: str = "plain_bookings"


UNSAFE = Way("check, then insert (unsafe)", LOOK)
WAYS = [
    UNSAFE,
    Way("`INSERT ... ON CONFLICT DO NOTHING`", GUARDED, table="bookings"),
    Way("`book_slot()`", "SELECT try_book_slot(id('employee' || :employee), slot_start(:slot));\n", table="bookings"),
    Way("`SERIALIZABLE` with retries", LOOK, begin="BEGIN ISOLATION LEVEL SERIALIZABLE"),
    Way("advisory lock of the employee", "SELECT pg_advisory_xact_lock(:employee);\n" + LOOK),
    Way("row lock of the employee", "SELECT FROM employees WHERE id = id('employee' || :employee) FOR UPDATE;\n" + LOOK),
]


class Run(NamedTuple):
    attempts: float            # a second
    booked: float              # a second
    overlaps: int
    retries: float             # of 100 attempts


def sql(statement: str) -> str:
    return subprocess.run([*PSQL, "-c", statement], check=True, capture_output=True, text=True).stdout.strip()


def script(way: Way, application_time: int) -> str:
    pause = f"\\sleep {application_time} ms\n" if application_time else ""
    return f"\\set employee random(1, 4)\n\\set slot random(0, {SLOTS})\n{way.begin};\n{way.statements}{pause}COMMIT;\n"


def run(way: Way, application_time: int, seconds: int) -> Run:
    for table in ("bookings", "plain_bookings"):
        sql(f"DELETE FROM {table} WHERE {NEW}")
        sql(f"VACUUM {table}")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script(way, application_time))
        file.flush()
        answer = subprocess.run([os.environ["PGBENCH"], "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(seconds),
                                 "--max-tries=1000", "-f", file.name], capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"{way.name}: {answer.stderr}")
    attempts = number(r"tps = ([\d.]+)", answer.stdout)
    done = number(r"actually processed: (\d+)", answer.stdout)
    booked = int(sql(f"SELECT count(*) FROM {way.table} WHERE {NEW}"))
    overlaps = int(sql(f"SELECT count(*) FROM {way.table} a JOIN {way.table} b ON a.employee_id = b.employee_id AND a.id < b.id "
                       f"AND a.{NEW} AND b.start_time > a.start_time - interval '30 minutes' AND b.start_time < a.end_time"))
    return Run(attempts, booked / seconds, overlaps, number(r"total number of retries: (\d+)", answer.stdout) * 100 / done)


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found.group(1)) if found else 0.0


def measure(application_time: int, seconds: int, rounds: int):
    runs: Dict[str, List[Run]] = {way.name: [] for way in WAYS}
    for turn in range(rounds):
        for way in WAYS[turn % len(WAYS):] + WAYS[:turn % len(WAYS)]:
            runs[way.name].append(run(way, application_time, seconds))
            print(f"  {application_time} ms, round {turn + 1}, {way.name}: {runs[way.name][-1]}", file=sys.stderr)
    unsafe = runs[UNSAFE.name]
    print(f"| {application_time} ms of the application's time in the transaction | attempts/s | ratio | booked/s | retries of 100 | overlaps |")
    print("|---|---|---|---|---|---|")
    for way in WAYS:
        mine = runs[way.name]
        ratio = statistics.median(one.attempts / other.attempts for one, other in zip(mine, unsafe))
        print(f"| {way.name} | {statistics.median(one.attempts for one in mine):.0f} | {ratio:.2f} | "
              f"{statistics.median(one.booked for one in mine):.0f} | {statistics.median(one.retries for one in mine):.0f} | "
              f"{sum(one.overlaps for one in mine)} |")
        if way.table == "bookings" and any(one.overlaps for one in mine):
            sys.exit(f"{way.name}: bookings overlap")
    print()


def main():
    parser = argparse.ArgumentParser(description="attempts to book a second, by way of protection")
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for application_time in (0, 3):
        measure(application_time, options.seconds, options.rounds)


if __name__ == "__main__":
    main()
