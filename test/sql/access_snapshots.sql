-- What a session reaches follows the data at once: in the same transaction, after rollbacks, in functions, cursors, workers, and
-- when the tables, their owner or the whole extension change under an open session.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\set ECHO all

\set seen 'SELECT string_agg(names(business_id), '', '' ORDER BY names(business_id) COLLATE "C") AS services FROM services;'
GRANT ALL ON public.names TO PUBLIC;

-- A business made, filled, rolled back and made again in one transaction.
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
:seen
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('alpha'), 'spa', 'spa');
INSERT INTO services (id, business_id, name, duration) VALUES (id('spa'), id('spa'), 'spa', 30);
:seen
SAVEPOINT one;
DELETE FROM businesses WHERE id = id('salon') OR id = id('spa');
:seen
ROLLBACK TO one;
:seen
SAVEPOINT two;
DELETE FROM services WHERE id = id('spa');
DELETE FROM businesses WHERE id = id('spa');
:seen
RELEASE two;
:seen
ROLLBACK TO one;
:seen
ROLLBACK;
BEGIN;
CALL act('alpha', NULL, NULL);
:seen
SAVEPOINT one;
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('alpha'), 'spa', 'spa');
SELECT count(*) FROM businesses;
SELECT can_access_business(id('spa'));
ROLLBACK TO one;
SELECT can_access_business(id('spa'));
SELECT count(*) FROM businesses;
COMMIT;

-- A cursor sees what it saw when it was opened; a function sees what its caller did; an exception takes it back.
BEGIN;
CALL act('alpha', NULL, NULL);
DECLARE early CURSOR FOR SELECT name FROM services ORDER BY name;
FETCH 1 FROM early;
SET LOCAL ROLE NONE;
CREATE FUNCTION pg_temp.open_spa(fail boolean) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('alpha'), 'spa', 'spa');
    INSERT INTO services (id, business_id, name, duration) VALUES (id('spa'), id('spa'), 'spa', 30);
    IF fail THEN
        RAISE EXCEPTION 'taken back after % services', (SELECT count(*) FROM services);
    END IF;
    RETURN (SELECT count(*) FROM services);
EXCEPTION WHEN raise_exception THEN
    RAISE WARNING '%', SQLERRM;
    RETURN (SELECT count(*) FROM services);
END $$;
SET LOCAL ROLE regress_access_app;
SELECT pg_temp.open_spa(true);
SELECT count(*) FROM services;
SELECT pg_temp.open_spa(false);
SELECT count(*) FROM services;
FETCH ALL FROM early;
ROLLBACK;

-- The other sets follow too: customer records, roles, staff, the tenant of a business.
RESET ROLE;
BEGIN;
CALL act(NULL, NULL, 'rita');
SET LOCAL ROLE regress_access_app;
SELECT count(*) FROM businesses;
RESET ROLE;
UPDATE user_business_roles SET status = 'revoked' WHERE user_id = id('rita');
SET LOCAL ROLE regress_access_app;
SELECT count(*) FROM businesses;
RESET ROLE;
ROLLBACK;
BEGIN;
CALL act(NULL, NULL, 'carl');
SET LOCAL ROLE regress_access_app;
SELECT count(*) FROM bookings;
RESET ROLE;
UPDATE customers SET user_id = NULL WHERE id = id('carl of salon');
SET LOCAL ROLE regress_access_app;
SELECT count(*) FROM bookings;
CALL act(NULL, 'clinic', NULL);
SELECT string_agg(names(id), ', ' ORDER BY names(id) COLLATE "C") AS users FROM users;
INSERT INTO employees (business_id, user_id, employment_status) VALUES (id('clinic'), id('emma'), 'pending_onboarding');
SELECT string_agg(names(id), ', ' ORDER BY names(id) COLLATE "C") AS users FROM users;
CALL act(NULL, NULL, 'emma');
UPDATE employees SET employment_status = 'active';
CALL act(NULL, 'clinic', NULL);
SELECT string_agg(names(id), ', ' ORDER BY names(id) COLLATE "C") AS users FROM users;
CALL act('alpha', NULL, NULL);
SELECT string_agg(names(id), ', ' ORDER BY names(id) COLLATE "C") AS users FROM users;
CALL act('alpha', 'clinic', NULL);
SELECT count(*) FROM services;
RESET ROLE;
UPDATE businesses SET tenant_id = id('beta') WHERE id = id('clinic');
SET LOCAL ROLE regress_access_app;
SELECT count(*) FROM services;
CALL act('beta', 'clinic', NULL);
SELECT count(*) FROM services;
RESET ROLE;
ROLLBACK;

-- A context that changes within one query holds for the rows that come after.
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT count(*) FILTER (WHERE before), count(*) FILTER (WHERE after) FROM (
    SELECT can_access_business(i.id) AS before,
           set_config('app.current_tenant_id', id('beta')::text, true) IS NOT NULL AND can_access_business(i.id) AS after,
           set_config('app.current_tenant_id', id('alpha')::text, true)
    FROM names i) AS asked;
COMMIT;
RESET ROLE;

-- Parallel workers reach what their leader reaches, changes of the open transaction included; and so does a leader that finds
-- no free worker and does their work in parallel mode, with nothing loaded or planned before.
INSERT INTO public.names SELECT gen_random_uuid(), 'nobody' FROM generate_series(1, 20000);
ANALYZE public.names;
CREATE FUNCTION public.ran_in_workers(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) ' || query INTO plan;
    RETURN jsonb_path_exists(plan, '$.**."Workers Launched" ? (@ > 0)');
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
\set query 'SELECT name FROM public.names WHERE can_access_business(id) OR can_access_booking(id, id) OR can_access_user(id) OR can_access_tenant(id) OR can_access_business_row(id, id)'
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT ran_in_workers(:'query');
:query ORDER BY name COLLATE "C";
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('alpha'), 'spa', 'spa');
:query ORDER BY name COLLATE "C";
SAVEPOINT one;
DELETE FROM businesses WHERE id = id('clinic');
SELECT ran_in_workers(:'query');
:query ORDER BY name COLLATE "C";
ROLLBACK TO one;
:query ORDER BY name COLLATE "C";
ROLLBACK;
BEGIN;
CALL act('beta', 'studio', 'carl');
SELECT ran_in_workers(:'query');
:query ORDER BY name COLLATE "C";
CALL act(NULL, NULL, 'rita');
SELECT ran_in_workers(:'query');
:query ORDER BY name COLLATE "C";
CALL act('alpha', 'studio', 'carl');
:query ORDER BY name COLLATE "C";
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
CALL act('beta', NULL, NULL);
:query ORDER BY name COLLATE "C";
COMMIT;
\c -
SET search_path = booking, public;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers = 0;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT ran_in_workers(:'query');
:query ORDER BY name COLLATE "C";
CALL act('beta', 'studio', NULL);
:query ORDER BY name COLLATE "C";
COMMIT;
RESET max_parallel_workers;
SET ROLE regress_access_operator;
BEGIN;
CALL act(NULL, NULL, NULL, true);
SELECT ran_in_workers('SELECT count(*) FROM names WHERE can_access_business(id)');
SELECT count(*) > 20000 AS all FROM names WHERE can_access_business(id);
COMMIT;
RESET ROLE;
RESET parallel_setup_cost;
SET client_min_messages = warning;

-- The tables are read as their owner, each as its own, and never as somebody else: what the owner may not read is an error,
-- and after it the session is who it was.
REVOKE SELECT ON businesses FROM regress_access_owner;
CREATE FUNCTION pg_temp.try() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT count(*) FROM services);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM || ', as ' || current_user;
END $$;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT pg_temp.try(), current_user;
SELECT count(*) FROM services;
ROLLBACK;
RESET ROLE;
GRANT SELECT ON businesses TO regress_access_owner;
CREATE ROLE regress_access_other;
GRANT USAGE ON SCHEMA booking TO regress_access_other;
ALTER TABLE employees OWNER TO regress_access_other;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT pg_temp.try(), current_user;
SELECT string_agg(names(id), ', ' ORDER BY names(id) COLLATE "C") AS users FROM users;
COMMIT;
RESET ROLE;
ALTER TABLE employees OWNER TO regress_access_owner;
DROP OWNED BY regress_access_other;
DROP ROLE regress_access_other;

-- A predicate that is called without any table.
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT bool_or(reached) AS reached FROM unnest(ARRAY[
    can_access_business(NULL), can_access_person(NULL, NULL), can_access_booking(NULL, NULL), can_access_user(NULL),
    can_access_tenant(NULL), can_access_tenant_admin(NULL, NULL), can_access_business_row(NULL, NULL), can_access_notification(NULL, NULL)]) reached;
COMMIT;
RESET ROLE;

-- Another schema name; the tables dropped and made again; the extension made anew in another schema.
ALTER SCHEMA booking RENAME TO reservation;
SET search_path = reservation, public;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT count(*) FROM services;
COMMIT;
RESET ROLE;
CREATE SCHEMA booking;
CREATE TABLE booking.businesses (id uuid, tenant_id uuid);
ALTER TABLE services RENAME TO services_of_old;
ALTER TABLE services_of_old RENAME TO services;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT count(*) FROM services;
COMMIT;
RESET ROLE;
DROP SCHEMA booking CASCADE;

DROP EXTENSION bookmeatoz CASCADE;
SET ROLE regress_access_app;
SELECT count(*) FROM services;
RESET ROLE;
CREATE SCHEMA booking;
CREATE EXTENSION bookmeatoz SCHEMA booking;
SET search_path = booking, public;
SELECT bookmeatoz_grant_app_role('regress_access_app') \g /dev/null
INSERT INTO tenants (id, name, subdomain) VALUES (id('alpha'), 'alpha', 'alpha');
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('spa'), id('alpha'), 'spa', 'spa');
INSERT INTO services (business_id, name, duration) VALUES (id('spa'), 'spa', 30);
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
:seen
SELECT can_access_business(id('salon'));
COMMIT;
RESET ROLE;
DROP TABLE businesses CASCADE;
SET ROLE regress_access_app;
BEGIN;
CALL act('alpha', NULL, NULL);
SAVEPOINT one;
SELECT count(*) FROM services;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO one;
CALL act(NULL, 'spa', NULL);
:seen
SELECT can_access_tenant(id('alpha'));
ROLLBACK;
RESET ROLE;
CREATE VIEW businesses AS SELECT id('spa') AS id, id('alpha') AS tenant_id;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT can_access_business(id('spa'));
ROLLBACK;

\set ECHO none
\i :access_end
