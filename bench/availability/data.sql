-- The workload of the availability benchmark, the same at every run: one business of 50 employees in America/New_York, 56 % of its working
-- time booked, among as many others as it takes to have the number of bookings that is asked for. Called by ./dev bench availability:
-- psql -v bookings=2000000 -f data.sql, as a superuser, into an empty database; with -v search_only=1 bookings get only the indexes that a
-- search reads, which makes 20 million of them in a fraction of the time.
-- Triggers and foreign keys rest while it loads (session_replication_role), so all columns are given, also those that only the guard
-- of bookings writes otherwise; the indexes of bookings and the constraint against double bookings are made afterwards and check all rows.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SET maintenance_work_mem = '1GB';
SET work_mem = '128MB';
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;

CREATE EXTENSION bookmeatoz CASCADE;
SELECT bookmeatoz_grant_app_role('bench_app') \g /dev/null

SET session_replication_role = replica;

CREATE FUNCTION id(kind text, a bigint, b bigint DEFAULT 0) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || a || ' ' || b)::uuid $$;

-- Business 1 is the one that is measured: its bookings begin half a year before the windows that are asked for and end four weeks after
-- the longest of them. The others have 5 employees each, with bookings in four weeks before and four weeks after the first day.
CREATE TABLE workload AS
SELECT date '2030-01-07' AS first_day, date '2030-01-07' - 182 AS history, date '2030-01-07' + 118 AS horizon,
       greatest(1, (:bookings - 68000) / 1230) AS others;

\echo '  tenants, businesses, employees, services, customers'
INSERT INTO tenants (id, name, subdomain) VALUES (id('tenant', 1), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug, timezone, currency)
SELECT id('business', b), id('tenant', 1), 'Business ' || b, 'business-' || b,
       CASE WHEN b = 1 THEN 'America/New_York' ELSE 'Europe/Berlin' END, 'USD'
FROM workload, generate_series(1, 1 + others) b;
CREATE TABLE staff AS
SELECT b, e, id('employee', b, e) AS employee, id('business', b) AS business, id('service', b, 1) AS service,
       id('customer', b, 1 + e % 20) AS customer, CASE WHEN b = 1 THEN 'America/New_York' ELSE 'Europe/Berlin' END AS timezone,
       first_day + 7 * (e % 13) AS holiday, first_day + 7 * (e * 5 % 13) + 6 AS sunday,
       CASE WHEN b = 1 THEN history ELSE first_day - 28 END AS first_booked,
       CASE WHEN b = 1 THEN horizon ELSE first_day + 27 END AS last_booked
FROM workload, generate_series(1, 1 + others) b, generate_series(1, CASE WHEN b = 1 THEN 50 ELSE 5 END) e;
INSERT INTO users (id, email, status, email_verified)
SELECT id('user', b, e), format('employee-%s-%s@example.com', b, e), 'active', true FROM staff;
INSERT INTO employees (id, user_id, business_id) SELECT employee, id('user', b, e), business FROM staff;

-- Service 1 is performed by all, service 2 by ten.
INSERT INTO services (id, business_id, name, duration, price, currency, buffer_before_minutes, buffer_after_minutes)
SELECT id('service', b, s), id('business', b), 'Service ' || s, 30, 40, 'USD', 5, 10
FROM workload, generate_series(1, 1 + others) b, generate_series(1, 2) s;
INSERT INTO employee_services (employee_id, service_id, business_id)
SELECT employee, id('service', b, s), business FROM staff, generate_series(1, 2) s WHERE s = 1 OR e <= 10;
INSERT INTO customers (id, business_id, email, name)
SELECT id('customer', b, c), id('business', b), format('customer-%s-%s@example.com', b, c), 'Customer ' || c
FROM workload, generate_series(1, 1 + others) b, generate_series(1, 20) c;

-- Monday to Friday, nine to five; every fifth employee has hours of their own, Tuesday to Saturday, eleven to seven.
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
SELECT id('business', b), d, '09:00', '17:00' FROM workload, generate_series(1, 1 + others) b, generate_series(1, 5) d;
INSERT INTO working_hours (business_id, employee_id, day_of_week, start_time, end_time)
SELECT business, employee, d, '11:00', '19:00' FROM staff, generate_series(2, 6) d WHERE e % 5 = 0;
-- Each is on holiday for a week, and works on one Sunday.
INSERT INTO employee_availability_overrides (business_id, employee_id, start_time, end_time, is_unavailable)
SELECT business, employee, holiday::timestamp AT TIME ZONE timezone, (holiday + 7)::timestamp AT TIME ZONE timezone, true FROM staff
UNION ALL
SELECT business, employee, (sunday + time '10:00') AT TIME ZONE timezone, (sunday + time '14:00') AT TIME ZONE timezone, false FROM staff;

\echo '  bookings'
ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking;
CREATE TEMPORARY TABLE dropped AS
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index i WHERE indrelid = 'bookings'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT format('DROP INDEX %s', name) FROM dropped
\gexec

-- Six on a working day, each 45 minutes with its buffers, and around them 15 quarters of an hour, as chance has it; one more was cancelled
-- on every second day. A week at a time, as they come in; within a week in no order.
CREATE PROCEDURE book_week(monday date) LANGUAGE sql AS $$
    INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status,
                          buffer_before_minutes, buffer_after_minutes, resource_id, session_key, seat)
    SELECT booking, business, customer, service, employee, starts, starts + interval '30 minutes',
           (CASE WHEN is_cancelled THEN 'cancelled' WHEN day < first_day THEN 'completed' ELSE 'confirmed' END)::booking_status_type_v1,
           5, 10, employee, bookmeatoz_booking_session_key(booking, employee, service, starts, starts + interval '30 minutes'), 1
    FROM (SELECT *, md5(concat_ws(' ', b, e, day - history, place))::uuid AS booking,
                 (day + opens + (45 * place + 15 * slack) * interval '1 minute') AT TIME ZONE timezone AS starts
          FROM (SELECT *, monday + CASE WHEN e % 5 = 0 THEN 1 ELSE 0 END + weekday AS day,
                       CASE WHEN e % 5 = 0 THEN time '11:00' ELSE '09:00' END AS opens
                FROM workload, staff, generate_series(0, 4) weekday) days,
               LATERAL (SELECT row_number() OVER (ORDER BY slack) - 1 AS place, slack, false AS is_cancelled
                        FROM (SELECT abs(hashint8((b * 64 + e)::bigint * 1000000 + (day - history) * 8 + n)::bigint) % 16 AS slack
                              FROM generate_series(0, 5) n) in_any_order
                        UNION ALL
                        SELECT 6, -(abs(hashint8((b * 64 + e)::bigint * 1000000 - (day - history))::bigint) % 19), true
                        WHERE (e + (day - history)) % 2 = 0) placed
          WHERE day NOT BETWEEN holiday AND holiday + 6 AND day BETWEEN first_booked AND last_booked) made
    ORDER BY booking
$$;
SELECT format('SELECT ''    week of %s''', monday::date), format('CALL book_week(%L)', monday::date)
FROM workload, generate_series(history, horizon, '7 days') monday
\gexec

\echo '  indexes of bookings'
\if :{?search_only}
-- The others take most of the time that the largest size needs, and no search reads them.
SELECT definition FROM dropped WHERE name IN ('bookings_employee_start_idx', 'bookings_unassigned_start_idx', 'bookings_long_idx')
\gexec
\else
-- It puts back whatever is missing, the constraint included.
SELECT bookmeatoz_install_schema() \g /dev/null
\endif

RESET session_replication_role;
\echo '  vacuum analyze'
-- The visibility map is what an index-only scan needs.
VACUUM (ANALYZE);
CHECKPOINT;
