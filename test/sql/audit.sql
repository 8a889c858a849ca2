-- The audit log: what is written there, by whom it is read, and that nobody else writes it.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\pset format unaligned
\set VERBOSITY terse
\set ECHO all

-- What was written since the last look, oldest first. Ids and times differ with each run: an id is shown by its name, or as "?".
CREATE TABLE public.seen AS SELECT id FROM audit_logs;
CREATE FUNCTION public.entries() RETURNS TABLE (entry text, tenant text, business text, actor text, role text, before text, after text)
LANGUAGE sql VOLATILE SET timezone = 'UTC' AS $$
    WITH entry AS (INSERT INTO public.seen SELECT a.id FROM booking.audit_logs a WHERE a.id NOT IN (SELECT id FROM public.seen) RETURNING id)
    SELECT concat_ws(' ', a.action, a.entity_type, public.names(a.entity_id)), public.names(a.tenant_id), public.names(a.business_id),
           public.names(a.actor_user_id), a.actor_role,
           regexp_replace(a.before::text, '"(created_at|id)": "[^"]*"', '"\1": "?"', 'g'),
           regexp_replace(a.after::text, '"(created_at|id)": "[^"]*"', '"\1": "?"', 'g')
    FROM booking.audit_logs a JOIN entry USING (id) ORDER BY a.created_at
$$;
GRANT ALL ON public.seen TO PUBLIC;

-- What is audited.
SELECT t.tgrelid::regclass AS audited FROM pg_trigger t
WHERE t.tgfoid = 'trigger_audit'::regproc AND NOT t.tgisinternal ORDER BY t.tgrelid::regclass::text COLLATE "C";

-- INSERT: what is not NULL. UPDATE: what changes. DELETE: what was not NULL. Not updated_at, and no generated column.
BEGIN;
SET LOCAL ROLE regress_access_app;
CALL act(NULL, 'salon', 'anna');
INSERT INTO customers (id, business_id, name, email, created_at) VALUES (id('emma'), id('salon'), 'Emma', 'Emma@Example.org', '2030-01-01 12:00+02');
UPDATE customers SET phone = '123', email = NULL WHERE id = id('emma');
UPDATE customers SET name = name, updated_at = '2031-01-01' WHERE id = id('emma');
DELETE FROM customers WHERE id = id('emma');
RESET ROLE;
SELECT * FROM entries();
ROLLBACK;

-- All values are as to_jsonb() writes them, but instants are in UTC: of each audited table, of the user's columns of any type.
BEGIN;
SET LOCAL timezone = 'UTC';
CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE TYPE public.pair AS (a integer, b text);
ALTER TABLE customers DROP COLUMN phone, ADD COLUMN "Vor ""Name""" text DEFAULT 'ü "x" \ /', ADD COLUMN small smallint DEFAULT -1, ADD COLUMN big bigint DEFAULT 9e18,
    ADD COLUMN n numeric DEFAULT 'NaN', ADD COLUMN m numeric DEFAULT 1.500, ADD COLUMN f float8 DEFAULT '-Infinity', ADD COLUMN truth boolean DEFAULT true,
    ADD COLUMN numbers integer[] DEFAULT '{{1,2},{3,4}}', ADD COLUMN j json DEFAULT '[1, 2]', ADD COLUMN jb jsonb DEFAULT '{"b": [true, null], "a": {}}',
    ADD COLUMN js jsonb DEFAULT '"scalar"', ADD COLUMN jn jsonb DEFAULT 'null', ADD COLUMN p public.positive DEFAULT 3, ADD COLUMN c public.pair DEFAULT '(1,x)',
    ADD COLUMN r int4range DEFAULT '[1,5)', ADD COLUMN d date DEFAULT '2030-01-01', ADD COLUMN ts timestamp DEFAULT 'infinity', ADD COLUMN tz timestamptz DEFAULT '-infinity',
    ADD COLUMN b bytea DEFAULT '\x00ff', ADD COLUMN ch char(5) DEFAULT 'ab', ADD COLUMN na name DEFAULT 'n', ADD COLUMN st user_status_type_v1 DEFAULT 'active',
    ADD COLUMN long text DEFAULT repeat('long', 100000), ADD COLUMN twice integer GENERATED ALWAYS AS (small * 2) STORED;
INSERT INTO customers (id, business_id, name) VALUES (id('emma'), id('salon'), 'Emma');
WITH entry AS (SELECT after FROM audit_logs WHERE entity_id = id('emma') AND entity_type = 'customers' AND action = 'insert'),
wanted AS (SELECT jsonb_object_agg(key, value) AS expected FROM jsonb_each((SELECT to_jsonb(whole) FROM customers whole WHERE whole.id = id('emma')))
             WHERE key NOT IN ('updated_at', 'twice') AND (value <> 'null' OR key = 'jn'))
SELECT after = expected AS same, (SELECT count(*) FROM jsonb_object_keys(after)) AS columns,
    (SELECT string_agg(coalesce(a.key, e.key) || ': ' || left(concat_ws(' instead of ', a.value, e.value), 80), ', ')
     FROM jsonb_each(after) a FULL JOIN jsonb_each(expected) e USING (key) WHERE a.value IS DISTINCT FROM e.value) AS others
FROM entry, wanted;
-- A toasted value that stays is none that changes, and one that changes is compared whole.
SELECT count(*) FROM entries();
UPDATE customers SET long = overlay(long PLACING 'LONG' FROM 399997 FOR 4), small = 7 WHERE id = id('emma');
UPDATE customers SET long = repeat('long', 99999) || 'LONG' WHERE id = id('emma');
SELECT entry, right(a.before ->> 'long', 8) AS before, right(a.after ->> 'long', 8) AS after, a.after - 'long' AS others
FROM audit_logs a, entries() e WHERE a.id IN (SELECT id FROM audit_logs ORDER BY created_at DESC LIMIT 1);
ROLLBACK;

-- Every table's row equals what to_jsonb() makes of it.
SET timezone = 'UTC';
SELECT a.entity_type, count(*) > 0 AND bool_and(a.after = (SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(t.row) o
                                           WHERE o.value <> 'null' AND o.key NOT IN ('updated_at', 'busy') AND o.key !~ '(_hash|password|token|secret)')) AS same
FROM audit_logs a
JOIN LATERAL (SELECT to_jsonb(r) AS row FROM tenants r WHERE r.id = a.entity_id AND a.entity_type = 'tenants'
    UNION ALL SELECT to_jsonb(r) FROM businesses r WHERE r.id = a.entity_id AND a.entity_type = 'businesses'
    UNION ALL SELECT to_jsonb(r) FROM services r WHERE r.id = a.entity_id AND a.entity_type = 'services'
    UNION ALL SELECT to_jsonb(r) FROM bookings r WHERE r.id = a.entity_id AND a.entity_type = 'bookings'
    UNION ALL SELECT to_jsonb(r) FROM employees r WHERE r.id = a.entity_id AND a.entity_type = 'employees'
    UNION ALL SELECT to_jsonb(r) FROM working_hours r WHERE r.id = a.entity_id AND a.entity_type = 'working_hours') t ON true
GROUP BY a.entity_type ORDER BY a.entity_type;
RESET timezone;

-- Secrets: that they change is written, what they are is not.
BEGIN;
SET LOCAL ROLE regress_access_owner;
CREATE TABLE keys (id uuid PRIMARY KEY, business_id uuid, password_hash text, api_token text, my_secret text, idempotency_hash bytea, name text);
SELECT bookmeatoz_enable_audit('keys');
INSERT INTO keys VALUES (id('emma'), id('salon'), 'x', 'x', 'x', 'x', 'plain');
UPDATE keys SET password_hash = 'y', api_token = 'y', my_secret = 'y', idempotency_hash = 'y';
UPDATE keys SET api_token = 'z', name = 'other';
SELECT * FROM entries();
ROLLBACK;

-- Who did it: the user of the context, signed or not; the role of the session, not the one that runs the statement.
BEGIN;
SET LOCAL ROLE regress_access_app;
CALL act('alpha', NULL, 'tina');
UPDATE businesses SET name = 'Salon 1' WHERE id = id('salon');
CALL act('alpha', NULL, NULL);
UPDATE businesses SET name = 'Salon 2' WHERE id = id('salon');
RESET ROLE;
SET LOCAL bookmeatoz.context_key = 'a key of thirty-two bytes or more, for a test';
SELECT set_config('app.context', sign_session_context(NULL, id('salon'), id('ben')), true) <> '' AS signed;
SET LOCAL ROLE regress_access_app;
UPDATE services SET name = 'Cut' WHERE id = id('salon');
RESET ROLE;
SELECT * FROM entries();
ROLLBACK;

-- An expired hold that a booking clears away is written.
BEGIN;
CALL act(NULL, 'salon', NULL);
INSERT INTO bookings (id, business_id, service_id, employee_id, start_time, status, hold_expires_at)
    VALUES (id('emma'), id('salon'), id('salon'), id('anna@salon'), '2030-01-14 10:00+00', 'pending', clock_timestamp() + interval '5 ms');
SELECT pg_sleep(0.01);
SET LOCAL ROLE regress_access_app;
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('dora'), id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-14 10:00+00', 'confirmed');
RESET ROLE;
SELECT entry, tenant, business, CASE role WHEN session_user THEN 'the superuser' ELSE role END AS role FROM entries();
ROLLBACK;

-- A row that moves leaves its old owner and comes to the new one; neither sees what it was or is with the other.
BEGIN;
UPDATE tenant_admins SET tenant_id = id('gamma') WHERE user_id = id('dora');
UPDATE businesses SET tenant_id = id('gamma') WHERE id = id('clinic');
SELECT entry, tenant, business, before ->> 'tenant_id' = id('beta')::text AS was, after ->> 'tenant_id' = id('gamma')::text AS "is"
FROM (SELECT entry, tenant, business, before::jsonb, after::jsonb FROM entries()) e;
ROLLBACK;

-- With a business or a tenant all of its rows go. Their tenant is known still, also where the business was made just now.
BEGIN;
DELETE FROM bookings;
SELECT count(*) > 0 AS written FROM entries();
DELETE FROM businesses WHERE id = id('salon');
SELECT entry ~ '^delete' AS deleted, tenant, business, count(*) FROM entries() GROUP BY 1, 2, 3;
DELETE FROM tenants WHERE id = id('beta');
SELECT entry ~ '^delete' AS deleted, tenant, business, count(*) FROM entries() GROUP BY 1, 2, 3 ORDER BY 3;
WITH b AS (INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('gamma'), 'Spa', 'spa') RETURNING id)
INSERT INTO services (business_id, name, duration, currency) SELECT id, 'Bath', 30, 'USD' FROM b;
SELECT regexp_replace(entry, ' \?.*', '') AS entry, tenant, business FROM entries();
ROLLBACK;

-- Also where no other trigger has ended the command before.
BEGIN;
ALTER TABLE businesses DISABLE TRIGGER ALL;
SET LOCAL ROLE regress_access_owner;
CREATE TABLE diary (id uuid, business_id uuid);
SELECT bookmeatoz_enable_audit('diary');
WITH b AS (INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('gamma'), 'Spa', 'spa') RETURNING id)
INSERT INTO diary SELECT id('emma'), id FROM b;
SELECT entry, tenant, business FROM entries();
ROLLBACK;

-- What is rolled back is not written; an error in the midst leaves nothing.
BEGIN;
SAVEPOINT s;
UPDATE services SET name = 'Cut' WHERE id = id('salon');
ROLLBACK TO s;
SELECT * FROM entries();
ROLLBACK;

-- Nobody writes: not the owner, not a superuser, not into a partition.
CREATE FUNCTION public.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT s.statement, string_agg(DISTINCT public.try(replace(s.statement, 'THERE', p.place)), '; ') AS outcomes
FROM (VALUES ('audit_logs'), ((SELECT tableoid::regclass::text FROM audit_logs LIMIT 1)), ('audit_logs_default')) p (place),
(VALUES ('INSERT INTO THERE (actor_role, action, entity_type, entity_id) VALUES (''x'', ''x'', ''x'', id(''emma''))'),
        ('UPDATE THERE SET action = ''x'''), ('DELETE FROM THERE'),
        ('MERGE INTO THERE a USING tenants t ON a.entity_id = t.id WHEN MATCHED THEN DELETE'),
        ('INSERT INTO THERE SELECT * FROM THERE ON CONFLICT DO NOTHING')) s (statement)
GROUP BY s.statement ORDER BY s.statement COLLATE "C";
SELECT public.try('TRUNCATE audit_logs');
SET ROLE regress_access_owner;
SELECT public.try(replace(s, 'THERE', 'audit_logs')) FROM unnest(ARRAY['UPDATE THERE SET action = ''x''', 'DELETE FROM THERE', 'TRUNCATE THERE',
    'INSERT INTO THERE (actor_role, action, entity_type, entity_id) VALUES (''x'', ''x'', ''x'', id(''emma''))']) s;
SET ROLE regress_access_app;
SELECT public.try(replace(s, 'THERE', 'audit_logs')) FROM unnest(ARRAY['SELECT FROM THERE', 'SELECT FROM THERE FOR UPDATE', 'UPDATE THERE SET action = ''x''', 'DELETE FROM THERE', 'TRUNCATE THERE',
    'INSERT INTO THERE (actor_role, action, entity_type, entity_id) VALUES (''x'', ''x'', ''x'', id(''emma''))']) s;
SELECT public.try('SELECT FROM audit_logs_default');
RESET ROLE;

-- The trigger serves nobody else: no other role's table, no temporary one, no other kind of trigger.
BEGIN;
CREATE ROLE regress_access_stranger;
CREATE SCHEMA stranger AUTHORIZATION regress_access_stranger;
SET LOCAL ROLE regress_access_stranger;
CREATE TABLE stranger.notes (id uuid, business_id uuid);
SELECT public.try('CREATE TRIGGER a AFTER INSERT ON stranger.notes FOR EACH ROW EXECUTE FUNCTION booking.trigger_audit()');
SELECT public.try('SELECT booking.bookmeatoz_enable_audit(''stranger.notes'')');
RESET ROLE;
CREATE TRIGGER a AFTER INSERT ON stranger.notes FOR EACH ROW EXECUTE FUNCTION booking.trigger_audit();
SELECT public.try('INSERT INTO stranger.notes VALUES (id(''emma''), id(''salon''))');
SELECT public.try('SELECT bookmeatoz_enable_audit(''stranger.notes'')');
CREATE TEMP TABLE audit_logs AS SELECT * FROM booking.audit_logs LIMIT 0;
CREATE TEMP TABLE notes (id uuid, business_id uuid);
CREATE TRIGGER a AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION booking.trigger_audit();
SELECT public.try('INSERT INTO notes VALUES (id(''emma''), id(''salon''))');
-- A temporary table of the name takes nothing.
UPDATE services SET name = 'Cut' WHERE id = id('salon');
SELECT count(*) FROM pg_temp.audit_logs;
SELECT entry FROM entries();
CREATE TRIGGER a BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION booking.trigger_audit();
SELECT public.try('INSERT INTO customers (business_id, name) VALUES (id(''salon''), ''x'')');
SELECT public.try('SELECT booking.trigger_audit()'), public.try('SELECT booking.trigger_append_only()');
ROLLBACK;
-- A table of another role in the place of audit_logs gets nothing to see, and no rights.
BEGIN;
CREATE ROLE regress_access_stranger;
ALTER TABLE audit_logs RENAME TO real_logs;
CREATE TABLE audit_logs (LIKE real_logs);
ALTER TABLE audit_logs OWNER TO regress_access_stranger;
SELECT public.try($$UPDATE services SET name = 'Cut' WHERE id = id('salon')$$);
ROLLBACK;

-- Off and on. Whoever is not the owner cannot.
SET ROLE regress_access_owner;
SELECT bookmeatoz_disable_audit('customers') AS changed, bookmeatoz_disable_audit('customers') AS again;
UPDATE customers SET name = 'x';
SELECT entry FROM entries();
SELECT count(*) AS repaired FROM bookmeatoz_install_schema() line WHERE line !~ '^left as it is';
SELECT bookmeatoz_enable_audit('customers') AS changed, bookmeatoz_enable_audit('customers') AS again;
BEGIN;
DROP TRIGGER customers_audit ON customers;
SELECT bookmeatoz_enable_audit('customers') AS changed;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'customers_audit';
ROLLBACK;
CREATE TABLE diary (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid, words text);
SELECT bookmeatoz_enable_audit('diary') AS changed, bookmeatoz_enable_audit('diary') AS again;
INSERT INTO diary (tenant_id, words) VALUES (id('alpha'), 'x'), (NULL, 'y');
SELECT entry, tenant, business, role, after::jsonb - 'id' - 'tenant_id' AS after FROM entries();
DROP TABLE diary;
SELECT public.try('SELECT bookmeatoz_enable_audit(''users'')'), public.try('SELECT bookmeatoz_enable_audit(''public.names'')');
CREATE TABLE diary (tenant_id uuid);
SELECT public.try('SELECT bookmeatoz_enable_audit(''diary'')');
ALTER TABLE diary ADD COLUMN id bigint;
SELECT public.try('SELECT bookmeatoz_enable_audit(''diary'')');
DROP TABLE diary;
CREATE VIEW diary AS SELECT * FROM customers;
SELECT public.try('SELECT bookmeatoz_enable_audit(''diary'')');
DROP VIEW diary;
SELECT public.try('SELECT bookmeatoz_enable_audit(''audit_logs'')'), public.try('SELECT bookmeatoz_enable_audit(''audit_logs_default'')');
RESET ROLE;
SET ROLE regress_access_app;
SELECT public.try('SELECT bookmeatoz_disable_audit(''customers'')');
RESET ROLE;
GRANT EXECUTE ON FUNCTION bookmeatoz_disable_audit TO regress_access_app;
SET ROLE regress_access_app;
SELECT public.try('SELECT bookmeatoz_disable_audit(''customers'')');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION bookmeatoz_disable_audit FROM regress_access_app;

-- A restore writes nothing twice. An application's role cannot pretend to be one, not even in the midst of a statement.
BEGIN;
SELECT count(*) >= 0 AS looked FROM entries();
SET LOCAL row_security = off;
UPDATE customers SET name = 'restored';
INSERT INTO audit_logs (actor_role, action, entity_type, entity_id) VALUES ('x', 'restored', 'x', id('emma'));
SELECT public.try('UPDATE audit_logs SET action = ''x''') AS changed, public.try('DELETE FROM audit_logs') AS deleted;
SELECT entry FROM entries();
SET LOCAL row_security = on;
SET LOCAL session_replication_role = replica;
UPDATE customers SET name = 'replicated';
SELECT entry FROM entries();
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE regress_access_app;
CALL act(NULL, 'salon', NULL);
UPDATE services SET name = 'x' || set_config('row_security', 'off', true) WHERE id = id('salon');
SET LOCAL row_security = on;
DELETE FROM employee_availability_overrides WHERE set_config('row_security', 'off', true) = 'off';
SET LOCAL row_security = on;
RESET ROLE;
SELECT entry FROM entries();
-- Nor where the work goes on as the owner: by a key, by a function of the owner's.
CREATE FUNCTION public.rename() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE booking.services SET name = 'renamed' WHERE id = public.id('salon') $$;
ALTER FUNCTION public.rename() OWNER TO regress_access_owner;
INSERT INTO employees (id, user_id, business_id) VALUES (id('emma'), id('emma'), id('salon'));
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time) VALUES (id('emma'), 1, '09:00', '10:00');
SELECT count(*) FROM entries();
SET LOCAL ROLE regress_access_app;
CALL act(NULL, 'salon', NULL);
DELETE FROM employees WHERE id = id('emma') AND set_config('row_security', 'off', true) = 'off';
SELECT public.rename();
SET LOCAL row_security = on;
RESET ROLE;
SELECT entry FROM entries();
ROLLBACK;

-- Who reads it: a business its own, a tenant its own and its businesses', a user nothing, an administrator all.
CREATE FUNCTION public.reader(tenant text, business text, "user" text, admin boolean DEFAULT false)
RETURNS TABLE (tenants text, businesses text, entries boolean) LANGUAGE plpgsql AS $$
BEGIN
    CALL act(tenant, business, "user", admin);
    RETURN QUERY SELECT string_agg(DISTINCT coalesce(names(a.tenant_id), '-'), ', '), string_agg(DISTINCT coalesce(names(a.business_id), '-'), ', '), count(*) > 10 FROM audit_logs a;
END $$;
SET ROLE regress_access_app;
SELECT * FROM reader(NULL, 'salon', NULL);
SELECT * FROM reader('alpha', 'salon', 'carl');
SELECT * FROM reader('beta', 'salon', NULL);
SELECT * FROM reader('alpha', NULL, NULL);
SELECT * FROM reader('gamma', NULL, NULL);
SELECT * FROM reader(NULL, NULL, 'carl');
SELECT * FROM reader(NULL, NULL, NULL);
SET ROLE regress_access_operator;
SELECT * FROM reader(NULL, NULL, NULL, true);
RESET ROLE;
CALL act(NULL, NULL, NULL);
-- A partition read directly shows nothing, even to a role that was granted it.
BEGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA booking TO regress_access_app;
SET LOCAL ROLE regress_access_app;
CALL act(NULL, 'salon', NULL);
SELECT count(*) > 10 AS whole FROM audit_logs;
SELECT (SELECT count(*) FROM audit_logs_default) AS default_partition, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', p.inhrelid::regclass), true, true, '')))[1] AS n
FROM pg_inherits p WHERE p.inhparent = 'audit_logs'::regclass;
-- By index and in order.
SET LOCAL enable_seqscan = off;
EXPLAIN (COSTS off, TIMING off, SUMMARY off) SELECT id FROM audit_logs WHERE created_at < '2000-01-01' ORDER BY created_at DESC LIMIT 10;
CALL act('alpha', NULL, NULL);
EXPLAIN (COSTS off, TIMING off, SUMMARY off) SELECT id FROM audit_logs WHERE created_at < '2000-01-01' ORDER BY created_at DESC LIMIT 10;
ROLLBACK;

-- FORCE: the owner is bound as all others; the trigger still writes.
SELECT bookmeatoz_force_row_security(true);
SELECT bool_and(c.relforcerowsecurity) AS forced FROM bookmeatoz_relations() t JOIN pg_class c ON c.oid = t WHERE c.relkind IN ('r', 'p');
BEGIN;
SET LOCAL ROLE regress_access_owner;
SELECT count(*) FROM audit_logs;
CALL act(NULL, 'salon', NULL);
UPDATE services SET name = 'Cut' WHERE id = id('salon');
RESET ROLE;
SELECT entry, role FROM entries();
ROLLBACK;
SELECT bookmeatoz_force_row_security(false);
\set ECHO none
\i :access_end
