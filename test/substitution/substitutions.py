"""What an owner may do to the tables: the list of substitutions, made from the catalog, and how each is done.

A column is dropped, dropped and added again, retyped to six types each, or made nullable and set to NULL in one row; a label of
an enum is renamed; a table is replaced by a view of the same rows, or by another table of the same columns. What depends on the
column is taken away first and put back as far as it goes: an owner would do the same. A policy that cannot be put back is
replaced by one that shows everything, so that the answers of the functions must stay as they were."""

from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from questions import identity
from server import Server
from world import APP, OWNER

TABLES = ("tenants", "users", "tenant_admins", "businesses", "employees", "user_business_roles", "services", "employee_services",
          "working_hours", "employee_availability_overrides", "business_availability_overrides", "customers", "bookings")
# What the module neither reads nor writes. A column that is not named here is substituted.
UNREAD = {"created_at", "name", "description", "price", "category_id", "is_private", "reason", "phone", "profile_notes", "profile", "last_login_at",
          "system_role", "role", "cancellation_reason", "rescheduled_from_booking_id"}
READ_IN_ONE_TABLE = {("bookings", "created_at"), ("bookings", "cancellation_reason"), ("users", "profile")}
# Columns that a CHECK keeps from being NULL.
CHECKED = ("working_hours.business_id", "working_hours.start_time", "working_hours.end_time")
# The rows that are made NULL: of bookings those that are read in different ways.
ROWS = {"tenants": ("tenant", 1), "users": ("user", 1), "tenant_admins": ("admin", 1), "businesses": ("business", 1), "employees": ("employee", 1),
        "user_business_roles": ("role", 1), "services": ("service", 1), "employee_services": ("mapping", 1), "working_hours": ("hours", 1),
        "employee_availability_overrides": ("override", 1), "business_availability_overrides": ("closure", 1),
        "customers": ("customer", 1), "bookings": ("booking", 1)}
FURTHER_ROWS = {"bookings": (("booking", 3), ("booking", 4), ("booking", 6)), "working_hours": (("hours", 2),)}

# Six types for each type of a column: by value in place of by reference and the other way round, of another length, of the same
# length (which reads as a value, but another), and those that convert without a word.
HASH = "hashtextextended({}::text, 0)"
JSON = "to_jsonb({})"
UUID = "md5({}::text)::uuid"
NEVER = "({}::text = '')"
OTHER_TYPES: Dict[str, Dict[str, str]] = {
    "uuid": {"text": "{}::text", "bigint": HASH, "numeric": HASH + "::numeric", "boolean": NEVER, "timestamptz": "to_timestamp(abs(hashtext({}::text)))",
             "jsonb": JSON},
    "integer": {"bigint": "{}::bigint", "smallint": "{}::smallint", "numeric": "{}::numeric", "text": "{}::text", "boolean": "{} <> 0", "uuid": UUID},
    "smallint": {"integer": "{}::integer", "bigint": "{}::bigint", "numeric": "{}::numeric", "text": "{}::text", "boolean": "{} <> 0", "uuid": UUID},
    "boolean": {"integer": "{}::integer", "bigint": "{}::integer::bigint", "text": "{}::text", "numeric": "{}::integer::numeric", "uuid": UUID, "jsonb": JSON},
    "timestamp with time zone": {"timestamp": "{}::timestamp", "text": "{}::text", "bigint": "extract(epoch FROM {})::bigint",
                                 "numeric": "extract(epoch FROM {})", "uuid": UUID, "jsonb": JSON},
    "date": {"timestamp": "{}::timestamp", "timestamptz": "{}::timestamptz", "text": "{}::text", "bigint": HASH, "uuid": UUID, "jsonb": JSON},
    "time without time zone": {"timetz": "{}::timetz", "interval": "{}::interval", "text": "{}::text", "bigint": "extract(epoch FROM {})::bigint",
                               "uuid": UUID, "numeric": "extract(epoch FROM {})"},
    "character varying": {"text": "{}::text", "name": "{}::name", "bytea": "convert_to({}, 'UTF8')", "bigint": HASH, "uuid": UUID, "jsonb": JSON},
    "text": {"varchar": "{}::varchar", "name": "{}::name", "bytea": "convert_to({}, 'UTF8')", "bigint": HASH, "uuid": UUID, "jsonb": JSON},
    "jsonb": {"text": "{}::text", "json": "{}::json", "bytea": "convert_to({}::text, 'UTF8')", "bigint": HASH, "uuid": UUID, "boolean": NEVER},
    "numeric": {"bigint": "{}::bigint", "text": "{}::text", "float8": "{}::float8", "uuid": UUID, "boolean": NEVER, "jsonb": JSON},
    "bytea": {"text": "{}::text", "bigint": HASH, "uuid": UUID, "jsonb": "to_jsonb({}::text)", "boolean": NEVER, "name": "{}::text::name"},
    "tstzrange": {"tsrange": "tsrange(lower({0})::timestamp, upper({0})::timestamp)", "text": "{}::text", "bigint": HASH, "uuid": UUID, "jsonb": JSON,
                  "boolean": NEVER},
}
ENUM = {"text": "{}::text", "integer": "hashtext({}::text)", "bigint": HASH, "uuid": UUID, "jsonb": JSON, "fuzz_labels": "{}::text::booking.fuzz_labels"}


class Column(NamedTuple):
    table: str
    name: str
    type: str
    is_enum: bool
    not_null: bool
    nullable: bool   # NULL is a value that the application may write
    generated: bool
    default: Optional[str]

    def __str__(self):
        return f"{self.table}.{self.name}"


class Substitution(NamedTuple):
    kind: str
    table: str = ""
    column: Optional[Column] = None
    type: str = ""
    expression: str = ""
    row: Optional[Tuple[str, int]] = None
    label: str = ""
    first: bool = True  # of its kind and column: bookmeatoz_verify(), which takes long, is asked of these alone

    def __str__(self):
        what = str(self.column or self.table)
        return f"{self.kind}: {what}" + "".join(f" {part}" for part in (
            self.type, self.label, " ".join(map(str, self.row)) if self.row else "") if part)


def columns(server: Server) -> List[Column]:
    return [Column(*row) for row in server.run("""
        SELECT c.relname, a.attname, format_type(a.atttypid, NULL), t.typtype = 'e', a.attnotnull,
               NOT a.attnotnull AND c.relname || '.' || a.attname <> ALL ('{%s}'),
               a.attgenerated <> '', pg_get_expr(d.adbin, d.adrelid)
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'booking'::regnamespace AND c.relname = ANY ('{%s}') AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY array_position('{%s}'::name[], c.relname), a.attnum""" % (",".join(CHECKED), ",".join(TABLES), ",".join(TABLES)))]


def all_substitutions(server: Server) -> List[Substitution]:
    found = []
    for column in columns(server):
        table = column.table
        if column.name in UNREAD and (table, column.name) not in READ_IN_ONE_TABLE:
            continue
        found.append(Substitution("dropped", table, column))
        if not column.generated:
            found.append(Substitution("added anew", table, column, first=False))
        types = ENUM if column.is_enum else OTHER_TYPES[column.type]
        for name, expression in types.items():
            found.append(Substitution("retyped", table, column, name, expression, first=name == next(iter(types))))
        if not column.generated:
            for row in (ROWS[table],) + FURTHER_ROWS.get(table, ()):
                found.append(Substitution("NULL", table, column, row=row, first=row == ROWS[table]))
    for table in TABLES:
        found.append(Substitution("view", table))
        found.append(Substitution("other table", table))
    for enum, label in server.run("""
            SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
             WHERE t.typnamespace = 'booking'::regnamespace ORDER BY 1, e.enumsortorder"""):
        found.append(Substitution("label renamed", enum, label=label))
    return found


# ---- what depends on a column, or on all of a table

class Lost(NamedTuple):
    """Tables of which something could not be put back."""
    policies: Set[str]  # show more than before
    triggers: Set[str]  # have fewer


class Dependent(NamedTuple):
    kind: str        # policy, trigger, constraint, index or view
    table: str
    name: str
    definition: str
    command: str     # of a policy
    detail: str      # of a trigger: how it is enabled; of a constraint: its type


def dependents(server: Server, table: str, column: Optional[str]) -> List[Dependent]:
    """In the order in which they can be taken away."""
    number = f"= (SELECT attnum FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{column}')" if column else "IS NOT NULL"
    of_column = f"d.refclassid = 'pg_class'::regclass AND d.refobjid = '{table}'::regclass AND d.refobjsubid {number}"
    found = [Dependent(*row) for row in server.run(f"""
        SELECT 'policy', '{table}', p.policyname,
               format('CREATE POLICY %I ON %I AS %s FOR %s %s %s', p.policyname, p.tablename, p.permissive, p.cmd,
                      'USING (' || p.qual || ')', 'WITH CHECK (' || p.with_check || ')'), p.cmd, ''
          FROM pg_policies p JOIN pg_policy o ON o.polrelid = '{table}'::regclass AND o.polname = p.policyname
         WHERE p.schemaname = 'booking' AND p.tablename = '{table}'
           AND ({column is None} OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = o.oid AND {of_column}))
        UNION ALL
        SELECT 'trigger', '{table}', g.tgname, pg_get_triggerdef(g.oid), '', g.tgenabled::text
          FROM pg_trigger g
         WHERE g.tgrelid = '{table}'::regclass AND NOT g.tgisinternal
           AND ({column is None} OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND {of_column}))""")]
    if column is None:
        return found
    # The condition of an exclusion constraint is its index's; a foreign key needs the index of the key that it refers to.
    found += [Dependent(*row) for row in server.run(f"""
        WITH direct AS (
            SELECT k.oid, k.conindid, k.contype FROM pg_constraint k
             WHERE k.contype NOT IN ('t', 'n') AND EXISTS (
                   SELECT FROM pg_depend d WHERE {of_column} AND (d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
                       OR d.classid = 'pg_class'::regclass AND d.objid = k.conindid AND k.contype IN ('p', 'u', 'x'))))
        SELECT 'constraint', k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid), '', k.contype::text
          FROM pg_constraint k
         WHERE k.conparentid = 0
           AND (k.oid IN (SELECT oid FROM direct) OR k.contype = 'f' AND k.conindid IN (SELECT conindid FROM direct WHERE contype IN ('p', 'u')))
         ORDER BY k.contype <> 'f'""")]
    found += [Dependent(*row) for row in server.run(f"""
        SELECT 'index', '{table}', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), '', ''
          FROM pg_index i
         WHERE i.indrelid = '{table}'::regclass AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
           AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND {of_column})""")]
    found += [Dependent(*row) for row in server.run(f"""
        SELECT DISTINCT 'view', '{table}', v.relname,
               format('CREATE VIEW %I WITH (security_invoker = true) AS %s', v.relname, pg_get_viewdef(v.oid)) ||
               (SELECT coalesce(string_agg(format('; GRANT %s ON %I TO %I', a.privilege_type, v.relname, a.grantee::regrole), ''), '')
                  FROM aclexplode(v.relacl) a WHERE a.grantee NOT IN (0, v.relowner)), '', ''
          FROM pg_depend d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid JOIN pg_class v ON v.oid = w.ev_class
         WHERE v.relkind = 'v' AND {of_column}""")]
    return found


def take_away(server: Server, those: List[Dependent]):
    for each in those:
        verb = {"policy": "DROP POLICY %s ON %s", "trigger": "DROP TRIGGER %s ON %s", "constraint": "ALTER TABLE {1} DROP CONSTRAINT IF EXISTS {0}",
                "index": "DROP INDEX %s", "view": "DROP VIEW %s"}[each.kind]
        if each.kind in ("index", "view"):
            server.run(verb % each.name)
        elif each.kind == "constraint":
            server.run(verb.format(each.name, each.table))
        else:
            server.run(verb % (each.name, each.table))


def put_back(server: Server, those: List[Dependent]) -> Lost:
    """As far as it goes."""
    lost = Lost(set(), set())
    for each in reversed(those):
        statement = f"ALTER TABLE {each.table} ADD CONSTRAINT {each.name} {each.definition}" if each.kind == "constraint" else each.definition
        error = server.attempt(statement)
        if each.kind == "trigger" and not error and each.detail == "A":
            server.run(f"ALTER TABLE {each.table} ENABLE ALWAYS TRIGGER {each.name}")
        if each.kind == "policy" and error:
            using = "" if each.command == "INSERT" else " USING (true)"
            check = "" if each.command in ("SELECT", "DELETE") else " WITH CHECK (true)"
            server.run(f"CREATE POLICY {each.name} ON {each.table} FOR {each.command}{using}{check}")
            lost.policies.add(each.table)
        if each.kind == "trigger" and error:
            lost.triggers.add(each.table)
    return lost


# ---- doing it

def do(server: Server, what: Substitution) -> Lost:
    """In the transaction that is open, as the owner."""
    server.run(f"SET LOCAL ROLE {OWNER}")
    lost = {"dropped": drop_column, "added anew": add_anew, "retyped": retype, "NULL": make_null, "view": replace_by_view,
              "other table": replace_by_table, "label renamed": rename_label}[what.kind](server, what)
    server.run("SET LOCAL ROLE NONE")
    return lost


def drop_column(server: Server, what: Substitution) -> Lost:
    lost = dependents(server, what.table, what.column.name)
    server.run(f"ALTER TABLE {what.table} DROP COLUMN {what.column.name} CASCADE")
    still = {(each.kind, each.table, each.name) for each in dependents(server, what.table, None)}
    return put_back(server, [each for each in lost if each.kind == "policy" and (each.kind, each.table, each.name) not in still])


def add_anew(server: Server, what: Substitution) -> Lost:
    """The same values in a new column, behind the others."""
    table, name = what.table, what.column.name
    those = dependents(server, table, name)
    take_away(server, those)
    if str(what.column) in BUSY_FROM:
        server.run("ALTER TABLE bookings ALTER busy DROP EXPRESSION")
    server.run(f"ALTER TABLE {table} RENAME {name} TO former; ALTER TABLE {table} ADD {name} {what.column.type}; ALTER TABLE {table} DISABLE TRIGGER USER; "
               f"UPDATE {table} SET {name} = former; ALTER TABLE {table} ENABLE TRIGGER USER; ALTER TABLE {table} DROP former CASCADE")
    keep_always(server, table)
    if what.column.not_null:
        server.run(f"ALTER TABLE {table} ALTER {name} SET NOT NULL")
    if what.column.default:
        server.run(f"ALTER TABLE {table} ALTER {name} SET DEFAULT {what.column.default}")
    return put_back(server, those)


BUSY_FROM = ("bookings.busy", "bookings.start_time", "bookings.end_time", "bookings.buffer_before_minutes", "bookings.buffer_after_minutes")


def retype(server: Server, what: Substitution) -> Lost:
    table, name = what.table, what.column.name
    those = dependents(server, table, name)
    take_away(server, those)
    if str(what.column) in BUSY_FROM:
        # A column that another is generated from cannot be retyped; the values stay.
        server.run("ALTER TABLE bookings ALTER busy DROP EXPRESSION")
    if what.type == "fuzz_labels":
        labels = [label for label, in server.run(f"SELECT enumlabel FROM pg_enum WHERE enumtypid = '{what.column.type}'::regtype ORDER BY enumsortorder")]
        server.run("CREATE TYPE booking.fuzz_labels AS ENUM (%s)" % ", ".join(f"'{label}'" for label in reversed(labels)))
    if what.column.default:
        server.run(f"ALTER TABLE {table} ALTER {name} DROP DEFAULT")
    server.run(f"ALTER TABLE {table} ALTER {name} TYPE {what.type} USING {what.expression.format(name)}")
    if what.column.default:
        server.attempt(f"ALTER TABLE {table} ALTER {name} SET DEFAULT {what.expression.format('(' + what.column.default + ')')}")
    if what.type == "fuzz_labels":
        those = [each._replace(definition=each.definition.replace(f"::{what.column.type}", "::fuzz_labels")) for each in those]
    return put_back(server, those)


def make_null(server: Server, what: Substitution) -> Lost:
    table, name = what.table, what.column.name
    those = [each for each in dependents(server, table, name) if each.kind == "constraint" and each.detail in ("f", "c", "p")]
    take_away(server, those)
    server.run(f"ALTER TABLE {table} ALTER {name} DROP NOT NULL")
    if table == "bookings":
        server.run("ALTER TABLE bookings ALTER busy DROP NOT NULL")
    without_triggers(server, table, f"UPDATE {table} SET {name} = NULL WHERE id = '{identity(*what.row)}'")
    # What held for all rows holds for the others.
    return put_back(server, [each._replace(definition=each.definition.replace("PRIMARY KEY", "UNIQUE") + ("" if each.detail == "p" else " NOT VALID"))
                             for each in those])


def without_triggers(server: Server, table: str, statement: str):
    server.run(f"ALTER TABLE {table} DISABLE TRIGGER USER; {statement}; ALTER TABLE {table} ENABLE TRIGGER USER")
    keep_always(server, table)


def keep_always(server: Server, table: str):
    if table == "businesses":
        server.attempt("ALTER TABLE businesses ENABLE ALWAYS TRIGGER businesses_changed")


def replace_by_view(server: Server, what: Substitution) -> Lost:
    table = what.table
    server.run(f"ALTER TABLE {table} RENAME TO former; CREATE VIEW {table} WITH (security_invoker = true) AS SELECT * FROM former; "
               f"GRANT ALL ON {table} TO {APP}")
    return Lost(set(), set())


def replace_by_table(server: Server, what: Substitution) -> Lost:
    table = what.table
    those = dependents(server, table, None)
    names = [name for name, in server.run(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND attgenerated = ''")]
    listed = ", ".join(names)
    server.run(f"ALTER TABLE {table} RENAME TO former; CREATE TABLE {table} (LIKE former INCLUDING ALL); "
               f"INSERT INTO {table} ({listed}) SELECT {listed} FROM former; ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; GRANT ALL ON {table} TO {APP}")
    return put_back(server, those)


def rename_label(server: Server, what: Substitution) -> Lost:
    server.run(f"ALTER TYPE {what.table} RENAME VALUE '{what.label}' TO 'renamed_{what.label}'")
    return Lost(set(), set())


def tables_of(server: Server, what: Substitution) -> Set[str]:
    """The table, or those that have a column of the enum."""
    if what.kind != "label renamed":
        return {what.table}
    tables = {table for table, in server.run(f"SELECT attrelid::regclass::text FROM pg_attribute WHERE atttypid = '{what.table}'::regtype")}
    server.rollback()
    return tables
