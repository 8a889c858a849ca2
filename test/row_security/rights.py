#!/usr/bin/env python3
"""The check of rights: every table of the catalog x every command x every context, the server against the oracle, as the contract demands.
Usage: rights.py [--keep] [--table NAME]... (connection by PGHOST, PGUSER a superuser). Creates its own database, drops it at the end.
Everything that is tried is rolled back. Prints what differs and "N checks, M failures". Debian: python3, python3-psycopg2.
Called by ./dev check; mutate.py runs it with a change in force."""

import argparse
import sys
import time
from dataclasses import replace
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import psycopg2

import world as platform
from oracle import COMMANDS, PROTECTED_COLUMNS, Context, Oracle
from world import (ADMINISTRATOR, APP, AUTH, BOTH, CARELESS, CHIEF, DUO, EMPTY, FORMER, GRAND, INVITED, NEWCOMER, NOBODY, OPERATOR, OWNER,
                   PORTAL, SCHEMA, SOLO, STATUS_OF_CONSENT, TENANT_OF, UNKNOWN, Row, World, archived_row, audit_row, business_row, identity, platform_row)


def contexts() -> List[Context]:
    """What an application's role, a role with every privilege and administrators may find set."""
    staff = "duo-1-employee"
    every_role = [
        dict(name="none"),
        dict(name="user who has nothing", user=NOBODY),
        dict(name="user who works in one business", user=staff),
        dict(name="user who manages one business", user="duo-1-manager"),
        dict(name="user who works in two tenants", user=BOTH),
        dict(name="user whose roles were revoked", user=FORMER),
        dict(name="user who was invited", user=INVITED),
        dict(name="user who administers a tenant", user=CHIEF),
        dict(name="portal user", user=PORTAL),
        dict(name="unknown user", user=UNKNOWN),
        dict(name="business of a tenant of one", business="solo-1"),
        dict(name="business", business="duo-1"),
        dict(name="business of a tenant of thirty", business="grand-07"),
        dict(name="business + tenant", business="duo-1", tenant=DUO),
        dict(name="business + tenant + user", business="duo-1", tenant=DUO, user=staff),
        dict(name="business + user", business="duo-2", user="duo-2-manager"),
        dict(name="business + user of both tenants", business="duo-1", user=BOTH),
        dict(name="business + invited user", business="duo-1", user=INVITED),
        dict(name="business + portal user", business="grand-01", user=PORTAL),
        dict(name="business + foreign user", business="solo-1", user="duo-2-employee"),
        dict(name="mismatched pair", business="duo-1", tenant=SOLO),
        dict(name="mismatched pair + user", business="duo-1", tenant=GRAND, user=PORTAL),
        dict(name="mismatched pair + staff", business="duo-1", tenant=EMPTY, user=staff),
        dict(name="business + unknown tenant", business="duo-1", tenant=UNKNOWN),
        dict(name="unknown business", business=UNKNOWN),
        dict(name="unknown business + user", business=UNKNOWN, user=PORTAL),
        dict(name="unknown business + tenant", business=UNKNOWN, tenant=DUO),
        dict(name="unknown business + tenant + user", business=UNKNOWN, tenant=DUO, user=BOTH),
        dict(name="tenant of one", tenant=SOLO),
        dict(name="tenant of two", tenant=DUO),
        dict(name="tenant of thirty", tenant=GRAND),
        dict(name="tenant of none", tenant=EMPTY),
        dict(name="tenant + user", tenant=DUO, user=staff),
        dict(name="tenant + portal user", tenant=GRAND, user=PORTAL),
        dict(name="tenant + foreign user", tenant=SOLO, user=CHIEF),
        dict(name="tenant of none + user", tenant=EMPTY, user=BOTH),
        dict(name="unknown tenant", tenant=UNKNOWN),
        dict(name="unknown tenant + user", tenant=UNKNOWN, user=BOTH),
        dict(name="flag of another role", admin=True, set_by_superuser=True),
        dict(name="flag of another role + user", user=PORTAL, admin=True, set_by_superuser=True),
        dict(name="flag of another role + business", business="duo-1", admin=True, set_by_superuser=True),
        dict(name="flag of another role + tenant", tenant=DUO, admin=True, set_by_superuser=True),
        dict(name="flag of another role + mismatched pair", business="duo-1", tenant=SOLO, admin=True, set_by_superuser=True),
    ]
    administrators = [
        dict(name="admin", admin=True),
        dict(name="admin + all three", business="duo-1", tenant=DUO, user=staff, admin=True),
        dict(name="admin + mismatched pair", business="duo-1", tenant=SOLO, admin=True),
        dict(name="operator without the flag", business="duo-1"),
    ]
    return ([Context(role=APP, **parts) for parts in every_role]
            + [Context(role=OPERATOR, **parts) for parts in administrators]
            + [Context(role=CARELESS, **parts) for parts in every_role]
            + [Context(role=ADMINISTRATOR, **parts) for parts in administrators])


# All bookings of the world.
REPORTED = "'2030-01-01', '2031-12-31'"


# The owner is bound under FORCE alone, and must then be bound exactly as any other role.
def contexts_under_force() -> List[Context]:
    bound_as = {CARELESS: OWNER, ADMINISTRATOR: OWNER}
    return [replace(context, role=bound_as.get(context.role, context.role)) for context in contexts()
            if not (context.role == CARELESS and context.set_by_superuser)]


def auth_contexts() -> List[Context]:
    return [Context("auth role", role=AUTH), Context("auth role + user", role=AUTH, user=PORTAL),
            Context("auth role + tenant", role=AUTH, tenant=DUO)]


class Failure(NamedTuple):
    table: str
    command: str
    context: Context
    what: str

    def __str__(self):
        return f"{self.table}: {self.command} in context \"{self.context.name}\" as {self.context.role}: {self.what}"


def inserted_rows(table: str, number: int) -> List[Row]:
    """New rows of several owners: those that contexts speak for, and others."""
    businesses, tenants, people = ("solo-1", "duo-1", "duo-2", "grand-07"), (SOLO, DUO, GRAND, EMPTY), (PORTAL, BOTH, "duo-1-employee")
    name = f"new-{number}"
    if table in ("tenants", "users", "subscription_plans", "schema_ledger"):
        rows = [platform_row(table, name)]
        if table == "users":
            # One with a password, which the application's role may not write, and one without.
            rows.append(platform_row(table, f"{name}-invited"))
            del rows[-1].columns["password_hash"]
        return rows
    if table in ("businesses", "tenant_admins", "tenant_subscriptions"):
        rows = [platform_row(table, f"{name}-in-{tenant}", tenant, NEWCOMER)
                for tenant in ((EMPTY,) if table == "tenant_subscriptions" else tenants)]
        if table == "businesses":
            rows += [platform_row(table, f"{name}-suspended-in-{tenant}", tenant) for tenant in tenants]
            for row in rows[len(tenants):]:
                row.columns["status"] = "suspended"
        return rows
    if table in ("token_blacklist", "password_resets", "email_verifications"):
        return [platform_row(table, f"{name} of {user}", user=user) for user in people]
    if table.startswith("audit_logs"):
        return [audit_row(table, f"{name} of {tenant} in {table}", tenant, business) for tenant, business in ((SOLO, None), (SOLO, "solo-1"), (DUO, "duo-1"))]
    if table.startswith("bookings_archive"):
        return [archived_row(table, business, f"{name} of {business} in {table}") for business in businesses]
    rows = [business_row(table, business, f"{name} of {business}", NEWCOMER) for business in businesses]
    if table in STATUS_OF_CONSENT:
        # Of people whom nobody sees, whom some see, and who may be the session's own; accepted already, and pending.
        rows += [business_row(table, business, f"{name} of {business} with {user}", user) for business in businesses for user in (FORMER, CHIEF)]
        rows.append(business_row(table, "solo-1", f"{name} of solo-1 with a foreign user", "duo-2-employee"))
        for row in [*rows]:
            rows.append(business_row(table, row.business, f"{row.name} pending", row.user))
            rows[-1].columns[STATUS_OF_CONSENT[table]] = "pending_onboarding" if table == "employees" else "pending"
    if table == "notifications":
        rows += [business_row(table, business, f"{name} of {business} to {user}", user) for business in businesses for user in people]
        rows += [platform_row(table, f"{name} to {user}", user=user) for user in people]
    if table == "customers":
        rows += [business_row(table, business, f"{name} of {business} as {PORTAL}", PORTAL) for business in businesses]
    return rows


# The columns that say whose a row is, and the owners that rows are moved to.
MOVES: Dict[str, Tuple[Tuple[str, Tuple[str, ...]], ...]] = {
    "tenants": (("id", ("elsewhere",)),),
    "businesses": (("tenant_id", (SOLO, DUO, GRAND, EMPTY)), ("id", ("elsewhere",))),
    "users": (("id", ("elsewhere",)),),
    "tenant_admins": (("tenant_id", (SOLO, DUO, EMPTY)),),
    "tenant_subscriptions": (("tenant_id", (SOLO, EMPTY)),),
    "subscription_plans": (("is_active", ("true",)),),
    "schema_ledger": (("id", ("elsewhere",)),),
    "token_blacklist": (("user_id", (NOBODY,)),),
    "password_resets": (("user_id", (NOBODY,)),),
    "email_verifications": (("user_id", (NOBODY,)),),
    "notifications": (("business_id", ("solo-1", "duo-1", "duo-2")), ("user_id", (NOBODY, PORTAL))),
    **{table: (("business_id", ("solo-1", "duo-1", "duo-2", "grand-07", "grand-08")), ("user_id", (NOBODY, BOTH))) for table in STATUS_OF_CONSENT},
}
MOVES_BELOW_BUSINESSES = (("business_id", ("solo-1", "duo-1", "duo-2", "grand-07", "grand-08")),)


class Rights:
    """One pass over tables and contexts. prelude: statements in force during the whole pass, such as FORCE or a mutant."""

    def __init__(self, connection, world: World, prelude: Sequence[str] = (), tables: Sequence[str] = (), stop_at_first: bool = False):
        self.connection, self.cursor = connection, connection.cursor()
        self.world, self.oracle = world, Oracle(world)
        self.prelude, self.stop_at_first = list(prelude), stop_at_first
        self.checks = self.verdicts = 0
        self.failures: List[Failure] = []
        self.seen: Dict[Tuple[str, str], set] = {}
        self.seen_less = set()
        self.catalog = self.read_catalog()
        self.oracle.know_partitions(self.read_partitions())
        self.tables = [table for table in self.oracle.rules if table in self.catalog and (not tables or table in tables)]
        self.place = {table: self.places(table) for table in self.tables}
        self.inserts = self.prepared_inserts()

    # ---- the server

    def read_catalog(self) -> Dict[str, Tuple[bool, Dict[str, int], bool]]:
        """Of each table: row security, permissive policies for each command, and whether it has updated_at."""
        self.cursor.execute("""
            SELECT c.relname, c.relrowsecurity,
                   (SELECT array_agg(p.polcmd::text) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive),
                   EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'updated_at' AND NOT a.attisdropped)
            FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'f') ORDER BY 1""", (SCHEMA,))
        letters = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
        catalog = {}
        for name, secured, policies, has_timestamp in self.cursor.fetchall():
            number = {command: sum(letters.get(letter, command) == command for letter in policies or ()) for command in COMMANDS}
            catalog[name] = (secured, number, has_timestamp)
        self.connection.rollback()
        return catalog

    def read_partitions(self) -> List[str]:
        self.cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relispartition AND relkind <> 'I' AND relkind <> 'i' ORDER BY 1",
                            (SCHEMA,))
        names = [name for name, in self.cursor.fetchall()]
        self.connection.rollback()
        return names

    def places(self, table: str) -> Dict[str, str]:
        """Where each row lies: a row that was updated lies elsewhere, whoever may see it."""
        self.cursor.execute(f"SELECT id::text, ctid::text FROM {SCHEMA}.{table}")
        places = dict(self.cursor.fetchall())
        self.connection.rollback()
        return places

    def prepared_inserts(self) -> Dict[str, List[Tuple[Row, str]]]:
        return {table: [(row, platform.insert_statement(self.cursor, row)) for row in inserted_rows(table, 1)] for table in self.tables}

    def enter(self, context: Context, by_function: bool, replica: bool):
        """A transaction in the context. replica: without foreign keys and row triggers, so that policies alone decide."""
        statements = list(self.prelude)
        if replica:
            statements.append("SET LOCAL session_replication_role = replica")
        change_role = f"SET LOCAL ROLE {context.role}"
        if not context.set_by_superuser:
            statements.append(change_role)
        ids = [name and identity(name) for name in (context.tenant, context.business, context.user)]
        if by_function:
            statements.append(self.cursor.mogrify(f"SELECT {SCHEMA}.set_session_context(%s, %s, %s, %s)", (*ids, context.admin)).decode())
        else:
            for setting, value in zip(("tenant_id", "business_id", "user_id"), ids):
                if value is not None:
                    statements.append(f"SET LOCAL app.current_{setting} = '{value}'")
            statements.append(f"SET LOCAL app.is_system_admin = {'on' if context.admin else 'off'}")
        if context.set_by_superuser:
            statements.append(change_role)
        self.cursor.execute(";".join(statements))

    def keys(self, statement: str) -> Tuple[str, ...]:
        """The keys that a statement returns, or the SQLSTATE of its error. It is undone."""
        try:
            self.cursor.execute(f"SAVEPOINT before_statement; {statement}")
            keys = tuple(sorted(key for key, in self.cursor.fetchall()))
        except psycopg2.Error as error:
            keys = (f"error {error.pgcode}",)
        self.cursor.execute("ROLLBACK TO before_statement")
        return keys

    def changed_keys(self, table: str, statement: str, unchanged) -> Tuple[str, ...]:
        """The keys of the rows that a blind statement changed, as the superuser finds them afterwards."""
        try:
            self.cursor.execute(f"SAVEPOINT before_statement; {statement}; SET LOCAL ROLE NONE; SELECT id::text, ctid::text FROM {SCHEMA}.{table}")
            after = dict(self.cursor.fetchall())
            keys = tuple(sorted(key for key, place in self.place[table].items() if unchanged(after.get(key), place)))
        except psycopg2.Error as error:
            keys = (f"error {error.pgcode}",)
        self.cursor.execute("ROLLBACK TO before_statement")
        return keys

    def attempts(self, statements: Sequence[str]) -> List[str]:
        self.cursor.execute("SELECT public.attempt(s) FROM unnest(%s::text[]) WITH ORDINALITY u (s, n) ORDER BY n", (list(statements),))
        return [outcome for outcome, in self.cursor.fetchall()]

    # ---- judging

    def fail(self, table: str, command: str, context: Context, what: str):
        self.failures.append(Failure(table, command, context, what))

    def compare(self, table: str, command: str, context: Context, expected, found):
        self.checks += 1
        self.verdicts += max(1, len(self.world.rows.get(table, ())))
        self.seen.setdefault((table, command), set()).update(key for key in found if not key.startswith("error"))
        if len(found) < len(self.world.rows.get(table, ())):
            self.seen_less.add((table, command))
        if expected == found:
            return
        names = {row.key: row.name for row in self.world.rows.get(table, ())}
        parts = [f"{verb} {[names.get(key, key) for key in sorted(keys)[:5]]}{' and more' if len(keys) > 5 else ''}"
                 for verb, keys in (("reaches", set(found) - set(expected)), ("lacks", set(expected) - set(found))) if keys]
        self.fail(table, command, context, ", ".join(parts))

    def judge(self, table: str, command: str, context: Context, what: str, expected: Sequence[str], found: str):
        self.checks += 1
        self.verdicts += 1
        if found not in expected:
            self.fail(table, command, context, f"{what}: expected {' or '.join(expected)}, found {found}")

    # ---- the commands

    def check_rows(self, context: Context, table: str):
        """Commands on all rows at once: whole sets are compared."""
        def denied(command):
            return None if self.oracle.privileged(context.role, table, command) else ("error 42501",)

        name, column = f"{SCHEMA}.{table}", "updated_at" if self.catalog[table][2] else "created_at"

        def rows(*commands):
            return denied(commands[-1]) or self.oracle.rows(context, table, *commands)

        self.compare(table, "SELECT", context, rows("SELECT"), self.keys(f"SELECT id::text FROM {name}"))
        self.compare(table, "SELECT FOR UPDATE", context, rows("SELECT", "UPDATE"), self.keys(f"SELECT id::text FROM {name} FOR UPDATE"))
        self.compare(table, "UPDATE RETURNING", context, rows("SELECT", "UPDATE"),
                     self.keys(f"UPDATE {name} SET {column} = now() RETURNING id::text"))
        self.compare(table, "blind UPDATE", context, rows("UPDATE"),
                     self.changed_keys(table, f"UPDATE {name} SET {column} = now()", lambda after, before: after != before))

    def check_each_row(self, context: Context, table: str):
        """Commands on one row: by its key, with every trigger and foreign key."""
        rows, privileged = self.world.rows.get(table, ()), self.oracle.privileged(context.role, table, "DELETE")
        deletes = [f"DELETE FROM {SCHEMA}.{table} WHERE id = '{row.key}'" for row in rows]
        for row, outcome in zip(rows, self.attempts(deletes)):
            allowed = self.oracle.allows("DELETE", context, row) and self.oracle.allows("SELECT", context, row)
            expected = (["42501"] if not privileged else ["0"] if not allowed else ["42501"] if not self.oracle.allows_delete(context, row)
                        else ["23503", "23001"] if row.referenced else ["1"])
            self.judge(table, "DELETE", context, row.name, expected, outcome)

        inserts = self.inserts[table]
        for (row, _), outcome in zip(inserts, self.attempts([statement for _, statement in inserts])):
            # The hash of a password is set by whoever registers users: an application's role has no privilege on it.
            with_hash = "password_hash" in row.columns and context.role == OPERATOR
            allowed = privileged and self.oracle.allows_insert(context, row) and not with_hash
            self.judge(table, "INSERT", context, row.name, ["1"] if allowed else ["42501"], outcome)

        protected = PROTECTED_COLUMNS.get(table, ())
        for row in rows if protected and privileged else ():
            if not self.oracle.allows("UPDATE", context, row):
                continue
            updates = [f"UPDATE {SCHEMA}.{table} SET {column} = {value} WHERE id = '{row.key}'" for column, value in protected]
            for (column, value), outcome in zip(protected, self.attempts(updates)):
                allowed = self.oracle.allows_column(context, row, column, value)
                self.judge(table, "UPDATE of a protected column", context, f"{row.name}.{column} = {value}", ["1"] if allowed else ["42501"], outcome)

    def check_blind(self, context: Context, table: str):
        """Without conditions only the policies of the command itself are asked; without foreign keys nothing else can refuse."""
        denied = None if self.oracle.privileged(context.role, table, "DELETE") else ("error 42501",)
        expected = denied or self.oracle.rows(context, table, "DELETE")
        self.compare(table, "blind DELETE", context, expected,
                     self.changed_keys(table, f"DELETE FROM {SCHEMA}.{table}", lambda after, before: after is None))
        if denied:
            return
        targets, statements = [], []
        for column, owners in MOVES.get(table, MOVES_BELOW_BUSINESSES):
            for owner in owners:
                value = owner if column == "is_active" else f"'{identity(owner)}'"
                targets.append((column, owner))
                statements.append(f"UPDATE {SCHEMA}.{table} SET {column} = {value}")
        for (column, owner), outcome in zip(targets, self.attempts(statements)):
            moved = [self.moved(row, column, owner) for row in self.world.rows.get(table, ()) if self.oracle.allows("UPDATE", context, row)]
            self.judge(table, "moving rows", context, f"{column} to {owner}", self.outcomes_of_move(context, column, moved), outcome)

    @staticmethod
    def moved(row: Row, column: str, owner: str) -> Row:
        tenant, business, user = row.tenant, row.business, row.user
        if column == "business_id":
            tenant, business = TENANT_OF[owner], owner
        elif column == "tenant_id":
            tenant = owner
        elif column == "user_id":
            user = owner
        elif row.table == "tenants":
            tenant = owner
        elif row.table == "businesses":
            business = owner
        elif row.table == "users":
            user = owner
        return Row(row.table, row.name, row.columns, tenant, business, user, row.public)

    def outcomes_of_move(self, context: Context, column: str, moved: List[Row]) -> List[str]:
        if not moved:
            return ["0"]
        refused = ["42501"]
        # Of a tenant and of a business nothing may say that it is another's: "stays in the tenant".
        allowed = [self.oracle.allows_new("UPDATE", context, row) and (row.table != "businesses" or column != "tenant_id"
                                                                   or context.kind == "admin"
                                                                   or row.tenant == TENANT_OF.get(context.business, context.tenant))
                   for row in moved]
        # A policy is asked before a unique key: several rows that become one fail there, if none failed before.
        if all(allowed):
            return [str(len(moved)), "23505", "23P01"]
        return refused if not any(allowed) else refused + ["23505", "23P01"]

    def check_reports(self, context: Context):
        """The figures of a business are for who speaks for it, by the view and by the function. The materialized view has no row security: who
        has no privilege on it reads nothing."""
        booked = sorted({row.business for row in self.world.rows["bookings"]})
        own = tuple(sorted(identity(name) for name in booked if context.kind == "admin" or self.oracle.reaches_business(context, name)))
        by_hand = context.role in (CARELESS, ADMINISTRATOR, AUTH, OWNER)
        everything = tuple(sorted(identity(name) for name in booked)) if by_hand else ("error 42501",)
        found = {
            "accessible_business_stats": (own, f"SELECT DISTINCT business_id::text FROM {SCHEMA}.accessible_business_stats"),
            "business_statistics": (own, f"SELECT DISTINCT business_id::text FROM {SCHEMA}.business_statistics({REPORTED}) WHERE bookings > 0"),
            "business_stats": (everything, f"SELECT DISTINCT business_id::text FROM {SCHEMA}.business_stats"),
        }
        for table in ("bookings", "bookings_archive"):
            visible = self.oracle.rows(context, table, "SELECT")
            found[f"bookings_all of {table}"] = (visible, f"SELECT id::text FROM {SCHEMA}.bookings_all a WHERE EXISTS (SELECT FROM {SCHEMA}.{table} b WHERE b.id = a.id)")
        names = {identity(name): name for name in booked}
        for what, (expected, statement) in found.items():
            keys = self.keys(statement)
            self.checks += 1
            if keys != expected:
                self.fail(what, "SELECT", context, f"expected {[names.get(key, key) for key in expected]}, found {[names.get(key, key) for key in keys]}")

    # ---- the pass

    def run(self, every: Sequence[Context], by_function: bool):
        for context in every:
            for replica in (False, True):
                self.enter(context, by_function, replica)
                if not replica and len(self.tables) > 1:
                    self.check_reports(context)
                for table in self.tables:
                    if replica:
                        self.check_blind(context, table)
                    else:
                        self.check_rows(context, table)
                        self.check_each_row(context, table)
                    if self.failures and self.stop_at_first:
                        self.connection.rollback()
                        return
                self.connection.rollback()

    def check_coverage(self):
        """Each command on each table reached each row in some context and not all in another, or the pass has shown nothing."""
        for (table, command), found in sorted(self.seen.items()):
            self.checks += 1
            reachable = self.oracle.rules[table][command.split()[-1] if command.startswith(("SELECT", "blind")) else "UPDATE"] != ["-"]
            everything = {row.key for row in self.world.rows.get(table, ()) if reachable}
            if found != everything:
                self.fail(table, command, Context("all of them"), f"no context reached {len(everything - found)} of {len(everything)} rows")
            if reachable and (table, command) not in self.seen_less:
                self.fail(table, command, Context("all of them"), "every context reached all rows")

    def check_catalog(self):
        """No table without an oracle, without row security, without one policy for each command, without a row to look at."""
        nowhere = Context("catalog", role="nobody")
        for table in sorted(set(self.catalog) | set(self.oracle.rules)):
            self.checks += 1
            if table not in self.catalog:
                self.fail(table, "catalog", nowhere, "the oracle has rules for a table that does not exist")
                continue
            secured, policies, _ = self.catalog[table]
            if table not in self.oracle.rules:
                self.fail(table, "catalog", nowhere, "the oracle has no rules for it")
            if not secured:
                self.fail(table, "catalog", nowhere, "row security is not enabled")
            for command, number in policies.items():
                if (number == 0) != (self.oracle.rules.get(table, {}).get(command) == ["-"]):
                    self.fail(table, "catalog", nowhere, f"{number} policies for {command}")
            if table in self.oracle.partitions:
                if not self.place.get(table):
                    self.fail(table, "catalog", nowhere, "there is no row of it that could be seen")
                continue
            if not self.world.rows.get(table):
                self.fail(table, "catalog", nowhere, "there is no row of it to look at")
            elif set(self.place.get(table, ())) != {row.key for row in self.world.rows[table]}:
                self.fail(table, "catalog", nowhere, "the rows of it are not those of the world")


FORCE = [f"SELECT {SCHEMA}.bookmeatoz_force_row_security(true)"]


def passes(cursor) -> Iterator[Tuple[str, List[str], List[Context], bool]]:
    """The names of the passes, what is in force, the contexts, and whether they are entered by set_session_context()."""
    auth = auth_contexts() if platform.has_function(cursor, "bookmeatoz_grant_auth_role") else []
    yield "without FORCE", [], contexts() + auth, False
    yield "under FORCE", FORCE, contexts_under_force() + auth, True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="keep the database")
    parser.add_argument("--table", action="append", default=[], help="only this one")
    options = parser.parse_args()

    world = World()
    platform.create(world)
    connection = platform.connect()
    checks = verdicts = 0
    failures: List[Failure] = []
    for number, (name, prelude, every, by_function) in enumerate(passes(connection.cursor())):
        started = time.monotonic()
        rights = Rights(connection, world, prelude, options.table)
        if number == 0 and not options.table:
            rights.check_catalog()
        rights.run(every, by_function)
        rights.check_coverage()
        print(f"{name}: {rights.checks} checks, {len(rights.failures)} failures: {len(every)} contexts, {len(rights.tables)} tables, "
              f"{rights.verdicts} verdicts on rows, {time.monotonic() - started:.1f} s", flush=True)
        checks, verdicts, failures = checks + rights.checks, verdicts + rights.verdicts, failures + rights.failures
    connection.close()
    for failure in failures[:60]:
        print(failure)
    if len(failures) > 60:
        print(f"... and {len(failures) - 60} more")
    if not options.keep:
        platform.drop()
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
