-- Finding slots through SQL: what is refused and how, who is asked, whose rights count. What slots there are is tested
-- by the unit tests of the core and by the differential test.
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
\set monday '''2030-01-07 00:00+00'', ''2030-01-08 00:00+00'''
\set at '''2029-12-01 00:00+00'''

-- What becomes of a time zone: ok, or the hint; nothing of it stays.
CREATE FUNCTION pg_temp.zone_outcome(zone text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    UPDATE businesses SET timezone = zone;
    ASSERT FOUND;
    RAISE EXCEPTION USING ERRCODE = 'TEST0';
EXCEPTION
    WHEN invalid_parameter_value THEN GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT; RETURN hint;
    WHEN SQLSTATE 'TEST0' THEN RETURN 'ok';
END
$$;

-- Anna works 9 to 17 in Berlin and has two bookings with buffers of 5 and 10 minutes; Ben works the salon's 10 to 18 (S1).
SELECT slot_start, slot_end, employee_ids, remaining_capacity
FROM find_available_slots(:'haircut', :monday, slot_interval_minutes => 30, as_of => :at);

-- The time zone of the session changes the words, never the instants.
SET TimeZone = 'Asia/Tokyo';
SELECT count(*), min(slot_start AT TIME ZONE 'UTC'), max(slot_start AT TIME ZONE 'UTC')
FROM find_available_slots(:'haircut', :monday, as_of => :at);
SET TimeZone = 'UTC';

-- One employee; one who does not serve it, or is not there, has no slots (S12, S13).
SELECT count(*), min(slot_start), max(slot_start) FROM find_available_slots(:'haircut', :monday, :'anna_at_salon', as_of => :at);
SELECT count(*) FROM find_available_slots(:'haircut', :monday, :'anna_at_clinic', as_of => :at);
SELECT count(*) FROM find_available_slots(:'haircut', :monday, '00000000-0000-4000-8000-00000000dead', as_of => :at);

-- A booking that is to be moved does not stand in its own way.
SELECT slot_start FROM find_available_slots(:'haircut', '2030-01-07 09:00+00', '2030-01-07 09:01+00', :'anna_at_salon', as_of => :at);
SELECT slot_start FROM find_available_slots(:'haircut', '2030-01-07 09:00+00', '2030-01-07 09:01+00', :'anna_at_salon',
                                            exclude_booking_id => :'first_booking', as_of => :at);

-- An empty window is no error; one of 367 times 24 hours is the longest: a year of local days, leap day and change of the clock included.
SELECT count(*) FROM find_available_slots(:'haircut', '2030-01-07 10:00+00', '2030-01-07 10:00+00', as_of => :at);
SELECT count(*) > 0 AS found FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2031-01-03 00:00+00', as_of => :at);

-- Bad input.
SELECT * FROM find_available_slots(NULL, :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', NULL, '2030-01-08 00:00+00', as_of => :at);
SELECT * FROM find_available_slots(:'haircut', '2030-01-08 00:00+00', NULL, as_of => :at);
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => NULL);
SELECT * FROM find_available_slots(:'haircut', '-infinity', '2030-01-08 00:00+00', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', '2030-01-08 00:00+00', 'infinity', as_of => :at);
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => 'infinity');
SELECT * FROM find_available_slots(:'haircut', '0044-03-15 00:00+00 BC', '0044-03-16 00:00+00 BC', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', '10000-01-01 00:00+00', '10000-01-02 00:00+00', as_of => :at);
SELECT * FROM find_available_slots(:'haircut', '2030-01-08 00:00+00', '2030-01-07 00:00+00', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2031-01-03 00:00:00.000001+00', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', :monday, slot_interval_minutes => 0, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_slots(:'haircut', :monday, slot_interval_minutes => -15, as_of => :at);
SELECT count(*) FROM find_available_slots(:'haircut', :monday, slot_interval_minutes => 2147483647, as_of => :at);

-- Times at the ends of the calendar.
SELECT count(*) FROM find_available_slots(:'haircut', '0001-01-01 00:00+00', '0001-01-31 00:00+00', as_of => '0001-01-01 00:00+00');
SELECT count(*) FROM find_available_slots(:'haircut', '9999-12-01 00:00+00', '9999-12-31 00:00+00', as_of => :at);

-- A service that is not there and one that is hidden are told in the same words (no existence leak).
SELECT * FROM find_available_slots('00000000-0000-4000-8000-00000000dead', :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
CREATE ROLE regress_availability_app;
SELECT bookmeatoz_grant_app_role('regress_availability_app');
SET ROLE regress_availability_app;
SELECT set_session_context(:'beta', NULL, NULL);
SELECT * FROM find_available_slots('00000000-0000-4000-8000-00000000dead', :monday, as_of => :at);
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => :at);
-- In its own business the application finds what the owner finds.
SELECT set_session_context(NULL, :'salon', NULL);
SELECT count(*), min(slot_start), max(slot_start) FROM find_available_slots(:'haircut', :monday, as_of => :at);
SELECT set_session_context(:'alpha', NULL, NULL);
SELECT count(*), min(slot_start), max(slot_start) FROM find_available_slots(:'haircut', :monday, as_of => :at);
SELECT count(*) > 0 AS found FROM find_available_slots(:'massage', '2030-01-01 00:00+00', '2030-02-01 00:00+00', as_of => :at);
SELECT set_session_context(NULL, NULL, NULL);
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => :at);
RESET ROLE;

-- S12: what is not active offers nothing.
SAVEPOINT active;
UPDATE services SET status = 'inactive' WHERE id = :'haircut';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
ROLLBACK TO active;
UPDATE businesses SET status = 'suspended' WHERE id = :'salon';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
ROLLBACK TO active;
UPDATE tenants SET status = 'suspended' WHERE id = :'alpha';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
ROLLBACK TO active;
UPDATE employees SET employment_status = 'inactive' WHERE id = :'ben_at_salon';
SELECT count(*), count(*) FILTER (WHERE employee_ids = ARRAY[:'anna_at_salon']::uuid[]) AS hers
FROM find_available_slots(:'haircut', :monday, as_of => :at);
-- When the last one is on leave nothing is offered: their promised times must not be sold a second time.
UPDATE employees SET employment_status = 'inactive' WHERE business_id = :'salon';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
-- Without any employee the business is the one resource: its default hours, no ids.
DELETE FROM employees WHERE business_id = :'salon';
SELECT count(*), min(slot_start), max(slot_start), min(employee_ids::text) AS ids FROM find_available_slots(:'haircut', :monday, as_of => :at);
ROLLBACK TO active;

-- S17: settings are refused when they are written ...
UPDATE services SET settings = '{"slot_interval_minutes": 0}' WHERE id = :'haircut';
\echo :LAST_ERROR_SQLSTATE
UPDATE services SET settings = '{"slot_interval_minutes": 7.5}' WHERE id = :'haircut';
UPDATE services SET settings = '{"slot_interval_minutes": "15"}' WHERE id = :'haircut';
UPDATE services SET settings = '{"slot_alignment": "clock", "capacity": [1]}' WHERE id = :'haircut';
UPDATE services SET settings = '{"buffers_within_hours": "yes"}' WHERE id = :'haircut';
UPDATE businesses SET settings = '{"working_hours_inheritance": "weekly"}' WHERE id = :'salon';
UPDATE businesses SET settings = '{"max_advance_days": 1e30}' WHERE id = :'salon';
-- ... and when they are read, if they were written before or past the trigger.
ALTER TABLE services DISABLE TRIGGER USER;
UPDATE services SET settings = '{"min_notice_minutes": true}' WHERE id = :'haircut';
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO active;
-- null is unset, other keys are the application's; the service's value counts before the business's, the argument before both.
UPDATE businesses SET settings = '{"slot_interval_minutes": 60, "slot_alignment": null, "colour": {"r": 1}}' WHERE id = :'salon';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
UPDATE services SET settings = '{"slot_interval_minutes": 120.0, "capacity": null}' WHERE id = :'haircut';
SELECT count(*) FROM find_available_slots(:'haircut', :monday, as_of => :at);
SELECT count(*) FROM find_available_slots(:'haircut', :monday, slot_interval_minutes => 240, as_of => :at);
ROLLBACK TO active;

-- Time zones: unknown ones are refused, known ones stored as the server spells them.
UPDATE businesses SET timezone = 'Europe/Berln' WHERE id = :'salon';
\echo :LAST_ERROR_SQLSTATE
UPDATE businesses SET timezone = 'Europe/Berlin2' WHERE id = :'salon';
UPDATE businesses SET timezone = '' WHERE id = :'salon';
UPDATE businesses SET timezone = 'europe/berlin' WHERE id = :'salon' RETURNING timezone;
-- Names of pg_timezone_names and nothing else: no rules of POSIX, whose sign is the other way round than people mean, nothing of the server's.
SELECT z AS accepted FROM unnest('{+05:30,+3,UTC+3,GMT+2,GMT-5,UTC+99,<+0530>-05:30,EST5,CET-1CEST,localtime,posixrules,W. Europe Standard Time}'::text[]) z
WHERE pg_temp.zone_outcome(z) = 'ok';
SELECT z AS refused FROM unnest('{UTC,utc,GMT,EST,EST5EDT,est5edt,CET,Etc/GMT+5,Etc/UTC,NZ,America/Argentina/Buenos_Aires}'::text[]) z
WHERE EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower(z)) AND pg_temp.zone_outcome(z) <> 'ok';
-- A legacy name is known, as on Debian 12, or refused with the name that replaces it, as on Debian 13. Both mean the same clock. (AT
-- TIME ZONE takes CET for an abbreviation: an offset that never changes.)
SELECT z, time_zone_replacement(z), time_zone_replacement(time_zone_replacement(z))
FROM unnest('{US/Eastern,asia/calcutta,EST5EDT,Europe/Kiev,GB,Europe/Berlin,Mars/Olympus}'::text[]) z;
SELECT z, pg_temp.zone_outcome(z) FROM unnest('{US/Eastern,Asia/Calcutta,EST5EDT,Europe/Kiev,GB}'::text[]) z
WHERE pg_temp.zone_outcome(z) <> 'ok' AND strpos(pg_temp.zone_outcome(z), format('It is a legacy name of "%s".', time_zone_replacement(z))) = 0;
SELECT DISTINCT n.name FROM pg_timezone_names n CROSS JOIN time_zone_replacement(n.name) z CROSS JOIN generate_series(timestamptz '2020-01-01', '2037-01-01', '10 days') t
WHERE t AT TIME ZONE n.name <> t AT TIME ZONE z AND n.name NOT IN (SELECT abbrev FROM pg_timezone_abbrevs);
ALTER TABLE businesses DISABLE TRIGGER USER;
UPDATE businesses SET timezone = 'Mars/Olympus' WHERE id = :'salon';
SELECT * FROM find_available_slots(:'haircut', :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO active;

-- More than a million slots are an error, not a flood.
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
    SELECT :'ben_at_salon', day, '00:00', '24:00' FROM generate_series(0, 6) day;
UPDATE services SET duration = 1, buffer_before_minutes = 0, buffer_after_minutes = 0 WHERE id = :'haircut';
SELECT count(*) FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2031-01-01 00:00+00', slot_interval_minutes => 1, as_of => :at);
ROLLBACK TO active;
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
    SELECT :'ben_at_salon', day, time '00:00' + second * interval '1 second', '24:00' FROM generate_series(0, 6) day, generate_series(0, 2) second;
UPDATE services SET duration = 1, buffer_before_minutes = 0, buffer_after_minutes = 0 WHERE id = :'haircut';
SELECT count(*) FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2031-01-01 00:00+00', slot_interval_minutes => 1, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
-- A search can be cancelled.
SET LOCAL statement_timeout = '20ms';
SELECT count(*) FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2031-01-01 00:00+00', slot_interval_minutes => 1, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO active;

-- An absence to the end of the server's calendar, and an extra shift from its beginning.
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, is_unavailable) VALUES
    (:'anna_at_salon', '2030-01-07 12:00+00', '294276-12-31 00:00+00', true), (:'ben_at_salon', '4714-11-24 00:00+00 BC', '2030-01-07 08:00+00', false);
SELECT employee_ids, min(slot_start), max(slot_start), count(*)
FROM find_available_slots(:'haircut', '2030-01-07 07:00+00', '2030-01-08 00:00+00', slot_interval_minutes => 60, as_of => :at) GROUP BY 1 ORDER BY 1;
ROLLBACK TO active;

-- In every place where a set may stand.
SELECT s.name, f.slot_start FROM services s, LATERAL find_available_slots(s.id, '2030-01-07 15:00+00', '2030-01-07 16:00+00', as_of => :at) f ORDER BY 1, 2;
SELECT (find_available_slots(:'haircut', '2030-01-07 15:00+00', '2030-01-07 15:20+00', as_of => :at)).slot_start;

-- A call within a call: a policy that searches. Both have their own memory.
CREATE FUNCTION public.searches_again() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('test.inside', true) = 'yes' THEN
        RETURN true;
    END IF;
    PERFORM set_config('test.inside', 'yes', true);
    RETURN (SELECT count(*) > 1000 FROM find_available_slots('00000000-0000-4000-8000-0000000000f1', '2030-01-01 00:00+00', '2030-12-01 00:00+00',
                                                             as_of => '2029-12-01 00:00+00'))
           AND set_config('test.inside', 'no', true) = 'no';
END $$;
SELECT md5(string_agg(f::text, ';')) AS slots FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2030-12-01 00:00+00', as_of => :at) f \gset
CREATE POLICY searches ON working_hours AS RESTRICTIVE USING (public.searches_again());
SET ROLE regress_availability_app;
SELECT set_session_context(NULL, :'salon', NULL);
SELECT md5(string_agg(f::text, ';')) = :'slots' AS same, current_setting('test.inside') AS searched
FROM find_available_slots(:'haircut', '2030-01-01 00:00+00', '2030-12-01 00:00+00', as_of => :at) f;
RESET ROLE;
ROLLBACK;
