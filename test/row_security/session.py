"""Sessions of the roles of world.py for the attacks: logging in, entering a context, and what a statement returned or was refused with.
The database is created once in a run and dropped at its end. Used by test_*.py."""

import atexit
import collections
import unittest
from typing import Iterable, List, Optional, Set

import psycopg2

import world as platform
from oracle import Context, Oracle
from world import APP, SCHEMA, World, identity

WORLD = World()
ORACLE = Oracle(WORLD)
created = False


def need_database():
    global created
    if not created:
        platform.create(WORLD)
        atexit.register(platform.drop)
        created = True


def keys_of(table: str, **owner) -> Set[str]:
    """The keys of the rows of an owner: business=..., tenant=... or user=..."""
    return {row.key for row in WORLD.rows[table] if all(getattr(row, part) == name for part, name in owner.items())}


class Refused(str):
    """The SQLSTATE of an error in place of a result; message and detail beside it."""
    message = ""

    @classmethod
    def of(cls, error: psycopg2.Error) -> "Refused":
        refused = cls(error.pgcode)
        # Only what the server's error says: a statement's text would differ of itself.
        refused.message = f"{error.diag.severity}: {error.diag.message_primary} / {error.diag.message_detail} / {error.diag.message_hint}"
        return refused


class Session:
    def __init__(self, role: Optional[str] = APP, **parameters):
        self.connection = platform.connect(user=role, **parameters) if role else platform.connect(**parameters)
        self.connection.notices = collections.deque()  # all of them; the default keeps the last 50
        self.cursor = self.connection.cursor()

    def close(self):
        self.connection.close()

    def run(self, statement: str, *values):
        """All rows, or the number of rows of a statement that returns none. Errors are the caller's."""
        self.cursor.execute(statement, values or None)
        return self.cursor.fetchall() if self.cursor.description else self.cursor.rowcount

    def column(self, statement: str, *values) -> List:
        return [row[0] for row in self.run(statement, *values)]

    def value(self, statement: str, *values):
        return self.run(statement, *values)[0][0]

    def keys(self, statement: str, *values) -> Set[str]:
        return set(self.column(statement, *values))

    def attempt(self, statement: str, *values):
        """As run(), or Refused; the transaction goes on."""
        self.cursor.execute("SAVEPOINT attempt")
        try:
            result = self.run(statement, *values)
        except psycopg2.Error as error:
            self.cursor.execute("ROLLBACK TO attempt")
            return Refused.of(error)
        self.cursor.execute("RELEASE attempt")
        return result

    def enter(self, tenant: Optional[str] = None, business: Optional[str] = None, user: Optional[str] = None, admin: bool = False):
        """For the rest of the transaction."""
        ids = [name and identity(name) for name in (tenant, business, user)]
        self.run(f"SELECT {SCHEMA}.set_session_context(%s, %s, %s, %s)", *ids, admin)

    def commit(self):
        self.connection.commit()

    def roll_back(self):
        self.connection.rollback()


class Attack(unittest.TestCase):
    """Sessions opened by a test are closed after it; what they left open is rolled back."""

    @classmethod
    def setUpClass(cls):
        need_database()

    def session(self, role: Optional[str] = APP, **parameters) -> Session:
        session = Session(role, **parameters)
        self.addCleanup(session.close)
        self.sessions.append(session)
        return session

    def setUp(self):
        self.sessions: List[Session] = []

    def superuser(self) -> Session:
        session = self.session(None)
        session.run("SET lock_timeout = '20s'")
        session.commit()
        return session

    def undo(self, *statements: str):
        """At the end of the test, by a superuser: for changes that had to be committed."""
        def run_all():
            for session in self.sessions:
                session.close()
            session = Session(None)
            session.run("SET lock_timeout = '20s'")
            for statement in statements:
                session.run(statement)
            session.commit()
            session.close()
        self.addCleanup(run_all)

    def assert_refused(self, result, *states: str):
        self.assertIsInstance(result, Refused, f"not refused: {result}")
        self.assertIn(str(result), states or ("42501",), result.message)

    def assert_within(self, found: Iterable, allowed: Iterable):
        """Nothing but the allowed; a stale plan may find less."""
        self.assertEqual(set(found) - set(allowed), set(), "rows of others were reached")
