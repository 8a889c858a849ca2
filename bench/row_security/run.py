#!/usr/bin/env python3
"""What row security costs: each query as the application's role with policies, and as the owner without them and with the best
hand-written WHERE. Usage: run.py [--quick] [--context NAME]... [--shape NAME]... [--generic] [--explain], connected by PGHOST and PGDATABASE to a
database made by data.sql. Prints Markdown; progress goes to standard error. Called by ./dev bench row_security.

A ratio is that of the CPU times of two backends, the median of rounds in which all sides take turns. Every execution is a transaction of
its own under settings that are set once: so what is read anew in every transaction counts. Of the hand-written side the fastest counts of
several ways to write the condition, each with plan_cache_mode auto and force_generic_plan; ours has the default, or with --generic the other. No parallel workers:
their time is not the backend's. Both sides must answer the same rows, or the benchmark fails."""

import argparse
import hashlib
import itertools
import os
import statistics
import sys
import time
from datetime import date
from typing import Dict, List, NamedTuple, Tuple

import transactions
from server import Server
from shapes import Context, Query, Shape, contexts, shapes

GOAL = {"business": 1.10, "tenant": 1.5, "admin": 1.2}
BATCH = 6_000       # microseconds of CPU time that a side gets in a round
ROUNDS = 31
TRIALS = 5          # rounds after which only the best of the hand-written go on
SLOW = 40_000       # microseconds: queries above get fewer rounds
FEW_ROUNDS = 5


class Side(NamedTuple):
    name: str
    server: Server
    query: Query


class Result(NamedTuple):
    shape: Shape
    rows: int
    ours: float         # microseconds
    best: float
    ratio: float
    best_side: Side
    our_side: Side
    all: List[Tuple[Side, float]]


def connect(role: str, *settings: str) -> Server:
    server = Server(f"user={role}")
    server.stay_on(0)
    for statement in ("SET jit = off", "SET max_parallel_workers_per_gather = 0", "SET timezone = 'UTC'", *settings):
        server.run(statement)
    return server


def check_same_answers(context: Context, shape: Shape, sides: List[Side]) -> int:
    """How many rows all executions give together; the same on all sides, or an error."""
    counts = []
    answers = []
    for side in sides:
        digest, count = hashlib.sha256(), 0
        if shape.transaction:
            side.server.run("BEGIN")
        for number in range(len(side.query.parameters)):
            answer = side.server.execute(side.query.sql, side.query.parameters[number])
            count += len(answer.rows) or answer.affected
            digest.update(repr(sorted(answer.rows)).encode() + b"%d" % answer.affected)
        if shape.transaction:
            side.server.run(shape.transaction)
        counts.append(count)
        answers.append(digest.hexdigest())
    if len(set(answers)) != 1:
        raise SystemExit(f"FAILED: {context.name}, {shape.name}: the sides differ: {list(zip((s.name for s in sides), counts))}")
    if counts[0] == 0:
        raise SystemExit(f"FAILED: {context.name}, {shape.name}: no row, so nothing is measured")
    return counts[0] // len(sides[0].query.parameters)


def measure(context: Context, shape: Shape, ours: Server, hands: List[Tuple[str, Server]], rounds: int) -> Result:
    sides = [Side("ours", ours, shape.ours)] + [Side(name, server, query) for query in shape.by_hand for name, server in hands]
    rows = check_same_answers(context, shape, sides)

    def batch(side: Side, size: int, start: int) -> float:
        count = len(side.query.parameters)
        return side.server.repeat(side.query.sql, [side.query.parameters[(start + i) % count] for i in range(size)], shape.transaction)

    # A first look at the time of each side gives the sizes of the batches; the generic plan is tried from the sixth execution on.
    first = [batch(side, 2, 0) for side in sides]
    if min(first) < SLOW:
        first = [min(batch(side, 5, 0), batch(side, 3, 0)) for side in sides]
    # A way to write it that is much slower than another is out of the race.
    fastest = min(first[1:])
    entered = [(side, took) for side, took in zip(sides, first) if side is sides[0] or took < 2 * fastest]
    sizes = [max(1, min(500, int(BATCH / took))) for _, took in entered]
    rounds = rounds if max(took for _, took in entered) < SLOW else min(rounds, FEW_ROUNDS)

    times = [[] for _ in entered]
    racing = list(range(len(entered)))
    for turn in range(rounds):
        if turn == TRIALS:
            so_far = [statistics.median(of_side) for of_side in times]
            racing = [place for place in racing if place == 0 or so_far[place] < 1.1 * min(so_far[1:])]
        order = racing
        for place in order[turn % len(order):] + order[:turn % len(order)]:
            times[place].append(batch(entered[place][0], sizes[place], turn * sizes[place]))
    medians = [statistics.median(of_side) for of_side in times]
    best = min(racing[1:], key=lambda place: medians[place])
    ratio = statistics.median(a / b for a, b in zip(times[0], times[best]))
    return Result(shape, rows, medians[0], medians[best], ratio, entered[best][0], sides[0],
                  [(side, median) for (side, _), median in zip(entered, medians)])


def plan_elsewhere(context: Context, shape: Shape, ours: Server) -> None:
    """As often as it takes to have a generic plan, if there is to be one."""
    for statement in context.settings(context.first):
        ours.run(statement)
    for _ in range(7):
        ours.execute(shape.ours.sql, shape.ours.parameters[0])
    for statement in context.settings():
        ours.run(statement)


def plan(side: Side) -> str:
    """The plan of one execution that changes nothing, without costs."""
    values = side.query.parameters[0]
    arguments = ", ".join("'" + values.texts[i].decode() + "'" for i in range(values.count))
    name = side.server.prepare(side.query.sql).decode()
    side.server.run("BEGIN")
    answer = side.server.run(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE {name}" + (f"({arguments})" if arguments else ""))
    side.server.run("ROLLBACK")
    return "\n".join(row[0] for row in answer.rows)


def comparison(context: Context, result: Result) -> str:
    ways = ", ".join(f"{side.name} {1 + result.shape.by_hand.index(side.query)}: {microseconds(median)}" for side, median in result.all[1:])
    lines = [f"{context.name}, {result.shape.name}: {result.ratio:.2f} = {microseconds(result.ours)} / {microseconds(result.best)} us, {result.rows} rows",
             f"by hand (plans, way to write it: us) {ways}", "", "with row security:", plan(result.our_side), "", f"by hand ({result.best_side.name}):", result.best_side.query.sql]
    if result.our_side.query.sql != result.best_side.query.sql:
        lines.append(plan(result.best_side))
    return "\n".join(lines)


def over_goal(context: Context, result: Result) -> bool:
    if context.kind == "admin" and result.shape.name == "count":
        return False
    return context.kind in GOAL and result.ratio > GOAL[context.kind]


def microseconds(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def machine(server: Server) -> str:
    models = set()
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                models.add(line.split(":", 1)[1].strip())
    version = server.run("SHOW server_version").rows[0][0].split()[0]
    counts = server.run("SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM businesses), (SELECT count(*) FROM tenants)").rows[0]
    return (f"{os.cpu_count()} cores ({', '.join(sorted(models)) or 'unknown'}), PostgreSQL {version}, {int(counts[0]):,} bookings,"
            f" {int(counts[1]):,} businesses, {counts[2]} tenants, {date.today().isoformat()}")


def print_table(all_contexts: List[Context], results: Dict[Tuple[str, str], Result]) -> None:
    names = list(dict.fromkeys(shape for _, shape in results))
    print("| shape | " + " | ".join(context.name for context in all_contexts) + " |")
    print("|---|" + "---|" * len(all_contexts))
    for name in names:
        cells = []
        for context in all_contexts:
            result = results.get((context.name, name))
            if result is None:
                cells.append("")
            else:
                ratio = f"{result.ratio:.2f}" if result.ratio >= 0.01 else "< 0.01"
                cells.append(f"**{ratio}**" if over_goal(context, result) else ratio)
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--context", action="append", default=[], help="only these contexts (part of the name)")
    parser.add_argument("--shape", action="append", default=[], help="only these shapes (part of the name)")
    parser.add_argument("--explain", action="store_true", help="the plans of all, not only of what misses its goal")
    parser.add_argument("--generic", action="store_true", help="row security too with plan_cache_mode force_generic_plan")
    parser.add_argument("--no-transactions", action="store_true", help="without pgbench")
    options = parser.parse_args()
    rounds = 9 if options.quick else ROUNDS
    started = time.monotonic()

    superuser = connect("postgres")
    chosen = [context for context in contexts(superuser)
              if not options.context or any(part in context.name for part in options.context)]
    numbers = itertools.count()
    results: Dict[Tuple[str, str], Result] = {}
    plans: List[str] = []
    our_plans = ["SET plan_cache_mode = force_generic_plan"] if options.generic else []
    connections = {
        context.name: (connect("bench_operator" if context.kind == "admin" else "bench_app", *our_plans, *context.settings()),
                       [("auto", connect("bench_owner")), ("generic", connect("bench_owner", "SET plan_cache_mode = force_generic_plan"))])
        for context in chosen}
    # What writes comes last, and is cleaned up after each: rows that are dead cost whoever meets them.
    for writes in (False, True):
        superuser.run("VACUUM (ANALYZE)")
        for context in chosen:
            print(f"  {time.monotonic() - started:4.0f} s  {context.name}{', writing' if writes else ''}", file=sys.stderr, flush=True)
            ours, hands = connections[context.name]
            for shape in shapes(context, numbers):
                if shape.writes != writes or options.shape and not any(part in shape.name for part in options.shape):
                    continue
                if writes and context.first:
                    continue
                if context.first:
                    plan_elsewhere(context, shape, ours)
                result = measure(context, shape, ours, hands, rounds)
                results[context.name, shape.name] = result
                if over_goal(context, result) or options.explain:
                    plans.append(comparison(context, result))
            if writes and not context.first:
                superuser.run("VACUUM bookings, customers")

    print(machine(superuser) + "\n")
    print_table(chosen, results)
    print("\nCPU time of one execution in microseconds, with row security / by hand, and the rows it gives:\n")
    print("| shape | " + " | ".join(context.name for context in chosen) + " |")
    print("|---|" + "---|" * len(chosen))
    for name in dict.fromkeys(shape for _, shape in results):
        cells = [results.get((context.name, name)) for context in chosen]
        print(f"| {name} | " + " | ".join(f"{microseconds(cell.ours)} / {microseconds(cell.best)}, {cell.rows}" if cell else "" for cell in cells) + " |")
    if not options.no_transactions:
        print(f"  {time.monotonic() - started:4.0f} s  transactions", file=sys.stderr, flush=True)
        print()
        transactions.run(superuser, next(context for context in contexts(superuser) if context.name == "business, median"), options.quick)
    if plans:
        print("\n" + "\n\n----\n\n".join(plans))
    print(f"  {time.monotonic() - started:4.0f} s  done", file=sys.stderr)


if __name__ == "__main__":
    main()
