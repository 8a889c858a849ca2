"""Attacks: what was planned, cached, opened or set in one context must never show its rows, or any foreign ones, in another."""

import itertools

from oracle import Context
from session import ORACLE, Attack, Refused, keys_of
from world import APP, BOTH, DUO, GRAND, OPERATOR, PORTAL, SCHEMA, SOLO, UNKNOWN, identity

CONTEXTS = {
    "none": {},
    "business": dict(business="duo-1"),
    "another business": dict(business="solo-1"),
    "business + tenant": dict(business="duo-2", tenant=DUO),
    "mismatched pair": dict(business="duo-1", tenant=SOLO),
    "business + user": dict(business="duo-1", user=PORTAL),
    "another business + user": dict(business="solo-1", user="duo-1-employee"),
    "tenant": dict(tenant=DUO),
    "tenant + user": dict(tenant=DUO, user="duo-1-employee"),
    "tenant of thirty": dict(tenant=GRAND),
    "user": dict(user=PORTAL),
    "another user": dict(user=BOTH),
    "unknown business": dict(business=UNKNOWN),
}
PLAN_MODES = ("auto", "force_generic_plan", "force_custom_plan")
TABLES = ("bookings", "customers", "services", "users", "businesses", "notifications", "tenants", "tenant_subscriptions")


def expected(name: str, table: str, role: str = APP):
    return set(ORACLE.rows(Context(name, role=role, **CONTEXTS[name]), table, "SELECT"))


class PreparedStatements(Attack):
    def execute_in_every_pair(self, switch, modes=PLAN_MODES):
        """Prepared and used in one context, used in another: for each pair, with each kind of plan."""
        session = self.session()
        for mode in modes:
            for first, second in itertools.permutations(CONTEXTS, 2):
                session.run(f"SET plan_cache_mode = {mode}")
                switch(session, CONTEXTS[first])
                for table in TABLES:
                    session.run(f"PREPARE of_{table} AS SELECT id::text FROM {table}")
                    session.run(f"PREPARE of_{table}_by_key (uuid) AS SELECT id::text FROM {table} WHERE id = $1")
                    for _ in range(2):
                        session.run(f"EXECUTE of_{table}")
                switch(session, CONTEXTS[second])
                for table in TABLES:
                    with self.subTest(mode=mode, first=first, second=second, table=table):
                        found = session.attempt(f"EXECUTE of_{table}")
                        if not isinstance(found, Refused):
                            self.assertEqual({key for key, in found}, expected(second, table))
                        foreign = next(iter(expected(first, table) - expected(second, table)), identity("nothing"))
                        found = session.attempt(f"EXECUTE of_{table}_by_key (%s)", foreign)
                        self.assertTrue(isinstance(found, Refused) or found == [], found)
                session.run("DEALLOCATE ALL")
                session.roll_back()

    def test_across_contexts_by_function(self):
        self.execute_in_every_pair(lambda session, names: session.enter(**names))

    def test_across_contexts_by_four_settings(self):
        def switch(session, names):
            for part in ("tenant", "business", "user"):
                session.run(f"SET LOCAL app.current_{part}_id = '{names.get(part) and identity(names[part]) or ''}'")
        self.execute_in_every_pair(switch, ["force_generic_plan"])

    def test_across_transactions(self):
        """As a pooled connection does: the statement outlives the transaction that set the context."""
        session = self.session()
        session.run("SET plan_cache_mode = force_generic_plan")
        session.run("PREPARE latest AS SELECT id::text FROM bookings ORDER BY start_time DESC LIMIT 500")
        session.commit()
        for name in [*CONTEXTS, *reversed(list(CONTEXTS))] * 2:
            session.enter(**CONTEXTS[name])
            self.assertEqual(session.keys("EXECUTE latest"), expected(name, "bookings"), name)
            session.commit()
            self.assertEqual(session.run("EXECUTE latest"), [], f"after the end of {name}")
            session.commit()

    def test_many_executions_until_the_plan_is_generic(self):
        session = self.session()
        session.run("PREPARE by_key (uuid) AS SELECT id::text FROM customers WHERE id = $1")
        own, foreign = next(iter(keys_of("customers", business="duo-1"))), next(iter(keys_of("customers", business="solo-1")))
        session.enter(business="duo-1")
        for _ in range(8):
            self.assertEqual(session.keys("EXECUTE by_key (%s)", own), {own})
            self.assertEqual(session.keys("EXECUTE by_key (%s)", foreign), set())
        session.enter(business="solo-1")
        for _ in range(8):
            self.assertEqual(session.keys("EXECUTE by_key (%s)", own), set())
            self.assertEqual(session.keys("EXECUTE by_key (%s)", foreign), {foreign})

    def test_prepared_writes(self):
        session = self.session()
        for mode in PLAN_MODES:
            for first, second in itertools.permutations(CONTEXTS, 2):
                session.run(f"SET plan_cache_mode = {mode}")
                session.enter(**CONTEXTS[first])
                session.run("PREPARE change AS UPDATE services SET price = 1 RETURNING id::text")
                session.run("PREPARE remove AS DELETE FROM employee_services RETURNING id::text")
                session.run("SAVEPOINT used; EXECUTE change; EXECUTE remove; ROLLBACK TO used")
                session.enter(**CONTEXTS[second])
                for statement, table in (("change", "services"), ("remove", "employee_services")):
                    with self.subTest(mode=mode, first=first, second=second, statement=statement):
                        found = session.attempt(f"EXECUTE {statement}")
                        if not isinstance(found, Refused):
                            self.assertEqual({key for key, in found}, expected(second, table))
                session.run("DEALLOCATE ALL")
                session.roll_back()

    def test_plan_of_an_administrator_after_set_role(self):
        for mode in PLAN_MODES:
            session = self.superuser()
            session.run(f"SET plan_cache_mode = {mode}; SET ROLE {OPERATOR}")
            session.enter(business="duo-1", admin=True)
            session.run("PREPARE all_customers AS SELECT id::text FROM customers")
            self.assertGreater(len(session.run("EXECUTE all_customers")), 60)
            session.run(f"SET LOCAL ROLE {APP}")
            self.assert_within(session.keys("EXECUTE all_customers"), keys_of("customers", business="duo-1"))
            session.run(f"SET LOCAL ROLE {OPERATOR}; SET LOCAL app.is_system_admin = off")
            self.assert_within(session.keys("EXECUTE all_customers"), keys_of("customers", business="duo-1"))

    def test_plan_of_the_owner_after_set_role(self):
        """The owner's plan has no policies at all: it must not serve another role."""
        session = self.superuser()
        session.run("SET plan_cache_mode = force_generic_plan; PREPARE all_customers AS SELECT id::text FROM customers")
        self.assertGreater(len(session.run("EXECUTE all_customers")), 60)
        session.run(f"SET LOCAL ROLE {APP}")
        self.assertEqual(session.run("EXECUTE all_customers"), [])
        session.run("SET LOCAL ROLE NONE")
        self.assertGreater(len(session.run("EXECUTE all_customers")), 60)


class Functions(Attack):
    def functions(self, session):
        session.run("""
            CREATE FUNCTION pg_temp.found_by_loop() RETURNS SETOF text LANGUAGE plpgsql AS $$
            BEGIN RETURN QUERY SELECT id::text FROM booking.bookings; END $$;
            CREATE FUNCTION pg_temp.found_by_key(wanted uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
            BEGIN RETURN (SELECT id::text FROM booking.bookings WHERE id = wanted); END $$;
            CREATE FUNCTION pg_temp.found_inline() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT id::text FROM booking.bookings';
            CREATE FUNCTION pg_temp.found_by_sql() RETURNS SETOF text LANGUAGE sql VOLATILE AS 'SELECT id::text FROM booking.bookings'""")

    def test_cached_plans_across_contexts(self):
        for mode in PLAN_MODES:
            session = self.session()
            session.run(f"SET plan_cache_mode = {mode}")
            self.functions(session)
            session.commit()
            for first, second in itertools.permutations(CONTEXTS, 2):
                for name in (first, first, second):
                    session.enter(**CONTEXTS[name])
                    for function in ("found_by_loop", "found_inline", "found_by_sql"):
                        with self.subTest(mode=mode, first=first, context=name, function=function):
                            found = session.attempt(f"SELECT * FROM pg_temp.{function}()")
                            if not isinstance(found, Refused):
                                self.assertEqual({key for key, in found}, expected(name, "bookings"))
                foreign = next(iter(expected(first, "bookings") - expected(second, "bookings")), None)
                if foreign:
                    self.assertIsNone(session.value("SELECT pg_temp.found_by_key(%s)", foreign))
                session.roll_back()

    def test_context_changed_within_a_function(self):
        session = self.session()
        session.run("""
            CREATE FUNCTION pg_temp.changing(other uuid) RETURNS SETOF text LANGUAGE plpgsql AS $$
            BEGIN
                RETURN QUERY SELECT id::text FROM booking.services;
                PERFORM booking.set_session_context(NULL, other, NULL);
                RETURN QUERY SELECT '+' || id::text FROM booking.services;
            END $$""")
        for _ in range(4):
            session.enter(business="duo-1")
            found = session.keys("SELECT * FROM pg_temp.changing(%s)", identity("solo-1"))
            self.assertEqual({key for key in found if key[0] != "+"}, keys_of("services", business="duo-1"))
            self.assertEqual({key[1:] for key in found if key[0] == "+"}, keys_of("services", business="solo-1"))

    def test_context_changed_within_a_statement(self):
        """Whoever names another context in a statement reaches at most the two that it names."""
        session = self.session()
        for statement in (
                "SELECT id::text FROM services WHERE set_config('app.current_business_id', %s, true) IS NOT NULL",
                "WITH other AS MATERIALIZED (SELECT set_config('app.current_business_id', %s, true)) SELECT id::text FROM other, services",
                "SELECT s.id::text FROM set_session_context(NULL, %s, NULL) c, services s",
                "SELECT s.id::text FROM services s, set_session_context(%s, NULL, NULL) c"):
            session.enter(business="duo-1")
            found = session.attempt(statement, identity("duo-2" if "services s, set" not in statement else DUO))
            if not isinstance(found, Refused):
                self.assert_within([key for key, in found], keys_of("services", tenant=DUO))
            session.roll_back()


class Savepoints(Attack):
    def test_context_of_a_savepoint_ends_with_it(self):
        session = self.session()
        for mode in PLAN_MODES:
            session.run(f"SET LOCAL plan_cache_mode = {mode}")
            session.run(f"PREPARE in_{mode} AS SELECT id::text FROM services")
            for outer, inner in itertools.permutations(CONTEXTS, 2):
                session.enter(**CONTEXTS[outer])
                session.run(f"EXECUTE in_{mode}")
                session.run("SAVEPOINT within")
                session.enter(**CONTEXTS[inner])
                self.assertEqual(session.keys(f"EXECUTE in_{mode}"), expected(inner, "services"), (outer, inner))
                session.run("ROLLBACK TO within")
                self.assertEqual(session.keys(f"EXECUTE in_{mode}"), expected(outer, "services"), (outer, inner))
                self.assertEqual(session.keys("SELECT id::text FROM services"), expected(outer, "services"), (outer, inner))

    def test_statement_prepared_in_a_savepoint_that_is_rolled_back(self):
        session = self.session()
        session.run("SET plan_cache_mode = force_generic_plan")
        session.enter(business="duo-1")
        session.run("SAVEPOINT within")
        session.enter(tenant=GRAND)
        session.run("PREPARE kept AS SELECT id::text FROM services; EXECUTE kept; ROLLBACK TO within")
        self.assertEqual(session.keys("EXECUTE kept"), keys_of("services", business="duo-1"))
        session.roll_back()
        self.assertEqual(session.run("EXECUTE kept"), [])

    def test_context_survives_an_error_in_an_exception_block(self):
        session = self.session()
        session.enter(business="duo-1")
        session.run("""DO $$ BEGIN
            PERFORM booking.set_session_context(NULL, %s, NULL);
            PERFORM 1 / 0;
        EXCEPTION WHEN division_by_zero THEN NULL; END $$""", identity("solo-1"))
        self.assertEqual(session.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))


class Cursors(Attack):
    def test_cursor_across_a_change(self):
        """A cursor shows rows of the context that it was opened in, or nothing; never a third's."""
        session = self.session()
        for first, second in itertools.permutations(CONTEXTS, 2):
            for table in ("bookings", "users", "businesses", "notifications"):
                for fetched_before in (0, 1):
                    session.enter(**CONTEXTS[first])
                    session.run(f"DECLARE looking SCROLL CURSOR FOR SELECT id::text FROM {table}")
                    found = session.keys(f"FETCH {fetched_before} FROM looking") if fetched_before else set()
                    session.enter(**CONTEXTS[second])
                    rest = session.attempt("FETCH ALL FROM looking")
                    if not isinstance(rest, Refused):
                        found |= {key for key, in rest}
                    with self.subTest(first=first, second=second, table=table, fetched_before=fetched_before):
                        self.assert_within(found, expected(first, table) | expected(second, table))
                    session.roll_back()

    def test_cursor_of_a_function_across_a_change(self):
        session = self.session()
        session.run("""CREATE FUNCTION pg_temp.opened() RETURNS refcursor LANGUAGE plpgsql AS $$
            DECLARE c CURSOR FOR SELECT id::text FROM booking.services; BEGIN OPEN c; RETURN c; END $$""")
        for first, second in itertools.permutations(CONTEXTS, 2):
            session.enter(**CONTEXTS[first])
            name = session.value("SELECT pg_temp.opened()")
            session.enter(**CONTEXTS[second])
            rest = session.attempt(f'FETCH ALL FROM "{name}"')
            if not isinstance(rest, Refused):
                self.assert_within([key for key, in rest], expected(first, "services") | expected(second, "services"))
            session.run(f'CLOSE "{name}"')

    def test_update_where_current_of_after_a_change(self):
        session = self.session()
        session.enter(business="duo-1")
        session.run("DECLARE mine CURSOR FOR SELECT id FROM services FOR UPDATE")
        session.run("FETCH 1 FROM mine")
        session.enter(business="solo-1")
        result = session.attempt("UPDATE services SET price = 1 WHERE CURRENT OF mine")
        self.assertTrue(result == 0 or isinstance(result, Refused), result)


class LateLoading(Attack):
    """The settings may be set before anything has loaded the library."""

    def test_set_before_the_library_is_loaded(self):
        session = self.session()
        session.run(f"SET app.current_business_id = '{identity('duo-1')}'")
        self.assertEqual(session.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))

    def test_by_connection_options(self):
        session = self.session(options=f"-c app.current_business_id={identity('duo-1')} -c app.current_tenant_id={identity(SOLO)}")
        self.assertEqual(session.run("SELECT id FROM services"), [])
        session.run(f"SET app.current_tenant_id = '{identity(DUO)}'")
        self.assertEqual(session.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))

    def test_flag_before_the_library_is_loaded(self):
        for options in ({}, {"options": "-c app.is_system_admin=on"}):
            session = self.session(**options)
            session.run("SET app.is_system_admin = 'on'")
            self.assertEqual(session.run("SELECT id FROM services"), [])
            self.assertFalse(session.value("SELECT is_system_admin()"))

    def test_garbage_before_the_library_is_loaded(self):
        for garbage in ("x", "00000000", "' OR true --", identity("duo-1") + "0"):
            session = self.session()
            session.run("SELECT set_config('app.current_business_id', %s, false)", garbage)
            session.run(f"SET app.current_tenant_id = '{identity(DUO)}'")
            # A business that cannot be read names none; it must not open more than the tenant that is set.
            self.assert_within(session.keys("SELECT id::text FROM services"), keys_of("services", tenant=DUO))

    def test_plan_before_the_library_is_loaded(self):
        session = self.session()
        session.run("SET plan_cache_mode = force_generic_plan; PREPARE early AS SELECT id::text FROM services")
        session.run(f"SET app.current_business_id = '{identity('duo-1')}'")
        self.assertEqual(session.keys("EXECUTE early"), keys_of("services", business="duo-1"))


class Garbage(Attack):
    VALUES = ("x", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000", "{", "}", " ", "null", "NULL", "*", "%",
              "' OR true --", "{" + identity("duo-1"), identity("duo-1") + "}", identity("duo-1") + " ", " " + identity("duo-1"),
              identity("duo-1").replace("-", "--", 1), "0x" + identity("duo-1")[2:], identity("duo-1")[:-1] + "g", "é" * 16, "-" * 36)

    def test_garbage_is_refused_and_changes_nothing(self):
        session = self.session()
        for part in ("tenant", "business", "user"):
            for value in self.VALUES:
                session.enter(business="duo-1")
                self.assert_refused(session.attempt("SELECT set_config(%s, %s, true)", f"app.current_{part}_id", value), "22P02", "22023")
                self.assertEqual(session.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"), (part, value))
                session.roll_back()

    def test_spellings_of_an_id(self):
        session = self.session()
        plain = identity("duo-1")
        for value in (plain.upper(), "{" + plain + "}", plain.replace("-", "")):
            session.run("SELECT set_config('app.current_business_id', %s, true)", value)
            self.assertEqual(session.keys("SELECT id::text FROM services"), keys_of("services", business="duo-1"))

    def test_flag_by_a_role_that_may_not(self):
        session = self.session()
        session.value("SELECT is_system_admin()")
        session.commit()
        for value in ("on", "true", "yes", "1", "t", "TRUE"):
            self.assert_refused(session.attempt(f"SET app.is_system_admin = '{value}'"))
            self.assert_refused(session.attempt(f"SET LOCAL app.is_system_admin = '{value}'"))
            self.assert_refused(session.attempt("SELECT set_config('app.is_system_admin', %s, false)", value))
        self.assert_refused(session.attempt("SELECT set_session_context(NULL, NULL, NULL, true)"))
        self.assert_refused(session.attempt("UPDATE pg_settings SET setting = 'on' WHERE name = 'app.is_system_admin'"))
        for value in ("maybe", "", "2"):
            self.assert_refused(session.attempt(f"SET app.is_system_admin = '{value}'"), "22023")
        self.assertEqual(session.run("SELECT id FROM services"), [])

    def test_flag_kept_for_later_by_role_settings(self):
        session = self.session()
        self.assert_refused(session.attempt(f"ALTER ROLE {APP} SET app.is_system_admin = on"))

    def test_empty_values_are_none(self):
        session = self.session()
        session.run("SET LOCAL app.current_business_id = ''; SET LOCAL app.current_tenant_id = ''; SET LOCAL app.current_user_id = ''")
        self.assertEqual(session.run("SELECT id FROM services"), [])


class ParallelPlans(Attack):
    def test_every_context(self):
        session = self.session()
        settings = dict(session.run("SELECT name, setting FROM pg_settings WHERE name ~ '^(force_parallel_mode|debug_parallel_query)$'"))
        for name in CONTEXTS:
            session.run("SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; "
                        "SET LOCAL min_parallel_index_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2; "
                        "SET LOCAL parallel_leader_participation = off")
            for setting in settings:
                session.run(f"SET LOCAL {setting} = on")
            session.enter(**CONTEXTS[name])
            for table in TABLES:
                self.assertEqual(session.keys(f"SELECT id::text FROM {table}"), expected(name, table), (name, table))
            plan = "\n".join(session.column("EXPLAIN SELECT count(*) FROM bookings"))
            self.assertIn("Gather", plan)
            session.roll_back()
