"""What an attacker can put into a schema where he may create: functions and operators that match better than PostgreSQL's own, and
objects with our names. Each of his functions tells as whom it ran, by a WARNING. Used by test_hostile.py."""

import os
import re

import psycopg2
import psycopg2.extensions

EVIL, OWNER, APP, STAFF, AUTH = ROLES = ["hostile_evil", "hostile_owner", "hostile_app", "hostile_staff", "hostile_auth"]
ADMINISTRATOR = os.environ.get("PGUSER", "postgres")
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Session:
    """One connection in autocommit mode, which keeps what the traps said."""

    def __init__(self, database, user=ADMINISTRATOR, **parameters):
        self.connection = psycopg2.connect(dbname=database, user=user, **parameters)
        self.connection.set_session(autocommit=True)
        self.connection.notices = []

    def run(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else None

    def value(self, statement, *values):
        return self.run(statement, *values)[0][0]

    def fails(self, statement):
        """The error of a statement that must fail, or None."""
        try:
            self.run(statement)
        except psycopg2.Error as error:
            return error
        return None

    def sprung(self):
        """Which traps ran as whom, since the last time."""
        found = [match.groups() for notice in self.connection.notices for match in re.finditer(r"trap (.*) ran as (\w+)", notice)]
        said, self.connection.notices = self.connection.notices, []
        self.said = said
        return found

    def close(self):
        self.connection.close()


def words_of_the_code():
    """Every word that may be the name of a function: in the install script's parts and in the queries of the C++ code."""
    words = set()
    for folder in ("sql/install", "src/pg"):
        for path, _, names in os.walk(os.path.join(SOURCES, folder)):
            for name in names:
                if name.endswith((".sql", ".cpp", ".hpp")):
                    with open(os.path.join(path, name), encoding="utf-8") as file:
                        words |= set(re.findall(r"[a-z_][a-z0-9_]+", file.read()))
    return sorted(words)


# As the attacker: for every function of pg_catalog whose name the code mentions, the same signature and all looser or closer ones; for every
# operator the pairs of types that it has no exact match for. psycopg2 wants %% for one %.
SHADOWS = r"""
DO $do$
DECLARE
    concrete CONSTANT text[] := '{text,varchar,bpchar,name,uuid,int2,int4,int8,oid,bool,jsonb,timestamptz,time,interval,numeric,regclass,regrole,regproc,bytea}';
    original record;
    signature text;
    number int := 0;
    replaced text;
    strings text;
    types text[];
BEGIN
    FOR original IN
        SELECT p.proname, p.provariadic, p.proretset, ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n) ORDER BY n) AS arguments,
               CASE WHEN p.prorettype::regtype::text ~ '^any|internal|trigger' THEN 'text' ELSE format_type(p.prorettype, NULL) END AS result
        FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w') AND p.proname = ANY (%(words)s)
    LOOP
        FOREACH replaced IN ARRAY concrete LOOP
            FOREACH strings IN ARRAY '{text,varchar,name}'::text[] LOOP
                types := ARRAY(SELECT CASE WHEN a ~ '^any.*array' OR a = '"any"[]' THEN replaced || '[]' WHEN a ~ '^"?any' THEN replaced
                                           WHEN a = 'text' THEN strings WHEN a IN ('numeric', 'double precision', 'bigint') AND strings = 'varchar' THEN 'int4'
                                           ELSE a END
                               FROM unnest(original.arguments) WITH ORDINALITY u (a, n) ORDER BY n);
                FOR extra IN 0 .. CASE WHEN original.provariadic = 0 THEN 0 ELSE 4 END LOOP
                    signature := array_to_string(CASE WHEN original.provariadic = 0 THEN types
                                                      ELSE types[1 : cardinality(types) - 1] || array_fill(replaced, ARRAY[extra]) END, ', ');
                    BEGIN
                        EXECUTE format('CREATE FUNCTION %%I.%%I(%%s) RETURNS %%s LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell(%%L); RETURN NULL; END $$',
                                       %(schema)s, original.proname, signature, original.result, original.proname || '(' || signature || ')');
                        number := number + 1;
                    EXCEPTION WHEN OTHERS THEN NULL;
                    END;
                END LOOP;
                EXIT WHEN NOT ('text' = ANY (original.arguments) OR 'numeric' = ANY (original.arguments));
            END LOOP;
            EXIT WHEN NOT array_to_string(original.arguments, ' ') ~ 'any';
        END LOOP;
    END LOOP;
    FOR original IN
        SELECT DISTINCT o.oprname, l AS left_type, r AS right_type
        FROM (VALUES ('='), ('<>'), ('<'), ('<='), ('>'), ('>='), ('~'), ('!~'), ('~~'), ('~~*'), ('||'), ('->'), ('->>'), ('&&'), ('@>'), ('<@'), ('+'), ('-'), ('*'), ('/')) o (oprname),
             unnest(concrete || '{anyarray,anyenum,anyrange,text[],uuid[]}') l, unnest(concrete || '{anyarray,anyenum,anyrange,text[],uuid[]}') r
        WHERE l = r OR l IN ('text', 'varchar', 'name', 'oid', 'int2', 'timestamptz', 'jsonb') AND r IN ('text', 'varchar', 'name', 'regclass', 'int2', 'interval')
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION trap.%%I(%%s, %%s) RETURNS %%s LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell(%%L); RETURN NULL; END $$',
                           'operator ' || original.oprname, original.left_type, original.right_type,
                           CASE WHEN original.oprname IN ('||', '->', '->>', '+', '-', '*', '/') THEN 'text' ELSE 'bool' END,
                           format('%%s %%s %%s', original.left_type, original.oprname, original.right_type));
            EXECUTE format('CREATE OPERATOR %%I.%%s (LEFTARG = %%s, RIGHTARG = %%s, FUNCTION = trap.%%I)', %(schema)s, original.oprname,
                           original.left_type, original.right_type, 'operator ' || original.oprname);
            number := number + 1;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    PERFORM set_config('trap.number', number::text, false);
END
$do$
"""

# The functions of the extension, as OWN_NAMES takes them.
MEMBERS = """
SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('proname', p.proname, 'provariadic', p.provariadic, 'arguments',
                                    ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n) ORDER BY n)))::pg_catalog.text
FROM pg_extension x JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_proc p ON p.oid = d.objid WHERE x.extname = 'bookmeatoz'
"""

# Functions with these names, and with looser and closer parameters, and operators on our types.
OWN_NAMES = r"""
DO $do$
DECLARE
    original record;
    types text[];
    number int := 0;
BEGIN
    FOR original IN
        SELECT * FROM jsonb_to_recordset(%(functions)s::jsonb) f (proname name, provariadic oid, arguments text[])
    LOOP
        FOR variant IN 0 .. 20 LOOP
            types := CASE WHEN original.provariadic <> 0 THEN original.arguments[1 : cardinality(original.arguments) - 1] || array_fill('text'::text, ARRAY[variant])
                          ELSE ARRAY(SELECT CASE WHEN a = ANY ('{text,uuid,jsonb,regrole,"timestamp with time zone"}') THEN (ARRAY['varchar', 'name', 'text', 'oid'])[variant + 1] ELSE a END
                                     FROM unnest(original.arguments) WITH ORDINALITY u (a, n) ORDER BY n) END;
            EXIT WHEN original.provariadic = 0 AND variant > 3;
            BEGIN
                EXECUTE format('CREATE FUNCTION %%I.%%I(%%s) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell(%%L); RETURN NULL; END $$',
                               %(schema)s, original.proname, array_to_string(types, ', '), original.proname || array_to_string(types, ', '));
                number := number + 1;
            EXCEPTION WHEN OTHERS THEN NULL;
            END;
        END LOOP;
    END LOOP;
    FOR original IN SELECT t.oid::regtype AS type, o.name FROM pg_type t CROSS JOIN (VALUES ('='), ('<>'), ('<'), ('>')) o (name)
                    WHERE t.typnamespace = to_regnamespace(quote_ident(%(schema)s)) AND t.typtype = 'e' LOOP
        EXECUTE format('CREATE FUNCTION trap.%%I(%%s, %%s) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell(%%L); RETURN NULL; END $$',
                       'operator ' || original.name, original.type, original.type, original.type || original.name);
        EXECUTE format('CREATE OPERATOR %%I.%%s (LEFTARG = %%s, RIGHTARG = %%s, FUNCTION = trap.%%I)', %(schema)s, original.name, original.type, original.type, 'operator ' || original.name);
        number := number + 1;
    END LOOP;
    PERFORM set_config('trap.number', number::text, false);
END
$do$
"""

TRAPS = """
CREATE SCHEMA trap AUTHORIZATION hostile_evil; GRANT USAGE ON SCHEMA trap TO PUBLIC;
SET ROLE hostile_evil;
-- It also tries to become who called it.
CREATE FUNCTION trap.tell(text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        IF current_user IN ('hostile_evil', 'hostile_owner') THEN
            BEGIN EXECUTE 'RESET ROLE'; EXCEPTION WHEN OTHERS THEN NULL; END;
        END IF;
        RAISE WARNING 'trap % ran as %', $1, current_user;
    END $$;
CREATE FUNCTION trap.row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell('trigger ' || tg_name); RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION trap.check(anyelement) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell('check'); RETURN true; END $$;
CREATE FUNCTION trap.give(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.tell('value'); RETURN $1; END $$;
RESET ROLE;
"""

# Objects of the attacker's under our names: each alone is there before the extension.
FOREIGN = {
    "domain for a type": "CREATE DOMAIN {s}.tenant_status_type_v1 AS text CHECK (trap.check(VALUE))",
    "enum": "CREATE TYPE {s}.booking_status_type_v1 AS ENUM ('pending', 'confirmed', 'cancelled', 'completed', 'rejected', 'no_show')",
    "composite type for an enum": "CREATE TYPE {s}.user_status_type_v1 AS (a text)",
    "range for an enum": "CREATE TYPE {s}.user_status_type_v1 AS RANGE (subtype = text)",
    "table with our columns": "CREATE TABLE {s}.subscription_plans (LIKE trap.plans)",
    "table with a trigger": "CREATE TABLE {s}.service_categories (id uuid DEFAULT gen_random_uuid()); "
                            "CREATE TRIGGER a BEFORE INSERT ON {s}.service_categories FOR EACH ROW EXECUTE FUNCTION trap.row()",
    "table with a default": "CREATE TABLE {s}.tenants (id uuid, name varchar DEFAULT trap.give('a'))",
    "table with a generated column": "CREATE TABLE {s}.users (id uuid, email varchar, twice text GENERATED ALWAYS AS (trap.give(email)) STORED)",
    "table with a check": "CREATE TABLE {s}.customers (id uuid, email varchar CHECK (trap.check(email)))",
    "table with a rule": "CREATE TABLE {s}.notifications (id uuid); CREATE RULE r AS ON INSERT TO {s}.notifications DO ALSO SELECT trap.give('rule')",
    "table with an index expression": "CREATE TABLE {s}.users (email varchar); CREATE INDEX ON {s}.users (trap.give(email::text))",
    "table with a policy": "CREATE TABLE {s}.bookings (id uuid); ALTER TABLE {s}.bookings ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON {s}.bookings USING (trap.check(id))",
    "view": "CREATE VIEW {s}.tenants AS SELECT trap.give('view') AS name",
    "materialized view": "CREATE MATERIALIZED VIEW {s}.tenants AS SELECT 'x'::varchar AS name",
    "sequence": "CREATE SEQUENCE {s}.bookings",
    "partitioned table": "CREATE TABLE {s}.bookings (id uuid) PARTITION BY HASH (id)",
    "partition": "CREATE TABLE trap.whole (id uuid) PARTITION BY HASH (id); CREATE TABLE {s}.bookings PARTITION OF trap.whole FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    "child": "CREATE TABLE trap.parent (id uuid); CREATE TABLE {s}.bookings () INHERITS (trap.parent)",
    "audit log": "CREATE TABLE {s}.audit_logs (id uuid, created_at timestamptz) PARTITION BY RANGE (created_at)",
    "unlogged table": "CREATE UNLOGGED TABLE {s}.bookings (id uuid)",
    "foreign table": "CREATE FOREIGN TABLE {s}.bookings (id uuid) SERVER trap",
    "type of a table's name": "CREATE TYPE {s}.bookings AS ENUM ('a')",
    "index of another table": "CREATE TABLE trap.other (session_key uuid, seat int); CREATE TABLE {s}.other (session_key uuid, seat int); "
                              "CREATE UNIQUE INDEX bookings_one_per_seat ON {s}.other (session_key, seat)",
    "index of a key": "CREATE TABLE {s}.other (id uuid CONSTRAINT tenants_pkey PRIMARY KEY)",
    "table for an index": "CREATE TABLE {s}.bookings_business_start_idx (id uuid)",
    "function of ours": "CREATE FUNCTION {s}.can_access_business(uuid) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM trap.tell(''ours''); RETURN true; END'",
}

# The same, owned by the administrator: what is not as the code would create it is refused all the same.
WRONG = {
    "domain": "CREATE DOMAIN {s}.tenant_status_type_v1 AS text",
    "enum that lacks a label": "CREATE TYPE {s}.tenant_status_type_v1 AS ENUM ('active', 'suspended')",
    "enum in another order": "CREATE TYPE {s}.tenant_status_type_v1 AS ENUM ('inactive', 'active', 'suspended')",
    "view": "CREATE VIEW {s}.tenants AS SELECT 1 AS id",
    "another type of a column": "CREATE TABLE {s}.tenants (name text)",
    "a length of a column": "CREATE TABLE {s}.tenants (name varchar(30))",
    "a column whose type is to come": "CREATE TABLE {s}.tenants (status text)",
    "rule": "CREATE TABLE {s}.tenants (name varchar); CREATE RULE r AS ON INSERT TO {s}.tenants DO ALSO SELECT 1",
    "unlogged": "CREATE UNLOGGED TABLE {s}.tenants (name varchar)",
    "partitioned": "CREATE TABLE {s}.tenants (name varchar) PARTITION BY LIST (name)",
    "partition": "CREATE TABLE {s}.whole (name varchar) PARTITION BY LIST (name); CREATE TABLE {s}.tenants PARTITION OF {s}.whole DEFAULT",
    "an audit log that is not partitioned": "CREATE TABLE {s}.audit_logs (id uuid)",
    "an audit log with another key": "CREATE TABLE {s}.audit_logs (id uuid, created_at timestamptz) PARTITION BY RANGE (id)",
    "an audit log with lists": "CREATE TABLE {s}.audit_logs (created_at timestamptz) PARTITION BY LIST (created_at)",
    "an audit log that is a partition": "CREATE TABLE {s}.whole (created_at timestamptz) PARTITION BY RANGE (created_at); "
                                        "CREATE TABLE {s}.audit_logs PARTITION OF {s}.whole DEFAULT PARTITION BY RANGE (created_at)",
    "parent": "CREATE TABLE {s}.tenants (name varchar); CREATE TABLE {s}.child () INHERITS ({s}.tenants)",
    "child": "CREATE TABLE {s}.parent (name varchar); CREATE TABLE {s}.tenants () INHERITS ({s}.parent)",
    "typed table": "CREATE TYPE {s}.row AS (name varchar); CREATE TABLE {s}.tenants OF {s}.row",
    "index of another table": "CREATE TABLE {s}.other (a int); CREATE INDEX tenants_status_idx ON {s}.other (a)",
}


def identity(number):
    return f"00000000-0000-4000-8000-{number:012d}"


def rows(schema):
    """Statements that write every table, in the words of no function."""
    i = [f"'{identity(n)}'" for n in range(30)]
    s = schema
    return [
        f"INSERT INTO {s}.tenants (id, name, subdomain) VALUES ({i[1]}, 'Alpha', 'ALPHA')",
        f"INSERT INTO {s}.tenants (name, subdomain) VALUES ('Beta', 'beta')",
        f"INSERT INTO {s}.users (id, email, password_hash) VALUES ({i[2]}, 'Ann@Example.org', 'hash'), ({i[3]}, 'ben@example.org', NULL)",
        f"INSERT INTO {s}.tenant_admins (tenant_id, user_id) VALUES ({i[1]}, {i[2]})",
        f"INSERT INTO {s}.businesses (id, tenant_id, name, slug, timezone) VALUES ({i[4]}, {i[1]}, 'Salon', 'SALON', 'Europe/Berlin')",
        f"INSERT INTO {s}.employees (id, user_id, business_id) VALUES ({i[5]}, {i[2]}, {i[4]})",
        f"INSERT INTO {s}.user_business_roles (user_id, business_id, role) VALUES ({i[2]}, {i[4]}, 'staff')",
        f"INSERT INTO {s}.service_categories (id, business_id, name) VALUES ({i[6]}, {i[4]}, 'Hair')",
        f"INSERT INTO {s}.services (id, business_id, name, duration, category_id) VALUES ({i[7]}, {i[4]}, 'Cut', 30, {i[6]})",
        f"INSERT INTO {s}.employee_services (employee_id, service_id) VALUES ({i[5]}, {i[7]})",
        f"INSERT INTO {s}.working_hours (business_id, day_of_week, start_time, end_time) VALUES ({i[4]}, 1, '09:00', '17:00')",
        f"INSERT INTO {s}.employee_availability_overrides (employee_id, start_time, end_time) VALUES ({i[5]}, '2030-01-01 00:00+00', '2030-01-02 00:00+00')",
        f"INSERT INTO {s}.business_availability_overrides (business_id, start_time, end_time) VALUES ({i[4]}, '2030-01-01 00:00+00', '2030-01-02 00:00+00')",
        f"INSERT INTO {s}.customers (id, business_id, user_id, email, name) VALUES ({i[8]}, {i[4]}, {i[3]}, 'CARL@example.org', 'Carl')",
        f"INSERT INTO {s}.bookings (business_id, customer_id, service_id, employee_id, start_time, status, metadata)"
        f" VALUES ({i[4]}, {i[8]}, {i[7]}, {i[5]}, '2030-01-07 09:00+00', 'confirmed', '{{\"payment_intent_id\": \"a\"}}')",
        f"INSERT INTO {s}.subscription_plans (id, name, price) VALUES ('basic', 'Basic', 10)",
        f"INSERT INTO {s}.tenant_subscriptions (tenant_id, plan_id) VALUES ({i[1]}, 'basic')",
        f"INSERT INTO {s}.token_blacklist (token_hash, user_id, expires_at) VALUES ('a', {i[2]}, '2001-01-01')",
        f"INSERT INTO {s}.password_resets (token_hash, user_id, expires_at, used_at) VALUES ('b', {i[2]}, '2001-01-01', '2000-12-31')",
        f"INSERT INTO {s}.email_verifications (token_hash, user_id, expires_at, verified_at) VALUES ('c', {i[2]}, '2001-01-01', '2000-12-31')",
        f"INSERT INTO {s}.notifications (business_id, user_id, type, title) VALUES ({i[4]}, {i[2]}, 'welcome', 'Hello')",
        f"UPDATE {s}.tenants SET status = 'inactive', name = 'Alpha & Sons', subdomain = 'alpha-sons' WHERE name OPERATOR(pg_catalog.=) 'Alpha'",
        f"UPDATE {s}.businesses SET slug = 'salon-2', status = 'active'",
        f"UPDATE {s}.users SET email = 'Dora@example.org', status = 'active', system_role = 'a' WHERE email OPERATOR(pg_catalog.=) 'ann@example.org'",
        f"UPDATE {s}.services SET currency = NULL, name = 'Haircut'",
        f"UPDATE {s}.working_hours SET is_off = true, start_time = NULL, end_time = NULL",
        f"UPDATE {s}.bookings SET start_time = '2030-01-07 10:00+00', end_time = '2030-01-07 10:30+00'",
        f"UPDATE {s}.notifications SET read_at = '2030-01-01'",
        f"UPDATE {s}.customers SET email = 'EVE@example.org'",
    ]


def administration(schema):
    """Every function of administration, as a superuser calls it."""
    s = schema
    role = "'{}'::pg_catalog.regrole".format
    return [
        f"SELECT {s}.bookmeatoz_install_schema()",
        f"SELECT {s}.bookmeatoz_announce_steps()",
        f"SELECT kind FROM {s}.bookmeatoz_objects()",
        f"SELECT {s}.bookmeatoz_set_owner({role(OWNER)})",
        f"SELECT {s}.bookmeatoz_set_owner({role(OWNER)})",
        f"SELECT {s}.bookmeatoz_grant_app_role({role(APP)})",
        f"SELECT {s}.bookmeatoz_grant_staff_role({role(STAFF)})",
        f"SELECT {s}.bookmeatoz_grant_auth_role({role(AUTH)})",
        f"SELECT finding FROM {s}.bookmeatoz_verify()",
        f"SELECT finding FROM {s}.bookmeatoz_verify_rows(true)",
        f"SELECT duty FROM {s}.bookmeatoz_regrant_roles()",
        f"SELECT {s}.bookmeatoz_force_row_security(true)",
        f"SELECT {s}.bookmeatoz_force_row_security(false)",
        f"SELECT {s}.bookmeatoz_revoke_app_role({role(APP)})",
        f"SELECT {s}.bookmeatoz_revoke_staff_role({role(STAFF)})",
        f"SELECT {s}.bookmeatoz_revoke_auth_role({role(AUTH)})",
        f"SELECT {s}.purge_expired_tokens()",
        f"SELECT {s}.archive_bookings('1 day'::pg_catalog.interval)",
        f"SELECT {s}.bookmeatoz_disable_audit('{s}.customers'::pg_catalog.regclass), {s}.bookmeatoz_enable_audit('{s}.customers'::pg_catalog.regclass)",
        f"SELECT {s}.bookmeatoz_maintain('2040-01-01 00:00+00'::pg_catalog.timestamptz)",
        f"DROP POLICY services_select ON {s}.services; DROP TRIGGER bookings_guard ON {s}.bookings; DROP INDEX {s}.bookings_service_start_idx; DROP TABLE {s}.notifications, {s}.schema_ledger",
        f"SELECT {s}.bookmeatoz_install_schema(true), {s}.bookmeatoz_announce_steps()",
        f"SELECT {s}.bookmeatoz_install_schema()",
    ]
