-- The platform that the substitutions are made in: few rows, but one for each path of the code. Monday, 8 January 2035 is
-- the day that is asked about. u(kind, n) gives an id. Row n = 1 of each table is the one that the questions of
-- questions.py are about, and that substitutions.py makes NULL.
CREATE SCHEMA booking;
CREATE EXTENSION bookmeatoz SCHEMA booking CASCADE;
SET search_path = booking, public;
SELECT bookmeatoz_set_owner('substitution_owner');
SELECT bookmeatoz_grant_app_role('substitution_app');
GRANT CREATE, USAGE ON SCHEMA booking TO substitution_owner;

CREATE FUNCTION public.u(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$ SELECT md5(kind || n)::uuid $$;

INSERT INTO tenants (id, name, subdomain) SELECT u('tenant', n), 'Tenant ' || n, 'tenant' || n FROM generate_series(1, 2) n;
-- The second business has no employees; the third is another tenant's.
INSERT INTO businesses (id, tenant_id, name, slug, subdomain, timezone, settings) VALUES
    (u('business', 1), u('tenant', 1), 'Business 1', 'business1', 'site1', 'Europe/Berlin', '{"slot_interval_minutes": 30}'),
    (u('business', 2), u('tenant', 1), 'Business 2', 'business2', NULL, 'America/New_York', '{}'),
    (u('business', 3), u('tenant', 2), 'Business 3', 'business3', NULL, 'Asia/Tokyo', '{}');
INSERT INTO users (id, email, password_hash, status) SELECT u('user', n), 'user' || n || '@mail.example', 'hash', 'active' FROM generate_series(1, 6) n;
INSERT INTO tenant_admins (id, tenant_id, user_id) VALUES (u('admin', 1), u('tenant', 1), u('user', 6));
INSERT INTO employees (id, user_id, business_id) VALUES
    (u('employee', 1), u('user', 1), u('business', 1)), (u('employee', 2), u('user', 2), u('business', 1)),
    (u('employee', 3), u('user', 3), u('business', 3));
INSERT INTO user_business_roles (id, user_id, business_id, role) VALUES
    (u('role', 1), u('user', 1), u('business', 1), 'manager'), (u('role', 2), u('user', 2), u('business', 2), 'manager');
INSERT INTO service_categories (id, business_id, name) VALUES (u('category', 1), u('business', 1), 'Category');
INSERT INTO services (id, business_id, name, duration, buffer_before_minutes, buffer_after_minutes, category_id, settings) VALUES
    (u('service', 1), u('business', 1), 'Service 1', 45, 5, 10, u('category', 1), '{"hold_minutes": 9}'),
    (u('service', 2), u('business', 1), 'Seats', 60, 0, 0, NULL, '{"capacity": 3, "max_bookings_per_day": 4}'),
    (u('service', 3), u('business', 2), 'Court', 60, 0, 0, NULL, '{}'), (u('service', 4), u('business', 3), 'Other', 30, 0, 0, NULL, '{}');
INSERT INTO employee_services (id, employee_id, service_id, business_id) VALUES
    (u('mapping', 1), u('employee', 1), u('service', 1), u('business', 1)), (u('mapping', 2), u('employee', 2), u('service', 1), u('business', 1)),
    (u('mapping', 3), u('employee', 1), u('service', 2), u('business', 1)), (u('mapping', 4), u('employee', 3), u('service', 4), u('business', 3));
INSERT INTO working_hours (id, employee_id, business_id, day_of_week, start_time, end_time) VALUES
    (u('hours', 1), u('employee', 1), u('business', 1), 1, '09:00', '13:00'), (u('hours', 2), NULL, u('business', 1), 1, '10:00', '17:00'),
    (u('hours', 3), NULL, u('business', 2), 1, '08:00', '20:00'), (u('hours', 4), NULL, u('business', 3), 1, '08:00', '20:00'),
    (u('hours', 5), u('employee', 1), u('business', 1), 2, '09:00', '12:00'), (u('hours', 6), NULL, u('business', 1), 2, '10:00', '17:00');
INSERT INTO working_hours (id, business_id, day_of_week, is_off) VALUES (u('hours', 7), u('business', 1), 3, true);
INSERT INTO employee_availability_overrides (id, employee_id, business_id, start_time, end_time, is_unavailable) VALUES
    (u('override', 1), u('employee', 1), u('business', 1), '2035-01-08 11:00+01', '2035-01-08 11:30+01', true),
    (u('override', 2), u('employee', 2), u('business', 1), '2035-01-08 17:00+01', '2035-01-08 18:00+01', false);
INSERT INTO business_availability_overrides (id, business_id, start_time, end_time, is_unavailable) VALUES
    (u('closure', 1), u('business', 1), '2035-01-08 15:00+01', '2035-01-08 15:30+01', true),
    (u('closure', 2), u('business', 2), '2035-01-08 09:00-05', '2035-01-08 09:30-05', true);
INSERT INTO customers (id, business_id, user_id, email, name) VALUES
    (u('customer', 1), u('business', 1), u('user', 4), 'customer1@mail.example', 'Customer 1'),
    (u('customer', 2), u('business', 2), u('user', 4), 'customer2@mail.example', 'Customer 2'),
    (u('customer', 3), u('business', 3), u('user', 5), 'customer3@mail.example', 'Customer 3');
-- 1 booked, 2 held, 3 of nobody, 4 long, 5 cancelled, 6 an expired hold, 7 with seats, 8 the business is the resource, 9 another tenant's
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, hold_expires_at, idempotency_key) VALUES
    (u('booking', 1), u('business', 1), u('customer', 1), u('service', 1), u('employee', 1), '2035-01-08 09:30+01', NULL, 'confirmed', NULL, 'first'),
    (u('booking', 2), u('business', 1), NULL, u('service', 1), u('employee', 2), '2035-01-08 14:00+01', NULL, 'pending', '2036-01-01', NULL),
    (u('booking', 3), u('business', 1), u('customer', 1), u('service', 1), NULL, '2035-01-08 12:00+01', NULL, 'pending', NULL, NULL),
    (u('booking', 4), u('business', 1), u('customer', 1), u('service', 1), u('employee', 2), '2035-01-08 01:00+01', '2035-01-08 10:45+01', 'completed', NULL, NULL),
    (u('booking', 5), u('business', 1), u('customer', 1), u('service', 1), u('employee', 1), '2035-01-08 10:15+01', NULL, 'cancelled', NULL, NULL),
    (u('booking', 6), u('business', 1), NULL, u('service', 1), u('employee', 2), '2035-01-08 16:00+01', NULL, 'pending', '2020-01-01', NULL),
    (u('booking', 7), u('business', 1), u('customer', 1), u('service', 2), u('employee', 1), '2035-01-09 09:00+01', NULL, 'confirmed', NULL, NULL),
    (u('booking', 8), u('business', 2), u('customer', 2), u('service', 3), NULL, '2035-01-08 10:00-05', NULL, 'confirmed', NULL, NULL),
    (u('booking', 9), u('business', 3), u('customer', 3), u('service', 4), u('employee', 3), '2035-01-08 10:00+09', NULL, 'confirmed', NULL, NULL);
ANALYZE;
