#!/usr/bin/env python3
"""Would the check of rights notice? Each policy in turn is replaced by true, its condition and its check one by one, opened to every session that
names a user, a business or a tenant, narrowed to administrators, or dropped; row security is switched off table by table, and each
trigger that protects columns, a suspension or consent is disabled: the check of rights must find every one of these mutants, and
bookmeatoz_verify() must report it.
Usage: mutate.py [--table NAME]... (connection by PGHOST, PGUSER a superuser). Each mutant lives in transactions that are rolled back.
Of a mutant's table alone the checks are run: rules of one table can at most be hidden from the others. Called by ./dev mutate."""

import argparse
import sys
import time
from typing import Iterator, List, NamedTuple, Optional, Set

import world as platform
from rights import Rights, passes
from oracle import Oracle
from world import SCHEMA, World


class Mutant(NamedTuple):
    table: str
    name: str
    statement: str


# Mutants that change nothing that anybody could notice, and why.
ADMINS_ALONE = "its USING admits only administrators, who may write whatever they like"
TENANTS_ALONE = "its USING admits only administrators and sessions of a tenant, and these name no business"
EQUIVALENT = {
    **{f"{table}: {table}_update WITH CHECK ({change})": ADMINS_ALONE
       for table in ("subscription_plans", "tenant_subscriptions")
       for change in ("true", *(f"... OR current_session_{whose}_id() IS NOT NULL" for whose in ("user", "business", "tenant")))},
    **{f"{table}: {table}_update WITH CHECK (... OR current_session_business_id() IS NOT NULL)": TENANTS_ALONE
       for table in ("tenants", "tenant_admins")},
}


def mutants(cursor) -> Iterator[Mutant]:
    cursor.execute("""
        SELECT c.relname, p.polname, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = %s::regnamespace ORDER BY 1, 2""", (SCHEMA,))
    for table, policy, *expressions in cursor.fetchall():
        parts = {part: expression for part, expression in zip(("USING", "WITH CHECK"), expressions) if expression is not None}
        for part, expression in parts.items():
            for changed in ("true", *(f"{expression} OR {SCHEMA}.current_session_{whose}_id() IS NOT NULL"
                                      for whose in ("user", "business", "tenant")), f"{SCHEMA}.is_system_admin()"):
                if changed.split(".")[-1] != expression.split(".")[-1]:
                    name = changed.replace(expression, "...").replace(f"{SCHEMA}.", "")
                    yield Mutant(table, f"{policy} {part} ({name})", f"ALTER POLICY {policy} ON {SCHEMA}.{table} {part} ({changed})")
        if len(parts) == 2:
            yield Mutant(table, f"{policy} all true", f"ALTER POLICY {policy} ON {SCHEMA}.{table} USING (true) WITH CHECK (true)")
        yield Mutant(table, f"{policy} dropped", f"DROP POLICY {policy} ON {SCHEMA}.{table}")
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') ORDER BY 1", (SCHEMA,))
    for table, in cursor.fetchall():
        yield Mutant(table, "row security off", f"ALTER TABLE {SCHEMA}.{table} DISABLE ROW LEVEL SECURITY")
    cursor.execute("""
        SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE c.relnamespace = %s::regnamespace AND p.proname IN ('trigger_protect_columns', 'trigger_protect_suspension', 'trigger_accept_only') ORDER BY 1, 2""", (SCHEMA,))
    for table, trigger in cursor.fetchall():
        yield Mutant(table, f"trigger {trigger} disabled", f"ALTER TABLE {SCHEMA}.{table} DISABLE TRIGGER {trigger}")


def noticed_by_matrix(connection, world: World, mutant: Mutant) -> Optional[str]:
    """How the check of rights noticed the mutant, None if it did not."""
    _, prelude, every, by_function = next(passes(connection.cursor()))
    rights = Rights(connection, world, [*prelude, mutant.statement], [mutant.table], stop_at_first=True)
    rights.run(every, by_function)
    return str(rights.failures[0]) if rights.failures else None


def findings(cursor) -> Set[str]:
    cursor.execute(f"SELECT finding FROM {SCHEMA}.bookmeatoz_verify()")
    return {row[0] for row in cursor.fetchall()}


def noticed_by_verify(connection, mutant: Mutant) -> Optional[str]:
    """A finding that names the mutant's table and was not there before, None if there is none."""
    cursor = connection.cursor()
    before = findings(cursor)
    cursor.execute(mutant.statement)
    new = [finding for finding in findings(cursor) - before if mutant.table in finding]
    connection.rollback()
    return new[0] if new else None


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", action="append", default=[], help="only the mutants of this one")
    parser.add_argument("--verbose", action="store_true", help="say how each mutant was noticed")
    options = parser.parse_args()

    world, started = World(), time.monotonic()
    platform.create(world)
    connection = platform.connect()
    all_mutants = [mutant for mutant in mutants(connection.cursor()) if not options.table or mutant.table in options.table]
    connection.rollback()
    killed = equivalent = reported = 0
    survivors: List[str] = []
    for mutant in all_mutants:
        name = f"{mutant.table}: {mutant.name}"
        if noticed_by_verify(connection, mutant) is not None:
            reported += 1
        else:
            survivors.append(name)
            print(f"NOT REPORTED by bookmeatoz_verify() {name}")
        noticed = noticed_by_matrix(connection, world, mutant)
        if noticed is not None and name not in EQUIVALENT:
            killed += 1
            if options.verbose:
                print(f"killed {name}: {noticed}")
        elif noticed is None and name in EQUIVALENT:
            equivalent += 1
            print(f"equivalent {name}: {EQUIVALENT[name]}")
        elif noticed is None:
            survivors.append(name)
            print(f"SURVIVED {name}")
        else:
            survivors.append(name)
            print(f"NOT EQUIVALENT, as was believed: {name}: {noticed}")
    connection.close()
    platform.drop()
    print(f"{len(all_mutants)} mutants: {killed} killed, {equivalent} equivalent, {reported} reported by bookmeatoz_verify(), "
          f"{len(survivors)} mistakes in {time.monotonic() - started:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
