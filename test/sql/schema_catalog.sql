-- Rules that hold for every object, read from the catalog: a table or column that is added later must keep them too.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
BEGIN;

CREATE TEMP VIEW our_tables AS
    SELECT o.name, to_regclass(o.name) AS id FROM bookmeatoz_objects() o WHERE o.kind = 'table';
CREATE TEMP VIEW our_functions AS
    SELECT p.oid::regprocedure AS id, p.*
    FROM pg_extension x
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.deptype = 'e'
    JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    WHERE x.extname = 'bookmeatoz';

-- The types with their labels.
SELECT o.name, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) AS labels
FROM bookmeatoz_objects() o JOIN pg_enum e ON e.enumtypid = to_regtype(o.name)
WHERE o.kind = 'type' GROUP BY o.name ORDER BY o.name COLLATE "C";

-- The tables with their columns; * is NOT NULL.
SELECT t.name, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' *' ELSE '' END,
                          E'\n' ORDER BY a.attnum) AS columns
FROM our_tables t JOIN pg_attribute a ON a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY t.name ORDER BY t.name COLLATE "C";

-- Row security is on in every table, and not forced.
SELECT t.name, c.relrowsecurity, c.relforcerowsecurity
FROM our_tables t JOIN pg_class c ON c.oid = t.id
WHERE NOT c.relrowsecurity OR c.relforcerowsecurity;

-- One permissive policy, for all roles, for each command; its name says which. audit_logs and bookings_archive have one for reading: nobody writes them. Only the owner sees schema_ledger: it has none.
SELECT t.name, command.name AS command
FROM our_tables t CROSS JOIN (VALUES ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) command (code, name)
WHERE (SELECT count(*) FROM pg_policy p
       WHERE p.polrelid = t.id AND p.polpermissive AND p.polroles = '{0}'
         AND (p.polname = t.name || '_' || command.name AND p.polcmd = command.code::"char"
              OR p.polname = t.name || '_all' AND p.polcmd = '*')) <> 1
   OR (SELECT count(*) FROM pg_policy p WHERE p.polrelid = t.id AND p.polpermissive AND p.polcmd IN (command.code::"char", '*')) <> 1;
SELECT t.name, p.polname, p.polcmd
FROM our_tables t JOIN pg_policy p ON p.polrelid = t.id AND p.polcmd = '*' ORDER BY t.name COLLATE "C";
-- Restrictive ones only check what is written: they take part in no plan.
SELECT t.name, p.polname, p.polcmd, p.polqual IS NULL AS only_checks
FROM our_tables t JOIN pg_policy p ON p.polrelid = t.id AND NOT p.polpermissive ORDER BY p.polname COLLATE "C";

-- Of every foreign key the column that is not business_id leads an index (partial only where NULLs are left out).
SELECT f.conrelid::regclass AS table, f.conname
FROM our_tables t
JOIN pg_constraint f ON f.conrelid = t.id AND f.contype = 'f'
JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
WHERE (a.attname <> 'business_id' OR cardinality(f.conkey) = 1)
  AND NOT EXISTS (SELECT FROM pg_index i
                  WHERE i.indrelid = f.conrelid AND i.indkey[0] = a.attnum
                    AND coalesce(pg_get_expr(i.indpred, i.indrelid), '') IN ('', format('(%I IS NOT NULL)', a.attname)));

-- No index is a prefix of another.
SELECT shorter.indexrelid::regclass AS shorter, longer.indexrelid::regclass AS longer
FROM our_tables t
JOIN pg_index shorter ON shorter.indrelid = t.id
JOIN pg_index longer ON longer.indrelid = t.id AND longer.indexrelid <> shorter.indexrelid
JOIN pg_class shorter_class ON shorter_class.oid = shorter.indexrelid
JOIN pg_class longer_class ON longer_class.oid = longer.indexrelid AND longer_class.relam = shorter_class.relam
WHERE longer.indnkeyatts >= shorter.indnkeyatts
  AND pg_get_expr(longer.indpred, t.id) IS NOT DISTINCT FROM pg_get_expr(shorter.indpred, t.id)
  AND shorter.indexprs IS NULL AND longer.indexprs IS NULL
  AND (longer.indkey::int2[])[0:shorter.indnkeyatts - 1] = (shorter.indkey::int2[])[0:shorter.indnkeyatts - 1];

-- created_at everywhere; updated_at with its trigger everywhere but where rows never change. In the archive they come from bookings.
SELECT t.name, timestamps.attname
FROM our_tables t CROSS JOIN (VALUES ('created_at'), ('updated_at')) timestamps (attname)
WHERE NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                  WHERE a.attrelid = t.id AND a.attname = timestamps.attname AND a.attnotnull
                    AND a.atttypid = 'timestamptz'::regtype AND pg_get_expr(d.adbin, d.adrelid) = 'now()');
SELECT t.name
FROM our_tables t JOIN pg_attribute a ON a.attrelid = t.id AND a.attname = 'updated_at'
WHERE NOT EXISTS (SELECT FROM pg_trigger g
                  WHERE g.tgrelid = t.id AND g.tgname = t.name || '_set_timestamp' AND g.tgfoid = 'trigger_set_timestamp'::regproc
                    AND pg_get_triggerdef(g.oid) LIKE '% BEFORE UPDATE ON % FOR EACH ROW %');

-- Every constraint, index, trigger and policy bears the table's name and was named by a person.
SELECT t.name, c.conname
FROM our_tables t JOIN pg_constraint c ON c.conrelid = t.id AND c.contype <> 'n'
WHERE NOT starts_with(c.conname, t.name || '_') OR c.conname ~ '(_check|[0-9])$'
UNION ALL
SELECT t.name, i.indexrelid::regclass::text FROM our_tables t JOIN pg_index i ON i.indrelid = t.id
WHERE NOT starts_with(i.indexrelid::regclass::text, t.name || '_') OR i.indexrelid::regclass::text ~ '[0-9]$'
UNION ALL
SELECT t.name, g.tgname FROM our_tables t JOIN pg_trigger g ON g.tgrelid = t.id AND NOT g.tgisinternal
WHERE NOT starts_with(g.tgname, t.name || '_');

-- Everything has a comment: nothing is listed here.
SELECT 'table' AS kind, t.name FROM our_tables t WHERE obj_description(t.id, 'pg_class') IS NULL
UNION ALL
SELECT 'column', t.name || '.' || a.attname FROM our_tables t JOIN pg_attribute a ON a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
WHERE col_description(t.id, a.attnum) IS NULL
UNION ALL
SELECT o.kind, o.name FROM bookmeatoz_objects() o WHERE o.kind ~ 'view' AND obj_description(to_regclass(o.name), 'pg_class') IS NULL
UNION ALL
SELECT 'type', o.name FROM bookmeatoz_objects() o WHERE o.kind = 'type' AND obj_description(to_regtype(o.name), 'pg_type') IS NULL
UNION ALL
SELECT 'function', f.id::text FROM our_functions f WHERE obj_description(f.id, 'pg_proc') IS NULL
UNION ALL
SELECT 'index', i.indexrelid::regclass::text FROM our_tables t JOIN pg_index i ON i.indrelid = t.id
WHERE obj_description(i.indexrelid, 'pg_class') IS NULL AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
UNION ALL
SELECT 'trigger', g.tgname FROM our_tables t JOIN pg_trigger g ON g.tgrelid = t.id AND NOT g.tgisinternal
WHERE obj_description(g.oid, 'pg_trigger') IS NULL
UNION ALL
SELECT 'policy', p.polname FROM our_tables t JOIN pg_policy p ON p.polrelid = t.id
WHERE obj_description(p.oid, 'pg_policy') IS NULL;

-- The extension owns functions alone: dropping or restoring it never touches a row.
SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS member
FROM pg_extension x JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.deptype = 'e'
WHERE x.extname = 'bookmeatoz' AND d.classid <> 'pg_proc'::regclass;
-- Their signatures name built-in types alone: a dump brings the functions back before the user's types and tables.
SELECT f.id
FROM our_functions f
WHERE EXISTS (SELECT FROM unnest(f.prorettype || coalesce(f.proallargtypes, f.proargtypes::oid[])) AS type
              WHERE type >= 16384);
-- And none of them is run with the rights of its owner, or looks names up where the caller says.
SELECT f.id FROM our_functions f
WHERE f.prosecdef OR f.prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c') AND f.proconfig IS NULL;

-- What only administrators may call.
SELECT f.id FROM our_functions f WHERE NOT has_function_privilege('public', f.id, 'EXECUTE') ORDER BY f.id::text COLLATE "C";

ROLLBACK;
