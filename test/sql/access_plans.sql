-- What the planner makes of the policies: which index finds the rows, in which order, and in what of a plan the predicate is left.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\set ECHO all
INSERT INTO notifications (business_id, user_id, type, title, created_at)
    SELECT CASE WHEN i % 3 > 0 THEN id(b) END, id(u), 'test', 'test', '2030-01-01 00:00+00'::timestamptz - i * interval '1 minute'
    FROM generate_series(1, 300) i, (VALUES ('salon', 'anna'), ('clinic', 'anna'), ('salon', 'ben')) v (b, u);
-- Few customers of the salon, many of the studio.
INSERT INTO customers (business_id, name, email)
    SELECT id(b), 'Customer ' || i, 'customer-' || i || '@example.org' FROM (VALUES ('salon', 20), ('studio', 3000)) v (b, number), generate_series(1, number) i;
INSERT INTO services (id, business_id, name, duration) SELECT id(b || ' talk'), id(b), 'talk', 30 FROM unnest('{salon,studio}'::text[]) b;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
    SELECT id(b), id('carl of ' || b), id(b || ' talk'), '2030-02-01 10:00+00'::timestamptz + i * interval '1 hour', 'confirmed'
    FROM unnest('{salon,studio}'::text[]) b, generate_series(1, 300) i;
VACUUM ANALYZE notifications, customers, bookings;
SET ROLE regress_access_app;
SET enable_bitmapscan = off;
SET enable_seqscan = off;
\pset format unaligned
\pset tuples_only on

-- The newest notifications of a user: the index gives them in order, nothing is sorted; the condition stands once.
PREPARE newest AS SELECT id FROM notifications ORDER BY created_at DESC LIMIT 5;
BEGIN;
CALL act('alpha', 'salon', 'anna');
EXPLAIN (COSTS OFF) EXECUTE newest;
COMMIT;
BEGIN;
CALL act('alpha', NULL, 'anna');
EXPLAIN (COSTS OFF) EXECUTE newest;
COMMIT;
BEGIN;
CALL act(NULL, NULL, 'anna');
EXPLAIN (COSTS OFF) EXECUTE newest;
COMMIT;

-- An e-mail address: by its unique key also with the plan that a small business made, never through all customers.
PREPARE customer (text) AS SELECT id, name, email, phone, status FROM customers WHERE email = $1;
SET plan_cache_mode = force_generic_plan;
BEGIN;
CALL act('alpha', 'salon', NULL);
EXPLAIN (COSTS OFF) EXECUTE customer('customer-7@example.org');
COMMIT;
BEGIN;
CALL act('beta', 'studio', NULL);
EXPLAIN (COSTS OFF) EXECUTE customer('customer-7@example.org');
COMMIT;
RESET plan_cache_mode;

-- The name of a booking's customer: looked up by index alone.
BEGIN;
CALL act('alpha', 'salon', NULL);
EXPLAIN (COSTS OFF) SELECT name FROM customers WHERE id = '00000000-0000-4000-8000-000000000001';
COMMIT;

-- A tenant that asks for one of its businesses: the index looks for this one, not for all; without it for all, once.
BEGIN;
CALL act('alpha', NULL, NULL);
EXPLAIN (COSTS OFF) SELECT id FROM bookings WHERE business_id = '00000000-0000-4000-8000-000000000001' AND start_time >= '2030-02-01' AND start_time < '2030-02-02';
EXPLAIN (COSTS OFF) SELECT id FROM bookings WHERE id('salon') = business_id AND start_time >= '2030-02-01' AND start_time < '2030-02-02';
EXPLAIN (COSTS OFF) SELECT id FROM bookings WHERE start_time >= '2030-02-01' AND start_time < '2030-02-02';
EXPLAIN (COSTS OFF) UPDATE bookings SET notes = 'seen' WHERE start_time >= '2030-02-01' AND start_time < '2030-02-02';
COMMIT;

-- The two lists that every application shows: the requests that wait for an answer, and the newest bookings. Without an index of their
-- own all bookings of the business would be read, because equality of an enum is not leakproof.
BEGIN;
CALL act('alpha', 'salon', NULL);
EXPLAIN (COSTS OFF) SELECT id FROM bookings WHERE status = 'pending' ORDER BY start_time LIMIT 50;
EXPLAIN (COSTS OFF) SELECT id FROM bookings ORDER BY created_at DESC LIMIT 50;
COMMIT;

-- Employments: that a user may accept the own ones costs business and tenant nothing, their condition is what it would be without.
BEGIN;
CALL act('alpha', 'salon', 'anna');
EXPLAIN (COSTS OFF) UPDATE employees SET settings = '{}';
EXPLAIN (COSTS OFF) DELETE FROM user_business_roles;
EXPLAIN (COSTS OFF) SELECT id FROM employees FOR UPDATE;
COMMIT;
BEGIN;
CALL act('alpha', NULL, 'anna');
EXPLAIN (COSTS OFF) UPDATE employees SET settings = '{}';
EXPLAIN (COSTS OFF) DELETE FROM user_business_roles;
COMMIT;
RESET ROLE;

\set ECHO none
\i :access_end
