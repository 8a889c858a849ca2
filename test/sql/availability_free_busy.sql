-- free_busy(): the types and their precedence, that the window is covered exactly, whose rights count, bad input.
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
\set at '''2029-12-01 00:00+00'''
\set monday '''2030-01-07 00:00+00'', ''2030-01-08 00:00+00'''
SAVEPOINT before;
-- Anna works 9 to 17 in Berlin; two bookings with buffers of 5 and 10 minutes, which touch nothing here.
SELECT * FROM free_busy(:'anna_at_salon', :monday);
-- The window clips what reaches into it.
SELECT * FROM free_busy(:'anna_at_salon', '2030-01-07 09:10+00', '2030-01-07 10:10+00');
SELECT * FROM free_busy(:'anna_at_salon', '2030-01-07 09:10+00', '2030-01-07 09:10+00');
-- Ben works the hours of the business (S1), on Mondays alone.
SELECT * FROM free_busy(:'ben_at_salon', '2030-01-06 00:00+00', '2030-01-09 00:00+00');
-- Notice and horizon are no part of it, nor is the past.
UPDATE businesses SET settings = '{"min_notice_minutes": 525600, "max_advance_days": 1}' WHERE id = :'salon';
SELECT count(*) FROM free_busy(:'anna_at_salon', :monday);
SELECT * FROM free_busy(:'ben_at_salon', '2020-01-05 22:00+00', '2020-01-06 22:00+00');
ROLLBACK TO before;
-- Precedence: booked > pending > unavailable > free. A pending booking is tentative; where it meets a firm one that one counts.
ALTER TABLE bookings DISABLE TRIGGER USER;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status, overbooked, resource_id, session_key, seat)
SELECT :'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', start, finish, 0, 0, status::booking_status_type_v1, true, :'anna_at_salon', md5(start::text)::uuid, 1
FROM (VALUES (timestamptz '2030-01-07 09:20+00', timestamptz '2030-01-07 10:00+00', 'pending'),
             ('2030-01-07 07:30+00', '2030-01-07 08:30+00', 'completed'), ('2030-01-07 14:00+00', '2030-01-07 15:00+00', 'cancelled')) v (start, finish, status);
SELECT * FROM free_busy(:'anna_at_salon', :monday);
ROLLBACK TO before;
-- S19: a hold is tentative until it expires. S5: absences and extra shifts.
INSERT INTO bookings (business_id, service_id, employee_id, start_time, status, hold_expires_at) VALUES
    (:'salon', :'haircut', :'anna_at_salon', '2030-01-07 12:00+00', 'pending', now() + interval '5 minutes'),
    (:'salon', :'haircut', :'anna_at_salon', '2030-01-07 14:00+00', 'pending', now());
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, is_unavailable) VALUES
    (:'anna_at_salon', '2030-01-07 11:00+00', '2030-01-07 12:15+00', true), (:'anna_at_salon', '2030-01-07 18:00+00', '2030-01-07 19:00+00', false);
SELECT * FROM free_busy(:'anna_at_salon', :monday);
ROLLBACK TO before;
-- It is there whether or not anybody is active.
UPDATE employees SET employment_status = 'inactive' WHERE id = :'ben_at_salon';
SELECT count(*) FROM free_busy(:'ben_at_salon', :monday);
ROLLBACK TO before;

-- The periods cover the window: ascending, without gaps, neighbours of different types.
WITH periods AS (
    SELECT period, busy_type, lag(upper(period)) OVER w AS upper_before, lag(busy_type) OVER w AS type_before
    FROM free_busy(:'anna_at_salon', '2030-01-01 00:00:00.000001+00', '2030-12-31 12:34:56+00') WITH ORDINALITY AS p (period, busy_type, number)
    WINDOW w AS (ORDER BY number))
SELECT range_agg(period) = tstzmultirange(tstzrange('2030-01-01 00:00:00.000001+00', '2030-12-31 12:34:56+00')) AS covers,
       count(*) > 100 AS many, count(*) FILTER (WHERE upper_before <> lower(period)) AS gaps, count(*) FILTER (WHERE type_before = busy_type) AS same_neighbours
FROM periods;

-- Whose rights count: an employee who is not there and one who is hidden are told in the same words.
SELECT * FROM free_busy('00000000-0000-4000-8000-00000000dead', :monday);
\echo :LAST_ERROR_SQLSTATE
CREATE ROLE regress_free_busy_app;
SELECT bookmeatoz_grant_app_role('regress_free_busy_app');
SET ROLE regress_free_busy_app;
SELECT set_session_context(NULL, :'studio', NULL);
SELECT * FROM free_busy('00000000-0000-4000-8000-00000000dead', :monday);
SELECT * FROM free_busy(:'anna_at_salon', :monday);
SELECT set_session_context(NULL, :'salon', NULL);
SELECT count(*) FROM free_busy(:'anna_at_salon', :monday);
RESET ROLE;

-- Bad input.
SELECT * FROM free_busy(NULL, :monday);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM free_busy(:'anna_at_salon', NULL, '2030-01-08 00:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM free_busy(:'anna_at_salon', '2030-01-07 00:00+00', NULL);
SELECT * FROM free_busy(:'anna_at_salon', '-infinity', '2030-01-08 00:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM free_busy(:'anna_at_salon', '2030-01-08 00:00+00', '2030-01-07 00:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) > 0 AS found FROM free_busy(:'anna_at_salon', '2030-01-01 00:00+00', '2031-01-03 00:00+00');
SELECT * FROM free_busy(:'anna_at_salon', '2030-01-01 00:00+00', '2031-01-03 00:00:00.000001+00');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM free_busy(:'anna_at_salon', '0044-03-15 00:00+00 BC', '0044-03-16 00:00+00 BC');
\echo :LAST_ERROR_SQLSTATE
-- S17: an invalid setting of the business is told here too.
ALTER TABLE businesses DISABLE TRIGGER USER;
UPDATE businesses SET settings = '{"working_hours_inheritance": 7}' WHERE id = :'salon';
SELECT * FROM free_busy(:'anna_at_salon', :monday);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
