"""A superuser installs the extension where an attacker may create and has prepared all that he can. No function of the attacker's may run as
the superuser or as the owner of the data, and the attacker may have no right on what is ours. Connected by PGHOST and PGUSER (a superuser).
Called by ./dev check."""

import itertools
import unittest

from hostile import (ADMINISTRATOR, APP, AUTH, EVIL, FOREIGN, MEMBERS, OWN_NAMES, OWNER, ROLES, SHADOWS, STAFF, TRAPS, WRONG, Session, administration, identity,
                     rows, words_of_the_code)

SEED, TESTED = "hostile_seed", "hostile"
ODD = "50% off = half"


def quoted(schema):
    return f'"{schema}"'


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        server = Session("postgres")
        cls.server = server
        cls.addClassCleanup(cls.tidy)
        for role in ROLES:
            server.run(f"CREATE ROLE {role} LOGIN")
        server.run(f"CREATE DATABASE {SEED}")
        seed = Session(SEED)
        seed.run('CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist')
        seed.run(TRAPS)
        seed.run(f"GRANT CREATE ON SCHEMA public TO {EVIL}; CREATE TABLE trap.plans (id varchar, name varchar); ALTER TABLE trap.plans OWNER TO {EVIL}")
        seed.run(f"CREATE FOREIGN DATA WRAPPER trap; CREATE SERVER trap FOREIGN DATA WRAPPER trap; GRANT USAGE ON FOREIGN SERVER trap TO {EVIL}")
        seed.run(f'CREATE SCHEMA "{ODD}" AUTHORIZATION {EVIL}')
        seed.close()

    @classmethod
    def tidy(cls):
        cls.server.run(f"DROP DATABASE IF EXISTS {TESTED} WITH (FORCE)")
        cls.server.run(f"DROP DATABASE IF EXISTS {SEED} WITH (FORCE)")
        for role in ROLES:
            cls.server.run(f"DROP ROLE IF EXISTS {role}")
        cls.server.close()

    def setUp(self):
        self.database()

    def database(self):
        self.server.run(f"DROP DATABASE IF EXISTS {TESTED} WITH (FORCE)")
        self.server.run(f"CREATE DATABASE {TESTED} TEMPLATE {SEED}")

    def session(self, *arguments, **parameters):
        session = Session(TESTED, *arguments, **parameters)
        self.addCleanup(session.close)
        return session

    def assert_not_sprung(self, session, where, *but):
        sprung = [trap for trap in session.sprung() if trap[1] not in but]
        self.assertEqual(sprung, [], where)

    def assert_no_right(self, session, schema):
        """Neither the attacker nor PUBLIC has what the grant functions do not give."""
        self.assertEqual(session.run(f"""
            SELECT c.relname, p.privilege FROM pg_class c CROSS JOIN unnest('{{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}}'::text[]) p (privilege)
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' AND has_table_privilege('{EVIL}', c.oid, p.privilege)"""), [])
        self.assertEqual(session.run(f"""
            SELECT p.oid::regprocedure::text, a.grantee::regrole::text FROM pg_extension x
            JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass
            JOIN pg_proc p ON p.oid = d.objid CROSS JOIN aclexplode(p.proacl) a
            WHERE x.extname = 'bookmeatoz' AND (a.grantee = '{EVIL}'::regrole OR a.grantee = 0 AND p.proname ~ '^(bookmeatoz_|may_|sign_|purge|trigger_)' AND p.proname !~ '^bookmeatoz_(schema|version|verify|fits|differences|time_zones|(expected_)?(function_)?definitions)$')"""), [])
        self.assertEqual(session.run(f"""
            SELECT t.oid::regtype::text FROM pg_type t CROSS JOIN aclexplode(t.typacl) a
            WHERE t.typnamespace = '{schema}'::regnamespace AND t.typtype = 'e' AND a.grantee NOT IN (0, t.typowner)"""), [])


class Shadowed(Hostile):
    """With functions and operators that the code would find before PostgreSQL's own and before ours."""
    FUNCTIONS = """SELECT p.oid::regprocedure::text, pg_get_function_result(p.oid) FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid AND x.extname = 'bookmeatoz'
                   JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid WHERE d.deptype = 'e' ORDER BY 1"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.run(f"CREATE DATABASE {TESTED} TEMPLATE {SEED}")
        present = Session(TESTED)
        present.run("CREATE EXTENSION bookmeatoz")
        cls.functions, cls.signatures = present.value(MEMBERS), present.run(cls.FUNCTIONS)
        present.close()

    def prepare(self, schema):
        evil = self.session(EVIL)
        self.run_with(evil, SHADOWS, schema)
        self.assertGreater(int(evil.value("SELECT current_setting('trap.number')")), 800)
        return evil

    @staticmethod
    def run_with(session, statement, schema, functions=None):
        with session.connection.cursor() as cursor:
            cursor.execute("SET search_path = pg_catalog; " + statement, dict(words=words_of_the_code(), schema=schema, functions=functions))

    def check(self, schema, search_path, release=None):
        name = quoted(schema)
        evil = self.prepare(schema)
        if search_path:
            self.server.run(f"ALTER DATABASE {TESTED} SET search_path = {search_path}")
        admin = self.session()
        # The attacker knows our names, also those of the next version. What has the very arguments stops the installation, see below.
        self.run_with(evil, OWN_NAMES, schema, self.functions)
        for signature, _ in self.signatures:
            evil.fails(f"DROP FUNCTION {name}.{signature}")
        admin.run(f"CREATE EXTENSION bookmeatoz SCHEMA {name}" + (f" VERSION '{release}'" if release else ""))
        self.assert_not_sprung(admin, "CREATE EXTENSION")
        if release:
            admin.run(f"SELECT {name}.bookmeatoz_set_owner('{OWNER}'::pg_catalog.regrole)")
            for statement in ("ALTER EXTENSION bookmeatoz UPDATE", *[f"SELECT {name}.bookmeatoz_install_schema()"] * 2):
                admin.run(statement)
                self.assert_not_sprung(admin, statement)
        self.assertEqual(len(admin.run(f"SELECT kind FROM {name}.bookmeatoz_objects()")), 35, "nothing was skipped")
        # Operators on our types.
        self.run_with(evil, OWN_NAMES, schema, self.functions)
        self.assertGreater(int(evil.value("SELECT current_setting('trap.number')")), 30)
        for statement in itertools.chain(rows(name), administration(name)):
            admin.run(statement)
            self.assert_not_sprung(admin, statement)
        # A booking, by our functions: their queries must not be led astray either.
        cast = "'{}'::pg_catalog.uuid".format
        for statement in (
                f"SELECT count FROM (SELECT pg_catalog.count(*) FROM {name}.find_available_slots({cast(identity(7))}, '2030-01-14 00:00+00'::pg_catalog.timestamptz,"
                " '2030-01-15 00:00+00'::pg_catalog.timestamptz)) found",
                f"SELECT {name}.register_user('new@example.org'::pg_catalog.text, 'hash'::pg_catalog.text)",
                f"SELECT {name}.resolve_tenant('beta'::pg_catalog.text)"):
            admin.run(statement)
            self.assert_not_sprung(admin, statement)


class Shadows(Shadowed):
    def test_in_public(self):
        self.check("public", None)

    def test_in_public_before_pg_catalog(self):
        self.check("public", "public, pg_catalog")

    def test_in_a_schema_of_the_attackers(self):
        self.check(ODD, f'"{ODD}", pg_catalog, public')


class Updates(Shadowed):
    RELEASE = "1.0.0"

    def test_shadows(self):
        self.check(ODD, f'"{ODD}", pg_catalog, public', self.RELEASE)

    def test_functions_that_are_to_come(self):
        """What has the very name and arguments of a new function is nobody's to replace."""
        admin, evil = self.session(), self.session(EVIL)
        admin.run(f"CREATE EXTENSION bookmeatoz VERSION '{self.RELEASE}'")
        before = admin.run(self.FUNCTIONS)
        coming = [signature for signature, _ in self.signatures if signature not in dict(before)]
        self.assertTrue(coming)
        for signature in coming:
            with self.subTest(signature):
                result = dict(self.signatures)[signature]
                evil.run(f"SET check_function_bodies = off; CREATE FUNCTION {signature} RETURNS {result} LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell('to come'); RETURN NULL; END $$")
                error = admin.fails("ALTER EXTENSION bookmeatoz UPDATE")
                self.assertIsNotNone(error, "it was taken for ours")
                self.assertEqual(error.pgcode, "55000", error.pgerror)
                self.assertIn(signature.split("(")[0], error.diag.message_primary)
                self.assertEqual((admin.run(self.FUNCTIONS), admin.value("SELECT extversion FROM pg_extension WHERE extname = 'bookmeatoz'")), (before, self.RELEASE))
                self.assert_not_sprung(admin, signature)
                evil.run(f"DROP FUNCTION {signature}")
        admin.run("ALTER EXTENSION bookmeatoz UPDATE")
        self.assertEqual(admin.run(self.FUNCTIONS), self.signatures)

    def test_code_of_the_owner(self):
        """What the owner attached to any table runs as the owner while the tables become those of this version."""
        admin, owner = self.session(), self.session(OWNER)
        admin.run(f"CREATE EXTENSION bookmeatoz VERSION '{self.RELEASE}'")
        admin.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        for statement in rows("public"):
            admin.run(statement)
        for table, in admin.run("SELECT name FROM bookmeatoz_objects() WHERE kind = 'table'"):
            owner.run(f"ALTER TABLE {table} ADD CHECK (trap.check(id)), ADD COLUMN copy text GENERATED ALWAYS AS (trap.give(id::text)) STORED; "
                      f"CREATE INDEX ON {table} (trap.give(id::text)); CREATE TRIGGER a AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION trap.row()")
        owner.sprung()
        for statement in ("ALTER EXTENSION bookmeatoz UPDATE", *["SELECT bookmeatoz_install_schema()"] * 2):
            admin.run(statement)
            self.assert_not_sprung(admin, statement, OWNER)
        # Nobody acts as another by what puts rights back; and the owner has it, as all functions of administration.
        self.assertEqual(owner.fails("SELECT bookmeatoz_put_back_rights('[]')").pgcode, "55000")


class Adoption(Hostile):
    """Objects that are there already under our names."""

    def test_foreign_objects(self):
        for label, statements in FOREIGN.items():
            with self.subTest(label):
                self.database()
                evil = self.session(EVIL)
                evil.run(statements.format(s="public"))
                for mode in ("auto", "on"):
                    admin = self.session()
                    admin.run(f"SET bookmeatoz.install_schema = {mode}")
                    error = admin.fails("CREATE EXTENSION bookmeatoz")
                    if error is None:
                        self.assertEqual(mode, "auto")
                        self.assertRegex("".join(admin.connection.notices), f"(?s)WARNING.*exists already.*{EVIL}.*bookmeatoz_set_owner")
                        error = admin.fails("SELECT bookmeatoz_install_schema()")
                        refused = admin.fails(f"SELECT bookmeatoz_set_owner('{OWNER}')")
                        self.assertIsNotNone(refused, "bookmeatoz_set_owner() took it")
                        self.assertEqual(refused.pgcode, "42710")
                    self.assertIsNotNone(error, "it was taken for ours")
                    self.assertIn(error.pgcode, ("42710", "42723"), error.pgerror)
                    self.assertEqual(admin.value("SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relname IN ('tenants', 'businesses', 'services', 'bookings')"
                                                 f" AND relowner <> '{EVIL}'::regrole"), 0)
                    self.assert_not_sprung(admin, label)
                    admin.run("DROP EXTENSION IF EXISTS bookmeatoz")
                    admin.close()
                evil.close()

    def test_wrong_objects_of_the_administrators(self):
        for label, statements in WRONG.items():
            with self.subTest(label):
                self.database()
                admin = self.session()
                admin.run(statements.format(s="public"))
                admin.run("SET bookmeatoz.install_schema = on")
                error = admin.fails("CREATE EXTENSION bookmeatoz")
                self.assertIsNotNone(error, "it was taken for ours")
                self.assertIn(error.pgcode, ("42809", "42710"), error.pgerror)
                self.assertIn(ADMINISTRATOR, error.diag.message_detail)
                self.assertIsNotNone(error.diag.message_hint)
                admin.close()

    def test_what_is_ours_is_taken(self):
        """A label, a column, an index and a trigger that the owner added are no reason to refuse."""
        admin = self.session()
        admin.run("CREATE TYPE booking_status_type_v1 AS ENUM ('draft', 'pending', 'waitlisted', 'confirmed', 'cancelled', 'completed', 'rejected', 'no_show')")
        admin.run("CREATE TABLE subscription_plans (id varchar, colour text, name varchar); CREATE INDEX ON subscription_plans (colour)")
        admin.run("SET bookmeatoz.install_schema = on; CREATE EXTENSION bookmeatoz")
        self.assertEqual(admin.run("SELECT bookmeatoz_install_schema()"), [])

    def test_data_of_an_earlier_owner(self):
        """DROP EXTENSION CASCADE and a new one: the administrator says whose the data are, and all comes back."""
        admin = self.session()
        admin.run("CREATE EXTENSION bookmeatoz")
        admin.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        for statement in rows("public"):
            admin.run(statement)
        admin.run("DROP EXTENSION bookmeatoz CASCADE; CREATE EXTENSION bookmeatoz")
        self.assertRegex("".join(admin.connection.notices), f"(?s)WARNING.*exists already.*{OWNER}.*bookmeatoz_set_owner\\('{OWNER}'\\)")
        self.assertEqual(admin.fails("SELECT bookmeatoz_install_schema()").pgcode, "42710")
        self.assertEqual(admin.fails(f"SELECT bookmeatoz_set_owner('{STAFF}')").pgcode, "42710")
        admin.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        self.assertGreater(len(admin.run("SELECT bookmeatoz_install_schema()")), 50)
        self.assertEqual(admin.run(f"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND relowner <> '{OWNER}'::regrole"), [])
        self.assertEqual(admin.run("SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error'"), [])
        # The present owner may hand them on; the next one is then as good.
        admin.run(f"SELECT bookmeatoz_set_owner('{STAFF}')")
        admin.run("DROP TABLE notifications")
        self.assertGreater(len(admin.run("SELECT bookmeatoz_install_schema()")), 5)
        self.assertEqual(admin.value("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'notifications'::regclass"), STAFF)
        # Who is neither the owner nor a superuser completes nothing.
        admin.run(f"GRANT EXECUTE ON FUNCTION bookmeatoz_install_schema(boolean), bookmeatoz_may_own(oid) TO {APP}; GRANT USAGE, CREATE ON SCHEMA public TO {APP}; DROP TABLE notifications")
        self.assertEqual(self.session(APP).fails("SELECT bookmeatoz_install_schema()").pgcode, "42501")


class OwnersCode(Hostile):
    """What the owner attached to the tables runs as the owner, whoever calls a function of administration."""

    def setUp(self):
        super().setUp()
        self.admin = self.session()
        self.admin.run("CREATE EXTENSION bookmeatoz")
        self.admin.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        for statement in rows("public"):
            self.admin.run(statement)
        self.owner = self.session(OWNER)

    def test_completing(self):
        self.owner.run("ALTER TABLE bookings ADD CHECK (trap.check(id)) NOT VALID, ADD COLUMN copy text GENERATED ALWAYS AS (trap.give(notes)) STORED")
        self.owner.run("CREATE INDEX ON bookings (trap.give(notes))")
        self.owner.run("CREATE TRIGGER a BEFORE UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.owner.run("ALTER TABLE bookings DROP COLUMN busy CASCADE; DROP TRIGGER bookings_guard ON bookings; DROP INDEX bookings_service_start_idx; DROP TABLE notifications")
        self.owner.run("UPDATE bookings SET start_time = '2030-01-08 10:00+00', end_time = '2030-01-08 10:30+00'")
        self.admin.run("SELECT bookmeatoz_install_schema()")
        sprung = self.admin.sprung()
        self.assertIn(("check", OWNER), sprung, "the test tests nothing")
        self.assertIn(("trigger a", OWNER), sprung, "stale rows were not touched")
        self.assertEqual([trap for trap in sprung if trap[1] != OWNER], [])
        self.assertEqual(self.admin.value("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'notifications'::regclass"), OWNER)

    def test_purging(self):
        self.owner.run("CREATE TRIGGER a BEFORE DELETE ON token_blacklist FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.owner.run("SELECT bookmeatoz_force_row_security(true)")
        self.assertEqual(self.admin.value("SELECT purge_expired_tokens()"), 3)
        self.assertEqual(self.admin.sprung(), [("trigger a", OWNER)])
        self.owner.run("CREATE CONSTRAINT TRIGGER b AFTER DELETE ON password_resets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.admin.run(f"INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ('d', '{identity(2)}', '2001-01-01')")
        self.admin.fails("SELECT purge_expired_tokens()")
        self.assertEqual([trap for trap in self.admin.sprung() if trap[1] != OWNER], [], "at the end of the transaction")

    def test_maintaining(self):
        self.owner.run("ALTER TABLE audit_logs ADD CHECK (trap.check(id)), ADD COLUMN copy text GENERATED ALWAYS AS (trap.give(action)) STORED")
        self.owner.run("CREATE INDEX ON audit_logs (trap.give(action))")
        self.owner.run("CREATE TRIGGER a BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.owner.run("CREATE TRIGGER a AFTER INSERT OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.admin.run("SET row_security = off; INSERT INTO audit_logs (actor_role, action, entity_type, entity_id, created_at) "
                       f"VALUES ('a', 'b', 'c', '{identity(1)}', '2050-01-01'); RESET row_security; SET session_replication_role = replica; "
                       "UPDATE bookings SET status = 'pending', hold_expires_at = '2020-01-01'; RESET session_replication_role")
        self.admin.sprung()
        self.admin.run("SELECT bookmeatoz_maintain('2040-01-01')")
        sprung = self.admin.sprung()
        self.assertIn(("check", OWNER), sprung, "the test tests nothing")
        self.assertIn(("trigger a", OWNER), sprung, "no row was moved or deleted")
        self.assertEqual([trap for trap in sprung if trap[1] != OWNER], [])
        self.assertEqual(self.admin.run(f"SELECT relname FROM pg_class WHERE relname ~ '^audit_logs' AND relkind IN ('r', 'i', 'p', 'I') AND relowner <> '{OWNER}'::regrole"), [])

    def test_archiving(self):
        self.owner.run("ALTER TABLE bookings_archive ADD CHECK (trap.check(id)), ADD COLUMN copy text GENERATED ALWAYS AS (trap.give(notes)) STORED")
        self.owner.run("CREATE INDEX ON bookings_archive (trap.give(notes))")
        self.owner.run("CREATE TRIGGER a BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.owner.run("CREATE TRIGGER a AFTER INSERT ON bookings_archive FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.admin.run("SET session_replication_role = replica; UPDATE bookings SET start_time = '2020-01-01', end_time = '2020-01-02'; RESET session_replication_role")
        self.admin.sprung()
        self.assertGreater(int(self.admin.value("SELECT archive_bookings('1 year')")), 0)
        sprung = self.admin.sprung()
        self.assertIn(("check", OWNER), sprung, "the test tests nothing")
        self.assertIn(("trigger a", OWNER), sprung)
        self.assertEqual([trap for trap in sprung if trap[1] != OWNER], [])

    def test_auditing(self):
        """What the owner attached to the log does not run as the one who is audited."""
        self.owner.run("ALTER TABLE audit_logs ADD CHECK (trap.check(id)), ADD COLUMN copy text GENERATED ALWAYS AS (trap.give(action)) STORED")
        self.owner.run("CREATE INDEX ON audit_logs (trap.give(action))")
        self.owner.run("CREATE TRIGGER a AFTER INSERT ON audit_logs FOR EACH ROW EXECUTE FUNCTION trap.row()")
        self.admin.sprung()
        self.admin.run("UPDATE customers SET name = 'Zoe'")
        sprung = self.admin.sprung()
        self.assertEqual({trap for trap, _ in sprung}, {"check", "value", "trigger a"}, "the test tests nothing")
        self.assertEqual([trap for trap in sprung if trap[1] != OWNER], [])

    def test_settings_of_the_owner_end(self):
        self.owner.run("CREATE FUNCTION loose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SET search_path = trap; RETURN OLD; END $$")
        self.owner.run("CREATE TRIGGER a BEFORE DELETE ON token_blacklist FOR EACH ROW EXECUTE FUNCTION loose()")
        path = self.admin.value("SHOW search_path")
        self.admin.run("SELECT purge_expired_tokens()")
        self.assertEqual(self.admin.value("SHOW search_path"), path)


class Rights(Hostile):
    def test_default_privileges(self):
        admin = self.session()
        for grantee in (EVIL, "PUBLIC"):
            for kind in ("TABLES", "FUNCTIONS", "TYPES", "SEQUENCES"):
                admin.run(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON {kind} TO {grantee}" + (" WITH GRANT OPTION" if grantee == EVIL else ""))
        admin.run("CREATE EXTENSION bookmeatoz")
        self.assert_no_right(admin, "public")
        admin.run("DROP VIEW bookings_all; DROP TABLE bookings; SELECT bookmeatoz_install_schema()")
        self.assert_no_right(admin, "public")

    def test_schema_of_the_attackers(self):
        admin = self.session()
        admin.run(f'CREATE EXTENSION bookmeatoz SCHEMA "{ODD}"')
        self.assert_no_right(admin, f'"{ODD}"')

    def test_temporary_objects(self):
        """Nobody has the right by default; the grant functions refuse who has it, whichever way."""
        admin = self.session()
        self.assertTrue(admin.value(f"SELECT has_database_privilege('{APP}', '{TESTED}', 'TEMP')"))
        admin.run("CREATE EXTENSION bookmeatoz")
        self.assertFalse(admin.value(f"SELECT has_database_privilege('{APP}', '{TESTED}', 'TEMP')"))
        grants = [f"SELECT bookmeatoz_grant_{duty}_role('{APP}')" for duty in ("app", "staff", "auth")]
        for place, right in ((f"DATABASE {TESTED}", "TEMPORARY"), (f"DATABASE {TESTED}", "CREATE"), ("SCHEMA public", "CREATE")):
            for grantee in ("PUBLIC", APP, STAFF):
                admin.run(f"GRANT {right} ON {place} TO {grantee}")
                admin.run(f"ALTER ROLE {APP} NOINHERIT; GRANT {STAFF} TO {APP}")
                for grant in grants:
                    error = admin.fails(grant)
                    self.assertIsNotNone(error, f"{right} on {place} to {grantee}")
                    self.assertEqual((error.pgcode, error.diag.message_hint), ("0LP01", f"Run REVOKE {right} ON {place} FROM {grantee}."))
                admin.run(error.diag.message_hint[len("Run "):-1])
                for grant in grants:
                    admin.run(grant)
                admin.run(f"REVOKE {STAFF} FROM {APP}; ALTER ROLE {APP} INHERIT; SELECT bookmeatoz_revoke_app_role('{APP}')")
        self.server.run(f"ALTER DATABASE {TESTED} OWNER TO {APP}")
        self.assertEqual(admin.fails(grants[0]).pgcode, "0LP01")


if __name__ == "__main__":
    unittest.main()
