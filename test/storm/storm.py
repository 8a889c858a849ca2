#!/usr/bin/env python3
"""Sixteen clients book, hold, move and cancel on few employees, through the functions and past them, while the server is killed under them;
then it is proved that no two bookings collide and that the clients were told the truth. Usage: storm.py --help; connected by PGHOST and
PGUSER, a superuser, to a server with the extension. Called by ./dev storm and ./dev check.

Three phases: all clients at READ COMMITTED, where no attempt may need a retry; all three isolation levels at once; and these with a
kill -9 of one backend, then of the whole server (with --data, else it is left out). The rules are checked all the time and at the end."""

import argparse
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import List

import psycopg2

import proof
import world
from administration import Administration, restore
from offers import broken_offers
from clients import (CRASHES, DISCONNECTED, DONE, FIRST, IMPORT, IN_DOUBT, NOTHING, OPERATIONS, READ_COMMITTED, REPEATABLE_READ, SERIALIZABLE,
                     Client, Phase, Report)

ALL_LEVELS = (READ_COMMITTED, REPEATABLE_READ, SERIALIZABLE)
MUST_FAIL = {"book_with_used_key", "overbook", "trespass"}
SHOWN = 3  # violations of each kind


def phases(seconds: float, crash: bool) -> List[Phase]:
    plan = [Phase(FIRST, seconds * 0.5, (READ_COMMITTED,)), Phase("all levels", seconds * 0.25, ALL_LEVELS)]
    return plan + [Phase(CRASHES, seconds * 0.25, ALL_LEVELS)] if crash else plan


# ---- the server that is killed

class Postmaster:
    def __init__(self, data: str):
        self.data = data

    def pid(self) -> int:
        """As it is now: others may have started the server again."""
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())

    def kill_all(self):
        """As a power failure, short of losing what the operating system holds: nobody is left to write anything."""
        postmaster = self.pid()
        os.kill(postmaster, signal.SIGSTOP)
        with open(f"/proc/{postmaster}/task/{postmaster}/children", encoding="ascii") as file:
            processes = [*map(int, file.read().split()), postmaster]
        for pid in processes:
            os.kill(pid, signal.SIGKILL)
        while any(os.path.exists(f"/proc/{pid}") for pid in processes):
            time.sleep(0.01)

    def start(self):
        command = ["pg_ctl", "-s", "-w", "-t", "60", "-D", self.data, "-l", os.path.join(self.data, "..", "server.log"), "start"]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL)


def kill_backend():
    """One that is at work; the postmaster then ends all others and recovers."""
    cursor = world.connect().cursor()
    cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s AND state <> 'idle' ORDER BY random() LIMIT 1", (world.APP,))
    row = cursor.fetchone()
    if row is None:
        raise RuntimeError("no client is at work")
    os.kill(row[0], signal.SIGKILL)


def crash(postmaster: Postmaster, start: float, seconds: float):
    """In a third and in two thirds of the phase that begins at `start`."""
    time.sleep(max(0.0, start + seconds / 3 - time.monotonic()))
    kill_backend()
    time.sleep(max(0.0, start + seconds * 2 / 3 - time.monotonic()))
    postmaster.kill_all()
    postmaster.start()


# ---- clients and the watcher

def run_client(number: int, seed: int, names: List[str], start: float, plan: List[Phase], queue):
    try:
        queue.put(Client(number, seed, names).run(start, plan))
    except BaseException as error:  # the parent counts on one answer each
        queue.put(f"client {number} stopped: {type(error).__name__}: {error}")


def run_administration(number: int, seed: int, start: float, end: float, queue):
    try:
        queue.put(Administration(number, seed).run(start, end))
    except BaseException as error:
        queue.put(f"administration {number} stopped: {type(error).__name__}: {error}")


def watch(end: float, queue):
    """The rules hold in every snapshot, not only in the last."""
    found, looks = set(), 0
    while time.monotonic() < end:
        try:
            cursor = world.connect().cursor()
            while time.monotonic() < end:
                found.update(proof.broken_rules(cursor))
                looks += 1
                time.sleep(0.3)
        except psycopg2.Error:
            time.sleep(0.05)
    queue.put((sorted(found), looks))


def watch_waits(end: float, queue):
    """Nobody waits for somebody of another tenant."""
    found, looks = set(), 0
    while time.monotonic() < end:
        try:
            cursor = world.connect().cursor()
            while time.monotonic() < end:
                found.update(proof.waits_across_tenants(cursor))
                looks += 1
                time.sleep(0.03)
        except psycopg2.Error:
            time.sleep(0.05)
    queue.put((sorted(found), looks))


class Outcome:
    """What the clients left behind, added up."""

    def __init__(self):
        self.told: List[proof.Told] = []
        self.counts: Counter = Counter()
        self.keys = {}
        self.violations: List[str] = []
        self.refusals: List[proof.NotBookable] = []
        self.changes: List[proof.Change] = []

    def add(self, report):
        if isinstance(report, str):
            self.violations.append(report)
            return
        self.told += report.told
        self.counts += report.counts
        self.violations += report.unexpected
        self.refusals += report.refusals
        for key, bookings in report.keys.items():
            self.keys.setdefault(key, set()).update(bookings)

    def add_changes(self, changes):
        if isinstance(changes, str):
            self.violations.append(changes)
            return
        self.changes += changes


def storm(seconds: float, seed: int, names: List[str], data: str = "") -> Outcome:
    """On the database as world.create() made it."""
    plan = phases(seconds, bool(data))
    start = time.monotonic() + 0.5
    end = start + sum(phase.seconds for phase in plan)
    queue, changed, watched, waited = (multiprocessing.Queue() for _ in range(4))
    others = [name for name in names if name != IMPORT]
    workers = [multiprocessing.Process(target=run_client, args=(number, seed, others, start, plan, queue)) for number in range(world.CLIENTS)]
    if IMPORT in names:
        workers += [multiprocessing.Process(target=run_client, args=(world.CLIENTS + number, seed, [IMPORT], start, plan, queue))
                    for number in range(len(world.BUSINESSES))]
    administrations = [multiprocessing.Process(target=run_administration, args=(number, seed, start, end, changed))
                       for number in range(len(world.BUSINESSES))]
    watchers = [multiprocessing.Process(target=watch, args=(end, watched)), multiprocessing.Process(target=watch_waits, args=(end, waited))]
    for process in [*workers, *administrations, *watchers]:
        process.start()
    outcome = Outcome()
    try:
        if data:
            crash(Postmaster(data), start + sum(phase.seconds for phase in plan[:-1]), plan[-1].seconds)
        for _ in workers:
            outcome.add(queue.get(timeout=seconds + 120))
        for _ in administrations:
            outcome.add_changes(changed.get(timeout=60))
        outcome.looks = 0
        for answers in (watched, waited):
            broken, looks = answers.get(timeout=60)
            outcome.violations += broken
            outcome.looks += looks
    finally:
        for process in [*workers, *administrations, *watchers]:
            process.kill()
    restore()
    cursor = world.connect().cursor()
    outcome.violations += proof.broken_rules(cursor)
    outcome.violations += proof.broken_promises(cursor, outcome.told)
    changes = proof.Changes(outcome.changes)
    outcome.violations += proof.added_to_full_sessions(outcome.told, changes)
    outcome.violations += proof.booked_while_inactive(outcome.told, changes)
    outcome.violations += proof.wrong_refusals(outcome.refusals, changes)
    outcome.violations += proof.broken_keys(outcome.keys, outcome.told)
    for (phase, _, name, result), count in outcome.counts.items():
        if result in (DISCONNECTED, IN_DOUBT) and phase != CRASHES:
            outcome.violations.append(f"{count} connections lost in {name} though nothing was killed")
    return outcome


# ---- the report

def print_report(outcome: Outcome, seconds: float):
    attempts = sum(outcome.counts.values())
    by_name = {name: Counter() for name in OPERATIONS}
    by_level = Counter()
    for (phase, level, name, result), count in outcome.counts.items():
        by_name[name][result] += count
        by_level[phase, level] += count
    print(f"{attempts} attempts in {seconds:.0f} s, {len(outcome.told)} writes, {len(outcome.changes)} changes by the administration, {outcome.looks} looks in between")
    for (phase, level), count in sorted(by_level.items()):
        print(f"  {phase}, {level.lower()}: {count}")
    for name, results in by_name.items():
        if results:
            print(f"  {name:20}" + "  ".join(f"{result} {count}" for result, count in results.most_common()))


def fails_always(counts: Counter, name: str) -> bool:
    """Though it was tried often, and is not one that must fail. A client who found nothing to write did not try."""
    results = Counter()
    for (_, _, operation, result), count in counts.items():
        if operation == name and result != NOTHING:
            results[result] += count
    return name not in MUST_FAIL and sum(results.values()) >= 100 and not results[DONE]


def print_violations(violations: List[str]):
    """Some of each kind."""
    kinds = Counter(violation.split(":")[0] for violation in violations)
    for kind, count in kinds.items():
        for violation in [violation for violation in violations if violation.split(":")[0] == kind][:SHOWN]:
            print(f"VIOLATION {violation}")
        if count > SHOWN:
            print(f"  and {count - SHOWN} more of {kind}")


def main() -> int:
    parser = argparse.ArgumentParser(description="a storm of bookings, and the proof that none collide")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(2 ** 31))
    parser.add_argument("--data", default="", help="the server's data folder: it is killed and started again")
    parser.add_argument("--only", nargs="+", choices=list(OPERATIONS), default=list(OPERATIONS), metavar="OPERATION")
    options = parser.parse_args()

    print(f"seed {options.seed}", flush=True)
    world.create()
    seconds = options.minutes * 60
    outcome = storm(seconds, options.seed, options.only, options.data)
    print_report(outcome, seconds)
    if "book" in options.only:
        outcome.violations += broken_offers(options.seed)
    outcome.violations += [f"{name} never succeeded" for name in options.only if fails_always(outcome.counts, name)]
    print_violations(outcome.violations)
    print(f"{sum(outcome.counts.values())} attempts, {len(outcome.violations)} violations")
    if not outcome.violations:
        world.drop()
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
