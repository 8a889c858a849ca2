"""All that a database holds besides what PostgreSQL brings along: every definition from the catalogs, with owner, rights and comment, and a hash of
all rows of every table. What is a member of an extension counts by its name and rights, because its definition comes from files."""

from typing import Dict, Optional

# Rights are spelt by name and in order: a role has another number elsewhere. Without attoptions, which pg_upgrade may change.
DEFINITIONS = r"""
WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass),
space AS (SELECT oid, nspname FROM pg_namespace n WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
relation AS (SELECT c.*, concat_ws('.', s.nspname, c.relname) AS name FROM pg_class c JOIN space s ON s.oid = c.relnamespace
             WHERE (SELECT count(*) FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid) = 0),
rights (class, object, sub, text) AS (
    SELECT class, object, sub, string_agg(concat(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ' ', a.privilege_type, CASE WHEN a.is_grantable THEN '*' END),
                                          ', ' ORDER BY CASE a.grantee WHEN 0 THEN '' ELSE a.grantee::regrole::text END, a.privilege_type)
    FROM (SELECT 'pg_class'::regclass, oid, 0, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner)) FROM pg_class
          UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attacl FROM pg_attribute
          UNION ALL SELECT 'pg_proc'::regclass, oid, 0, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
          UNION ALL SELECT 'pg_type'::regclass, oid, 0, coalesce(typacl, acldefault('T', typowner)) FROM pg_type
          UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace
          UNION ALL SELECT 'pg_default_acl'::regclass, oid, 0, defaclacl FROM pg_default_acl) h (class, object, sub, acl), aclexplode(h.acl) a
    WHERE a.privilege_type <> 'MAINTAIN'  -- from 17 on; the owner's
    GROUP BY 1, 2, 3),
thing (kind, name, class, object, sub, owner, definition) AS (
    SELECT 'schema', s.nspname::text, 'pg_namespace'::regclass, s.oid, 0, n.nspowner, '' FROM space s JOIN pg_namespace n USING (oid)
    UNION ALL SELECT 'extension', x.extname, 'pg_extension'::regclass, x.oid, 0, 0, x.extnamespace::regnamespace::text FROM pg_extension x
    UNION ALL SELECT 'member', pg_describe_object(m.classid, m.objid, 0), m.classid, m.objid, 0, 0, '' FROM member m WHERE m.classid = 'pg_proc'::regclass
    UNION ALL SELECT 'relation', r.name, 'pg_class'::regclass, r.oid, 0, r.relowner,
        concat_ws(' ', r.relkind, r.relpersistence, (SELECT array_agg(o ORDER BY o) FROM unnest(r.reloptions) o)::text, 'rls', r.relrowsecurity, r.relforcerowsecurity, 'identity', r.relreplident,
                  r.relispopulated, (SELECT amname FROM pg_am a WHERE a.oid = r.relam), pg_get_partkeydef(r.oid), pg_get_expr(r.relpartbound, r.oid),
                  (SELECT string_agg(inhparent::regclass::text, ' ') FROM pg_inherits WHERE inhrelid = r.oid),
                  CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
                  (SELECT concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle) FROM pg_sequence WHERE seqrelid = r.oid))
        FROM relation r WHERE r.relkind NOT IN ('i', 'I', 't')
    UNION ALL SELECT 'index', r.name, 'pg_class'::regclass, r.oid, 0, 0,
        concat_ws(' ', pg_get_indexdef(r.oid), x.indisvalid, x.indisready, x.indislive, x.indisclustered, x.indisreplident, x.indimmediate)
        FROM relation r JOIN pg_index x ON x.indexrelid = r.oid
    UNION ALL SELECT 'column', concat_ws('.', r.name, a.attname), 'pg_class'::regclass, r.oid, a.attnum, 0,
        concat_ws(' ', rank() OVER (PARTITION BY r.oid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                  'generated', a.attgenerated, 'identity', a.attidentity, 'storage', a.attstorage, a.attcompression, nullif(a.attstattarget, -1))
        FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
        WHERE r.relkind NOT IN ('i', 'I', 'S', 't')
    UNION ALL SELECT 'constraint', concat_ws(' ', c.conrelid::regclass, c.conname), 'pg_constraint'::regclass, c.oid, 0, 0,
        concat_ws(' ', pg_get_constraintdef(c.oid), c.convalidated, c.conislocal, c.coninhcount,
                  (SELECT string_agg(DISTINCT t.tgenabled::text, '') FROM pg_trigger t WHERE t.tgconstraint = c.oid))
        FROM pg_constraint c JOIN space s ON s.oid = c.connamespace WHERE c.contype NOT IN ('n', 't') AND c.conrelid <> 0
    UNION ALL SELECT 'trigger', concat_ws(' ', t.tgrelid::regclass, t.tgname), 'pg_trigger'::regclass, t.oid, 0, 0, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL SELECT 'policy', concat_ws(' ', p.polrelid::regclass, p.polname), 'pg_policy'::regclass, p.oid, 0, 0,
        concat_ws(' ', p.polcmd, p.polpermissive, (SELECT string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE o::regrole::text END, ', ' ORDER BY o::regrole::text) FROM unnest(p.polroles) o),
                  'USING', pg_get_expr(p.polqual, p.polrelid), 'CHECK', pg_get_expr(p.polwithcheck, p.polrelid))
        FROM pg_policy p
    UNION ALL SELECT 'rule', concat_ws(' ', w.ev_class::regclass, w.rulename), 'pg_rewrite'::regclass, w.oid, 0, 0, concat_ws(' ', pg_get_ruledef(w.oid), w.ev_enabled)
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL SELECT 'type', concat_ws('.', s.nspname, t.typname), 'pg_type'::regclass, t.oid, 0, t.typowner,
        concat_ws(' ', t.typtype, t.typbasetype::regtype, (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
                  (SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype <> 'n'))
        FROM pg_type t JOIN space s ON s.oid = t.typnamespace WHERE t.typtype IN ('e', 'd') AND (SELECT count(*) FROM member m WHERE m.objid = t.oid) = 0
    UNION ALL SELECT 'function', p.oid::regprocedure::text, 'pg_proc'::regclass, p.oid, 0, p.proowner, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN space s ON s.oid = p.pronamespace WHERE p.prokind <> 'a' AND (SELECT count(*) FROM member m WHERE m.objid = p.oid) = 0
    UNION ALL SELECT 'statistics', x.stxname, 'pg_statistic_ext'::regclass, x.oid, 0, x.stxowner, concat_ws(' ', pg_get_statisticsobjdef(x.oid), nullif(x.stxstattarget, -1)) FROM pg_statistic_ext x
    UNION ALL SELECT 'publication', p.pubname, 'pg_publication'::regclass, p.oid, 0, p.pubowner,
        concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
                  (SELECT string_agg(concat_ws(' ', r.prrelid::regclass, r.prattrs, pg_get_expr(r.prqual, r.prrelid)), '; ' ORDER BY r.prrelid::regclass::text)
                   FROM pg_publication_rel r WHERE r.prpubid = p.oid))
        FROM pg_publication p
    UNION ALL SELECT 'default privileges', concat_ws(' ', a.defaclrole::regrole, nullif(a.defaclnamespace, 0)::regnamespace, a.defaclobjtype), 'pg_default_acl'::regclass, a.oid, 0, a.defaclrole, ''
        FROM pg_default_acl a)
SELECT t.kind || ' ' || t.name, concat_ws(' | ', t.definition, 'owner ' || nullif(t.owner, 0)::regrole, r.text,
       'comment ' || quote_literal(CASE WHEN t.sub > 0 THEN col_description(t.object, t.sub) ELSE obj_description(t.object, t.class::text::name) END))
FROM thing t LEFT JOIN rights r ON r.class = t.class AND r.object = t.object AND r.sub = t.sub
"""

COLUMNS = """
SELECT c.oid::regclass::text, array_agg(quote_ident(a.attname) ORDER BY a.attname), c.relkind
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'm', 'S') AND c.relispopulated AND c.relnamespace::regnamespace::text !~ '^pg_|^information_schema' GROUP BY c.oid"""

SETTINGS = "SET search_path = ''; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET row_security = off"


def columns(cursor) -> Dict[str, list]:
    """Of the tables that hold rows."""
    cursor.execute(COLUMNS)
    return {table: ["last_value", "is_called"] if kind == "S" else names for table, names, kind in cursor.fetchall()}


def rows(cursor, tables: Optional[Dict[str, list]] = None) -> Dict[str, str]:
    """How many, and a hash of all, whatever their order and that of the columns."""
    tables = columns(cursor) if tables is None else tables
    if not tables:
        return {}
    cursor.execute(" UNION ALL ".join(
        f"SELECT $${table}$$, count(*) || ' rows ' || coalesce(md5(string_agg(md5(ROW({', '.join(names)})::text), '' ORDER BY md5(ROW({', '.join(names)})::text))), '') FROM {table}"
        for table, names in tables.items()))
    return {"rows of " + table: text for table, text in cursor.fetchall()}


def take(cursor, with_rows: bool = True) -> Dict[str, str]:
    cursor.execute(SETTINGS)
    cursor.execute(DEFINITIONS)
    found = dict(cursor.fetchall())
    return {**found, **rows(cursor)} if with_rows else found


def count_rows(snapshot: Dict[str, str]) -> int:
    return sum(int(text.split()[0]) for name, text in snapshot.items() if name.startswith("rows of"))


def differences(before: Dict[str, str], after: Dict[str, str], ignored=lambda name: False) -> list:
    return [f"{name}\n    before {before.get(name)}\n    after  {after.get(name)}"
            for name in sorted({*before, *after}) if before.get(name) != after.get(name) and not ignored(name)]
