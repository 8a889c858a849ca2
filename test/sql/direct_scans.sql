-- A calendar is read by index scans where the rights of the caller are known exactly, else by queries: never more than the
-- caller could SELECT, and the same slots both ways.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set isolation_begin :abs_srcdir '/sql/setup/isolation_begin.sql'
\set isolation_end :abs_srcdir '/sql/setup/isolation_end.sql'
\set ECHO none
\i :isolation_begin
\pset format unaligned
\pset tuples_only on
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    SELECT id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 10:00+00'::timestamptz + i * interval '1 hour', 'confirmed'
    FROM generate_series(0, 2) i;
-- The slots of a Monday in one line, and whether both ways find them; the way is told, with the reason.
CREATE FUNCTION public.slots(service text, employee text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) || ' slots, ' || coalesce(sum(remaining_capacity), 0) || ' seats, ' || coalesce(left(md5(string_agg(s::text, ' ' ORDER BY slot_start)), 8), '')
            FROM find_available_slots(id(service), '2030-01-07', '2030-01-08', id(employee), as_of => '2030-01-01') s);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION public.slots_both_ways(service text, employee text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    by_scans text;
    by_queries text;
BEGIN
    by_scans := public.slots(service, employee);
    SET LOCAL bookmeatoz.direct_scans = off;
    by_queries := public.slots(service, employee);
    SET LOCAL bookmeatoz.direct_scans = notice;
    RETURN CASE WHEN by_scans = by_queries THEN by_scans ELSE by_scans || ' but ' || by_queries END;
END $$;
SET client_min_messages = notice;
SET bookmeatoz.direct_scans = notice;
\set ECHO all

-- Row security does not bind a superuser, nor the owner.
SELECT slots_both_ways('salon');
SELECT slots_both_ways('salon', 'anna@salon');
SET ROLE regress_isolation_owner;
SELECT slots_both_ways('salon');
RESET ROLE;

-- It does bind the application: in each class of session the slots of what it reaches, and nothing else.
SET ROLE regress_isolation_app;
BEGIN;
CALL act('alpha', 'salon', NULL);
SELECT slots_both_ways('salon');
SELECT slots_both_ways('studio');
CALL act(NULL, 'salon', 'carl');
SELECT slots_both_ways('salon', 'ben@salon');
CALL act('alpha', NULL, NULL);
SELECT slots_both_ways('salon');
SELECT slots_both_ways('clinic');
SELECT slots_both_ways('studio');
-- A business and a tenant that do not belong together, an unknown one, no context at all.
CALL act('beta', 'salon', NULL);
SELECT slots_both_ways('salon');
CALL act(NULL, 'spa', NULL);
SELECT slots_both_ways('salon');
CALL act(NULL, NULL, NULL);
SELECT slots_both_ways('salon');
-- What a user may see is a matter for queries.
CALL act(NULL, NULL, 'rita');
SELECT slots_both_ways('studio');
COMMIT;
SET ROLE regress_isolation_operator;
BEGIN;
CALL act(NULL, NULL, NULL, true);
SELECT slots_both_ways('studio');
COMMIT;
RESET ROLE;

-- Whatever is not exactly as it was installed is a matter for queries, at once and in open sessions.
\set as_application 'CALL act(NULL, ''salon'', NULL); SET LOCAL ROLE regress_isolation_app;'
-- a second policy
BEGIN;
CREATE POLICY shop_window ON bookings FOR SELECT USING (start_time > '2030-01-07 11:30+00');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
CREATE POLICY nothing_at_night ON bookings AS RESTRICTIVE FOR SELECT USING (start_time > '2030-01-07 11:30+00');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
-- another predicate, the same for somebody alone, the same on another column, none
BEGIN;
ALTER POLICY bookings_select ON bookings USING (can_access_booking(business_id, customer_id) AND start_time > '2030-01-07 11:30+00');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
ALTER POLICY bookings_select ON bookings TO regress_isolation_operator;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
ALTER POLICY working_hours_select ON working_hours USING (can_access_business(employee_id));
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
DROP POLICY bookings_select ON bookings;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
-- a predicate of the same name, and one with settings of its own
BEGIN;
CREATE SCHEMA other;
CREATE FUNCTION other.can_access_business(uuid) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT false';
GRANT USAGE ON SCHEMA other TO PUBLIC;
ALTER POLICY working_hours_select ON working_hours USING (other.can_access_business(business_id));
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
ALTER FUNCTION can_access_business(uuid) SET search_path = pg_catalog;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
-- row security of one table alone switched off, and forced upon the owner
BEGIN;
ALTER TABLE bookings DISABLE ROW LEVEL SECURITY;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
CALL force_row_security('FORCE');
SET LOCAL ROLE regress_isolation_owner;
CALL act(NULL, 'salon', NULL);
SELECT slots_both_ways('salon');
SELECT slots_both_ways('studio');
ROLLBACK;
BEGIN;
:as_application SET LOCAL row_security = off; SELECT slots_both_ways('salon'); ROLLBACK;

-- privileges: of some columns, of none, of the schema, of the predicate, by another role
BEGIN;
REVOKE SELECT ON bookings FROM regress_isolation_app;
GRANT SELECT (id, business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status, hold_expires_at)
    ON bookings TO regress_isolation_app;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
REVOKE SELECT ON bookings FROM regress_isolation_app;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
REVOKE EXECUTE ON FUNCTION can_access_booking(uuid, uuid) FROM PUBLIC, regress_isolation_app;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
REVOKE SELECT ON bookings FROM regress_isolation_app;
CREATE ROLE regress_direct_scans_readers;
GRANT SELECT ON bookings TO regress_direct_scans_readers;
GRANT regress_direct_scans_readers TO regress_isolation_app;
SAVEPOINT member;
:as_application SELECT slots_both_ways('salon');
ROLLBACK TO member;
REVOKE regress_direct_scans_readers FROM regress_isolation_app;
:as_application SELECT slots_both_ways('salon'); ROLLBACK;

-- the shape of a table: a child, parts, a view, another type, no index, an index of a part
BEGIN;
CREATE TABLE night_shifts () INHERITS (working_hours);
INSERT INTO night_shifts (business_id, employee_id, day_of_week, start_time, end_time) VALUES (id('salon'), id('anna@salon'), 1, '20:00', '22:00');
SELECT slots_both_ways('salon', 'anna@salon'); ROLLBACK;
BEGIN;
ALTER TABLE employee_availability_overrides RENAME TO the_overrides;
CREATE TABLE employee_availability_overrides (LIKE the_overrides) PARTITION BY RANGE (start_time);
CREATE TABLE all_overrides PARTITION OF employee_availability_overrides DEFAULT;
INSERT INTO employee_availability_overrides SELECT * FROM the_overrides;
SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
ALTER TABLE working_hours RENAME TO all_hours;
CREATE VIEW working_hours AS SELECT * FROM all_hours WHERE start_time = '09:00';
SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
ALTER TABLE working_hours ALTER COLUMN day_of_week TYPE integer;
SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
DROP INDEX bookings_employee_start_idx;
CREATE INDEX some_bookings_idx ON bookings (employee_id, start_time) WHERE status <> 'cancelled';
SELECT slots_both_ways('salon'); ROLLBACK;
-- an index with less in it: the rows are read from the table
BEGIN;
DROP INDEX bookings_employee_start_idx;
CREATE INDEX plain_bookings_idx ON bookings (employee_id, start_time);
SELECT slots_both_ways('salon'); ROLLBACK;
-- and one with more in it, of any length, before and behind what is needed
BEGIN;
UPDATE bookings SET notes = repeat('x', 50), hold_expires_at = CASE WHEN start_time = '2030-01-07 12:00+00' THEN now() END, status = 'pending';
DROP INDEX bookings_employee_start_idx;
CREATE INDEX wide_bookings_idx ON bookings (employee_id, start_time)
    INCLUDE (notes, hold_expires_at, end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, business_id, cancellation_reason, id);
SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
UPDATE bookings SET hold_expires_at = CASE WHEN start_time = '2030-01-07 12:00+00' THEN now() END, status = 'pending';
DROP INDEX bookings_employee_start_idx;
CREATE INDEX wide_bookings_idx ON bookings (employee_id, start_time)
    INCLUDE (hold_expires_at, overbooked, end_time, seat, status, buffer_before_minutes, buffer_after_minutes, service_id, business_id, id);
SELECT slots_both_ways('salon'); ROLLBACK;
-- Of more than a few employees one scan of the business tells whether they are active.
BEGIN;
INSERT INTO users (id, email) SELECT id('user ' || i), 'user' || i || '@example.org' FROM generate_series(1, 6) i;
INSERT INTO employees (id, user_id, business_id, employment_status)
    SELECT id('employee ' || i), id('user ' || i), id('salon'), (CASE WHEN i % 3 = 0 THEN 'terminated' ELSE 'active' END)::employee_status_type_v1 FROM generate_series(1, 6) i;
INSERT INTO employee_services (employee_id, service_id) SELECT id('employee ' || i), id('salon') FROM generate_series(2, 6) i;
SELECT slots_both_ways('salon');
:as_application SELECT slots_both_ways('salon');
RESET ROLE;
UPDATE employees SET employment_status = 'inactive' WHERE business_id = id('salon');
SELECT slots_both_ways('salon'); ROLLBACK;
-- No employee, a suspended tenant, closures and openings, seasons with both ends, one, and none.
BEGIN;
DELETE FROM employees WHERE business_id = id('salon');
SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
UPDATE tenants SET status = 'suspended';
SELECT slots_both_ways('salon');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
INSERT INTO business_availability_overrides (business_id, start_time, end_time, is_unavailable)
    VALUES (id('salon'), '2030-01-07 10:00+00', '2030-01-07 10:45+00', true), (id('salon'), '2030-01-07 18:00+00', '2030-01-07 20:00+00', false);
SELECT slots_both_ways('salon');
:as_application SELECT slots_both_ways('salon');
RESET ROLE;
UPDATE working_hours SET valid_to = '2030-01-06';
SELECT slots_both_ways('salon');
:as_application SELECT slots_both_ways('salon');
RESET ROLE;
UPDATE working_hours SET valid_to = NULL, valid_from = '2030-01-07' WHERE employee_id = id('anna@salon');
SELECT slots_both_ways('salon');
UPDATE working_hours SET valid_to = '2030-01-07' WHERE employee_id = id('anna@salon');
SELECT slots_both_ways('salon');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
-- Each row is judged by itself: one of another business in the way of an employee, as only a superuser can write it, is not seen.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE bookings SET business_id = id('studio') WHERE start_time = '2030-01-07 11:00+00' AND employee_id = id('anna@salon');
SELECT slots_both_ways('salon', 'anna@salon');
:as_application SELECT slots_both_ways('salon', 'anna@salon'); ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE working_hours SET business_id = id('studio') WHERE employee_id = id('ben@salon');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE employee_services SET business_id = id('studio') WHERE employee_id = id('ben@salon');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE employees SET business_id = id('studio') WHERE id = id('ben@salon');
:as_application SELECT slots_both_ways('salon'); ROLLBACK;
-- All is as it was.
BEGIN; :as_application SELECT slots_both_ways('salon'); ROLLBACK;

\set ECHO none
DROP OWNED BY regress_isolation_app;
\i :isolation_end
