#!/usr/bin/env python3
"""What archiving gives: sizes and times of bookings before and after archive_bookings('6 months'), ten years of them. Usage: run.py, connected by
PGHOST and PGDATABASE, as a superuser, to a database made by data.sql. Prints Markdown; progress goes to standard error. Called by
./dev bench archive.

archive_bookings() itself moves the first rows and is timed. The rest goes as a restore would write it, which takes minutes in place of an hour, and
leaves the same rows. A time is the median of the processor time of the backend, planning included. The answers before and after must be the
same, or the benchmark fails."""

import statistics
import sys
import time
from typing import Callable, Dict, List, NamedTuple, Tuple

import psycopg2
from psycopg2.extensions import cursor as Cursor

OLDER_THAN = "6 months"
BY_FUNCTION = 100_000
ROUNDS = 15
COLD = 3            # rounds that only warm the caches

BUSINESS = "SELECT set_config('app.current_business_id', id('business', 1)::text, false)"
# Each an hour in which nobody works and nobody has booked, so that only the write is measured.
INSERT = """
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT business, id('customer', b, 1), service, employee, current_date + interval '20 hours' + day * interval '1 day', 'confirmed'
FROM (SELECT *, row_number() OVER (ORDER BY employee) AS place FROM staff) s, generate_series(1, 30) day ORDER BY day, place LIMIT 1000"""
READS = {
    "slots of one employee, 30 days": "SELECT find_available_slots_json(id('service', 1), current_date + 1, current_date + 31, id('employee', 1, 1))",
    "slots of 50 employees, 30 days": "SELECT find_available_slots_json(id('service', 1), current_date + 1, current_date + 31)",
    "day of a calendar, 50 employees": "SELECT count(*) FROM bookings WHERE business_id = id('business', 1) AND start_time >= current_date - 7 AND start_time < current_date - 6",
    "history of a customer": "SELECT count(*), min(start_time) FROM bookings_all WHERE customer_id = id('customer', 1, 4700)",
    "last month in figures, 50 employees": "SELECT * FROM business_statistics((date_trunc('month', current_date) - interval '1 month')::date, date_trunc('month', current_date)::date - 1)",
    "a month of five years ago": "SELECT * FROM business_statistics((date_trunc('month', current_date) - interval '60 months')::date, "
                                 "(date_trunc('month', current_date) - interval '59 months')::date - 1)",
}


class Measured(NamedTuple):
    rows: int
    table: int                      # bytes
    indexes: Dict[str, int]         # bytes
    times: Dict[str, float]         # milliseconds of the backend's processor
    answers: Dict[str, list]


def say(text: str):
    print(f"  {text}", file=sys.stderr, flush=True)


def timed(action: Callable) -> float:
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def cpu_time(cursor: Cursor) -> int:
    """Nanoseconds that the backend has run. What else runs on the machine does not count."""
    with open(f"/proc/{cursor.connection.info.backend_pid}/schedstat", encoding="ascii") as statistics_of_process:
        return int(statistics_of_process.read().split()[0])


def times_of(cursor: Cursor, action: Callable, after: Callable = lambda: None) -> float:
    found: List[float] = []
    for _ in range(COLD + ROUNDS):
        begin = cpu_time(cursor)
        action()
        found.append((cpu_time(cursor) - begin) / 1e6)
        after()
    return statistics.median(found[COLD:])


def one(cursor: Cursor, sql: str) -> tuple:
    cursor.execute(sql)
    return cursor.fetchone()


def measure(cursor: Cursor) -> Measured:
    rows, = one(cursor, "SELECT count(*) FROM bookings")
    table, = one(cursor, "SELECT pg_table_size('bookings')")
    cursor.execute("SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index WHERE indrelid = 'bookings'::regclass")
    indexes = dict(cursor.fetchall())
    times, answers = {}, {}

    cursor.execute("BEGIN")
    times["1,000 bookings by one INSERT"] = times_of(cursor, lambda: cursor.execute(INSERT), lambda: cursor.execute("ROLLBACK; BEGIN"))
    cursor.execute("ROLLBACK; SET ROLE bench_app")
    cursor.execute(BUSINESS)
    for name, sql in READS.items():
        say(name)
        times[name] = times_of(cursor, lambda: cursor.execute(sql))
        answers[name] = cursor.fetchall()
    cursor.execute("RESET ROLE; RESET app.current_business_id")
    return Measured(rows, table, indexes, times, answers)


def archive(cursor: Cursor) -> Tuple[int, float, float]:
    """How many rows were moved, and the seconds that archive_bookings() took for the first BY_FUNCTION of them and that maintenance then took."""
    say(f"archive_bookings(), {BY_FUNCTION:,} rows")
    by_function = timed(lambda: cursor.execute("SELECT archive_bookings(%s, %s)", (OLDER_THAN, BY_FUNCTION))) / 1000
    if cursor.fetchone() != (BY_FUNCTION,):
        raise SystemExit(f"FAILED: fewer than {BY_FUNCTION:,} bookings are over: make more of them")
    say("bookmeatoz_maintain()")
    maintenance = timed(lambda: cursor.execute("SELECT * FROM bookmeatoz_maintain()")) / 1000
    say("the rest")
    cursor.execute("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
                   "WHERE attrelid = 'bookings'::regclass AND attnum > 0 AND NOT attisdropped")
    columns, = cursor.fetchone()
    cursor.execute("SELECT format('CREATE TABLE IF NOT EXISTS bookings_archive_%s PARTITION OF bookings_archive FOR VALUES FROM (%L) TO (%L)', "
                   "to_char(month, 'YYYY_MM'), month, month + interval '1 month') FROM workload, "
                   "generate_series(first_day::timestamptz, date_trunc('month', now()) - interval '1 month', '1 month') month "
                   "WHERE to_regclass('bookings_archive_' || to_char(month, 'YYYY_MM')) IS NULL")
    for statement, in cursor.fetchall():
        cursor.execute(statement)
    over = f"upper(busy) <= now() - interval '{OLDER_THAN}'"
    cursor.execute(f"BEGIN; SET LOCAL row_security = off; INSERT INTO bookings_archive ({columns}) SELECT {columns} FROM bookings WHERE {over} ORDER BY start_time")
    moved = cursor.rowcount
    cursor.execute(f"SET LOCAL session_replication_role = replica; DELETE FROM bookings WHERE {over}; COMMIT")
    say("vacuum full analyze")
    cursor.execute("VACUUM (FULL, ANALYZE) bookings")
    cursor.execute("VACUUM (ANALYZE) bookings")     # the visibility map, which VACUUM FULL does not write
    cursor.execute("VACUUM (ANALYZE) bookings_archive")
    cursor.execute("CHECKPOINT")
    return moved + BY_FUNCTION, by_function, maintenance


def report(before: Measured, after: Measured, moved: int, by_function: float, maintenance: float):
    megabytes = lambda size: f"{size / 1e6:,.0f}"
    print(f"{before.rows:,} bookings of ten years, {moved:,} of them archived ({OLDER_THAN}), {after.rows:,} left.\n")
    print("| | before | after |\n|---|---|---|")
    print(f"| `bookings` without indexes, MB | {megabytes(before.table)} | {megabytes(after.table)} |")
    print(f"| its {len(before.indexes)} indexes, MB | {megabytes(sum(before.indexes.values()))} | {megabytes(sum(after.indexes.values()))} |")
    for name in ("bookings_employee_start_idx", "bookings_business_start_idx", "bookings_no_double_booking"):
        print(f"| `{name}`, MB | {megabytes(before.indexes[name])} | {megabytes(after.indexes[name])} |")
    for name, time_before in before.times.items():
        print(f"| {name}, ms | {time_before:,.2f} | {after.times[name]:,.2f} |")
    print(f"\n`archive_bookings()` moved {BY_FUNCTION:,} in {by_function:.0f} s, {BY_FUNCTION / by_function:,.0f} a second; "
          f"`bookmeatoz_maintain()` then took {maintenance:.0f} s.")


def main() -> int:
    connection = psycopg2.connect("")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET jit = off; SET max_parallel_workers_per_gather = 0; SET timezone = 'UTC'; SET synchronous_commit = off; SET work_mem = '64MB'; "
                   "SET client_min_messages = warning; SET maintenance_work_mem = '1GB'")
    before = measure(cursor)
    moved, by_function, maintenance = archive(cursor)
    after = measure(cursor)
    report(before, after, moved, by_function, maintenance)
    for name in READS:
        if before.answers[name] != after.answers[name]:
            print(f"FAILED: {name}: another answer after than before")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
