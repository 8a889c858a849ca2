-- S11: a label that the application adds to the type of statuses occupies time, like all but the three that free it. The search, both
-- ways of reading it, the constraints, the seats, the daily limit and the assignment agree.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
\set at '''2030-01-01 00:00+00'''
\set ten '''2030-01-07 10:00+00'''
\set ECHO all
ALTER TYPE booking_status_type_v1 ADD VALUE 'checked_in' AFTER 'confirmed';
ALTER TYPE booking_status_type_v1 ADD VALUE 'asked';
DELETE FROM bookings;

-- All that is conditional on a status says it in the same words; but the list of requests, which is of one.
SELECT indexrelid::regclass, pg_get_expr(indpred, indrelid) FROM pg_index
WHERE indrelid = 'bookings'::regclass AND pg_get_expr(indpred, indrelid) ~ 'status' ORDER BY indexrelid::regclass::text COLLATE "C";

BEGIN;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), :ten, 'checked_in');
SELECT reason FROM check_slot(id('salon'), :ten, id('anna@salon'), as_of => :at);
SET LOCAL bookmeatoz.direct_scans = off;
SELECT reason FROM check_slot(id('salon'), :ten, id('anna@salon'), as_of => :at);
RESET bookmeatoz.direct_scans;
SELECT busy_type FROM free_busy(id('anna@salon'), :ten, '2030-01-07 10:30+00');
-- Ben, who has booked less on that day.
SELECT employee_id = id('ben@salon') AS ben FROM book_slot(id('salon'), '2030-01-07 11:00+00', id('carl of salon'));
SAVEPOINT one;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 10:15+00', 'confirmed');
ROLLBACK TO one;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 10:15+00', 'asked');
ROLLBACK TO one;
-- Seats of one session, the limit of a day.
UPDATE services SET settings = '{"capacity": 2}' WHERE id = id('salon');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), :ten, 'asked') RETURNING seat;
SELECT reason FROM check_slot(id('salon'), :ten, id('anna@salon'), as_of => :at);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), :ten, 'confirmed');
ROLLBACK TO one;
UPDATE services SET settings = '{"max_bookings_per_day": 1}' WHERE id = id('salon');
SELECT reason FROM check_slot(id('salon'), '2030-01-07 12:00+00', id('anna@salon'), as_of => :at);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 12:00+00', 'asked');
ROLLBACK TO one;
-- The three that free the time do so from it, and it claims the time again.
UPDATE bookings SET status = 'no_show' WHERE start_time = :ten;
SELECT reason FROM check_slot(id('salon'), :ten, id('anna@salon'), as_of => :at);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), :ten, 'confirmed');
UPDATE bookings SET status = 'checked_in' WHERE status = 'no_show';
ROLLBACK;

\set ECHO none
DROP OWNED BY regress_access_app;
\i :access_end
