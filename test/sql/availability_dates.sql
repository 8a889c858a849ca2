-- find_available_dates(): local dates of the business that have a slot, each with its first one; bad input.
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
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', '2030-01-31', as_of => :at);
SELECT * FROM find_available_dates(:'haircut', '2030-01-07', '2030-01-07', :'anna_at_salon', as_of => :at);
SELECT * FROM find_available_dates(:'haircut', '2030-01-08', '2030-01-13', as_of => :at);
-- The dates are those of the business, whatever the session's time zone is.
SET TimeZone = 'Pacific/Kiritimati';
SELECT available_date, first_slot AT TIME ZONE 'UTC' AS first_slot FROM find_available_dates(:'haircut', '2030-01-06', '2030-01-08', as_of => :at);
SET TimeZone = 'UTC';
-- S10: of today what is left.
SELECT * FROM find_available_dates(:'haircut', '2030-01-07', '2030-01-07', as_of => '2030-01-07 12:01+00');
SELECT * FROM find_available_dates(:'haircut', '2030-01-07', '2030-01-07', as_of => '2030-01-07 17:01+00');

-- They are the dates of the slots, with the first slot of each.
CREATE FUNCTION pg_temp.same(service uuid, first date, last date, employee uuid DEFAULT NULL, step integer DEFAULT NULL, excluded uuid DEFAULT NULL,
                             as_of timestamptz DEFAULT '2029-12-01 00:00+00')
RETURNS TABLE (same boolean, dates integer) LANGUAGE sql STABLE AS $$
    WITH slots AS (
        SELECT (f.slot_start AT TIME ZONE b.timezone)::date AS date, min(f.slot_start) AS first_slot
        FROM services s JOIN businesses b ON b.id = s.business_id,
             LATERAL find_available_slots(s.id, first - interval '2 days', least(last + interval '3 days', first + interval '360 days'), employee, step, excluded, as_of) f
        WHERE s.id = service GROUP BY 1)
    SELECT (SELECT array_agg(s::text ORDER BY date) FROM slots s WHERE date BETWEEN first AND last) IS NOT DISTINCT FROM
               (SELECT array_agg(d::text) FROM find_available_dates(service, first, last, employee, step, excluded, as_of) d),
           (SELECT count(*)::integer FROM find_available_dates(service, first, last, employee, step, excluded, as_of))
$$;
SELECT * FROM pg_temp.same(:'haircut', '2030-01-01', '2030-12-01');
SELECT * FROM pg_temp.same(:'haircut', '2030-01-07', '2030-01-07', :'anna_at_salon', 7, :'first_booking', '2030-01-07 10:11+00');

-- Open day and night: each date once, from its first instant on; also over both changes of the clocks.
SAVEPOINT before;
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
    SELECT :'ben_at_salon', day, '00:00', '24:00' FROM generate_series(0, 6) day ON CONFLICT DO NOTHING;
SELECT count(*), count(DISTINCT available_date), bool_and((first_slot AT TIME ZONE 'Europe/Berlin')::time = '00:00') AS at_midnight
FROM find_available_dates(:'haircut', '2030-01-01', '2031-01-01', as_of => :at);
SELECT * FROM pg_temp.same(:'haircut', '2030-03-25', '2030-04-05');
SELECT * FROM pg_temp.same(:'haircut', '2030-10-20', '2030-11-05');
-- S4: a date that comes twice is one date (clocks go back over midnight), a skipped one is none.
UPDATE businesses SET timezone = 'America/Goose_Bay' WHERE id = :'salon';
SELECT * FROM find_available_dates(:'haircut', '2010-11-05', '2010-11-08', as_of => '2010-01-01 00:00+00');
SELECT * FROM pg_temp.same(:'haircut', '2010-11-05', '2010-11-09', as_of => '2010-01-01 00:00+00');
SELECT * FROM find_available_dates(:'haircut', '2010-11-05', '2010-11-08', as_of => '2010-11-07 03:30+00');
UPDATE businesses SET timezone = 'Pacific/Apia' WHERE id = :'salon';
SELECT * FROM find_available_dates(:'haircut', '2011-12-29', '2011-12-31', as_of => '2010-01-01 00:00+00');
SELECT * FROM find_available_dates(:'haircut', '2011-12-30', '2011-12-30', as_of => '2010-01-01 00:00+00');
UPDATE businesses SET timezone = 'Pacific/Kiritimati' WHERE id = :'salon';
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', '2030-01-02', as_of => :at);
-- The ends of the calendar.
SELECT * FROM find_available_dates(:'haircut', '0001-01-01', '0001-01-02', as_of => '0001-01-01 00:00+00');
SELECT * FROM find_available_dates(:'haircut', '9999-12-30', '9999-12-31', as_of => :at);
ROLLBACK TO before;

-- Nothing is offered: no rows.
UPDATE services SET status = 'inactive' WHERE id = :'haircut';
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', '2030-01-31', as_of => :at);
ROLLBACK TO before;

-- Bad input.
SELECT * FROM find_available_dates(NULL, '2030-01-01', '2030-01-31');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates(:'haircut', NULL, '2030-01-31');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', NULL);
SELECT * FROM find_available_dates(:'haircut', '-infinity', '2030-01-31');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', 'infinity');
SELECT * FROM find_available_dates(:'haircut', '0001-01-01 BC', '0001-01-31');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates(:'haircut', '9999-12-01', '10000-01-01');
SELECT * FROM find_available_dates(:'haircut', '2030-01-02', '2030-01-01');
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM find_available_dates(:'haircut', '2030-01-01', '2031-01-01', as_of => :at);
SELECT count(*) FROM find_available_dates(:'haircut', '2030-01-01', '2031-01-02', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates(:'haircut', '2030-01-01', '2030-01-31', slot_interval_minutes => 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM find_available_dates('00000000-0000-4000-8000-00000000dead', '2030-01-01', '2030-01-31');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
