-- S21: what the functions refuse a customer. Plain writers are free to do otherwise.
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
CREATE FUNCTION pg_temp.book(customer uuid, start timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.verdict(format('SELECT book_slot(%L, %L, %L)', (SELECT id FROM services WHERE name = 'Cut'), start, customer)) $$;
-- Blocked: by every function that names the customer anew, and told before the slot is looked at.
UPDATE customers SET status = 'blacklisted' WHERE id = :'dave';
SELECT pg_temp.book(:'dave', '2040-01-02 10:00') AS book, pg_temp.book(:'dave', '2001-01-02 10:00') AS in_past, pg_temp.book(:'carol', '2040-01-02 10:00') AS carol;
SELECT FROM hold_slot(:'cut', '2040-01-02 10:00', customer_id => :'dave');
SELECT booking_id AS hold FROM hold_slot(:'cut', '2040-01-02 12:00') \gset
SELECT FROM confirm_booking(:'hold', :'dave');
SELECT customer_id FROM bookings WHERE id = :'hold';
-- Who was blocked later keeps what there is: it can be confirmed, moved and cancelled.
UPDATE customers SET status = 'active' WHERE id = :'dave';
SELECT booking_id AS held FROM hold_slot(:'cut', '2040-01-02 14:00', customer_id => :'dave') \gset
UPDATE customers SET status = 'blacklisted' WHERE id = :'dave';
SELECT status FROM confirm_booking(:'held');
SELECT start_time FROM reschedule_booking(:'held', '2040-01-02 15:00');
SELECT status FROM cancel_booking(:'held');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (:'shop', :'dave', :'cut', :'eva', '2040-01-02 16:00') RETURNING start_time;
UPDATE customers SET status = 'active' WHERE id = :'dave';
DELETE FROM bookings;
-- A limit: of the service, of the business; both apply. Holds count until they expire; what is over or cancelled does not.
INSERT INTO services (business_id, name, duration) VALUES (:'shop', 'Shave', 30) RETURNING id AS shave \gset
INSERT INTO employee_services (employee_id, service_id) VALUES (:'eva', :'shave'), (:'finn', :'shave');
UPDATE services SET settings = '{"max_active_bookings_per_customer": 1}' WHERE id = :'cut';
UPDATE businesses SET settings = '{"max_active_bookings_per_customer": 2}' WHERE id = :'shop';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) VALUES (:'shop', :'carol', :'cut', :'eva', now() - interval '1 day', 'completed');
SELECT pg_temp.book(:'carol', '2040-01-02 10:00') AS first, pg_temp.book(:'carol', '2040-01-03 10:00') AS second, pg_temp.book(:'dave', '2040-01-02 10:00') AS dave;
SELECT FROM hold_slot(:'shave', '2040-01-04 10:00', customer_id => :'carol');
SELECT pg_temp.verdict(format('SELECT hold_slot(%L, %L, customer_id => %L)', :'shave', '2040-01-05 10:00', :'carol')) AS third;
SELECT booking_id AS hold FROM hold_slot(:'shave', '2040-01-05 10:00') \gset
SELECT pg_temp.verdict(format('SELECT confirm_booking(%L, %L)', :'hold', :'carol')) AS carol, pg_temp.verdict(format('SELECT confirm_booking(%L, %L)', :'hold', :'dave')) AS dave;
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
UPDATE bookings SET hold_expires_at = now() WHERE status = 'pending';
ALTER TABLE bookings ENABLE TRIGGER bookings_guard;
SELECT pg_temp.tried(format('SELECT book_slot(%L, %L, %L)', :'shave', '2040-01-06 10:00', :'carol')) AS hold_expired;
SELECT cancelled.status FROM bookings b, cancel_booking(b.id) cancelled WHERE customer_id = :'carol' AND b.start_time = '2040-01-02 10:00';
SELECT pg_temp.book(:'carol', '2040-01-03 10:00') AS after_cancelling;
-- A repeated call is no further booking.
SELECT FROM book_slot(:'shave', '2040-01-07 10:00', :'carol', idempotency_key => 'once');
SELECT start_time FROM book_slot(:'shave', '2040-01-07 10:00', :'carol', idempotency_key => 'once');
UPDATE services SET settings = '{}' WHERE id = :'cut';
DELETE FROM bookings;
-- Elsewhere at that time, without buffers: with whomever, for whatever.
UPDATE services SET buffer_before_minutes = 20, buffer_after_minutes = 20;
UPDATE businesses SET settings = '{"customer_overlap": "refuse"}' WHERE id = :'shop';
SELECT pg_temp.book(:'carol', '2040-01-02 10:00') AS first, pg_temp.book(:'carol', '2040-01-02 10:30') AS overlaps, pg_temp.book(:'carol', '2040-01-02 11:00') AS right_after, pg_temp.book(:'dave', '2040-01-02 10:30') AS dave;
SELECT booking_id AS hold FROM hold_slot(:'shave', '2040-01-02 09:45', customer_id => :'dave') \gset
SELECT pg_temp.verdict(format('SELECT confirm_booking(%L, %L)', :'hold', :'carol')) AS carol;
SELECT start_time FROM confirm_booking(:'hold', :'dave');
SELECT id AS daves FROM bookings WHERE customer_id = :'dave' AND start_time = '2040-01-02 09:45' \gset
SELECT pg_temp.verdict(format('SELECT reschedule_booking(%L, %L)', :'daves', '2040-01-02 10:15')) AS moved_beside_the_other, pg_temp.verdict(format('SELECT reschedule_booking(%L, %L)', :'daves', '2040-01-02 09:30')) AS moved;
UPDATE businesses SET settings = '{}' WHERE id = :'shop';
SELECT pg_temp.verdict(format('SELECT book_slot(%L, %L, %L)', :'shave', '2040-01-02 14:00', :'carol')), pg_temp.verdict(format('SELECT book_slot(%L, %L, %L)', :'shave', '2040-01-02 14:00', :'carol')) AS allowed;
-- The keys are checked when they are written.
SELECT pg_temp.verdict(format('UPDATE businesses SET settings = %L WHERE id = %L', '{"customer_overlap": "maybe"}', :'shop'));
SELECT pg_temp.verdict(format('UPDATE services SET settings = %L WHERE id = %L', '{"max_active_bookings_per_customer": 0}', :'cut'));
SELECT pg_temp.verdict(format('UPDATE services SET settings = %L WHERE id = %L', '{"cancel_notice_minutes": -1}', :'cut'));
SELECT pg_temp.verdict(format('UPDATE services SET settings = %L WHERE id = %L', '{"reschedule_notice_minutes": 525601}', :'cut'));
ROLLBACK;
