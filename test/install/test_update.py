"""A database of the first release becomes one of the present version: by ALTER EXTENSION UPDATE, and by a dump that is restored beside the new
files. It then equals a new one, object by object, and has all that users put in, changed and granted. The tests know no change of any version: they
compare. Connected by PGHOST and PGUSER (a superuser), with the server's programs in PATH. Called by ./dev check."""

import json
import os
import re
import subprocess
import sys
import unittest

from hostile import ADMINISTRATOR, SOURCES, Session

sys.path.insert(0, os.path.join(SOURCES, "sql"))
import signatures  # noqa: E402

RELEASE = "1.0.0"
OLD, FRESH, UPDATED, RESTORED, TESTED = DATABASES = ["update_old", "update_fresh", "update_updated", "update_restored", "update_tested"]
OWNER, APP, STAFF, AUTH, OTHER, MIDDLE, DEEP, SECOND = ROLES = [
    "update_owner", "update_app", "update_staff", "update_auth", '"update other"', "update_middle", "update_deep", "update_second"]
DUTIES = {APP: "app", STAFF: "staff", AUTH: "auth"}
AGAIN = "call bookmeatoz_install_schema() again"
# Beside test/restore/additions.sql.
ADDITIONS = """
CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.visits := OLD.visits + 1; RETURN NEW; END $$;
ALTER TABLE customers ADD visits integer NOT NULL DEFAULT 0, ADD shout text GENERATED ALWAYS AS (upper(name)) STORED;
CREATE TRIGGER customers_count_up BEFORE UPDATE OF phone ON customers FOR EACH ROW EXECUTE FUNCTION count_up();
CREATE POLICY customers_not_hidden ON customers AS RESTRICTIVE USING (can_access_business(business_id));
CREATE MATERIALIZED VIEW busy_hours AS SELECT start_time, count(*) FROM bookings GROUP BY 1;
CREATE VIEW mine WITH (security_invoker) AS SELECT id, json_text(metadata, 'a') AS word, busy FROM bookings;
CREATE STATISTICS customers_of_businesses ON business_id, email FROM customers;
CREATE INDEX bookings_channel_idx ON bookings (json_text(metadata, 'channel'));
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE SEQUENCE invoice_numbers OWNED BY invoices.amount;
CREATE RULE agenda_is_read AS ON INSERT TO agenda DO INSTEAD NOTHING;
COMMENT ON FUNCTION count_up() IS 'Counts.';
GRANT UPDATE (phone) ON customers TO "update other";
GRANT SELECT ON agenda TO update_app WITH GRANT OPTION;
"""

# Keys and texts. Functions by name alone: some are made anew with other arguments.
RIGHTS = r"""
WITH member AS MATERIALIZED (
    SELECT d.classid, d.objid, i.type, i.identity FROM pg_extension x JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.deptype = 'e'
    CROSS JOIN pg_identify_object(d.classid, d.objid, d.objsubid) i WHERE x.extname = 'bookmeatoz'),
owned AS (
    SELECT 'function' AS kind, p.proname AS name, p.proowner AS owner, coalesce(p.proacl, acldefault('f', p.proowner)) AS rights
    FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    UNION ALL SELECT 'relation', c.relname, c.relowner, coalesce(c.relacl, acldefault('r', c.relowner)) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'c'
    UNION ALL SELECT 'type', t.typname, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner)) FROM pg_type t
              WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e'
    UNION ALL SELECT 'column', c.relname || '.' || a.attname, c.relowner, a.attacl FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped AND a.attacl IS NOT NULL
    UNION ALL SELECT 'schema', n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE n.nspname = 'public'),
initial AS (
    SELECT p.proname, coalesce(i.initprivs, acldefault('f', p.proowner)) AS rights
    FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    LEFT JOIN pg_init_privs i ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid)
SELECT ARRAY['owner', kind, name], owner::regrole::text FROM owned WHERE kind <> 'column'
UNION ALL SELECT ARRAY['rights', o.kind, o.name], string_agg(concat_ws(' ', a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type, a.is_grantable), ', '
                                                             ORDER BY a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type) FROM owned o LEFT JOIN LATERAL aclexplode(o.rights) a ON true GROUP BY 1
UNION ALL SELECT ARRAY['initial rights', i.proname], string_agg(concat_ws(' ', a.grantor::regrole::text, a.grantee::regrole::text, a.is_grantable), ', '
                                                                ORDER BY a.grantee::regrole::text) FROM initial i CROSS JOIN aclexplode(i.rights) a GROUP BY 1
"""
SNAPSHOT = RIGHTS + r"""
UNION ALL SELECT ARRAY['definition', object, kind, name], definition
          FROM bookmeatoz_definitions(ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
                                            UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'))
UNION ALL SELECT ARRAY['expected definition', object, kind, name], definition FROM bookmeatoz_expected_definitions()
UNION ALL SELECT ARRAY['function', name], concat_ws(' for public: ', definition, for_public) FROM bookmeatoz_function_definitions()
UNION ALL SELECT ARRAY['expected function', name], concat_ws(' for public: ', definition, for_public) FROM bookmeatoz_expected_function_definitions()
UNION ALL SELECT ARRAY['comment', i.type, i.identity], d.description FROM pg_description d CROSS JOIN pg_identify_object(d.classoid, d.objoid, d.objsubid) i
          WHERE i.identity ~ '\mpublic\.' OR (i.type, i.identity) IN (SELECT type, identity FROM member)
UNION ALL SELECT ARRAY['member', type, identity], '' FROM member
UNION ALL SELECT ARRAY['step', step::text], concat_ws(': ', version, left_as) FROM schema_ledger
UNION ALL SELECT ARRAY['finding', finding], severity FROM bookmeatoz_verify()
UNION ALL SELECT ARRAY['version'], extversion FROM pg_extension WHERE extname = 'bookmeatoz'
"""
PARTITIONS = """SELECT ARRAY['partition', object, kind, name], definition
FROM bookmeatoz_definitions(ARRAY(SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relispartition))"""


def snapshot(session, query=SNAPSHOT):
    found = session.run(query)
    result = {tuple(key): text for key, text in found}
    assert len(result) == len(found), "two objects of one name"
    return result


def columns(session):
    """Their order in each table and view."""
    return dict(session.run("""SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition GROUP BY 1"""))


def rows(session):
    """For each table its columns, and its rows as they are written."""
    tables = session.run("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm') AND NOT relispartition")
    return {table: [row for row, in session.run(f"SELECT to_jsonb(t) FROM {table} t")] for table, in tables}


def only(columns, found):
    return sorted(json.dumps({name: value for name, value in row.items() if name in columns}, sort_keys=True) for row in found)


def shell(*command, user=ADMINISTRATOR, fails=False, **more):
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, PGUSER=user, PGOPTIONS="-c client_min_messages=warning"), **more)
    assert done.returncode == 0 or fails, done.stderr
    return done


def install(session):
    """Calls bookmeatoz_install_schema() as often as it asks for that. What it says."""
    said = []
    for _ in range(5):
        lines = [line for line, in session.run("SELECT bookmeatoz_install_schema()")]
        said += lines
        if not any(AGAIN in line for line in lines):
            return said
    raise AssertionError(said)


def steps(session):
    return session.run("SELECT * FROM bookmeatoz_schema_steps()")


class Update(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Session("postgres")
        cls.addClassCleanup(cls.tidy)
        for role in ROLES:
            cls.server.run(f"CREATE ROLE {role} LOGIN {'SUPERUSER' if role == SECOND else ''}")

    @classmethod
    def tidy(cls):
        for database in DATABASES:
            cls.server.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        for role in ROLES:
            cls.server.run(f"DROP ROLE IF EXISTS {role}")
        cls.server.close()

    @classmethod
    def open(cls, database, user=ADMINISTRATOR):
        session = Session(database, user)
        cls.addClassCleanup(session.close)
        return session

    @classmethod
    def create(cls, database, version=None):
        """A database as its people set it up."""
        cls.server.run(f"CREATE DATABASE {database}")
        session = cls.open(database)
        session.run(f"ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO {OTHER}; ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT ON TABLES TO {OTHER}")
        session.run("CREATE EXTENSION bookmeatoz " + (f"VERSION '{version}'" if version else "") + " CASCADE")
        session.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        session.run(f"SET ROLE {OWNER}")
        for role, duty in DUTIES.items():
            session.run(f"SELECT bookmeatoz_grant_{duty}_role('{role}')")
        session.run("RESET ROLE")
        return session

    @classmethod
    def fill(cls, database):
        for file in ("rows.sql", "additions.sql"):
            shell("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", os.path.join(SOURCES, "test", "restore", file), user=OWNER)
        shell("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", ADDITIONS, "-c", "SELECT refresh_business_stats(), bookmeatoz_install_schema()", user=OWNER)

    def copy(self, *user):
        """A copy of the old database, in a session of its own."""
        self.server.run(f"DROP DATABASE IF EXISTS {TESTED} WITH (FORCE)")
        self.server.run(f"CREATE DATABASE {TESTED} TEMPLATE {OLD}")
        session = Session(TESTED, *user)
        self.addCleanup(session.close)
        return session

    def assert_same(self, wanted, found):
        different = [f"{' '.join(key)}\n    wanted: {wanted.get(key)}\n    found:  {found.get(key)}" for key in sorted({*wanted, *found}) if wanted.get(key) != found.get(key)]
        if different:
            self.fail("\n".join(different))


class Equal(Update):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fresh = cls.create(FRESH)
        cls.fresh, cls.steps, cls.columns = snapshot(fresh), steps(fresh), columns(fresh)
        old = cls.create(OLD, RELEASE)
        cls.plain, cls.old_steps = snapshot(old), steps(old)
        with old.connection.cursor() as cursor:
            cls.signatures = signatures.lines(cursor)
        old.run("RESET search_path")
        cls.fill(OLD)
        cls.before, cls.rows = snapshot(old), rows(old)
        old.close()
        cls.dump = shell("pg_dump", "-d", OLD).stdout

    def wanted(self):
        """As in a new database, but for what people have changed."""
        changed = {key for key in {*self.before, *self.plain} if self.before.get(key) != self.plain.get(key)}
        self.assertLess({("definition", "services", "policy", "services_public_read"), ("definition", "booking_status_type_v1", "type", ""), ("comment", "table", "public.customers"),
                         ("definition", "customers", "policy", "customers_delete"), ("rights", "relation", "bookings"), ("rights", "column", "customers.phone")}, changed)
        wanted = {**self.fresh, **{key: self.before.get(key) for key in changed}}
        return {key: text for key, text in wanted.items() if text is not None}

    def assert_rows_are_there(self, session):
        found = rows(session)
        self.assertLessEqual(set(self.rows), set(found))
        for table, before in self.rows.items():
            self.assertTrue(before, f"{table} is empty: the test tests nothing")
            wanted, now = only(before[0], before), only(before[0], found[table])
            if table == "schema_ledger":
                self.assertLessEqual(set(wanted), set(now))
            else:
                self.assertEqual(wanted, now, table)

    def new_findings(self, session):
        """Errors that the additions do not explain; a copy of a database has no rights of its own."""
        return [finding for finding, in session.run("SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error' AND finding !~ '^everybody may create temporary'")
                if ("finding", finding) not in self.before]

    def assert_done(self, session):
        self.assert_same(self.wanted(), snapshot(session))
        found = columns(session)
        for table, wanted in self.columns.items():
            self.assertEqual(wanted, [name for name in found[table] if name in wanted], f"{table}: a column that is not last")
        self.assert_rows_are_there(session)
        self.assertEqual([line for line, in session.run("SELECT bookmeatoz_install_schema()") if not line.startswith("left as it is")], [])
        self.assertEqual(session.run("SELECT * FROM bookmeatoz_verify_rows()"), [])
        session.connection.notices = []
        session.run("SELECT bookmeatoz_announce_steps()")
        self.assertEqual(session.connection.notices, [])

    def assert_plan_says_all_once(self, session):
        """What a step is to do is missing too, until it is done."""
        plan = [line for line, in session.run("SELECT bookmeatoz_install_schema(plan => true)")]
        heavy = [line.startswith("-- Heavy.") for line in plan].index(True) if "-- Heavy." in "".join(plan) else len(plan)
        statements = [line for line in plan[:heavy] if not line.startswith("--")]
        self.assertEqual(bool(statements), bool(self.changed() | self.missing()))
        self.assertEqual(sorted(set(statements)), sorted(statements))

    def test_updated_and_restored(self):
        self.server.run(f"CREATE DATABASE {UPDATED} TEMPLATE {OLD}")
        self.server.run(f"REVOKE TEMPORARY ON DATABASE {UPDATED} FROM PUBLIC")
        updated = self.open(UPDATED)
        updated.run("ALTER EXTENSION bookmeatoz UPDATE")
        notices = "".join(updated.connection.notices)
        pending = self.changed() | self.missing()
        self.assertEqual("WARNING:  the tables are not those of this version yet" in notices, bool(pending), notices)
        for step in self.steps[len(self.old_steps):]:
            self.assertIn(f"step {step[0]}: {step[2]}", notices)
        self.assert_rows_are_there(updated)
        owner = self.open(UPDATED, OWNER)
        self.assert_plan_says_all_once(owner)
        install(owner)
        updated.run("SELECT bookmeatoz_regrant_roles()")
        self.assert_done(updated)

        self.server.run(f"CREATE DATABASE {RESTORED}")
        self.server.run(f"REVOKE TEMPORARY ON DATABASE {RESTORED} FROM PUBLIC")
        said = shell("psql", "-Xq", "-d", RESTORED, input=self.dump).stderr
        self.assertEqual(re.findall("ERROR.*", said), [])
        restored = self.open(RESTORED)
        install(self.open(RESTORED, OWNER))
        restored.run(f"SELECT bookmeatoz_set_owner('{OWNER}'); SELECT bookmeatoz_regrant_roles()")
        self.assert_done(restored)
        self.assert_same(snapshot(updated, PARTITIONS), snapshot(restored, PARTITIONS))

    # ---- the steps

    def definitions(self, found):
        return {key[1:]: text for key, text in found.items() if key[0] == "expected definition"}

    def changed(self):
        """What both versions have, each otherwise, and what the present one has no more."""
        old, new = self.definitions(self.plain), self.definitions(self.fresh)
        return {key for key in old if old[key] != new.get(key)}

    def missing(self):
        return set(self.definitions(self.fresh)) - set(self.definitions(self.plain))

    def test_steps_lead_from_the_release_to_this_version(self):
        self.assertEqual([step[0] for step in self.steps], list(range(1, len(self.steps) + 1)))
        self.assertEqual(self.steps[:len(self.old_steps)], self.old_steps, "a released step has changed")
        old, new = self.definitions(self.plain), self.definitions(self.fresh)
        at = dict(old)
        touched = set()
        for number, _, what, *key, was, becomes, statements, _, by_hand in self.steps[len(self.old_steps):]:
            with self.subTest(step=number, what=what):
                if key[0] is None:
                    self.assertIsNotNone(statements)
                    self.assertEqual((key, was, becomes), ([None] * 3, None, None))
                    continue
                self.assertEqual(was, at.get(tuple(key)), "it does not begin where the step before it, or the release, ends")
                self.assertNotEqual(was, becomes)
                at[tuple(key)] = becomes
                touched.add(tuple(key))
        for key in touched:
            with self.subTest(key=key):
                self.assertEqual(at[key], new.get(key), "the last step does not lead to this version")
        self.assertEqual(self.changed() - touched, set(), "what changes has no step")

    def test_signatures_of_the_release(self):
        self.assertEqual(self.signatures, signatures.read(f"{RELEASE}.txt"))

    # ---- what users built on it

    def test_a_view_on_a_function_that_goes(self):
        session = self.copy()
        functions = """SELECT p.oid, p.proname, p.prorettype::regtype::text,
            ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n) ORDER BY n), p.oid::regprocedure::text
            FROM pg_proc p WHERE p.oid IN (SELECT bookmeatoz_functions())"""
        before = session.run(functions)
        session.run("BEGIN; ALTER EXTENSION bookmeatoz UPDATE")
        remaining = {oid for oid, *_ in session.run(functions)}
        session.run("ROLLBACK")
        going = [function for function in before if function[0] not in remaining]
        for _, name, result, types, signature in going:
            with self.subTest(signature):
                self.assertNotIn(result, ("trigger", "internal"))
                session.run("CREATE VIEW built_on_it AS SELECT 1 AS one FROM {}({})".format(name, ", ".join(f"NULL::{type}" for type in types)))
                was = snapshot(session)
                error = session.fails("ALTER EXTENSION bookmeatoz UPDATE")
                self.assertIsNotNone(error)
                self.assertEqual(error.pgcode, "2BP01")
                self.assertIn(signature, error.diag.message_primary)
                self.assertIn("built_on_it depends on", error.diag.message_detail)
                self.assert_same(was, snapshot(session))
                session.run("DROP VIEW built_on_it; BEGIN; ALTER EXTENSION bookmeatoz UPDATE; ROLLBACK")

    # ---- rights

    TREATMENTS = {
        "as it is": "",
        "toggled": None,
        "passed on": f"GRANT EXECUTE ON FUNCTION {{f}} TO {OWNER} WITH GRANT OPTION; SET ROLE {OWNER}; GRANT EXECUTE ON FUNCTION {{f}} TO {MIDDLE} WITH GRANT OPTION; "
                     f"SET ROLE {MIDDLE}; GRANT EXECUTE ON FUNCTION {{f}} TO {DEEP}, {OTHER}; RESET ROLE",
        "public by the owner": f"REVOKE EXECUTE ON FUNCTION {{f}} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {{f}} TO {OWNER} WITH GRANT OPTION; SET ROLE {OWNER}; "
                               f"GRANT EXECUTE ON FUNCTION {{f}} TO PUBLIC; RESET ROLE",
        "taken from the owner": f"REVOKE ALL ON FUNCTION {{f}} FROM {OWNER} CASCADE",
        "given to others": f"GRANT EXECUTE ON FUNCTION {{f}} TO {OTHER}; GRANT EXECUTE ON FUNCTION {{f}} TO {DEEP} WITH GRANT OPTION",
    }

    def treat(self, session, shift):
        """Changes the rights on every function, each in one of the ways."""
        statements = []
        for number, (function, name, for_public) in enumerate(session.run(
                "SELECT p.oid::regprocedure::text, p.proname, has_function_privilege('public', p.oid, 'EXECUTE') FROM pg_proc p WHERE p.oid IN (SELECT bookmeatoz_functions()) ORDER BY 1")):
            treatment, text = list(self.TREATMENTS.items())[(number + shift) % len(self.TREATMENTS)]
            if treatment == "toggled":
                text = "{} EXECUTE ON FUNCTION {{f}} {} PUBLIC".format(*(("REVOKE", "FROM") if for_public else ("GRANT", "TO")))
            # By the right to pass this function on an owner is known.
            if text and not (treatment in ("taken from the owner", "given to others") and name == "bookmeatoz_install_schema"):
                statements.append(text.format(f=function))
        session.run("; ".join(statements))

    @staticmethod
    def of_functions(found):
        """Those of the members of the extension."""
        return {key: text for key, text in found.items() if ("initial rights", key[-1]) in found and key[0] in ("initial rights", "rights", "owner")}

    @staticmethod
    def names_of_functions(found):
        return {key[1] for key in found if key[0] == "initial rights"}

    def test_rights_survive(self):
        was_there, is_there = self.names_of_functions(self.plain), self.names_of_functions(self.fresh)
        for user in (ADMINISTRATOR, SECOND):
            session = self.copy(user)
            for shift in range(len(self.TREATMENTS)):
                with self.subTest(user=user, shift=shift):
                    session.run("BEGIN")
                    self.treat(session, shift)
                    before = self.of_functions(snapshot(session, RIGHTS))
                    session.run("ALTER EXTENSION bookmeatoz UPDATE")
                    after = self.of_functions(snapshot(session, RIGHTS))
                    session.run("ROLLBACK")
                    wanted = {key: (before if key[-1] in was_there and key[0] != "initial rights" else self.fresh)[key]
                              for key in {**before, **self.of_functions(self.fresh)} if key[-1] in is_there}
                    self.assert_same(wanted, after)

    def test_rights_are_in_a_dump(self):
        names = self.names_of_functions(self.plain) & self.names_of_functions(self.fresh)

        def rights():
            said = shell("pg_dump", "--schema-only", "-d", TESTED).stdout
            found = re.findall(r"((?:GRANT|REVOKE) .* ON FUNCTION public\.(\w+))\(.*\)( (?:TO|FROM) .*)", said)
            return sorted(first + last for first, name, last in found if name in names)
        session = self.copy()
        self.treat(session, 0)
        before = rights()
        self.assertGreater(len(before), len(names))
        session.run("ALTER EXTENSION bookmeatoz UPDATE")
        self.assertEqual(rights(), before)


    # ---- a database that stays

    # What a function is called with: by the name of the argument, or by its type.
    ARGUMENTS = {
        "business_id": "(SELECT business_id FROM services WHERE name = 'Cut')", "service_id": "(SELECT id FROM services WHERE name = 'Cut')",
        "customer_id": "(SELECT id FROM customers WHERE name = 'Carol')", "tenant_id": "(SELECT id FROM tenants LIMIT 1)",
        "user_id": "(SELECT id FROM users LIMIT 1)", "booking_id": "(SELECT b.id FROM bookings b JOIN customers c ON c.id = b.customer_id WHERE c.name = 'Carol' AND b.status = 'confirmed' ORDER BY b.id LIMIT 1)",
        "employee_id": "(SELECT id FROM employees ORDER BY id LIMIT 1)", "kind": "'24h'", "audited": "'customers'", "older_than": "'1 year'",
        "email": "'new@example.org'", "slug": "'barber'", "subdomain": "NULL", "key": "'a'", "status": "'confirmed'", "on_conflict": "'fail'", "max_slots": "2",
    }
    BY_TYPE = {
        "uuid": "(SELECT id FROM bookings LIMIT 1)", "uuid[]": "ARRAY(SELECT id FROM bookings ORDER BY id LIMIT 1)", "timestamp with time zone": "'2030-01-14 14:00+00'",
        "timestamp with time zone[]": "'{2030-01-14 14:00+00}'", "date": "'2030-01-14'", "text": "'a'", "integer": "30", "boolean": "false", "interval": "'1 hour'",
        "jsonb": "'{}'", "regclass": "'customers'"}

    def test_old_sql_with_the_new_library(self):
        """ALTER EXTENSION is not run: all of the first release's functions do their work."""
        session = self.copy()
        self.assertEqual(session.value("SELECT extversion FROM pg_extension WHERE extname = 'bookmeatoz'"), RELEASE)
        compiled = session.run("""SELECT p.oid, p.proname, p.oid::regprocedure::text, p.prorettype::regtype::text, coalesce(p.proargnames, '{}')::text[],
                   ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n) ORDER BY n)
            FROM pg_proc p WHERE p.oid IN (SELECT bookmeatoz_functions()) AND p.probin IS NOT NULL ORDER BY p.proname""")
        self.assertGreater(len(compiled), 80)
        reached = 0
        for oid, name, signature, result, names, types in compiled:
            with self.subTest(signature):
                session.run(f"SELECT fmgr_c_validator({oid})")
                if result in ("trigger", "internal"):
                    continue
                values = [f"{self.ARGUMENTS.get(argument) or self.BY_TYPE[kind]}::{kind}" for argument, kind in zip(names, types)]
                session.run("BEGIN")
                error = session.fails(f"SELECT * FROM {name}({', '.join(values)})")
                session.run("ROLLBACK")
                # What it answers to these values is its own affair.
                if error is not None:
                    self.assertRegex(error.pgcode, "^(BM...|55000|22023)$", error.pgerror)
                else:
                    reached += 1
        self.assertGreater(reached, 60)

        slot = "'{}'::timestamptz".format(session.value(f"SELECT min(slot_start) FROM find_available_slots({self.ARGUMENTS['service_id']}, '2030-01-14', '2030-01-15')"))
        entries = session.value("SELECT count(*) FROM audit_logs")
        held = session.value(f"SELECT booking_id FROM hold_slot({self.ARGUMENTS['service_id']}, {slot}, customer_id => {self.ARGUMENTS['customer_id']})")
        session.run(f"SELECT * FROM confirm_booking('{held}')")
        self.assertEqual(session.fails(f"""INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
            SELECT business_id, customer_id, service_id, employee_id, start_time, 'confirmed' FROM bookings WHERE id = '{held}'""").pgcode, "23505")
        session.run(f"SELECT * FROM reschedule_booking('{held}', {slot} + interval '7 days')")
        session.run(f"SELECT * FROM cancel_booking('{held}')")
        self.assertGreater(session.value("SELECT count(*) FROM audit_logs"), entries + 2)
        self.assertGreater(session.value("SELECT count(*) FROM claim_due_notifications(1000)"), 10)
        session.run(f"""UPDATE bookings SET created_at = now() - interval '2 days', start_time = now() + interval '23 hours', end_time = now() + interval '24 hours' WHERE id = {self.ARGUMENTS['booking_id']}""")
        self.assertEqual(session.value("SELECT count(*) FROM claim_due_reminders('24h')"), 1)
        session.run(f"""INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
            SELECT business_id, customer_id, service_id, '2020-05-06 14:00+00', 'completed' FROM bookings WHERE id = '{held}'""")
        self.assertGreater(session.value("SELECT archive_bookings('1 year')"), 0)
        self.assertEqual(self.new_findings(session), [])
        self.assertEqual(session.run("SELECT * FROM bookmeatoz_verify_rows()"), [])
        # Even completing works: what is of the new version waits for the new functions.
        session.run("DROP TABLE notifications; DROP POLICY employees_select ON employees; ALTER TABLE bookings DROP COLUMN busy CASCADE")
        install(session)
        self.assertEqual(self.new_findings(session), [])
        self.assertEqual(session.run("SELECT step FROM schema_ledger"), [(1,)])


if __name__ == "__main__":
    unittest.main()
