"""Attacks with two sessions: what one session keeps in memory while another changes who belongs where, and takes rights away.
What is committed here is undone by the superuser at the end of each test."""

import threading
import time

from session import Attack, Refused, keys_of
from world import APP, AUTH, BOTH, DUO, NOBODY, OPERATOR, PORTAL, SOLO, identity

NEW = identity("duo-3")
PLAN_MODES = ("auto", "force_generic_plan")


class TenantsInMotion(Attack):
    def looking(self, mode: str, **names):
        """A session that has read its tenant's rows, and whose statements are planned."""
        session = self.session()
        session.run(f"SET plan_cache_mode = {mode}; PREPARE seen AS SELECT id::text FROM services")
        session.run("PREPARE businesses_seen AS SELECT id::text FROM businesses")
        session.commit()
        for _ in range(7):
            session.enter(**names)
            session.run("EXECUTE seen")
            session.commit()
        return session

    def test_business_is_added(self):
        for mode in PLAN_MODES:
            session, other = self.looking(mode, tenant=DUO), self.superuser()
            session.enter(tenant=DUO)
            self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO))
            self.undo(f"DELETE FROM booking.businesses WHERE id = '{NEW}'")
            other.run("INSERT INTO businesses (id, tenant_id, name, slug) VALUES (%s, %s, 'duo-3', 'duo-3')", NEW, identity(DUO))
            new_service = other.value("INSERT INTO services (business_id, name, duration) VALUES (%s, 'new', 30) RETURNING id::text", NEW)
            self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO), "not committed yet")
            other.commit()
            self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO) | {new_service}, "in the same transaction")
            other.run("DELETE FROM businesses WHERE id = %s", NEW)
            other.commit()
            self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO))
            session.roll_back()

    def test_business_moves_to_another_tenant(self):
        for mode in PLAN_MODES:
            left, entered, pair = self.looking(mode, tenant=DUO), self.looking(mode, tenant=SOLO), self.looking(mode, tenant=DUO, business="duo-2")
            other = self.superuser()
            for session, names in ((left, dict(tenant=DUO)), (entered, dict(tenant=SOLO)), (pair, dict(tenant=DUO, business="duo-2"))):
                session.enter(**names)
                session.run("EXECUTE seen")
            self.undo(f"UPDATE booking.businesses SET tenant_id = '{identity(DUO)}' WHERE id = '{identity('duo-2')}'")
            other.run("UPDATE businesses SET tenant_id = %s WHERE id = %s", identity(SOLO), identity("duo-2"))
            other.commit()
            duo_2 = keys_of("services", business="duo-2")
            self.assertEqual(left.keys("EXECUTE seen"), keys_of("services", tenant=DUO) - duo_2)
            self.assertEqual(left.keys("EXECUTE businesses_seen"), {identity("duo-1")})
            self.assertEqual(left.attempt("UPDATE services SET price = 1 WHERE business_id = %s", identity("duo-2")), 0)
            self.assertIsInstance(left.attempt("INSERT INTO service_categories (business_id, name) VALUES (%s, 'mine')", identity("duo-2")), Refused)
            self.assertEqual(entered.keys("EXECUTE seen"), keys_of("services", tenant=SOLO) | duo_2)
            self.assertEqual(pair.keys("EXECUTE seen"), set(), "business and tenant no longer belong together")
            for session in (left, entered, pair):
                session.roll_back()
            other.run("UPDATE businesses SET tenant_id = %s WHERE id = %s", identity(DUO), identity("duo-2"))
            other.commit()
            left.enter(tenant=DUO)
            self.assertEqual(left.keys("EXECUTE seen"), keys_of("services", tenant=DUO))

    def test_move_that_is_rolled_back(self):
        session, other = self.looking("force_generic_plan", tenant=DUO), self.superuser()
        session.enter(tenant=DUO)
        other.run("UPDATE businesses SET tenant_id = %s WHERE id = %s", identity(SOLO), identity("duo-2"))
        self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO))
        other.roll_back()
        self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=DUO))

    def test_snapshot_from_before_the_move(self):
        """A transaction of one snapshot may follow the move at once, because rights are those of now, or at its end; and it reaches
        nothing that is its tenant's neither before nor after."""
        left, entered, other = self.looking("auto", tenant=DUO), self.looking("auto", tenant=SOLO), self.superuser()
        for session, tenant in ((left, DUO), (entered, SOLO)):
            session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            session.enter(tenant=tenant)
            self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", tenant=tenant))
        duo_2 = keys_of("services", business="duo-2")
        self.undo(f"UPDATE booking.businesses SET tenant_id = '{identity(DUO)}' WHERE id = '{identity('duo-2')}'")
        other.run("UPDATE businesses SET tenant_id = %s WHERE id = %s", identity(SOLO), identity("duo-2"))
        other.commit()
        for session, tenant in ((left, DUO), (entered, SOLO)):
            found = session.keys("EXECUTE seen")
            self.assert_within(found, keys_of("services", tenant=tenant) | duo_2)
            self.assert_within(keys_of("services", tenant=tenant) - duo_2, found)
            session.commit()
        entered.enter(tenant=SOLO)
        self.assertEqual(entered.keys("EXECUTE seen"), keys_of("services", tenant=SOLO) | duo_2)
        left.enter(tenant=DUO)
        self.assertEqual(left.keys("EXECUTE seen"), keys_of("services", tenant=DUO) - duo_2)

    def test_tenant_is_deleted(self):
        session, other = self.session(), self.superuser()
        tenant = identity("short-lived")
        other.run("INSERT INTO tenants (id, name, subdomain) VALUES (%s, 'short-lived', 'short-lived')", tenant)
        other.run("INSERT INTO businesses (id, tenant_id, name, slug) VALUES (%s, %s, 'short-lived', 'short-lived')", identity("short"), tenant)
        other.commit()
        self.undo(f"DELETE FROM booking.tenants WHERE id = '{tenant}'")
        session.run("SELECT set_session_context(%s, NULL, NULL)", tenant)
        self.assertEqual(len(session.run("SELECT id FROM businesses")), 1)
        other.run("DELETE FROM tenants WHERE id = %s", tenant)
        other.commit()
        for table in ("tenants", "businesses", "services"):
            self.assertEqual(session.run(f"SELECT id FROM {table}"), [])


class RightsTakenAway(Attack):
    def test_role_in_a_business_is_revoked(self):
        session, other = self.session(), self.superuser()
        manager = "duo-1-manager"
        self.undo("UPDATE booking.user_business_roles SET status = 'active' WHERE id = "
                  f"(SELECT id FROM booking.user_business_roles WHERE user_id = '{identity(manager)}')")
        session.run("SET plan_cache_mode = force_generic_plan; PREPARE mine AS SELECT id::text FROM businesses")
        session.enter(user=manager)
        self.assertEqual(session.keys("EXECUTE mine"), {identity("duo-1")})
        other.run("UPDATE user_business_roles SET status = 'revoked' WHERE user_id = %s", identity(manager))
        self.assertEqual(session.keys("EXECUTE mine"), {identity("duo-1")})
        other.commit()
        self.assertEqual(session.keys("EXECUTE mine"), set())

    def test_employment_and_role_end(self):
        """The user of a former employee is no longer shown."""
        session, other = self.session(), self.superuser()
        employee = "duo-1-employee"
        session.enter(business="duo-1")
        self.assertIn(identity(employee), session.keys("SELECT id::text FROM users"))
        other.run("DELETE FROM employees WHERE user_id = %s", identity(employee))
        self.assertIn(identity(employee), session.keys("SELECT id::text FROM users"))
        other.roll_back()
        other.run("UPDATE employees SET user_id = %s WHERE user_id = %s", identity("nobody"), identity(employee))
        other.commit()
        self.undo(f"UPDATE booking.employees SET user_id = '{identity(employee)}' WHERE user_id = '{identity('nobody')}'")
        users = session.keys("SELECT id::text FROM users")
        self.assertNotIn(identity(employee), users)
        self.assertIn(identity("nobody"), users)

    def waiting(self, session, statement: str, *values):
        """Starts a statement that waits for another session; a function that gives what became of it."""
        results = []
        thread = threading.Thread(target=lambda: results.append(session.attempt(statement, *values)))
        thread.start()
        watcher = self.superuser()
        while not watcher.value("SELECT cardinality(pg_blocking_pids(%s))", session.connection.get_backend_pid()):
            self.assertTrue(thread.is_alive(), f"it does not wait: {results}")
            time.sleep(0.01)

        def result():
            thread.join()
            return results[0]
        return result

    def test_pending_row_becomes_another_users(self):
        """A role of somebody who is seen is accepted, while another session makes it that of somebody who is not."""
        first, second = self.session(), self.session()
        role = identity("user_business_roles duo-1 both")
        self.undo(f"UPDATE booking.user_business_roles SET user_id = '{identity(BOTH)}', status = 'pending' WHERE id = '{role}'")
        for session in (first, second):
            session.enter(business="duo-1")
        first.run("UPDATE user_business_roles SET user_id = %s WHERE id = %s", identity(NOBODY), role)
        accepted = self.waiting(second, "UPDATE user_business_roles SET status = 'active' WHERE id = %s", role)
        first.commit()
        self.assert_refused(accepted())
        second.commit()
        second.enter(business="duo-1")
        self.assertNotIn(identity(NOBODY), second.keys("SELECT id::text FROM users"))

    def test_token_that_is_written_while_the_address_changes(self):
        """A token goes to the old address, in a transaction that the change cannot see yet: it is gone all the same."""
        user, auth = self.session(), self.session(AUTH)
        self.undo(f"UPDATE booking.users SET email = 'portal@example.org' WHERE id = '{identity(PORTAL)}'",
                  "DELETE FROM booking.email_verifications WHERE token_hash = 'to the old one'")
        for level in ("READ COMMITTED", "REPEATABLE READ"):
            user.run(f"SET TRANSACTION ISOLATION LEVEL {level}")
            user.enter(user=PORTAL)
            user.run("SELECT FROM users")
            auth.run("INSERT INTO booking.email_verifications (user_id, token_hash, expires_at) VALUES (%s, 'to the old one', '2200-01-01 00:00+00')",
                     identity(PORTAL))
            changed = self.waiting(user, "UPDATE users SET email = %s WHERE id = %s", f"{level[:4].lower()}@example.org", identity(PORTAL))
            auth.commit()
            self.assertEqual(changed(), 1)
            user.commit()
            self.assertEqual(auth.value("SELECT count(*) FROM booking.email_verifications WHERE token_hash = 'to the old one'"), 0, level)
            auth.commit()

    def test_customer_record_goes_to_another_user(self):
        session, other = self.session(), self.superuser()
        record = identity("customers solo-1 portal")
        session.enter(user=PORTAL)
        before = session.keys("SELECT id::text FROM bookings")
        self.assertEqual(before, keys_of("bookings", user=PORTAL))
        self.undo(f"UPDATE booking.customers SET user_id = '{identity(PORTAL)}' WHERE id = '{record}'")
        other.run("UPDATE customers SET user_id = %s WHERE id = %s", identity(BOTH), record)
        other.commit()
        self.assertEqual(session.keys("SELECT id::text FROM bookings"), before - {identity("bookings solo-1 portal")})
        session.enter(user=BOTH)
        self.assertEqual(session.keys("SELECT id::text FROM bookings"), {identity("bookings solo-1 portal")})

    def test_right_to_be_administrator_is_revoked(self):
        session, other = self.session(OPERATOR), self.superuser()
        self.undo(f"GRANT SET ON PARAMETER app.is_system_admin TO {OPERATOR}")
        session.run("SET plan_cache_mode = force_generic_plan; PREPARE seen AS SELECT id::text FROM services")
        session.run("SET app.is_system_admin = on")
        session.commit()
        self.assertGreater(len(session.run("EXECUTE seen")), 60)
        other.run(f"REVOKE SET ON PARAMETER app.is_system_admin FROM {OPERATOR}")
        other.commit()
        self.assertEqual(session.run("EXECUTE seen"), [])
        self.assertFalse(session.value("SELECT is_system_admin()"))
        self.assert_refused(session.attempt("SET app.is_system_admin = on"))

    def test_right_to_be_administrator_by_membership_is_revoked(self):
        session, other = self.session(), self.superuser()
        self.undo(f"REVOKE {OPERATOR} FROM {APP}")
        other.run(f"GRANT {OPERATOR} TO {APP}")
        other.commit()
        session.run("SET app.is_system_admin = on")
        self.assertGreater(len(session.run("SELECT id FROM services")), 60)
        other.run(f"REVOKE {OPERATOR} FROM {APP}")
        other.commit()
        self.assertEqual(session.run("SELECT id FROM services"), [])

    def test_row_security_is_switched_on_later(self):
        """A table opened by mistake and closed again: a prepared statement follows."""
        session, other = self.session(), self.superuser()
        self.undo("ALTER TABLE booking.services ENABLE ROW LEVEL SECURITY")
        session.run("SET plan_cache_mode = force_generic_plan; PREPARE seen AS SELECT id::text FROM services")
        session.commit()
        other.run("ALTER TABLE services DISABLE ROW LEVEL SECURITY")
        other.commit()
        self.assertGreater(len(session.run("EXECUTE seen")), 60)
        session.commit()
        other.run("ALTER TABLE services ENABLE ROW LEVEL SECURITY")
        other.commit()
        self.assertEqual(session.run("EXECUTE seen"), [])

    def test_privilege_is_revoked(self):
        session, other = self.session(), self.superuser()
        self.undo(f"GRANT SELECT ON booking.services TO {APP}")
        session.run("PREPARE seen AS SELECT id::text FROM services")
        session.enter(business="duo-1")
        self.assertEqual(session.keys("EXECUTE seen"), keys_of("services", business="duo-1"))
        session.commit()
        other.run(f"REVOKE SELECT ON services FROM {APP}")
        other.commit()
        self.assert_refused(session.attempt("EXECUTE seen"))
