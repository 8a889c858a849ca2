-- S15: seats are counted. Where a lowered capacity leaves more sold than it allows, nobody adds another until fewer are left.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
BEGIN;
\set ECHO none
\i :verdict
\set ECHO all
INSERT INTO tenants (name, subdomain) VALUES ('Seats', 'seats-left') RETURNING id AS tenant \gset
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'tenant', 'Gym', 'seats-left') RETURNING id AS gym \gset
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT :'gym', day, '00:00', '24:00' FROM generate_series(0, 6) day;
INSERT INTO services (business_id, name, duration, settings) VALUES (:'gym', 'Class', 60, '{"capacity": 5}') RETURNING id AS class \gset
INSERT INTO customers (business_id, name) VALUES (:'gym', 'Carol') RETURNING id AS carol \gset
CREATE TEMP TABLE writers (writer text, statement text);
INSERT INTO writers VALUES
    ('book_slot', format('SELECT book_slot(%L, %L, %L)', :'class', '2040-01-02 10:00+00', :'carol')),
    ('hold_slot', format('SELECT hold_slot(%L, %L)', :'class', '2040-01-02 10:00+00')),
    ('reschedule_booking', format('SELECT reschedule_booking(id, %L) FROM bookings WHERE start_time = %L', '2040-01-02 10:00+00', '2040-01-02 12:00+00')),
    ('INSERT', format('INSERT INTO bookings (business_id, customer_id, service_id, start_time) VALUES (%L, %L, %L, %L)', :'gym', :'carol', :'class', '2040-01-02 10:00+00')),
    ('moved', format('UPDATE bookings SET start_time = %L, end_time = %L WHERE start_time = %L', '2040-01-02 10:00+00', '2040-01-02 11:00+00', '2040-01-02 12:00+00')),
    ('reactivated', format('UPDATE bookings SET status = ''confirmed'' WHERE id = (SELECT id FROM bookings WHERE status = ''cancelled'' LIMIT 1)'));
-- What each would do.
CREATE TEMP VIEW adding AS SELECT string_agg(writer || ': ' || pg_temp.tried(statement), ', ' ORDER BY writer COLLATE "C") AS adding FROM writers;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
    SELECT :'gym', :'carol', :'class', '2040-01-02 10:00+00', 'confirmed' FROM generate_series(1, 5);
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'gym', :'carol', :'class', '2040-01-02 12:00+00', 'confirmed');
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'class';
-- Three are left, in seats 3 to 5; then two, then one.
UPDATE bookings SET status = 'cancelled' WHERE service_id = :'class' AND seat < 3 AND start_time = '2040-01-02 10:00+00';
SELECT * FROM adding;
UPDATE bookings SET status = 'cancelled' WHERE service_id = :'class' AND seat = 3;
SELECT * FROM adding;
UPDATE bookings SET status = 'cancelled' WHERE service_id = :'class' AND seat = 4;
SELECT * FROM adding;
-- What is sold stays, and may be changed where it is.
UPDATE services SET settings = '{}' WHERE id = :'class';
SELECT * FROM adding;
UPDATE bookings SET notes = 'stays', buffer_after_minutes = 5 WHERE service_id = :'class' AND seat = 5 RETURNING seat, status;
UPDATE bookings SET status = 'completed' WHERE service_id = :'class' AND seat = 5 RETURNING seat, status;
-- An expired hold in an older seat is not counted.
UPDATE services SET settings = '{"capacity": 2}' WHERE id = :'class';
INSERT INTO bookings (business_id, service_id, start_time, hold_expires_at) SELECT :'gym', :'class', '2040-01-02 15:00+00', now() + interval '1 hour' FROM generate_series(1, 2);
DELETE FROM bookings WHERE start_time = '2040-01-02 15:00+00' AND seat = 1;
UPDATE services SET settings = '{}' WHERE id = :'class';
\set insert 'INSERT INTO bookings (business_id, customer_id, service_id, start_time) VALUES (\'' :gym '\', \'' :carol '\', \'' :class '\', \'2040-01-02 15:00+00\')'
SELECT pg_temp.verdict(:'insert');
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
UPDATE bookings SET hold_expires_at = now() - interval '1 minute' WHERE start_time = '2040-01-02 15:00+00';
ALTER TABLE bookings ENABLE TRIGGER bookings_guard;
SELECT pg_temp.verdict(:'insert');
ROLLBACK;
