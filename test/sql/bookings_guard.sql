-- The guard of bookings (S18), whoever writes: what the trigger fills, what the constraints refuse, who may pass.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :two_tenants
\set ECHO all
\set salon_booking 'INSERT INTO bookings (business_id, customer_id, service_id, status, employee_id, start_time) VALUES (' :'salon' ',' :'carl_at_salon' ',' :'haircut' ', ''confirmed'','
\set annas :salon_booking :'anna_at_salon' ','
\set nobodys :salon_booking NULL ','

-- Filled: the end by the service's duration, the buffers by the service's, unless given (S6).
:annas '2030-02-04 10:00+00') RETURNING end_time, buffer_before_minutes, buffer_after_minutes, busy, resource_id = employee_id AS of_employee, seat;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes)
    VALUES (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-02-04 12:00+00', '2030-02-04 13:00+00', 0, 0)
    RETURNING end_time, buffer_before_minutes, buffer_after_minutes, busy;

-- A service of another business and one that is not there are told in the same words.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', :'massage', NULL, '2030-02-04 15:00+00');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'salon', :'carl_at_salon', uuid_nil(), NULL, '2030-02-04 15:00+00');
\echo :LAST_ERROR_SQLSTATE
-- Refused: an overlap, and an overlap of buffers alone; the sum of both buffers is kept free (S6).
:annas '2030-02-04 10:15+00');
\echo :LAST_ERROR_SQLSTATE
:annas '2030-02-04 10:44+00');
:annas '2030-02-04 10:45+00') RETURNING busy;
-- The same start again: the one seat is taken.
:annas '2030-02-04 10:00+00');
\echo :LAST_ERROR_SQLSTATE

-- Moving, re-activating and giving it to another checks again; what does not occupy time may lie anywhere (S11).
:annas '2030-02-05 10:00+00') RETURNING id AS moved \gset
-- (Which of two is named in the DETAIL is the index's choice.)
\set VERBOSITY terse
UPDATE bookings SET start_time = '2030-02-04 10:20+00', end_time = '2030-02-04 10:50+00' WHERE id = :'moved';
UPDATE bookings SET status = 'cancelled' WHERE id = :'moved';
UPDATE bookings SET start_time = '2030-02-04 10:20+00', end_time = '2030-02-04 10:50+00' WHERE id = :'moved' RETURNING busy;
UPDATE bookings SET status = 'confirmed' WHERE id = :'moved';
UPDATE bookings SET status = 'no_show' WHERE id = :'moved';
UPDATE bookings SET employee_id = :'ben_at_salon' WHERE id = :'moved';
UPDATE bookings SET status = 'completed' WHERE id = :'moved' RETURNING resource_id = :'ben_at_salon' AS of_ben;
UPDATE bookings SET employee_id = :'anna_at_salon' WHERE id = :'moved';
\set VERBOSITY default
UPDATE bookings SET buffer_before_minutes = 600 WHERE id = :'moved' RETURNING busy;
-- A change of buffers can collide too.
UPDATE bookings SET buffer_after_minutes = 60 WHERE employee_id = :'anna_at_salon' AND start_time = '2030-02-04 10:00+00';

-- The helper columns are the database's, whatever the statement says.
UPDATE bookings SET resource_id = NULL, session_key = uuid_generate_v4(), seat = 7
    WHERE id = :'first_booking' RETURNING resource_id = employee_id AS of_employee, seat;
SELECT count(DISTINCT session_key) FROM bookings WHERE id IN (:'first_booking', :'second_booking');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, resource_id, session_key, seat)
    VALUES (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-02-04 10:00+00', 'confirmed', NULL, uuid_generate_v4(), 2);
UPDATE bookings SET busy = 'empty' WHERE id = :'first_booking';

-- Capacity (S15): a session has as many seats as the service says; what overlaps it otherwise collides.
SAVEPOINT capacity;
UPDATE services SET settings = '{"capacity": 3}' WHERE id = :'haircut';
:annas '2030-02-06 10:00+00') RETURNING seat;
:annas '2030-02-06 10:00+00'), (:'salon', :'carl_at_salon', :'haircut', 'confirmed', :'anna_at_salon', '2030-02-06 10:00+00') RETURNING seat;
:annas '2030-02-06 10:00+00');
\echo :LAST_ERROR_SQLSTATE
:annas '2030-02-06 10:15+00');
SELECT remaining_capacity FROM find_available_slots(:'haircut', '2030-02-06 10:00+00', '2030-02-06 10:01+00', :'anna_at_salon', as_of => '2030-01-01 00:00+00');
-- A seat given up is found again; a lower capacity lets nobody else in and throws nobody out.
UPDATE bookings SET status = 'cancelled' WHERE start_time = '2030-02-06 10:00+00' AND seat = 2;
:annas '2030-02-06 10:00+00') RETURNING seat;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
WITH noted AS (
    UPDATE bookings SET notes = 'still there' WHERE start_time = '2030-02-06 10:00+00' RETURNING seat, status)
SELECT * FROM noted ORDER BY seat, status;
UPDATE bookings SET status = 'cancelled' WHERE start_time = '2030-02-06 10:00+00' AND seat = 3;
:annas '2030-02-06 10:00+00');
ROLLBACK TO capacity;

-- Without an employee: in a business with employees nobody's time, and so no collision (S14).
:nobodys '2030-02-07 10:00+00') RETURNING resource_id;
:nobodys '2030-02-07 10:00+00') RETURNING resource_id;
-- While all are on leave it is nobody's too; a business without employees is the one resource (S12).
SAVEPOINT alone;
UPDATE employees SET employment_status = 'inactive' WHERE business_id = :'salon';
:nobodys '2030-02-08 10:00+00') RETURNING resource_id;
ROLLBACK TO alone;
DELETE FROM employees WHERE business_id = :'salon';
:nobodys '2030-02-08 10:00+00') RETURNING resource_id = business_id AS of_business;
:nobodys '2030-02-08 10:10+00');
ROLLBACK TO alone;
-- Deleting employees leaves their bookings to nobody, even where they overlap (S18).
:annas '2030-02-09 10:00+00');
:salon_booking :'ben_at_salon', '2030-02-09 10:00+00') RETURNING resource_id = employee_id AS of_employee;
DELETE FROM employees WHERE business_id = :'salon';
SELECT count(*), count(resource_id) AS with_resource, count(employee_id) AS with_employee FROM bookings WHERE start_time = '2030-02-09 10:00+00';
ROLLBACK TO alone;

-- An expired hold is in nobody's way, whoever writes and however (S19): the next writer deletes it. One in force is.
SAVEPOINT holds;
\set hold 'INSERT INTO bookings (business_id, service_id, employee_id, start_time, hold_expires_at) VALUES (' :'salon' ',' :'haircut' ',' :'anna_at_salon' ','
:hold '2030-02-13 10:00+00', clock_timestamp() + interval '1 hour');
:annas '2030-02-13 10:00+00');
UPDATE bookings SET hold_expires_at = clock_timestamp() WHERE start_time = '2030-02-13 10:00+00';
:annas '2030-02-13 10:30+00') RETURNING start_time;
SELECT count(*) FROM bookings WHERE start_time = '2030-02-13 10:00+00';
:hold '2030-02-13 12:00+00', clock_timestamp() - interval '1 hour'), (:'salon', :'haircut', :'anna_at_salon', '2030-02-13 13:00+00', clock_timestamp() - interval '1 hour');
UPDATE bookings SET start_time = '2030-02-13 12:00+00', end_time = '2030-02-13 13:30+00' WHERE start_time = '2030-02-13 10:30+00' RETURNING start_time;
:hold '2030-02-13 15:00+00', clock_timestamp() - interval '1 hour');
COPY bookings (business_id, customer_id, service_id, employee_id, start_time, status) FROM STDIN;
00000000-0000-4000-8000-0000000000c1	00000000-0000-4000-8000-000000000101	00000000-0000-4000-8000-0000000000f1	00000000-0000-4000-8000-0000000000d1	2030-02-13 15:00+00	confirmed
\.
:hold '2030-02-13 17:00+00', clock_timestamp() - interval '1 hour');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) VALUES
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-02-13 17:00+00', 'confirmed'), (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-02-13 17:00+00', 'cancelled');
SELECT count(*) FROM bookings WHERE start_time = '2030-02-13 17:00+00' AND hold_expires_at IS NOT NULL;
UPDATE bookings SET employee_id = :'anna_at_salon' WHERE start_time = '2030-02-13 17:00+00' AND employee_id = :'ben_at_salon';
SELECT start_time, status, hold_expires_at FROM bookings WHERE start_time > '2030-02-13' AND start_time < '2030-02-14' ORDER BY 1, 2;
-- What else changes in a row touches no hold, and so may be done to many rows at once.
:hold '2030-02-13 10:00+00', clock_timestamp() - interval '1 hour');
UPDATE bookings SET notes = 'seen', reminder_sent_1h = true WHERE start_time > '2030-02-13' AND start_time < '2030-02-14';
-- It never comes back.
UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '1 hour' WHERE start_time = '2030-02-13 10:00+00';
\echo :LAST_ERROR_SQLSTATE
UPDATE bookings SET hold_expires_at = NULL, customer_id = :'carl_at_salon' WHERE start_time = '2030-02-13 10:00+00';
UPDATE bookings SET status = 'confirmed', hold_expires_at = NULL, customer_id = :'carl_at_salon' WHERE start_time = '2030-02-13 10:00+00';
UPDATE bookings SET status = 'rejected', hold_expires_at = NULL, customer_id = :'carl_at_salon' WHERE start_time = '2030-02-13 10:00+00' RETURNING status;
ROLLBACK TO holds;
-- One that holds a seat gives it up (S15).
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
:hold '2030-02-13 10:00+00', clock_timestamp() + interval '1 hour');
:annas '2030-02-13 10:00+00') RETURNING seat;
UPDATE bookings SET hold_expires_at = clock_timestamp() WHERE start_time = '2030-02-13 10:00+00' AND status = 'pending';
:annas '2030-02-13 10:00+00') RETURNING seat;
ROLLBACK TO holds;
-- The caller need not see it.
CREATE ROLE regress_guard_holds;
SELECT bookmeatoz_grant_app_role('regress_guard_holds');
CREATE POLICY regress_guard_no_holds ON bookings AS RESTRICTIVE TO regress_guard_holds USING (hold_expires_at IS NULL);
:hold '2030-02-13 10:00+00', clock_timestamp() - interval '1 hour');
SET ROLE regress_guard_holds;
SELECT set_session_context(NULL, :'salon', NULL);
:annas '2030-02-13 10:00+00') RETURNING start_time;
RESET ROLE;
ROLLBACK TO holds;

-- Daily limits (S16): of the service or of the business, on the local date, for whoever writes; overbooked passes.
UPDATE services SET settings = '{"max_bookings_per_day": 2}' WHERE id = :'haircut';
:annas '2030-02-14 10:00+00'), (:'salon', :'carl_at_salon', :'haircut', 'confirmed', :'anna_at_salon', '2030-02-14 11:00+00');
:annas '2030-02-14 12:00+00');
\echo :LAST_ERROR_SQLSTATE
:annas '2030-02-14 23:30+00') RETURNING start_time;
:annas '2030-02-13 23:30+00');
:salon_booking :'ben_at_salon', '2030-02-14 12:00+00') RETURNING start_time;
UPDATE bookings SET employee_id = :'anna_at_salon' WHERE employee_id = :'ben_at_salon' AND start_time = '2030-02-14 12:00+00';
UPDATE bookings SET start_time = '2030-02-14 13:00+00', end_time = '2030-02-14 13:30+00' WHERE employee_id = :'anna_at_salon' AND start_time = '2030-02-14 11:00+00' RETURNING start_time;
UPDATE bookings SET status = 'cancelled' WHERE employee_id = :'anna_at_salon' AND start_time = '2030-02-14 10:00+00';
:annas '2030-02-14 15:00+00') RETURNING start_time;
UPDATE bookings SET status = 'confirmed' WHERE employee_id = :'anna_at_salon' AND start_time = '2030-02-14 10:00+00';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, overbooked) VALUES (:'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-02-14 15:00+00', 'confirmed', true) RETURNING overbooked;
UPDATE services SET settings = '{}' WHERE id = :'haircut';
UPDATE businesses SET settings = '{"max_bookings_per_day": 4}' WHERE id = :'salon';
:annas '2030-02-14 16:00+00') RETURNING start_time;
:annas '2030-02-14 17:00+00');
UPDATE bookings SET notes = 'full' WHERE employee_id = :'anna_at_salon' AND start_time > '2030-02-14' AND start_time < '2030-02-15';
ROLLBACK TO holds;
-- Expired holds do not count.
UPDATE services SET settings = '{"max_bookings_per_day": 1}' WHERE id = :'haircut';
:hold '2030-02-14 10:00+00', clock_timestamp() + interval '1 hour');
:annas '2030-02-14 12:00+00');
UPDATE bookings SET hold_expires_at = clock_timestamp() WHERE start_time = '2030-02-14 10:00+00';
:annas '2030-02-14 12:00+00') RETURNING start_time;
ROLLBACK TO holds;

-- A business that lost its last employee is occupied by its unassigned bookings, though they belonged to nobody (S12).
:nobodys '2030-02-15 10:00+00') RETURNING resource_id;
DELETE FROM employees WHERE business_id = :'salon';
:nobodys '2030-02-15 10:10+00');
\echo :LAST_ERROR_SQLSTATE
:nobodys '2030-02-15 10:45+00') RETURNING resource_id = business_id AS of_business;
ROLLBACK TO holds;

-- overbooked passes the guard and takes the right to; searches count it (S11).
CREATE ROLE regress_guard_app;
CREATE ROLE regress_guard_staff;
SELECT bookmeatoz_grant_app_role('regress_guard_app'), bookmeatoz_grant_app_role('regress_guard_staff');
GRANT EXECUTE ON FUNCTION may_overbook() TO regress_guard_staff;
\set forced 'INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, overbooked) VALUES (' :'salon' ',' :'carl_at_salon' ',' :'haircut' ',' :'anna_at_salon' ',' '\'2030-02-04 10:00+00\', \'confirmed\', true)'
SET ROLE regress_guard_app;
SELECT set_session_context(NULL, :'salon', NULL);
:forced;
\echo :LAST_ERROR_SQLSTATE
SET ROLE regress_guard_staff;
:forced RETURNING id AS forced_booking \gset
SET ROLE regress_guard_app;
UPDATE bookings SET overbooked = true WHERE id = :'first_booking';
-- Others may cancel it and write notes, not move it or bring it back.
UPDATE bookings SET notes = 'sits at the bar' WHERE id = :'forced_booking' RETURNING notes;
UPDATE bookings SET start_time = '2030-02-04 10:01+00' WHERE id = :'forced_booking';
UPDATE bookings SET status = 'cancelled' WHERE id = :'forced_booking' RETURNING status;
UPDATE bookings SET status = 'confirmed' WHERE id = :'forced_booking';
-- Without the flag it is a booking like any other.
UPDATE bookings SET status = 'confirmed', overbooked = false WHERE id = :'forced_booking';
RESET ROLE;

-- The guard reads as the tables' owner; operators of the caller's own do not run with the owner's rights.
SAVEPOINT shadowed;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_guard_app;
SET ROLE regress_guard_app;
CREATE SCHEMA regress_guard_evil;
CREATE FUNCTION regress_guard_evil.equal(a uuid, b uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'run as %', current_user; END $$;
CREATE OPERATOR regress_guard_evil.= (FUNCTION = regress_guard_evil.equal, LEFTARG = uuid, RIGHTARG = uuid);
GRANT USAGE ON SCHEMA regress_guard_evil TO PUBLIC;
SET LOCAL search_path = regress_guard_evil, pg_catalog, public;
:nobodys '2030-02-12 10:00+00') RETURNING end_time;
SELECT count(*) > 0 AS found FROM find_available_slots(:'haircut', '2030-02-11 00:00+00', '2030-02-12 00:00+00', as_of => '2030-01-01 00:00+00');
ROLLBACK TO shadowed;

-- A collision is found before the row is written, as a trigger behind the guard shows; unless it may mean that there is nothing to do.
SAVEPOINT collision;
CREATE FUNCTION regress_guard_behind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'behind the guard'; RETURN NEW; END $$;
CREATE TRIGGER regress_guard_behind BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION regress_guard_behind();
:annas '2030-02-04 09:40+00');
:annas '2030-02-04 09:40+00') RETURNING id;
PREPARE regress_guard_insert AS :annas '2030-02-04 09:40+00');
EXECUTE regress_guard_insert;
DEALLOCATE regress_guard_insert;
CREATE TEMPORARY TABLE regress_guard_rows AS SELECT business_id, customer_id, service_id, status, employee_id, timestamptz '2030-02-04 09:40+00' AS start_time
    FROM bookings WHERE id = :'first_booking';
SELECT format('echo %s,%s,%s,%s,%s,%s', business_id, customer_id, service_id, status, employee_id, start_time) AS program FROM regress_guard_rows \gset
COPY bookings (business_id, customer_id, service_id, status, employee_id, start_time) FROM PROGRAM :'program' (FORMAT csv);
UPDATE bookings SET employee_id = :'anna_at_salon', status = 'confirmed', start_time = '2030-02-04 09:40+00', end_time = '2030-02-04 10:10+00' WHERE id = :'moved';
:annas '2030-02-04 09:40+00') ON CONFLICT DO NOTHING;
WITH written AS (INSERT INTO bookings (business_id, customer_id, service_id, status, employee_id, start_time)
                 SELECT * FROM regress_guard_rows ON CONFLICT DO NOTHING RETURNING id) SELECT count(*) FROM written;
MERGE INTO bookings USING regress_guard_rows r ON false WHEN NOT MATCHED THEN
    INSERT (business_id, customer_id, service_id, status, employee_id, start_time)
    VALUES (r.business_id, r.customer_id, r.service_id, r.status, r.employee_id, r.start_time);
CREATE FUNCTION regress_guard_try() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO bookings (business_id, customer_id, service_id, status, employee_id, start_time) SELECT * FROM regress_guard_rows ON CONFLICT DO NOTHING;
    RETURN 1;
END $$;
INSERT INTO bookings (business_id, customer_id, service_id, status, employee_id, start_time)
    SELECT business_id, customer_id, service_id, status, employee_id, start_time + interval '1 day' * regress_guard_try() FROM regress_guard_rows;
ROLLBACK TO collision;

-- Service and employee of another business: their foreign keys refuse the row, whatever it would meet there.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, price, currency)
    VALUES (:'salon', :'carl_at_salon', :'massage', :'anna_at_salon', '2030-02-04 10:00+00', '2030-02-04 11:00+00', 0, 0, 9, 'EUR');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time)
    VALUES (:'salon', :'carl_at_salon', :'haircut', :'first_booking', '2030-02-04 10:00+00');

-- busy_range() itself.
SELECT busy_range('2030-01-01 10:00+00', '2030-01-01 11:00+00', 5, 10), busy_range('-infinity', 'infinity', 1, 1),
       busy_range('2030-01-01 10:00+00', '2030-01-01 11:00+00', NULL, 10) AS of_null;
SELECT busy_range('2030-01-01 11:00+00', '2030-01-01 10:00+00', 0, 0);
SELECT busy_range('4714-11-24 00:00+00 BC', '2030-01-01 10:00+00', 1, 0);
SELECT busy_range('2030-01-01 10:00+00', '294276-12-31 23:59+00', 0, 1);
SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE proname = 'busy_range';

-- The trigger functions say how they are to be used.
SELECT trigger_guard_booking();
CREATE TABLE regress_guard_other (id integer);
CREATE TRIGGER a AFTER INSERT ON regress_guard_other FOR EACH ROW EXECUTE FUNCTION trigger_guard_booking();
INSERT INTO regress_guard_other VALUES (1);
DROP TRIGGER a ON regress_guard_other;
CREATE TRIGGER a BEFORE INSERT ON regress_guard_other FOR EACH ROW EXECUTE FUNCTION trigger_guard_booking();
INSERT INTO regress_guard_other VALUES (1);
DROP TRIGGER a ON regress_guard_other;
CREATE TRIGGER a BEFORE INSERT ON regress_guard_other FOR EACH ROW EXECUTE FUNCTION trigger_check_time_zone();
INSERT INTO regress_guard_other VALUES (1);
ROLLBACK;
