-- What bookmeatoz_install_schema() puts back works at once: row security with policies and triggers, and the guard over bookings that
-- were written while its trigger was missing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
\set VERBOSITY terse
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all
\pset format unaligned
CREATE ROLE regress_completes_owner;
SELECT bookmeatoz_set_owner('regress_completes_owner');

-- A table that was restored alone has its policies and no row security. (Where nothing of ours is missing, what the owner switched off stays off.)
ALTER TABLE services DISABLE ROW LEVEL SECURITY;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
ALTER TABLE tenants DISABLE ROW LEVEL SECURITY;
DROP POLICY services_select ON services;
DROP TRIGGER customers_set_timestamp ON customers;
SELECT bookmeatoz_install_schema();
SELECT relname, relrowsecurity FROM pg_class WHERE oid IN ('services'::regclass, 'customers'::regclass, 'tenants'::regclass) ORDER BY relname COLLATE "C";
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;

-- Rows that the guard wrote are left as they are, whatever it is that comes back.
SELECT count(*) > 2 AS bookings FROM bookings;
CREATE TEMP TABLE versions AS SELECT id, ctid AS version FROM bookings;
DROP TRIGGER bookings_guard ON bookings;
SELECT bookmeatoz_install_schema();
SELECT count(*) AS rewritten FROM bookings b JOIN versions v USING (id) WHERE b.ctid <> v.version;

-- Without the guard bookings are moved, lose their employee, and one is written by hand. They get their resource, key and seat anew.
SAVEPOINT before;
ALTER TABLE bookings DROP COLUMN busy CASCADE;
DROP TRIGGER bookings_guard ON bookings;
UPDATE bookings SET start_time = '2031-03-03 09:00+00', end_time = '2031-03-03 10:00+00' WHERE id = :'first_booking';
UPDATE bookings SET employee_id = NULL, start_time = '2031-03-03 09:00+00', end_time = '2031-03-03 10:00+00' WHERE id = :'second_booking';
INSERT INTO bookings (id, business_id, service_id, start_time, end_time, status, hold_expires_at, buffer_before_minutes, buffer_after_minutes, session_key, seat)
SELECT '00000000-0000-4000-8000-000000000204', business_id, service_id, start_time, end_time, 'pending', '2001-01-01', 0, 0, business_id, 1 FROM bookings WHERE id = :'first_booking';
SELECT bookmeatoz_force_row_security(true);
SELECT bookmeatoz_install_schema();
SELECT bookmeatoz_force_row_security(false);
SELECT b.id = :'first_booking' AS first, resource_id = employee_id AS of_the_employee, seat, overbooked,
       substr(sha256(uuid_send(coalesce(resource_id, id)) || uuid_send(service_id) || timestamptz_send(start_time) || timestamptz_send(end_time)), 1, 16)
       = uuid_send(session_key) AS own_key
FROM bookings b WHERE start_time >= '2031-03-03' ORDER BY id = :'first_booking' DESC;
SELECT bookmeatoz_install_schema();
ROLLBACK TO before;

-- What collides is said, and nothing is changed: which of the two stays is for people to decide.
DROP TRIGGER bookings_guard ON bookings;
UPDATE bookings SET start_time = '2030-01-07 09:01+00', end_time = '2030-01-07 09:31+00', resource_id = :'salon' WHERE id = :'second_booking';
\set VERBOSITY sqlstate
SELECT bookmeatoz_install_schema();
ROLLBACK TO before;
ROLLBACK;
