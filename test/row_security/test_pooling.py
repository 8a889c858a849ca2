"""Attacks through pgbouncer in transaction mode: clients that share one server connection must not share a context, nor objects.
Skipped where pgbouncer is not installed. Its limits are tested as they are: settings without LOCAL, prepared statements, cursors WITH HOLD
and LISTEN stay for the next client."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import psycopg2

import world as platform
from session import Attack, Session, keys_of
from world import APP, AUTH, DUO, OWNER, PORTAL, SOLO, identity

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
ENDS_WITH_PARENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../ends_with_parent.sh")
PORT = 6432
PGBENCH = shutil.which("pgbench")

CONTEXTS = (dict(business="duo-1"), dict(business="solo-1"), dict(tenant=SOLO), dict(tenant=DUO), dict(user=PORTAL), dict())


def run_prepared(test: Attack, host: str, port: str, clients: int):
    """Transactions of several contexts in turn on each connection, all with the same statements of the protocol (not PREPARE, which is
    text): pgbench stops with an error where one finds other rows than those of its context."""
    fingerprint = "SELECT coalesce(sum(hashtext(id::text)::bigint), 0) AS found FROM booking.customers"
    with tempfile.TemporaryDirectory() as folder:
        scripts = []
        for number, context in enumerate(CONTEXTS):
            own = keys_of("customers", **context) if context else set()
            expected = test.superuser().value(f"{fingerprint} WHERE id = ANY (%s::uuid[])", list(own))
            ids = ", ".join(f"'{identity(context[part])}'" if part in context else "NULL" for part in ("tenant", "business", "user"))
            scripts += ["-f", f"{folder}/{number}.sql"]
            with open(scripts[-1], "w") as script:
                script.write(f"BEGIN;\nSELECT booking.set_session_context({ids});\n{fingerprint} \\gset\n"
                             f"\\if :found <> ({expected})\nSELECT 1 / 0;\n\\endif\nCOMMIT;\n")
        # A thread for each client: pgbench prepares a statement while it waits, and behind one server connection would wait for itself.
        pgbench = subprocess.run(
            [PGBENCH, "-n", "-M", "prepared", "-c", str(clients), "-j", str(clients), "-t", "60", "-h", host, "-p", port, "-U", APP, *scripts, platform.DATABASE],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=300)
    test.assertEqual(pgbench.returncode, 0, pgbench.stdout)
    test.assertIn(f"actually processed: {60 * clients}/{60 * clients}", pgbench.stdout)


@unittest.skipUnless(PGBENCH, "pgbench is not installed")
class Unpooled(Attack):
    def test_statements_prepared_by_the_protocol(self):
        run_prepared(self, os.environ.get("PGHOST", "/var/run/postgresql"), os.environ.get("PGPORT", "5432"), 2)


@unittest.skipUnless(PGBOUNCER, "pgbouncer is not installed")
class Pooled(Attack):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        with open(f"{cls.folder}/users", "w") as users:
            users.write(f'"{APP}" ""\n')
        with open(f"{cls.folder}/ini", "w") as settings:
            settings.write(f"""[databases]
{platform.DATABASE} = host={os.environ.get('PGHOST', '/var/run/postgresql')} dbname={platform.DATABASE}
[pgbouncer]
listen_addr =
listen_port = {PORT}
unix_socket_dir = {cls.folder}
auth_type = trust
auth_file = {cls.folder}/users
pool_mode = transaction
default_pool_size = 1
max_client_conn = 20
logfile = {cls.folder}/log
pidfile =
""")
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            for path in (cls.folder, f"{cls.folder}/users", f"{cls.folder}/ini"):
                os.chown(path, account.pw_uid, account.pw_gid)
        cls.process = subprocess.Popen([ENDS_WITH_PARENT, PGBOUNCER, "-q", f"{cls.folder}/ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.process.wait)
        cls.addClassCleanup(cls.process.terminate)
        for _ in range(100):
            try:
                Session(APP, host=cls.folder, port=PORT).close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)
        with open(f"{cls.folder}/log") as log:
            raise RuntimeError(f"pgbouncer does not start: {log.read()}")

    def client(self) -> Session:
        return self.session(APP, host=self.folder, port=PORT)

    def clients(self):
        """Two, and they do share a server connection."""
        first, second = self.client(), self.client()
        backends = []
        for client in (first, second):
            backends.append(client.value("SELECT pg_backend_pid()"))
            client.commit()
        self.assertEqual(*backends)
        return first, second

    def test_context_set_by_function(self):
        first, second = self.clients()
        for _ in range(30):
            first.enter(business="duo-1", tenant=DUO)
            self.assertEqual(first.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))
            first.commit()
            self.assertEqual(second.run("SELECT id FROM services"), [])
            self.assertIsNone(second.value("SELECT current_session_business_id()"))
            second.commit()
            second.enter(tenant=SOLO)
            self.assertEqual(second.keys("SELECT id::text FROM services"), keys_of("services", tenant=SOLO))
            second.commit()
            self.assertEqual(first.run("SELECT id FROM services"), [])
            first.commit()

    def test_context_set_by_set_local(self):
        first, second = self.clients()
        for _ in range(10):
            first.run(f"SET LOCAL app.current_tenant_id = '{identity(DUO)}'; SET LOCAL app.current_business_id = '{identity('duo-1')}'; "
                      f"SET LOCAL app.current_user_id = '{identity(PORTAL)}'; SET LOCAL app.is_system_admin = 'false'")
            self.assertEqual(first.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))
            first.commit()
            for table in ("services", "users", "customers", "notifications", "tenants"):
                self.assertEqual(second.run(f"SELECT id FROM {table}"), [])
            second.commit()

    def test_transaction_that_fails_or_is_rolled_back(self):
        first, second = self.clients()
        for end in ("ROLLBACK", "SELECT 1 / 0", "SELECT set_config('app.current_business_id', 'x', true)"):
            first.enter(business="duo-1")
            first.run("SELECT id FROM services; SAVEPOINT within")
            first.enter(tenant=DUO)
            try:
                first.run(end)
            except psycopg2.Error:
                pass
            first.roll_back()
            self.assertEqual(second.run("SELECT id FROM services"), [], end)
            second.commit()

    def test_client_that_goes_away_within_its_transaction(self):
        second = self.client()
        for _ in range(3):
            first = self.client()
            first.enter(business="duo-1")
            first.run("SELECT id FROM services")
            first.close()
            self.assertEqual(second.run("SELECT id FROM services"), [])
            second.commit()

    def test_statements_without_a_transaction(self):
        first, second = self.clients()
        first.connection.autocommit = second.connection.autocommit = True
        first.run("SELECT set_session_context(NULL, %s, NULL)", identity("duo-1"))
        self.assertEqual(first.run("SELECT id FROM services"), [], "set_session_context() lasts for its transaction")
        self.assertEqual(second.run("SELECT id FROM services"), [])

    def test_statement_prepared_by_another_client(self):
        """PREPARE stays at the server connection; a statement of another client shows the rows of who executes it."""
        first, second = self.clients()
        for mode in ("auto", "force_generic_plan"):
            first.run(f"SET LOCAL plan_cache_mode = {mode}")
            first.enter(business="duo-1")
            first.run(f"PREPARE shared_{mode} AS SELECT id::text FROM services")
            for _ in range(7):
                first.run(f"EXECUTE shared_{mode}")
            first.commit()
            self.assertEqual(second.run(f"EXECUTE shared_{mode}"), [])
            second.enter(tenant=SOLO)
            self.assertEqual(second.keys(f"EXECUTE shared_{mode}"), keys_of("services", tenant=SOLO))
            second.enter(business="duo-2")
            self.assertEqual(second.keys(f"EXECUTE shared_{mode}"), keys_of("services", business="duo-2"))
            second.run(f"DEALLOCATE shared_{mode}")
            second.commit()

    @unittest.skipUnless(PGBENCH, "pgbench is not installed")
    def test_statements_prepared_by_the_protocol(self):
        """Clients of several contexts share them at the server connection."""
        version = subprocess.run([PGBOUNCER, "--version"], stdout=subprocess.PIPE, universal_newlines=True).stdout
        if tuple(map(int, re.search(r"(\d+)\.(\d+)", version).groups())) < (1, 24):
            self.skipTest("pgbouncer follows prepared statements, unless told to, from 1.24 on (max_prepared_statements)")
        run_prepared(self, self.folder, str(PORT), 4)

    def test_changes_seen_through_the_pool(self):
        """Ids that the server connection keeps for one client's tenant follow what others commit."""
        first, _ = self.clients()
        other = self.superuser()
        first.enter(tenant=DUO)
        first.run("SELECT id FROM services")
        first.commit()
        self.undo(f"UPDATE booking.businesses SET tenant_id = '{identity(DUO)}' WHERE id = '{identity('duo-2')}'")
        other.run("UPDATE businesses SET tenant_id = %s WHERE id = %s", identity(SOLO), identity("duo-2"))
        other.commit()
        first.enter(tenant=DUO)
        self.assertEqual(first.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))
        first.commit()

    # ---- what pooling in this mode cannot keep apart, whoever isolates rows; docs/security.md says so

    def test_set_without_local_reaches_the_next_client(self):
        first, second = self.clients()
        first.run(f"SET app.current_business_id = '{identity('duo-1')}'")
        first.commit()
        self.assertEqual(second.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))
        second.run("RESET app.current_business_id")
        second.commit()
        self.assertEqual(first.run("SELECT id FROM services"), [])

    def test_cursor_with_hold_reaches_the_next_client(self):
        first, second = self.clients()
        first.enter(business="duo-1")
        first.run("DECLARE held CURSOR WITH HOLD FOR SELECT id::text FROM services")
        first.commit()
        self.assertEqual(second.keys("FETCH ALL FROM held"), keys_of("services", business="duo-1"))
        second.run("CLOSE held")
        second.commit()

    def test_prepared_statement_reaches_the_next_client(self):
        """It runs as whoever executes it: never with the rows of who prepared it, but with the text of who did."""
        first, second = self.clients()
        first.enter(business="duo-1")
        first.run("PREPARE mine AS SELECT id::text FROM services")
        first.commit()
        second.enter(business="solo-1")
        self.assertEqual(second.keys("EXECUTE mine"), keys_of("services", business="solo-1"))
        second.run("DEALLOCATE mine")
        second.commit()

    def test_listen_reaches_the_next_client(self):
        first, second = self.clients()
        first.run("LISTEN news")
        first.commit()
        self.assertEqual(second.column("SELECT pg_listening_channels()"), ["news"])
        second.run("UNLISTEN *")
        second.commit()

    # ---- temporary objects: an application's role makes none

    def test_temporary_objects_are_refused(self):
        """Each kind of object that lives in pg_temp; the next client finds nothing in its way."""
        first, second = self.clients()
        for statement in ("CREATE TEMPORARY TABLE customers (id uuid, name text)",
                          "CREATE TEMPORARY TABLE kept AS SELECT id FROM booking.services",
                          "CREATE TEMPORARY TABLE kept (LIKE booking.services) ON COMMIT DELETE ROWS",
                          "CREATE TABLE pg_temp.customers (id uuid)",
                          "SELECT id INTO TEMPORARY kept FROM booking.services",
                          "SELECT id INTO pg_temp.kept FROM booking.services",
                          "CREATE TEMPORARY VIEW customers AS SELECT * FROM booking.customers",
                          "CREATE TEMPORARY RECURSIVE VIEW customers (n) AS SELECT 1",
                          "CREATE VIEW pg_temp.customers AS SELECT * FROM booking.customers",
                          "CREATE TEMPORARY SEQUENCE numbers",
                          "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                          "CREATE PROCEDURE pg_temp.p() LANGUAGE sql AS 'SELECT 1'",
                          "CREATE AGGREGATE pg_temp.a(int) (SFUNC = int4pl, STYPE = int)",
                          "CREATE DOMAIN pg_temp.booking_status_type_v1 AS text",
                          "CREATE TYPE pg_temp.booking_status_type_v1 AS ENUM ('pending')",
                          "CREATE TYPE pg_temp.row_of AS (id uuid)",
                          "CREATE TYPE pg_temp.span AS RANGE (subtype = int4)",
                          "CREATE OPERATOR pg_temp.=== (LEFTARG = int4, RIGHTARG = int4, FUNCTION = int4eq)",
                          "CREATE COLLATION pg_temp.c FROM \"C\"",
                          "CREATE TEXT SEARCH CONFIGURATION pg_temp.t (COPY = pg_catalog.simple)",
                          "CREATE TEXT SEARCH DICTIONARY pg_temp.d (TEMPLATE = pg_catalog.simple)",
                          "CREATE CONVERSION pg_temp.v FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
                          "DO $$ BEGIN CREATE TEMPORARY TABLE customers (id uuid); END $$",
                          "SET LOCAL search_path = pg_temp, booking; CREATE TABLE customers (id uuid)",
                          "SET LOCAL search_path = pg_temp, booking; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"):
            with self.subTest(statement=statement):
                first.enter(business="duo-1")
                refused = first.attempt(statement)
                self.assert_refused(refused)
                self.assertIn("may not create temporary objects", refused.message)
                self.assertIn("REVOKE TEMPORARY", refused.message)
                first.commit()
                second.enter(business="solo-1")
                self.assertEqual(second.keys("SELECT id::text FROM customers"), keys_of("customers", business="solo-1"))
                second.commit()
        self.assertEqual(second.run("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()"), [])
        second.commit()

    def test_temporary_object_before_the_library_is_loaded(self):
        """What the right to make them is taken away for: a session that has asked for nothing of ours yet is not watched."""
        session = self.session()
        self.assertEqual(session.attempt("CREATE TEMPORARY TABLE early (id uuid)"), -1)
        session.roll_back()
        other = self.superuser()
        self.undo(f"GRANT TEMPORARY ON DATABASE {platform.DATABASE} TO PUBLIC")
        other.run(f"REVOKE TEMPORARY ON DATABASE {platform.DATABASE} FROM PUBLIC")
        other.commit()
        self.assert_refused(session.attempt("CREATE TEMPORARY TABLE early (id uuid)"))


class TemporaryObjectsOfOthers(Attack):
    """Whom row security does not bind keeps them, and the server's own go on."""

    def objects(self, session):
        for statement in ("CREATE TEMPORARY TABLE kept (id serial PRIMARY KEY, name text UNIQUE, long text)", "CREATE INDEX ON kept (name)",
                          "INSERT INTO kept (name) VALUES ('a')", "CREATE TEMPORARY VIEW v AS SELECT * FROM kept", "CREATE TEMPORARY SEQUENCE s",
                          "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SELECT pg_temp.f()", "ALTER TABLE kept ADD n int CHECK (n > 0)"):
            session.run(statement)

    def test_superuser(self):
        session = self.superuser()
        session.enter(business="duo-1")
        self.objects(session)

    def test_owner(self):
        for force in (False, True):
            session = self.superuser()
            session.run(f"SELECT bookmeatoz_force_row_security({force})")
            session.run(f"SET LOCAL ROLE {OWNER}")
            session.enter(business="duo-1")
            self.objects(session)
            session.run("SET LOCAL ROLE NONE; CREATE MATERIALIZED VIEW booking.m AS SELECT id FROM booking.services; "
                        f"CREATE UNIQUE INDEX ON booking.m (id); ALTER MATERIALIZED VIEW booking.m OWNER TO {OWNER}; SET LOCAL ROLE {OWNER}")
            session.run("REFRESH MATERIALIZED VIEW CONCURRENTLY booking.m")
            session.roll_back()

    def test_role_that_has_nothing_to_do_with_the_tables(self):
        session = self.superuser()
        session.run("CREATE ROLE proof_stranger; SELECT booking.is_system_admin(); SET LOCAL ROLE proof_stranger")
        self.objects(session)
        session.roll_back()
        session.run(f"SELECT booking.is_system_admin(); SET LOCAL ROLE {APP}")
        self.assert_refused(session.attempt("CREATE TEMPORARY TABLE kept (id uuid)"))

    def test_auth_role(self):
        session = self.session(AUTH)
        session.run("SELECT id FROM users")
        self.assert_refused(session.attempt("CREATE TEMPORARY VIEW users AS SELECT * FROM booking.users"))

    def test_function_of_the_owner(self):
        """What a SECURITY DEFINER function makes belongs to its owner, who is trusted."""
        session = self.superuser()
        session.run(f"""CREATE FUNCTION booking.work() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN CREATE TEMPORARY TABLE work (id int) ON COMMIT DROP; RETURN (SELECT count(*) FROM work); END $$;
            ALTER FUNCTION booking.work() OWNER TO {OWNER}""")
        session.run(f"SET LOCAL ROLE {APP}")
        session.enter(business="duo-1")
        self.assertEqual(session.value("SELECT booking.work()"), 0)
