-- The reports: what each figure counts, business_stats and who reads it, business_statistics(), what one wrong business does to the others.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ON_ERROR_ROLLBACK on
\pset format unaligned
\pset null NULL
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
BEGIN;
\set ECHO none
\i :two_tenants
DELETE FROM bookings;
DELETE FROM business_availability_overrides;
DELETE FROM employee_availability_overrides;
CREATE ROLE regress_reports_app;
CREATE ROLE regress_reports_owner;
\set ECHO all
\set figures 'bookings, bookings_by_status, booked_minutes AS booked, working_minutes AS working, revenue, customers AS people, new_customers AS new, cancellations AS cancelled, no_shows, median_lead_time AS lead'

-- Working time by the engine. Anna's Mondays, and Ben's, who follows the salon; in 2030 the clock goes forward on March 31, and back on October 27.
SELECT w.* FROM working_time(:'salon', '2030-03-01', '2030-03-31') w;
INSERT INTO working_hours (employee_id, business_id, day_of_week, start_time, end_time) VALUES (:'anna_at_salon', NULL, 0, '00:00', '04:00');
SELECT d, w.working_time FROM unnest(ARRAY[date '2030-03-24', '2030-03-31', '2030-10-27']) d, working_time(:'salon', d, d) w WHERE w.employee_id = :'anna_at_salon';
-- A shift over midnight belongs to both dates; an absence and a closure are none.
INSERT INTO working_hours (employee_id, business_id, day_of_week, start_time, end_time) VALUES (:'anna_at_salon', NULL, 6, '22:00', '24:00');
INSERT INTO employee_availability_overrides (employee_id, start_time, end_time) VALUES (:'anna_at_salon', '2030-06-03 12:00+02', '2030-06-03 13:00+02');
INSERT INTO business_availability_overrides (business_id, start_time, end_time) VALUES (:'salon', '2030-06-03 16:00+02', '2030-06-04 00:00+02');
SELECT d, w.* FROM unnest(ARRAY[date '2030-06-01', '2030-06-02', '2030-06-03', '2030-06-04']) d, working_time(:'salon', d, d) w ORDER BY d, w.employee_id;
-- A business without employees works itself.
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) VALUES (:'studio', 1, '09:00', '17:30');
SELECT * FROM working_time(:'studio', '2030-06-01', '2030-06-30');
-- Arguments.
SELECT * FROM working_time(NULL, '2030-06-01', '2030-06-30');
SELECT * FROM working_time(:'studio', '2030-06-02', '2030-06-01');
SELECT * FROM working_time(:'studio', '2030-01-01', '2031-01-02');
SELECT * FROM working_time(:'studio', '2030-01-01', 'infinity');
SELECT * FROM working_time(:'anna', '2030-01-01', '2030-01-02');

-- One booking of each kind. Its month is that of its local start: 22:30 in UTC is the first of April in Berlin.
\set put 'INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, price, currency, created_at) VALUES (\'' :salon '\', \'' :carl_at_salon '\', \'' :haircut '\', \'' :anna_at_salon '\', '
:put '2030-03-31 22:30+00', 'confirmed', 25, 'EUR', '2030-03-31 12:30+00');
:put '2030-04-01 08:00+00', 'completed', 25, 'EUR', '2030-04-01 07:00+00');
:put '2030-04-08 08:00+00', 'completed', 30.5, 'EUR', '2030-04-06 08:00+00');
:put '2030-04-08 09:00+00', 'completed', 20, 'USD', '2030-04-09 09:00+00');
:put '2030-04-15 08:00+00', 'cancelled', 25, 'EUR', '2030-04-01 08:00+00');
:put '2030-04-15 08:00+00', 'no_show', 25, 'EUR', '2030-04-01 08:00+00');
SELECT month, :figures FROM business_figures(:'salon', NULL, NULL);
-- A hold is in no figure, whether it has expired or not.
INSERT INTO bookings (business_id, service_id, employee_id, start_time, status, hold_expires_at) VALUES
    (:'salon', :'haircut', :'anna_at_salon', '2030-04-22 08:00+00', 'pending', 'tomorrow'), (:'salon', :'haircut', :'anna_at_salon', '2030-05-06 08:00+00', 'pending', 'yesterday');
SELECT month, bookings, bookings_by_status FROM business_figures(:'salon', NULL, NULL);
-- The seats of a session count once as time; each of them is a booking. An overbooked one beside them counts like any other.
UPDATE services SET settings = '{"capacity": 3}' WHERE id = :'haircut';
INSERT INTO customers (id, business_id, name) VALUES (:'anna', :'salon', 'Anna'), (:'ben', :'salon', 'Ben');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, created_at)
SELECT :'salon', c, :'haircut', :'ben_at_salon', '2030-05-06 08:00+00', 'confirmed', '2030-05-01 08:00+00' FROM unnest(ARRAY[:'carl_at_salon', :'anna', :'ben']::uuid[]) c;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, overbooked, created_at)
VALUES (:'salon', :'anna', :'haircut', :'ben_at_salon', '2030-05-06 08:15+00', 'confirmed', true, '2030-05-01 08:00+00');
SELECT month, :figures FROM business_figures(:'salon', '2030-05-01', '2030-05-31');
-- Who has left works in the months of their bookings alone.
UPDATE employees SET employment_status = 'terminated' WHERE id = :'ben_at_salon';
SELECT month, working_minutes FROM business_figures(:'salon', '2030-04-01', '2030-05-31');
-- Parts of months: the figures of these dates. New is who never came before, not who did not come since from_date.
SELECT month, :figures FROM business_figures(:'salon', '2030-04-08', '2030-05-06');
-- Days of no business and of no booking.
SELECT count(*) FROM business_figures(:'carl', '2030-04-01', '2030-04-30');
SELECT month, :figures FROM business_figures(:'studio', '2030-06-01', '2030-07-01');
SELECT count(*) FROM business_figures(:'studio', NULL, NULL);

-- The materialized view has the same rows, for every month with a booking.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, created_at)
VALUES (:'clinic', :'carl_at_clinic', :'massage', :'anna_at_clinic', '2030-03-01 02:00+00', 'confirmed', '2030-02-01 02:00+00');
SET client_min_messages = warning;
SELECT refresh_business_stats();
SELECT business_id, month, bookings FROM business_stats ORDER BY business_id, month;
SELECT count(*) FROM (SELECT * FROM business_stats EXCEPT SELECT f.* FROM businesses b, business_figures(b.id, NULL, NULL) f) different;
-- Its readers see their own, a second refresh brings what is new.
SELECT bookmeatoz_set_owner('regress_reports_owner');
SET ROLE regress_reports_owner;
SELECT bookmeatoz_grant_app_role('regress_reports_app');
DELETE FROM bookings WHERE status = 'no_show';
SELECT refresh_business_stats();
SET ROLE regress_reports_app;
SELECT count(*) FROM accessible_business_stats;
SET app.current_business_id = :'salon';
SELECT month, no_shows FROM accessible_business_stats ORDER BY month;
SELECT month, :figures FROM business_statistics('2030-04-01', '2030-04-30');
-- The example of docs/reports.md.
\pset format aligned
SELECT month, bookings, bookings_by_status, revenue, customers, new_customers AS new,
       round(100.0 * booked_minutes / nullif(working_minutes, 0), 1) AS "used %", median_lead_time AS lead
FROM business_statistics('2030-03-01', '2030-05-31');
\pset format unaligned
SELECT count(*) FROM (SELECT * FROM accessible_business_stats EXCEPT SELECT * FROM business_statistics('2030-01-01', '2030-12-31')) different;
RESET app.current_business_id;
SET app.current_tenant_id = :'alpha';
SELECT business_id, count(*) FROM accessible_business_stats GROUP BY business_id ORDER BY business_id;
SELECT business_id, count(*) FROM business_statistics('2030-03-01', '2030-06-01') GROUP BY business_id ORDER BY business_id;
SET app.current_tenant_id = :'beta';
SELECT count(*) FROM accessible_business_stats;
RESET app.current_tenant_id;
-- A user who may see the business and its own bookings gets no figures of them.
SET app.current_user_id = :'carl';
SELECT count(*) FROM bookings;
SELECT count(*) FROM business_statistics('2030-03-01', '2030-06-01');
RESET app.current_user_id;
-- The view itself, what fills it and the refresh are the owner's.
SELECT count(*) FROM business_stats;
SELECT count(*) FROM bookmeatoz_all_figures();
SELECT refresh_business_stats();
-- (The words differ between the versions of PostgreSQL.)
\set VERBOSITY sqlstate
REFRESH MATERIALIZED VIEW business_stats;
\set VERBOSITY default
UPDATE accessible_business_stats SET no_shows = 0;
-- Arguments.
SELECT * FROM business_statistics(NULL, '2030-01-01');
SELECT * FROM business_statistics('2030-01-01', 'infinity');
SELECT * FROM business_statistics('2030-01-01', '10000-01-01');
SELECT * FROM business_statistics('2030-01-02', '2030-01-01');
SELECT * FROM business_statistics('2030-01-01', '2041-01-01');
RESET ROLE;
-- EXECUTE alone does not show them.
GRANT EXECUTE ON FUNCTION bookmeatoz_all_figures(), refresh_business_stats() TO regress_reports_app;
SET ROLE regress_reports_app;
SELECT count(*) FROM bookmeatoz_all_figures();
\set VERBOSITY sqlstate
SELECT refresh_business_stats();
\set VERBOSITY default
RESET ROLE;

-- FORCE ROW LEVEL SECURITY does not empty it, nor does row_security = off, as a dump is restored.
SET ROLE regress_reports_owner;
SELECT bookmeatoz_force_row_security(true);
SELECT count(*) FROM bookings;
SELECT refresh_business_stats();
SET row_security = off;
SELECT count(*) FROM bookings;
REFRESH MATERIALIZED VIEW business_stats;
SELECT count(*) FROM business_stats;
RESET row_security;
SELECT bookmeatoz_force_row_security(false);
RESET ROLE;

-- What cannot be counted is left out with a warning; the others are there. Bookings beyond the calendar count nowhere.
SET session_replication_role = replica;
UPDATE businesses SET settings = '{"working_hours_inheritance": "week"}' WHERE id = :'clinic';
INSERT INTO bookings (business_id, customer_id, service_id, start_time, end_time, created_at, buffer_before_minutes, buffer_after_minutes, seat, session_key) VALUES
    (:'salon', :'anna', :'haircut', '290000-01-01', '290000-01-02', '4700-01-01 BC', 0, 0, 1, :'anna'), (:'salon', :'anna', :'haircut', '4700-01-01 BC', '4700-01-02 BC', 'infinity', 0, 0, 1, :'ben'),
    (:'salon', :'anna', :'haircut', '2031-01-01', '2031-01-02', '-infinity', 0, 0, 1, :'carl');
RESET session_replication_role;
SELECT refresh_business_stats();
SELECT business_id, month, bookings, median_lead_time FROM business_stats ORDER BY business_id, month;

-- bookmeatoz_install_schema() brings back what is missing, and takes nothing else for it.
DROP MATERIALIZED VIEW business_stats CASCADE;
SELECT refresh_business_stats();
CREATE VIEW business_stats AS SELECT 1 AS a;
ALTER VIEW business_stats OWNER TO regress_reports_owner;
SELECT bookmeatoz_install_schema();
DROP VIEW business_stats;
SELECT bookmeatoz_install_schema();
SELECT c.relname, c.relkind, c.relowner::regrole, c.relacl FROM pg_class c WHERE c.relname ~ 'business_stats' ORDER BY c.relname COLLATE "C";
SELECT bookmeatoz_install_schema();
ROLLBACK;
