-- S18: overbooked is true only where it is needed. Who moves such a booking to a free slot, forces nothing in.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ECHO none
\i :verdict
\set ECHO all
INSERT INTO tenants (name, subdomain) VALUES ('Forced', 'forced-in') RETURNING id AS tenant \gset
INSERT INTO businesses (tenant_id, name, slug, timezone) VALUES (:'tenant', 'Salon', 'forced-in', 'UTC') RETURNING id AS salon \gset
INSERT INTO users (email, password_hash) VALUES ('eva@forced.example', 'x') RETURNING id AS user \gset
INSERT INTO employees (business_id, user_id, employment_status) VALUES (:'salon', :'user', 'active') RETURNING id AS eva \gset
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT :'salon', day, '00:00', '24:00' FROM generate_series(0, 6) day;
INSERT INTO services (business_id, name, duration) VALUES (:'salon', 'Cut', 60) RETURNING id AS cut \gset
INSERT INTO employee_services (employee_id, service_id) VALUES (:'eva', :'cut');
INSERT INTO customers (business_id, name) VALUES (:'salon', 'Carol') RETURNING id AS carol \gset
CREATE ROLE regress_overbooking_app;
CREATE ROLE regress_overbooking_staff;
SELECT bookmeatoz_grant_app_role('regress_overbooking_app'), bookmeatoz_grant_staff_role('regress_overbooking_staff');
SELECT set_session_context(NULL, :'salon', NULL);
\set put 'INSERT INTO bookings (business_id, customer_id, service_id, employee_id, status, overbooked, start_time) VALUES (\'' :salon '\', \'' :carol '\', \'' :cut '\', \'' :eva '\', \'confirmed\', '
SET ROLE regress_overbooking_staff;
:put false, '2040-01-02 10:00+00') RETURNING overbooked;
-- Beside another it is needed, alone it is not.
:put true, '2040-01-02 10:30+00') RETURNING id AS forced, overbooked \gset
SELECT :'overbooked' AS overbooked;
:put true, '2040-01-02 13:00+00') RETURNING id AS alone, overbooked \gset
SELECT :'overbooked' AS overbooked;
UPDATE bookings SET overbooked = true WHERE id = :'alone' RETURNING overbooked;
SET ROLE regress_overbooking_app;
\set put_beside :put 'true, \'2040-01-02 10:30+00\')'
\set put_alone :put 'true, \'2040-01-02 17:00+00\')'
SELECT pg_temp.verdict(:'put_beside') AS beside, pg_temp.verdict(:'put_alone') AS alone;
-- Any role may write to it what claims no time. To move it to where it collides takes the right, and a function refuses that to all.
UPDATE bookings SET notes = 'a friend' WHERE id = :'forced' RETURNING overbooked;
SELECT 'UPDATE bookings SET start_time = start_time - interval ''15 minutes'', end_time = end_time - interval ''15 minutes'' WHERE id = ' || quote_literal(:'forced') AS move_a_little,
       format('SELECT reschedule_booking(%L, %L)', :'forced', '2040-01-02 10:15+00') AS reschedule_a_little \gset
SELECT pg_temp.verdict(:'move_a_little') AS by_update, pg_temp.verdict(:'reschedule_a_little') AS by_function;
SET ROLE regress_overbooking_staff;
SELECT pg_temp.verdict(:'move_a_little') AS by_update, pg_temp.verdict(:'reschedule_a_little') AS by_function;
SELECT overbooked, seat FROM bookings WHERE id = :'forced';
-- Moved to a free slot it is a booking like others: by a function, or by an UPDATE.
SET ROLE regress_overbooking_app;
SAVEPOINT forced;
SELECT start_time FROM reschedule_booking(:'forced', '2040-01-02 15:00+00');
SELECT overbooked FROM bookings WHERE id = :'forced';
\set put_there :put 'false, \'2040-01-02 15:00+00\')'
SELECT pg_temp.verdict(:'put_there');
ROLLBACK TO forced;
UPDATE bookings SET start_time = '2040-01-02 15:00+00', end_time = '2040-01-02 16:00+00' WHERE id = :'forced' RETURNING overbooked;
SELECT pg_temp.verdict(:'put_there');
ROLLBACK TO forced;
-- So it is when it comes back and its neighbour has gone.
UPDATE bookings SET status = 'cancelled' WHERE id = :'forced';
UPDATE bookings SET status = 'cancelled' WHERE start_time = '2040-01-02 10:00+00';
UPDATE bookings SET status = 'confirmed' WHERE id = :'forced' RETURNING overbooked;
ROLLBACK TO forced;
-- Beyond a limit, or the capacity, it is needed too.
RESET ROLE;
UPDATE services SET settings = '{"max_bookings_per_day": 1}' WHERE id = :'cut';
SET ROLE regress_overbooking_staff;
:put true, '2040-01-02 20:00+00') RETURNING overbooked;
RESET ROLE;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'cut';
SET ROLE regress_overbooking_staff;
:put true, '2040-01-03 20:00+00') RETURNING overbooked, seat;
:put true, '2040-01-03 20:00+00') RETURNING overbooked, seat;
:put true, '2040-01-03 20:00+00') RETURNING overbooked, seat;
RESET ROLE;
-- Row after row in one statement: every second one collides.
UPDATE services SET settings = '{}' WHERE id = :'cut';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, status, overbooked, start_time)
    SELECT :'salon', :'carol', :'cut', :'eva', 'confirmed', true, '2040-01-04 10:00+00'::timestamptz + minutes * interval '30 minutes'
      FROM generate_series(0, 3) minutes RETURNING start_time, overbooked;
-- S20: a moved booking is to be reminded of anew; one that stays is not.
UPDATE bookings SET reminder_sent_24h = true, reminder_sent_1h = true WHERE business_id = :'salon' AND start_time < '2040-01-04';
UPDATE bookings SET notes = 'b', start_time = start_time, end_time = end_time + interval '1 minute' WHERE id = :'alone' RETURNING reminder_sent_24h, reminder_sent_1h;
UPDATE bookings SET start_time = start_time + interval '1 minute' WHERE id = :'alone' RETURNING reminder_sent_24h, reminder_sent_1h;
ROLLBACK;
