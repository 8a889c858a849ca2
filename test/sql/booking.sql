-- The functions that book (S19, S20): what they write, whom they assign, what they refuse and in which words.
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
-- With whom, when and how, without the random key.
\set shown 'CASE employee_id WHEN ' :'anna_at_salon' ' THEN \'anna\' WHEN ' :'ben_at_salon' ' THEN \'ben\' END AS employee, start_time, end_time, status, hold_expires_at IS NOT NULL AS hold'
\set book 'SELECT ' :shown ' FROM book_slot(' :'haircut' ',' :'carl_at_salon' ','
\set ECHO all
CREATE FUNCTION pg_temp.book(start timestamptz, employee uuid DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    booked record;
    detail text;
BEGIN
    SELECT * INTO STRICT booked FROM book_slot('00000000-0000-4000-8000-0000000000f1', start, '00000000-0000-4000-8000-000000000101', employee);
    RETURN CASE booked.employee_id WHEN '00000000-0000-4000-8000-0000000000d1' THEN 'anna' WHEN '00000000-0000-4000-8000-0000000000d2' THEN 'ben' ELSE 'nobody' END;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || detail;
END
$$;

-- What is stored: the service's end and buffers, the texts, and who booked.
SELECT set_session_context(NULL, :'salon', :'carl');
SELECT booking_id AS booked FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one') \gset
SELECT customer_id = :'carl_at_salon' AS for_carl, :shown, notes, metadata, buffer_before_minutes AS before, buffer_after_minutes AS after, booked_by_user_id = :'carl' AS by_carl, idempotency_key
    FROM bookings WHERE id = :'booked';
SELECT set_session_context(NULL, :'salon', uuid_nil());
SELECT booking_id AS by_nobody FROM book_slot(:'haircut', '2030-02-04 14:00+00', :'carl_at_salon') \gset
SELECT booked_by_user_id FROM bookings WHERE id = :'by_nobody';
SELECT set_session_context(NULL, NULL, NULL);

-- Whom (S20): the one with the fewest booked minutes of the local day, buffers not counted...
SAVEPOINT before;
SELECT pg_temp.book('2030-02-04 12:00+00');
SELECT pg_temp.book('2030-02-04 10:00+00', :'ben_at_salon');
UPDATE bookings SET buffer_before_minutes = 120 WHERE employee_id = :'anna_at_salon' AND start_time = '2030-02-04 14:00+00';
SELECT employee_id, sum(end_time - start_time) FROM bookings WHERE start_time > '2030-02-04' AND start_time < '2030-02-05' GROUP BY 1 ORDER BY 1;
SELECT pg_temp.book('2030-02-04 16:00+00');
ROLLBACK TO before;
-- ...of that day only, and of occupying bookings...
DELETE FROM bookings WHERE start_time > '2030-02-04';
UPDATE bookings SET created_at = '2029-01-02 00:00+00';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, created_at) VALUES
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-02-03 22:00+00', 'confirmed', '2029-01-01 00:00+00'),
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-02-04 23:00+00', 'confirmed', '2029-01-01 00:00+00'),
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-02-04 15:00+00', 'cancelled', '2029-01-03 00:00+00');
SELECT pg_temp.book('2030-02-04 12:00+00');
-- ...the part of a booking that lies in the day counts...
ROLLBACK TO before;
DELETE FROM bookings WHERE start_time > '2030-02-04';
UPDATE bookings SET created_at = '2029-01-02 00:00+00';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, created_at) VALUES
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-02-03 22:59+00', '2030-02-03 23:01+00', 'confirmed', '2029-01-01 00:00+00');
SELECT pg_temp.book('2030-02-04 12:00+00');
-- ...then the one whose newest occupying booking was created longest ago, one who has none before all...
DELETE FROM bookings WHERE start_time > '2030-02-01' OR employee_id = :'ben_at_salon';
SELECT pg_temp.book('2030-02-04 12:00+00');
UPDATE bookings SET created_at = '2029-01-01 00:00+00' WHERE start_time > '2030-02-01';
SELECT pg_temp.book('2030-02-11 12:00+00');
UPDATE bookings SET created_at = '2029-01-03 00:00+00' WHERE start_time > '2030-02-01';
SELECT pg_temp.book('2030-02-18 12:00+00');
-- ...then the lowest id.
DELETE FROM bookings WHERE business_id = :'salon';
SELECT pg_temp.book('2030-02-04 12:00+00');
-- assignment = first: the lowest id at once.
UPDATE bookings SET created_at = '2029-01-03 00:00+00';
UPDATE services SET settings = '{"assignment": "first"}' WHERE id = :'haircut';
SELECT pg_temp.book('2030-02-04 13:00+00'), pg_temp.book('2030-02-04 13:00+00'), pg_temp.book('2030-02-04 13:00+00');
ROLLBACK TO before;

-- Refusals: the reasons of check_slot(), in two codes.
SELECT pg_temp.book('2030-02-04 08:00+00', :'anna_at_salon');
SELECT pg_temp.book('2030-02-04 08:30+00', :'anna_at_salon');
SELECT pg_temp.book('2030-02-04 08:15+00', :'anna_at_salon');
SELECT pg_temp.book('2030-02-04 08:07+00', :'anna_at_salon');
SELECT pg_temp.book('2030-02-04 03:00+00');
SELECT pg_temp.book('2030-02-04 08:00+00', :'anna_at_clinic');
SELECT pg_temp.book('2020-02-04 08:00+00');
UPDATE businesses SET settings = '{"min_notice_minutes": 525600, "max_advance_days": 365}' WHERE id = :'salon';
SELECT pg_temp.book(clock_timestamp() + interval '1 hour');
SELECT pg_temp.book(clock_timestamp() + interval '366 days');
UPDATE businesses SET settings = '{"max_bookings_per_day": 1}' WHERE id = :'salon';
SELECT pg_temp.book('2030-02-04 10:00+00', :'anna_at_salon');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES (:'ben_at_salon', '2030-02-04 11:00+00', '2030-02-04 12:00+00');
SELECT pg_temp.book('2030-02-04 11:00+00', :'ben_at_salon');
ROLLBACK TO before;
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', :'anna_at_salon');
SELECT FROM book_slot(:'haircut', '2030-02-04 03:00+00', :'carl_at_salon', :'anna_at_salon');

-- Find = book: each slot of a day can be booked, one after the other, by whoever is free; no other start can.
SELECT count(*) AS found, count(*) FILTER (WHERE pg_temp.book(slot_start, employee_ids[1]) IN ('anna', 'ben')) AS booked
    FROM find_available_slots(:'haircut', '2030-02-11 00:00+00', '2030-02-12 00:00+00', slot_interval_minutes => 60);
ROLLBACK TO before;
DO $$
DECLARE
    said   text;
    booked text;
BEGIN
    FOR i IN 0 .. 144 LOOP
        SELECT reason INTO said FROM check_slot('00000000-0000-4000-8000-0000000000f1', '2030-02-11 08:00+00'::timestamptz + i * interval '5 minutes');
        booked := pg_temp.book('2030-02-11 08:00+00'::timestamptz + i * interval '5 minutes');
        IF booked NOT LIKE '% ' || said AND (said <> 'ok' OR booked NOT IN ('anna', 'ben')) THEN
            RAISE 'start %: check_slot says %, book_slot %', i, said, booked;
        END IF;
    END LOOP;
END
$$;
SELECT count(*) FROM bookings WHERE start_time > '2030-02-11';
SELECT count(*) FROM find_available_slots(:'haircut', '2030-02-11 00:00+00', '2030-02-12 00:00+00');
ROLLBACK TO before;

-- The same key: the first booking, as it is now; with other arguments an error, whatever became of the booking.
SELECT set_session_context(NULL, :'salon', :'carl');
SELECT booking_id = :'booked' AS the_first, status FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{ "source":"app" }', idempotency_key => 'one');
SELECT FROM reschedule_booking(:'booked', '2030-02-04 11:00+00');
SELECT booking_id = :'booked' AS the_first, start_time FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one');
SELECT FROM cancel_booking(:'booked');
SELECT booking_id = :'booked' AS the_first, status FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one');
SELECT FROM book_slot(:'haircut', '2030-02-04 11:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one');
\echo :LAST_ERROR_SQLSTATE
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', :'anna_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one');
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one');
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', metadata => '{"source": "app"}', idempotency_key => 'one');
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', idempotency_key => 'one');
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', status => 'pending', notes => 'short', metadata => '{"source": "app"}', idempotency_key => 'one', slot_interval_minutes => 15);
-- A key that a plain INSERT used stands for no call.
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', idempotency_key => 'second');
-- Each business has keys of its own.
SELECT set_session_context(:'alpha', NULL, NULL);
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time) VALUES (:'anna_at_clinic', 1, '09:00', '17:00');
SELECT start_time, booking_id = :'booked' AS the_salons FROM book_slot(:'massage', '2030-01-07 17:00+00', :'carl_at_clinic', idempotency_key => 'one');
ROLLBACK TO before;

-- Holds (S19).
SELECT booking_id AS held, hold_expires_at - clock_timestamp() BETWEEN '4 minutes' AND '5 minutes' AS five_minutes FROM hold_slot(:'haircut', '2030-02-04 10:00+00', :'ben_at_salon') \gset
SELECT :shown, customer_id FROM bookings WHERE id = :'held';
SELECT :'five_minutes';
SELECT pg_temp.book('2030-02-04 10:00+00', :'ben_at_salon');
SELECT FROM confirm_booking(:'held');
SELECT FROM confirm_booking(:'held', :'carl_at_clinic');
SELECT FROM reschedule_booking(:'held', '2030-02-04 11:00+00');
SELECT FROM cancel_booking(:'held');
SELECT :shown FROM confirm_booking(:'held', :'carl_at_salon');
SELECT status FROM confirm_booking(:'held');
SELECT status FROM confirm_booking(:'held', :'carl_at_salon');
SELECT FROM release_hold(:'held');
SELECT booking_id AS held FROM hold_slot(:'haircut', '2030-02-04 11:00+00', :'ben_at_salon', :'carl_at_salon') \gset
SELECT :shown FROM release_hold(:'held');
SELECT count(*) FROM bookings WHERE id = :'held';
\set VERBOSITY sqlstate
SELECT FROM confirm_booking(:'held');
\set VERBOSITY default
UPDATE services SET settings = '{"hold_minutes": 60}' WHERE id = :'haircut';
SELECT booking_id AS held, hold_expires_at - clock_timestamp() BETWEEN '59 minutes' AND '60 minutes' AS an_hour FROM hold_slot(:'haircut', '2030-02-04 11:00+00', :'ben_at_salon', :'carl_at_salon') \gset
SELECT :'an_hour';
-- An expired one blocks nobody and does not come back.
UPDATE bookings SET hold_expires_at = clock_timestamp() WHERE id = :'held';
SELECT FROM confirm_booking(:'held');
\echo :LAST_ERROR_SQLSTATE
SELECT available FROM check_slot(:'haircut', '2030-02-04 11:00+00', :'ben_at_salon', as_of => clock_timestamp());
SELECT pg_temp.book('2030-02-04 11:00+00', :'ben_at_salon');
\set VERBOSITY sqlstate
SELECT FROM confirm_booking(:'held');
\set VERBOSITY default
ROLLBACK TO before;

-- Moving: in place, past itself, with the service's present duration and buffers, keeping the employee and the rest.
UPDATE services SET duration = 45, buffer_after_minutes = 0 WHERE id = :'haircut';
UPDATE bookings SET reminder_sent_24h = true, reminder_sent_1h = true WHERE id = :'booked';
SELECT :shown FROM reschedule_booking(:'booked', '2030-02-04 08:15+00');
SELECT notes, buffer_before_minutes AS before, buffer_after_minutes AS after, reminder_sent_24h, reminder_sent_1h, rescheduled_from_booking_id, idempotency_key FROM bookings WHERE id = :'booked';
SELECT :shown FROM reschedule_booking(:'booked', '2030-02-04 10:00+00', :'ben_at_salon');
SELECT :shown FROM reschedule_booking(:'booked', '2030-02-04 10:20+00', slot_interval_minutes => 20);
-- Refused: the old time stays.
SELECT pg_temp.book('2030-02-04 12:00+00', :'ben_at_salon');
SELECT FROM reschedule_booking(:'booked', '2030-02-04 12:00+00');
\echo :LAST_ERROR_SQLSTATE
SELECT FROM reschedule_booking(:'booked', '2030-02-04 12:07+00');
\echo :LAST_ERROR_SQLSTATE
SELECT :shown FROM bookings WHERE id = :'booked';
-- An unassigned booking stays one.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'salon', :'carl_at_salon', :'haircut', '2030-02-04 15:00+00', 'confirmed') RETURNING id AS nobodys \gset
SELECT :shown FROM reschedule_booking(:'nobodys', '2030-02-04 16:00+00');
-- Cancelling frees the time; a state that does not suit is told.
SELECT :shown FROM cancel_booking(:'booked', 'ill');
SELECT status FROM cancel_booking(:'booked', 'late');
SELECT cancellation_reason FROM bookings WHERE id = :'booked';
SELECT pg_temp.book('2030-02-04 10:20+00', :'ben_at_salon'), pg_temp.book('2030-02-04 10:30+00', :'ben_at_salon');
SELECT FROM confirm_booking(:'booked');
\echo :LAST_ERROR_SQLSTATE
SELECT FROM reschedule_booking(:'booked', '2030-02-04 16:30+00');
UPDATE bookings SET status = 'no_show' WHERE id = :'nobodys';
SELECT FROM cancel_booking(:'nobodys');
SELECT FROM confirm_booking(:'nobodys');
SELECT FROM reschedule_booking(:'nobodys', '2030-02-04 16:30+00');
ROLLBACK TO before;

-- Seats (S15): as many as the capacity, then full; moving within a session of one's own.
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'haircut';
SELECT pg_temp.book('2030-02-18 10:00+00', :'ben_at_salon'), pg_temp.book('2030-02-18 10:00+00', :'ben_at_salon'), pg_temp.book('2030-02-18 10:00+00', :'ben_at_salon'), pg_temp.book('2030-02-18 10:15+00', :'ben_at_salon');
SELECT array_agg(seat ORDER BY seat) FROM bookings WHERE start_time = '2030-02-18 10:00+00';
ROLLBACK TO before;

-- A business that is its own resource (S12).
DELETE FROM employees WHERE business_id = :'salon';
SELECT pg_temp.book('2030-02-11 10:00+00'), pg_temp.book('2030-02-11 10:15+00'), pg_temp.book('2030-02-11 11:00+00');
SELECT resource_id = :'salon' FROM bookings WHERE start_time = '2030-02-11 10:00+00';
ROLLBACK TO before;

-- Senseless arguments are refused before any work.
SELECT FROM book_slot(NULL, '2030-02-04 10:00+00', :'carl_at_salon');
SELECT FROM book_slot(:'haircut', NULL, :'carl_at_salon');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', NULL);
SELECT FROM book_slot(:'haircut', 'infinity', :'carl_at_salon');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', slot_interval_minutes => 0);
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', status => 'cancelled');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', status => NULL);
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', metadata => '[]');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', idempotency_key => '');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', idempotency_key => repeat('é', 256));
SELECT count(*) FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_salon', metadata => NULL, idempotency_key => repeat('é', 255));
SELECT FROM book_slot(uuid_nil(), '2030-02-04 10:00+00', :'carl_at_salon');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', uuid_nil());
SELECT FROM hold_slot(NULL, '2030-02-04 10:00+00');
SELECT FROM hold_slot(:'haircut', '2030-02-04 10:00+00', customer_id => :'carl_at_clinic');
SELECT FROM confirm_booking(NULL);
SELECT FROM release_hold(uuid_nil());
SELECT FROM reschedule_booking(:'booked', NULL);
SELECT FROM cancel_booking(NULL);

-- Row security: all of this for the business of the context, nothing for another, in the words of what does not exist.
CREATE ROLE regress_booking_app;
SELECT bookmeatoz_grant_app_role('regress_booking_app');
SET ROLE regress_booking_app;
SELECT set_session_context(NULL, :'salon', NULL);
SELECT pg_temp.book('2030-02-04 10:00+00', :'ben_at_salon');
SELECT FROM cancel_booking(:'clinic_booking');
SELECT FROM reschedule_booking(:'clinic_booking', '2030-01-07 16:00+00');
SELECT FROM confirm_booking(:'clinic_booking');
SELECT FROM release_hold(:'clinic_booking');
SELECT FROM book_slot(:'massage', '2030-01-07 16:00+00', :'carl_at_clinic');
SELECT FROM book_slot(:'haircut', '2030-02-04 10:00+00', :'carl_at_clinic');
SELECT set_session_context(NULL, NULL, NULL);
SELECT FROM book_slot(:'haircut', '2030-02-04 12:00+00', :'carl_at_salon');
SELECT set_session_context(NULL, NULL, :'carl');
SELECT FROM cancel_booking(:'first_booking');
SELECT set_session_context(NULL, :'salon', NULL);
SELECT status FROM cancel_booking(:'first_booking');
RESET ROLE;
-- A booking that the caller may not see is not shown, and still has its time.
CREATE POLICY regress_no_pending ON bookings AS RESTRICTIVE FOR SELECT TO regress_booking_app USING (status <> 'pending');
SET ROLE regress_booking_app;
SELECT count(*) FROM bookings WHERE id = :'booked';
SELECT available FROM check_slot(:'haircut', '2030-02-04 08:00+00', :'anna_at_salon');
SELECT FROM book_slot(:'haircut', '2030-02-04 08:00+00', :'carl_at_salon', :'anna_at_salon');
\echo :LAST_ERROR_SQLSTATE
SELECT booking_id AS moving FROM book_slot(:'haircut', '2030-02-04 11:00+00', :'carl_at_salon', :'anna_at_salon') \gset
SELECT FROM reschedule_booking(:'moving', '2030-02-04 08:15+00');
\echo :LAST_ERROR_SQLSTATE
SELECT start_time FROM bookings WHERE id = :'moving';
RESET ROLE;
ROLLBACK;
