"""Damages to what is ours, each done alone and rolled back: bookmeatoz_verify() finds it, and bookmeatoz_install_schema() repairs it, to the last
definition, or says that it leaves it, or refuses with an error. It changes no row meanwhile. Most damages are the weakenings of test_verify.
A program of its own, because test_verify and the storm have each a module "world"."""

import os
import sys

import psycopg2

import snapshot
from base import HERE, Failure, run

sys.path.insert(0, os.path.join(HERE, "..", "row_security"))
import test_verify

MORE = [
    ("a column dropped", "ALTER TABLE notifications DROP COLUMN data CASCADE"),
    ("the column of the guard dropped", "ALTER TABLE bookings DROP COLUMN busy CASCADE"),
    ("a domain in a type's place", "DROP TYPE subscription_status_type_v1 CASCADE; CREATE DOMAIN subscription_status_type_v1 AS text"),
    ("a primary key dropped", "ALTER TABLE token_blacklist DROP CONSTRAINT token_blacklist_pkey"),
    ("an index renamed", "ALTER INDEX bookings_service_start_idx RENAME TO mine"),
    ("a constraint renamed", "ALTER TABLE services RENAME CONSTRAINT services_price_not_negative TO mine"),
    ("a trigger renamed", "ALTER TRIGGER bookings_guard ON bookings RENAME TO mine"),
    ("all policies of a table dropped", "DO $$ DECLARE p name; BEGIN FOR p IN SELECT polname FROM pg_policy WHERE polrelid = 'working_hours'::regclass LOOP "
     "EXECUTE format('DROP POLICY %I ON working_hours', p); END LOOP; END $$; ALTER TABLE working_hours DISABLE ROW LEVEL SECURITY"),
    ("NOT NULL of a key", "ALTER TABLE bookings ALTER session_key DROP NOT NULL"),
    ("a default of uuid-ossp", 'DROP EXTENSION "uuid-ossp" CASCADE; CREATE EXTENSION bookmeatoz SCHEMA new CASCADE'),
    ("a barrier off", "ALTER VIEW accessible_business_stats SET (security_barrier = false)"),
    ("the rights of a role", "DROP TABLE notifications CASCADE"),
]
# What install_schema() puts back, to the last definition. All other damages are said: it decides nothing that the owner may have meant.
REPAIRED = """a policy dropped; the guard dropped; ALWAYS lost; a key dropped; a check dropped; the exclusion dropped; an index dropped; a column nullable; a column without its default;
what is no longer audited; a log that can be written; a log that can be emptied; an archive that can be written; an archive of businesses that are gone; row security of an archive's partition off;
row security of a partition off; no default partition; a primary key dropped; NOT NULL of a key; all policies of a table dropped; a column dropped; an index renamed;
a constraint renamed; a trigger renamed"""
# One of each kind, for the short form.
SHORT = """figures for everybody; a policy that is true; a policy dropped; row security off; the guard disabled; the guard dropped; ALWAYS lost; foreign keys off, at the referencing table;
a key not validated; a check dropped; the exclusion dropped; an index invalid; a column nullable; a column with another default; a generated column made plain; a label renamed; a table unlogged;
another owner of a table; a body replaced; another owner of a function; users as a whole; what is no longer audited; row security of a partition off; a view of all bookings as its owner;
the rights of a role; FORCE on one table only"""
# Of all tables at once; it is in test/sql/install_completes.sql.
ELSEWHERE = "FORCE off on one table only"


def names(text: str) -> set:
    return {name.strip() for name in text.replace("\n", " ").split("; ")}


class Damages:
    def __init__(self):
        self.connection = psycopg2.connect(dbname=test_verify.DATABASE)
        self.cursor = self.connection.cursor()
        self.before = self.definitions()
        self.found_before = set(self.findings())
        self.outcomes, self.failures = {}, []

    def definitions(self):
        # A column that came back is the last.
        found = {name: text.split(" ", 1)[1] if name.startswith("column ") else text for name, text in snapshot.take(self.cursor, False).items()}
        self.cursor.execute(f"SET search_path = {test_verify.SCHEMA}, public; SET client_min_messages = warning")
        return found

    def findings(self):
        self.cursor.execute("SELECT severity, finding FROM bookmeatoz_verify() WHERE finding !~ '^(row security does not bind role|session_preload_libraries)'")
        return self.cursor.fetchall()

    def outcome(self, statements: str) -> str:
        """What becomes of one damage; an empty word if it is none: what only warns is something of the user's own, unless it differs or is missing."""
        self.connection.rollback()
        self.cursor.execute(f"SET client_min_messages = warning; {statements}; SET CONSTRAINTS ALL IMMEDIATE")
        found = set(self.findings()) - self.found_before
        if not found:
            raise Failure("verify() does not find it")
        if not any(severity == "error" or " differs: " in finding or " is missing" in finding for severity, finding in found):
            return ""
        columns = snapshot.columns(self.cursor)
        rows = snapshot.rows(self.cursor, columns)
        self.cursor.execute(f"SET row_security = on; SET search_path = {test_verify.SCHEMA}, public; SAVEPOINT damaged")
        try:
            self.cursor.execute("SELECT * FROM bookmeatoz_install_schema()")
        except psycopg2.Error as error:
            self.cursor.execute("ROLLBACK TO damaged")
            return "refused: " + str(error).splitlines()[0]
        said = [line for (line,) in self.cursor.fetchall()]
        after = snapshot.rows(self.cursor, {table: names for table, names in columns.items() if table in snapshot.columns(self.cursor)})
        changed = [name for name in after if after[name] != rows[name] and "business_stats" not in name]
        if changed:
            raise Failure(f"install_schema() changed {changed}: {said}")
        left = [finding for severity, finding in set(self.findings()) - self.found_before if severity == "error" or " differs: " in finding]
        unsaid = [finding for finding in left if not any(finding in line or line.startswith("left out policy") for line in said)]
        if unsaid:
            raise Failure(f"install_schema() does not say {unsaid}, but {said}")
        if left:
            return "said"
        # What was renamed is the user's own now, beside what came back.
        now = self.definitions()
        different = snapshot.differences(self.before, now, lambda name: name not in self.before)
        return "repaired" if not different else "said" if any("lacks rights" in line for line in said) else "repaired, but " + "; ".join(different[:3])


def damages(short: bool) -> str:
    test_verify.Verify.setUpClass()
    try:
        run(f"psql -X -q -v ON_ERROR_STOP=1 -v hours=2 -d {test_verify.DATABASE} -f {HERE}/../restore/rows.sql -f {HERE}/world.sql -f {HERE}/../restore/additions.sql "
            f"-c 'SELECT bookmeatoz_install_schema()'", PGOPTIONS="-c client_min_messages=warning")
        judge = Damages()
        repaired, listed = names(REPAIRED), {name: statements for name, statements, *_ in test_verify.WEAKENINGS + MORE if name != ELSEWHERE}
        for name in names(SHORT) if short else listed:
            statements = listed[name]
            try:
                outcome = judge.outcome(statements)
                if outcome and outcome != "said" and not outcome.startswith("refused: ") and not (outcome == "repaired" and name in repaired):
                    raise Failure(outcome)
                if name in repaired and outcome != "repaired":
                    raise Failure(f"not repaired: {outcome}")
                judge.outcomes[name] = outcome.split(":")[0]
            except (Failure, psycopg2.Error) as failure:
                judge.failures.append(f"{name}: {failure}")
        judge.connection.close()
        if judge.failures:
            raise Failure("\n".join(judge.failures))
        count = list(judge.outcomes.values()).count
        return f"{len(judge.outcomes) - count('')} damages: {count('repaired')} repaired, {count('said')} said, {count('refused')} refused"
    finally:
        test_verify.Verify.tearDownClass()


if __name__ == "__main__":
    print(damages("--short" in sys.argv))
