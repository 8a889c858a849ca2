-- employee_calendar() and booking_event(): what stands in them, for whom, and bad input. The lines, their folding and escaping are for the
-- unit tests and the fuzzer of the core, what another program reads for test/robustness/test_icalendar.py.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
BEGIN;
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :two_tenants
\i :verdict
\set ECHO all
\pset format unaligned
\pset tuples_only on
SET LOCAL session_replication_role = replica;
UPDATE bookings SET created_at = '2020-12-01 08:00+00', updated_at = '2020-12-01 08:00+00';
UPDATE bookings SET updated_at = '2020-12-01 08:00:30.5+00', notes = E'Fringe;\nno wash, please' WHERE id = :'first_booking';
RESET session_replication_role;
UPDATE services SET description = 'Wash and cut' WHERE id = :'haircut';
UPDATE customers SET phone = '+49 30 1' WHERE id = :'carl_at_salon';
CREATE FUNCTION pg_temp.lines(calendar text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT line FROM regexp_split_to_table(calendar, E'\r\n') line $$;
SELECT pg_temp.lines(employee_calendar(:'anna_at_salon', '2030-01-07', '2030-01-08'));
SELECT pg_temp.lines(booking_event(:'first_booking'));
-- The window: what reaches into it, and no holds.
CREATE FUNCTION pg_temp.starts(employee uuid, from_time timestamptz, to_time timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(line, ' '), 'none') FROM pg_temp.lines(employee_calendar(employee, from_time, to_time)) line WHERE line LIKE 'DTSTART:%' $$;
SELECT pg_temp.starts(:'anna_at_salon', '2030-01-07 09:30+00', '2030-01-07 10:00+00'), pg_temp.starts(:'anna_at_salon', '2030-01-07 09:29:59+00', '2030-01-07 10:00:00.000001+00'),
       pg_temp.starts(:'anna_at_salon', '2030-01-07 09:10+00', '2030-01-07 09:10+00'), pg_temp.starts(:'ben_at_salon', '2030-01-01', '2031-01-01');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, hold_expires_at) VALUES
    (:'salon', NULL, :'haircut', :'ben_at_salon', '2030-01-07 09:00+00', NULL, 'pending', clock_timestamp() + interval '1 hour'),
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-08 09:00+00', '2030-01-15 09:00+00', 'confirmed', NULL);
SELECT pg_temp.starts(:'ben_at_salon', '2030-01-01', '2030-01-08'), pg_temp.starts(:'ben_at_salon', '2030-01-15 08:59:59+00', '2031-01-01'), pg_temp.starts(:'ben_at_salon', '2030-01-15 09:00+00', '2031-01-01');
-- Statuses: what frees its time is cancelled. A status of the application's is confirmed, as it occupies.
CREATE FUNCTION pg_temp.status_line(changed text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE bookings SET status = %L WHERE notes = ''various''', changed);
    RETURN (SELECT line FROM bookings b, pg_temp.lines(booking_event(b.id)) line WHERE b.notes = 'various' AND line LIKE 'STATUS:%');
END $$;
UPDATE bookings SET notes = 'various' WHERE id = :'second_booking';
SELECT status, pg_temp.status_line(status::text) FROM unnest(enum_range(NULL::booking_status_type_v1)) status;
SELECT pg_temp.status_line('confirmed');
-- Moved and cancelled: the same UID, and a SEQUENCE that grows.
CREATE FUNCTION pg_temp.state(booking uuid) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN line NOT LIKE 'SEQUENCE:%' THEN line WHEN substr(line, 10)::integer > 31 THEN 'SEQUENCE is greater' ELSE line END, ', ')
    FROM pg_temp.lines(booking_event(booking)) line WHERE line ~ '^(UID|SEQUENCE|STATUS|DTSTART):' $$;
SELECT pg_temp.state(:'first_booking');
SELECT FROM reschedule_booking(:'first_booking', '2030-01-14 11:00+00');
SELECT pg_temp.state(:'first_booking');
SELECT FROM cancel_booking(:'first_booking');
SELECT pg_temp.state(:'first_booking');
-- The same whatever the session's zone and style; no change, no other text.
SELECT count(DISTINCT text) FROM (SELECT set_config('TimeZone', zone, true), set_config('DateStyle', 'German', true), employee_calendar(:'anna_at_salon', '2030-01-01 00:00+00', '2030-02-01 00:00+00') AS text FROM unnest(ARRAY['UTC', 'Asia/Tokyo', 'America/New_York']) zone) texts;
-- For whom: the business and its tenant; others are told the same as of what does not exist. A user sees the own booking, without names.
CREATE ROLE regress_icalendar_app;
SELECT bookmeatoz_grant_app_role('regress_icalendar_app');
SET ROLE regress_icalendar_app;
SELECT pg_temp.verdict(format('SELECT booking_event(%L)', :'second_booking')), pg_temp.verdict(format('SELECT employee_calendar(%L, ''2030-01-01'', ''2030-02-01'')', :'anna_at_salon'));
SET LOCAL app.current_business_id = :'studio';
SELECT booking_event(:'second_booking');
SELECT booking_event('00000000-0000-4000-8000-00000000dead');
SELECT employee_calendar(:'anna_at_salon', '2030-01-01', '2030-02-01');
SET LOCAL app.current_business_id = :'salon';
SELECT pg_temp.starts(:'anna_at_salon', '2030-01-01', '2030-02-01');
SELECT pg_temp.verdict(format('SELECT employee_calendar(%L, ''2030-01-01'', ''2030-02-01'')', :'anna_at_clinic'));
SET LOCAL app.current_business_id = '';
SET LOCAL app.current_tenant_id = :'alpha';
SELECT pg_temp.starts(:'anna_at_clinic', '2030-01-01', '2030-02-01');
SET LOCAL app.current_tenant_id = '';
SET LOCAL app.current_user_id = :'carl';
SELECT line FROM pg_temp.lines(booking_event(:'second_booking')) line WHERE line ~ '^(UID|SUMMARY|LOCATION|DESCRIPTION)';
RESET ROLE;
-- Bad input.
SELECT pg_temp.tried(format('SELECT booking_event(%L)', id)) FROM bookings WHERE hold_expires_at IS NOT NULL;
SELECT pg_temp.tried('SELECT booking_event(NULL)'), pg_temp.tried('SELECT employee_calendar(NULL, now(), now())'), pg_temp.tried(format('SELECT employee_calendar(%L, NULL, now())', :'anna_at_salon')),
       pg_temp.tried(format('SELECT employee_calendar(%L, now(), ''infinity'')', :'anna_at_salon')), pg_temp.tried(format('SELECT employee_calendar(%L, now(), ''yesterday'')', :'anna_at_salon')),
       pg_temp.tried(format('SELECT employee_calendar(%L, ''2030-01-01 00:00+00'', ''2031-01-03 00:00+00'')', :'anna_at_salon')), pg_temp.tried(format('SELECT employee_calendar(%L, ''2030-01-01 00:00+00'', ''2031-01-03 00:00:01+00'')', :'anna_at_salon')),
       pg_temp.tried(format('SELECT employee_calendar(%L, ''0044-01-01 BC'', ''0044-01-02 BC'')', :'anna_at_salon'));
UPDATE bookings SET status = 'confirmed', start_time = '12000-01-01', end_time = '12000-01-02' WHERE id = :'second_booking';
SELECT booking_event(:'second_booking');
ROLLBACK;
-- A database in another encoding: the lines are those of UTF-8.
CREATE DATABASE regress_icalendar_latin1 ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_icalendar_latin1
SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;
\set ECHO none
\i :two_tenants
\set ECHO all
\pset format unaligned
\pset tuples_only on
SET client_encoding = 'UTF8';
UPDATE services SET name = repeat('é', 70) WHERE id = :'haircut';
SELECT octet_length(convert(convert_to(line, 'LATIN1'), 'LATIN1', 'UTF8')), replace(line, 'é', 'e') FROM regexp_split_to_table(booking_event(:'first_booking'), E'\r\n') line WHERE line ~ 'é';
\c contrib_regression
DROP DATABASE regress_icalendar_latin1;
