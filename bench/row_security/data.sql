-- A platform of a given size for the benchmark of row security, the same at every run: 2,000 businesses, 500 tenants, of
-- which the first has 300 businesses and the second 2, and one business with a twentieth of all bookings. Called by run.py:
-- psql -v bookings=500000 -f data.sql, as a superuser, into an empty database.
-- Triggers and foreign keys rest while it loads (session_replication_role), so all columns are given, also those that
-- only the guard of bookings writes otherwise; every constraint of the tables themselves is checked.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET jit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '256MB';
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;

CREATE EXTENSION bookmeatoz CASCADE;

-- The owner without row security is no superuser: those skip more than row security.
CREATE ROLE bench_owner LOGIN;
CREATE ROLE bench_app LOGIN;
CREATE ROLE bench_operator LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO bench_owner;
SELECT bookmeatoz_set_owner('bench_owner') \g /dev/null
SELECT bookmeatoz_grant_app_role('bench_app'), bookmeatoz_grant_app_role('bench_operator') \g /dev/null
GRANT SET ON PARAMETER app.is_system_admin TO bench_operator;

SET session_replication_role = replica;

CREATE FUNCTION id(kind text, a bigint, b bigint DEFAULT 0) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || a || ' ' || b)::uuid $$;
-- A number in [0, 1) that looks random.
CREATE FUNCTION fraction(n bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE AS $$ SELECT n * 0.6180339887498949 - floor(n * 0.6180339887498949) $$;

\echo '  tenants, businesses, employees, services'
INSERT INTO tenants (id, name, subdomain)
SELECT id('tenant', t), 'Tenant ' || t, 'tenant-' || t FROM generate_series(1, 500) t;

CREATE TABLE plan AS
SELECT business, tenant, employees, bookings, greatest(5, bookings / 5) AS customers,
       sum(greatest(5, bookings / 5)) OVER (ORDER BY business) - greatest(5, bookings / 5) AS customers_before,
       sum(bookings) OVER (ORDER BY business) - bookings AS bookings_before
FROM (SELECT b AS business,
             CASE WHEN b <= 300 THEN 1 WHEN b <= 302 THEN 2 ELSE 3 + b % 498 END AS tenant,
             CASE WHEN b = 1000 THEN 50 ELSE 3 + b % 5 END AS employees,
             (:bookings * CASE WHEN b = 1000 THEN 0.05 ELSE 0.95 / 1999 * (0.2 + 1.6 * fraction(b)) END)::int AS bookings
      FROM generate_series(1, 2000) b) sizes;

INSERT INTO businesses (id, tenant_id, name, slug, timezone, currency)
SELECT id('business', business), id('tenant', tenant), 'Business ' || business, 'business-' || business, 'Europe/Berlin', 'EUR'
FROM plan;

INSERT INTO users (id, email, status, email_verified)
SELECT id('employee user', business, e), format('employee-%s-%s@example.com', business, e), 'active', true
FROM plan, generate_series(1, employees) e;
-- A customer's user is one of some thousands, so most have records with several businesses.
INSERT INTO users (id, email, status, email_verified)
SELECT id('customer user', u), format('person-%s@example.com', u), 'active', true
FROM generate_series(0, (SELECT sum(customers) FROM plan) / 10) u;

INSERT INTO tenant_admins (tenant_id, user_id)
SELECT id('tenant', tenant), id('employee user', min(business), 1) FROM plan GROUP BY tenant;
INSERT INTO employees (id, user_id, business_id)
SELECT id('employee', business, e), id('employee user', business, e), id('business', business)
FROM plan, generate_series(1, employees) e;
INSERT INTO user_business_roles (user_id, business_id, role)
SELECT user_id, business_id, 'employee' FROM employees;
INSERT INTO services (id, business_id, name, duration, price, currency, buffer_before_minutes, buffer_after_minutes)
SELECT id('service', business, s), id('business', business), 'Service ' || s, 30, 40, 'EUR', 5, 10
FROM plan, generate_series(0, 5) s;
INSERT INTO employee_services (employee_id, service_id, business_id)
SELECT e.id, s.id, e.business_id FROM employees e JOIN services s USING (business_id);

\echo '  customers'
INSERT INTO customers (id, business_id, user_id, email, name, phone)
SELECT id('customer', business, c), id('business', business),
       CASE WHEN fraction(n) < 0.3 THEN id('customer user', person) END,
       CASE WHEN fraction(n) < 0.3 THEN format('person-%s@example.com', person) ELSE format('customer-%s@example.com', n) END,
       (ARRAY['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Finn', 'Greta', 'Hugo', 'Ida', 'Jonas', 'Katja', 'Luis', 'Mia',
              'Noah', 'Olga', 'Paul', 'Rosa', 'Samir', 'Tara', 'Uwe'])[1 + (fraction(n) * 20)::int % 20]
       || ' ' ||
       (ARRAY['Adler', 'Bauer', 'Conrad', 'Dietrich', 'Ernst', 'Fischer', 'Graf', 'Hoffmann', 'Iversen', 'Jansen', 'Keller',
              'Lehmann', 'Meier', 'Neumann', 'Otto', 'Peters', 'Quandt', 'Richter', 'Schmidt', 'Thomas', 'Ulrich', 'Vogel',
              'Wagner', 'Zimmermann'])[1 + (fraction(7 * n) * 24)::int % 24]
       || ' ' || n,
       '+49 30 ' || 1000000 + n
FROM (SELECT business, c, customers_before + c AS n,
             (customers_before + c) % ((SELECT sum(customers) FROM plan) / 10)::bigint AS person
      FROM plan, generate_series(0, customers - 1) c) numbered;

\echo '  bookings'
ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking;
SELECT format('DROP INDEX %s', indexrelid::regclass)
FROM pg_index i WHERE indrelid = 'bookings'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
\gexec

-- A year back and two months ahead of 2026-01-05, in the order of time, as they come in; every employee has a slot an hour, eight a
-- day. The microseconds make every start another, so that the order of a list is certain.
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, metadata,
                      created_at, buffer_before_minutes, buffer_after_minutes, resource_id, session_key, seat)
SELECT id('booking', n), business, id('customer', number, j::bigint * 7919 % customers), service, employee, starts, starts + '30 minutes',
       (CASE WHEN fraction(n) < 0.15 THEN 'cancelled' WHEN fraction(n) < 0.2 THEN 'no_show'
             WHEN starts < '2026-01-05' THEN 'completed' WHEN fraction(n) < 0.25 THEN 'pending' ELSE 'confirmed' END)::booking_status_type_v1,
       jsonb_build_object('payment_intent_id', 'pi_' || md5(n::text), 'source', 'web', 'locale', 'de'),
       starts - (1 + fraction(7 * n) * 60) * interval '1 day', 5, 10, employee,
       bookmeatoz_booking_session_key(id('booking', n), employee, service, starts, starts + '30 minutes'),
       1
FROM (SELECT business AS number, j, n, customers, id('business', business) AS business, id('employee', business, 1 + j % employees) AS employee,
             id('service', business, j % 6) AS service,
             timestamptz '2025-01-06 08:00+00' + slot / 8 * interval '1 day' + slot % 8 * interval '1 hour' + n * interval '1 microsecond' AS starts
      FROM (SELECT *, bookings_before + j AS n, ((j / employees)::bigint * 3360 / (1 + (bookings - 1) / employees))::int AS slot
            FROM plan, generate_series(0, bookings - 1) j) slots) made
ORDER BY starts;

\echo '  indexes of bookings'
-- It puts back whatever is missing, the constraint included.
SELECT bookmeatoz_install_schema() \g /dev/null

\echo '  notifications'
INSERT INTO notifications (business_id, user_id, type, title, data, created_at, read_at)
SELECT business_id, user_id, 'booking_confirmed', 'Your booking', '{"locale": "de"}', made, CASE WHEN n > 4 THEN made END
FROM (SELECT c.business_id, c.user_id, n, timestamptz '2026-01-05' - n * interval '1 day' - fraction(abs(hashtext(c.id::text))) * interval '1 day' AS made
      FROM customers c, generate_series(1, 3) n WHERE c.user_id IS NOT NULL
      UNION ALL
      SELECT e.business_id, e.user_id, n, timestamptz '2026-01-05' - n * interval '5 hours' - fraction(abs(hashtext(e.id::text))) * interval '4 hours'
      FROM employees e, generate_series(1, 100) n) sent;

RESET session_replication_role;
\echo '  vacuum analyze'
VACUUM (ANALYZE);
CHECKPOINT;
