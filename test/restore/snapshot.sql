-- Everything that a restore must bring back, as text: definitions with comments, policies, triggers and rights; types;
-- all rows; the extension's members. Read by run.sh before and after.

\pset footer off
\d+ public.*
SELECT c.relname, acl.grantee::regrole::text, acl.privilege_type, acl.is_grantable
FROM pg_class c, aclexplode(c.relacl) acl WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4;
SELECT conrelid::regclass::text, conname, obj_description(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2;
\dT+ public.*
\dx+ bookmeatoz
SELECT format('SELECT %L AS "table", to_jsonb(t) AS row FROM %I t ORDER BY to_jsonb(t)::text', relname, relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
\gexec
-- Definitions are spelt alike before and after; what additions.sql changed is found both times.
SELECT * FROM bookmeatoz_verify();
