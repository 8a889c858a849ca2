-- What bookmeatoz_verify() expects is what a fresh installation has. A line below means: run ./dev definitions.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
SELECT CASE WHEN f.name IS NULL THEN 'not created' WHEN e.name IS NULL THEN 'not expected' ELSE 'differs' END AS "run ./dev definitions",
       object, kind, name, e.definition AS expected, f.definition AS found
FROM bookmeatoz_expected_definitions() e
FULL JOIN bookmeatoz_definitions(ARRAY(SELECT o.name FROM bookmeatoz_objects() o)) f USING (object, kind, name)
WHERE e.definition IS DISTINCT FROM f.definition
ORDER BY object, kind, name;

-- There is something to compare: all tables and types, and all functions but the one that keeps what is expected of them.
SELECT (SELECT array_agg(object ORDER BY object) FROM bookmeatoz_expected_definitions() WHERE kind IN ('table', 'type'))
     = (SELECT array_agg(name ORDER BY name) FROM bookmeatoz_objects()) AS every_object;
SELECT (SELECT count(*) FROM bookmeatoz_expected_function_definitions())
     - (SELECT count(*) FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
        WHERE d.refclassid = 'pg_extension'::regclass AND x.extname = 'bookmeatoz' AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e') AS functions_more_than_members;
