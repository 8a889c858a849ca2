-- week_chart(): what the marks mean, the lines of dates, employees, businesses and bookings without an employee; for whom; bad input.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
BEGIN;
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :two_tenants
\i :verdict
\set ECHO all
\pset format unaligned
\pset tuples_only on
SET TimeZone = 'UTC';
UPDATE users SET profile = '{"name": "Anna Ćirić"}' WHERE id = :'anna';
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES (:'ben_at_salon', '2030-01-07 13:00+00', '2030-01-07 14:10+00');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time, is_unavailable) VALUES (:'ben_at_salon', '2030-01-12 08:00+00', '2030-01-12 09:30+00', false);
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status) VALUES
    (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 16:30+00', 'pending'), (:'salon', :'carl_at_salon', :'haircut', :'ben_at_salon', '2030-01-07 10:00+00', 'cancelled'),
    (:'salon', :'carl_at_salon', :'haircut', NULL, '2030-01-08 12:00+00', 'confirmed');
SELECT week_chart(:'salon', '2030-01-06');
-- By queries the same as by scans, whatever the session's zone.
CREATE TEMP TABLE by_scans AS SELECT week_chart(:'salon', '2030-01-06') AS line;
SET bookmeatoz.direct_scans = off;
SET TimeZone = 'Asia/Tokyo';
SELECT count(*) FROM (SELECT week_chart(:'salon', '2030-01-06') EXCEPT ALL SELECT line FROM by_scans) other;
RESET bookmeatoz.direct_scans;
-- Who is not active has bookings, but no working time.
UPDATE employees SET employment_status = 'inactive' WHERE id = :'anna_at_salon';
SELECT week_chart(:'salon', '2030-01-07') LIMIT 3;
-- A business without employees is booked itself; one without anything.
INSERT INTO services (business_id, name, duration, currency) VALUES (:'studio', 'Rehearsal', 60, 'JPY') RETURNING id AS rehearsal \gset
INSERT INTO customers (business_id, name) VALUES (:'studio', 'Band') RETURNING id AS band \gset
SELECT week_chart(:'studio', '2030-01-06') LIMIT 3;
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) VALUES (:'studio', 1, '22:00', '24:00'), (:'studio', 2, '00:00', '01:00');
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'studio', :'band', :'rehearsal', '2030-01-07 23:30+09', 'confirmed');
SELECT week_chart(:'studio', '2030-01-06');
-- Wide and long names, and such with control characters.
UPDATE users SET profile = jsonb_build_object('name', repeat('中', 20)) WHERE id = :'anna';
UPDATE users SET profile = '{"name": "Ben\nthe\tgreat"}' WHERE id = :'ben';
SELECT week_chart(:'salon', '2030-01-07') LIMIT 3;
-- For whom.
CREATE ROLE regress_week_chart_app;
SELECT bookmeatoz_grant_app_role('regress_week_chart_app');
SET ROLE regress_week_chart_app;
SELECT week_chart(:'salon', '2030-01-06');
SET LOCAL app.current_business_id = :'studio';
SELECT week_chart(:'salon', '2030-01-06');
SELECT week_chart('00000000-0000-4000-8000-00000000dead', '2030-01-06');
SELECT count(*) FROM week_chart(:'studio', '2030-01-06');
SET LOCAL app.current_business_id = '';
SET LOCAL app.current_tenant_id = :'alpha';
SELECT count(*) FROM week_chart(:'salon', '2030-01-06');
-- A user, even who works there, sees no bookings of others.
SET LOCAL app.current_tenant_id = '';
SET LOCAL app.current_user_id = :'ben';
SELECT pg_temp.verdict(format('SELECT week_chart(%L, ''2030-01-06'')', :'salon'));
RESET ROLE;
-- Bad input.
SELECT pg_temp.tried('SELECT week_chart(NULL, ''2030-01-06'')'), pg_temp.tried(format('SELECT week_chart(%L, NULL)', :'salon')), pg_temp.tried(format('SELECT week_chart(%L, ''infinity'')', :'salon')),
       pg_temp.tried(format('SELECT week_chart(%L, ''10000-01-01'')', :'salon')), pg_temp.tried(format('SELECT week_chart(%L, ''9999-12-31'')', :'salon')), pg_temp.tried(format('SELECT week_chart(%L, ''0001-01-01'')', :'salon'));
ROLLBACK;
