-- Bookings that their guard would decide otherwise today, because what it went by has changed since. Read by run.sh.

INSERT INTO businesses (id, tenant_id, name, slug) VALUES
    ('00000000-0000-0000-0000-0000000000b3', '00000000-0000-0000-0000-0000000000a2', 'Court', 'court'),
    ('00000000-0000-0000-0000-0000000000b4', '00000000-0000-0000-0000-0000000000a2', 'Deserted', 'deserted');
INSERT INTO services (id, business_id, name, duration, settings) VALUES
    ('00000000-0000-0000-0000-0000000000d3', '00000000-0000-0000-0000-0000000000b3', 'Hour', 60, '{}'),
    ('00000000-0000-0000-0000-0000000000d4', '00000000-0000-0000-0000-0000000000b4', 'Talk', 60, '{}'),
    ('00000000-0000-0000-0000-0000000000d5', '00000000-0000-0000-0000-0000000000b2', 'Course', 60, '{"capacity": 4}'),
    ('00000000-0000-0000-0000-0000000000d6', '00000000-0000-0000-0000-0000000000b2', 'Visit', 60, '{}');
INSERT INTO customers (id, business_id, name) VALUES
    ('00000000-0000-0000-0000-0000000000c3', '00000000-0000-0000-0000-0000000000b3', 'Erin'),
    ('00000000-0000-0000-0000-0000000000c4', '00000000-0000-0000-0000-0000000000b4', 'Frank');
-- The business was its own resource, and has an employee now.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
SELECT '00000000-0000-0000-0000-0000000000b3', '00000000-0000-0000-0000-0000000000c3', '00000000-0000-0000-0000-0000000000d3', t, 'confirmed'
FROM generate_series('2030-03-04 08:00+00'::timestamptz, '2030-03-04 19:00+00', '1 hour') t;
INSERT INTO employees (user_id, business_id) VALUES ('00000000-0000-0000-0000-000000000055', '00000000-0000-0000-0000-0000000000b3');
-- Two employees had bookings at the same time, and are gone: the business is its own resource now.
INSERT INTO employees (user_id, business_id) SELECT id, '00000000-0000-0000-0000-0000000000b4' FROM users WHERE email ~ '^person5[67]@';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT e.business_id, '00000000-0000-0000-0000-0000000000c4', '00000000-0000-0000-0000-0000000000d4', e.id, '2030-03-04 08:00+00', 'confirmed'
FROM employees e WHERE e.business_id = '00000000-0000-0000-0000-0000000000b4';
DELETE FROM employees WHERE business_id = '00000000-0000-0000-0000-0000000000b4';
-- A session with more bookings than its service has seats now, and with a gap; a day above its limit; one that was forced in beside another that
-- is cancelled now.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT e.business_id, '00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000d5', e.id, '2030-03-05 08:00+00', 'confirmed'
FROM (SELECT * FROM employees WHERE business_id = '00000000-0000-0000-0000-0000000000b2' ORDER BY id LIMIT 1) e, generate_series(1, 4);
UPDATE bookings SET status = 'cancelled' WHERE service_id = '00000000-0000-0000-0000-0000000000d5' AND seat = 2;
UPDATE services SET settings = '{"capacity": 2}' WHERE id = '00000000-0000-0000-0000-0000000000d5';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT e.business_id, '00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000d6', e.id, t, 'confirmed'
FROM (SELECT * FROM employees WHERE business_id = '00000000-0000-0000-0000-0000000000b2' ORDER BY id LIMIT 1) e,
     generate_series('2030-03-06 02:00+00'::timestamptz, '2030-03-06 07:00+00', '1 hour') t;
UPDATE services SET settings = '{"max_bookings_per_day": 2}' WHERE id = '00000000-0000-0000-0000-0000000000d6';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, overbooked)
SELECT business_id, customer_id, service_id, employee_id, start_time, status, true FROM bookings
WHERE service_id = '00000000-0000-0000-0000-0000000000d6' AND start_time = '2030-03-06 03:00+00';
UPDATE bookings SET status = 'cancelled' WHERE service_id = '00000000-0000-0000-0000-0000000000d6' AND start_time = '2030-03-06 03:00+00' AND NOT overbooked;
