"""What row security does not hide, pinned: each test shows what is visible today, so that the documentation stays true.
A test that fails here because less is visible is good news for docs/security.md."""

from session import WORLD, Attack, keys_of
from world import APP, DUO, NOBODY, SOLO, UNKNOWN, identity


class VisibleByDesign(Attack):
    def test_rows_removed_by_filter(self):
        """EXPLAIN ANALYZE counts the rows that a scan of the whole table passed over."""
        session = self.session()
        session.run("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off")
        session.enter(business="duo-1")
        plan = session.value("EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM customers")[0]["Plan"]
        self.assertEqual(plan["Rows Removed by Filter"], len(WORLD.rows["customers"]) - len(keys_of("customers", business="duo-1")))

    def test_size_of_a_table(self):
        session = self.session()
        # At least: an ANALYZE leaves its number behind even when it is rolled back, which is visible too.
        self.assertGreaterEqual(session.value("SELECT reltuples FROM pg_class WHERE oid = 'booking.customers'::regclass"), len(WORLD.rows["customers"]))
        self.assertGreater(session.value("SELECT pg_relation_size('booking.customers')"), 0)
        self.assertTrue(session.run("SELECT n_live_tup FROM pg_stat_all_tables WHERE relid = 'booking.customers'::regclass"))

    def test_existence_of_a_unique_value(self):
        """A slug, a subdomain and an e-mail address are unique over all tenants: who takes one learns that it is taken."""
        session = self.session()
        session.enter(tenant=DUO)
        business = "INSERT INTO businesses (tenant_id, name, slug) VALUES (%s, 'new', %s)"
        self.assert_refused(session.attempt(business, identity(DUO), "solo-1"), "23505")
        self.assertEqual(session.attempt(business, identity(DUO), "not-taken"), 1)
        session.enter(user=NOBODY)
        self.assert_refused(session.attempt("UPDATE users SET email = 'portal@example.org'"), "23505")

    def test_existence_of_a_key(self):
        """Keys are random, nobody meets one by chance; who knows one learns that a row has it."""
        session = self.session()
        session.enter(business="duo-1")
        service = "INSERT INTO services (id, business_id, name, duration, currency) VALUES (%s, %s, 'new', 30, 'USD')"
        self.assert_refused(session.attempt(service, sorted(keys_of("services", business="solo-1"))[0], identity("duo-1")), "23505")
        self.assertEqual(session.attempt(service + " ON CONFLICT (id) DO NOTHING", sorted(keys_of("services", business="solo-1"))[0],
                                         identity("duo-1")), 0)

    def test_user_whose_id_is_known_can_be_asked(self):
        """Users are the platform's: who knows the id of one can ask for an employment, and learns that the id is a user's, no more."""
        session = self.session()
        session.enter(business="duo-1")
        employment = "INSERT INTO employees (business_id, user_id, employment_status) VALUES (%s, %s, 'pending_onboarding')"
        self.assert_refused(session.attempt(employment, identity("duo-1"), identity(UNKNOWN)), "23503")
        self.assertEqual(session.attempt(employment, identity("duo-1"), identity(NOBODY)), 1)
        self.assertEqual(session.run("SELECT id FROM users WHERE id = %s", identity(NOBODY)), [])

    def test_activity_of_the_same_role(self):
        """Sessions of one role see each other's statements, with the values in them."""
        first, second = self.session(), self.session()
        first.enter(business="duo-1")
        first.run("SELECT id FROM customers WHERE email = 'somebody@example.org'")
        self.assertEqual(second.run("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND query LIKE '%%somebody@example.org%%'",
                                    first.connection.get_backend_pid()), [(1,)])
        self.assertEqual(self.superuser().value("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", first.connection.get_backend_pid()), 1)
        third = self.session("proof_careless")
        self.assertEqual(third.value("SELECT query FROM pg_stat_activity WHERE pid = %s", first.connection.get_backend_pid()),
                         "<insufficient privilege>")

    def test_definitions_in_the_catalog(self):
        """Which tables, columns and policies there are, everybody may read."""
        session = self.session()
        self.assertGreater(session.value("SELECT count(*) FROM pg_policies WHERE schemaname = 'booking'"), 50)

    def test_cursor_with_hold(self):
        """It keeps the rows of the context in which it was filled, until it is closed."""
        session = self.session()
        session.enter(business="duo-1")
        session.run("DECLARE held CURSOR WITH HOLD FOR SELECT id::text FROM services")
        session.commit()
        session.enter(tenant=SOLO)
        self.assertEqual(session.keys("FETCH ALL FROM held"), keys_of("services", business="duo-1"))
