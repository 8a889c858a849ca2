"""What the steps share: the source database, copies of it, and the questions that each of them must answer as the source does."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from typing import Callable, Dict, List

import psycopg2

import snapshot

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = "survive"
OWNER, READER = ROLES = ("survive_owner", "survive_reader")
HOURS = 40       # bookings of each of 49 employees, in the long form five times as many

SEARCHES = """
SELECT find_available_slots_json(s, '2031-01-06 00:00+00', '2031-01-20 00:00+00', as_of => '2029-01-01')::text FROM unnest(ARRAY[
    '00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2']::uuid[]) s
UNION ALL SELECT to_jsonb(n)::text FROM next_available_slots('00000000-0000-0000-0000-0000000000d1', '2031-01-06 00:00+00', 20, as_of => '2029-01-01') n
UNION ALL SELECT to_jsonb(d)::text FROM find_available_dates('00000000-0000-0000-0000-0000000000d2', '2031-01-01', '2031-01-31', as_of => '2029-01-01') d
UNION ALL SELECT to_jsonb(c)::text FROM check_slot('00000000-0000-0000-0000-0000000000d1', '2031-01-06 14:00+00', '00000000-0000-0000-0000-000000000001', as_of => '2029-01-01') c
UNION ALL SELECT to_jsonb(f)::text FROM employees e, free_busy(e.id, '2031-01-06 00:00+00', '2031-01-10 00:00+00') f
UNION ALL SELECT to_jsonb(b)::text FROM business_stats b
ORDER BY 1
"""


class Failure(Exception):
    pass


@dataclass
class Step:
    name: str
    run: Callable[[], str]
    short: bool = False


def expect(good: bool, message: str):
    if not good:
        raise Failure(message)


def connect(database: str, **parameters):
    """Each statement commits itself."""
    connection = psycopg2.connect(dbname=database, **parameters)
    connection.autocommit = True
    return connection


def query(database: str, text: str, *values, **parameters) -> list:
    connection = connect(database, **parameters)
    try:
        cursor = connection.cursor()
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def wait_for_server():
    for _ in range(600):
        try:
            return query("postgres", "SELECT 1")
        except psycopg2.OperationalError:
            time.sleep(0.05)
    raise SystemExit("the server did not come back")


def run(command: str, **environment: str):
    """By the shell; an error of any part of a pipe is one."""
    done = subprocess.run(["bash", "-o", "pipefail", "-ec", command], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    expect(done.returncode == 0, f"$ {command}\n{done.stdout[-3000:]}")
    return done.stdout


class Place:
    """The source is made once, when it is first asked for, and then only copied."""

    def __init__(self, folder: str, data: str, short: bool):
        self.folder, self.data, self.short = folder, data, short
        self.databases: List[str] = []
        self.version = query("postgres", "SHOW server_version")[0][0].split()[0]
        self.cleaners: List[Callable[[], None]] = []
        self._before = None

    def create(self, name: str, options: str = ""):
        self.drop(name)
        query("postgres", f"CREATE DATABASE {name} {options}")
        self.databases.append(name)

    def drop(self, name: str):
        query("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_all(self):
        for (name,) in query("postgres", "SELECT datname FROM pg_database WHERE datname ~ '^survive' OR datname = ANY (%s)", self.databases):
            self.drop(name)

    def copy(self, name: str):
        self.before()
        self.create(name, f"TEMPLATE {SOURCE}")

    def before(self) -> Dict[str, str]:
        """The snapshot of the source."""
        if self._before is None:
            try:
                self.make()
            except Failure as failure:
                raise SystemExit(f"the source was not made: {failure}") from failure
            self._before = take(SOURCE)
        return self._before

    def make(self):
        self.drop_all()
        self.create(SOURCE)
        for role in ROLES:
            query("postgres", f"DROP ROLE IF EXISTS {role}")
            query("postgres", f"CREATE ROLE {role} LOGIN")
        self.fill(SOURCE)
        query(SOURCE, "VACUUM ANALYZE")
        empty = [name for (name,) in query(SOURCE, "SELECT name FROM bookmeatoz_objects() WHERE kind <> 'type'") if name != "accessible_business_stats"
                 and not query(SOURCE, f"SELECT 1 FROM {name} LIMIT 1")]
        expect(not empty, f"no row in {empty}")

    def fill(self, database: str, version: str = ""):
        """An empty database gets the extension, of a version that is not the present one if it is named, with the world and the additions."""
        chosen = f"VERSION '{version}'" if version else ""
        query("postgres", f"GRANT CREATE ON DATABASE {database} TO {OWNER}")
        run(f"psql -X -q -v ON_ERROR_STOP=1 -d {database} -c 'SET client_min_messages = warning' "
            f"-c \"CREATE EXTENSION bookmeatoz {chosen} CASCADE\" "
            f"-c \"SELECT bookmeatoz_set_owner('{OWNER}'), bookmeatoz_grant_app_role('{READER}')\"")
        run(f"psql -X -q -v ON_ERROR_STOP=1 -v hours={HOURS if self.short else 5 * HOURS} -d {database} -f {HERE}/../restore/rows.sql -f {HERE}/world.sql "
            f"-f {HERE}/../restore/additions.sql -f {HERE}/additions.sql", PGUSER=OWNER, PGOPTIONS="-c client_min_messages=warning")
        query(database, "REFRESH MATERIALIZED VIEW business_stats; REFRESH MATERIALIZED VIEW revenue")

    def write(self, path: str) -> str:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"snapshot": self.before(), "found": query(SOURCE, FOUND), "answers": query(SOURCE, SEARCHES)}, file, default=str)
        return f"{len(self.before()):,} definitions, {snapshot.count_rows(self.before()):,} rows"

    @staticmethod
    def compare(path: str) -> str:
        """With what another version of PostgreSQL has written, which spells the columns of a view with its alias (up to 15)."""
        with open(path, encoding="utf-8") as file:
            before = json.load(file)
        spelt = [{name: re.sub(r"\b[a-z]\.|\s+", "", text) if name.startswith("relation ") else text for name, text in found.items()} for found in (before["snapshot"], take(SOURCE))]
        different = snapshot.differences(*spelt)
        expect(not different, "\n".join(different[:20]))
        expect(query(SOURCE, FOUND) == [tuple(row) for row in before["found"]], f"verify() says other things: {query(SOURCE, FOUND)}")
        expect(query(SOURCE, SEARCHES) == [tuple(row) for row in before["answers"]], "searches answer otherwise")
        sound(SOURCE)
        return f"{len(spelt[1]):,} definitions, {snapshot.count_rows(before['snapshot']):,} rows"

    def clean_up(self):
        for clean in reversed(self.cleaners):
            clean()
        self.drop_all()
        for role in ROLES:
            query("postgres", f"DROP ROLE IF EXISTS {role}")


def take(database: str, **parameters) -> Dict[str, str]:
    connection = connect(database, **parameters)
    try:
        return snapshot.take(connection.cursor())
    finally:
        connection.close()


# Who is asking, and what is a setting of the database, is not in a dump.
FOUND = "SELECT severity || ': ' || finding FROM bookmeatoz_verify() WHERE finding !~ '^(row security does not bind role|session_preload_libraries|everybody may create temporary)'"


def same(place: Place, database: str, ignored=lambda name: False, **parameters) -> str:
    """The database is as the source: snapshot, findings, answers, and the guard refuses what it would refuse."""
    after = take(database, **parameters)
    different = snapshot.differences(place.before(), after, ignored)
    expect(not different, f"{database} differs from its source:\n" + "\n".join(different[:20]))
    sound(database, **parameters)
    found = query(database, FOUND, **parameters)
    expect(found == query(SOURCE, FOUND), f"verify() says other things in {database}: {found}")
    expect(query(database, SEARCHES, **parameters) == query(SOURCE, SEARCHES), f"searches in {database} answer otherwise")
    return f"{len(after):,} definitions, {snapshot.count_rows(after):,} rows"


def sound(database: str, **parameters):
    found = query(database, "SELECT * FROM bookmeatoz_verify_rows()", **parameters)
    expect(not found, f"verify_rows() says in {database}: {found[:5]}")
    try:
        query(database, "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) "
              "SELECT business_id, customer_id, service_id, employee_id, start_time + interval '1 minute', 'confirmed' FROM bookings "
              "WHERE status = 'confirmed' AND start_time > '2030-01-01' ORDER BY id LIMIT 1", **parameters)
    except psycopg2.errors.ExclusionViolation:
        return
    raise Failure(f"{database} accepts a double booking")
