-- Everything that a restore must bring back, as text: definitions with comments, policies, rights and triggers; types;
-- all rows; the extension's members. Read by run.sh before and after.

\pset footer off
\d+ public.*
\dp public.*
\dT+ public.*
\dx+ bookmeatoz
SELECT format('SELECT %L AS "table", to_jsonb(t) AS row FROM %I t ORDER BY to_jsonb(t)::text', relname, relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
\gexec
