"""Other servers: a standby answers all searches, and is promoted in the storm without losing a booking that was acknowledged; all tables are replicated
logically; pg_dumpall makes the whole server anew."""

import os
import random
import shutil
import signal
import subprocess
import time
from typing import Dict, List

import clients
import snapshot
import storm
import world
from base import FOUND, HERE, SEARCHES, SOURCE, Place, Step, expect, query, run, same, sound, take
from crashes import amcheck, is_sequence


def program(command: str) -> str:
    programs = os.path.dirname(shutil.which("initdb") or "") or run("pg_config --bindir").strip()
    return f"{HERE}/../ends_with_parent.sh {programs}/{command}"


class Server:
    """Beside the first one, with its settings and the same module; there is one at a time."""
    others: List["Server"] = []

    def __init__(self, place: Place, name: str, make: str):
        for server in self.others:
            server.stop()
        self.folder = os.path.join(place.folder, name)
        self.data = os.path.join(self.folder, "data")
        run(f"rm -rf {self.folder}; mkdir {self.folder}; chmod 755 {self.folder}")
        if os.geteuid() == 0:
            run(f"chown postgres {self.folder}")
        run(f"{program(make)} -D {self.data}")
        with open(f"{place.data}/postgresql.conf", encoding="utf-8") as file:
            settings = file.read()
        with open(f"{self.data}/postgresql.conf", "w", encoding="utf-8") as file:
            file.write(f"{settings}\nfsync = off\nunix_socket_directories = '{self.folder}'\nwal_level = logical\n")
        with open(f"{self.folder}/log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(program("postgres").split() + ["-D", self.data], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.others.append(self)
        place.cleaners.append(self.stop)
        until(lambda: subprocess.run(["pg_isready", "-q", "-h", self.folder], check=False).returncode == 0, 60, "started")

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def query(self, database: str, text: str) -> list:
        return query(database, text, host=self.folder)


def standby(place: Place, name: str) -> Server:
    return Server(place, name, f"pg_basebackup -h {os.environ['PGHOST']} --checkpoint=fast -R --no-sync")


def until(condition, seconds: float, what: str):
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.1)


def steps(place: Place) -> List[Step]:
    if not place.data:
        return []

    def answers() -> str:
        place.before()
        server = standby(place, "standby")
        target = query("postgres", "SELECT pg_current_wal_lsn()")[0][0]
        until(lambda: server.query("postgres", f"SELECT pg_last_wal_replay_lsn() >= '{target}'") == [(True,)], 60, "replayed")
        expect(server.query("postgres", "SELECT pg_is_in_recovery()") == [(True,)], "it is no standby")
        after = take(SOURCE, host=server.folder)
        different = snapshot.differences(place.before(), after, is_sequence)
        expect(not different, "it holds other things:\n" + "\n".join(different[:10]))
        found = server.query(SOURCE, SEARCHES)
        expect(found == query(SOURCE, SEARCHES), "it answers otherwise")
        expect(server.query(SOURCE, FOUND) == query(SOURCE, FOUND), "verify() says other things")
        server.stop()
        return f"{len(found):,} answers, {snapshot.count_rows(after):,} rows"

    def promotion() -> str:
        """The clients go by a link to the socket, which is turned to the standby when the first server is killed; it is not started again until all is proved."""
        front = os.path.join(place.folder, "front")
        os.makedirs(front, exist_ok=True)
        primary = os.environ["PGHOST"]

        def turn(folder: str):
            link = os.path.join(front, ".s.PGSQL.5432")
            os.symlink(os.path.join(folder, ".s.PGSQL.5432"), link + ".new")
            os.replace(link + ".new", link)

        class Promoting(storm.Postmaster):
            def start(self):
                run(f"{program('pg_ctl')} -s -w -D {server.data} promote")
                turn(server.folder)
        world.create()
        server = standby(place, "heir")
        turn(primary)
        first, storm.Postmaster = storm.Postmaster, Promoting
        try:
            query("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'")
            query("postgres", "SELECT pg_reload_conf()")
            until(lambda: query("postgres", "SELECT sync_state FROM pg_stat_replication WHERE sync_state = 'sync'") == [("sync",)], 60, "synchronous")
            os.environ["PGHOST"] = front
            # It is the first server that is killed, and the second that all is proved of.
            outcome = storm.storm(24, random.randrange(2 ** 31), list(clients.OPERATIONS), place.data)
            expect(query("postgres", "SELECT pg_is_in_recovery(), current_setting('data_directory')") == [(False, server.data)], "it was not promoted")
            expect(not outcome.violations, "\n".join(outcome.violations[:10]))
            found = query(world.DATABASE, "SELECT * FROM bookmeatoz_verify_rows()")
            expect(not found, f"verify_rows(): {found[:5]}")
            amcheck(world.DATABASE)
        finally:
            os.environ["PGHOST"], storm.Postmaster = primary, first
            server.stop()
            with open(f"{place.data}/postgresql.auto.conf", encoding="utf-8") as file:
                lines = [line for line in file if "synchronous_standby_names" not in line]
            with open(f"{place.data}/postgresql.auto.conf", "w", encoding="utf-8") as file:
                file.writelines(lines)
            if running(place.data):
                query("postgres", "SELECT pg_reload_conf()")
            else:
                first(place.data).start()
        world.drop()
        return f"{sum(outcome.counts.values()):,} attempts, {len(outcome.told):,} writes"

    def running(data: str) -> bool:
        try:
            with open(f"{data}/postmaster.pid", encoding="ascii") as file:
                return os.path.exists(f"/proc/{int(file.readline())}")
        except FileNotFoundError:
            return False

    def other() -> Server:
        return Server(place, "other", "initdb -N -A trust -U postgres --no-locale --encoding=UTF8 --no-instructions")

    def dumpall() -> str:
        """Roles and their rights too. The superuser exists already, and that is the only error."""
        place.before()
        server = other()
        run(f"pg_dumpall | psql -X -q -h {server.folder} -d postgres 2>&1 >/dev/null | grep -E 'ERROR|FATAL' | {{ ! grep -v 'role \"postgres\" already exists'; }}")
        figure = same(place, SOURCE, is_sequence, host=server.folder)
        server.stop()
        return figure

    def logical() -> str:
        """Of all tables: rows that come, change and go are the same there, and triggers write nothing of their own."""
        expect(query("postgres", "SHOW wal_level") == [("logical",)], "wal_level is not logical")
        place.copy("survive_publisher")
        server = other()
        for role in ("survive_owner", "survive_reader"):
            server.query("postgres", f"CREATE ROLE {role} LOGIN")
        server.query("postgres", "CREATE DATABASE survive_subscriber")
        run(f"pg_dump -s survive_publisher | psql -X -q -v ON_ERROR_STOP=1 -h {server.folder} -d survive_subscriber")
        query("survive_publisher", "CREATE PUBLICATION everything FOR ALL TABLES")
        server.query("survive_subscriber", f"CREATE SUBSCRIPTION everything CONNECTION 'host={os.environ['PGHOST']} user=postgres dbname=survive_publisher' PUBLICATION everything")

        def rows(database: str, **where: str) -> Dict[str, str]:
            return {name: text for name, text in take(database, **where).items() if name.startswith("rows of ") and not name.endswith(("_seq", "business_stats", "revenue"))}

        def equal() -> bool:
            return not snapshot.differences(rows("survive_publisher"), rows("survive_subscriber", host=server.folder))
        until(lambda: server.query("survive_subscriber", "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") == [(0,)], 120, "copied")
        until(equal, 60, "equal rows")
        # A booking that the guard would give another place today, rows of every sort of table that change and go, and a business that moves.
        query("survive_publisher", "UPDATE services SET settings = '{\"capacity\": 2}' WHERE settings ? 'capacity'; UPDATE bookings SET notes = 'moved', "
              "start_time = start_time + interval '5 years', end_time = end_time + interval '5 years' WHERE start_time > '2031-02-01'; "
              "DELETE FROM invoices; DELETE FROM bookings WHERE status = 'cancelled'; UPDATE customers SET city = 'Rome'; DELETE FROM notifications; DELETE FROM token_blacklist; "
              "UPDATE businesses SET tenant_id = '00000000-0000-0000-0000-0000000000a1' WHERE slug = 'studio'; DELETE FROM working_hours WHERE day_of_week = 3; "
              "DELETE FROM employee_services WHERE price IS NULL; SELECT archive_bookings('1 year')")
        until(equal, 120, "equal rows after the changes")
        sound("survive_subscriber", host=server.folder)
        figure = f"{snapshot.count_rows(rows('survive_publisher')):,} rows"
        server.query("survive_subscriber", "DROP SUBSCRIPTION everything")
        server.stop()
        return figure

    return [Step("pg_dumpall into a new server", dumpall), Step("a standby answers", answers), Step("logical replication of all tables", logical),
            Step("promotion in the storm", promotion)]
