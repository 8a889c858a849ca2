"""A session without a context is answered without reading a table: by every statement on every table that has policies, by every kind of plan,
also by one that was made in a context. EXPLAIN says what was executed, and the server's statistics what was scanned."""

import itertools
import re

from session import Attack, Session
from test_plans_and_contexts import CONTEXTS
from world import ADMINISTRATOR, CARELESS, DUO, OWNER, PORTAL, SCHEMA, identity

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS off, COSTS off, TIMING off, FORMAT json) "
READERS = {"none": {}, "business": dict(business="duo-1"), "tenant": dict(tenant=DUO),
           "user": dict(user=PORTAL), "administrator": dict(admin=True)}
METHODS = {"by any scan": (), "by sequential scans": ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"),
           "by index scans": ("enable_seqscan", "enable_bitmapscan"), "by bitmap scans": ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")}
KINDS_OF_PLAN = (("auto", "by any scan"), ("force_generic_plan", "by sequential scans"), ("force_generic_plan", "by index scans"))
# Plans on offer are public. So only a statement that needs more than to see them is answered without a scan.
PUBLIC = "subscription_plans"
QUERIES = {
    "join": "SELECT count(*) FROM bookings b JOIN customers c ON c.id = b.customer_id AND c.business_id = b.business_id JOIN services s ON s.id = b.service_id",
    "outer join": "SELECT count(*) FROM bookings b FULL JOIN customers c ON c.id = b.customer_id",
    "anti join": "SELECT count(*) FROM services s WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.service_id = s.id)",
    "InitPlan": "SELECT (SELECT max(start_time) FROM bookings), (SELECT count(*) FROM customers)",
    "SubPlan": "SELECT n, (SELECT count(*) FROM bookings WHERE buffer_before_minutes = n) FROM generate_series(1, 3) AS n",
    "CTE": "WITH ours AS MATERIALIZED (SELECT * FROM bookings) SELECT count(*) FROM ours a, ours b WHERE a.id = b.id",
    "UNION": "SELECT id FROM bookings UNION ALL SELECT id FROM customers UNION ALL SELECT id FROM audit_logs ORDER BY id",
    "LIMIT": "SELECT id FROM bookings ORDER BY start_time DESC LIMIT 3",
    "FOR UPDATE": "SELECT id FROM bookings WHERE status = 'confirmed' FOR UPDATE",
    "sample": "SELECT count(*) FROM bookings TABLESAMPLE system (100)",
    "row number": "SELECT count(*) FROM bookings WHERE ctid = '(0,1)'",
    "UPDATE ... FROM": "UPDATE bookings b SET notes = c.name FROM customers c WHERE c.id = b.customer_id",
    "INSERT ... SELECT": "INSERT INTO service_categories (business_id, name) SELECT business_id, name || '-' FROM services",
    "in a CTE": "WITH gone AS (DELETE FROM notifications RETURNING id) SELECT count(*) FROM gone",
}


def scans_of(plan: dict) -> list:
    """The scans of tables that were executed, [type, table], and the workers that were launched."""
    found = [["worker", 0]] * plan.get("Workers Launched", 0)
    found += [[plan["Node Type"], plan["Relation Name"]]] if "Scan" in plan["Node Type"] and "Relation Name" in plan and plan["Actual Loops"] else []
    return found + [scan for part in plan.get("Plans", []) for scan in scans_of(part)]


class NoContext(Attack):
    def reader(self, name: str) -> Session:
        return self.session(ADMINISTRATOR if name == "administrator" else CARELESS)

    def tables(self) -> dict:
        """Tables with row security and views on tables -> a column that may be updated, and whether it is a view."""
        return dict((table, (column, is_view)) for table, column, is_view in self.superuser().run("""
            SELECT c.relname, (SELECT min(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                                                                   AND a.attgenerated = '' AND a.attidentity = ''), c.relkind = 'v'
            FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND (c.relrowsecurity OR c.relkind = 'v') ORDER BY 1""", SCHEMA))

    def statements(self) -> dict:
        found = {}
        for table, (column, is_view) in self.tables().items():
            if table != PUBLIC:
                found[f"SELECT {table}"] = f"SELECT {column} FROM {table}"
                found[f"count {table}"] = f"SELECT count(*) FROM {table}"
            if not is_view:
                found[f"UPDATE {table}"] = f"UPDATE {table} SET {column} = {column}"
                found[f"DELETE {table}"] = f"DELETE FROM {table}"
        return {**found, **QUERIES}

    def scans(self, session: Session, statement: str) -> list:
        """What a statement scans. It is executed: without a context it changes nothing."""
        return scans_of(session.value(EXPLAIN + statement)[0]["Plan"])

    def reads(self, session: Session) -> int:
        """What the session has read, by the statistics that it has not handed to the server yet: rows by sequential scans, and scans of indexes."""
        return session.value(f"SELECT sum(seq_tup_read + coalesce(idx_scan, 0)) FROM pg_stat_xact_user_tables WHERE schemaname = '{SCHEMA}'") or 0

    def use(self, session: Session, methods):
        for setting in methods:
            session.run(f"SET LOCAL {setting} = off")

    def test_every_statement_planned_without_a_context(self):
        for method, settings in METHODS.items():
            session = self.reader("none")
            self.use(session, settings)
            before = self.reads(session)
            for name, statement in self.statements().items():
                with self.subTest(method=method, statement=name):
                    self.assertEqual(self.scans(session, statement), [])
            self.assertEqual(self.reads(session), before, method)

    def test_every_statement_planned_in_a_context(self):
        """Context, none, context: with the same prepared statements."""
        statements = {name: text for name, text in self.statements().items() if not re.search(r"_(default|\d{4}_\d\d)$", name)}
        for (context, names), (mode, method) in itertools.product(READERS.items(), KINDS_OF_PLAN):
            session = self.reader(context)
            session.run(f"SET plan_cache_mode = {mode}")
            session.commit()
            self.use(session, METHODS[method])
            session.enter(**names)
            rows = {}
            for number, (name, statement) in enumerate(statements.items()):
                session.run(f"PREPARE p{number} AS {statement}")
                session.run(f"EXPLAIN EXECUTE p{number}")  # plans it
                if statement.startswith("SELECT"):
                    rows[number] = session.run(f"EXECUTE p{number}")
            session.roll_back()  # the context ends with the transaction; the plans stay
            before = self.reads(session)
            for number, name in enumerate(statements):
                with self.subTest(context=context, mode=mode, method=method, statement=name):
                    self.assertEqual(self.scans(session, f"EXECUTE p{number}"), [])
            self.assertEqual(self.reads(session), before, (context, mode, method))
            session.roll_back()
            session.enter(**names)
            for number, found in rows.items():
                with self.subTest(context=context, mode=mode, method=method, again=number):
                    self.assertCountEqual(session.run(f"EXECUTE p{number}"), found)
            session.close()

    def test_parallel_plans(self):
        for name in ("none", "business", "tenant"):
            session = self.reader(name)
            for setting in ("parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0", "min_parallel_index_scan_size = 0",
                            "max_parallel_workers_per_gather = 2"):
                session.run(f"SET {setting}")
            session.run("SET plan_cache_mode = force_generic_plan")
            for leader in ("on", "off"):
                session.run(f"SET parallel_leader_participation = {leader}")
                session.commit()
                session.enter(**READERS[name])
                session.run("PREPARE p AS SELECT count(*) FROM bookings WHERE notes IS NULL")
                self.assertIn(["worker", 0], scans_of(session.value(EXPLAIN + "EXECUTE p")[0]["Plan"]) if name != "none" else [["worker", 0]])
                count = session.value("EXECUTE p")
                session.commit()
                self.assertIn("Gather", "\n".join(session.column("EXPLAIN EXECUTE p")))
                self.assertEqual(self.scans(session, "EXECUTE p"), [])
                self.assertEqual(session.value("EXECUTE p"), 0)
                session.enter(**READERS[name])
                self.assertEqual(session.value("EXECUTE p"), count)
                session.run("DEALLOCATE p")
                session.commit()

    def test_functions_that_read_past_the_executor(self):
        session = self.session()
        question, service = "SELECT count(*) FROM find_available_slots(%s, '2030-01-07 00:00+00', '2030-01-14 00:00+00')", identity("services duo-1 service")
        for mode in ("on", "off"):
            session.run(f"SET LOCAL bookmeatoz.direct_scans = {mode}")
            before = self.reads(session)
            session.attempt(question, service)
            self.assertEqual(self.reads(session), before, mode)
        session.enter(business="duo-1")
        session.run(question, service)
        self.assertGreater(self.reads(session), before)

    def test_a_context_set_by_the_statement_itself_counts(self):
        """A scan that the statement starts only later reads in the context that is there by then."""
        session = self.session()
        session.enter(business="duo-1")
        expected = session.value("SELECT count(*) FROM bookings")
        self.assertGreater(expected, 0)
        session.roll_back()
        session.run("DECLARE c CURSOR FOR SELECT id FROM bookings")
        session.enter(business="duo-1")
        self.assertEqual(len(session.run("FETCH ALL FROM c")), expected)

    def test_a_look_alike_and_those_whom_row_security_does_not_bind(self):
        owner = self.session(OWNER)
        self.assertGreater(owner.value("SELECT count(*) FROM bookings"), 0)
        self.assertEqual(owner.value("SELECT count(*) FROM bookings WHERE can_access_business(business_id)"), 0)
        self.assertGreater(owner.value("SELECT count(*) FROM bookings WHERE NOT can_access_business(business_id)"), 0)
        self.assertGreater(owner.value("SELECT count(*) FROM bookings WHERE can_access_business(business_id) IS NOT NULL"), 0)
        self.assertGreater(owner.value("SELECT count(*) FROM bookings WHERE business_id <> current_session_business_id() IS NULL"), 0)
        superuser = self.superuser()
        superuser.run("CREATE FUNCTION public.can_access_business(uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'")
        self.assertGreater(superuser.value("SELECT count(*) FROM bookings WHERE public.can_access_business(business_id)"), 0)
        self.assertGreater(superuser.value(f"SELECT count(*) FROM bookings WHERE can_access_business(business_id) OR status = 'confirmed'"), 0)
        superuser.roll_back()

    def test_every_context_but_none_reads(self):
        for name, names in CONTEXTS.items():
            if name in ("none", "mismatched pair", "unknown business"):
                continue
            session = self.session()
            session.enter(**names)
            self.assertGreater(session.value("SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM customers)"), 0, name)
