"""customers.profile_notes: what a business writes about a customer, whose own session must not read it, however it is asked for."""

from session import Attack, Refused, Session, keys_of
from world import APP, DUO, OPERATOR, PORTAL, UNKNOWN, identity

READINGS = (
    "SELECT profile_notes FROM customers",
    "SELECT c.profile_notes FROM customers c",
    "SELECT * FROM customers",
    "TABLE customers",
    "SELECT c FROM customers c",
    "SELECT c.* FROM customers c",
    "SELECT row(c.*) FROM customers c",
    "SELECT to_jsonb(c) FROM customers c",
    "SELECT to_jsonb(c) -> 'name' FROM customers c",
    "SELECT profile_notes(c) FROM customers c",
    "SELECT (c).profile_notes FROM customers c",
    "SELECT count(profile_notes) FROM customers",
    "SELECT count(c) FROM customers c",
    "SELECT id FROM customers WHERE profile_notes LIKE 'd%'",
    "SELECT id FROM customers c WHERE c IS NOT NULL",
    "SELECT id FROM customers ORDER BY profile_notes",
    "SELECT id FROM customers GROUP BY id, profile_notes",
    "SELECT max(name) OVER (PARTITION BY profile_notes) FROM customers",
    "SELECT b.id FROM bookings b JOIN customers c ON c.id = b.customer_id AND c.profile_notes <> ''",
    "SELECT j FROM (customers c JOIN bookings b ON b.customer_id = c.id) j",
    "SELECT (SELECT profile_notes FROM customers LIMIT 1)",
    "SELECT 1 WHERE EXISTS (SELECT FROM customers WHERE profile_notes IS NOT NULL)",
    "SELECT b.id, l.profile_notes FROM bookings b, LATERAL (SELECT profile_notes FROM customers c WHERE c.id = b.customer_id) l",
    "WITH c AS MATERIALIZED (SELECT * FROM customers) SELECT id FROM c",
    "SELECT n FROM (SELECT profile_notes AS n FROM customers UNION ALL SELECT '') u",
    "SELECT profile_notes FROM customers FOR SHARE",
    "UPDATE customers SET name = name RETURNING profile_notes",
    "UPDATE customers SET name = profile_notes",
    "UPDATE customers SET name = name RETURNING *",
    "DELETE FROM customers WHERE profile_notes = 'x'",
    "DELETE FROM customers USING bookings RETURNING customers",
    "INSERT INTO customers (business_id, name) SELECT business_id, profile_notes FROM customers",
    "INSERT INTO customers (business_id, name) SELECT business_id, name FROM customers RETURNING profile_notes",
    "EXPLAIN SELECT profile_notes FROM customers",
    "DECLARE c CURSOR FOR SELECT * FROM customers",
    "SELECT query_to_xml('SELECT * FROM booking.customers', true, true, '')",
    "SELECT table_to_xml('booking.customers', true, true, '')",
    "SELECT * FROM by_sql()",
    "SELECT * FROM by_plpgsql()",
    "SELECT * FROM seen",
    "SELECT profile_notes FROM seen",
    "SELECT profile_notes FROM only_notes",
)
ALLOWED = (
    "SELECT id, business_id, user_id, email, name, phone, status, created_at, updated_at FROM customers",
    "SELECT id FROM customers",
    "SELECT count(*) FROM customers",
    "SELECT id FROM customers c WHERE name IS NOT NULL ORDER BY name",
    "SELECT c.id, b.id FROM customers c JOIN bookings b ON b.customer_id = c.id",
    "SELECT id FROM without_notes",
    "SELECT ctid, tableoid FROM customers",
)


class ProfileNotes(Attack):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        superuser = Session(None)
        superuser.run(f"""
            UPDATE booking.customers SET profile_notes = 'difficult ' || id;
            CREATE VIEW booking.seen WITH (security_invoker) AS SELECT * FROM booking.customers;
            CREATE VIEW booking.only_notes WITH (security_invoker) AS SELECT profile_notes FROM booking.seen;
            CREATE VIEW booking.without_notes WITH (security_invoker) AS SELECT id, name FROM booking.customers;
            CREATE FUNCTION booking.by_sql() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT profile_notes FROM booking.customers';
            CREATE FUNCTION booking.by_plpgsql() RETURNS SETOF text LANGUAGE plpgsql AS $$
                DECLARE line booking.customers; BEGIN FOR line IN SELECT * FROM booking.customers LOOP RETURN NEXT line.profile_notes; END LOOP; END $$;
            GRANT SELECT ON booking.seen, booking.only_notes, booking.without_notes TO {APP}, {OPERATOR}""")
        superuser.commit()
        superuser.close()

    @classmethod
    def tearDownClass(cls):
        superuser = Session(None)
        superuser.run("DROP FUNCTION booking.by_sql(), booking.by_plpgsql(); DROP VIEW booking.seen, booking.only_notes, booking.without_notes CASCADE; "
                      "UPDATE booking.customers SET profile_notes = NULL")
        superuser.commit()
        superuser.close()

    def assert_unseen(self, result, what=None):
        self.assert_refused(result)
        self.assertIn("a customer's own session does not see column profile_notes", result.message, what)
        self.assertIn("List the columns", result.message)

    def test_user_session_is_refused(self):
        session = self.session()
        for user in (PORTAL, UNKNOWN):
            session.enter(user=user)
            for statement in READINGS:
                with self.subTest(user=user, statement=statement):
                    self.assert_unseen(session.attempt(statement))

    def test_first_statement_of_a_session(self):
        for statement in ("SELECT profile_notes FROM customers", "SELECT * FROM seen"):
            session = self.session(options=f"-c app.current_user_id={identity(PORTAL)}")
            self.assert_unseen(session.attempt(statement))

    def test_other_columns(self):
        session = self.session()
        session.enter(user=PORTAL)
        for statement in ALLOWED:
            with self.subTest(statement=statement):
                self.assertNotIsInstance(session.attempt(statement), Refused)
        self.assertEqual(session.keys("SELECT id::text FROM customers"), keys_of("customers", user=PORTAL))

    def test_copy(self):
        for what, allowed in (("customers", False), ("customers (profile_notes)", False), ("(SELECT * FROM customers)", False), ("customers (id, name)", True)):
            session = self.session()
            session.enter(user=PORTAL)
            with open("/dev/null", "w") as nowhere:
                try:
                    session.cursor.copy_expert(f"COPY {what} TO STDOUT", nowhere)
                    self.assertTrue(allowed, what)
                except Exception as error:
                    self.assertEqual((getattr(error, "pgcode", error), allowed), ("42501", False), what)

    def test_other_sessions_read_it(self):
        contexts = ((APP, dict(business="duo-1")), (APP, dict(business="duo-1", user=PORTAL)), (APP, dict(tenant=DUO)), (APP, dict(tenant=DUO, user=PORTAL)),
                    (OPERATOR, dict(admin=True)), (OPERATOR, dict(admin=True, user=PORTAL)), (APP, dict()), (None, dict(user=PORTAL)))
        for role, context in contexts:
            session = self.session(role)
            session.enter(**context)
            for statement in READINGS:
                if statement.startswith("SELECT") and "query_to_xml" not in statement:
                    with self.subTest(role=role, context=context, statement=statement):
                        self.assertNotIsInstance(session.attempt(statement), Refused)
            notes = session.column("SELECT profile_notes FROM customers")
            self.assertEqual(bool(notes), context != {})
            self.assertTrue(all(note.startswith("difficult") for note in notes))

    def test_flag_without_the_right_to_it(self):
        session = self.superuser()
        session.enter(user=PORTAL, admin=True)
        session.run(f"SET LOCAL ROLE {APP}")
        self.assert_unseen(session.attempt("SELECT profile_notes FROM customers"))

    def test_plans_of_other_contexts(self):
        for mode in ("auto", "force_generic_plan", "force_custom_plan"):
            for first in (dict(business="duo-1"), dict(tenant=DUO), dict()):
                session = self.session()
                session.run(f"SET plan_cache_mode = {mode}")
                session.enter(**first)
                session.run("PREPARE notes AS SELECT profile_notes FROM customers")
                for _ in range(7):
                    session.run("EXECUTE notes")
                    session.run("SELECT * FROM by_plpgsql()")
                session.commit()
                session.enter(user=PORTAL)
                self.assert_unseen(session.attempt("EXECUTE notes"), (mode, first))
                self.assert_unseen(session.attempt("SELECT * FROM by_plpgsql()"), (mode, first))

    def test_query_that_is_open_while_the_context_changes(self):
        """It was allowed when it began; in the user session it gives nothing."""
        for first in (dict(), dict(business="duo-1"), dict(tenant=DUO), dict(user=PORTAL, business="duo-1")):
            session = self.session()
            session.enter(**first)
            session.run("DECLARE notes CURSOR FOR SELECT profile_notes FROM customers")
            session.enter(user=PORTAL)
            rest = session.attempt("FETCH ALL FROM notes")
            self.assertTrue(rest == [] or isinstance(rest, Refused) and rest == "55000", (first, rest))

    def test_context_that_changes_within_a_statement(self):
        for statement in ("WITH s AS MATERIALIZED (SELECT set_session_context(NULL, NULL, %s)) SELECT c.profile_notes FROM s, customers c",
                          "SELECT set_config('app.current_user_id', %s, true), profile_notes FROM customers",
                          "SELECT profile_notes FROM (SELECT set_config('app.current_user_id', %s, true) OFFSET 0) s, customers",
                          "SELECT (SELECT set_config('app.current_user_id', %s, true)), profile_notes FROM customers",
                          "SELECT profile_notes FROM customers WHERE (SELECT set_config('app.current_user_id', %s, true)) <> ''"):
            for plans in ("", "SET LOCAL enable_nestloop = off", "SET LOCAL enable_hashjoin = off"):
                session = self.session()
                session.run(plans or "SELECT 1")
                rest = session.attempt(statement, identity(PORTAL))
                self.assertTrue(isinstance(rest, Refused) and rest in ("55000", "42501") or rest == [], (statement, rest))

    def test_column_that_moved(self):
        """It is found by its name, whatever its number."""
        session = self.superuser()
        session.run("DROP VIEW booking.seen, booking.only_notes CASCADE; ALTER TABLE booking.customers DROP COLUMN profile_notes; "
                    "ALTER TABLE booking.customers ADD COLUMN other text, ADD COLUMN profile_notes text")
        session.run(f"SET LOCAL ROLE {APP}")
        session.enter(user=PORTAL)
        self.assert_unseen(session.attempt("SELECT profile_notes FROM customers"))
        self.assertNotIsInstance(session.attempt("SELECT other FROM customers"), Refused)
        session.run("SET LOCAL ROLE NONE; ALTER TABLE booking.customers DROP COLUMN profile_notes")
        session.run(f"SET LOCAL ROLE {APP}")
        self.assertNotIsInstance(session.attempt("SELECT * FROM customers"), Refused)
