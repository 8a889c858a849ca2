"""A tenant moves to another server while its people and those of others go on booking: examples/scale-out, as docs/scale-out.md tells it.
SCALE_OUT_BOOKINGS=100000 in the environment gives it so many more bookings.
Needs a server with the extension (PGHOST), from which it takes where the module is; makes two servers of its own, and pgbouncer where it is
installed. The tests build on each other, in the order of their names."""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import uuid
from datetime import datetime, timedelta, timezone

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "../../examples/scale-out")
ENDS_WITH_PARENT = os.path.join(HERE, "../ends_with_parent.sh")
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
DATABASE, APP = "booking", "scale_app"
FIRST_DAY = datetime(2030, 1, 7, tzinfo=timezone.utc)


def identity(name):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "scale out " + name))


class Server:
    """A temporary server with the module of the server in PGHOST."""

    def __init__(self, folder, name, settings):
        self.host = f"{folder}/{name}"
        os.mkdir(self.host)
        if os.geteuid() == 0:
            shutil.chown(self.host, "postgres")
        self.programs = os.path.dirname(shutil.which("initdb"))
        self.process = subprocess.Popen(
            [ENDS_WITH_PARENT, f"{self.programs}/initdb", "-N", "-A", "trust", "-U", "postgres", "--no-locale", "--encoding=UTF8", "--no-instructions",
             "-D", f"{self.host}/data"], stdout=subprocess.DEVNULL)
        self.settings = settings

    def start(self):
        assert self.process.wait() == 0
        with open(f"{self.host}/data/postgresql.conf", "a") as conf:
            conf.write(f"listen_addresses = ''\nunix_socket_directories = '{self.host}'\nfsync = off\njit = off\nwal_level = logical\nautovacuum = off\n"
                       "max_connections = 100\nmax_prepared_transactions = 2\n" + "".join(f"{name} = '{value}'\n" for name, value in self.settings.items()))
        with open(f"{self.host}/log", "w") as log:
            self.process = subprocess.Popen([ENDS_WITH_PARENT, f"{self.programs}/postgres", "-D", f"{self.host}/data"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while subprocess.run([f"{self.programs}/pg_isready", "-q", "-h", self.host]).returncode != 0:
            if self.process.poll() is not None:
                with open(f"{self.host}/log") as log:
                    raise RuntimeError(f"the server does not start: {log.read()}")
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def conninfo(self, database=DATABASE):
        return f"host={self.host} user=postgres dbname={database}"

    def run(self, statement, *arguments, database=DATABASE):
        connection = psycopg2.connect(self.conninfo(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def value(self, statement, *arguments, database=DATABASE):
        return self.run(statement, *arguments, database=database)[0][0]


class Tenant:
    """Two businesses with two employees each, open day and night."""

    def __init__(self, name):
        self.name, self.id = name, identity(name)
        self.businesses = [identity(f"{name} business {i}") for i in range(2)]
        self.services = [identity(f"{name} service {i}") for i in range(2)]
        self.customers = [[identity(f"{name} customer {i} {j}") for j in range(3)] for i in range(2)]

    def rows(self):
        """SQL. The user "shared" works for all tenants, and has an address on both shards."""
        def account(name):
            return f"INSERT INTO users (id, email, status) VALUES ('{identity(name)}', '{name}@example.org', 'active') ON CONFLICT DO NOTHING;\n"

        sql = account("shared") + account(f"{self.name}-chief") + f"""
            INSERT INTO tenants (id, name, subdomain) VALUES ('{self.id}', '{self.name}', '{self.name}');
            INSERT INTO tenant_admins (tenant_id, user_id) VALUES ('{self.id}', '{identity(self.name + "-chief")}');
            INSERT INTO subscription_plans (id, name) VALUES ('basic', 'Basic') ON CONFLICT DO NOTHING;
            INSERT INTO tenant_subscriptions (tenant_id, plan_id) VALUES ('{self.id}', 'basic');
            INSERT INTO token_blacklist (token_hash, user_id, expires_at) VALUES ('{self.name}', '{identity(self.name + "-chief")}', '2040-01-01');
            INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ('{self.name}', '{identity(self.name + "-chief")}', '2040-01-01');
            INSERT INTO notifications (user_id, type, title) VALUES ('{identity(self.name + "-chief")}', 'news', 'beside a business');
            INSERT INTO notifications (user_id, type, title) VALUES ('{identity("shared")}', 'news', 'of {self.name}');"""
        for i, business in enumerate(self.businesses):
            sql += f"""
                INSERT INTO businesses (id, tenant_id, name, slug, currency) VALUES ('{business}', '{self.id}', '{self.name} {i}', '{self.name}-{i}', 'EUR');
                INSERT INTO service_categories (business_id, name) VALUES ('{business}', 'all');
                INSERT INTO services (id, business_id, name, duration, price, buffer_after_minutes) VALUES ('{self.services[i]}', '{business}', 'cut', 15, 10, 0);
                INSERT INTO user_business_roles (user_id, business_id, role) VALUES ('{identity("shared")}', '{business}', 'reader');
                INSERT INTO business_availability_overrides (business_id, start_time, end_time) VALUES ('{business}', '2029-12-24', '2029-12-25');
                INSERT INTO notes (business_id, body) VALUES ('{business}', 'a table of the user''s own');
                INSERT INTO notifications (business_id, user_id, type, title) VALUES ('{business}', '{identity("shared")}', 'reminder', 'of a business');"""
            for j, customer in enumerate(self.customers[i]):
                sql += account(f"{self.name}-{i}-{j}")
                sql += f"""
                    INSERT INTO customers (id, business_id, name, user_id) VALUES ('{customer}', '{business}', 'customer {j}', '{identity(f"{self.name}-{i}-{j}")}');"""
            for j in range(2):
                name = f"{self.name}-{i}-{j}-works"
                sql += account(name) + f"""
                    INSERT INTO employees (id, business_id, user_id) VALUES ('{identity(name)}', '{business}', '{identity(name)}');
                    INSERT INTO employee_services (employee_id, service_id) VALUES ('{identity(name)}', '{self.services[i]}');
                    INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES ('{identity(name)}', '2029-12-24', '2029-12-25');
                    INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time) SELECT '{identity(name)}', d, '00:00', '24:00' FROM generate_series(0, 6) d;"""
            # What is due, was long ago, and will be.
            sql += f"""
                INSERT INTO bookings (business_id, service_id, customer_id, start_time, status, employee_id, price)
                SELECT '{business}', '{self.services[i]}', '{self.customers[i][0]}', '2020-01-01'::timestamptz + n * interval '1 day', 'completed',
                       '{identity(f"{self.name}-{i}-0-works")}', 10 FROM generate_series(1, 300) n;
                INSERT INTO bookings (business_id, service_id, customer_id, start_time, created_at, status, employee_id) VALUES
                    ('{business}', '{self.services[i]}', '{self.customers[i][0]}', now() + interval '30 minutes', now() - interval '3 days', 'confirmed',
                     '{identity(f"{self.name}-{i}-0-works")}');"""
        return sql


ALPHA, BETA, GAMMA = Tenant("alpha"), Tenant("beta"), Tenant("gamma")


class Writer(threading.Thread):
    """Books, moves and cancels, and changes every table that flows, all the time, in the context of one of the tenant's businesses. `known`: what
    was acknowledged, and how it must be. An error is repeated if it says that it may be."""

    def __init__(self, tenant, number, places):
        super().__init__(daemon=True)
        self.tenant, self.places = tenant, list(places)
        self.random = random.Random(f"{tenant.name} {number}")
        self.known, self.retried, self.errors, self.acknowledged_at = {}, [], [], []
        self.ends = threading.Event()
        self.connection = None

    def run(self):
        while not self.ends.is_set():
            self.attempt(self.random.choice((self.book, self.book, self.move, self.cancel, self.note, self.tables)))
            time.sleep(0.002)
        if self.connection:
            self.connection.close()

    def attempt(self, work):
        business = self.random.randrange(2)
        prepared = work(business)
        for _ in range(300):
            try:
                if self.connection is None:
                    self.connection = psycopg2.connect(self.places[0])
                with self.connection, self.connection.cursor() as cursor:
                    cursor.execute("SELECT set_session_context(%s, %s, NULL)", (self.tenant.id, self.tenant.businesses[business]))
                    done = prepared(cursor)
                if done:
                    done()
                self.acknowledged_at.append(time.monotonic())
                return
            except psycopg2.Error as error:
                if error.pgcode in ("23P01", "BM001", "BM003", "BM004"):
                    return  # taken
                self.retried.append(str(error)) if error.pgcode in ("40001", "40P01") else self.errors.append(f"{error.pgcode} {error}")
                if error.pgcode == "40001" and "another server" in str(error) or error.pgcode is None:
                    if self.connection:
                        self.connection.close()
                        self.connection = None
                    if len(self.places) > 1:
                        del self.places[0]
                time.sleep(0.02)
        self.errors.append("gave up")

    def start_time(self):
        return FIRST_DAY + timedelta(minutes=15 * self.random.randrange(60 * 96))

    def book(self, business):
        key, start = uuid.uuid4().hex, self.start_time()
        customer = self.random.choice(self.tenant.customers[business])

        def prepared(cursor):
            cursor.execute("SELECT booking_id FROM book_slot(%s, %s, %s, idempotency_key => %s)", (self.tenant.services[business], start, customer, key))
            booking = cursor.fetchone()[0]
            return lambda: self.known.__setitem__(booking, (start, "confirmed"))
        return prepared

    def some(self, cursor):
        """One of its own bookings that stand, of this context."""
        mine = [booking for booking, (_, status) in list(self.known.items())[-40:] if status == "confirmed"]
        return self.random.choice(mine) if mine else None

    def move(self, business):
        start = self.start_time()

        def prepared(cursor):
            booking = self.some(cursor)
            if booking:
                cursor.execute("SELECT * FROM reschedule_booking(%s, %s)", (booking, start))
                return lambda: self.known.__setitem__(booking, (start, "confirmed"))
        return prepared

    def cancel(self, business):
        def prepared(cursor):
            booking = self.some(cursor)
            if booking:
                cursor.execute("SELECT * FROM cancel_booking(%s)", (booking,))
                return lambda: self.known.__setitem__(booking, (self.known[booking][0], "cancelled"))
        return prepared

    def note(self, business):
        def prepared(cursor):
            cursor.execute("UPDATE bookings SET notes = %s WHERE id = %s", (uuid.uuid4().hex, self.some(cursor)))
        return prepared

    def tables(self, business):
        mark, now = uuid.uuid4().hex, self.tenant.businesses[business]

        def prepared(cursor):
            cursor.execute("INSERT INTO business_availability_overrides (business_id, start_time, end_time, reason) VALUES (%s, '2029-01-01', '2029-01-02', %s)", (now, mark))
            cursor.execute("UPDATE business_availability_overrides SET end_time = '2029-01-03' WHERE reason = %s", (mark,))
            cursor.execute("DELETE FROM business_availability_overrides WHERE reason <> %s AND ctid = ANY (ARRAY("
                           "SELECT ctid FROM business_availability_overrides WHERE business_id = %s AND reason IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED))", (mark, now))
            cursor.execute("UPDATE working_hours SET valid_to = '2039-01-01' WHERE business_id = %s AND ctid = ANY (ARRAY("
                           "SELECT ctid FROM working_hours WHERE business_id = %s ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED))", (now, now))
            cursor.execute("INSERT INTO customers (business_id, name, email) VALUES (%s, %s, %s)", (now, mark, f"{mark}@example.org"))
            cursor.execute("UPDATE customers SET phone = '1' WHERE business_id = %s AND name = %s", (now, mark))
            cursor.execute("DELETE FROM customers WHERE business_id = %s AND name = %s AND %s", (now, mark, self.random.random() < 0.5))
            cursor.execute("UPDATE services SET description = %s WHERE business_id = %s", (mark, now))
            cursor.execute("UPDATE notes SET body = %s WHERE business_id = %s", (mark, now))
            # in one more session each: rows that come and go
            cursor.execute("INSERT INTO service_categories (business_id, name) VALUES (%s, %s)", (now, mark))
            cursor.execute("DELETE FROM service_categories WHERE business_id = %s AND name = %s", (now, mark))
        return prepared


class MoveTenant(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.chmod(cls.folder, 0o755)
        given = psycopg2.connect(dbname="postgres")
        with given.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN ('dynamic_library_path', 'extension_destdir', 'extension_control_path')")
            settings = dict(cursor.fetchall())
        given.close()
        cls.source, cls.target = (Server(cls.folder, name, settings) for name in ("source", "target"))
        cls.pgbouncer, cls.writers = None, []
        for server in (cls.source, cls.target):
            cls.addClassCleanup(server.stop)
        cls.addClassCleanup(cls.end_clients)
        for server in (cls.source, cls.target):
            server.start()
        setting_up = [threading.Thread(target=cls.install, args=arguments) for arguments in ((cls.source, (ALPHA, BETA)), (cls.target, (GAMMA,)))]
        for thread in setting_up:
            thread.start()
        for thread in setting_up:
            thread.join()
        for server in (cls.source, cls.target):
            server.run("SELECT archive_bookings('1 year')")
        cls.start_pgbouncer()

    @classmethod
    def end_clients(cls):
        for writer in cls.writers:
            writer.ends.set()
        if cls.pgbouncer:
            cls.pgbouncer.kill()
            cls.pgbouncer.wait()
        for writer in cls.writers:
            writer.join(5)

    @staticmethod
    def install(server, tenants):
        server.run(f"CREATE DATABASE {DATABASE}", database="postgres")
        server.run(f"""
            SET client_min_messages = warning;
            CREATE EXTENSION bookmeatoz CASCADE;
            CREATE ROLE {APP} LOGIN;
            SELECT bookmeatoz_grant_app_role('{APP}');
            CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), business_id uuid NOT NULL REFERENCES businesses ON DELETE CASCADE, body text);
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
            CREATE POLICY notes_all ON notes USING (can_access_business(business_id));
            GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO {APP};
            SELECT bookmeatoz_maintain();""")
        for tenant in tenants:
            server.run(tenant.rows())
        if ALPHA in tenants:
            more = int(os.environ.get("SCALE_OUT_BOOKINGS", "0")) // 2
            for i in range(2):
                server.run("""INSERT INTO bookings (business_id, service_id, customer_id, start_time, status, employee_id)
                              SELECT %s, %s, %s, '2031-01-01'::timestamptz + n * interval '15 minutes', 'confirmed', %s FROM generate_series(1, %s) n""",
                           ALPHA.businesses[i], ALPHA.services[i], ALPHA.customers[i][0], identity(f"alpha-{i}-0-works"), more)

    @classmethod
    def start_pgbouncer(cls):
        """One line for each tenant, in a file of its own."""
        if not PGBOUNCER:
            return
        includes = ""
        for tenant in (ALPHA, BETA):
            with open(f"{cls.folder}/{tenant.name}.ini", "w") as line:
                line.write(f"[databases]\n{tenant.name} = host={cls.source.host} dbname={DATABASE}\n")
            includes += f"%include {cls.folder}/{tenant.name}.ini\n"
        with open(f"{cls.folder}/users", "w") as users:
            users.write(f'"{APP}" ""\n"admin" ""\n')
        with open(f"{cls.folder}/pgbouncer.ini", "w") as ini:
            ini.write(f"""{includes}[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {cls.folder}
auth_type = trust
auth_file = {cls.folder}/users
admin_users = admin
pool_mode = transaction
default_pool_size = 10
logfile = {cls.folder}/pgbouncer.log
pidfile =
""")
        if os.geteuid() == 0:
            shutil.chown(cls.folder, "postgres")
        cls.pgbouncer = subprocess.Popen([ENDS_WITH_PARENT, PGBOUNCER, "-q", f"{cls.folder}/pgbouncer.ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                psycopg2.connect(cls.through_pgbouncer(ALPHA)).close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)
        with open(f"{cls.folder}/pgbouncer.log") as log:
            raise RuntimeError(f"pgbouncer does not start: {log.read()}")

    @classmethod
    def through_pgbouncer(cls, tenant):
        return f"host={cls.folder} port=6432 user={APP} dbname={tenant.name}"

    @classmethod
    def directly(cls, server):
        return f"host={server.host} user={APP} dbname={DATABASE}"

    # ---- help

    def step(self, step, *options, target=None, fails=None, tenant=ALPHA, says=None):
        result = subprocess.run([f"{EXAMPLES}/move-tenant", step, self.source.conninfo(), target or self.target.conninfo(), tenant.id, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=600 if "SCALE_OUT_BOOKINGS" in os.environ else 60,
                                env=self.environment())
        if fails is None:
            self.assertEqual(result.returncode, 0, result.stdout)
        else:
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn(fails, result.stdout)
        return result.stdout

    def environment(self):
        return {**os.environ, "PGBOUNCER": f"host={self.folder} port=6432 user=admin dbname=pgbouncer"}

    def route(self):
        line = f"host={self.target.host} dbname={DATABASE}"
        return f"{EXAMPLES}/pgbouncer-route {self.folder}/alpha.ini alpha '{line}'" if PGBOUNCER else ""

    def definitions(self, server):
        """All that a move may change besides rows, and should not leave."""
        return server.run("""
            SELECT 'table', oid::regclass::text, relreplident::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
            UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'schema', nspname, '' FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
            UNION ALL SELECT 'publication', pubname, '' FROM pg_publication
            UNION ALL SELECT 'slot', slot_name, '' FROM pg_replication_slots
            UNION ALL SELECT 'subscription', subname, '' FROM pg_subscription ORDER BY 1, 2, 3""")

    def rows_of_all(self, server):
        tables = server.run("SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace")
        return {table: server.run(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} t")[0] for table, in tables}

    def rows_of(self, server, tenant):
        """How many rows each table has of the tenant."""
        ids = "{" + ",".join(tenant.businesses) + "}"
        found = {}
        for table, business, of_tenant in server.run("""
                SELECT c.oid::regclass::text, bool_or(attname = 'business_id'), bool_or(attname = 'tenant_id') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND attname IN ('business_id', 'tenant_id') GROUP BY c.oid"""):
            condition = " OR ".join(([f"business_id = ANY ('{ids}')"] if business else []) + ([f"tenant_id = '{tenant.id}'"] if of_tenant else []))
            found[table] = server.value(f"SELECT count(*) FROM {table} WHERE {condition}")
        found["tenants"] = server.value("SELECT count(*) FROM tenants WHERE id = %s", tenant.id)
        return found

    def start_writers(self):
        places = {tenant: self.through_pgbouncer(tenant) if PGBOUNCER else self.directly(self.source) for tenant in (ALPHA, BETA)}
        then = self.through_pgbouncer(ALPHA) if PGBOUNCER else self.directly(self.target)
        # One of alpha's knows nothing of pgbouncer until the fence tells it.
        writers = [Writer(ALPHA, 1, [places[ALPHA]] if PGBOUNCER else [places[ALPHA], then]), Writer(ALPHA, 2, [self.directly(self.source), then]),
                   Writer(BETA, 3, [places[BETA]])]
        for writer in writers:
            self.writers.append(writer)
            writer.start()
        return writers

    def sound(self, server):
        for check in ("bookmeatoz_verify()", "bookmeatoz_verify_rows()"):
            self.assertEqual(server.run(f"SELECT * FROM {check} WHERE severity = 'error'"), [], check)

    # ---- the tests

    def test_1_what_cannot_be_moved_is_refused_and_nothing_is_changed(self):
        before = self.definitions(self.source), self.definitions(self.target), self.rows_of_all(self.source), self.rows_of_all(self.target)
        self.target.run("CREATE DATABASE empty TEMPLATE template0", database="postgres")
        self.step("prepare", target=self.target.conninfo("empty"), fails="the target has no extension bookmeatoz")
        self.step("prepare", target=self.source.conninfo("empty").replace("empty", DATABASE), fails="source and target are the same server")
        self.step("prepare", target=self.target.conninfo("nowhere"), fails="the target cannot be reached")
        self.step("prepare", tenant=GAMMA, fails="the source has no tenant")
        self.target.run("DROP DATABASE empty", database="postgres")
        for cause, statement, undo in (
                ("the target 0.9 in schema public", "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'bookmeatoz'",
                 f"UPDATE pg_extension SET extversion = '{self.source.value('SELECT extversion FROM pg_extension WHERE extname = %s', 'bookmeatoz')}' WHERE extname = 'bookmeatoz'"),
                ("the target has already: the tenant", f"INSERT INTO tenants (id, name, subdomain) VALUES ('{ALPHA.id}', 'a', 'other')",
                 f"DELETE FROM tenants WHERE id = '{ALPHA.id}'"),
                ("a tenant with the subdomain alpha", "UPDATE tenants SET subdomain = 'alpha'", "UPDATE tenants SET subdomain = 'gamma'"),
                ("a business with the slug alpha-0", "UPDATE businesses SET slug = 'alpha-0' WHERE slug = 'gamma-0'",
                 "UPDATE businesses SET slug = 'gamma-0' WHERE slug = 'alpha-0'"),
                ("have the address of one of the tenant's, but another id", "INSERT INTO users (email) VALUES ('alpha-chief@example.org')",
                 "DELETE FROM users WHERE email = 'alpha-chief@example.org'"),
                ("the target has rows of the tenant already, in: public.notes", f"INSERT INTO notes (business_id) VALUES ('{ALPHA.businesses[0]}')",
                 f"DELETE FROM notes WHERE business_id = '{ALPHA.businesses[0]}'"),
                ("the target has no subscription plan", "UPDATE subscription_plans SET id = 'other'", "UPDATE subscription_plans SET id = 'basic'"),
                ("> public.bookings colour text", "ALTER TABLE bookings ADD COLUMN colour text", "ALTER TABLE bookings DROP COLUMN colour"),
                ("labels differ", "ALTER TYPE booking_status_type_v1 RENAME VALUE 'no_show' TO 'absent'",
                 "ALTER TYPE booking_status_type_v1 RENAME VALUE 'absent' TO 'no_show'")):
            self.target.run("SET session_replication_role = replica; " + statement)
            self.step("prepare", fails=cause)
            self.target.run("SET session_replication_role = replica; " + undo)
        self.source.run("CREATE TABLE remarks (id uuid PRIMARY KEY, booking_id uuid REFERENCES bookings)")
        self.step("prepare", fails="whose the rows are cannot be seen in: public.remarks")
        self.source.run("DROP TABLE remarks")
        self.source.run("CREATE TABLE numbered (id serial PRIMARY KEY, business_id uuid)")
        self.step("prepare", fails="cannot be moved: public.numbered")
        self.source.run("DROP TABLE numbered")
        self.step("follow", fails="Run prepare first")
        self.step("switch", fails="Run prepare and follow first")
        self.step("clean")
        self.assertEqual(before, (self.definitions(self.source), self.definitions(self.target), self.rows_of_all(self.source), self.rows_of_all(self.target)))

    def test_2_a_move_that_is_aborted_leaves_nothing(self):
        definitions = self.definitions(self.source), self.definitions(self.target)
        rows = self.rows_of_all(self.target)
        type(self).running = self.start_writers()
        found = [server.run("SELECT * FROM bookmeatoz_verify()") for server in (self.source, self.target)]
        self.step("prepare")
        self.step("prepare")
        self.step("follow")
        self.assertEqual(found, [server.run("SELECT * FROM bookmeatoz_verify()") for server in (self.source, self.target)])
        self.assertGreater(self.rows_of(self.target, ALPHA)["bookings"], 0)
        # Nothing of the target sees, sends or deletes what is on its way; others are served.
        self.assertEqual({row[1] for row in self.target.run("SELECT * FROM claim_due_reminders('1h')")}, set(GAMMA.businesses))
        self.assertIsNone(self.target.value("SELECT resolve_tenant('alpha')"))
        self.assertEqual(self.target.run("UPDATE bookings SET notes = 'x' WHERE business_id = %s RETURNING id", ALPHA.businesses[0]), [])
        self.target.run("UPDATE bookings SET reminder_sent_1h = false WHERE business_id = ANY (%s::uuid[])", GAMMA.businesses)
        with self.assertRaisesRegex(psycopg2.Error, "opens no business meanwhile"):
            self.source.run("INSERT INTO businesses (tenant_id, name, slug) VALUES (%s, 'new', 'new')", ALPHA.id)
        # What the target lost is noticed, and the source goes on.
        lost = self.target.value("SELECT id FROM customers WHERE business_id = %s LIMIT 1", ALPHA.businesses[0])
        self.target.run(f"SET session_replication_role = replica; DELETE FROM customers WHERE id = '{lost}'")
        said = self.step("switch", *self.routing(), fails="the rows differ")
        self.assertIn("public.customers", said)
        # A transaction that does not end.
        holder = psycopg2.connect(self.source.conninfo())
        holder.cursor().execute("UPDATE services SET description = 'held' WHERE id = %s", (ALPHA.services[0],))
        self.step("switch", "--wait", "1", fails="a transaction of the tenant does not end; nothing was switched")
        holder.rollback()
        holder.close()
        self.step("abort")
        self.step("abort")
        self.assertEqual(definitions, (self.definitions(self.source), self.definitions(self.target)))
        self.target.run("UPDATE bookings SET reminder_sent_1h = false, notes = NULL")
        self.assertEqual({table for table, found in self.rows_of_all(self.target).items() if found != rows[table]} - {"bookings", "audit_logs"}, set())
        self.assertEqual(sum(self.rows_of(self.target, ALPHA).values()), 0)
        self.assertEqual(sum(map(len, (writer.errors for writer in self.running))), 0, [writer.errors[:3] for writer in self.running])

    def routing(self):
        return ["--route", self.route()] if PGBOUNCER else []

    def test_3_the_tenant_moves(self):
        definitions = [[line for line in self.definitions(server) if "bookings_archive_20" not in line[1]] for server in (self.source, self.target)]
        gamma = self.rows_of(self.target, GAMMA)
        self.step("prepare")
        self.step("follow")
        # Housekeeping goes on: what the source archives comes along, and the target leaves alone what is not its own yet.
        self.source.run("""INSERT INTO bookings (business_id, service_id, customer_id, start_time, status, employee_id)
                           VALUES (%s, %s, %s, '2019-01-01', 'completed', %s)""",
                        ALPHA.businesses[0], ALPHA.services[0], ALPHA.customers[0][0], identity("alpha-0-0-works"))
        for _ in range(100):
            if self.target.value("SELECT count(*) FROM bookings WHERE start_time = '2019-01-01'"):
                break
            time.sleep(0.05)
        self.assertEqual(self.target.value("SELECT archive_bookings('1 year')"), 0)
        self.assertEqual(self.source.value("SELECT archive_bookings('1 year')"), 1)
        self.source.run("SELECT bookmeatoz_maintain()")
        with self.assertRaises(psycopg2.errors.ForeignKeyViolation):
            self.target.run("SELECT bookmeatoz_maintain()")
        # The session that keeps the writers waiting is lost: somebody may have written since.
        def lose_the_session():
            while not self.source.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted"
                                      " AND classid <> 0 AND objsubid = 1 AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'psql')"):
                time.sleep(0.005)
        killer = threading.Thread(target=lose_the_session, daemon=True)
        killer.start()
        self.step("switch", *self.routing(), fails="move-tenant: ")
        for server, state in ((self.source, "following"), (self.target, "coming")):
            self.assertEqual(server.run("SELECT state FROM tenant_move.moves"), [(state,)])
        # The target refuses in the last moment: a slug is taken since.
        self.target.run("UPDATE businesses SET slug = 'alpha-1' WHERE slug = 'gamma-1'")
        self.step("switch", *self.routing(), fails="the target refused; nothing was switched")
        self.target.run("UPDATE businesses SET slug = 'gamma-1' WHERE slug = 'alpha-1'")
        time.sleep(0.3)
        # An account changes its password while the tenant moves, and one joins.
        self.source.run("UPDATE users SET password_hash = 'new' WHERE email = 'alpha-chief@example.org'")
        self.source.run("INSERT INTO users (id, email) VALUES (%s, 'late@example.org')", identity("late"))
        self.source.run("INSERT INTO customers (business_id, name, user_id) VALUES (%s, 'late', %s)", ALPHA.businesses[0], identity("late"))
        before = [len(writer.known) for writer in self.running]
        # Who began before the switch, and writes after it, is told so.
        early = psycopg2.connect(self.source.conninfo())
        early.set_session(isolation_level="REPEATABLE READ")
        early.cursor().execute("SELECT count(*) FROM bookings")
        if "SCALE_OUT_BOOKINGS" in os.environ:
            print(self.step("switch", *self.routing()), end="")
        else:
            # The script is killed when the target serves, before the clients are sent there: run again, it does the rest.
            killed = subprocess.run([f"{EXAMPLES}/move-tenant", "switch", self.source.conninfo(), self.target.conninfo(), ALPHA.id, "--route",
                                     f"route() {{ if [ $1 = target ]; then kill -KILL $PPID; else {self.route() or ':'} $1; fi; }}; route"],
                                    env=self.environment(), stdout=subprocess.DEVNULL, timeout=60)
            self.assertEqual(killed.returncode, -9)
            self.step("switch", *self.routing())
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            early.cursor().execute("UPDATE bookings SET notes = 'lost' WHERE business_id = %s", (ALPHA.businesses[0],))
        early.close()
        self.step("abort", fails="the target serves the tenant")
        self.step("switch", *self.routing())
        # The source is left, but not yet clean: people are told, jobs of the platform pass over it.
        stale = psycopg2.connect(self.directly(self.source))
        for statement in ("INSERT INTO notes (business_id, body) VALUES (%(b)s, 'x')", "UPDATE customers SET phone = 'x' WHERE business_id = %(b)s",
                          "DELETE FROM notes WHERE business_id = %(b)s"):
            with self.assertRaisesRegex(psycopg2.errors.SerializationFailure, "is on another server"), stale, stale.cursor() as cursor:
                cursor.execute("SELECT set_session_context(%s, NULL, NULL)", (ALPHA.id,))
                cursor.execute(statement, {"b": ALPHA.businesses[0]})
        stale.close()
        self.assertEqual({row[1] for row in self.source.run("SELECT * FROM claim_due_reminders('1h')")}, set(BETA.businesses))
        self.assertEqual({row[1] for row in self.target.run("SELECT * FROM claim_due_reminders('1h')")}, {*ALPHA.businesses, *GAMMA.businesses})
        time.sleep(1)
        beta = self.rows_of(self.source, BETA)
        self.step("clean")
        self.step("clean")
        time.sleep(0.5)
        for writer in self.running:
            writer.ends.set()
        for writer in self.running:
            writer.join()

        self.assertEqual(self.target.value("SELECT count(*) FROM bookings_archive_default"), 0)
        self.assertEqual(definitions[0], [line for line in self.definitions(self.source) if "bookings_archive_20" not in line[1]])
        self.assertEqual(definitions[1], [line for line in self.definitions(self.target) if "bookings_archive_20" not in line[1]])
        for writer, at_the_switch in zip(self.running, before):
            self.assertEqual(writer.errors, [])
            self.assertGreater(len(writer.known), at_the_switch + 10, "it went on")
        through, directly, other = self.running
        # Only who did not come through pgbouncer noticed anything.
        self.assertTrue(any("is on another server" in error for error in directly.retried))
        self.assertEqual([error for error in other.retried + (through.retried if PGBOUNCER else []) if "deadlock" not in error], [])

        # Every booking that was acknowledged is there, once, and as it was left; none is on the other side.
        known = {**through.known, **directly.known}
        there = {row[0]: row[1:] for row in self.target.run("SELECT id, start_time, status::text FROM bookings WHERE business_id = ANY (%s::uuid[])", ALPHA.businesses)}
        self.assertEqual({booking: there.get(booking) for booking in known}, known)
        self.assertEqual(self.target.value("SELECT count(*) - count(DISTINCT id) FROM bookings_all"), 0)
        self.assertEqual(self.target.value("SELECT count(*) FROM (SELECT FROM bookings WHERE idempotency_key IS NOT NULL GROUP BY idempotency_key HAVING count(*) > 1) t"), 0)
        there = {row[0]: row[1:] for row in self.source.run("SELECT id, start_time, status::text FROM bookings WHERE business_id = ANY (%s::uuid[])", BETA.businesses)}
        self.assertEqual({booking: there.get(booking) for booking in other.known}, other.known)

        # Nothing of the tenant is left on the source; all of it is on the target; others have what they had.
        self.assertEqual({table for table, rows in self.rows_of(self.source, ALPHA).items() if rows}, set())
        self.assertEqual({table for table, rows in self.rows_of(self.target, ALPHA).items() if not rows}, set())
        self.assertEqual(gamma.keys(), self.rows_of(self.target, GAMMA).keys())
        for table, rows in self.rows_of(self.target, GAMMA).items():
            self.assertGreaterEqual(rows, gamma[table], table)
        for table, rows in self.rows_of(self.source, BETA).items():
            self.assertGreaterEqual(rows, beta[table] - 5, table)
        # Nobody did what the move did: no entry says that somebody deleted the tenant, or made it anew.
        self.assertEqual(self.source.value("SELECT count(*) FROM audit_logs WHERE entity_id = %s", ALPHA.id), 0)
        self.assertEqual(self.target.run("SELECT action FROM audit_logs WHERE entity_id = %s", ALPHA.id), [("insert",)])

        # Accounts: those of the tenant alone have moved, with their tokens; who works for others too is on both sides.
        self.assertEqual(self.source.run("SELECT email FROM users WHERE email LIKE 'alpha%' OR email LIKE 'late%'"), [])
        self.assertEqual(self.target.value("SELECT password_hash FROM users WHERE email = 'alpha-chief@example.org'"), "new")
        self.assertEqual(self.target.value("SELECT count(*) FROM users WHERE email = 'late@example.org'"), 1)
        for server in (self.source, self.target):
            self.assertEqual(server.value("SELECT count(*) FROM users WHERE email = 'shared@example.org'"), 1)
        self.assertEqual(self.target.run("SELECT token_hash FROM token_blacklist ORDER BY 1"), [("alpha",), ("gamma",)])
        self.assertEqual(self.source.run("SELECT token_hash FROM token_blacklist"), [("beta",)])
        self.assertEqual(self.target.value("SELECT count(*) FROM notifications WHERE title = 'beside a business'"), 2)
        self.assertEqual(self.source.value("SELECT count(*) FROM notifications WHERE title = 'beside a business'"), 1)
        self.sound(self.source)
        self.sound(self.target)

    def test_4_one_report_over_all_shards(self):
        self.source.run("CREATE DATABASE platform", database="postgres")
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", f"{EXAMPLES}/report.sql", self.source.conninfo("platform")], check=True)
        for name, server in (("one", self.source), ("two", self.target)):
            server.run("CREATE ROLE reporting LOGIN BYPASSRLS; GRANT SELECT ON business_stats, businesses, tenants TO reporting; SELECT refresh_business_stats()")
            self.source.run("SELECT platform.add_shard(%s, %s, 'reporting')", name, json.dumps({"host": server.host, "dbname": DATABASE}), database="platform")
        report = self.source.run("SELECT month, shards, tenants, businesses, bookings, cancellations, booked_minutes, revenue FROM platform.figures('2019-01-01', '2039-12-01')",
                                 database="platform")
        self.assertEqual({row[0] for row in self.source.run("SELECT DISTINCT tenant FROM platform.business_stats WHERE shard = 'two'", database="platform")}, {"alpha", "gamma"})
        expected = {}
        for server in (self.source, self.target):
            for month, bookings, cancelled, revenue in server.run("""
                    SELECT date_trunc('month', start_time)::date, count(*), count(*) FILTER (WHERE status = 'cancelled'), sum(price) FILTER (WHERE status = 'completed')
                    FROM bookings_all GROUP BY 1"""):
                sums = expected.setdefault(month, [0, 0, 0])
                sums[0] += bookings
                sums[1] += cancelled
                sums[2] += revenue or 0
        self.assertEqual({row[0]: [row[4], row[5], row[7].get("EUR", 0)] for row in report}, expected)
        self.assertEqual([row[1:4] for row in report if row[0] == FIRST_DAY.date().replace(day=1)], [(2, 2, 4)])
        # Names of tenants are not unique, not even on a shard.
        self.target.run("UPDATE tenants SET name = 'alpha' WHERE id = %s", GAMMA.id)
        self.assertEqual(self.source.run("SELECT month, tenants FROM platform.figures('2019-01-01', '2039-12-01')", database="platform"),
                         [(row[0], row[2]) for row in report])
        self.assertEqual(set(self.source.run("SELECT tenant, tenant_id::text FROM platform.business_stats WHERE shard = 'two'", database="platform")),
                         {("alpha", ALPHA.id), ("alpha", GAMMA.id)})
        self.target.stop()
        with self.assertRaisesRegex(psycopg2.Error, "shard_two"):
            self.source.run("SELECT * FROM platform.figures('2030-01-01', '2030-12-01')", database="platform")


if __name__ == "__main__":
    unittest.main()
