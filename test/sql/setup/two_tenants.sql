-- Sample rows for the schema tests, inside the transaction of the test: two tenants, three businesses, one row or more
-- in each table. Salon and clinic belong to alpha, studio to beta. Every id is a psql variable.
\set alpha    00000000-0000-4000-8000-0000000000a1
\set beta     00000000-0000-4000-8000-0000000000a2
\set anna     00000000-0000-4000-8000-0000000000b1
\set ben      00000000-0000-4000-8000-0000000000b2
\set carl     00000000-0000-4000-8000-0000000000b3
\set salon    00000000-0000-4000-8000-0000000000c1
\set clinic   00000000-0000-4000-8000-0000000000c2
\set studio   00000000-0000-4000-8000-0000000000c3
\set anna_at_salon   00000000-0000-4000-8000-0000000000d1
\set ben_at_salon    00000000-0000-4000-8000-0000000000d2
\set anna_at_clinic  00000000-0000-4000-8000-0000000000d3
\set hair     00000000-0000-4000-8000-0000000000e1
\set therapy  00000000-0000-4000-8000-0000000000e2
\set haircut  00000000-0000-4000-8000-0000000000f1
\set massage  00000000-0000-4000-8000-0000000000f2
\set carl_at_salon   00000000-0000-4000-8000-000000000101
\set carl_at_clinic  00000000-0000-4000-8000-000000000102
\set first_booking   00000000-0000-4000-8000-000000000201
\set second_booking  00000000-0000-4000-8000-000000000202
\set clinic_booking  00000000-0000-4000-8000-000000000203

INSERT INTO tenants (id, name, subdomain) VALUES
    (:'alpha', 'Alpha', 'alpha'), (:'beta', 'Beta', 'beta');
INSERT INTO users (id, email) VALUES
    (:'anna', 'anna@example.org'), (:'ben', 'ben@example.org'), (:'carl', 'carl@example.org');
INSERT INTO tenant_admins (tenant_id, user_id) VALUES
    (:'alpha', :'anna');
INSERT INTO businesses (id, tenant_id, name, slug, subdomain, timezone, currency) VALUES
    (:'salon', :'alpha', 'Salon', 'salon', 'salon', 'Europe/Berlin', 'EUR'),
    (:'clinic', :'alpha', 'Clinic', 'clinic', NULL, 'America/New_York', 'USD'),
    (:'studio', :'beta', 'Studio', 'studio', NULL, 'Asia/Tokyo', 'JPY');
INSERT INTO employees (id, user_id, business_id) VALUES
    (:'anna_at_salon', :'anna', :'salon'), (:'ben_at_salon', :'ben', :'salon'), (:'anna_at_clinic', :'anna', :'clinic');
INSERT INTO user_business_roles (user_id, business_id, role) VALUES
    (:'anna', :'salon', 'manager');
INSERT INTO service_categories (id, business_id, name) VALUES
    (:'hair', :'salon', 'Hair'), (:'therapy', :'clinic', 'Therapy');
INSERT INTO services (id, business_id, name, duration, category_id, buffer_before_minutes, buffer_after_minutes) VALUES
    (:'haircut', :'salon', 'Haircut', 30, :'hair', 5, 10), (:'massage', :'clinic', 'Massage', 60, :'therapy', 0, 0);
INSERT INTO employee_services (employee_id, service_id) VALUES
    (:'anna_at_salon', :'haircut'), (:'ben_at_salon', :'haircut'), (:'anna_at_clinic', :'massage');
INSERT INTO working_hours (employee_id, business_id, day_of_week, start_time, end_time) VALUES
    (:'anna_at_salon', NULL, 1, '09:00', '17:00'), (NULL, :'salon', 1, '10:00', '18:00');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES
    (:'anna_at_salon', '2030-01-08 00:00+00', '2030-01-09 00:00+00');
INSERT INTO business_availability_overrides (business_id, start_time, end_time, reason) VALUES
    (:'salon', '2030-12-24 23:00+00', '2030-12-25 23:00+00', 'Christmas');
INSERT INTO customers (id, business_id, user_id, email, name) VALUES
    (:'carl_at_salon', :'salon', :'carl', 'carl@example.org', 'Carl'), (:'carl_at_clinic', :'clinic', :'carl', 'carl@example.org', 'Carl');
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status, booked_by_user_id) VALUES
    (:'first_booking', :'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-01-07 09:00+00', 'confirmed', :'carl'),
    (:'clinic_booking', :'clinic', :'carl_at_clinic', :'massage', :'anna_at_clinic', '2030-01-07 15:00+00', 'confirmed', :'carl');
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status, rescheduled_from_booking_id, idempotency_key) VALUES
    (:'second_booking', :'salon', :'carl_at_salon', :'haircut', :'anna_at_salon', '2030-01-07 10:00+00', 'confirmed', :'first_booking', 'second');
INSERT INTO subscription_plans (id, name, price) VALUES
    ('basic', 'Basic', 9.90);
INSERT INTO tenant_subscriptions (tenant_id, plan_id, current_period_start, current_period_end) VALUES
    (:'alpha', 'basic', '2030-01-01 00:00+00', '2030-02-01 00:00+00');
INSERT INTO token_blacklist (token_hash, user_id, expires_at) VALUES
    ('hash of an old token', :'anna', '2020-01-01 00:00+00'), ('hash of a token', :'anna', '2200-01-01 00:00+00');
INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES
    (:'anna', 'hash of an old token', '2020-01-01 00:00+00'), (:'anna', 'hash of a token', '2200-01-01 00:00+00');
INSERT INTO email_verifications (user_id, token_hash, expires_at) VALUES
    (:'anna', 'hash of an old token', '2020-01-01 00:00+00'), (:'anna', 'hash of a token', '2200-01-01 00:00+00');
INSERT INTO notifications (business_id, user_id, type, title) VALUES
    (:'salon', :'carl', 'booking_confirmed', 'See you on Monday');
