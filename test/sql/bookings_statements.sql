-- Many bookings by one statement: what the guard has read for one row serves those that follow, and no row gets what is another's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ON_ERROR_ROLLBACK on
CREATE FUNCTION pg_temp.id(kind text, n integer DEFAULT 0) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (pg_temp.id('tenant'), 'Tenant', 'statements');
INSERT INTO businesses (id, tenant_id, name, slug, timezone) VALUES (pg_temp.id('business'), pg_temp.id('tenant'), 'Business', 'business', 'Europe/Berlin');
INSERT INTO customers (id, business_id, name) VALUES (pg_temp.id('customer'), pg_temp.id('business'), 'Customer');
INSERT INTO users (id, email) SELECT pg_temp.id('employee', n), n || '@statements.example' FROM generate_series(1, 30) n;
INSERT INTO employees (id, user_id, business_id) SELECT pg_temp.id('employee', n), pg_temp.id('employee', n), pg_temp.id('business') FROM generate_series(1, 30) n;
INSERT INTO services (id, business_id, name, duration, buffer_before_minutes, buffer_after_minutes, price, currency, settings)
SELECT pg_temp.id('service', n), pg_temp.id('business'), 'Service ' || n, 10 + n, n % 2, n % 3, n, CASE WHEN n % 2 = 0 THEN 'EUR' ELSE 'USD' END,
       jsonb_build_object('capacity', n)
  FROM generate_series(1, 30) n;
-- Every second employee has prices of their own.
INSERT INTO employee_services (business_id, employee_id, service_id, price)
SELECT pg_temp.id('business'), pg_temp.id('employee', e), pg_temp.id('service', s), CASE WHEN e % 2 = 0 THEN 1000 * e + s END
  FROM generate_series(1, 30) e, generate_series(1, 30) s;

-- Each service of each employee, twice in turn: more than a statement keeps. Each row has what is its service's and its employee's.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT pg_temp.id('business'), pg_temp.id('customer'), pg_temp.id('service', s), pg_temp.id('employee', e),
       timestamptz '2030-01-01 00:00Z' + (turn * 30 + s) * interval '1 hour', 'confirmed'
  FROM generate_series(0, 1) turn, generate_series(1, 30) s, generate_series(1, 30) e;
SELECT count(*),
       count(*) FILTER (WHERE (end_time - start_time, b.buffer_before_minutes, b.buffer_after_minutes, b.currency)
                            = (s.duration * interval '1 minute', s.buffer_before_minutes, s.buffer_after_minutes, s.currency)) AS of_the_service,
       count(*) FILTER (WHERE b.price = coalesce(e.price, s.price)) AS of_the_employee
  FROM bookings b JOIN services s ON s.id = b.service_id JOIN employee_services e ON e.service_id = s.id AND e.employee_id = b.employee_id
 WHERE b.business_id = pg_temp.id('business');

-- As many seats as each service has: of thirty sessions, the one of service n is full with n.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT pg_temp.id('business'), pg_temp.id('customer'), pg_temp.id('service', s), pg_temp.id('employee', s), '2030-03-01 00:00Z', 'confirmed'
  FROM generate_series(1, 30) s, generate_series(1, s);
SELECT count(*), count(*) FILTER (WHERE seats = n) AS full FROM (
    SELECT service_id, count(DISTINCT seat) AS seats FROM bookings WHERE start_time = '2030-03-01 00:00Z' GROUP BY 1) b
  JOIN generate_series(1, 30) n ON service_id = pg_temp.id('service', n);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT pg_temp.id('business'), pg_temp.id('customer'), pg_temp.id('service', s), pg_temp.id('employee', s), '2030-03-01 00:00Z', 'confirmed'
  FROM generate_series(1, 30) s
    ON CONFLICT DO NOTHING;

-- Expired holds give way to those who come in their place, in one statement too, and nothing else does. An end that collides with nothing
-- deletes none.
\set at 'timestamptz ''2030-04-01 00:00Z'' + n * interval ''1 hour'''
INSERT INTO bookings (business_id, service_id, employee_id, start_time, status, hold_expires_at)
SELECT pg_temp.id('business'), pg_temp.id('service', 1), pg_temp.id('employee', n % 2 + 1), :at, 'pending', now() - interval '1 hour' FROM generate_series(1, 20) n;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT pg_temp.id('business'), pg_temp.id('customer'), pg_temp.id('service', 1), pg_temp.id('employee', n % 2 + 1), :at,
       CASE WHEN n % 5 = 0 THEN 'cancelled' ELSE 'confirmed' END::booking_status_type_v1 FROM generate_series(1, 20) n;
SELECT status, hold_expires_at IS NOT NULL AS hold, count(*) FROM bookings WHERE start_time >= '2030-04-01 00:00Z' GROUP BY 1, 2 ORDER BY 1, 2;
UPDATE bookings SET hold_expires_at = now() + interval '1 hour', status = 'pending' WHERE start_time = '2030-04-01 01:00Z' AND status = 'confirmed';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
VALUES (pg_temp.id('business'), pg_temp.id('customer'), pg_temp.id('service', 1), pg_temp.id('employee', 2), '2030-04-01 01:00Z', 'confirmed');

-- An UPDATE of what is not the guard's leaves its columns as they are; one that writes them does not.
CREATE TEMPORARY TABLE before AS SELECT id, busy, resource_id, session_key, seat, overbooked FROM bookings WHERE start_time = '2030-03-01 00:00Z';
UPDATE bookings SET notes = 'noted' WHERE start_time = '2030-03-01 00:00Z';
UPDATE bookings SET seat = 99, session_key = pg_temp.id('nothing'), resource_id = NULL WHERE start_time = '2030-03-01 00:00Z';
SELECT count(*) AS changed FROM bookings b JOIN before USING (id)
 WHERE (b.busy, b.resource_id, b.session_key, b.seat, b.overbooked) IS DISTINCT FROM (before.busy, before.resource_id, before.session_key, before.seat, before.overbooked)
    OR notes IS DISTINCT FROM 'noted';
UPDATE bookings SET end_time = NULL, price = NULL WHERE start_time = '2030-03-01 00:00Z';
SELECT count(*) AS not_filled FROM bookings WHERE start_time = '2030-03-01 00:00Z' AND (end_time IS NULL OR price IS NULL);
ROLLBACK;
