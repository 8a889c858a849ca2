-- Rows in every table, for the restore tests: awkward text, NULLs, references in both directions, a full session,
-- a hold and a cancelled booking beside a live one. Read by run.sh.

INSERT INTO tenants (id, name, subdomain, settings) VALUES
    ('00000000-0000-0000-0000-0000000000a1', E'O''Neill & "Söhne"\t\\ GmbH', 'oneill', '{"locale": "de"}'),
    ('00000000-0000-0000-0000-0000000000a2', 'Second tenant', 'second', '{}');
INSERT INTO users (id, email, password_hash, profile)
SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'person' || n || '@example.com', 'hash' || n,
       jsonb_build_object('name', 'Person ' || n, 'tags', jsonb_build_array(n, NULL))
FROM generate_series(1, 60) AS n;
INSERT INTO tenant_admins (tenant_id, user_id) VALUES
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000001');
INSERT INTO businesses (id, tenant_id, name, slug, timezone, subdomain) VALUES
    ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'Barber', 'barber', 'America/New_York', 'barber'),
    ('00000000-0000-0000-0000-0000000000b2', '00000000-0000-0000-0000-0000000000a2', 'Studio', 'studio', 'Australia/Lord_Howe', NULL);
INSERT INTO employees (id, user_id, business_id)
SELECT id, id, CASE WHEN email < 'person3' THEN '00000000-0000-0000-0000-0000000000b1'
                    ELSE '00000000-0000-0000-0000-0000000000b2' END::uuid
FROM users WHERE email NOT LIKE 'person5%';
INSERT INTO user_business_roles (user_id, business_id, role) SELECT user_id, business_id, 'staff' FROM employees;
INSERT INTO service_categories (id, business_id, name) VALUES
    ('00000000-0000-0000-0000-0000000000f1', '00000000-0000-0000-0000-0000000000b1', 'Hair');
INSERT INTO services (id, business_id, name, description, duration, price, category_id, buffer_after_minutes, settings) VALUES
    ('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000b1', 'Cut', E'two\nlines', 30, 25.50,
     '00000000-0000-0000-0000-0000000000f1', 10, '{}'),
    ('00000000-0000-0000-0000-0000000000d2', '00000000-0000-0000-0000-0000000000b2', 'Class', NULL, 60, 0, NULL, 0, '{"capacity": 3}');
INSERT INTO employee_services (employee_id, service_id)
SELECT e.id, s.id FROM employees e JOIN services s USING (business_id);
UPDATE employee_services SET price = 19.5 WHERE employee_id = (SELECT min(id::text)::uuid FROM employees);
INSERT INTO working_hours (employee_id, day_of_week, start_time, end_time)
SELECT id, day, '09:00', '17:00' FROM employees, generate_series(1, 5) AS day;
INSERT INTO working_hours (business_id, day_of_week, is_off) VALUES ('00000000-0000-0000-0000-0000000000b1', 0, true);
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time, valid_from, valid_to) VALUES
    ('00000000-0000-0000-0000-0000000000b1', 6, '08:00', '24:00', '2030-06-01', '2030-08-31');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, reason)
SELECT id, '2030-01-01 00:00+00', '2030-01-02 00:00+00', 'New Year' FROM employees;
INSERT INTO business_availability_overrides (business_id, start_time, end_time, is_unavailable, reason)
SELECT id, '2030-12-22 09:00+00', '2030-12-22 17:00+00', slug = 'barber', 'Christmas' FROM businesses;
INSERT INTO customers (id, business_id, user_id, email, name) VALUES
    ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-000000000050', 'carol@example.com', 'Carol'),
    ('00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000b2', NULL, NULL, 'Dave');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT e.business_id, c.id, s.id, e.id, '2030-01-07 14:00+00'::timestamptz + n * interval '1 hour', 'confirmed'
FROM employees e JOIN customers c USING (business_id) JOIN services s USING (business_id), generate_series(0, 9) AS n;
-- the second seat of a session; a hold; a cancelled booking where a live one stands
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT business_id, customer_id, service_id, employee_id, start_time, 'confirmed'
FROM bookings WHERE service_id = '00000000-0000-0000-0000-0000000000d2' AND start_time = '2030-01-07 14:00+00';
INSERT INTO bookings (business_id, service_id, employee_id, start_time, hold_expires_at)
SELECT business_id, service_id, employee_id, '2030-01-09 14:00+00', '2030-01-09 13:00+00'
FROM bookings WHERE start_time = '2030-01-07 15:00+00';
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, rescheduled_from_booking_id)
SELECT business_id, customer_id, service_id, employee_id, start_time, 'cancelled', id
FROM bookings WHERE start_time = '2030-01-07 16:00+00';
-- the archive: one in its month, one in the default partition
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
SELECT business_id, customer_id, service_id, t, 'completed' FROM (SELECT * FROM bookings WHERE start_time = '2030-01-07 15:00+00' LIMIT 1) b, unnest('{2019-05-06 14:00+00,2021-05-06 14:00+00}'::timestamptz[]) t;
SELECT archive_bookings('1 year', 1) \gset
SELECT count(*) FROM bookmeatoz_maintain() \gset
SELECT archive_bookings('1 year') \gset
INSERT INTO subscription_plans (id, name, price, max_businesses) VALUES ('basic', 'Basic', 9.99, 1), ('none', 'Free', 0, NULL);
INSERT INTO tenant_subscriptions (tenant_id, plan_id) SELECT id, 'basic' FROM tenants;
INSERT INTO token_blacklist (token_hash, user_id, expires_at) SELECT 'a' || id, id, '2031-01-01' FROM users;
INSERT INTO password_resets (token_hash, user_id, expires_at) SELECT 'b' || id, id, '2031-01-01' FROM users;
INSERT INTO email_verifications (token_hash, user_id, expires_at) SELECT 'c' || id, id, '2031-01-01' FROM users;
INSERT INTO notifications (business_id, user_id, type, title) SELECT business_id, user_id, 'welcome', 'Hello' FROM employees;
