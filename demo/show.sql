-- What the sample shows: free slots and why there are no others, a week of a salon, a refused double booking, row security, and nights of clock changes.
-- Run it after sample.sql, as the owner of the tables: psql < demo/show.sql (./dev demo does).

SET client_encoding = 'UTF8';
\pset pager off
\pset footer off
\pset null '-'
\pset linestyle unicode
\pset border 1
SELECT b.id AS salon, b.tenant_id AS linden, s.id AS haircut
FROM businesses b JOIN services s ON s.business_id = b.id
WHERE b.slug = 'haarwerk' AND s.name = 'Haircut' \gset
SELECT b.tenant_id AS everest, s.id AS checkup
FROM businesses b JOIN services s ON s.business_id = b.id
WHERE b.slug = 'harbour' AND s.name = 'Check-up' \gset
SELECT id AS nights, timezone AS night_zone FROM businesses WHERE slug = 'bowery' \gset
SELECT id AS night_cut FROM services WHERE business_id = :'nights' AND name = 'Haircut' \gset
SELECT id AS portal_user FROM users WHERE email = 'lena.schmidt@mail.example' \gset
SELECT (SELECT count(*) FROM tenants) AS tenants, (SELECT count(*) FROM businesses) AS businesses,
       (SELECT count(*) FROM employees) AS employees, (SELECT count(*) FROM bookings) AS bookings \gset
\echo
\echo The sample has :tenants tenants, :businesses businesses, :employees employees and :bookings bookings.


\echo
\echo '── 1. When can I have a haircut? ──────────────────────────────────────────────────────────────────'
\echo
\set ECHO queries
SELECT slot_start AT TIME ZONE 'Europe/Berlin' AS starts_in_berlin,
       slot_end AT TIME ZONE 'Europe/Berlin' AS ends,
       cardinality(employee_ids) AS stylists_free
FROM find_available_slots(:'haircut', now(), now() + interval '7 days')
LIMIT 8;
\echo
\echo '-- On which days, and from when?'
SELECT to_char(available_date, 'Dy DD Mon') AS day, to_char(first_slot AT TIME ZONE 'Europe/Berlin', 'HH24:MI') AS first
FROM find_available_dates(:'haircut', current_date, current_date + 7);
\echo
\echo '-- Why not at another time? Every five minutes of the next 24 hours:'
SELECT c.reason, count(*) AS starts, to_char(min(start) AT TIME ZONE 'Europe/Berlin', 'Dy HH24:MI') AS first
FROM generate_series(date_trunc('hour', now()), now() + interval '24 hours', '5 minutes') AS start,
     check_slot(:'haircut', start) AS c
GROUP BY c.reason ORDER BY starts DESC;
\set ECHO none


\echo
\echo '── 2. The next seven days of Haarwerk Berlin, by quarters of an hour ──────────────────────────────'
\echo
\pset format unaligned
\pset tuples_only on
SELECT week_chart(:'salon', (now() AT TIME ZONE 'Europe/Berlin')::date + 1);
\pset format aligned
\pset tuples_only off


\echo
\echo '── 3. Nobody is booked twice, whoever writes ──────────────────────────────────────────────────────'
\echo
SET timezone = 'Europe/Berlin';
SELECT to_char(f.slot_start, 'YYYY-MM-DD HH24:MIOF') AS slot,
       to_char(f.slot_start + interval '30 minutes', 'YYYY-MM-DD HH24:MIOF') AS half_an_hour_later,
       free.employee_id AS stylist
FROM find_available_slots(:'haircut', now(), now() + interval '14 days') f, unnest(f.employee_ids) AS free (employee_id)
ORDER BY f.slot_start, free.employee_id LIMIT 1 \gset
SELECT min(id::text) AS customer, max(id::text) AS other_customer FROM customers WHERE business_id = :'salon' \gset
\set QUIET off
\set ECHO queries
BEGIN;
SET LOCAL ROLE demo_app;
SET LOCAL app.current_business_id = :'salon';
\echo
\echo '-- A customer takes the first free haircut:'
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
VALUES (:'salon', :'customer',
        :'haircut', :'stylist',
        :'slot', 'confirmed');
\echo
\echo '-- Another one wants the same, and prefers no row to an error:'
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
VALUES (:'salon', :'other_customer',
        :'haircut', :'stylist',
        :'slot', 'confirmed')
ON CONFLICT DO NOTHING;
\echo
\echo '-- Nor half an hour later, while the first one still sits there:'
\set ON_ERROR_STOP off
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
VALUES (:'salon', :'other_customer',
        :'haircut', :'stylist',
        :'half_an_hour_later', 'confirmed');
\set ON_ERROR_STOP on
\echo
ROLLBACK;
\set ECHO none
\set QUIET on
RESET timezone;


\echo
\echo '── 4. A tenant sees nothing of another ────────────────────────────────────────────────────────────'
\echo
\echo 'The same counts, taken by the role of the application in different contexts:'
\echo
-- Not temporary: the application's role must not meet temporary objects (see docs/operations.md).
CREATE TABLE seen (context text, relation text, rows bigint);
GRANT INSERT ON seen TO demo_app;
CREATE FUNCTION look(who text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO seen
    SELECT who, 'tenants', count(*) FROM tenants
    UNION ALL SELECT who, 'businesses', count(*) FROM businesses
    UNION ALL SELECT who, 'employees', count(*) FROM employees
    UNION ALL SELECT who, 'services', count(*) FROM services
    UNION ALL SELECT who, 'customers', count(*) FROM customers
    UNION ALL SELECT who, 'bookings', count(*) FROM bookings
$$;
SELECT look('owner') \g /dev/null
SET ROLE demo_app;
BEGIN;
SELECT look('nobody') \g /dev/null
COMMIT;
BEGIN;
SET LOCAL app.current_tenant_id = :'linden';
SELECT look('linden') \g /dev/null
COMMIT;
BEGIN;
SET LOCAL app.current_tenant_id = :'everest';
SELECT look('everest') \g /dev/null
COMMIT;
BEGIN;
SET LOCAL app.current_business_id = :'salon';
SELECT look('salon') \g /dev/null
COMMIT;
BEGIN;
SET LOCAL app.current_user_id = :'portal_user';
SELECT look('portal') \g /dev/null
COMMIT;
RESET ROLE;
SELECT relation AS "rows of", sum(rows) FILTER (WHERE context = 'owner') AS "all",
       sum(rows) FILTER (WHERE context = 'linden') AS "tenant Linden",
       sum(rows) FILTER (WHERE context = 'everest') AS "tenant Everest",
       sum(rows) FILTER (WHERE context = 'salon') AS "Haarwerk",
       sum(rows) FILTER (WHERE context = 'portal') AS "customer Lena",
       sum(rows) FILTER (WHERE context = 'nobody') AS "no context"
FROM seen GROUP BY relation
ORDER BY array_position('{tenants,businesses,employees,services,customers,bookings}', relation);
DROP FUNCTION look(text);
DROP TABLE seen;

\echo 'Linden writes to bookings of Everest, and asks for the slots of a service of Everest:'
\echo
\set QUIET off
\set ECHO queries
BEGIN;
SET LOCAL ROLE demo_app;
SET LOCAL app.current_tenant_id = :'linden';
UPDATE bookings SET status = 'cancelled' WHERE service_id = :'checkup';
\set ON_ERROR_STOP off
SELECT * FROM find_available_slots(:'checkup',
                                   now(), now() + interval '1 day');
\set ON_ERROR_STOP on
\echo
ROLLBACK;
\set ECHO none
\set QUIET on


\echo
\echo '── 5. The nights on which the clocks change ───────────────────────────────────────────────────────'
\echo
\echo 'Bowery Barbers in New York cut until 04:00. An hour is missing in spring, and comes twice in autumn.'
\echo
WITH night AS (
    SELECT date::date, date AT TIME ZONE :'night_zone' AS start, (date + interval '1 day') AT TIME ZONE :'night_zone' AS "end"
    FROM generate_series(current_date + time '00:00' + interval '1 day', current_date + time '00:00' + interval '2 years',
                         interval '1 day') AS d (date)
)
SELECT to_char(n.date, 'Dy DD Mon YYYY') AS night, extract(epoch FROM n."end" - n.start)::int / 3600 AS hours,
       string_agg(to_char(f.slot_start AT TIME ZONE :'night_zone', 'HH24:MI'), ' ' ORDER BY f.slot_start)
           AS "haircuts after midnight"
FROM (SELECT * FROM night WHERE "end" - start <> interval '24 hours' ORDER BY date LIMIT 2) AS n,
     find_available_slots(:'night_cut', n.start, n.start + interval '6 hours') f
GROUP BY n.date, n.start, n."end"
ORDER BY n.date;
