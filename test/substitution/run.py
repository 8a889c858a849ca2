#!/usr/bin/env python3
"""The substitution fuzz: whatever the owner of the tables does to them, each function gives an error or the right answer.
Usage: run.py [--only TEXT] [--ask TEXT] [--workers N] [--all] [--keep] (connection by PGHOST, PGUSER a superuser). --only: substitutions
whose name contains the text; --ask: questions. --all prints every failure. Creates its own databases and roles and drops them.
Nothing is random: a failure names the substitution and the question, and run.py --only ... --ask ... repeats it.
Debian: python3, python3-psycopg2. Called by ./dev check."""

import argparse
import json
import sys
import threading
import time
import traceback
from collections import Counter
from typing import Dict, List, NamedTuple, Set, Tuple
from zlib import crc32

import psycopg2

import declarations
import judge
import substitutions as catalog
import world
from questions import Group, Question, groups, identity
from server import Answer, Crashed, Server

MOST_CRASHES = 3  # of one substitution; then its other questions are not asked


class Failure(NamedTuple):
    kind: str
    where: str
    what: str

    def __str__(self):
        return f"{self.kind}: {self.where}: {self.what}"


class Expected:
    """The answers of a database whose rows were changed, but not its tables."""

    def __init__(self, server: Server):
        self.server = server
        self.kept: Dict[Tuple[str, str, str], Answer] = {}

    def answer(self, change: str, group: Group, question: Question) -> Answer:
        key = (change, group.name, question.name)
        if key not in self.kept:
            def prepare(server: Server):
                if change:
                    server.run(f"SET LOCAL session_replication_role = replica; {change}; SET LOCAL session_replication_role = origin")
            self.server.ask_all(prepare, [group._replace(questions=[question])],
                                lambda *found: self.kept.__setitem__(key, found[2]), 1)
        return self.kept[key]


class Worker:
    def __init__(self, database: str, report: "Report", asked: str):
        self.server = Server(database)
        self.report = report
        self.asks_all = bool(asked)
        self.groups = [group._replace(questions=[question for question in group.questions if asked in f"{group.name}: {question.name}"])
                       for group in groups()]
        self.before: Dict[Tuple[str, str], Answer] = {}
        self.tables: Dict[Tuple[str, str], Set[str]] = {}
        self.ask_before()
        self.expected = Expected(self.server)

    def ask_before(self):
        """The answers of the unchanged database, the same twice, and which tables each question uses."""
        def first(group: Group, question: Question, answer: Answer):
            self.before[group.name, question.name] = answer

        def again(group: Group, question: Question, answer: Answer):
            key = (group.name, question.name)
            if (answer.rows, answer.sqlstate) != (self.before[key].rows, self.before[key].sqlstate):
                raise SystemExit(f"{group.name}: {question.name} answers {self.before[key]}, then {answer}")
            self.tables.setdefault(key, set()).update(self.server.tables_used() if answer.rows is not None else ())

        self.server.ask_all(lambda server: None, self.groups, first, 0)
        self.server.ask_all(lambda server: None, self.groups, again, 0)

    def concerned(self, what: catalog.Substitution) -> List[Group]:
        """A question that gives an error tells nothing of its tables, so it is always asked."""
        used_by = lambda group, question: self.tables[group.name, question.name]
        tables = catalog.tables_of(self.server, what)
        return [group._replace(questions=[question for question in group.questions
                                          if (self.asks_all or crc32(str(what).encode()) % question.one_in == 0) and (
                                              what.first if question.is_verify else
                                              not used_by(group, question) or used_by(group, question) & tables)])
                for group in self.groups]

    def work(self, what: catalog.Substitution):
        outcomes = []
        lost = None

        def prepare(server: Server):
            nonlocal lost
            lost = catalog.do(server, what)

        try:
            concerned = self.concerned(what)
            self.server.ask_all(prepare, concerned, lambda *outcome: outcomes.append(outcome), MOST_CRASHES)
        except psycopg2.Error as error:
            self.server.rollback()
            self.report.add(1, [Failure("cannot be substituted", str(what), str(error).splitlines()[0])])
            return
        failures = []
        for group, question, found in outcomes:
            before = self.before[group.name, question.name]
            if found.sqlstate == "not asked":
                continue
            kind = judge.wrong(what, question, found, before, lost,
                               lambda: self.expected.answer(f"DELETE FROM {what.table} WHERE id = '{identity(*what.row)}'", group, question),
                               lambda: self.expected.answer(f"UPDATE {what.table} SET {what.column.name} = '{judge.DEFAULTS[str(what.column)]}' "
                                                       f"WHERE id = '{identity(*what.row)}'", group, question),
                               lambda values: self.converted(what, values))
            if kind:
                failures.append(Failure(kind, f"{what}: {group.name}: {question.name}", f"{found}, not {before}"))
        self.report.add(sum(found.sqlstate != "not asked" for _, _, found in outcomes), failures)

    def converted(self, what: catalog.Substitution, values: List) -> List:
        """What became of the column's values, as jsonb shows them."""
        if what.type == "fuzz_labels":
            return values
        rows = self.server.run("SELECT to_jsonb(%s) FROM unnest(%s::text[]) WITH ORDINALITY v (v, n) ORDER BY n" % (
            what.expression.format(f"v::{what.column.type}"),
            "ARRAY[%s]" % ", ".join("NULL" if value is None else literal(value) for value in values)))
        self.server.rollback()
        return [value for value, in rows]


def literal(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return "'" + text.replace("'", "''") + "'"


class Report:
    def __init__(self, total: int):
        self.total, self.done, self.checks = total, 0, 0
        self.failures: List[Failure] = []
        self.lock = threading.Lock()
        self.started = time.monotonic()

    def add(self, checks: int, failures: List[Failure]):
        with self.lock:
            self.done += 1
            self.checks += checks
            self.failures += failures
            if self.done % 200 == 0:
                print(f"{self.done} of {self.total} substitutions, {self.checks} checks, {len(self.failures)} failures, "
                      f"{time.monotonic() - self.started:.0f} s", flush=True)

    def conclude(self, everything: bool) -> int:
        kinds = Counter(failure.kind for failure in self.failures)
        shown = Counter()
        for failure in sorted(self.failures):
            shown[failure.kind] += 1
            if everything or shown[failure.kind] <= 12:
                print(failure)
            elif shown[failure.kind] == 13:
                print(f"{failure.kind}: ... and {kinds[failure.kind] - 12} more (--all shows them)")
        print("; ".join(f"{kind}: {number}" for kind, number in kinds.most_common()) or "nothing failed")
        print(f"{self.checks} checks, {len(self.failures)} failures")
        return 1 if self.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--ask", default="")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()

    databases = world.create(options.workers)
    server = Server(databases[0])
    every = [what for what in catalog.all_substitutions(server) if options.only in str(what)]
    server.connection.close()
    # The long ones first, and those of one table together.
    every.sort(key=lambda what: what.table != "bookings")
    report = Report(len(every))
    left = list(reversed(every))

    def work(database: str):
        try:
            worker = Worker(database, report, options.ask)
            while True:
                with report.lock:
                    if not left:
                        return
                    what = left.pop()
                done = False
                while not done:
                    try:
                        worker.work(what)
                        done = True
                    except Crashed:  # by what another worker asked
                        continue
        except BaseException as error:  # a thread's end is not the program's
            report.add(1, [Failure("the test itself failed", database, repr(error))])
            traceback.print_exc()

    threads = [threading.Thread(target=work, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if options.only in "old declaration":
        for where, outcome, found in declarations.check(Server(databases[0])):
            report.checks += 1
            if outcome:
                report.failures.append(Failure(outcome, where, found))
    print(f"{len(every)} substitutions, {time.monotonic() - report.started:.1f} s")
    if not options.keep:
        world.drop()
    return report.conclude(options.all)


if __name__ == "__main__":
    sys.exit(main())
