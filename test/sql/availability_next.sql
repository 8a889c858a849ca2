-- next_available_slots(): the first slots from a time on, as find_available_slots() has them; how far it looks; bad input.
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
SELECT * FROM next_available_slots(:'haircut', '2030-01-01 00:00+00', as_of => :at);
SELECT * FROM next_available_slots(:'haircut', '2030-01-07 16:30+00', 4, as_of => :at);
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-07 00:00+00', 3, :'anna_at_salon', 60, as_of => :at);
-- A slot may start at after_time itself.
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-07 09:15+00', 1, :'ben_at_salon', as_of => :at);
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-07 09:15:00.000001+00', 1, :'ben_at_salon', as_of => :at);
-- The booking that is to be moved does not count.
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-07 09:00+00', 1, :'anna_at_salon', exclude_booking_id => :'first_booking', as_of => :at);
-- S10: nothing before as_of.
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-01 00:00+00', 1, as_of => '2030-01-07 12:07+00');
-- The defaults: the first slot from now on.
SELECT n.slot_start = f.slot_start AS same
FROM next_available_slots(:'haircut') n,
     LATERAL (SELECT * FROM find_available_slots(:'haircut', now(), now() + interval '14 days') ORDER BY slot_start LIMIT 1) f;

-- Whatever the number, they are the first ones of the search: over the borders of the windows in which it looks ahead.
CREATE FUNCTION pg_temp.same(wanted integer, after_time timestamptz, employee uuid, step integer) RETURNS TABLE (same boolean, found integer)
LANGUAGE sql STABLE AS $$
    SELECT array_agg(n::text) IS NOT DISTINCT FROM
               (SELECT array_agg(f::text)
                FROM (SELECT * FROM find_available_slots('00000000-0000-4000-8000-0000000000f1', after_time, after_time + interval '366 days', employee, step,
                                                         as_of => '2029-12-01 00:00+00') LIMIT wanted) f),
           count(*)::integer
    FROM next_available_slots('00000000-0000-4000-8000-0000000000f1', after_time, wanted, employee, step, as_of => '2029-12-01 00:00+00') n
$$;
SELECT wanted, s.* FROM unnest('{1, 2, 31, 32, 33, 34, 35, 100, 136, 137, 138, 1000, 1700, 5000, 1000000}'::integer[]) wanted, pg_temp.same(wanted, '2030-01-01 13:37+00', NULL, NULL) s;
SELECT wanted, s.* FROM unnest('{1, 50, 333, 1000000}'::integer[]) wanted, pg_temp.same(wanted, '2030-01-07 10:00+00', :'anna_at_salon', 20) s;

-- The horizon: without max_advance_days (S10) 366 days from the first instant that the notice allows; with it the
-- whole of the local date that is that many days after that of as_of.
SAVEPOINT before;
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time)
VALUES (:'anna_at_salon', '2030-01-01 00:00+00', '2031-01-13 09:00+00'), (:'ben_at_salon', '2030-01-01 00:00+00', '2039-01-01 00:00+00');
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-12 09:00:00+00', as_of => :at);
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-12 09:00:00.000001+00', as_of => :at);
SELECT slot_start FROM next_available_slots(:'haircut', '2029-01-01 00:00+00', as_of => '2030-01-12 09:00:00.000001+00');
UPDATE services SET settings = '{"min_notice_minutes": 1440}' WHERE id = :'haircut';
SELECT slot_start FROM next_available_slots(:'haircut', '2029-01-01 00:00+00', as_of => '2030-01-11 09:00:00.000001+00');
UPDATE services SET settings = '{"max_advance_days": 408}' WHERE id = :'haircut';
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-01 00:00+00', as_of => '2029-11-30 23:00+00');
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-01 00:00+00', as_of => '2029-11-30 22:59:59.999999+00');
UPDATE services SET settings = '{"max_advance_days": 3660}' WHERE id = :'haircut';
DELETE FROM employee_availability_overrides;
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time)
VALUES (:'anna_at_salon', '2030-01-01 00:00+00', '2039-11-01 00:00+00'), (:'ben_at_salon', '2030-01-01 00:00+00', '2041-01-01 00:00+00');
SELECT slot_start FROM next_available_slots(:'haircut', '2030-01-01 00:00+00', as_of => :at);
ROLLBACK TO before;
-- The last days of the calendar.
SELECT count(*) > 0 AS found, max(slot_start) < '10000-01-01 00:00+00' AS within FROM next_available_slots(:'haircut', '9999-12-20 00:00+00', 1000000, as_of => :at);
-- Nothing is offered: no rows.
UPDATE services SET status = 'inactive' WHERE id = :'haircut';
SELECT * FROM next_available_slots(:'haircut', as_of => :at);
ROLLBACK TO before;

-- Bad input.
SELECT * FROM next_available_slots(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', 'infinity');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', '10000-01-01 00:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', max_slots => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', max_slots => 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', max_slots => -1);
SELECT * FROM next_available_slots(:'haircut', max_slots => 1000001);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', slot_interval_minutes => 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots(:'haircut', as_of => '-infinity');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM next_available_slots('00000000-0000-4000-8000-00000000dead');
\echo :LAST_ERROR_SQLSTATE
-- In every place where a set may stand.
SELECT s.name, n.slot_start FROM services s, LATERAL next_available_slots(s.id, '2030-01-07 00:00+00', 2, as_of => :at) n ORDER BY 1, 2;
ROLLBACK;
