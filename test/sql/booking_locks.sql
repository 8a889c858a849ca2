-- The locks of those who write bookings (S15, S16, S18): how many a transaction holds, whatever it writes; and when the resource of a
-- booking is decided anew.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
CREATE FUNCTION id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (id('salons'), 'Salons', 'salons');
INSERT INTO businesses (id, tenant_id, name, slug) SELECT id('salon ' || n), id('salons'), 'Salon ' || n, 'salon-' || n FROM generate_series(1, 300) AS n;
INSERT INTO customers (id, business_id, name) SELECT id('salon ' || n), id('salon ' || n), 'Carol' FROM generate_series(1, 300) AS n;
INSERT INTO users (id, email) SELECT id('employee ' || n), n || '@example.com' FROM generate_series(0, 9) AS n;
INSERT INTO employees (id, user_id, business_id) SELECT id('employee ' || n), id('employee ' || n), id('salon 1') FROM generate_series(0, 9) AS n;
INSERT INTO services (id, business_id, name, duration, settings) VALUES
    (id('plain'), id('salon 1'), 'Plain', 30, '{}'), (id('class'), id('salon 1'), 'Class', 30, '{"capacity": 4}'),
    (id('course'), id('salon 1'), 'Course', 30, '{"max_bookings_per_day": 40, "capacity": 4}');
INSERT INTO services (id, business_id, name, duration, settings) SELECT id('class ' || n), id('salon ' || n), 'Class', 30, '{"capacity": 4}' FROM generate_series(2, 300) AS n;
-- None but ours: their classes are beyond those of the server's own functions.
CREATE VIEW locks AS SELECT count(*) AS held, coalesce(bool_and(objsubid >= 32768), true) AS ours FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
CREATE FUNCTION import(service text, first integer, last integer) RETURNS bigint LANGUAGE sql AS $$
    WITH written AS (
        INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
            SELECT id('salon 1'), id('salon 1'), id(service), id('employee ' || n % 10), timestamptz '2030-01-01 00:00+00' + n / 10 * interval '1 hour', 'confirmed'
              FROM generate_series(first, last) AS n RETURNING 1)
    SELECT count(*) FROM written $$;

-- Of a service without seats and limits nothing is left when the statement ends: neither of one row nor of thousands.
SELECT import('plain', 1, 1), held, ours FROM locks;
SELECT held FROM locks;
SELECT import('plain', 2, 4000);
SELECT held FROM locks;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes, status)
    SELECT id('salon 1'), id('salon 1'), id('plain'), id('employee 1'), '2040-01-01 00:00+00'::timestamptz + n * interval '10 days', '2040-01-08 00:00+00'::timestamptz + n * interval '10 days', 1440, 1440, 'confirmed'
      FROM generate_series(1, 14) AS n;
SELECT held FROM locks;
UPDATE bookings SET start_time = start_time + interval '30 years', end_time = end_time + interval '30 years';
SELECT held FROM locks;
-- Nor of a statement that fails.
SAVEPOINT failed;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) SELECT business_id, customer_id, service_id, employee_id, start_time - interval '1 minute', status FROM bookings ORDER BY start_time, employee_id;
ROLLBACK TO failed;
SELECT held FROM locks;
-- In the middle of a statement: those of one row.
CREATE FUNCTION most() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('test.most', greatest((SELECT held FROM locks), current_setting('test.most')::integer)::text, true);
    RETURN NEW;
END $$;
CREATE TRIGGER most BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION most();
SET test.most = 0;
SELECT import('plain', 8001, 8050);
SELECT current_setting('test.most');
DROP TRIGGER most ON bookings;

-- Days, sessions and both: after some the business is locked instead.
SAVEPOINT counted;
SELECT import('class', 10000, 10004), held, ours FROM locks;
SELECT held FROM locks;
SELECT import('class', 10005, 14000);
SELECT held FROM locks;
ROLLBACK TO counted;
SELECT held FROM locks;
SELECT import('course', 10000, 11000);
SELECT held FROM locks;
-- With a rollback the business is free again.
ROLLBACK TO counted;
SELECT held FROM locks;
SELECT import('course', 10000, 10000);
SELECT held FROM locks;
-- In one business after the other: a limit.
SAVEPOINT businesses;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) SELECT id('salon ' || n), id('salon ' || n), id('class ' || n), '2030-01-01 00:00+00', 'confirmed' FROM generate_series(2, 200) AS n;
SELECT held FROM locks;
SAVEPOINT beyond;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) SELECT id('salon ' || n), id('salon ' || n), id('class ' || n), '2030-01-01 00:00+00', 'confirmed' FROM generate_series(201, 300) AS n;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO beyond;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (id('salon 2'), id('salon 2'), id('class 2'), '2030-01-01 00:00+00', 'confirmed');
ROLLBACK TO businesses;
-- What was rolled back does not count.
DO $$ BEGIN FOR day IN 1..600 LOOP BEGIN
    INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
        VALUES (id('salon 1'), id('salon 1'), id('course'), id('employee 1'), timestamptz '2035-01-01 00:00+00' + day * interval '1 day', 'confirmed');
    RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$;
SELECT held FROM locks;

-- The resource is decided anew when time, employee, business or occupancy changes, and only then: two bookings of nobody at one time,
-- whose business then loses its employees.
DELETE FROM bookings;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status)
    SELECT id('booking ' || n), id('salon 1'), id('salon 1'), id('plain'), timestamptz '2036-01-07 10:00+00' + n * interval '15 minutes', 'confirmed' FROM generate_series(1, 2) AS n;
CREATE TEMPORARY TABLE before AS SELECT id, resource_id, session_key, seat FROM bookings;
CREATE TEMPORARY TABLE staff AS SELECT * FROM employees;
DELETE FROM employees;
UPDATE bookings SET reminder_sent_24h = true, notes = 'changed', resource_id = business_id, session_key = id('mine'), seat = 7;
SELECT count(*) FROM bookings JOIN before USING (id, session_key, seat) WHERE bookings.resource_id IS NOT DISTINCT FROM before.resource_id;
UPDATE bookings SET status = 'completed' RETURNING resource_id;
SAVEPOINT collides;
UPDATE bookings SET start_time = start_time - interval '1 minute' WHERE id = id('booking 2');
ROLLBACK TO collides;
UPDATE bookings SET status = 'cancelled' WHERE id = id('booking 2') RETURNING resource_id = business_id AS of_business;
UPDATE bookings SET start_time = start_time + interval '1 minute', end_time = end_time + interval '1 minute' WHERE id = id('booking 1') RETURNING resource_id = business_id AS of_business;
UPDATE bookings SET status = 'confirmed' WHERE id = id('booking 2');
ROLLBACK TO collides;
UPDATE bookings SET start_time = start_time + interval '1 day', end_time = end_time + interval '1 day' WHERE id = id('booking 2') RETURNING resource_id = business_id AS of_business;
INSERT INTO employees SELECT * FROM staff WHERE id = id('employee 1');
UPDATE bookings SET employee_id = id('employee 1') WHERE id = id('booking 2') RETURNING resource_id = employee_id AS of_employee;
DELETE FROM employees WHERE id = id('employee 1');
SELECT resource_id IS NULL AS of_nobody FROM bookings WHERE id = id('booking 2');
-- Another service is another session, of the same resource.
UPDATE bookings SET service_id = id('class') WHERE id = id('booking 1') RETURNING resource_id = business_id AS of_business, session_key = (SELECT session_key FROM before WHERE before.id = bookings.id) AS same_session;
ROLLBACK;
