-- The leakproof accessors: they say what ->> and ILIKE say, never raise an error whatever the value, and are checked inside
-- indexes under row security.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set search_agrees :abs_srcdir '/sql/setup/search_agrees.sql'
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;

SELECT p.oid::regprocedure AS function, p.proleakproof, p.proisstrict, p.provolatile, p.proparallel
FROM pg_proc p WHERE p.proname IN ('json_text', 'search_text', 'search_pattern', 'search_text_support') ORDER BY p.proname;

-- ---- json_text is ->>

CREATE TEMP TABLE documents AS
    SELECT document::jsonb FROM (VALUES
        ('{}'), ('[]'), ('null'), ('"a"'), ('1'), ('true'), ('["a"]'), ('[{"a": 1}]'), ('{"a": null}'), ('{"a": ""}'), ('{"": "empty"}'),
        ('{"a": "b"}'), ('{"a": true, "b": false}'), ('{"a": 0, "b": -0.00, "c": 1e400, "d": 1.10, "e": 1e-400}'),
        ('{"a": {"a": {"a": 1}}, "b": []}'), ('{"a": [1, "two", null, true, {"3": [4]}]}'), ('{"A": "capital", "a ": "blank"}'),
        ('{"a": "\" \\ / \b\f\n\r\t \u0001 \u00e9 \ud83d\ude00"}'), ('{"a": ["\" \\ \u0001"]}'), (U&'{"\00E9": "\00C9", "a%": "_"}')) v (document)
    UNION ALL SELECT jsonb_build_object('a', repeat('long ', 100000), 'b', ARRAY[repeat('long ', 100000)])
    UNION ALL SELECT jsonb_object_agg(i, i) FROM generate_series(1, 10000) i
    UNION ALL SELECT jsonb_build_object('a', jsonb_agg(i || E'\x01"\\')) FROM generate_series(1, 10000) i
    UNION ALL SELECT ('{"a": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb
    UNION ALL SELECT '{"a": 1e131071, "b": [1e131071, 1e-16383]}';
SELECT count(*) FILTER (WHERE json_text(document, key) IS NOT NULL) AS found,
       count(*) FILTER (WHERE json_text(document, key) IS DISTINCT FROM document ->> key) AS different
FROM documents, unnest(ARRAY['a', 'b', 'c', 'd', 'e', 'A', 'a ', '', '1', '10000', 'a%', U&'\00E9', repeat('k', 100000)]) key;
SELECT json_text(NULL, 'a') IS NULL AS no_document, json_text('{"a": 1}', NULL) IS NULL AS no_key;

-- A nested value whose text would be longer than a text may be, where ->> raises an error.
CREATE TEMP TABLE endless AS SELECT ('{"a": [' || repeat('1e131071,', 9000) || '1], "b": "c"}')::jsonb AS document;
SELECT json_text(document, 'a') IS NULL AS nested, json_text(document, 'b') AS other FROM endless;

-- ---- search_text is ILIKE, in the collation of the database: here, and in others that the server may have

SELECT CASE WHEN EXISTS (SELECT FROM pg_collation WHERE collname = 'C.utf8') THEN 'LOCALE ''C.utf8''' ELSE 'LOCALE ''C''' END AS library,
       CASE WHEN EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') THEN 'LOCALE ''C'' LOCALE_PROVIDER icu ICU_LOCALE ''und''' ELSE 'LOCALE ''C''' END AS icu \gset
SELECT replace(:'icu', 'und', 'tr') AS turkish \gset
\set ECHO none
SET client_min_messages = warning;
CREATE DATABASE regress_search_c TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE regress_search_library TEMPLATE template0 ENCODING 'UTF8' :library;
CREATE DATABASE regress_search_icu TEMPLATE template0 ENCODING 'UTF8' :icu;
CREATE DATABASE regress_search_turkish TEMPLATE template0 ENCODING 'UTF8' :turkish;
\c regress_search_c
\echo in the collation C
\i :search_agrees
\c regress_search_library
\echo in a collation of the C library
\i :search_agrees
\c regress_search_icu
\echo in a collation of ICU
\i :search_agrees
\c regress_search_turkish
\echo in Turkish
\i :search_agrees
\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_search_c;
DROP DATABASE regress_search_library;
DROP DATABASE regress_search_icu;
DROP DATABASE regress_search_turkish;
CREATE DATABASE regress_search_japanese TEMPLATE template0 ENCODING 'EUC_JP' LOCALE 'C';
CREATE DATABASE regress_search_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C';
\set ECHO all

-- Other encodings: whatever the server lets in, also characters that nobody has defined, raises nothing.
\c regress_search_japanese
SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;
SELECT count(*) AS characters, count(*) FILTER (WHERE search_text('Tokyo' || character, character)) AS found_itself,
       count(*) FILTER (WHERE search_text('tokyo' || character, 'TOKYO')) AS found_ascii, count(*) FILTER (WHERE search_text(character, 'x')) AS found_x
FROM (SELECT convert_from(prefix || set_byte(set_byte('\x0000', 0, a), 1, b), 'EUC_JP') AS character
      FROM generate_series(161, 254) a, generate_series(161, 254) b, (VALUES (''::bytea), ('\x8f')) v (prefix)) all_characters;
\c regress_search_latin
SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;
SELECT count(*) FILTER (WHERE search_text(value, needle) IS DISTINCT FROM (value ILIKE search_pattern(needle))) AS different
FROM (SELECT convert_from(set_byte('\x00', 0, byte), 'LATIN1') AS needle FROM generate_series(1, 255) byte) needles,
     LATERAL (VALUES (needle), (lower(needle)), (upper(needle)), ('x')) v (value);
\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_search_japanese;
DROP DATABASE regress_search_latin;

-- ---- and never an error: however long, whatever the collation

SELECT search_text(NULL, 'a') IS NULL AS no_value, search_text('a', NULL) IS NULL AS no_needle, search_text('', '') AS all_empty, search_text('', 'a') AS empty;
SELECT search_text('50% off_\', '% OFF_\') AS wildcards_are_letters, search_text('50x offx\', '% off_\') AS and_nothing_else, search_text('abc', 'a\') AS backslash;
SELECT search_pattern('50%_\ off');
CREATE TEMP TABLE long AS SELECT repeat('x', 64 * 1024 * 1024 - 1) || 'y' AS value;
SELECT search_text(value, 'XY') AS longest, search_text(value || 'z', 'XY') AS longer,
       search_text(value, value) AS longest_needle, search_text('x', value || 'z') AS longer_needle FROM long;
SELECT search_text(repeat(U&'\00E9', 30 * 1024 * 1024) || 'X', 'x') AS long, search_text(repeat(U&'\00E9', 40 * 1024 * 1024), '') AS longer;
-- The arguments' collations do not matter, not even where they contradict each other.
CREATE TEMP TABLE collations (name text COLLATE "C", needle text COLLATE "POSIX");
INSERT INTO collations VALUES ('Anna', 'ANN');
SELECT search_text(name, needle) FROM collations;
-- A needle in each row.
SELECT value, needle, search_text(value, needle) FROM (VALUES ('Anna', 'AN'), ('Anna', 'an'), ('Anna', 'x'), ('', ''), ('x', '')) v (value, needle);

-- ---- under row security, as an ordinary role

\set ECHO none
\i :access_begin
\set ECHO all
INSERT INTO services (id, business_id, name, duration, category_id) SELECT id(b || ' talk'), id(b), 'talk', 30, id(b) FROM unnest('{salon,studio}'::text[]) b;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, metadata)
    SELECT id(b), id('carl of ' || b), id(b || ' talk'), '2030-02-01 10:00+00'::timestamptz + i * interval '1 hour', 'confirmed',
           jsonb_build_object('payment_intent_id', CASE WHEN i = 300 THEN 'pi_shared' ELSE 'pi_' || b || '_' || i END)
    FROM unnest('{salon,studio}'::text[]) b, generate_series(1, 300) i;
INSERT INTO customers (business_id, name, email, phone, profile_notes)
    SELECT id(b), CASE WHEN i = 7 THEN 'Ann_a 100%' ELSE 'Customer ' || i END, b || i || '@example.org', '+49 30 ' || 100000 + i, repeat('note ', 200)
    FROM generate_series(1, 500) i, unnest('{salon,studio,clinic}'::text[]) b;
VACUUM ANALYZE bookings, customers;

-- Of a plan: which scans, and where our functions are asked.
CREATE FUNCTION public.plan_of(query text) RETURNS TABLE (plan text) LANGUAGE plpgsql AS $$
BEGIN
    FOR plan IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := regexp_replace(plan, '^[ >-]+', '');
        IF plan ~ 'Scan|Sort|(Cond|Filter):.*(json_text|search_|~~)' THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
SET ROLE regress_access_app;

-- The booking of a payment, by its index in every context; another business's booking of the same payment stays hidden.
PREPARE payment (text) AS SELECT names(business_id), metadata FROM bookings WHERE json_text(metadata, 'payment_intent_id') = $1;
BEGIN;
CALL act(NULL, 'salon', NULL);
SELECT * FROM plan_of($$EXECUTE payment('pi_shared')$$);
EXECUTE payment('pi_shared');
EXECUTE payment('pi_studio_7');
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT * FROM plan_of($$EXECUTE payment('pi_shared')$$);
COMMIT;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT * FROM plan_of($$EXECUTE payment('pi_shared')$$);
EXECUTE payment('pi_shared');
COMMIT;
BEGIN;
CALL act(NULL, NULL, 'carl');
SELECT * FROM plan_of($$EXECUTE payment('pi_salon_7')$$);
EXECUTE payment('pi_salon_7');
COMMIT;

-- The customers of a business with a word in name, e-mail or phone, in the order of names: by index alone, none sorted.
PREPARE customers_with (text) AS SELECT id, name, email, phone FROM customers
    WHERE search_text(name, $1) OR search_text(email, $1) OR search_text(phone, $1) ORDER BY name LIMIT 20;
BEGIN;
CALL act(NULL, 'salon', NULL);
SELECT * FROM plan_of($$EXECUTE customers_with('ANN_A')$$);
SELECT name, email, phone FROM customers WHERE search_text(name, '0%') OR search_text(email, 'Salon8@') OR search_text(phone, '100009') ORDER BY name;
COMMIT;
RESET ROLE;

-- A trigram index of the user's own serves, in the plan of one needle and in that of any; what it finds is checked again.
SET client_min_messages = warning;
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE EXTENSION btree_gin SCHEMA public;
CREATE INDEX own_trigrams ON customers USING gin (business_id, name gin_trgm_ops);
VACUUM ANALYZE customers;
PREPARE named (text) AS SELECT name, email FROM customers WHERE search_text(name, $1);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_access_app;
SET ROLE regress_access_app;
BEGIN;
CALL act(NULL, 'salon', NULL);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SELECT * FROM plan_of($$EXECUTE named('Ann_a 1')$$);
EXECUTE named('ANN_A 1');
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT * FROM plan_of($$EXECUTE named('Ann_a 1')$$);
EXECUTE named('ANN_A 1');
COMMIT;
RESET ROLE;

-- With the index and without it the same is found, also of needles too short for it.
CREATE TABLE words (word text);
INSERT INTO words SELECT upper(w) || ' ' || initcap(v) || ' 100%_\' FROM unnest('{anna,ann_a,a%,\,ü,été,x_y}'::text[]) w, unnest('{smith,o''neil,%,müller,_}'::text[]) v;
INSERT INTO words SELECT md5(i::text) FROM generate_series(1, 2000) i;
CREATE INDEX words_trigrams ON words USING gin (word gin_trgm_ops);
CREATE TABLE found AS
    SELECT needle, count(*) FILTER (WHERE search_text(word, needle)) AS number
    FROM words, unnest('{"",a,an,ann,anna,n_a,"a%","%","\\",_,ü,"%_\\",0%_,"NNA S",o''n,smith,abc,abcd}'::text[]) needle GROUP BY needle;
SET enable_seqscan = off;
SELECT * FROM plan_of($$SELECT FROM words WHERE search_text(word, 'N_A')$$);
CREATE FUNCTION public.number_by_index(needle text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM words WHERE search_text(word, %L)', needle) INTO number;
    RETURN number;
END $$;
SELECT count(*) AS needles, sum(number) AS found, count(*) FILTER (WHERE number <> number_by_index(needle)) AS different FROM found;
RESET enable_seqscan;

-- The planner expects as many rows as of ILIKE.
CREATE FUNCTION public.expected_rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
ANALYZE words;
SELECT needle, expected_rows(format('SELECT FROM words WHERE search_text(word, %L)', needle)) = expected_rows(format('SELECT FROM words WHERE word ILIKE search_pattern(%L)', needle)) AS "as ILIKE"
FROM unnest('{a,abc,smith}'::text[]) needle;

\set ECHO none
\i :access_end
