-- Ten years of bookings, up to today: one business of 50 employees, and as many of 5 as it takes to have the number of bookings that is
-- asked for. Called by ./dev bench archive: psql -v bookings=20000000 -f data.sql, as a superuser, into an empty database.
-- Triggers and foreign keys rest while it loads (session_replication_role), so all columns are given, also those that only the guard of
-- bookings writes otherwise. The indexes and the constraint against double bookings are made afterwards and check all rows.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SET maintenance_work_mem = '1GB';
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;

CREATE EXTENSION bookmeatoz CASCADE;
SELECT bookmeatoz_grant_app_role('bench_app') \g /dev/null

SET session_replication_role = replica;

CREATE FUNCTION id(kind text, a bigint, b bigint DEFAULT 0) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || a || ' ' || b)::uuid $$;

-- Every employee has bookings on each day from Monday to Friday: in business 1, six of an hour, else two. A customer comes for a year.
CREATE TABLE workload AS
SELECT (date_trunc('month', current_date) - interval '10 years')::date AS first_day, current_date AS today,
       greatest(1, (:bookings - 50 * 6 * 2610) / (5 * 2 * 2610)) AS others;
CREATE TABLE staff AS
SELECT b, e, id('employee', b, e) AS employee, id('business', b) AS business, id('service', b) AS service,
       CASE WHEN b = 1 THEN 6 ELSE 2 END AS a_day, CASE WHEN b = 1 THEN 40 ELSE 5 END AS new_customers_a_month
FROM workload, generate_series(1, 1 + others) b, generate_series(1, CASE WHEN b = 1 THEN 50 ELSE 5 END) e;

\echo '  tenants, businesses, employees, services, customers'
INSERT INTO tenants (id, name, subdomain) VALUES (id('tenant', 1), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug, timezone, currency)
SELECT business, id('tenant', 1), 'Business ' || b, 'business-' || b, 'Europe/Berlin', 'EUR' FROM staff WHERE e = 1;
INSERT INTO users (id, email, status, email_verified)
SELECT id('user', b, e), format('employee-%s-%s@example.com', b, e), 'active', true FROM staff;
INSERT INTO employees (id, user_id, business_id) SELECT employee, id('user', b, e), business FROM staff;
INSERT INTO services (id, business_id, name, duration, price, currency)
SELECT service, business, 'Service', 60, 40, 'EUR' FROM staff WHERE e = 1;
INSERT INTO employee_services (employee_id, service_id, business_id) SELECT employee, service, business FROM staff;
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
SELECT business, d, '09:00', '17:00' FROM staff, generate_series(1, 5) d WHERE e = 1;
INSERT INTO customers (id, business_id, name)
SELECT id('customer', b, c), business, 'Customer ' || c FROM staff, generate_series(0, 133 * new_customers_a_month) c WHERE e = 1;

\echo '  bookings'
ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking;
SELECT format('DROP INDEX %s', indexrelid::regclass)
FROM pg_index i WHERE indrelid = 'bookings'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
\gexec

-- A month at a time, as they come in; within a month in no order.
CREATE PROCEDURE book_month(first date, last date) LANGUAGE sql AS $$
    INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, price, currency,
                          created_at, buffer_before_minutes, buffer_after_minutes, resource_id, session_key, seat)
    SELECT booking, business, id('customer', b, (months + chance % 12) * new_customers_a_month + chance / 12 % new_customers_a_month),
           service, employee, starts, starts + interval '1 hour',
           (CASE chance % 17 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'no_show' ELSE CASE WHEN day < current_date THEN 'completed' ELSE 'confirmed' END END)::booking_status_type_v1,
           40, 'EUR', starts - chance % 14 * interval '1 day', 0, 0, employee,
           bookmeatoz_booking_session_key(booking, employee, service, starts, starts + interval '1 hour'), 1
    FROM (SELECT *, md5(concat_ws(' ', b, e, day, n))::uuid AS booking, abs(hashint8((b * 64 + e)::bigint * 1000000 + (day - first_day) * 8 + n)) AS chance,
                 (extract(year FROM age(day, first_day)) * 12 + extract(month FROM age(day, first_day)))::integer AS months,
                 (day + time '09:00' + (n * 60 + e % 2 * 60) * interval '1 minute') AT TIME ZONE 'Europe/Berlin' AS starts
          FROM workload, staff, LATERAL generate_series(1, a_day) n, LATERAL (SELECT d::date AS day FROM generate_series(first, last, '1 day') d) days
          WHERE extract(isodow FROM day) < 6) made
    ORDER BY booking
$$;
SELECT CASE extract(month FROM month) WHEN 1 THEN format('SELECT ''    %s''', to_char(month, 'YYYY')) END, format('CALL book_month(%L, %L)', month::date, (month + interval '1 month - 1 day')::date)
FROM workload, generate_series(first_day, today, '1 month') month
\gexec

\echo '  indexes of bookings'
SELECT bookmeatoz_install_schema() \g /dev/null

RESET session_replication_role;
\echo '  vacuum analyze'
VACUUM (ANALYZE);
CHECKPOINT;
