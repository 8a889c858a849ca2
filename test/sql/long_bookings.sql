-- Long bookings block slots however far from the window they begin (S6, S9); a search finds them by an
-- index of their own, which both ways of reading use, and misses nothing without it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\pset format unaligned
\pset tuples_only on

-- What reaches far: more than six hours to either side, buffers included. Every value has an answer.
SELECT booking_is_long('2030-01-16 00:00', '2030-01-16 06:00', 360, 0), booking_is_long('2030-01-16 00:00', '2030-01-16 06:00:00.000001', 0, 0),
       booking_is_long('2030-01-16 00:00', '2030-01-16 05:30', 0, 30), booking_is_long('2030-01-16 00:00', '2030-01-16 05:30', 0, 31),
       booking_is_long('2030-01-16 00:00', '2030-01-16 00:30', 361, 0);
SELECT booking_is_long('-infinity', 'infinity', 0, 0), booking_is_long('infinity', '-infinity', 0, 0),
       booking_is_long('4714-11-24 00:00+00 BC', '294276-12-31 23:59+00', 2147483647, -2147483648),
       booking_is_long('2030-01-16 00:00', '2030-01-16 01:00', NULL, 0) AS of_null;
SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE proname = 'booking_is_long';
SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'bookings_long_idx'::regclass;

-- A salon with Anna and Ben, and a studio of nobody, both always open; a booking lasts an hour, without buffers.
CREATE FUNCTION pg_temp.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (pg_temp.id('tenant'), 'tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug) SELECT pg_temp.id(b), pg_temp.id('tenant'), b, b FROM unnest('{salon,studio}'::text[]) b;
INSERT INTO users (id, email) SELECT pg_temp.id(u), u || '@example.org' FROM unnest('{anna,ben}'::text[]) u;
INSERT INTO employees (id, user_id, business_id) SELECT pg_temp.id(u), pg_temp.id(u), pg_temp.id('salon') FROM unnest('{anna,ben}'::text[]) u;
INSERT INTO services (id, business_id, name, duration) SELECT pg_temp.id('service of ' || b), pg_temp.id(b), 'service', 60 FROM unnest('{salon,studio}'::text[]) b;
INSERT INTO employee_services (employee_id, service_id) SELECT id, pg_temp.id('service of salon') FROM employees WHERE id IN (pg_temp.id('anna'), pg_temp.id('ben'));
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
    SELECT pg_temp.id(b), d, '00:00', '24:00' FROM unnest('{salon,studio}'::text[]) b, generate_series(0, 6) d;
INSERT INTO customers (id, business_id, name) SELECT pg_temp.id('customer of ' || b), pg_temp.id(b), 'Carl' FROM unnest('{salon,studio}'::text[]) b;

-- Books; busy time is told by its end or, with the buffer before, by its begin.
CREATE PROCEDURE pg_temp.book(business text, employee text, start timestamptz, length interval, before integer DEFAULT 0, after integer DEFAULT 0)
LANGUAGE sql AS $$
    INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status)
    VALUES (pg_temp.id(business), pg_temp.id('customer of ' || business), pg_temp.id('service of ' || business), pg_temp.id(employee), start, start + length, before, after, 'confirmed')
$$;
-- Of the hours of the 16th of January the free ones as ranges with the seats; whether the parts of the day find the same, and free_busy().
CREATE FUNCTION pg_temp.free(business text, employee text) RETURNS text LANGUAGE sql AS $$
    WITH slot AS MATERIALIZED (
        SELECT * FROM find_available_slots(pg_temp.id('service of ' || business), '2030-01-16', '2030-01-17', pg_temp.id(employee), 60, as_of => '2030-01-01')),
    part AS (
        SELECT p.* FROM generate_series(0, 23) h,
               find_available_slots(pg_temp.id('service of ' || business), '2030-01-16'::timestamptz + h * interval '1 hour', '2030-01-16'::timestamptz + (h + 1) * interval '1 hour',
                                    pg_temp.id(employee), 60, as_of => '2030-01-01') p)
    SELECT coalesce(string_agg(seats || ' in ' || hours, ', ' ORDER BY hours), 'none')
           || CASE WHEN (SELECT array_agg(slot ORDER BY slot_start) FROM slot) IS DISTINCT FROM (SELECT array_agg(part ORDER BY slot_start) FROM part) THEN ', but not by parts' ELSE '' END
           || coalesce((SELECT '; busy ' || range_agg(period) FROM unnest(array_remove(ARRAY[employee], NULL)) named (e), free_busy(pg_temp.id(e), '2030-01-16', '2030-01-17') WHERE busy_type = 'BUSY'), '')
    FROM (SELECT remaining_capacity AS seats, unnest(range_agg(tstzrange(slot_start, slot_end))) AS hours FROM slot GROUP BY remaining_capacity) ranges
$$;
-- By scans and by queries.
CREATE FUNCTION pg_temp.found(business text, employee text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    by_scans text;
    by_queries text;
BEGIN
    by_scans := pg_temp.free(business, employee);
    SET LOCAL bookmeatoz.direct_scans = off;
    by_queries := pg_temp.free(business, employee);
    SET LOCAL bookmeatoz.direct_scans = on;
    RETURN CASE WHEN by_scans = by_queries THEN by_scans ELSE by_scans || ', but by queries ' || by_queries END;
END $$;
SAVEPOINT before;

-- Six hours exactly and a minute more, ending in the first hour.
CALL pg_temp.book('salon', 'anna', '2030-01-15 18:30', '6 hours');
CALL pg_temp.book('salon', 'ben', '2030-01-15 18:30', '6 hours 1 minute');
SELECT pg_temp.found('salon'), pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
-- The same to the microsecond, at the begin of the window: touching is free.
CALL pg_temp.book('salon', 'anna', '2030-01-15 18:00', '6 hours');
CALL pg_temp.book('salon', 'ben', '2030-01-15 18:00', '6 hours 0.000001 seconds');
SELECT pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
CALL pg_temp.book('salon', 'anna', '2030-01-15 17:59:59.999999', '6 hours');
CALL pg_temp.book('salon', 'ben', '2030-01-15 17:59:59.999999', '6 hours 0.000002 seconds');
SELECT pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
-- By the buffer after: an hour and five, or five and a minute.
CALL pg_temp.book('salon', 'anna', '2030-01-15 19:00', '1 hour', after => 300);
CALL pg_temp.book('salon', 'ben', '2030-01-15 19:00', '1 hour', after => 301);
SELECT pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
-- The longest: seven days, and a day after them. It begins eight days before the window, all but a minute; and exactly.
CALL pg_temp.book('salon', 'anna', '2030-01-08 00:01', '7 days', after => 1440);
CALL pg_temp.book('salon', 'ben', '2030-01-08 00:00', '7 days', after => 1440);
SELECT pg_temp.found('salon'), pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
CALL pg_temp.book('salon', 'anna', '2030-01-12 00:30', '5 days');
SELECT pg_temp.found('salon'), pg_temp.found('salon', 'anna');
ROLLBACK TO before;
-- Behind the window, by the buffer before: six hours, a minute more, a day.
CALL pg_temp.book('salon', 'anna', '2030-01-17 05:59', '1 hour', before => 360);
CALL pg_temp.book('salon', 'ben', '2030-01-17 06:00', '1 hour', before => 361);
SELECT pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
CALL pg_temp.book('salon', 'anna', '2030-01-17 23:59', '1 hour', before => 1440);
CALL pg_temp.book('salon', 'ben', '2030-01-18 00:00', '1 hour', before => 1440);
SELECT pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
-- Without an employee: against those who are free (S14).
CALL pg_temp.book('salon', NULL, '2030-01-15 18:30', '6 hours');
CALL pg_temp.book('salon', NULL, '2030-01-09 12:00', '7 days', after => 60);
CALL pg_temp.book('salon', NULL, '2030-01-17 23:00', '1 hour', before => 1440);
SELECT pg_temp.found('salon'), pg_temp.found('salon', 'anna');
CALL pg_temp.book('salon', 'anna', '2030-01-15 10:00', '22 hours');
SELECT pg_temp.found('salon');
ROLLBACK TO before;
-- A business that is its own resource (S12).
CALL pg_temp.book('studio', NULL, '2030-01-15 18:30', '6 hours');
CALL pg_temp.book('studio', NULL, '2030-01-17 06:00', '1 hour', before => 361);
SELECT pg_temp.found('studio');
ROLLBACK TO before;
CALL pg_temp.book('studio', NULL, '2030-01-08 01:00', '7 days', after => 1440);
SELECT pg_temp.found('studio');
-- S11, S19, and the booking that is left out.
UPDATE bookings SET status = 'cancelled' WHERE business_id = pg_temp.id('studio');
SELECT pg_temp.found('studio');
UPDATE bookings SET status = 'pending', hold_expires_at = now() + interval '1 hour' WHERE business_id = pg_temp.id('studio');
SELECT pg_temp.found('studio');
SELECT count(*) FROM bookings b, find_available_slots(b.service_id, '2030-01-16', '2030-01-17', exclude_booking_id => b.id) WHERE b.business_id = pg_temp.id('studio');
ROLLBACK TO before;
-- S16: a booking counts on the date of its start, and there alone.
UPDATE businesses SET settings = '{"max_bookings_per_day": 1}' WHERE id = pg_temp.id('salon');
CALL pg_temp.book('salon', 'anna', '2030-01-15 12:00', '12 hours');
CALL pg_temp.book('salon', 'ben', '2030-01-16 23:00', '12 hours');
SELECT pg_temp.found('salon'), pg_temp.found('salon', 'anna'), pg_temp.found('salon', 'ben');
ROLLBACK TO before;
-- S20: the least busy is who has the fewest minutes of the whole date, also of those that began long before.
CALL pg_temp.book('salon', 'anna', '2030-01-09 03:00', '7 days');
CALL pg_temp.book('salon', 'ben', '2030-01-16 01:00', '1 hour');
CALL pg_temp.book('salon', 'ben', '2030-01-16 08:00', '1 hour');
SELECT employee_id = pg_temp.id('ben') AS with_ben FROM book_slot(pg_temp.id('service of salon'), '2030-01-16 22:00', pg_temp.id('customer of salon'));
CALL pg_temp.book('salon', 'ben', '2030-01-16 10:00', '1 hour');
SELECT employee_id = pg_temp.id('anna') AS with_anna FROM book_slot(pg_temp.id('service of salon'), '2030-01-16 18:00', pg_temp.id('customer of salon'));
ROLLBACK TO before;

-- The index serves the query as well, also under row security; without it, or with another one in its place, all is found by queries.
CALL pg_temp.book('salon', 'anna', '2030-01-12 00:30', '5 days');
CALL pg_temp.book('salon', NULL, '2030-01-15 18:30', '6 hours 1 minute');
CREATE ROLE regress_long_bookings_app;
SELECT bookmeatoz_grant_app_role('regress_long_bookings_app') \g /dev/null
SET LOCAL enable_seqscan = off;
SELECT set_config('app.current_business_id', pg_temp.id('salon')::text, true) \g /dev/null
SET LOCAL ROLE regress_long_bookings_app;
EXPLAIN (COSTS OFF) SELECT start_time FROM bookings
    WHERE business_id = md5('salon')::uuid AND start_time >= '2030-01-08' AND start_time < '2030-01-16'
      AND booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes);
RESET ROLE;
RESET enable_seqscan;
CREATE FUNCTION pg_temp.told(business text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL client_min_messages = notice;
    SET LOCAL bookmeatoz.direct_scans = notice;
    PERFORM find_available_slots_json(pg_temp.id('service of ' || business), '2030-01-16', '2030-01-17', as_of => '2030-01-01');
    SET LOCAL bookmeatoz.direct_scans = on;
    RETURN pg_temp.found(business);
END $$;
SELECT pg_temp.told('salon');
SAVEPOINT before_others;
DROP INDEX bookings_long_idx;
SELECT pg_temp.told('salon');
SELECT bookmeatoz_install_schema();
SELECT pg_temp.told('salon');
DROP INDEX bookings_long_idx;
CREATE INDEX some_bookings_idx ON bookings (business_id, start_time)
    WHERE booking_is_long(start_time, end_time, buffer_after_minutes, buffer_before_minutes);
SELECT pg_temp.told('salon');
CREATE INDEX long_bookings_idx ON bookings (business_id, start_time) WHERE end_time - start_time > interval '6 hours';
SELECT pg_temp.told('salon');
CREATE INDEX fewer_bookings_idx ON bookings (business_id, start_time)
    WHERE booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes) AND status <> 'cancelled';
SELECT pg_temp.told('salon');
CREATE INDEX other_bookings_idx ON bookings (business_id, start_time)
    WHERE NOT booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes);
SELECT pg_temp.told('salon');
CREATE FUNCTION pg_temp.booking_is_long(timestamptz, timestamptz, integer, integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN false; END';
CREATE INDEX no_bookings_idx ON bookings (business_id, start_time)
    WHERE pg_temp.booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes);
SELECT pg_temp.told('salon');
-- One with less in it serves: the rows are read from the table.
CREATE INDEX narrow_bookings_idx ON bookings (business_id, start_time)
    WHERE booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes);
SELECT pg_temp.told('salon');
ROLLBACK;
