"""Steps from version to version: bookmeatoz_install_schema() in a database of the present version whose functions are those of an invented next
one, with one change of every kind. The real steps are tested in test_update.py. Connected by PGHOST and PGUSER (a superuser). Called by ./dev check."""

import re
import subprocess
import threading
import time
import unittest

import psycopg2

from hostile import Session, rows

SEED, FRESH, TESTED, RESTORED = DATABASES = ["steps_seed", "steps_fresh", "steps_tested", "steps_restored"]
OWNER = "steps_owner"

NEXT = "99.0.0"

# What the next version changes in the DDL of bookmeatoz_schema(): patterns and what takes the place of each match.
CHANGES = [
    (r"(subscription_status_type_v1 AS ENUM \([^)]*)('trialing')", r"\1'resting', \2"),
    (r"(buffer_after_minutes +integer +NOT NULL DEFAULT) 0", r"\1 5"),
    (r"duration BETWEEN 1 AND 10080", "duration BETWEEN 1 AND 20160"),
    (r"(CONSTRAINT services_duration_in_range)", r"CONSTRAINT services_name_is_short CHECK (length(name) <= 5000),\n    \1"),
    (r"(INDEX services_business_status_idx ON \S+ \(business_id, status)\)", r"\1, id)"),
    (r"CREATE INDEX services_category_idx[^\n]+\nCOMMENT[^\n]+", ""),
    (r"(CREATE INDEX tenant_subscriptions_plan_idx)",
     r"CREATE INDEX tenant_subscriptions_resting_idx ON public.tenant_subscriptions (tenant_id) WHERE status = 'resting';\n"
     r"COMMENT ON INDEX public.tenant_subscriptions_resting_idx IS 'Who rests.';\n\1"),
    (r"(POLICY services_delete ON \S+ FOR DELETE USING \(public.can_access_business\(business_id\))", r"\1 AND duration < 1000 AND price < 1000"),
    (r"(TRIGGER services_set_timestamp BEFORE UPDATE ON \S+\s+FOR EACH ROW)", r"\1 WHEN (OLD.* IS DISTINCT FROM NEW.*)"),
    (r"( seat +smallint +NOT NULL DEFAULT 0,)", r"\1\n    -- The SEQUENCE of iCalendar,\n    sequence integer NOT NULL DEFAULT 0,"),
    (r"( seat +smallint +NOT NULL,)", r"\1\n    sequence integer,"),
    (r"(COMMENT ON COLUMN public.bookings\.seat)", r"COMMENT ON COLUMN public.bookings.sequence IS 'Which version of the entry.';\n\1"),
    (r"(COMMENT ON COLUMN public.bookings_archive\.seat)", r"COMMENT ON COLUMN public.bookings_archive.sequence IS 'As in bookings.';\n\1"),
    (r"(s\.session_key, s\.seat)(?=\s+FROM)", r"\1, s.sequence"),
]
SUBSCRIPTION, DELETE = ("subscription_status_type_v1", "type", ""), ("services", "policy", "services_delete")
DURATION, STATUS_INDEX = ("services", "constraint", "services_duration_in_range"), ("services", "index", "services_business_status_idx")
HALFWAY = "((public.can_access_business(business_id) AND (duration < 1000)))"
# Each step: number (far behind the real ones), what it changes, statements, what may be run by hand.
STEPS = [
    (102, SUBSCRIPTION, "ALTER TYPE public.subscription_status_type_v1 ADD VALUE IF NOT EXISTS 'resting' BEFORE 'trialing'", None),
    (103, ("services", "column", "buffer_after_minutes"), "ALTER TABLE public.services ALTER COLUMN buffer_after_minutes SET DEFAULT 5", None),
    (104, DURATION, "ALTER TABLE public.services DROP CONSTRAINT services_duration_in_range, "
     "ADD CONSTRAINT services_duration_in_range CHECK (duration BETWEEN 1 AND 20160)",
     "ALTER TABLE public.services DROP CONSTRAINT services_duration_in_range, "
     "ADD CONSTRAINT services_duration_in_range CHECK (duration BETWEEN 1 AND 20160) NOT VALID; "
     "ALTER TABLE public.services VALIDATE CONSTRAINT services_duration_in_range"),
    (105, STATUS_INDEX, "DROP INDEX public.services_business_status_idx; CREATE INDEX services_business_status_idx ON public.services (business_id, status, id); "
     "COMMENT ON INDEX public.services_business_status_idx IS 'The active services of a business.'",
     "CREATE INDEX CONCURRENTLY services_business_status_new ON public.services (business_id, status, id); "
     "DROP INDEX CONCURRENTLY public.services_business_status_idx; ALTER INDEX public.services_business_status_new RENAME TO services_business_status_idx; "
     "COMMENT ON INDEX public.services_business_status_idx IS 'The active services of a business.'"),
    (106, DELETE, f"ALTER POLICY services_delete ON public.services USING {HALFWAY}", None),
    (107, ("services", "trigger", "services_set_timestamp"), "CREATE OR REPLACE TRIGGER services_set_timestamp BEFORE UPDATE ON public.services FOR EACH ROW "
     "WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.trigger_set_timestamp()", None),
    (108, ("bookings_all", "query", ""), None, None),
    (109, None, "UPDATE public.bookings SET sequence = sequence + 7 WHERE status = 'confirmed'", None),
    (110, ("services", "index", "services_category_idx"), "DROP INDEX public.services_category_idx", None),
    (111, DELETE, "ALTER POLICY services_delete ON public.services USING (public.can_access_business(business_id) AND duration < 1000 AND price < 1000)", None),
]
NUMBERS = [step[0] for step in STEPS]
LABELS = "added labels, which only another transaction may use: call bookmeatoz_install_schema() again for the rest"
HEAVY = "-- Heavy."

LOCKS = {name: strength for strength, name in enumerate(
    ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"), 1)}


def mode_name(mode):
    """AccessExclusiveLock: ACCESS EXCLUSIVE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode[:-len("Lock")]).upper()


class Steps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Session("postgres")
        cls.addClassCleanup(cls.tidy)
        cls.server.run(f"CREATE ROLE {OWNER} LOGIN")
        cls.server.run(f"CREATE DATABASE {SEED}")
        seed = Session(SEED)
        seed.run("CREATE EXTENSION bookmeatoz CASCADE")
        seed.run(f"SELECT bookmeatoz_set_owner('{OWNER}')")
        for statement in rows("public"):
            seed.run(statement)
        cls.schema = seed.value("SELECT bookmeatoz_schema()")
        for pattern, replacement in CHANGES:
            cls.schema, number = re.subn(pattern, replacement, cls.schema)
            assert number > 0, pattern
        old = cls.old = cls.definitions(seed)
        real = seed.run("SELECT * FROM bookmeatoz_schema_steps()")
        seed.close()
        # By their numbers, and all that a ledger has.
        cls.present = dict.fromkeys(step[0] for step in real)
        cls.done = dict.fromkeys([*cls.present, *NUMBERS])
        # The same, created by the next version: once to learn its definitions, and once as it is.
        cls.steps = real
        cls.values = "VALUES " + ", ".join(map(cls.literals, cls.steps))
        cls.expected = None
        new = cls.definitions(cls.install_fresh())
        cls.expected = ", ".join(cls.literals(key + (new[key],)) for key in new)
        halfway = old[DELETE].split("USING")[0] + "USING " + HALFWAY
        view = cls.server.value("SELECT substring(%s FROM 'CREATE VIEW [^;]*')", cls.schema[cls.schema.index("CREATE VIEW public.bookings_all"):])
        assert old[DELETE] != halfway != new[DELETE]
        for number, key, statements, by_hand in STEPS:
            was, is_now = (old.get(key), new.get(key)) if key else (None, None)
            if key == DELETE:
                was, is_now = (was, halfway) if number == 106 else (halfway, is_now)
            assert key is None or was != is_now, key
            cls.steps.append((number, NEXT, f"what step {number} does") + (key or (None, None, None)) +
                             (was, is_now, statements or view.replace("CREATE", "CREATE OR REPLACE"), False, by_hand))
        cls.values = "VALUES " + ", ".join(map(cls.literals, cls.steps))
        fresh = cls.install_fresh()
        cls.fresh = cls.snapshot(fresh)
        cls().assertEqual([step for step, in fresh.run("SELECT step FROM schema_ledger WHERE left_as IS NULL ORDER BY step")], [*cls.done])
        fresh.close()

    @classmethod
    def tidy(cls):
        for database in DATABASES:
            cls.server.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        cls.server.run(f"DROP ROLE IF EXISTS {OWNER}")
        cls.server.close()

    @classmethod
    def literals(cls, values):
        with cls.server.connection.cursor() as cursor:
            return cursor.mogrify("%s", (tuple(values),)).decode()

    @classmethod
    def install_fresh(cls):
        cls.server.run(f"DROP DATABASE IF EXISTS {FRESH} WITH (FORCE)")
        cls.server.run(f"CREATE DATABASE {FRESH}")
        fresh = Session(FRESH)
        fresh.run("SET bookmeatoz.install_schema = off")
        fresh.run("CREATE EXTENSION bookmeatoz CASCADE")
        cls.upgrade(fresh)
        fresh.run("SELECT bookmeatoz_install_schema()")
        return fresh

    @classmethod
    def upgrade(cls, session, values=None):
        """As ALTER EXTENSION UPDATE to the next version does it."""
        session.run("CREATE OR REPLACE FUNCTION bookmeatoz_schema() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
                    "$function$ SELECT $schema$" + cls.schema.replace("%", "%%") + "$schema$ $function$", 1)
        session.run(f"""CREATE OR REPLACE FUNCTION bookmeatoz_schema_steps()
            RETURNS TABLE (step integer, version text, what text, object text, kind text, name text, old_definition text, new_definition text,
                           statements text, rewrites boolean, by_hand text)
            LANGUAGE sql STABLE AS $$ {values or cls.values} $$""".replace("%", "%%"), 1)
        if cls.expected:
            session.run(f"""CREATE OR REPLACE FUNCTION bookmeatoz_expected_definitions() RETURNS TABLE (object text, kind text, name text, definition text)
                LANGUAGE sql STABLE AS $$ VALUES {cls.expected} $$""".replace("%", "%%"), 1)

    @staticmethod
    def definitions(session):
        return {key: definition for *key, definition in session.run(
            "SELECT object, kind, name, definition FROM bookmeatoz_definitions(ARRAY(SELECT name FROM bookmeatoz_objects()))") for key in [tuple(key)]}

    @classmethod
    def snapshot(cls, session):
        comments = session.run("""SELECT i.type, i.identity, d.description FROM pg_description d CROSS JOIN pg_identify_object(d.classoid, d.objoid, d.objsubid) i
                                  WHERE i.identity ~ 'public\\.' AND i.type <> 'function' AND i.identity !~ '_y?[0-9]{4}_?m?[0-9]{2}'""")
        return {**cls.definitions(session), **{("comment",) + key: text for *key, text in comments for key in [tuple(key)]}}

    def setUp(self):
        self.server.run(f"DROP DATABASE IF EXISTS {TESTED} WITH (FORCE)")
        self.server.run(f"CREATE DATABASE {TESTED} TEMPLATE {SEED}")
        self.admin, self.owner = self.session(), self.session(OWNER)

    def session(self, *user, database=TESTED):
        session = Session(database, *user)
        self.addCleanup(session.close)
        return session

    def install(self, session=None, arguments=""):
        """Without the lines of the functions that this test has put in place of ours."""
        lines = [line for line, in (session or self.owner).run(f"SELECT bookmeatoz_install_schema({arguments})")]
        return [line for line in lines if not line.startswith("left as it is: function public.bookmeatoz_")]

    def plan(self):
        return self.install(arguments="plan => true")

    def title(self, number):
        return next(f"step {number} ({version}): {what}" for step, version, what, *_ in self.steps if step == number)

    def ledger(self):
        return dict(self.admin.run("SELECT step, left_as FROM schema_ledger"))

    def assert_is_new(self, session, *but):
        found = self.snapshot(session)
        self.assertEqual({key: found.get(key) for key in self.fresh if key not in but}, {key: self.fresh[key] for key in self.fresh if key not in but})
        return {key for key in found if key not in self.fresh}

    def test_all_of_it(self):
        self.assertEqual(self.ledger(), self.present, "a database of the present version is known to be one")
        self.assertEqual(self.install(), [])
        self.upgrade(self.admin)
        first = self.install()
        self.assertEqual(first, [self.title(102), self.title(103), LABELS])
        rest = self.install()
        self.assertEqual([line for line in rest if "step" in line], [f"found done {self.title(n)}" if n in (102, 103) else self.title(n) for n in NUMBERS])
        self.assertIn("created index tenant_subscriptions_resting_idx on tenant_subscriptions", rest)
        self.assertIn("created column sequence on bookings", rest)
        self.assertEqual(self.ledger(), self.done)
        self.assertEqual(self.assert_is_new(self.admin), set())
        self.assertEqual(self.admin.run("SELECT DISTINCT sequence FROM bookings"), [(7,)])
        self.assertEqual(self.install(), [])
        self.assertEqual(self.plan(), [])

    def test_restored(self):
        """A dump of the present version in a server that has the next one already, by the owner of the data."""
        self.server.run(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
        self.server.run(f"CREATE DATABASE {RESTORED}")
        dump = subprocess.run(["pg_dump", "-d", SEED], check=True, capture_output=True).stdout
        subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", RESTORED], input=dump, check=True, stdout=subprocess.DEVNULL)
        admin = self.session(database=RESTORED)
        self.upgrade(admin)
        self.assertEqual(self.install(admin)[-1], LABELS)
        self.install(admin)
        self.assertEqual(self.assert_is_new(admin), set())
        self.assertEqual(admin.run("SELECT DISTINCT sequence FROM bookings"), [(7,)])
        self.assertEqual(admin.value(f"SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> '{OWNER}'::regrole"), 0)

    def test_additions_of_the_owner(self):
        self.owner.run("""ALTER TYPE subscription_status_type_v1 ADD VALUE 'frozen' AFTER 'inactive'; ALTER TABLE services ADD mine text DEFAULT 'mine';
            CREATE INDEX mine ON services (mine); CREATE POLICY mine ON services AS RESTRICTIVE USING (true); COMMENT ON COLUMN services.mine IS 'Mine.';
            ALTER TABLE services ADD CONSTRAINT mine CHECK (mine <> '')""")
        self.upgrade(self.admin)
        self.install()
        self.install()
        added = self.assert_is_new(self.admin, SUBSCRIPTION)
        self.assertEqual(added, {("services", "column", "mine"), ("services", "index", "mine"), ("services", "policy", "mine"), ("services", "constraint", "mine"),
                                 ("comment", "table column", "public.services.mine")})
        self.assertEqual(self.definitions(self.admin)[SUBSCRIPTION], self.fresh[SUBSCRIPTION].replace("inactive,", "inactive,frozen,"))
        self.assertEqual(self.ledger(), self.done)

    def test_changes_of_the_owner(self):
        self.owner.run("ALTER POLICY services_delete ON services USING (false); ALTER TABLE services ALTER buffer_after_minutes SET DEFAULT 7; "
                       "ALTER TYPE subscription_status_type_v1 ADD VALUE 'frozen'")
        self.upgrade(self.admin)
        self.install()
        lines = self.install()
        left = [line for line in lines if line.startswith("left out")]
        self.assertEqual([line.split(":")[0] for line in left], [f"left out step {n} ({NEXT})" for n in (103, 106, 111)])
        for line, texts in zip(left, (("DEFAULT 7", "DEFAULT 0", "DEFAULT 5"), ("USING (false)", "can_access_business(business_id))", HALFWAY),
                                      ("USING (false)", HALFWAY, "price < "))):
            for text in texts:
                self.assertIn(text, line)
        self.assertEqual({step: text for step, text in self.ledger().items() if text is not None},
                         {103: "integer NOT NULL DEFAULT 7", 106: "PERMISSIVE FOR DELETE TO PUBLIC USING (false)", 111: "PERMISSIVE FOR DELETE TO PUBLIC USING (false)"})
        self.assert_is_new(self.admin, DELETE, ("services", "column", "buffer_after_minutes"), SUBSCRIPTION)
        # It does not ask again, but says it, and verify finds it.
        self.assertEqual([line.split(" differs")[0] for line in self.install()],
                         ["left as it is: table services: column buffer_after_minutes", "left as it is: table services: policy services_delete"])
        self.assertEqual(self.admin.value("SELECT count(*) FROM bookmeatoz_verify() WHERE finding ~ 'services.*differs'"), 2)
        # The owner puts back what was, and wants the step after all.
        self.owner.run("ALTER TABLE services ALTER buffer_after_minutes SET DEFAULT 0")
        self.install()
        self.assertEqual(self.definitions(self.admin)["services", "column", "buffer_after_minutes"], "integer NOT NULL DEFAULT 0")
        self.owner.run("DELETE FROM schema_ledger WHERE step = 103")
        self.assertIn(self.title(103), self.install())
        self.assertEqual(self.definitions(self.admin)["services", "column", "buffer_after_minutes"], "integer NOT NULL DEFAULT 5")

    def test_a_label_of_the_owner_s_at_another_place(self):
        self.owner.run("ALTER TYPE subscription_status_type_v1 ADD VALUE 'resting'")
        self.upgrade(self.admin)
        lines = self.install()
        found = self.old[SUBSCRIPTION].replace("}", ",resting}")
        self.assertTrue([line for line in lines if line.startswith("left out step 102 ") and found in line], lines)
        self.assertEqual(self.ledger(), self.done | {102: found})

    def test_by_hand(self):
        """Who runs what the plan offers finds it done; everything else is as if it had been done by the function."""
        self.upgrade(self.admin)
        self.install()
        plan = self.plan()
        by_hand = plan[[line.startswith(HEAVY) for line in plan].index(True) + 1:]
        self.assertEqual(len(by_hand), 9)
        for statement in by_hand:
            self.owner.run(statement)
        lines = self.install()
        for number in (104, 105):
            self.assertIn(f"found done {self.title(number)}", lines)
        self.assertNotIn("created index tenant_subscriptions_resting_idx on tenant_subscriptions", lines)
        self.assertNotIn("created constraint services_name_is_short on services", lines)
        self.assertEqual(self.assert_is_new(self.admin), set())

    def test_plan(self):
        """It changes nothing; it is what is then done, each statement with the lock that it takes, and whether it rewrites."""
        self.owner.run("""DROP TABLE notifications; DROP POLICY customers_select ON customers; DROP TRIGGER customers_set_timestamp ON customers;
            ALTER TABLE customers ALTER name DROP NOT NULL, ALTER created_at DROP DEFAULT; ALTER TABLE tenants DISABLE ROW LEVEL SECURITY; DROP POLICY tenants_select ON tenants;
            ALTER TABLE bookings DROP CONSTRAINT bookings_employee_fkey, DROP COLUMN busy CASCADE; ALTER TABLE tenant_admins DROP COLUMN id""")
        self.owner.run("ALTER TABLE businesses DISABLE TRIGGER businesses_changed, ENABLE TRIGGER businesses_changed")
        self.upgrade(self.admin)
        before = self.snapshot(self.admin)
        self.owner.run("BEGIN READ ONLY")
        plan = self.plan()
        self.owner.run("COMMIT")
        self.assertEqual(self.snapshot(self.admin), before)
        self.assertEqual(self.ledger(), self.present)
        self.assertEqual([line for line in plan if "left out" in line], [], "what is missing is created as this version has it")
        heavy = [line.startswith(HEAVY) for line in plan].index(True)
        tried = set()

        def files():
            return dict(self.admin.run("""SELECT relname, relfilenode FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"""))
        there = set(files())
        self.admin.run(f"SET ROLE {OWNER}")
        for line in plan[:heavy]:
            if line.startswith("-- "):
                continue
            statement, _, note = line.partition(";  -- ")
            was, found = files(), {}
            self.admin.run("BEGIN")
            self.admin.run(statement)
            for name, mode in self.admin.run("SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND l.granted"):
                found[name] = max(found.get(name, 0), LOCKS.get(mode_name(mode), 0))
            now = files()
            self.admin.run("COMMIT")
            said = {table: LOCKS[mode] for mode, table in re.findall(r"([A-Z][A-Z ]+) on (\w+)", note)}
            tried |= set(said.values())
            with self.subTest(statement=statement, note=note):
                self.assertEqual(said, {table: lock for table, lock in found.items() if table in said or table in there and lock >= LOCKS["SHARE UPDATE EXCLUSIVE"]})
                self.assertEqual("rewrites" in note, any(now[table] != was[table] for table in there))
        self.admin.run("RESET ROLE")
        self.assertEqual(tried, {LOCKS[mode] for mode in ("ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE")})
        lines = self.install()
        self.assertEqual([line for line in lines if not re.match("found done|step 109|mended|verified", line)], [])
        self.assertEqual(self.assert_is_new(self.admin), set())

    def test_failing_in_the_middle(self):
        self.upgrade(self.admin)
        self.install()
        before = self.snapshot(self.admin), self.ledger()
        broken = self.values.replace("UPDATE public.bookings SET sequence", "SELECT 1 / 0; UPDATE public.bookings SET sequence")
        killed = self.values.replace("UPDATE public.bookings SET sequence", "SELECT pg_terminate_backend(pg_backend_pid()); UPDATE public.bookings SET sequence")
        for values in (broken, killed):
            self.upgrade(self.admin, values)
            session = self.session(OWNER)
            self.assertIsNotNone(session.fails("SELECT bookmeatoz_install_schema()"))
            self.assertEqual((self.snapshot(self.admin), self.ledger()), before)
        self.upgrade(self.admin)
        self.owner.run("BEGIN")
        self.install()
        self.owner.run("ROLLBACK")
        self.assertEqual((self.snapshot(self.admin), self.ledger()), before)
        self.install()
        self.assertEqual(self.assert_is_new(self.admin), set())
        self.assertEqual(self.ledger(), self.done)

    def test_two_at_once(self):
        self.upgrade(self.admin)
        self.install()
        second, lines = self.session(OWNER), []
        self.owner.run("BEGIN")
        self.install()
        waiting = threading.Thread(target=lambda: lines.append(self.install(second)))
        waiting.start()
        waits = []
        while waiting.is_alive() and not waits:
            time.sleep(0.05)
            waits = self.admin.run("SELECT locktype, classid::regclass::text FROM pg_locks WHERE NOT granted")
        self.owner.run("COMMIT")
        waiting.join()
        self.assertEqual(waits, [("object", "pg_extension")])
        self.assertEqual(lines, [[]])
        self.assertEqual(self.admin.run("SELECT step FROM schema_ledger GROUP BY step HAVING count(*) > 1"), [])
        self.assertEqual(self.admin.run("SELECT DISTINCT sequence FROM bookings"), [(7,)])

    def test_labels_in_one_transaction(self):
        """The new label is used by an index: both calls in one transaction fail, and nothing is done."""
        self.upgrade(self.admin)
        self.owner.run("BEGIN")
        self.install()
        self.assertEqual(self.owner.fails("SELECT bookmeatoz_install_schema()").pgcode, "55P04")
        self.owner.run("ROLLBACK")
        self.assertEqual(self.ledger(), self.present)
        self.install()
        self.install()
        self.assert_is_new(self.admin)

    def test_ledgers(self):
        self.upgrade(self.admin)
        self.install()
        self.install()
        # Without a ledger all is found by the definitions. Only the rows are changed once more.
        self.owner.run("DROP TABLE schema_ledger")
        self.assertEqual([line for line in self.install() if "created" not in line],
                         [("found done " if step[3] or not step[8] else "") + self.title(step[0]) for step in self.steps])
        self.assertEqual(self.ledger(), self.done)
        self.assertEqual(self.assert_is_new(self.admin), set())
        # A hole is filled, and nothing else.
        self.owner.run("ALTER TABLE services ALTER buffer_after_minutes SET DEFAULT 0; DELETE FROM schema_ledger WHERE step = 103")
        self.assertEqual(self.install(), [self.title(103)])
        self.assertEqual(self.install(), [])
        # What the owner changes back stays.
        self.owner.run("ALTER TABLE services ALTER buffer_after_minutes SET DEFAULT 0")
        self.assertEqual([line.split(" differs")[0] for line in self.install()], ["left as it is: table services: column buffer_after_minutes"])
        # Under FORCE the owner sees no row, and the function does.
        self.owner.run("SELECT bookmeatoz_force_row_security(true)")
        self.assertEqual(self.owner.run("SELECT step FROM schema_ledger"), [])
        self.assertEqual(len(self.install()), 1)
        # A superuser acts as the owner.
        self.assertEqual(len(self.install(self.admin)), 1)
        # The tables of a newer version are not completed by an older one.
        self.admin.run("INSERT INTO schema_ledger (step, version) VALUES (99, '7.0.0')")
        for call in ("bookmeatoz_install_schema()", "bookmeatoz_install_schema(true)"):
            error = self.owner.fails(f"SELECT {call}")
            self.assertEqual((error.pgcode, error.diag.message_primary), ("55000", "the tables are those of version 7.0.0, which this version does not know"))

    def test_warning_after_the_update(self):
        def said():
            self.admin.connection.notices = []
            self.admin.run("SELECT bookmeatoz_announce_steps()")
            return "".join(self.admin.connection.notices)
        self.assertEqual(said(), "")
        self.upgrade(self.admin)
        first = said()
        self.assertIn("WARNING:  the tables are not those of this version yet", first)
        self.assertIn("step 104: what step 104 does; step 105: what step 105 does", first)
        self.assertIn("table bookings: column sequence is missing", first)
        self.install()
        self.install()
        self.assertEqual(said(), "")

    def test_null(self):
        self.assertEqual(self.owner.fails("SELECT bookmeatoz_install_schema(NULL)").pgcode, "22004")


if __name__ == "__main__":
    unittest.main()
