-- S20, S22: moving with whomever is free or for as long as booked, late changes by customers, and keys of holds.
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
-- Too late: once less than the notice is left; the business always may. The service's setting comes first.
UPDATE businesses SET settings = '{"cancel_notice_minutes": 1440, "reschedule_notice_minutes": 60}' WHERE id = :'shop';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'shop', :'carol', :'cut', :'eva', now() + interval '23 hours 59 minutes') RETURNING id AS booking \gset
SELECT FROM cancel_booking(:'booking', as_customer => true);
SELECT pg_temp.tried(format('SELECT cancel_booking(%L)', :'booking')) AS by_business,
       pg_temp.tried(format('SELECT reschedule_booking(%L, %L, as_customer => true)', :'booking', date_trunc('day', now()) + interval '5 days')) AS moved;
UPDATE bookings SET start_time = start_time + interval '2 minutes', end_time = end_time + interval '2 minutes' WHERE id = :'booking';
SELECT pg_temp.tried(format('SELECT cancel_booking(%L, as_customer => true)', :'booking')) AS in_time;
UPDATE services SET settings = '{"cancel_notice_minutes": 0, "reschedule_notice_minutes": 2000}' WHERE id = :'cut';
SELECT pg_temp.tried(format('SELECT reschedule_booking(%L, %L, as_customer => true)', :'booking', date_trunc('day', now()) + interval '5 days')) AS moved,
       pg_temp.tried(format('SELECT reschedule_booking(%L, %L)', :'booking', date_trunc('day', now()) + interval '5 days')) AS by_business;
UPDATE bookings SET start_time = now() - interval '1 minute', end_time = now() + interval '1 hour' WHERE id = :'booking';
SELECT pg_temp.tried(format('SELECT cancel_booking(%L, as_customer => true)', :'booking')) AS begun,
       pg_temp.verdict(format('SELECT cancel_booking(%L)', :'booking')) AS by_business,
       pg_temp.tried(format('SELECT cancel_booking(%L, as_customer => true)', :'booking')) AS cancelled_already;
SELECT pg_temp.verdict(format('SELECT cancel_booking(%L, as_customer => NULL)', :'booking'));
DELETE FROM bookings;
UPDATE services SET settings = '{}' WHERE id = :'cut';

-- The employee has left: whoever is free takes over.
SELECT booking_id AS booking FROM book_slot(:'cut', '2040-01-02 10:00', :'carol', :'eva') \gset
SELECT FROM book_slot(:'cut', '2040-01-02 12:00', :'dave', :'finn');
UPDATE employees SET employment_status = 'inactive' WHERE id = :'eva';
SELECT pg_temp.verdict(format('SELECT reschedule_booking(%L, %L)', :'booking', '2040-01-02 11:00')) AS kept,
       pg_temp.verdict(format('SELECT reschedule_booking(%L, %L, any_employee => true)', :'booking', '2040-01-02 12:00')) AS full,
       pg_temp.verdict(format('SELECT reschedule_booking(%L, %L, any_employee => true)', :'booking', '2040-01-02 11:00')) AS moved,
       pg_temp.verdict(format('SELECT reschedule_booking(%L, %L, %L, any_employee => true)', :'booking', '2040-01-02 11:00', :'finn')) AS both_asked;
SELECT * FROM diary;
-- The booking's own length and buffers, or the service's present ones.
UPDATE services SET duration = 30, buffer_after_minutes = 10 WHERE id = :'cut';
SELECT pg_temp.verdict(format('SELECT reschedule_booking(%L, %L, keep_duration => true)', :'booking', '2040-01-02 11:15')) AS an_hour, pg_temp.verdict(format('SELECT reschedule_booking(%L, %L)', :'booking', '2040-01-02 11:15')) AS half_an_hour;
UPDATE bookings SET end_time = start_time + interval '90 minutes', start_time = start_time, buffer_after_minutes = 3, employee_id = NULL WHERE id = :'booking';
SELECT start_time, end_time FROM reschedule_booking(:'booking', '2040-01-03 10:00', keep_duration => true, any_employee => true);
SELECT buffer_before_minutes, buffer_after_minutes FROM bookings WHERE id = :'booking';
SELECT start_time, end_time FROM reschedule_booking(:'booking', '2040-01-04 10:00');
SELECT buffer_before_minutes, buffer_after_minutes FROM bookings WHERE id = :'booking';
-- A business that is its own resource has nobody to assign.
DELETE FROM bookings;
DELETE FROM employees;
SELECT booking_id AS booking FROM book_slot(:'cut', '2040-01-02 10:00', :'carol') \gset
SELECT employee_id, start_time FROM reschedule_booking(:'booking', '2040-01-02 11:00', any_employee => true);

-- A hold by a key: the same call has the same hold, also when it was confirmed meanwhile; other arguments are an error, and so is book_slot().
SELECT booking_id AS hold FROM hold_slot(:'cut', '2040-01-05 10:00', idempotency_key => 'lost answer') \gset
SELECT booking_id = :'hold' AS same, status, hold_expires_at IS NOT NULL AS hold FROM hold_slot(:'cut', '2040-01-05 10:00', idempotency_key => 'lost answer');
SELECT FROM hold_slot(:'cut', '2040-01-05 11:00', idempotency_key => 'lost answer');
SELECT FROM book_slot(:'cut', '2040-01-05 10:00', :'carol', idempotency_key => 'lost answer');
SELECT FROM hold_slot(:'cut', '2040-01-05 11:00', idempotency_key => '');
SELECT status FROM confirm_booking(:'hold', :'carol');
SELECT booking_id = :'hold' AS same, status FROM hold_slot(:'cut', '2040-01-05 10:00', idempotency_key => 'lost answer');
-- One that has expired is no hold any more: there is a new one, if its time is still free.
SELECT booking_id AS hold FROM hold_slot(:'cut', '2040-01-06 10:00', idempotency_key => 'late') \gset
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
UPDATE bookings SET hold_expires_at = now() WHERE id = :'hold';
ALTER TABLE bookings ENABLE TRIGGER bookings_guard;
SELECT booking_id = :'hold' AS same, hold_expires_at > now() AS lasts FROM hold_slot(:'cut', '2040-01-06 10:00', idempotency_key => 'late');
SELECT count(*) FROM bookings WHERE idempotency_key = 'late';
ROLLBACK;
