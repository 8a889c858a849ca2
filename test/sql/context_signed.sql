-- The signed context: what a token looks like, which are refused, how long one lasts, that neither token nor key is shown,
-- the mode in which nothing else counts, and new keys. Values from before the library is loaded: context_signed_load.sql.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
LOAD 'bookmeatoz';
CREATE ROLE regress_signed_app;
CREATE ROLE regress_signed_signer;
GRANT EXECUTE ON FUNCTION sign_session_context(uuid, uuid, uuid, boolean, interval, integer) TO regress_signed_signer;
\set show 'SELECT current_session_tenant_id() AS tenant, current_session_business_id() AS business, current_session_user_id() AS "user", is_system_admin() AS admin;'
\set key_a 'the first key, of 32 bytes or more'
\set key_b 'the second key, of 32 bytes as well'

-- HMAC-SHA256 as in RFC 2104, written anew, so that the extension is not measured by itself.
CREATE FUNCTION signed_xor(key bytea, with_byte integer) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    block bytea := '';
BEGIN
    FOR i IN 0..63 LOOP
        block := block || set_byte('\x00', 0, with_byte # CASE WHEN i < length(key) THEN get_byte(key, i) ELSE 0 END);
    END LOOP;
    RETURN block;
END $$;
CREATE FUNCTION signed_by_hand(payload text, key text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    short_key bytea := CASE WHEN octet_length(key) > 64 THEN sha256(convert_to(key, 'UTF8')) ELSE convert_to(key, 'UTF8') END;
BEGIN
    RETURN payload || ':' || encode(sha256(signed_xor(short_key, x'5c'::integer) ||
        sha256(signed_xor(short_key, x'36'::integer) || convert_to(payload, 'UTF8'))), 'hex');
END $$;
SELECT signed_by_hand('what do ya want for nothing?', 'Jefe');

-- Without a key no token is good.
SELECT signed_by_hand('bookmeatoz-1:00000000-0000-4000-8000-0000000000a1:00000000-0000-4000-8000-0000000000b1:00000000-0000-4000-8000-0000000000c1:0:99999999999:', :'key_a') AS token \gset
SET app.context = :'token';
\echo :LAST_ERROR_SQLSTATE
SELECT sign_session_context(NULL, NULL, NULL);
\echo :LAST_ERROR_SQLSTATE

-- A key has at least 32 bytes.
SET bookmeatoz.context_key = 'a key of 31 bytes, one too few.';
\echo :LAST_ERROR_SQLSTATE
SET bookmeatoz.context_key_previous = 'short';
SET bookmeatoz.context_key = 'a key of 32 bytes, just as many!';
SET bookmeatoz.context_key = :'key_a';

-- Catalogs can be read by everybody, so neither a key nor a token is kept there; nor in a file that is read without preload.
ALTER ROLE regress_signed_app SET bookmeatoz.context_key = 'a key of 32 bytes, just as many!';
\echo :LAST_ERROR_SQLSTATE
ALTER DATABASE :"DBNAME" SET bookmeatoz.context_key_previous = 'a key of 32 bytes, just as many!';
CREATE FUNCTION signed_inside() RETURNS uuid LANGUAGE sql SET bookmeatoz.context_key = 'a key of 32 bytes, just as many!'
RETURN NULL::uuid;
ALTER SYSTEM SET bookmeatoz.context_key = 'a key of 32 bytes, just as many!';
\echo :LAST_ERROR_SQLSTATE
ALTER ROLE regress_signed_app SET app.context = :'token';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET app.context = :'token';
CREATE FUNCTION signed_inside() RETURNS uuid LANGUAGE sql SET app.context = 'token' RETURN NULL::uuid;

-- A token counts for all four values together; the plain settings are not mixed in.
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
SET app.current_user_id = '00000000-0000-4000-8000-0000000000c9';
SET app.is_system_admin = on;
SET app.context = :'token';
:show
SELECT signed_by_hand('bookmeatoz-1::00000000000040008000000000000bb2::0:99999999999:', :'key_a') AS business_token \gset
SET app.context = :'business_token';
:show
SELECT signed_by_hand('bookmeatoz-1::::0:99999999999:', :'key_a') AS empty_token \gset
SET app.context = :'empty_token';
:show
SET app.context = '';
:show
RESET app.is_system_admin;

-- What is refused leaves what was set before.
SET app.context = :'business_token';
CREATE TABLE signed_refused (problem text, payload text, key text DEFAULT 'the first key, of 32 bytes or more', suffix text DEFAULT '');
INSERT INTO signed_refused (problem, payload) VALUES
    ('other version', 'bookmeatoz-2::::0:99999999999:'),
    ('no version', '::::0:99999999999:'),
    ('part too few', 'bookmeatoz-1:::0:99999999999:'),
    ('part too many', 'bookmeatoz-1:::::0:99999999999:'),
    ('bad tenant', 'bookmeatoz-1:00000000-0000-4000-8000-0000000000a:::0:99999999999:'),
    ('bad business', 'bookmeatoz-1::x::0:99999999999:'),
    ('bad user', 'bookmeatoz-1:::{00000000-0000-4000-8000-0000000000a1:0:99999999999:'),
    ('bad admin', 'bookmeatoz-1::::2:99999999999:'),
    ('admin in words', 'bookmeatoz-1::::true:99999999999:'),
    ('no admin', 'bookmeatoz-1:::::99999999999:'),
    ('no expiry', 'bookmeatoz-1::::0::'),
    ('bad expiry', 'bookmeatoz-1::::0:1e9:'),
    ('negative expiry', 'bookmeatoz-1::::0:-1:'),
    ('signed expiry', 'bookmeatoz-1::::0:+99999999999:'),
    ('expiry in milliseconds', 'bookmeatoz-1::::0:1893456000000:'),
    ('expiry out of range', 'bookmeatoz-1::::0:99999999999999999999999:'),
    ('bad process', 'bookmeatoz-1::::0:99999999999:x'),
    ('no process', 'bookmeatoz-1::::0:99999999999:0'),
    ('process out of range', 'bookmeatoz-1::::0:99999999999:2147483648'),
    ('spaces', 'bookmeatoz-1: : : :0:99999999999: '),
    ('too long', 'bookmeatoz-1::::0:' || repeat('0', 300) || '99999999999:'),
    ('empty payload', ''),
    ('expired', 'bookmeatoz-1::::0:1700000000:'),
    ('expired long ago', 'bookmeatoz-1::::0:0:'),
    ('another process', 'bookmeatoz-1::::0:99999999999:2147483647');
INSERT INTO signed_refused (problem, payload, key) VALUES
    ('another key', 'bookmeatoz-1::::0:99999999999:', 'another key, of 32 bytes or more too'),
    ('another key, expired', 'bookmeatoz-1::::0:1700000000:', 'another key, of 32 bytes or more too'),
    ('empty key', 'bookmeatoz-1::::0:99999999999:', '');
INSERT INTO signed_refused (problem, payload, suffix) VALUES
    ('signature too long', 'bookmeatoz-1::::0:99999999999:', '0'),
    ('space behind', 'bookmeatoz-1::::0:99999999999:', ' ');
CREATE FUNCTION signed_outcome(token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
BEGIN
    PERFORM set_config('app.context', token, true);
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || message || ': ' || detail;
END $$;
SELECT problem, signed_outcome(signed_by_hand(payload, key) || suffix) AS outcome FROM signed_refused;

-- Altered, truncated, forged. The server's own form of a token is none.
\set good 'bookmeatoz-1:00000000-0000-4000-8000-0000000000a1:::0:99999999999:'
SELECT problem, signed_outcome(token) AS outcome
FROM (SELECT signed_by_hand(:'good', :'key_a') AS good) AS signed,
     LATERAL (VALUES
        ('tenant altered', replace(good, '00a1', '00a2')),
        ('made admin', replace(good, ':0:9', ':1:9')),
        ('signature altered', left(good, -1) || CASE right(good, 1) WHEN '0' THEN '1' ELSE '0' END),
        ('signature truncated', left(good, -1)),
        ('signature of no digits', left(good, -1) || 'g'),
        ('signature all zero', :'good' || ':' || repeat('0', 64)),
        ('signature missing', :'good' || ':'),
        ('payload alone', :'good'),
        ('signature alone', right(good, 65)),
        ('kept form', :'good' || '#0000000000000001'),
        ('garbage', 'garbage'),
        ('masked', '********'),
        ('in upper case', :'good' || ':' || upper(right(good, 64)))) AS forged (problem, token);
SELECT signed_by_hand(:'good', :'key_a') AS good_token \gset
-- Every byte of the token counts.
WITH altered AS (
    SELECT overlay(good PLACING CASE substr(good, i, 1) WHEN '1' THEN '2' ELSE '1' END FROM i FOR 1) AS token
    FROM (SELECT :'good_token' AS good) AS signed, generate_series(1, length(good)) i)
SELECT left(signed_outcome(token), 51) AS outcome, count(*) FROM altered GROUP BY 1;
:show

-- Neither the token nor the key is shown, not even to a superuser; the messages above have none of it.
SHOW app.context;
SELECT current_setting('app.context'), set_config('app.context', :'business_token', false);
SHOW bookmeatoz.context_key;
SELECT current_setting('bookmeatoz.context_key'), current_setting('bookmeatoz.context_key_previous') = '' AS none;
SELECT name, setting, boot_val, reset_val FROM pg_settings WHERE name IN ('app.context', 'bookmeatoz.context_key', 'bookmeatoz.context_key_previous');
SET app.context = 'bookmeatoz-1:not:shown';
SET ROLE regress_signed_app;
SHOW app.context;
\set VERBOSITY sqlstate
SHOW bookmeatoz.context_key;
SHOW bookmeatoz.context_key_previous;
SELECT current_setting('bookmeatoz.context_key');
SELECT current_setting('bookmeatoz.context_key_previous', true);
SET bookmeatoz.context_key = 'a key of 32 bytes, just as many!';
SELECT set_config('bookmeatoz.context_key', '', true);
RESET bookmeatoz.context_key;
SET bookmeatoz.context_key_previous = 'a key of 32 bytes, just as many!';
SET bookmeatoz.signed_context_only = on;
RESET bookmeatoz.signed_context_only;
SELECT sign_session_context(NULL, NULL, NULL);
\set VERBOSITY default
SELECT count(*) FROM pg_settings WHERE setting LIKE '%bytes or more%' OR setting LIKE 'bookmeatoz-1%';
SELECT count(*) FROM pg_db_role_setting WHERE array_to_string(setconfig, ',') LIKE '%context%';

-- An ordinary role needs nothing but the token, for the admin too; and loses it with the token.
SELECT signed_by_hand('bookmeatoz-1::::1:99999999999:', :'key_a') AS admin_token \gset
SET app.context = :'admin_token';
:show
RESET app.context;
:show
RESET app.current_tenant_id;
RESET app.current_user_id;

-- sign_session_context() is for who may be anybody. What it signs is what is described.
SET ROLE regress_signed_signer;
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000B1',
                            '00000000-0000-4000-8000-0000000000c1') AS token \gset
SET app.context = :'token';
:show
SELECT sign_session_context(NULL, NULL, '00000000-0000-4000-8000-0000000000c2', true, '1 hour', pg_backend_pid()) AS token \gset
SELECT set_config('app.context', :'token', false);
:show
SELECT sign_session_context(NULL, NULL, NULL, is_system_admin => NULL, backend_pid => 2147483647) AS token \gset
SET app.context = :'token';
RESET app.context;
RESET ROLE;
WITH signed AS (SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, '00000000-0000-4000-8000-0000000000c1', true,
                                            '10 minutes', 4711) AS token),
     parts AS (SELECT token, string_to_array(token, ':') AS part FROM signed)
SELECT token = signed_by_hand(array_to_string(part[1:7], ':'), :'key_a') AS same_signature,
       array_to_string(part[1:5], ':') AS says, part[7] AS pid,
       part[6]::bigint - extract(epoch FROM clock_timestamp()) BETWEEN 590 AND 601 AS expiry
FROM parts;
SELECT sign_session_context(NULL, NULL, NULL, false, '0');
\echo :LAST_ERROR_SQLSTATE
SELECT sign_session_context(NULL, NULL, NULL, false, '-1 second');
SELECT sign_session_context(NULL, NULL, NULL, false, NULL);
SELECT sign_session_context(NULL, NULL, NULL, false, '5000 years');
SELECT sign_session_context(NULL, NULL, NULL, backend_pid => 0);
SELECT sign_session_context(NULL, NULL, NULL, backend_pid => -1);

-- SET LOCAL, savepoints, ROLLBACK, a function's end, RESET, DISCARD ALL.
SELECT signed_by_hand('bookmeatoz-1:00000000-0000-4000-8000-0000000000a1:::0:99999999999:', :'key_a') AS token_1,
       signed_by_hand('bookmeatoz-1:00000000-0000-4000-8000-0000000000a2:::0:99999999999:', :'key_a') AS token_2 \gset
\set tenant 'SELECT current_session_tenant_id() AS tenant, current_setting(\'app.context\') AS shown;'
BEGIN;
SET LOCAL app.context = :'token_1';
:tenant
SAVEPOINT one;
SET LOCAL app.context = :'token_2';
:tenant
SAVEPOINT two;
SET LOCAL app.context = 'garbage';
ROLLBACK TO two;
:tenant
RESET app.context;
:tenant
ROLLBACK TO one;
:tenant
COMMIT;
:tenant
BEGIN;
SET app.context = :'token_1';
ROLLBACK;
:tenant
SET app.context = :'token_1';
CREATE FUNCTION signed_inside() RETURNS uuid LANGUAGE plpgsql SET app.current_user_id = '' SET app.context = '' AS
$$ BEGIN RETURN current_session_tenant_id(); END $$;
SELECT signed_inside(), current_session_tenant_id();
DROP FUNCTION signed_inside();
DISCARD ALL;
:tenant
SET bookmeatoz.context_key = :'key_a';
:tenant

-- While a token is set, or only a token counts, set_session_context() does not pretend to have an effect.
SET app.context = :'token_1';
SELECT set_session_context('00000000-0000-4000-8000-0000000000a2', NULL, NULL);
\echo :LAST_ERROR_SQLSTATE
:tenant
RESET app.context;

-- Only a signed context counts: the plain settings can be set and are worth nothing.
SET bookmeatoz.signed_context_only = on;
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
SET app.is_system_admin = on;
:show
SELECT set_session_context('00000000-0000-4000-8000-0000000000a2', NULL, NULL);
\echo :LAST_ERROR_SQLSTATE
SET app.context = :'token_1';
:show
SET app.context = :'admin_token';
:show
RESET app.context;
:show
-- Switching the mode leaves a token as good as it was, and gives nobody else more.
SET bookmeatoz.signed_context_only = off;
:show
SET app.context = :'token_1';
SET bookmeatoz.signed_context_only = on;
:show
SET bookmeatoz.signed_context_only = off;
:show
BEGIN;
SET LOCAL bookmeatoz.signed_context_only = on;
RESET app.context;
:show
ROLLBACK;
:show
RESET app.is_system_admin;

-- A token ends with its key, and the plain settings do not come back for it.
RESET bookmeatoz.context_key;
:show
SET bookmeatoz.context_key = :'key_b';
:show
SET bookmeatoz.context_key = :'key_a';
:show
BEGIN;
SET LOCAL bookmeatoz.context_key = :'key_b';
:show
SET LOCAL app.context = :'token_1';
ROLLBACK;
:show

-- A new key: the one before it is good as long as it is kept.
SET bookmeatoz.context_key_previous = :'key_a';
SET bookmeatoz.context_key = :'key_b';
:show
SET app.context = :'token_2';
:show
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a3', NULL, NULL) AS token_3 \gset
SET app.context = :'token_3';
:show
SET app.context = :'token_2';
RESET bookmeatoz.context_key_previous;
:show
SET app.context = :'token_2';
SET app.context = :'token_3';
:show
-- The key before alone checks, but does not sign.
SET bookmeatoz.context_key_previous = :'key_b';
SET bookmeatoz.context_key = '';
:show
SET app.context = :'token_3';
SELECT sign_session_context(NULL, NULL, NULL);
RESET bookmeatoz.context_key_previous;
SET bookmeatoz.context_key = :'key_a';
-- A key of more than the 64 bytes of a block, as the documents tell to make one of 64 digits; in any characters.
SET bookmeatoz.context_key_previous = 'längst mehr als vierundsechzig Zeichen, und einige davon sind keine aus ASCII: äöüß';
SELECT signed_by_hand('bookmeatoz-1:00000000-0000-4000-8000-0000000000a4:::0:99999999999:',
                      'längst mehr als vierundsechzig Zeichen, und einige davon sind keine aus ASCII: äöüß') AS token_4 \gset
SET app.context = :'token_4';
:show
RESET bookmeatoz.context_key_previous;
RESET app.context;

-- An expired token: good to the end of the transaction that began in its time, then nothing; and not the plain settings.
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL, false, '2 seconds') AS short_token \gset
BEGIN;
SET app.context = :'short_token';
:show
SELECT pg_sleep(3.1);
:show
COMMIT;
:show
SET app.context = :'short_token';
:show
RESET app.context;
:show
RESET app.current_tenant_id;

-- Parallel workers have the context of their leader: the token, its end in the midst of a transaction, its key's end.
CREATE FUNCTION signed_ran_in_workers(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
    RETURN jsonb_path_exists(plan, '$.**."Workers Launched" ? (@ > 0)');
END $$;
CREATE TABLE signed_rows AS SELECT n FROM generate_series(1, 20000) AS n;
GRANT SELECT ON signed_rows TO regress_signed_app;
ANALYZE signed_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT $$SELECT current_session_tenant_id() AS tenant, is_system_admin() AS admin, count(*)
         FROM signed_rows WHERE is_system_admin() OR current_session_tenant_id() = '00000000-0000-4000-8000-0000000000a1'
         GROUP BY 1, 2 $$ AS query \gset
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
SET ROLE regress_signed_app;
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL);
RESET ROLE;
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL, false, '2 seconds', pg_backend_pid()) AS short_token \gset
SET ROLE regress_signed_app;
BEGIN;
SET app.context = :'short_token';
SELECT signed_ran_in_workers(:'query');
:query;
SELECT pg_sleep(3.1);
:query;
COMMIT;
:query;
SET app.context = :'token_2';
:query;
SET app.context = :'admin_token';
SELECT signed_ran_in_workers(:'query');
:query;
RESET ROLE;
BEGIN;
SET LOCAL bookmeatoz.context_key = :'key_b';
SELECT signed_ran_in_workers(:'query');
:query;
ROLLBACK;
RESET app.context;
SET bookmeatoz.signed_context_only = on;
SELECT signed_ran_in_workers(:'query');
:query;
SET app.context = :'token_1';
:query;

DROP TABLE signed_rows, signed_refused;
DROP FUNCTION signed_ran_in_workers(text), signed_outcome(text), signed_by_hand(text, text), signed_xor(bytea, integer);
REVOKE EXECUTE ON FUNCTION sign_session_context(uuid, uuid, uuid, boolean, interval, integer) FROM regress_signed_signer;
DROP ROLE regress_signed_app, regress_signed_signer;
