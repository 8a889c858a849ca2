-- Rows that were written without the triggers are found, and mended where there is nothing to choose. Then the guard holds again.
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
\pset footer off
CREATE ROLE regress_rows_owner;
CREATE ROLE regress_rows_other;
SELECT bookmeatoz_set_owner('regress_rows_owner');
-- The salon's bookings, and whether each has the columns that the guard writes.
CREATE VIEW places AS
SELECT b.id, to_char(b.start_time AT TIME ZONE 'UTC', 'DD HH24:MI') AS at, right(b.employee_id::text, 3) AS employee,
       b.resource_id IS NOT DISTINCT FROM b.employee_id AS own_resource, seat, overbooked,
       substr(sha256(uuid_send(coalesce(resource_id, id)) || uuid_send(service_id) || timestamptz_send(start_time) || timestamptz_send(end_time)), 1, 16)
       = uuid_send(session_key) AS own_key
FROM bookings b ORDER BY 2, 1;
SELECT * FROM bookmeatoz_verify_rows();
SELECT * FROM bookmeatoz_verify_rows(repair => true);
SAVEPOINT clean;
SELECT * FROM bookmeatoz_verify_rows(NULL);
ROLLBACK TO clean;

-- Who may call it: the owner, and a superuser, who acts as the owner.
SET ROLE regress_rows_other;
SELECT * FROM bookmeatoz_verify_rows();
ROLLBACK TO clean;
GRANT EXECUTE ON FUNCTION bookmeatoz_verify_rows(boolean) TO regress_rows_other;
SET ROLE regress_rows_other;
SELECT * FROM bookmeatoz_verify_rows();
ROLLBACK TO clean;
SET ROLE regress_rows_owner;
SELECT * FROM bookmeatoz_verify_rows(repair => true);
RESET ROLE;

-- Two bookings change employees while the triggers are disabled: each is in the other's way until both have left.
ALTER TABLE bookings DISABLE TRIGGER USER;
UPDATE bookings SET employee_id = :'ben_at_salon' WHERE id = :'first_booking';
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes, resource_id, session_key, seat)
VALUES ('00000000-0000-4000-8000-000000000204', :'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-01-07 09:10+00', '2030-01-07 09:40+00', 'confirmed', 5, 10,
        :'ben_at_salon', :'haircut', 1);
ALTER TABLE bookings ENABLE TRIGGER USER;
SELECT * FROM places;
-- Nothing sees that Ben is busy.
SAVEPOINT stale;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 08:20+00');
ROLLBACK TO stale;
SELECT * FROM bookmeatoz_verify_rows();
SELECT * FROM bookmeatoz_verify_rows(repair => true);
SELECT * FROM bookmeatoz_verify_rows();
SELECT * FROM places;
SAVEPOINT mended;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 08:20+00');
ROLLBACK TO mended;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-01-07 09:30+00');

-- Without its trigger the guard mends nothing, and it says so.
ROLLBACK TO stale;
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
SELECT * FROM bookmeatoz_verify_rows(repair => true);

-- Of two that overlap neither is touched; what has nothing to do with them is mended.
ROLLBACK TO clean;
ALTER TABLE bookings DISABLE TRIGGER USER;
UPDATE bookings SET employee_id = :'ben_at_salon', start_time = '2030-01-07 10:10+00', end_time = '2030-01-07 10:40+00' WHERE id = :'second_booking';
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes, resource_id, session_key, seat)
VALUES ('00000000-0000-4000-8000-000000000204', :'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 10:00+00', '2030-01-07 10:30+00', 'confirmed', 5, 10, :'ben_at_salon',
        encode(substr(sha256(uuid_send(:'ben_at_salon') || uuid_send(:'haircut') || timestamptz_send('2030-01-07 10:00+00') || timestamptz_send('2030-01-07 10:30+00')), 1, 16), 'hex')::uuid, 1);
UPDATE bookings SET start_time = '2030-02-04 15:00+00', end_time = '2030-02-04 16:00+00' WHERE id = :'clinic_booking';
ALTER TABLE bookings ENABLE TRIGGER USER;
SELECT * FROM bookmeatoz_verify_rows(repair => true);
SELECT * FROM places;
UPDATE bookings SET status = 'cancelled' WHERE id = :'second_booking';
SELECT * FROM bookmeatoz_verify_rows(repair => true);
SELECT * FROM bookmeatoz_verify_rows();

-- An overbooked one stays so while it collides. A hold that has expired goes. Who lost the employee belongs to nobody. A cancelled one is mended too.
ROLLBACK TO clean;
ALTER TABLE bookings DISABLE TRIGGER USER;
UPDATE bookings SET overbooked = true, start_time = '2030-01-07 10:10+00', end_time = '2030-01-07 10:40+00' WHERE id = :'first_booking';
UPDATE bookings SET employee_id = NULL WHERE id = :'clinic_booking';
INSERT INTO bookings (business_id, service_id, employee_id, start_time, end_time, hold_expires_at, buffer_before_minutes, buffer_after_minutes, session_key, seat)
VALUES (:'salon', :'haircut', :'anna_at_salon', '2030-01-07 12:00+00', '2030-01-07 12:30+00', '2001-01-01', 5, 10, :'haircut', 1);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes, session_key, seat)
VALUES (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-01-07 10:00+00', '2030-01-07 10:30+00', 'cancelled', 5, 10, :'hair', 1);
ALTER TABLE bookings ENABLE TRIGGER USER;
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows(repair => true) ORDER BY finding COLLATE "C";
SELECT at, employee, own_resource, seat, overbooked, own_key FROM places;
SELECT * FROM bookmeatoz_verify_rows();

-- Seats: bookings of one session that share one, with a free one for the second alone.
ROLLBACK TO clean;
UPDATE services SET settings = '{"capacity": 3}' WHERE id = :'haircut';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT :'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 09:00+00', 'confirmed' FROM generate_series(1, 3);
SELECT * FROM bookmeatoz_verify_rows();
-- A capacity that was lowered since is no error.
SAVEPOINT seats;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows(repair => true);
ROLLBACK TO seats;
DROP INDEX bookings_one_per_seat;
ALTER TABLE bookings DISABLE TRIGGER USER;
UPDATE bookings SET seat = 2 WHERE employee_id = :'ben_at_salon';
ALTER TABLE bookings ENABLE TRIGGER USER;
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows();
SAVEPOINT shared;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows(repair => true);
ROLLBACK TO shared;
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows(repair => true);
SELECT array_agg(seat ORDER BY seat) FROM bookings WHERE employee_id = :'ben_at_salon';
SELECT * FROM bookmeatoz_verify_rows();

-- Overlaps that no constraint kept away.
ROLLBACK TO clean;
ALTER TABLE bookings DROP COLUMN busy CASCADE;
DROP TRIGGER bookings_guard ON bookings;
UPDATE bookings SET start_time = '2030-01-07 09:35+00', end_time = '2030-01-07 10:05+00' WHERE id = :'first_booking';
SELECT * FROM bookmeatoz_verify_rows();

-- DROP EXTENSION ... CASCADE, a change, and a reinstallation: the guard sees the booking where it is now.
ROLLBACK TO clean;
DROP EXTENSION bookmeatoz CASCADE;
UPDATE bookings SET employee_id = :'ben_at_salon' WHERE id = :'first_booking';
CREATE EXTENSION bookmeatoz;
SELECT bookmeatoz_set_owner('regress_rows_owner');
SELECT * FROM bookmeatoz_verify_rows();
SELECT line FROM bookmeatoz_install_schema() line WHERE line !~ '^created';
SELECT * FROM bookmeatoz_verify_rows();
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 08:50+00');
-- Of many rows a hundred are told, and all are mended.
ROLLBACK TO clean;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time)
SELECT :'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', timestamptz '2031-01-01 00:00+00' + n * interval '1 hour' FROM generate_series(1, 101) n;
DROP EXTENSION bookmeatoz CASCADE;
UPDATE bookings SET session_key = id WHERE start_time >= '2031-01-01 00:00+00';
CREATE EXTENSION bookmeatoz;
SELECT bookmeatoz_set_owner('regress_rows_owner');
SELECT count(*) FILTER (WHERE line ~ '^mended') AS told, max(line) FILTER (WHERE line ~ '^verified') FROM bookmeatoz_install_schema() line;
SELECT * FROM bookmeatoz_verify_rows();
-- The same where it collides now: nothing is installed, and the error names the booking.
ROLLBACK TO clean;
DROP EXTENSION bookmeatoz CASCADE;
UPDATE bookings SET start_time = '2030-01-07 10:05+00', end_time = '2030-01-07 10:35+00' WHERE id = :'first_booking';
CREATE EXTENSION bookmeatoz;
SELECT bookmeatoz_set_owner('regress_rows_owner');
SELECT * FROM bookmeatoz_verify_rows();
\set VERBOSITY default
SELECT * FROM bookmeatoz_install_schema() line WHERE line !~ '^created';
\set VERBOSITY terse

-- Large tables: what is done is told while it is done.
ROLLBACK TO clean;
UPDATE pg_class SET reltuples = 200000 WHERE oid IN ('bookings'::regclass, 'customers'::regclass);
SET LOCAL client_min_messages = notice;
SELECT * FROM bookmeatoz_verify_rows();
SET LOCAL client_min_messages = warning;

-- Other tables, and the archive.
ROLLBACK TO clean;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status)
VALUES ('00000000-0000-4000-8000-000000000205', :'clinic', :'carl_at_clinic', :'massage', '2020-05-05 10:00+00', 'completed');
SELECT archive_bookings('1 year');
ALTER TABLE bookings_archive DISABLE TRIGGER USER;
UPDATE bookings_archive SET seat = 2, session_key = id;
ALTER TABLE bookings_archive ENABLE TRIGGER USER;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status)
VALUES ('00000000-0000-4000-8000-000000000205', :'clinic', :'carl_at_clinic', :'massage', '2020-05-05 10:00+00', 'completed');
SET session_replication_role = replica;
UPDATE users SET email = 'Anna@example.org' WHERE id = :'anna';
INSERT INTO users (id, email) VALUES ('00000000-0000-4000-8000-0000000000b4', 'BEN@example.org');
UPDATE businesses SET settings = '{"slot_interval_minutes": "many"}' WHERE id = :'salon';
UPDATE customers SET email = 'Carl@example.org' WHERE id = :'carl_at_salon';
UPDATE services SET settings = '{"slot_interval_minutes": -1}' WHERE id = :'haircut';
UPDATE employee_services SET business_id = '00000000-0000-0000-0000-000000000000' WHERE employee_id = :'ben_at_salon';
UPDATE employee_availability_overrides SET business_id = '00000000-0000-0000-0000-000000000000';
DELETE FROM employees WHERE id = :'anna_at_clinic';
RESET session_replication_role;
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows();
SELECT severity, table_name, finding FROM bookmeatoz_verify_rows(repair => true) WHERE NOT mended;
SELECT severity, table_name, finding, mended FROM bookmeatoz_verify_rows();

-- A row of a dump, which sets row_security off, keeps its place where that fits; elsewhere the guard decides. To be overbooked takes the right here too.
ROLLBACK TO clean;
CREATE ROLE regress_rows_restorer BYPASSRLS;
GRANT SELECT, INSERT ON bookings, services, businesses, employees, employee_services TO regress_rows_restorer;
CREATE FUNCTION pg_temp.restore(start timestamptz, key_of timestamptz, forced boolean DEFAULT false) RETURNS TABLE (seat smallint, own_resource boolean, own_key boolean) LANGUAGE sql AS $$
    INSERT INTO bookings AS b (business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes, overbooked, resource_id, session_key, seat)
    SELECT e.business_id, c.id, '00000000-0000-4000-8000-0000000000f1', e.id, start, start + interval '30 minutes', 'confirmed', 5, 10, forced, e.id,
           encode(substr(sha256(uuid_send(e.id) || uuid_send('00000000-0000-4000-8000-0000000000f1') || timestamptz_send(key_of) || timestamptz_send(key_of + interval '30 minutes')), 1, 16), 'hex')::uuid, 3
    FROM (SELECT '00000000-0000-4000-8000-0000000000d2'::uuid, '00000000-0000-4000-8000-0000000000c1'::uuid) e (id, business_id), (SELECT '00000000-0000-4000-8000-000000000101'::uuid) c (id)
    RETURNING b.seat, b.resource_id = b.employee_id,
              encode(substr(sha256(uuid_send(resource_id) || uuid_send(service_id) || timestamptz_send(start_time) || timestamptz_send(end_time)), 1, 16), 'hex')::uuid = session_key $$;
SAVEPOINT restoring;
SELECT * FROM pg_temp.restore('2030-04-01 09:00+00', '2030-04-01 09:00+00');
SET LOCAL row_security = off;
SELECT * FROM pg_temp.restore('2030-04-01 10:00+00', '2030-04-01 10:00+00');
SELECT * FROM pg_temp.restore('2030-04-01 11:00+00', '2030-04-01 12:00+00');
SELECT * FROM pg_temp.restore('2030-04-01 10:15+00', '2030-04-01 10:15+00');
ROLLBACK TO restoring;
SET LOCAL row_security = off;
SET ROLE regress_rows_restorer;
SELECT * FROM pg_temp.restore('2030-04-01 10:00+00', '2030-04-01 10:00+00');
SELECT * FROM pg_temp.restore('2030-04-01 10:15+00', '2030-04-01 10:15+00', true);
ROLLBACK;
