#!/usr/bin/env python3
"""Finding slots, measured beside the best SQL and PL/pgSQL for it, a bare SELECT of the same bookings, SELECT 1, and JavaScript over
node-postgres. Usage: run.py [--rounds N] [--no-node] [--small DATABASE --large DATABASE] [--picture FILE], connected by PGHOST and PGDATABASE to a
database made by data.sql; LATENCY is the program made from latency.cpp. Prints Markdown; progress goes to standard error. Called by
./dev bench availability.

All competitors must give the same slots, compared one by one, or the benchmark fails. A time is the median of the rounds' medians, a ratio the
median of the rounds' ratios; in a round all take turns. The reference is the fastest of the SQL and PL/pgSQL competitors in that case, with
generic plans and without jit."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from typing import Callable, Dict, List, NamedTuple, Tuple

import psycopg2

import competitors
import picture

HERE = os.path.dirname(os.path.abspath(__file__))
SETUP = "SET jit = off; SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0; SET timezone = 'UTC'"
MILLISECONDS = 30   # that a side gets in a round
FIRST_DAY = "2030-01-07 00:00 America/New_York"
EMPLOYEES = "(SELECT array_agg(employee_id) FROM employee_services WHERE service_id = $1)"

# Ratios from design documents of the project: what must be reached, and what would be splendid.
Goal = Tuple[str, str, float, float]  # what, against what, goal, moonshot (0: none)
GOALS: Dict[str, List[Goal]] = {
    "W1": [("ours, rows", "reference", 3.5, 0), ("ours, compact", "reference", 4.5, 7), ("ours, compact", "SELECT 1", 0, 1.4)],
    "W2": [("ours, rows", "reference", 4.5, 0), ("ours, compact", "reference", 10, 16), ("ours, compact", "bare SELECT", 0.6, 0),
           ("ours, compact", "SELECT 1", 0, 2)],
    "W3": [("ours, rows", "reference", 4.5, 0), ("ours, compact", "reference", 15, 22), ("ours, compact", "bare SELECT", 0.4, 0)],
    "W4": [("ours, rows", "reference", 4, 0), ("ours, compact", "reference", 12, 17), ("ours, compact", "bare SELECT", 0.4, 0)],
    "first free slot": [("ours", "30-day query", 35, 0), ("ours", "day by day", 5, 8)],
    "days of a month": [("ours", "30-day query", 18, 25)],
}
# Here ours is the numerator: at most so much of it.
PARTS = ("SELECT 1", "bare SELECT")


class Side(NamedTuple):
    name: str
    kind: str               # ours, reference, floor, other
    sql: str
    parameters: Tuple[str, ...]
    read: Callable          # rows of the answer: what all sides must agree on
    role: str = "postgres"
    setup: str = ""


class Case(NamedTuple):
    name: str
    what: str
    sides: List[Side]


class Measured(NamedTuple):
    case: Case
    slots: int
    times: Dict[str, List[float]]   # side: microseconds of each round
    cpu: Dict[str, List[float]]

    def title(self) -> str:
        return f"{self.case.name}: {self.case.what}, {self.slots:,} slots"

    def time(self, side: str) -> float:
        return statistics.median(self.times[side])

    def best(self, kind: str) -> str:
        return min((side.name for side in self.case.sides if side.kind == kind), key=self.time)

    def ratio(self, above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(self.times[above], self.times[below]))

    def cpu_ratio(self, above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(self.cpu[above], self.cpu[below]))


# ---- what an answer says: {start: employees}, {date: first start}

def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def names(array: str) -> Tuple[str, ...]:
    return tuple(array.strip("{}").split(",")) if array != "{}" else ()


def as_rows(rows) -> dict:
    return {instant(start): names(employees) for start, _, employees, _ in rows}


def add_up(pairs) -> dict:
    found = defaultdict(list)
    for start, employee in pairs:
        found[start].append(employee)
    return {start: tuple(sorted(employees)) for start, employees in found.items()}


def as_flat(rows) -> dict:
    return add_up((instant(start), employee) for start, _, employee in rows)


def as_compact(rows) -> dict:
    found = json.loads(rows[0][0])
    return {instant(start): tuple(found["employees"][index] for index in free) for start, free, _ in found["slots"]}


def as_dates(rows) -> dict:
    return {day: instant(first) for day, first in rows}


def nothing(rows) -> None:
    return None


# ---- the cases

def workload(sample: Dict[str, str]) -> List[Case]:
    one_day, next_day = sample["day"], sample["next_day"]
    of_one = lambda service, begin, end: (service, begin, end, sample["employee"])
    cases = []
    for name, what, parameters in (
            ("W1", "one employee, one day", of_one(sample["service_of_all"], one_day, next_day)),
            ("W2", "one employee, 30 days", of_one(sample["service_of_all"], FIRST_DAY, "2030-02-06 00:00 America/New_York")),
            ("W3", "10 employees, 30 days", (sample["service_of_ten"], FIRST_DAY, "2030-02-06 00:00 America/New_York")),
            ("W4", "50 employees, 90 days", (sample["service_of_all"], FIRST_DAY, "2030-04-07 00:00 America/New_York"))):
        named = len(parameters) == 4
        arguments = ", ".join(f"${i + 1}" for i in range(len(parameters)))
        rows, compact = f"SELECT * FROM find_available_slots({arguments})", f"SELECT find_available_slots_json({arguments})"
        context = f"SET app.current_business_id = '{sample['business']}'"
        values = ", ".join(f"'{value}'" for value in parameters)
        store = f"CREATE TEMP TABLE answer AS SELECT * FROM find_available_slots({values})"
        fetch = competitors.FETCH_OF_ONE if named else competitors.FETCH_OF_ANY
        sides = [
            Side("SELECT 1", "floor", "SELECT 1", (), nothing),
            Side("bare SELECT", "floor", fetch, (sample["employee"], *parameters[1:3]) if named else parameters, nothing),
            Side("SELECT of the answer, stored as a table", "floor", "SELECT * FROM answer", (), as_rows, setup=store),
            Side("ours, compact", "ours", compact, parameters, as_compact),
            Side("ours, rows", "ours", rows, parameters, as_rows),
            Side("ours, compact, row security", "other", compact, parameters, as_compact, "bench_app", context),
            Side("ours, rows, row security", "other", rows, parameters, as_rows, "bench_app", context)]
        if named:
            pointers = "two_pointers($1, $2, $3, ARRAY[$4::uuid])"
            sides += [
                Side("SQL, multirange", "reference", competitors.of_one(competitors.multirange), parameters, as_rows),
                Side("SQL, window functions", "reference", competitors.of_one(competitors.window_functions), parameters, as_rows),
                Side("PL/pgSQL, two pointers", "reference", f"SELECT * FROM {pointers}", parameters, as_flat)]
        else:
            pointers = f"two_pointers($1, $2, $3, {EMPLOYEES})"
            for way, gaps in (("multirange", competitors.multirange), ("window functions", competitors.window_functions)):
                sides += [
                    Side(f"SQL, {way}", "reference", competitors.of_any_flat(gaps), parameters, as_flat),
                    Side(f"SQL, {way}, a row a start", "reference", competitors.of_any(gaps), parameters, as_rows)]
            sides.append(Side("PL/pgSQL, two pointers", "reference", f"SELECT * FROM {pointers}", parameters, as_flat))
        sides.append(Side("SQL, anti-join", "other", competitors.anti_join(named), parameters, as_rows))
        cases.append(Case(name, what, sides))

    month = (sample["service_of_ten"], FIRST_DAY, "2030-02-06 00:00 America/New_York")
    by_query = [("multirange", competitors.multirange), ("window functions", competitors.window_functions)]
    cases.append(Case("first free slot", "any of 10 employees", [
        Side("SELECT 1", "floor", "SELECT 1", (), nothing),
        Side("ours", "ours", "SELECT * FROM next_available_slots($1, $2)", month[:2], as_rows)]
        + [Side(f"30-day query, {way}", "30-day query", competitors.first_of_any(gaps), month, as_rows) for way, gaps in by_query]
        + [Side(f"day by day, {way}", "day by day", f"SELECT * FROM {competitors.day_by_day_name(gaps)}($1, $2, $3)", month, as_rows)
           for way, gaps in by_query]))
    dates = (sample["service_of_ten"], "2030-01-07", "2030-02-05")
    cases.append(Case("days of a month", "10 employees", [
        Side("SELECT 1", "floor", "SELECT 1", (), nothing),
        Side("ours", "ours", "SELECT * FROM find_available_dates($1, $2, $3)", dates, as_dates)]
        + [Side(f"30-day query, {way}", "30-day query", competitors.dates_of_any(gaps), month, as_dates) for way, gaps in by_query]))
    return cases


# ---- checking and measuring

def connect(database: str = "", role: str = "postgres"):
    connection = psycopg2.connect(user=role, **({"dbname": database} if database else {}))
    connection.autocommit = True
    cursor = connection.cursor()
    # Everything as text: bigint, integer, text, json, double precision, date, timestamptz, uuid and uuid[].
    for oid in (20, 23, 25, 114, 701, 1082, 1184, 2950, 2951):
        psycopg2.extensions.register_type(psycopg2.extensions.new_type((oid,), f"text {oid}", lambda value, _: value), cursor)
    cursor.execute(SETUP)
    return cursor


def check(case: Case) -> int:
    """How many slots all sides find; an error unless they are the same."""
    answers = {}
    for side in case.sides:
        if side.read is nothing:
            continue
        cursor = connect(role=side.role)
        cursor.execute(side.setup or "SELECT")
        cursor.execute(f"PREPARE asked AS {side.sql}")
        cursor.execute("EXECUTE asked" + ("(" + ", ".join(f"'{value}'" for value in side.parameters) + ")" if side.parameters else ""))
        answers[side.name] = side.read(cursor.fetchall())
        cursor.connection.close()
    expected = answers[next(side.name for side in case.sides if side.kind == "ours")]
    for name, answer in answers.items():
        if answer != expected:
            differ = sorted(set(answer.items()) ^ set(expected.items()))[:3]
            raise SystemExit(f"FAILED: {case.name}: {name} differs: {len(answer)} and {len(expected)} starts, e.g. {differ}")
    if not expected:
        raise SystemExit(f"FAILED: {case.name}: no slot, so nothing is measured")
    return sum(len(value) if isinstance(value, tuple) else 1 for value in expected.values())


Line = Tuple[str, str, str, Tuple[str, ...]]   # connection options, set-up, statement, parameters
Times = Dict[int, List[float]]


def latency(lines: List[Line], rounds: int) -> Tuple[Times, Times]:
    """For each line the clock times of the rounds, and the CPU times."""
    text = "\n".join("\t".join([options, setup, " ".join(sql.split()), *parameters]) for options, setup, sql, parameters in lines)
    output = subprocess.run([os.environ["LATENCY"], str(rounds), str(MILLISECONDS)], input=text, stdout=subprocess.PIPE, check=True, text=True).stdout
    times, cpu = defaultdict(list), defaultdict(list)
    for line in output.splitlines():
        number, microseconds, used, _ = line.split("\t")
        times[int(number)].append(float(microseconds))
        cpu[int(number)].append(float(used))
    return times, cpu


def measure(case: Case, rounds: int) -> Measured:
    slots = check(case)
    lines = [(f"user={side.role}", f"{SETUP};{side.setup}", side.sql, side.parameters) for side in case.sides]
    times, cpu = latency(lines, rounds)
    return Measured(case, slots, {side.name: times[i] for i, side in enumerate(case.sides)}, {side.name: cpu[i] for i, side in enumerate(case.sides)})


def choose(cursor) -> Dict[str, str]:
    """The ids, and for W1 the first day on which the employee has ten slots."""
    cursor.execute("SELECT id('business', 1), id('service', 1, 1), id('service', 1, 2), id('employee', 1, 2)")
    sample = dict(zip(("business", "service_of_all", "service_of_ten", "employee"), cursor.fetchone()))
    cursor.execute("SELECT min(day) FROM (SELECT (slot_start AT TIME ZONE 'America/New_York')::date AS day FROM find_available_slots(%s,"
                   " '2030-01-07', '2030-04-07', %s) GROUP BY 1 HAVING count(*) = 10) days",
                   (sample["service_of_all"], sample["employee"]))
    day = date.fromisoformat(cursor.fetchone()[0])
    sample["day"] = f"{day} 00:00 America/New_York"
    sample["next_day"] = f"{day + timedelta(days=1)} 00:00 America/New_York"
    return sample


# ---- layers

def measure_layers(case: Case) -> Dict[str, float]:
    """What the layers of ours cost, measured inside the server."""
    cursor = connect()
    service, begin, end, *employee = next(side for side in case.sides if side.kind == "ours").parameters
    runs = []
    for _ in range(3):
        cursor.execute("SELECT layer, microseconds FROM availability_costs(%s, %s, %s, %s, rounds => 101)",
                       (service, begin, end, employee[0] if employee else None))
        runs.append({layer: float(value) for layer, value in cursor.fetchall()})
    return min(runs, key=lambda run: sum(run.values()))


# ---- JavaScript

def measure_node(cases: List[Case], rounds: int) -> Dict[str, Dict[str, float]]:
    questions = []
    cursor = connect()
    for case in cases:
        service, begin, end, *employee = next(side for side in case.sides if side.kind == "ours").parameters
        cursor.execute("SELECT date_part('epoch', %s::timestamptz) * 1000, date_part('epoch', %s::timestamptz) * 1000", (begin, end))
        begin, end = (float(value) for value in cursor.fetchone())
        questions.append({"name": case.name, "service": service, "employee": employee[0] if employee else None, "from": begin, "to": end})
    output = subprocess.run(["node", os.path.join(HERE, "node", "run.js"), str(min(rounds, 3))], input=json.dumps(questions),
                            stdout=subprocess.PIPE, check=True, text=True, env={**os.environ, "PGUSER": "postgres"}).stdout
    results, hashes = defaultdict(dict), defaultdict(dict)
    for line in output.splitlines():
        result = json.loads(line)
        results[result["question"]][result["way"]] = result["microseconds"]
        if "hash" in result:
            hashes[result["question"]][result["way"]] = (result["count"], result["hash"])
    for question, of_ways in hashes.items():
        if len(set(of_ways.values())) != 1:
            raise SystemExit(f"FAILED: from Node.js, {question}: the ways differ: { {way: count for way, (count, _) in of_ways.items()} }")
    return results


# ---- growth

def measure_growth(small: str, large: str, rounds: int) -> List[str]:
    """W2 in a small and a large database, in turns."""
    lines, names_of, counts = [], [], []
    for database in (small, large):
        cursor = connect(database)
        cursor.execute("SELECT count(*), count(DISTINCT business_id) FROM bookings")
        bookings, businesses = (int(value) for value in cursor.fetchone())
        sample = choose(cursor)
        parameters = (sample["service_of_all"], FIRST_DAY, "2030-02-06 00:00 America/New_York", sample["employee"])
        counts.append((bookings, businesses))
        for name, sql in (("ours, compact", "SELECT find_available_slots_json($1, $2, $3, $4)"),
                          ("ours, rows", "SELECT * FROM find_available_slots($1, $2, $3, $4)"),
                          ("SQL, multirange", competitors.of_one(competitors.multirange))):
            names_of.append(name)
            lines.append((f"user=postgres dbname={database}", SETUP, sql, parameters))
    times, _ = latency(lines, rounds)
    half = len(lines) // 2
    sizes = [f"{bookings:,} bookings, {businesses:,} businesses" for bookings, businesses in counts]
    report = [f"| W2 | {' | '.join(sizes)} | ratio | goal | moonshot |", "|---|---|---|---|---|---|"]
    for i in range(half):
        ratio = statistics.median(b / a for a, b in zip(times[i], times[i + half]))
        goal = "| <= 1.15 | <= 1.05 |" if names_of[i].startswith("ours") else "| | |"
        medians = [microseconds(statistics.median(times[place])) for place in (i, i + half)]
        report.append(f"| {names_of[i]} | {' | '.join(medians)} | {ratio:.2f} {goal}")
    return report


# ---- the report

def microseconds(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def machine() -> str:
    models = set()
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                models.add(line.split(":", 1)[1].strip())
    cursor = connect()
    cursor.execute("SELECT current_setting('server_version'), (SELECT count(*) FROM bookings), (SELECT count(*) FROM businesses)")
    version, bookings, businesses = cursor.fetchone()
    return (f"{os.cpu_count()} cores ({', '.join(sorted(models)) or 'unknown'}), PostgreSQL {version.split()[0]}, {int(bookings):,} bookings,"
            f" {int(businesses):,} businesses, {date.today().isoformat()}")


def times_word(value: float) -> str:
    return f"{value:.2g}x" if value < 10 else f"{value:.0f}x"


def print_goals(results: Dict[str, Measured], node: Dict[str, Dict[str, float]]) -> None:
    print("| case | | clock | CPU of the server | goal | moonshot | |\n|---|---|---|---|---|---|---|")
    for case, measured in results.items():
        for what, against, goal, moonshot in GOALS[case]:
            side = against if against in measured.times else measured.best(against)
            is_part = against in PARTS
            over, under = (what, side) if is_part else (side, what)
            value = measured.ratio(over, under)
            bars = [(f"{'<=' if is_part else '>='} {bar:g}x" if bar else "") for bar in (goal, moonshot)]
            met = [bool(bar) and (value <= bar if is_part else value >= bar) for bar in (goal, moonshot)]
            state = "moonshot" if met[1] else "goal" if met[0] else "missed" if goal else ""
            ratios = f"{times_word(value)} | {times_word(measured.cpu_ratio(over, under))}"
            print(f"| {case} | {what}, against {side} | {ratios} | {' | '.join(bars)} | {state} |")
    for way, goal in (("luxon", 100), ("date-fns-tz", 100), ("by hand", 4)):
        if "W2" in node:
            value = node["W2"][way] / node["W2"]["ours, compact"]
            state = "goal" if value >= goal else "missed"
            print(f"| W2 from Node.js | ours, compact, against {way} | {times_word(value)} | | >= {goal}x | | {state} |")


def print_times(results: Dict[str, Measured]) -> None:
    cases = [measured for name, measured in results.items() if name.startswith("W")]
    if cases:
        print("| microseconds, median | " + " | ".join(measured.title() for measured in cases) + " |")
        print("|---|" + "---|" * len(cases))
        for name in dict.fromkeys(side.name for measured in cases for side in measured.case.sides):
            print(f"| {name} | " + " | ".join(microseconds(measured.time(name)) if name in measured.times else "" for measured in cases) + " |")
    for name, measured in results.items():
        if not name.startswith("W"):
            print(f"\n| {name}, {measured.case.what} | microseconds |\n|---|---|")
            for side in measured.case.sides:
                print(f"| {side.name} | {microseconds(measured.time(side.name))} |")


def print_layers(results: Dict[str, Measured], layers: Dict[str, Dict[str, float]]) -> None:
    """What remains of the time of a client: its own share and the executor's, as in SELECT 1, and the writing and sending of the result."""
    print("\nWhere ours spends its time, microseconds:\n")
    print("| | " + " | ".join(layers) + " |\n|---|" + "---|" * len(layers))
    for layer in next(iter(layers.values())):
        print(f"| {layer} | " + " | ".join(microseconds(of[layer]) for of in layers.values()) + " |")
    for what in ("ours, compact", "ours, rows"):
        rest = [results[case].time(what) - results[case].time("SELECT 1") - sum(of.values()) for case, of in layers.items()]
        print(f"| the result as {what.split()[-1]}, written and sent | " + " | ".join(microseconds(max(0.0, value)) for value in rest) + " |")
    print("| round trip, as SELECT 1 | " + " | ".join(microseconds(results[case].time("SELECT 1")) for case in layers) + " |")


def print_node(node: Dict[str, Dict[str, float]]) -> None:
    version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    packages = json.load(open(os.path.join(HERE, "node", "package.json"), encoding="utf-8"))["dependencies"]
    print(f"\nFrom Node.js {version} ({', '.join(f'{name} {number}' for name, number in packages.items())}), microseconds with the fetch:\n")
    print("| | " + " | ".join(node) + " |\n|---|" + "---|" * len(node))
    for way in next(iter(node.values())):
        print(f"| {way} | " + " | ".join(microseconds(times[way]) for times in node.values()) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31, help="how often all take turns (31)")
    parser.add_argument("--no-node", action="store_true", help="without JavaScript")
    parser.add_argument("--case", action="append", default=[], help="only these cases")
    parser.add_argument("--small", help="a database for the growth, beside --large")
    parser.add_argument("--large")
    parser.add_argument("--picture", help="write an SVG picture there")
    options = parser.parse_args()
    started = time.monotonic()

    def progress(what: str) -> None:
        print(f"  {time.monotonic() - started:4.0f} s  {what}", file=sys.stderr, flush=True)

    if options.small:
        progress("growth")
        print("\n".join(measure_growth(options.small, options.large, options.rounds)))
        return

    cursor = connect()
    with open(os.path.join(HERE, "two_pointers.sql"), encoding="utf-8") as script:
        cursor.execute(script.read())
    for gaps in (competitors.multirange, competitors.window_functions):
        cursor.execute(competitors.day_by_day(gaps))
    results: Dict[str, Measured] = {}
    layers: Dict[str, Dict[str, float]] = {}
    cases = [case for case in workload(choose(cursor)) if not options.case or case.name in options.case]
    for case in cases:
        progress(f"{case.name}: {case.what}")
        results[case.name] = measure(case, options.rounds)
        if case.name.startswith("W"):
            layers[case.name] = measure_layers(case)
    node: Dict[str, Dict[str, float]] = {}
    if not options.no_node:
        progress("Node.js")
        node = measure_node([case for case in cases if case.name.startswith("W")], options.rounds)

    print(machine() + "\n")
    print_goals(results, node)
    print()
    print_times(results)
    if layers:
        print_layers(results, layers)
    if node:
        print_node(node)
    if options.picture:
        of_windows = {name: measured for name, measured in results.items() if name.startswith("W")}
        picture.write(options.picture, [
            picture.Panel(measured.title(), {side: measured.time(side) for side in measured.times}, measured.best("reference"), node.get(name, {}))
            for name, measured in of_windows.items()])
    progress("done")


if __name__ == "__main__":
    main()
