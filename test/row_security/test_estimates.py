"""Attacks by EXPLAIN: the planner's statistics are made of all rows, and estimates of leakproof comparisons step at the values in them.
What an application's role asks about a value of somebody else must be estimated alike, whether there is such a value, or one near it, or
none. Times, states and flags are excepted: plans are made by them (docs/security.md)."""

import uuid
from typing import Dict, Iterator, List, Tuple

from session import ORACLE, WORLD, Attack
from world import APP, BUSINESSES, CARELESS, DUO, PORTAL, SCHEMA, TENANT_OF, identity

# Columns of these types keep their statistics; "e" stands for every enum.
KEPT = ("timestamp with time zone", "time without time zone", "boolean", "smallint", "e")

PARTITIONS = ("audit_logs_", "bookings_archive_")

# An index condition is estimated for its own cost, a join clause for an estimate that no rounding hides.
PLAIN = "SELECT FROM {table} t WHERE {condition}"
AMPLIFIED = "SELECT FROM {table} t, generate_series(1, 1000000) g, generate_series(1, 1000000) h WHERE {condition} OR g + h = -1"

CONDITIONS = {
    "<": "t.{column} < {value}",
    "<=": "t.{column} <= {value}",
    ">": "t.{column} > {value}",
    "=": "t.{column} = {value}",
    "<>": "t.{column} <> {value}",
    "IN": "t.{column} IN ({value}, {value})",
    "BETWEEN": "t.{column} BETWEEN {value} AND {value}",
    "join": "EXISTS (SELECT FROM (VALUES ({value}), ({value})) v (x) WHERE v.x = t.{column})",
}
ORDERED = ("<", "<=", ">")


def numbers(plan) -> Tuple:
    """All that a plan says but the texts of its conditions."""
    node = {name: value for name, value in plan.items() if name in ("Node Type", "Index Name", "Startup Cost", "Total Cost", "Plan Rows", "Plan Width")}
    return (*sorted(node.items()), *(numbers(child) for child in plan.get("Plans", ())))


def near(value: str, kind: str) -> Iterator[str]:
    """The value and its neighbours."""
    yield value
    if kind == "uuid":
        for step in (-1, 1):
            yield str(uuid.UUID(int=(uuid.UUID(value).int + step) % 2 ** 128))
    elif kind in ("integer", "bigint", "numeric"):
        yield from (str(float(value) - 1).replace(".0", ""), str(float(value) + 1).replace(".0", ""))
    elif kind.startswith(("character varying", "text")):
        yield from (value + " ", value[:-1], value[:-1] + chr(max(33, ord(value[-1]) - 1) if value else 33))


def far(kind: str) -> Iterator[str]:
    if kind == "uuid":
        yield from ("00000000-0000-0000-0000-000000000000", "80000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
    elif kind in ("integer", "bigint", "numeric"):
        yield from ("-1000000", "1000000")
    elif kind.startswith(("character varying", "text")):
        yield from ("", "~~~~", "mmmm")


class Estimates(Attack):
    def columns(self) -> List[Tuple[str, str, str, str]]:
        """Table, column, type and the role that reads it: each that can be ordered and is not excepted."""
        found = self.superuser().run("""
            SELECT c.relname, a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
                   has_column_privilege(%s, c.oid, a.attnum, 'SELECT')
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
            WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
              AND (SELECT typtype FROM pg_type b WHERE b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)) <> 'e'
              AND EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE m.amname = 'btree' AND o.opcdefault
                          AND (o.opcintype = t.oid OR o.opcintype = 'text'::regtype AND t.typcategory = 'S'
                               OR o.opcintype = 'anyrange'::regtype AND t.typtype = 'r'))
            ORDER BY 1, a.attnum""", APP, SCHEMA)
        return [(table, column, kind, APP if readable else CARELESS) for table, column, kind, readable in found if kind not in KEPT]

    def plan(self, session, query: str):
        return session.value("EXPLAIN (FORMAT JSON) " + query)[0]["Plan"]

    def check_column(self, session, table: str, column: str, kind: str, values: List[str], own=(), conditions=tuple(CONDITIONS)):
        """The session is in its context. own: ids whose size it may know."""
        asked = [probe for value in values for probe in near(value, kind)] + list(far(kind))
        asked = [probe for probe in dict.fromkeys(asked) if probe not in own]
        for name in conditions:
            seen: Dict[Tuple, Dict[Tuple, str]] = {}
            for probe in asked:
                literal = session.cursor.mogrify("%s", (probe,)).decode() + "::" + kind
                condition = CONDITIONS[name].format(column=column, value=literal)
                # An own id has its place among the others.
                place = tuple(probe < value for value in sorted(own)) if name in ORDERED else ()
                for query in (PLAIN, AMPLIFIED) if name != "join" else (PLAIN,):
                    answer = numbers(self.plan(session, query.format(table=f"{SCHEMA}.{table}", condition=condition)))
                    seen.setdefault((query, place), {}).setdefault(answer, probe)
            for answers in seen.values():
                self.assertEqual(len(answers), 1, f"{table}.{column} {name}: {answers}")
        if kind.startswith(("character varying", "text")) and len(conditions) == len(CONDITIONS):
            prefixes = {value[:3] for value in values if len(value) >= 3} | {"qqq", "~~~"}
            answers = {numbers(self.plan(session, query.format(table=f"{SCHEMA}.{table}", condition=session.cursor.mogrify(
                f"t.{column} LIKE %s", (prefix.replace("%", "\\%").replace("_", "\\_") + "%",)).decode()))): prefix
                       for prefix in prefixes for query in (AMPLIFIED,) if not set(prefix) & set("%_\\")}
            self.assertEqual(len(answers), 1, f"{table}.{column} LIKE: {answers}")

    def values(self, superuser, table: str, column: str, most: int = 6) -> List[str]:
        """Some of the values there are, of all tenants."""
        found = superuser.column(f"SELECT DISTINCT t.{column}::text FROM {SCHEMA}.{table} t WHERE t.{column} IS NOT NULL ORDER BY 1")
        return found[::max(1, len(found) // most)]

    def test_every_column_in_a_business(self):
        superuser = self.superuser()
        sessions = {role: self.session(role) for role in (APP, CARELESS)}
        for session in sessions.values():
            session.enter(business="duo-1")
        checked = set()
        for table, column, kind, role in self.columns():
            with self.subTest(table=table, column=column):
                self.check_column(sessions[role], table, column, kind, self.values(superuser, table, column), [identity("duo-1")] if kind == "uuid" else ())
                checked.add(table)
        self.assertEqual({table for table in checked if not table.startswith(PARTITIONS)}, set(ORACLE.rules))

    def test_ids_in_other_contexts(self):
        superuser = self.superuser()
        contexts = ((dict(), []), (dict(user=PORTAL), [identity(PORTAL)]),
                    (dict(tenant=DUO), [identity(DUO)] + [identity(business) for business in BUSINESSES[DUO]]))
        for context, own in contexts:
            session = self.session(CARELESS)
            session.enter(**context)
            for table, column, kind, _ in self.columns():
                if kind == "uuid":
                    with self.subTest(context=context, table=table, column=column):
                        self.check_column(session, table, column, kind, self.values(superuser, table, column, 3), own, ("<", "="))

    def test_mismatched_pair_has_no_own_ids(self):
        session = self.session()
        session.enter(business="duo-1", tenant="solo")
        for table in ("employees", "customers", "bookings"):
            self.check_column(session, table, "business_id", "uuid", [identity(name) for name in list(TENANT_OF)[:5]])

    def test_first_statement_of_a_session(self):
        """The library is loaded while the plan is made, and that must be early enough."""
        superuser = self.superuser()
        options = f"-c app.current_business_id={identity('duo-1')}"
        tables = {}
        for table, column, kind, role in self.columns():
            if kind.startswith(("uuid", "text", "character varying")) and column != "business_id" and self.values(superuser, table, column):
                tables.setdefault(table, (column, kind, role))
        self.assertEqual({table for table in tables if not table.startswith(PARTITIONS)}, set(ORACLE.rules))
        for table, (column, kind, role) in tables.items():
            values = self.values(superuser, table, column, 3)
            for operator in ("<", "="):
                answers = {}
                for probe in (values[len(values) // 2], next(far(kind))):
                    session = self.session(role, options=options)
                    literal = session.cursor.mogrify("%s", (probe,)).decode() + "::" + kind
                    condition = f"t.{column} {operator} {literal}"
                    answers[numbers(self.plan(session, AMPLIFIED.format(table=f"{SCHEMA}.{table}", condition=condition)))] = probe
                    session.close()
                self.assertEqual(len(answers), 1, f"{table}.{column} {operator}: {answers}")

    def as_application(self, *statements: str):
        """What a superuser has prepared in the same transaction, seen by the application's role in a business."""
        session = self.superuser()
        for statement in statements:
            session.run(statement)
        session.run(f"SET LOCAL ROLE {APP}")
        session.enter(business="duo-1")
        return session

    def test_expression_of_an_index(self):
        session = self.as_application(
            f"UPDATE {SCHEMA}.bookings SET metadata = jsonb_build_object('payment_intent_id', id)", f"ANALYZE {SCHEMA}.bookings")
        ids = sorted(row.key for row in WORLD.rows["bookings"])
        for operator in ("<", "=", ">"):
            answers = {numbers(self.plan(session, query.format(table=f"{SCHEMA}.bookings", condition=f"json_text(t.metadata, 'payment_intent_id') {operator} '{probe}'")))
                       for query in (AMPLIFIED,) for probe in (ids[2], ids[len(ids) // 2], ids[-2], ids[5] + "0", "", "zz")}
            self.assertEqual(len(answers), 1, f"{operator}: {answers}")

    def test_common_combinations(self):
        """Nine values of two columns, of which three combinations exist: lists of combinations tell them from the other six."""
        session = self.as_application(
            f"INSERT INTO {SCHEMA}.customers (business_id, name, phone) SELECT (ARRAY['{identity('solo-1')}', '{identity('duo-1')}'])[1 + n % 2]::uuid, "
            f"'few ' || n % 3, n % 3 FROM generate_series(1, 6000) n",
            f"CREATE STATISTICS {SCHEMA}.of_two (mcv) ON name, phone FROM {SCHEMA}.customers", f"ANALYZE {SCHEMA}.customers")
        pairs = [("few 0", "0"), ("few 1", "1"), ("few 2", "2"), ("few 0", "1"), ("few 2", "0"), ("none", "7"), ("zzz", "9")]
        for condition in ("t.name = '{0}' AND t.phone = '{1}'", "t.name < '{0}' AND t.phone = '{1}'"):
            answers = {numbers(self.plan(session, PLAIN.format(table=f"{SCHEMA}.customers", condition=condition.format(*pair)))) for pair in pairs}
            self.assertEqual(len(answers), 1, f"{condition}: {answers}")

    def test_statistics_of_an_expression(self):
        session = self.as_application(
            f"UPDATE {SCHEMA}.bookings SET metadata = jsonb_build_object('room', 'room ' || ascii(id::text) % 3)",
            f"CREATE STATISTICS {SCHEMA}.of_room ON (json_text(metadata, 'room')) FROM {SCHEMA}.bookings", f"ANALYZE {SCHEMA}.bookings")
        for operator in ("=", "<"):
            answers = {numbers(self.plan(session, AMPLIFIED.format(table=f"{SCHEMA}.bookings", condition=f"json_text(t.metadata, 'room') {operator} '{room}'")))
                       for room in ("room 0", "room 1", "room 2", "none", "zzz")}
            self.assertEqual(len(answers), 1, f"{operator}: {answers}")

    def test_children_of_a_table(self):
        """Their statistics are read when the parent is, wherever they lie."""
        session = self.as_application(
            f"CREATE TABLE public.more_customers () INHERITS ({SCHEMA}.customers)",
            f"INSERT INTO public.more_customers (business_id, name, email) SELECT '{identity('solo-1')}', 'more ' || n, 'more' || n || '@example.org' "
            "FROM generate_series(1, 500) n", f"ANALYZE {SCHEMA}.customers", "ANALYZE public.more_customers")
        self.check_column(session, "customers", "name", "character varying", ["more 1", "more 250", "more 499"])
        self.check_column(session, "customers", "email", "character varying", ["more1@example.org", "more250@example.org"])

    def test_plan_of_another_role(self):
        """A plan that a superuser has made is made anew for a role that row security binds."""
        ids = sorted(row.key for row in WORLD.rows["users"])
        probes = [ids[1], ids[len(ids) // 2], "00000000-0000-0000-0000-000000000000"]
        session = self.superuser()
        for number, probe in enumerate(probes):
            session.run(f"PREPARE p{number} AS " + AMPLIFIED.format(table=f"{SCHEMA}.users", condition=f"t.id < '{probe}'"))
            session.run("SET plan_cache_mode = force_generic_plan")
        everything = {numbers(self.plan(session, f"EXECUTE p{number}")) for number in range(len(probes))}
        self.assertGreater(len(everything), 1, "the superuser's estimates must differ, or nothing is shown")
        session.run(f"SET LOCAL ROLE {APP}")
        session.enter(business="duo-1")
        self.assertEqual(len({numbers(self.plan(session, f"EXECUTE p{number}")) for number in range(len(probes))}), 1)

    def test_views_of_the_statistics(self):
        session = self.session()
        session.enter(business="duo-1")
        for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
            self.assertEqual(session.run(f"SELECT tablename FROM {view} WHERE schemaname = '{SCHEMA}'"), [], view)
        for catalog in ("pg_statistic", "pg_statistic_ext_data"):
            self.assert_refused(session.attempt(f"SELECT FROM {catalog}"))

    # ---- what the planner still knows

    def test_own_business_is_estimated_by_its_size(self):
        session = self.as_application(
            f"INSERT INTO {SCHEMA}.customers (business_id, name) SELECT '{identity('duo-1')}', 'own ' || n FROM generate_series(1, 3000) n",
            f"INSERT INTO {SCHEMA}.customers (business_id, name) SELECT '{identity('solo-1')}', 'other ' || n FROM generate_series(1, 5000) n",
            f"ANALYZE {SCHEMA}.customers")
        self.assertGreater(self.plan(session, f"SELECT FROM {SCHEMA}.customers")["Plan Rows"], 2500)
        self.check_column(session, "customers", "business_id", "uuid", [identity("solo-1"), identity("grand-07"), identity("duo-2")], [identity("duo-1")])

    def test_times_are_estimated(self):
        session = self.session()
        session.enter(business="duo-1")
        answers = {numbers(self.plan(session, AMPLIFIED.format(table=f"{SCHEMA}.bookings", condition=f"t.start_time < '{when}'")))
                   for when in ("2020-01-01", "2030-01-03", "2040-01-01")}
        self.assertEqual(len(answers), 3)

    def test_states_are_estimated(self):
        """No comparison of an enum is leakproof. Without statistics the server goes by the number of distinct values: of three, NOT IN of two leaves a third."""
        session = self.as_application(
            f"INSERT INTO {SCHEMA}.customers (business_id, name, status) SELECT '{identity('duo-1')}', 'own ' || n,"
            " CASE n % 100 WHEN 0 THEN 'inactive' WHEN 1 THEN 'blacklisted' ELSE 'active' END::customer_status_type_v1 FROM generate_series(1, 3000) n",
            f"ANALYZE {SCHEMA}.customers")
        query = f"SELECT FROM {SCHEMA}.customers WHERE status "
        self.assertGreater(self.plan(session, query + "NOT IN ('inactive', 'blacklisted')")["Plan Rows"], 2000)
        self.assertLess(self.plan(session, query + "= 'inactive'")["Plan Rows"], 200)

    def test_administrators_are_shown_everything(self):
        session = self.session("proof_operator")
        ids = sorted(row.key for row in WORLD.rows["users"])
        session.enter(admin=True)
        self.assertGreater(len({numbers(self.plan(session, AMPLIFIED.format(table=f"{SCHEMA}.users", condition=f"t.id < '{probe}'")))
                                for probe in (ids[1], ids[-1])}), 1)
