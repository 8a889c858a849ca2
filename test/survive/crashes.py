"""Backends and the whole server are killed with -9 in the midst of everything that writes: afterwards nothing is half done, verify(), verify_rows() and
the proof of the storm say nothing, and pg_amcheck finds no page that is wrong. Two-phase commit and the commands that rewrite tables are here too."""

import os
import random
import signal
import threading
import time
from typing import List

import psycopg2

import archive
import clients
import snapshot
import storm
import world
from base import FOUND, OWNER, SOURCE, Failure, Place, Step, connect, expect, query, run, same, sound, take, wait_for_server

COPY = "survive_killed"
RELEASE = "1.0.0"
MOMENTS = (0.1, 0.35, 0.6, 0.85)    # of the time that a statement takes


def amcheck(database: str):
    run(f"pg_amcheck --install-missing --heapallindexed -j 2 -d {database}")


def settle(database: str):
    """What each crash must leave behind."""
    found = query(database, "SELECT * FROM bookmeatoz_verify_rows()")
    expect(not found, f"verify_rows(): {found[:5]}")
    found = query(database, "SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error' AND finding !~ '^everybody may create temporary'")
    expect(not found, f"verify(): {found[:5]}")
    amcheck(database)


def is_sequence(name: str) -> bool:
    """After a crash a sequence goes on up to 32 numbers later."""
    return name.startswith("rows of ") and name.endswith("_seq")


def kill_in(database: str, statement: str, moment: float, data: str = ""):
    """Runs the statement, and kills its backend after so many seconds, before it commits; with data, the whole server."""
    connection, witness = connect(database), connect("postgres")
    backend = connection.info.backend_pid

    def execute():
        try:
            connection.cursor().execute(f"BEGIN; {statement}; SELECT pg_sleep(60); COMMIT")
        except psycopg2.Error:
            pass
    thread = threading.Thread(target=execute)
    thread.start()
    time.sleep(moment)
    if data:
        postmaster = storm.Postmaster(data)
        postmaster.kill_all()
        postmaster.start()
    else:
        os.kill(backend, signal.SIGKILL)
    thread.join(60)
    try:  # the postmaster ends all others, and recovers
        witness.cursor().execute("SELECT pg_sleep(60)")
    except psycopg2.Error:
        pass
    wait_for_server()


def steps(place: Place) -> List[Step]:
    if not place.data:
        return []
    prepared = []

    def prepare():
        """As on a server that is not for tests, and with what the steps need."""
        if not prepared:
            for setting in ("fsync = on", "wal_level = logical", "max_prepared_transactions = 10"):
                query("postgres", f"ALTER SYSTEM SET {setting}")
            postmaster = storm.Postmaster(place.data)
            postmaster.kill_all()
            postmaster.start()
            prepared.append(True)

    def in_storm() -> str:
        prepare()
        world.create()
        outcome = storm.storm(24, random.randrange(2 ** 31), list(clients.OPERATIONS), place.data)
        expect(not outcome.violations, "\n".join(outcome.violations[:10]))
        settle(world.DATABASE)
        world.drop()
        return f"{sum(outcome.counts.values()):,} attempts, {len(outcome.told):,} writes"

    def in_archive() -> str:
        prepare()
        place.create(archive.DATABASE)
        query(archive.DATABASE, archive.WORLD.format(count=archive.BOOKINGS))
        found = archive.storm(place.data, False)
        expect(not found, "\n".join(found[:10]))
        settle(archive.DATABASE)
        return f"{query(archive.DATABASE, 'SELECT count(*) FROM bookings_archive')[0][0]:,} bookings archived"

    def all_or_nothing(database: str, statement: str) -> str:
        """Killed at several moments, it leaves the database as it was; not killed, it succeeds."""
        before = take(database)
        started = time.monotonic()
        cursor = connect(database).cursor()
        cursor.execute("BEGIN; " + statement + "; ROLLBACK")
        cursor.connection.close()
        seconds = time.monotonic() - started
        for moment in MOMENTS:
            kill_in(database, statement, seconds * moment, place.data if moment == MOMENTS[-1] else "")
            different = snapshot.differences(before, take(database), is_sequence)
            expect(not different, f"after a kill at {moment:.2f} of it:\n" + "\n".join(different[:10]))
        query(database, statement)
        return f"{len(MOMENTS)} kills in {seconds:.1f} s"

    def in_create_extension() -> str:
        prepare()
        place.create(COPY)
        query(COPY, 'CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist')
        figure = all_or_nothing(COPY, "CREATE EXTENSION bookmeatoz")
        settle(COPY)
        return figure

    def in_install_schema() -> str:
        prepare()
        place.copy(COPY)
        query(COPY, "SET client_min_messages = error; DROP EXTENSION bookmeatoz CASCADE; SET bookmeatoz.install_schema = off; CREATE EXTENSION bookmeatoz; "
              f"SELECT bookmeatoz_set_owner('{OWNER}')")
        rows = {name: text for name, text in place.before().items() if name.startswith("rows of ") and "business_stats" not in name}
        figure = all_or_nothing(COPY, "SELECT bookmeatoz_install_schema()")
        after = take(COPY)
        different = snapshot.differences(rows, after, lambda name: name not in rows or is_sequence(name))
        expect(not different, "\n".join(different))
        sound(COPY)
        amcheck(COPY)
        return figure

    def in_update() -> str:
        """From the first release to this version, and in the steps that follow."""
        prepare()
        place.before()
        place.create(COPY)
        place.fill(COPY, RELEASE)
        before = take(COPY)
        figure = all_or_nothing(COPY, "ALTER EXTENSION bookmeatoz UPDATE")
        after = take(COPY)
        different = snapshot.differences(rows_of(before), rows_of(after), is_sequence)
        expect(not different and before != after, "\n".join(different[:10]) or "the update did not do its work")
        calls = 0
        while query(COPY, "SELECT 1 FROM bookmeatoz_schema_steps() s WHERE NOT EXISTS (SELECT FROM schema_ledger l WHERE l.step = s.step)"):
            calls += 1
            expect(calls < 5, "bookmeatoz_install_schema() comes to no end")
            all_or_nothing(COPY, "SELECT bookmeatoz_install_schema()")
        expect(query(COPY, FOUND) == query(SOURCE, FOUND), f"verify() says other things than in a new database: {query(COPY, FOUND)}")
        sound(COPY)
        amcheck(COPY)
        return f"{figure}, and in {calls} calls for the steps; {snapshot.count_rows(rows_of(after)):,} rows"

    def rows_of(taken) -> dict:
        return {name: text for name, text in taken.items() if name.startswith("rows of ")}

    def two_phases() -> str:
        """A prepared booking holds its time through a crash, and is a booking once it is committed."""
        prepare()
        place.copy(COPY)
        book = ("INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) SELECT business_id, customer_id, service_id, employee_id, "
                "start_time + interval '40 days', 'confirmed' FROM bookings WHERE service_id = '00000000-0000-0000-0000-0000000000d1' AND status = 'confirmed' "
                "AND start_time > '2031-01-01' ORDER BY start_time, id LIMIT 5")
        query(COPY, f"BEGIN; {book}; PREPARE TRANSACTION 'survive'")
        for restarted in (False, True):
            if restarted:
                postmaster = storm.Postmaster(place.data)
                postmaster.kill_all()
                postmaster.start()
                wait_for_server()
            try:
                query(COPY, f"SET lock_timeout = '300ms'; {book}")
                raise Failure("a prepared booking does not hold its time")
            except psycopg2.errors.LockNotAvailable:
                pass
        before = query(COPY, "SELECT count(*) FROM bookings")[0][0]
        query(COPY, "COMMIT PREPARED 'survive'")
        expect(query(COPY, "SELECT count(*) FROM bookings")[0][0] == before + 5, "COMMIT PREPARED lost a booking")
        try:
            query(COPY, book)
            raise Failure("a booking beside a prepared one")
        except (psycopg2.errors.ExclusionViolation, psycopg2.errors.UniqueViolation):
            pass
        sound(COPY)
        return "5 bookings"

    def rewritten() -> str:
        prepare()
        place.copy(COPY)
        query(COPY, "VACUUM FULL")
        query(COPY, "CLUSTER")
        query(COPY, "CLUSTER bookings USING bookings_pkey")
        query(COPY, f"REINDEX DATABASE CONCURRENTLY {COPY}")
        query(COPY, "ALTER TABLE bookings SET WITHOUT CLUSTER")
        figure = same(place, COPY, is_sequence)
        amcheck(COPY)
        return figure

    return [Step("in the storm", in_storm), Step("in archive_bookings()", in_archive), Step("in CREATE EXTENSION", in_create_extension),
            Step("in install_schema()", in_install_schema), Step("in ALTER EXTENSION UPDATE", in_update),
            Step("two-phase commit over a crash", two_phases), Step("VACUUM FULL, CLUSTER, REINDEX CONCURRENTLY", rewritten)]
