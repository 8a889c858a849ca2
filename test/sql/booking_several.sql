-- book_slots(), reschedule_bookings() and cancel_series(): several bookings in one call.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set shop :abs_srcdir '/sql/setup/shop.sql'
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :shop
\i :verdict
\set ECHO all
\set shown 'SELECT item, to_char(start_time, \'DD HH24:MI\') AS start, CASE employee_id WHEN ' :'eva' ' THEN \'eva\' WHEN ' :'finn' ' THEN \'finn\' END AS employee, status, reason FROM '
CREATE FUNCTION pg_temp.days(first timestamptz, days int) RETURNS timestamptz[] LANGUAGE sql AS $$ SELECT array_agg(first + d * interval '1 day' ORDER BY d) FROM generate_series(0, days - 1) d $$;
-- A series: one service for all starts, in the order that they are given, booked in the order of time.
:shown book_slots(ARRAY[:'cut']::uuid[], ARRAY['2040-01-03 10:00', '2040-01-02 10:00']::timestamptz[], :'carol', ARRAY[:'eva']::uuid[], series_id => '00000000-0000-4000-8000-00000000aaaa', notes => 'Monday');
SELECT DISTINCT series_id, visit_id, notes, price FROM bookings;
-- All or none: the error names the first in the order of time that is refused, by its place in the call.
SELECT FROM book_slots(ARRAY[:'cut']::uuid[], ARRAY['2040-01-05 10:00', '2040-01-03 10:30', '2040-01-02 10:30', '2040-01-01 10:00']::timestamptz[], :'dave', ARRAY[:'eva']::uuid[]);
SELECT count(*) FROM bookings;
-- Skip: what is refused has its reason.
:shown book_slots(ARRAY[:'cut']::uuid[], ARRAY['2040-01-05 10:00', '2040-01-03 10:30', '2001-01-02 10:30', '2040-01-06 10:05']::timestamptz[], :'dave', ARRAY[:'eva']::uuid[], on_conflict => 'skip');
-- Items see each other: three at one time, two employees.
:shown book_slots(ARRAY[:'cut']::uuid[], ARRAY['2040-01-08 10:00', '2040-01-08 10:00', '2040-01-08 10:30']::timestamptz[], :'dave', on_conflict => 'skip');
-- A visit of two services, one behind the other.
INSERT INTO services (business_id, name, duration) VALUES (:'shop', 'Shave', 30) RETURNING id AS shave \gset
INSERT INTO employee_services (employee_id, service_id) VALUES (:'finn', :'shave');
:shown book_slots(ARRAY[:'cut', :'shave']::uuid[], ARRAY['2040-01-09 10:00', '2040-01-09 11:00']::timestamptz[], :'dave', ARRAY[:'eva', NULL]::uuid[], visit_id => '00000000-0000-4000-8000-00000000bbbb', status => 'pending');
SELECT count(*) FROM bookings WHERE visit_id = '00000000-0000-4000-8000-00000000bbbb';
-- The rules for customers count the items of the call.
UPDATE businesses SET settings = '{"customer_overlap": "refuse"}' WHERE id = :'shop';
:shown book_slots(ARRAY[:'cut']::uuid[], ARRAY['2040-01-10 10:00', '2040-01-10 10:30', '2040-01-10 11:00']::timestamptz[], :'dave', on_conflict => 'skip');
UPDATE businesses SET settings = '{}' WHERE id = :'shop';
-- A key is of the whole call.
DELETE FROM bookings;
CREATE TEMP TABLE first AS SELECT * FROM book_slots(ARRAY[:'cut']::uuid[], pg_temp.days('2040-01-02 10:00', 3), :'carol', idempotency_key => 'twice');
SELECT count(*) AS same FROM book_slots(ARRAY[:'cut']::uuid[], pg_temp.days('2040-01-02 10:00', 3), :'carol', idempotency_key => 'twice') again JOIN first USING (item, booking_id);
SELECT count(*) FROM bookings;
SELECT FROM book_slots(ARRAY[:'cut']::uuid[], pg_temp.days('2040-01-02 10:00', 4), :'carol', idempotency_key => 'twice');
SELECT FROM book_slot(:'cut', '2040-01-02 10:00', :'carol', idempotency_key => 'twice');
SELECT idempotency_key FROM bookings ORDER BY start_time;
-- With skip, a repeated call has its bookings and tries again what was refused.
\set with_skip 'book_slots(ARRAY[' :'cut' ']::uuid[], ARRAY[\'2040-01-20 10:00\', \'2040-01-21 10:00\']::timestamptz[], ' :'carol' ', ARRAY[' :'finn' ']::uuid[], \'skip\', idempotency_key => \'some\')'
SELECT booking_id AS other FROM book_slot(:'cut', '2040-01-20 10:00', :'dave', :'finn') \gset
:shown :with_skip;
DELETE FROM bookings WHERE id = :'other';
:shown :with_skip;
SELECT count(*) FROM bookings WHERE start_time >= '2040-01-20';
-- What is refused before any work is done.
SELECT pg_temp.tried(format('SELECT book_slots(%s, %s, %L, %s)', s, t, :'carol', e)), s || ' ' || t AS arguments FROM (VALUES
    ('ARRAY[NULL]::uuid[]', '''{2040-01-02}''', 'NULL'), ('NULL', '''{2040-01-02}''', 'NULL'), ('''{}''', '''{}''', 'NULL'), ('ARRAY[uuid_nil()]', '''{2040-01-02,NULL}''', 'NULL'),
    ('ARRAY[uuid_nil()]', '''{infinity}''', 'NULL'), ('ARRAY[uuid_nil(), uuid_nil()]', '''{2040-01-02,2040-01-02,2040-01-02}''', 'NULL'), ('ARRAY[uuid_nil()]', '''{}''', 'NULL'),
    ('ARRAY[uuid_nil()]', '''{2040-01-02,2040-01-03}''', 'ARRAY[NULL, NULL, NULL]::uuid[]'), ('ARRAY[uuid_nil()]', 'array_fill(now(), ARRAY[1001])', 'NULL'), ('ARRAY[uuid_nil()]', '''{2040-01-02}''', 'NULL'),
    ('ARRAY[uuid_nil()]', '''{2040-01-02,2040-01-03}''', 'NULL')) v (s, t, e);
SELECT pg_temp.tried(format('SELECT book_slots(ARRAY[%L]::uuid[], ''{2040-01-02,2040-01-03}'', uuid_nil())', :'cut')) AS customer,
       pg_temp.tried(format('SELECT book_slots(ARRAY[%L]::uuid[], ''{2040-01-02}'', %L, on_conflict => ''ignore'')', :'cut', :'carol')) AS on_conflict,
       pg_temp.tried(format('SELECT book_slots(ARRAY[%L]::uuid[], ''{2040-01-02}'', %L, on_conflict => NULL)', :'cut', :'carol')) AS no_conflict;
DELETE FROM bookings;

-- Two bookings change places; and two of one employee, beside each other, move by half an hour.
SELECT booking_id AS one FROM book_slot(:'cut', '2040-01-02 10:00', :'carol', :'eva') \gset
SELECT booking_id AS two FROM book_slot(:'cut', '2040-01-02 11:00', :'dave', :'eva') \gset
SELECT booking_id = :'one' AS one, to_char(start_time, 'HH24:MI') AS start FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 11:00', '2040-01-02 10:00']::timestamptz[]);
SELECT * FROM diary;
SELECT to_char(start_time, 'HH24:MI') AS start FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 11:30', '2040-01-02 10:30']::timestamptz[]);
-- To where they are.
SELECT to_char(start_time, 'HH24:MI') AS start FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 11:30', '2040-01-02 10:30']::timestamptz[]);
SELECT count(*) FILTER (WHERE resource_id = employee_id) AS guarded, count(*) FROM bookings;
SELECT pg_temp.tried(format('SELECT book_slot(%L, %L, %L, %L)', :'cut', '2040-01-02 11:00', :'carol', :'eva')) AS function,
       pg_temp.tried(format('INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (%L, %L, %L, %L, %L)', :'shop', :'carol', :'cut', :'eva', '2040-01-02 11:00')) AS "INSERT";
-- To each other's employee at one time.
UPDATE bookings SET employee_id = :'finn' WHERE id = :'two';
SELECT FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 14:00']::timestamptz[], ARRAY[:'finn', :'eva']::uuid[]);
SELECT FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 14:00']::timestamptz[], ARRAY[:'eva', :'finn']::uuid[]);
SELECT * FROM diary;
-- All or none: two to one time of one employee, ascending by id; a third in the way.
SELECT FROM reschedule_bookings(ARRAY[least(:'one'::uuid, :'two'), greatest(:'one'::uuid, :'two')], ARRAY['2040-01-02 16:00']::timestamptz[], ARRAY[:'eva']::uuid[]);
SELECT booking_id AS three FROM book_slot(:'cut', '2040-01-02 18:00', :'carol', :'eva') \gset
SELECT FROM reschedule_bookings(ARRAY[:'two', :'one']::uuid[], ARRAY['2040-01-02 17:00', '2040-01-02 17:30']::timestamptz[]);
SELECT * FROM diary;
SELECT count(*) FILTER (WHERE resource_id = employee_id) AS guarded, count(*) FROM bookings;
-- Each keeps its own length and buffers, unless it is to have the service's.
UPDATE bookings SET end_time = start_time + interval '75 minutes', buffer_after_minutes = 5 WHERE id = :'one';
SELECT end_time - start_time AS length FROM reschedule_bookings(ARRAY[:'one']::uuid[], ARRAY['2040-01-02 14:15']::timestamptz[]);
SELECT buffer_after_minutes FROM bookings WHERE id = :'one';
SELECT end_time - start_time AS length FROM reschedule_bookings(ARRAY[:'one']::uuid[], ARRAY['2040-01-02 14:15']::timestamptz[], keep_duration => false);
SELECT buffer_after_minutes FROM bookings WHERE id = :'one';
DELETE FROM bookings;
-- A whole class moves by half an hour; its seats are those that were sold, also where the capacity was lowered just to that.
UPDATE services SET settings = '{"capacity": 3}' WHERE id = :'cut';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) SELECT :'shop', :'carol', :'cut', :'eva', '2040-01-02 10:00' FROM generate_series(1, 3);
SELECT count(*) FROM reschedule_bookings((SELECT array_agg(id) FROM bookings), ARRAY['2040-01-02 10:30']::timestamptz[]);
SELECT start_time, array_agg(seat ORDER BY seat) FROM bookings GROUP BY start_time;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'cut';
SELECT pg_temp.tried('SELECT reschedule_bookings((SELECT array_agg(id) FROM bookings), ARRAY[''2040-01-02 10:00'']::timestamptz[])') AS three_of_two;
-- For the move its capacity is raised, and lowered again before anybody else sees it.
UPDATE services SET settings = '{"capacity": 3}' WHERE id = :'cut';
SELECT count(*) FROM reschedule_bookings((SELECT array_agg(id) FROM bookings), ARRAY['2040-01-02 10:00']::timestamptz[]);
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'cut';
SELECT start_time, array_agg(seat ORDER BY seat) FROM bookings GROUP BY start_time;
DELETE FROM bookings;
-- Customers who are compared are locked, and one transaction has at most 256 locks.
UPDATE services SET settings = '{"capacity": 300}' WHERE id = :'cut';
WITH c AS (INSERT INTO customers (business_id, name) SELECT :'shop', n FROM generate_series(1, 257) n RETURNING id)
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) SELECT :'shop', id, :'cut', :'eva', '2040-01-02 10:00' FROM c;
UPDATE businesses SET settings = '{"customer_overlap": "refuse"}' WHERE id = :'shop';
SELECT FROM reschedule_bookings((SELECT array_agg(id) FROM bookings), ARRAY['2040-01-02 11:00']::timestamptz[]);
UPDATE businesses SET settings = '{}' WHERE id = :'shop';
DELETE FROM bookings;
-- Limits of a day count what has a place: a full day and another change places.
UPDATE services SET settings = '{"max_bookings_per_day": 2}' WHERE id = :'cut';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time)
    SELECT :'shop', :'carol', :'cut', :'eva', day + hour FROM unnest('{2040-01-02,2040-01-03}'::timestamptz[]) day, unnest('{10:00,14:00}'::interval[]) hour;
SELECT count(*) FROM reschedule_bookings((SELECT array_agg(id ORDER BY start_time) FROM bookings),
    (SELECT array_agg(CASE extract(day FROM start_time) WHEN 2 THEN start_time + interval '1 day' ELSE start_time - interval '1 day' END ORDER BY start_time) FROM bookings));
SELECT pg_temp.tried('SELECT reschedule_bookings((SELECT array_agg(id) FROM bookings WHERE start_time < ''2040-01-03''), ARRAY[''2040-01-03 18:00'', ''2040-01-03 20:00'']::timestamptz[])') AS four_of_two;
DELETE FROM bookings;
UPDATE services SET settings = '{}' WHERE id = :'cut';
-- A customer who may not be in two places at a time changes places with himself.
UPDATE businesses SET settings = '{"customer_overlap": "refuse", "reschedule_notice_minutes": 60}' WHERE id = :'shop';
SELECT booking_id AS one FROM book_slot(:'cut', '2040-01-02 10:00', :'carol', :'eva') \gset
SELECT booking_id AS two FROM book_slot(:'cut', '2040-01-02 11:00', :'carol', :'finn') \gset
SELECT count(*) FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 11:00', '2040-01-02 10:00']::timestamptz[], as_customer => true);
SELECT pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L, %L]::uuid[], ARRAY[''2040-01-02 12:00'']::timestamptz[])', :'one', :'two')) AS at_one_time;
-- Refused as the function for one refuses it, by the place in the call.
SELECT booking_id AS hold FROM hold_slot(:'cut', '2040-01-02 15:00') \gset
SELECT FROM reschedule_bookings(ARRAY[:'one', :'hold']::uuid[], ARRAY['2040-01-02 12:00', '2040-01-02 13:00']::timestamptz[]);
SELECT status FROM cancel_booking(:'two');
SELECT FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 12:00', '2040-01-02 13:00']::timestamptz[]);
SELECT pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L, uuid_nil()]::uuid[], ARRAY[''2040-01-02 12:00'']::timestamptz[])', :'one')) AS unknown,
       pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L, %L]::uuid[], ARRAY[''2040-01-02 12:00'']::timestamptz[])', :'one', :'one')) AS twice,
       pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L]::uuid[], ARRAY[''2040-01-02 12:00'', ''2040-01-02 12:00'']::timestamptz[])', :'one')) AS two_times,
       pg_temp.tried('SELECT reschedule_bookings(array_fill(uuid_nil(), ARRAY[1001]), ARRAY[''2040-01-02 12:00'']::timestamptz[])') AS too_many;
UPDATE bookings SET start_time = now() + interval '59 minutes', end_time = now() + interval '2 hours' WHERE id = :'one';
SELECT pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L]::uuid[], ARRAY[''2040-01-02 12:00'']::timestamptz[], as_customer => true)', :'one')) AS too_late;
DELETE FROM bookings;
-- A business that is its own resource.
DELETE FROM employees;
UPDATE businesses SET settings = '{}' WHERE id = :'shop';
SELECT booking_id AS one FROM book_slot(:'cut', '2040-01-02 10:00', :'carol') \gset
SELECT booking_id AS two FROM book_slot(:'cut', '2040-01-02 11:00', :'dave') \gset
SELECT count(*) FROM reschedule_bookings(ARRAY[:'one', :'two']::uuid[], ARRAY['2040-01-02 11:15', '2040-01-02 10:15']::timestamptz[]);
SELECT *, (SELECT count(*) FROM bookings WHERE resource_id = business_id) AS guarded FROM diary;
DELETE FROM bookings;

-- cancel_series(): from an instant on; holds, and what is over or cancelled, stay as they are.
SELECT count(*) FROM book_slots(ARRAY[:'cut']::uuid[], pg_temp.days('2040-01-02 10:00', 4), :'carol', series_id => '00000000-0000-4000-8000-00000000aaaa');
SELECT count(*) FROM book_slots(ARRAY[:'cut']::uuid[], pg_temp.days('2040-01-02 11:00', 4), :'carol', series_id => '00000000-0000-4000-8000-00000000cccc');
UPDATE bookings SET status = 'completed' WHERE start_time = '2040-01-05 10:00';
SELECT start_time, status FROM cancel_series('00000000-0000-4000-8000-00000000aaaa', '2040-01-03 10:00', 'ill');
SELECT start_time, status, cancellation_reason FROM bookings WHERE series_id = '00000000-0000-4000-8000-00000000aaaa' ORDER BY start_time;
SELECT count(*) FROM cancel_series('00000000-0000-4000-8000-00000000aaaa');
SELECT count(*) FROM cancel_series(uuid_nil());
SELECT pg_temp.tried('SELECT cancel_series(NULL)') AS series, pg_temp.tried('SELECT cancel_series(uuid_nil(), NULL)') AS from_time;
SELECT count(*) FROM bookings WHERE series_id = '00000000-0000-4000-8000-00000000cccc' AND status = 'confirmed';
-- Another business sees none of them.
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'tenant', 'Other', 'other') RETURNING id AS other \gset
CREATE ROLE regress_several_app;
SELECT bookmeatoz_grant_app_role('regress_several_app');
GRANT SELECT ON diary TO regress_several_app;
SET ROLE regress_several_app;
SELECT set_session_context(NULL, :'other', NULL);
SELECT count(*) FROM cancel_series('00000000-0000-4000-8000-00000000cccc');
SELECT pg_temp.tried(format('SELECT reschedule_bookings(ARRAY[%L, %L]::uuid[], ARRAY[''2040-01-02 12:00'']::timestamptz[])', :'one', :'two')) AS bookings,
       pg_temp.tried(format('SELECT book_slots(ARRAY[%L]::uuid[], ''{2040-01-02,2040-01-03}'', %L)', :'cut', :'carol')) AS service;
ROLLBACK;
