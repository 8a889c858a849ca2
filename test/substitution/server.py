"""One database of a server that may crash: questions, their answers, and the way back after a crash."""

import json
import time
from typing import Callable, List, NamedTuple, Optional

import psycopg2

import world
from questions import Group, Question


class Answer(NamedTuple):
    """Either rows or an error. sqlstate "crash": the server went down."""
    rows: Optional[List[str]] = None
    sqlstate: str = ""
    message: str = ""

    def __str__(self):
        if self.rows is None:
            return f"{self.sqlstate} {self.message}"
        return f"{len(self.rows)} rows: {'; '.join(self.rows)[:300]}"


def answer_of(error: psycopg2.Error) -> Answer:
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    return Answer(sqlstate=error.pgcode or "?????", message=" / ".join(part for part in parts if part))


def text_of(row) -> str:
    return json.dumps(row[0] if len(row) == 1 else row, sort_keys=True, default=str)


class Crashed(Exception):
    """The server went down. by_other: because of another of its processes."""

    def __init__(self, message: str, notices: List[str]):
        super().__init__(message.strip())
        self.by_other = any("crash of another server process" in text for text in [message, *notices])


class Server:
    def __init__(self, database: str):
        self.database = database
        self.crashes = 0
        self.connect()

    def connect(self):
        """Waits until the server is back. After a crash the postmaster may let one in before it has noticed."""
        until = time.monotonic() + 60
        while True:
            try:
                self.connection = world.connect(self.database)
                self.cursor = self.connection.cursor()
                self.cursor.execute("BEGIN")
                self.connection.rollback()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def run(self, statement: str):
        """Rows, if it returns any. An error is the caller's; Crashed if the server, or this connection, went down."""
        try:
            self.cursor.execute(statement)
            return self.cursor.fetchall() if self.cursor.description else []
        except psycopg2.Error as error:
            if self.connection.closed or error.pgcode in ("57P01", "57P02", "57P03"):
                crash = Crashed(str(error), self.connection.notices)
                self.connection.close()
                self.connect()
                raise crash from None
            raise

    def attempt(self, statement: str) -> Optional[psycopg2.Error]:
        """Runs it; an error undoes it alone and is returned."""
        try:
            self.run(f"SAVEPOINT attempt; {statement}; RELEASE attempt")
        except psycopg2.Error as error:
            self.run("ROLLBACK TO attempt; RELEASE attempt")
            return error
        return None

    def rollback(self):
        try:
            self.connection.rollback()
        except psycopg2.Error:
            self.connection.close()
            self.connect()

    def ask(self, question: Question) -> Answer:
        try:
            rows = self.run(f"ROLLBACK TO question; {question.statement}")
        except psycopg2.Error as error:
            return answer_of(error)
        return Answer(sorted(text_of(row) for row in rows) if question.rows_of or question.is_verify else [text_of(row) for row in rows])

    def tables_used(self) -> List[str]:
        """Since the last question began."""
        return [name for name, in self.run("""
            SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
             WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relnamespace = 'booking'::regnamespace""")]

    def enter(self, group: Group):
        tenant, business, user = group.context
        self.run(f"SAVEPOINT context; SET LOCAL ROLE {group.role}; SET LOCAL bookmeatoz.direct_scans = {group.scans}; "
                 f"SELECT set_session_context({tenant}, {business}, {user}); SAVEPOINT question")

    def leave(self):
        self.run("ROLLBACK TO context")

    def ask_all(self, prepare: Callable[["Server"], None], groups: List[Group], answered: Callable[[Group, Question, Answer], None],
                most_crashes: int):
        """Prepares a transaction, asks every question in it and rolls it back. After a question that brings the server down the
        others follow, until there were most_crashes. One that went down with another database's is asked again."""
        left = [(group, question) for group in groups for question in group.questions]
        crashes = 0
        asking = False
        while left:
            try:
                asking = False
                self.rollback()
                prepare(self)
                entered = None
                while left:
                    group, question = left[0]
                    if group is not entered:
                        if entered is not None:
                            self.leave()
                        self.enter(group)
                        entered = group
                    asking = True
                    answer = self.ask(question)
                    answered(group, question, answer)
                    left.pop(0)
            except Crashed as crash:
                if crash.by_other or not asking:
                    continue
                self.crashes += 1
                crashes += 1
                group, question = left.pop(0)
                answered(group, question, Answer(sqlstate="crash", message=str(crash).splitlines()[0]))
                if crashes >= most_crashes:
                    for group, question in left:
                        answered(group, question, Answer(sqlstate="not asked"))
                    return
        self.rollback()
