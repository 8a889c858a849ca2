-- check_slot(): each reason, their order, several employees, and that it is ok exactly for what find_available_slots() lists.
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
SAVEPOINT before;
-- ok: who is free.
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', :'ben_at_salon', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 09:00+00', as_of => :at);
-- not_offered
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', :'anna_at_clinic', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', '00000000-0000-4000-8000-00000000dead', as_of => :at);
UPDATE services SET status = 'inactive' WHERE id = :'haircut';
SELECT * FROM check_slot(:'haircut', '2020-01-07 12:00+00', as_of => :at);
ROLLBACK TO before;
UPDATE businesses SET status = 'suspended' WHERE id = :'salon';
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => :at);
ROLLBACK TO before;
UPDATE tenants SET status = 'suspended' WHERE id = :'alpha';
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => :at);
ROLLBACK TO before;
DELETE FROM employee_services WHERE service_id = :'haircut';
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => :at);
ROLLBACK TO before;
-- in_past, too_soon, too_far: the notice is included, and the last date in Berlin is whole (S10)
UPDATE services SET settings = '{"min_notice_minutes": 60, "max_advance_days": 30}' WHERE id = :'haircut';
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2030-01-07 12:00:00.000001+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2030-01-07 12:00+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2030-01-07 11:00:00.000001+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2030-01-07 11:00+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2029-12-07 23:00+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => '2029-12-07 22:59:59.999999+00');
ROLLBACK TO before;
-- outside_hours, also when it only ends too late
SELECT reason FROM check_slot(:'haircut', '2030-01-07 07:45+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 15:45+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 15:30+00', :'anna_at_salon', as_of => :at);
UPDATE services SET settings = '{"buffers_within_hours": true}' WHERE id = :'haircut';
SELECT reason FROM check_slot(:'haircut', '2030-01-07 15:30+00', :'anna_at_salon', as_of => :at);
ROLLBACK TO before;
-- closed: for everybody, and before what an employee's own absence says (S5)
INSERT INTO business_availability_overrides (business_id, start_time, end_time) VALUES (:'salon', '2030-01-07 12:00+00', '2030-01-07 12:15+00');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES (:'anna_at_salon', '2030-01-07 12:00+00', '2030-01-07 13:00+00');
SELECT start, c.* FROM unnest('{2030-01-07 11:30+00,2030-01-07 11:45+00,2030-01-07 12:00+00,2030-01-07 12:15+00,2030-01-07 20:00+00}'::timestamptz[]) start,
    check_slot(:'haircut', start, as_of => :at) c;
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:00+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 12:15+00', :'anna_at_salon', as_of => :at);
SELECT period, busy_type FROM free_busy(:'ben_at_salon', '2030-01-07 11:00+00', '2030-01-07 13:00+00');
-- An opening is for those who follow the business's hours: Ben.
INSERT INTO business_availability_overrides (business_id, start_time, end_time, is_unavailable) VALUES (:'salon', '2030-01-06 12:00+00', '2030-01-06 12:45+00', false);
SELECT slot_start, employee_ids = ARRAY[:'ben_at_salon']::uuid[] AS ben FROM find_available_slots(:'haircut', '2030-01-06 00:00+00', '2030-01-07 00:00+00', as_of => :at);
ROLLBACK TO before;
-- unavailable_override
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES (:'anna_at_salon', '2030-01-07 14:00+00', '2030-01-07 14:07+00');
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:45+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 14:01+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:30+00', :'anna_at_salon', as_of => :at);
ROLLBACK TO before;
-- not_aligned, by the argument, the setting, the default
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:10+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:10+00', :'anna_at_salon', slot_interval_minutes => 10, as_of => :at);
UPDATE businesses SET settings = '{"slot_interval_minutes": 10}' WHERE id = :'salon';
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:10+00', :'anna_at_salon', as_of => :at);
ROLLBACK TO before;
-- limit_reached, before booked
UPDATE services SET settings = '{"max_bookings_per_day": 2}' WHERE id = :'haircut';
SELECT reason FROM check_slot(:'haircut', '2030-01-07 09:00+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:00+00', :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 13:00+00', :'anna_at_salon', exclude_booking_id => :'first_booking', as_of => :at);
ROLLBACK TO before;
-- booked: Anna has 09:00 to 09:30 and 10:00 to 10:30; buffer: 5 minutes before and 10 after, of both sides
SELECT to_char(start, 'HH24:MI') AS start, reason
FROM generate_series(timestamptz '2030-01-07 08:00+00', '2030-01-07 11:00+00', '15 minutes') start, check_slot(:'haircut', start, :'anna_at_salon', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 09:00+00', :'anna_at_salon', exclude_booking_id => :'first_booking', as_of => :at);
-- full: the session is taken (S15); another service's booking at the same time is none of ours
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
SELECT * FROM check_slot(:'haircut', '2030-01-07 09:00+00', :'anna_at_salon', as_of => :at);
UPDATE services SET settings = '{}' WHERE id = :'haircut';
SELECT * FROM check_slot(:'haircut', '2030-01-07 09:00+00', :'anna_at_salon', as_of => :at);
INSERT INTO services (id, business_id, name, duration) VALUES ('00000000-0000-4000-8000-0000000000f3', :'salon', 'Shave', 30);
INSERT INTO employee_services (employee_id, service_id) VALUES (:'anna_at_salon', '00000000-0000-4000-8000-0000000000f3');
SELECT * FROM check_slot('00000000-0000-4000-8000-0000000000f3', '2030-01-07 09:00+00', as_of => :at);
ROLLBACK TO before;
-- full: bookings that wait for somebody need all who are free (S14); a named employee is not asked for by them
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT :'salon', :'carl_at_salon', :'haircut', NULL, '2030-01-07 13:00+00', 'confirmed' FROM generate_series(1, 2);
SELECT * FROM check_slot(:'haircut', '2030-01-07 13:00+00', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 13:00+00', :'ben_at_salon', as_of => :at);
ROLLBACK TO before;

-- Among several the one that got furthest speaks: Ben works from 10 in Berlin, Anna is booked at 10:00.
SELECT reason FROM check_slot(:'haircut', '2030-01-07 08:00+00', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 08:45+00', as_of => :at);
SELECT reason FROM check_slot(:'haircut', '2030-01-07 07:00+00', as_of => :at);
-- S12: a business that is its own resource lists nobody.
DELETE FROM employees WHERE business_id = :'salon';
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => :at);
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:01+00', as_of => :at);
ROLLBACK TO before;

-- check_slots(): each as if it were asked alone, in the order of the list, whatever is far from each other or comes twice.
SELECT * FROM check_slots(:'haircut', '{2030-01-07 12:00+00,2020-01-07 12:00+00,2030-01-14 12:00+00,2030-01-07 12:01+00,2030-01-07 12:00+00}', as_of => :at);
SELECT count(*), count(*) FILTER (WHERE c.available) AS available, count(*) FILTER (WHERE (c.slot_start, c.available, c.reason, c.employee_ids)
    IS DISTINCT FROM (starts.start, single.available, single.reason, single.employee_ids)) AS differences
FROM (SELECT array_agg(start ORDER BY md5(start::text)) AS list
      FROM generate_series(timestamptz '2030-01-05 23:00+00', '2030-01-15 23:00+00', '35 minutes') start) asked,
    unnest(asked.list) WITH ORDINALITY starts (start, number)
    JOIN LATERAL check_slots(:'haircut', asked.list, as_of => :at) WITH ORDINALITY c (slot_start, available, reason, employee_ids, number) ON c.number = starts.number,
    check_slot(:'haircut', starts.start, as_of => :at) single;
SELECT count(*) FROM check_slots(:'haircut', '{}', as_of => :at);
SELECT * FROM check_slots(:'haircut', NULL, as_of => :at);
SELECT * FROM check_slots(:'haircut', '{2030-01-07 12:00+00,NULL}', as_of => :at);
SELECT * FROM check_slots(:'haircut', '{infinity}', as_of => :at);
SELECT * FROM check_slots(:'haircut', array_fill(timestamptz '2030-01-07 12:00+00', ARRAY[1001]), as_of => :at);
SELECT count(*) FROM check_slots(:'haircut', array_fill(timestamptz '2030-01-07 12:00+00', ARRAY[1000]), as_of => :at);
SELECT * FROM check_slots(uuid_nil(), '{2030-01-07 12:00+00}', as_of => :at);

-- Find = check: over every minute of three days.
CREATE FUNCTION pg_temp.differences(employee uuid, step integer) RETURNS TABLE (checked integer, ok integer, differences integer) LANGUAGE sql STABLE AS $$
    SELECT count(*)::integer, count(*) FILTER (WHERE c.available)::integer,
           count(*) FILTER (WHERE c.available IS DISTINCT FROM (f.slot_start IS NOT NULL) OR c.available <> (c.reason = 'ok')
                                  OR c.employee_ids <> coalesce(f.employee_ids, '{}'))::integer
    FROM generate_series(timestamptz '2030-01-06 00:00+00', '2030-01-08 23:59+00', '1 minute') start
    CROSS JOIN LATERAL check_slot('00000000-0000-4000-8000-0000000000f1', start, employee, step, as_of => '2029-12-01 00:00+00') c
    LEFT JOIN find_available_slots('00000000-0000-4000-8000-0000000000f1', '2030-01-06 00:00+00', '2030-01-09 00:00+00', employee, step, as_of => '2029-12-01 00:00+00') f
           ON f.slot_start = start
$$;
SELECT * FROM pg_temp.differences(NULL, NULL);
SELECT * FROM pg_temp.differences(:'anna_at_salon', 1);
UPDATE services SET settings = '{"slot_alignment": "optimized", "capacity": 3}' WHERE id = :'haircut';
SELECT * FROM pg_temp.differences(NULL, 20);
ROLLBACK TO before;

-- Bad input.
SELECT * FROM check_slot(NULL, '2030-01-07 12:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot(:'haircut', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot(:'haircut', 'infinity');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot(:'haircut', '0044-03-15 00:00+00 BC');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', slot_interval_minutes => 0);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot(:'haircut', '2030-01-07 12:00+00', as_of => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM check_slot('00000000-0000-4000-8000-00000000dead', '2030-01-07 12:00+00');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
