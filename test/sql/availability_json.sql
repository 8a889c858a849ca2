-- find_available_slots_json(): its shape, and that it says what find_available_slots() says. Its arguments are read by the
-- same code as theirs.
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
\pset format unaligned
\set monday '''2030-01-07 00:00+00'', ''2030-01-08 00:00+00'''

SELECT find_available_slots_json(:'haircut', :monday, slot_interval_minutes => 120, as_of => :at);
SELECT pg_typeof(find_available_slots_json(:'haircut', :monday, as_of => :at));

-- The session's time zone and date style change nothing.
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'SQL, DMY';
SELECT find_available_slots_json(:'haircut', '2030-01-07 18:00+09', '2030-01-07 18:20+09', as_of => :at) ->> 'from';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';

-- Read back, it is the rows; the other way round too, in the same order.
CREATE FUNCTION pg_temp.slots_of(document json)
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE sql STABLE AS $$
    WITH head AS MATERIALIZED (
        SELECT make_interval(mins => (document ->> 'duration_minutes')::integer) AS duration,
               ARRAY(SELECT id::uuid FROM json_array_elements_text(document -> 'employees') WITH ORDINALITY AS e (id, place) ORDER BY place) AS employees)
    SELECT (slot ->> 0)::timestamptz, (slot ->> 0)::timestamptz + duration,
           ARRAY(SELECT employees[index::integer + 1] FROM json_array_elements_text(slot -> 1) WITH ORDINALITY AS i (index, place) ORDER BY place),
           (slot ->> 2)::integer
    FROM head, json_array_elements(document -> 'slots') WITH ORDINALITY AS s (slot, number)
    ORDER BY number
$$;
CREATE FUNCTION pg_temp.same(service uuid, from_time timestamptz, to_time timestamptz, employee uuid DEFAULT NULL,
                             step integer DEFAULT NULL, excluded uuid DEFAULT NULL, as_of timestamptz DEFAULT '2029-12-01 00:00+00')
RETURNS TABLE (same boolean, slots integer)
LANGUAGE sql STABLE AS $$
    SELECT array_agg(r::text) IS NOT DISTINCT FROM
               (SELECT array_agg(s::text)
                FROM pg_temp.slots_of(find_available_slots_json(service, from_time, to_time, employee, step, excluded, as_of)) AS s),
           count(*)::integer
    FROM find_available_slots(service, from_time, to_time, employee, step, excluded, as_of) AS r
$$;
SELECT * FROM pg_temp.same(:'haircut', :monday);
SELECT * FROM pg_temp.same(:'haircut', '2030-01-01 00:00+00', '2031-01-02 00:00+00');
SELECT * FROM pg_temp.same(:'haircut', :monday, :'ben_at_salon', 7);
SELECT * FROM pg_temp.same(:'haircut', :monday, :'anna_at_salon', excluded => :'first_booking');
SELECT * FROM pg_temp.same(:'haircut', :monday, as_of => '2030-01-07 12:34:56.7+00');

-- No slots and no employees are empty lists.
SELECT find_available_slots_json(:'haircut', '2030-01-07 10:00+00', '2030-01-07 10:00+00', as_of => :at);
SELECT find_available_slots_json(:'haircut', :monday, :'anna_at_clinic', as_of => :at);
-- S12: a business that is its own resource names nobody.
SAVEPOINT before;
DELETE FROM employees WHERE business_id = :'salon';
SELECT find_available_slots_json(:'haircut', :monday, slot_interval_minutes => 240, as_of => :at);
SELECT * FROM pg_temp.same(:'haircut', :monday);
ROLLBACK TO before;

-- S15: the seats are added up.
UPDATE services SET settings = '{"capacity": 12}' WHERE id = :'haircut';
SELECT slot ->> 1 AS employees, slot ->> 2 AS seats, count(*)
FROM json_array_elements(find_available_slots_json(:'haircut', :monday, as_of => :at) -> 'slots') AS slot GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM pg_temp.same(:'haircut', :monday);
ROLLBACK TO before;

-- Fractions of a second, and the ends of the calendar.
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, is_unavailable)
VALUES (:'ben_at_salon', '2030-01-05 07:08:09.010203+00', '2030-01-05 08:00+00', false),
       (:'ben_at_salon', '0001-01-01 00:00+00', '0001-01-01 01:00+00', false),
       (:'ben_at_salon', '9999-12-31 22:00+00', '9999-12-31 23:59:59.999999+00', false);
SELECT find_available_slots_json(:'haircut', '2030-01-05 00:00+00', '2030-01-06 00:00+00', as_of => :at) -> 'slots';
SELECT find_available_slots_json(:'haircut', '0001-01-01 00:00+00', '0001-01-02 00:00+00', as_of => '0001-01-01 00:00+00') -> 'slots';
SELECT find_available_slots_json(:'haircut', '9999-12-31 20:00+00', '9999-12-31 23:59:59.999999+00', slot_interval_minutes => 30, as_of => :at);
SELECT * FROM pg_temp.same(:'haircut', '2030-01-05 00:00+00', '2030-01-06 00:00+00');
ROLLBACK TO before;

-- Hundreds of employees: indexes of three digits.
INSERT INTO users (id, email) SELECT md5('u' || n)::uuid, n || '@example.org' FROM generate_series(1, 150) n;
INSERT INTO employees (id, user_id, business_id) SELECT md5('e' || n)::uuid, md5('u' || n)::uuid, :'salon' FROM generate_series(1, 150) n;
INSERT INTO employee_services (employee_id, service_id) SELECT md5('e' || n)::uuid, :'haircut' FROM generate_series(1, 150) n;
SELECT * FROM pg_temp.same(:'haircut', :monday);
SELECT max(index::integer) AS last_index
FROM json_array_elements(find_available_slots_json(:'haircut', :monday, as_of => :at) -> 'slots') slot, json_array_elements_text(slot -> 1) index;
ROLLBACK TO before;

-- The limit of a million slots holds here too.
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
    SELECT :'ben_at_salon', day, time '00:00' + second * interval '1 second', '24:00' FROM generate_series(0, 6) day, generate_series(0, 2) second;
UPDATE services SET duration = 1, buffer_before_minutes = 0, buffer_after_minutes = 0 WHERE id = :'haircut';
SELECT length(find_available_slots_json(:'haircut', '2030-01-01 00:00+00', '2031-01-01 00:00+00', slot_interval_minutes => 1, as_of => :at)::text);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO before;

-- Bad input, in short: everything is refused as find_available_slots() refuses it.
SELECT find_available_slots_json(NULL, :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT find_available_slots_json(:'haircut', '2030-01-08 00:00+00', '2030-01-07 00:00+00', as_of => :at);
\echo :LAST_ERROR_SQLSTATE
SELECT find_available_slots_json(:'haircut', '-infinity', '2030-01-07 00:00+00', as_of => :at);
SELECT find_available_slots_json('00000000-0000-4000-8000-00000000dead', :monday, as_of => :at);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
