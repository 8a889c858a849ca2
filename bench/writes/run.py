#!/usr/bin/env python3
"""What writing a booking costs, beside the document's table and beside bookings without its parts. Usage: run.py [--rounds N] [--import N],
connected by PGHOST and PGDATABASE to a database made by data.sql. Prints Markdown. Called by ./dev bench writes.

Times are the CPU's of the backend. All sides take turns with the same rows, each in a transaction that is rolled back, and the least time of all
rounds counts: the rest is other work of the machine. So ratios are right on a busy machine, microseconds only on this one."""

import argparse
import io
import threading
import time
from typing import Callable, Dict, List, NamedTuple

import psycopg2

ROWS = 1_000
DAY = "2040-01-01 00:00Z"
GIVEN = "id, business_id, customer_id, service_id, employee_id, start_time, end_time"
HISTORY = "2020-01-01 00:00Z"


class Side(NamedTuple):
    name: str
    table: str
    guards: bool = False
    audits: bool = False

    def written(self) -> str:
        """The columns that an application fills, or all that the trigger would."""
        return GIVEN + ", status" + ("" if self.guards or self.table == "seed_bookings" else
                                     ", buffer_before_minutes, buffer_after_minutes, price, currency, resource_id, session_key, seat")

    def values(self, status: str) -> str:
        return f"{GIVEN}, '{status}'::booking_status_type_v1" + (
            "" if self.guards or self.table == "seed_bookings" else ", 0, 0, 0, 'USD', employee_id, id, 1::smallint")

    def key(self) -> str:
        return self.table + (" and log" if self.audits else "")

    def first(self) -> List[str]:
        """Rolled back with the rest."""
        return ["ALTER TABLE bookings DISABLE TRIGGER bookings_audit"] if self.guards and not self.audits else []

    def insert(self, rows: str, status: str = "confirmed") -> str:
        return f"INSERT INTO {self.table} ({self.written()}) SELECT {self.values(status)} FROM {rows}"


SEED = Side("the document's table", "seed_bookings")
KEYED = Side("with foreign keys", "keyed_bookings")
GUARDED = Side("with the guard: `bookings` without the audit log", "bookings", True)
AUDITED = Side("`bookings` as it is: with the audit log", "bookings", True, True)
SIDES = [SEED, Side("all indexes and checks of today, no foreign keys, no constraint, no guard", "indexed_bookings"), KEYED,
         Side("with the exclusion constraint", "exclusive_bookings"), GUARDED, AUDITED]


class Backend:
    def __init__(self):
        self.connection = psycopg2.connect("")
        self.cursor = self.connection.cursor()
        self.pid = self.connection.get_backend_pid()

    def run(self, statement: str):
        self.cursor.execute(statement)

    def one(self, statement: str):
        self.run(statement)
        return self.cursor.fetchone()[0]

    def cpu(self) -> float:
        """Microseconds so far."""
        with open(f"/proc/{self.pid}/schedstat", encoding="ascii") as statistics:
            return int(statistics.read().split()[0]) / 1_000

    def memory(self) -> float:
        """Megabytes of its own."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024

    def cost(self, work: Callable[[], None]) -> float:
        before = self.cpu()
        work()
        return self.cpu() - before


def least(turns: Dict[str, Callable[[], float]], rounds: int) -> Dict[str, float]:
    """The least of each over all rounds, in which all take turns."""
    found: Dict[str, List[float]] = {name: [] for name in turns}
    names = list(turns)
    for turn in range(rounds + 1):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            cost = turns[name]()
            if turn > 0:
                found[name].append(cost)
    return {name: min(costs) for name, costs in found.items()}


def rolled_back(backend: Backend, statements: List[str]) -> float:
    """The cost of the last of them."""
    for statement in statements[:-1]:
        backend.run(statement)
    cost = backend.cost(lambda: backend.run(statements[-1]))
    backend.connection.rollback()
    return cost


def bulk(backend: Backend, rounds: int):
    rows = f"some_bookings(1, {ROWS}, '{DAY}')"
    costs = least({side.key(): lambda side=side: rolled_back(backend, side.first() + [side.insert(rows)]) for side in SIDES}, rounds)
    print(f"| W5: {ROWS} rows by one INSERT | us a row | ratio |\n|---|---|---|")
    for side in SIDES:
        print(f"| {side.name} | {costs[side.key()] / ROWS:.1f} | {costs[side.key()] / costs[SEED.key()]:.2f} |")
    print()


def changes(backend: Backend, rounds: int):
    rows = f"some_bookings(1, {ROWS}, '{DAY}')"
    where = f"WHERE start_time >= '{DAY}'"
    kinds = {
        "INSERT of cancelled rows": ("cancelled", None),
        "UPDATE of notes": ("confirmed", "notes = 'x'"),
        "UPDATE of the time": ("confirmed", "start_time = start_time + interval '1 year', end_time = end_time + interval '1 year'"),
        "UPDATE of status, to completed": ("confirmed", "status = 'completed'"),
        "UPDATE of status, to cancelled": ("confirmed", "status = 'cancelled'"),
    }
    turns = {}
    for kind, (status, change) in kinds.items():
        for side in (SEED, KEYED, GUARDED, AUDITED):
            statements = side.first() + [side.insert(rows, status)] + ([f"UPDATE {side.table} SET {change} {where}"] if change else [])
            turns[kind + side.key()] = lambda statements=statements: rolled_back(backend, statements)
    costs = least(turns, rounds)
    print(f"| {ROWS} rows by one statement, us a row | document's | all but constraint and guard | with both | ratio | with the audit log too | ratio |\n|---|---|---|---|---|---|---|")
    for kind in kinds:
        seed, keyed, guarded, audited = (costs[kind + side.key()] / ROWS for side in (SEED, KEYED, GUARDED, AUDITED))
        print(f"| {kind} | {seed:.1f} | {keyed:.1f} | {guarded:.1f} | {guarded / seed:.2f} | {audited:.1f} | {audited / seed:.2f} |")
    print()


def single(backend: Backend, rounds: int):
    """Statements of one row, as applications send them; the functions beside what they do."""
    calls = 200
    at = f"timestamptz '{DAY}' + n * interval '45 minutes'"
    values = "id('business', 1), id('customer', 1), id('service', 1), id('employee', 1)"
    insert = "INSERT INTO {} (business_id, customer_id, service_id, employee_id, start_time, end_time, status) VALUES (" + values + f", {at}, {at} + interval '30 minutes', '{{}}')"

    def loop(body: str) -> str:
        return f"DO $$ DECLARE n integer; BEGIN FOR n IN 1..{calls} LOOP {body}; END LOOP; END $$"

    hold = f"PERFORM hold_slot(id('service', 1), {at}, id('employee', 1), id('customer', 1))"
    kinds = {
        "insert": [loop(insert.format("seed_bookings", "confirmed"))],
        "insert into bookings": [loop(insert.format("bookings", "confirmed"))],
        "book_slot": [loop(f"PERFORM book_slot(id('service', 1), {at}, id('customer', 1), id('employee', 1))")],
        "hold_slot": [loop(hold)],
        "confirm_booking": [loop(hold), f"DO $$ DECLARE b uuid; BEGIN FOR b IN SELECT id FROM bookings WHERE start_time >= '{DAY}' LOOP PERFORM confirm_booking(b); END LOOP; END $$"],
        "update": [loop(insert.format("seed_bookings", "pending")),
                   f"DO $$ DECLARE b uuid; BEGIN FOR b IN SELECT id FROM seed_bookings WHERE start_time >= '{DAY}' LOOP UPDATE seed_bookings SET status = 'confirmed' WHERE id = b; END LOOP; END $$"],
        "cancel_booking": [loop(insert.format("bookings", "confirmed")),
                           f"DO $$ DECLARE b uuid; BEGIN FOR b IN SELECT id FROM bookings WHERE start_time >= '{DAY}' LOOP PERFORM cancel_booking(b); END LOOP; END $$"],
    }
    costs = least({kind: lambda statements=statements: rolled_back(backend, statements) for kind, statements in kinds.items()}, rounds)
    print("| one row a statement | us | against, on the document's table | ratio |\n|---|---|---|---|")
    for kind, other in (("insert into bookings", "insert"), ("book_slot", "insert"), ("hold_slot", "insert"), ("confirm_booking", "update"),
                        ("cancel_booking", "update")):
        name = "INSERT" if kind == "insert into bookings" else f"`{kind}()`"
        print(f"| {name} | {costs[kind] / calls:.0f} | {other.upper()}, {costs[other] / calls:.0f} | {costs[kind] / costs[other]:.2f} |")
    print()


def copy_of_history(backend: Backend, rows: int):
    turns = {}
    for side in (SEED, KEYED, GUARDED, AUDITED):
        source = io.StringIO()
        backend.cursor.copy_expert(f"COPY (SELECT {side.values('completed')} FROM some_bookings(1, {rows}, '{HISTORY}')) TO STDOUT", source)
        def work(side=side, text=source.getvalue()) -> float:
            for statement in side.first():
                backend.run(statement)
            cost = backend.cost(lambda: backend.cursor.copy_expert(f"COPY {side.table} ({side.written()}) FROM STDIN", io.StringIO(text)))
            backend.connection.rollback()
            return cost
        turns[side.key()] = work
    costs = least(turns, 2)
    print(f"| W6: COPY of {rows:,} rows of history, 100 employees | us a row | rate against that without constraint and guard |\n|---|---|---|")
    for side in (SEED, KEYED, GUARDED, AUDITED):
        print(f"| {side.name} | {costs[side.key()] / rows:.1f} | {costs[KEYED.key()] / costs[side.key()]:.2f} |")
    print()


def beside_an_import(rows: int):
    """W8, and what a transaction of many rows holds."""
    importer, writer, watcher = Backend(), Backend(), Backend()
    watcher.connection.autocommit = True

    def clock() -> float:
        longest = 0.0
        for n in range(100):
            start = time.monotonic()
            writer.run("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) VALUES (id('business', 2), "
                       f"id('customer', 1001), id('limited', 2), id('employee', 101), timestamptz '{DAY}' + {n} * interval '45 minutes', 'confirmed')")
            longest = max(longest, time.monotonic() - start)
        writer.connection.rollback()
        return longest * 1_000

    print("| W8: an import in one transaction; beside it 100 INSERTs of another tenant | locks held | memory, MB | of the 100, waited for a lock |\n|---|---|---|---|")
    clock()
    for service, count in (("service", rows), ("limited", min(rows, 4_000))):
        before = importer.memory()
        source = f"(SELECT id, business_id, customer_id, id('{service}', 1) AS service_id, employee_id, start_time, end_time FROM some_bookings(1, {count}, '{HISTORY}')) AS b"
        waits = []
        done = threading.Event()

        def watch():
            while not done.wait(0.005):
                waits.append(watcher.one(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {writer.pid} AND wait_event_type = 'Lock' AND wait_event <> 'extend'"))

        importing = threading.Thread(target=importer.run, args=(GUARDED.insert(source),))
        watching = threading.Thread(target=watch)
        importing.start()
        watching.start()
        while importing.is_alive():
            clock()
        clock()
        done.set()
        watching.join()
        importing.join()
        locks = watcher.one(f"SELECT count(*) FROM pg_locks WHERE pid = {importer.pid}")
        limit = "" if service == "service" else ", with a daily limit"
        print(f"| {count:,} rows{limit} | {locks} | {importer.memory() - before:.0f} | {sum(waits)} of {len(waits)} looks |")
        importer.connection.rollback()
    print()


def sizes(backend: Backend):
    """Each index, and the tables: before anything is rolled back, which leaves its room behind."""
    backend.run("""
        SELECT i.indexrelid::regclass::text, pg_relation_size(i.indexrelid), c.reltuples,
               EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype = 'x') AS is_exclusive,
               EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u')) AS is_key,
               coalesce(obj_description(i.indexrelid), 'Key.')
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indrelid = 'bookings'::regclass ORDER BY 1""")
    found = backend.cursor.fetchall()
    backend.run("SELECT pg_relation_size('bookings'), pg_relation_size('seed_bookings'), pg_indexes_size('bookings'), pg_indexes_size('seed_bookings'), reltuples"
                " FROM pg_class WHERE oid = 'bookings'::regclass")
    return found, backend.cursor.fetchone()


def indexes(backend: Backend, rounds: int, of_sizes):
    """The size of each index, and what it costs: a run without it."""
    found, (table, seed, all_indexes, seed_indexes, count) = of_sizes
    million = 1_000_000 / count / 2**20
    insert = GUARDED.insert(f"some_bookings(1, {ROWS}, '{DAY}')")
    dropped = [name for name, _, _, is_exclusive, is_key, _ in found if not is_exclusive and not is_key]
    turns = {name: lambda name=name: rolled_back(backend, GUARDED.first() + [f"DROP INDEX {name}", insert]) for name in dropped}
    turns["all"] = lambda: rolled_back(backend, GUARDED.first() + [insert])
    costs = least(turns, rounds)
    print("| index | for | MB a million | us a row |\n|---|---|---|---|")
    for name, size, _, _, _, comment in found:
        cost = f"{max(0.0, costs['all'] - costs[name]) / ROWS:.1f}" if name in costs else ""
        print(f"| `{name}` | {comment} | {size * million:.0f} | {cost} |")
    print(f"\n| MB a million bookings | table | indexes |\n|---|---|---|\n| document's | {seed * million:.0f} | {seed_indexes * million:.0f} |\n"
          f"| `bookings` | {table * million:.0f} | {all_indexes * million:.0f} |\n")


def main():
    parser = argparse.ArgumentParser(description="what writing a booking costs")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--import", type=int, default=100_000, dest="rows", help="rows of COPY and of the import")
    parser.add_argument("--only", choices=["bulk", "changes", "single", "copy", "import", "indexes"])
    options = parser.parse_args()
    backend = Backend()
    of_sizes = sizes(backend)
    backend.connection.rollback()
    parts = {
        "bulk": lambda: bulk(backend, options.rounds), "changes": lambda: changes(backend, options.rounds),
        "single": lambda: single(backend, options.rounds), "copy": lambda: copy_of_history(backend, options.rows),
        "import": lambda: beside_an_import(options.rows), "indexes": lambda: indexes(backend, options.rounds, of_sizes),
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


if __name__ == "__main__":
    main()
