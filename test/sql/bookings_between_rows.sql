-- What the transaction changes between two rows of a statement, by a trigger or a function of the user's, holds for the rows that follow: one
-- statement of several rows ends as statements of one row each.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
SELECT current_user AS me \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
BEGIN;
\set ON_ERROR_ROLLBACK on
\i :verdict
CREATE FUNCTION pg_temp.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;
INSERT INTO tenants (id, name, subdomain) SELECT pg_temp.id(t), t, t FROM unnest('{alpha,beta}'::text[]) t;
INSERT INTO users (id, email) SELECT pg_temp.id(u), u || '@between.example' FROM unnest('{ann,bob}'::text[]) u;
INSERT INTO businesses (id, tenant_id, name, slug, timezone) SELECT pg_temp.id(b), pg_temp.id(t), b, b, 'UTC' FROM (VALUES ('salon', 'alpha'), ('kiosk', 'alpha'), ('studio', 'beta')) v (b, t);
INSERT INTO employees (id, user_id, business_id) SELECT pg_temp.id(u || '@' || b), pg_temp.id(u), pg_temp.id(b) FROM (VALUES ('ann', 'salon'), ('bob', 'kiosk'), ('bob', 'studio')) v (u, b);
INSERT INTO services (id, business_id, name, duration, price, currency) SELECT id, id, 'cut', 60, 10, 'EUR' FROM businesses WHERE id IN (pg_temp.id('salon'), pg_temp.id('kiosk'), pg_temp.id('studio'));
INSERT INTO services (id, business_id, name, duration, settings) VALUES (pg_temp.id('class'), pg_temp.id('salon'), 'class', 60, '{"capacity": 5}');
INSERT INTO employee_services (business_id, employee_id, service_id) SELECT s.business_id, e.id, s.id FROM services s JOIN employees e USING (business_id);
INSERT INTO customers (id, business_id, name) SELECT id, id, 'customer' FROM businesses WHERE id IN (pg_temp.id('salon'), pg_temp.id('kiosk'), pg_temp.id('studio'));
INSERT INTO bookings (id, business_id, service_id, employee_id, start_time, status, hold_expires_at)
VALUES (pg_temp.id('hold'), pg_temp.id('salon'), pg_temp.id('salon'), pg_temp.id('ann@salon'), '2030-01-07 16:30Z', 'pending', clock_timestamp() + interval '1 hour');

-- Before the guard sees it, a confirmed row has done what its notes say.
CREATE FUNCTION pg_temp.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.notes <> '' THEN
        EXECUTE NEW.notes;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_meddler BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW WHEN (NEW.status = 'confirmed') EXECUTE FUNCTION pg_temp.meddle();

-- The five rows of a case: the first at nine; those that follow an hour after one another, or all at noon. The second changes something.
CREATE TEMPORARY TABLE cases (case_number serial, name text, service text, employee text, together boolean, change text);
CREATE VIEW pg_temp.rows AS
    SELECT case_number, n, pg_temp.id(service || n) AS id, s.business_id, s.business_id AS customer_id, s.id AS service_id, pg_temp.id(employee) AS employee_id,
           '2030-01-07 09:00Z'::timestamptz + CASE WHEN n = 1 THEN 0 WHEN together THEN 3 ELSE n - 1 END * interval '1 hour' AS start_time,
           'confirmed'::booking_status_type_v1 AS status, CASE WHEN n = 2 THEN change ELSE '' END AS notes
      FROM cases JOIN services s ON s.id = pg_temp.id(service), generate_series(1, 5) n;
INSERT INTO cases (name, service, employee, together, change) VALUES
    ('nothing changes', 'salon', 'ann@salon', false, ''),
    ('a limit of the service', 'salon', 'ann@salon', false, $$UPDATE services SET settings = '{"max_bookings_per_day": 4}' WHERE id = pg_temp.id('salon')$$),
    ('a higher limit', 'salon', 'ann@salon', false, $$UPDATE services SET settings = '{"max_bookings_per_day": 6}' WHERE id = pg_temp.id('salon')$$),
    ('a limit of the business', 'salon', 'ann@salon', false, $$UPDATE businesses SET settings = '{"max_bookings_per_day": 4}' WHERE id = pg_temp.id('salon')$$),
    ('a limit that is undone', 'salon', 'ann@salon', false, $$DO 'BEGIN UPDATE services SET settings = ''{"max_bookings_per_day": 2}''; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN END'$$),
    ('more seats', 'salon', 'ann@salon', true, $$UPDATE services SET settings = '{"capacity": 4}' WHERE id = pg_temp.id('salon')$$),
    ('more seats, but not enough', 'salon', 'ann@salon', true, $$UPDATE services SET settings = '{"capacity": 3}' WHERE id = pg_temp.id('salon')$$),
    ('fewer seats', 'class', 'ann@salon', true, $$UPDATE services SET settings = '{"capacity": 3}' WHERE id = pg_temp.id('class')$$),
    ('one seat', 'class', 'ann@salon', true, $$UPDATE services SET settings = '{}' WHERE id = pg_temp.id('class')$$),
    ('shorter, dearer', 'salon', 'ann@salon', false, $$UPDATE services SET duration = 30, price = 20, currency = 'USD' WHERE id = pg_temp.id('salon')$$),
    ('longer', 'salon', 'ann@salon', false, $$UPDATE services SET duration = 120 WHERE id = pg_temp.id('salon')$$),
    ('a buffer', 'salon', 'ann@salon', false, $$UPDATE services SET buffer_before_minutes = 5 WHERE id = pg_temp.id('salon')$$),
    ('a price of the employee', 'salon', 'ann@salon', false, $$UPDATE employee_services SET price = 30 WHERE employee_id = pg_temp.id('ann@salon')$$),
    ('no such service', 'salon', 'ann@salon', false, $$DELETE FROM services WHERE id = pg_temp.id('salon')$$),
    ('no such employee', 'salon', 'ann@salon', false, $$DELETE FROM employees WHERE id = pg_temp.id('ann@salon')$$),
    ('another booking at noon', 'salon', 'ann@salon', false, $$INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time) VALUES (pg_temp.id('salon'), pg_temp.id('salon'), pg_temp.id('salon'), pg_temp.id('ann@salon'), '2030-01-07 12:00Z')$$),
    ('a hold that ends', 'salon', 'ann@salon', false, $$UPDATE bookings SET start_time = '2030-01-07 12:15Z', end_time = '2030-01-07 12:30Z', hold_expires_at = clock_timestamp() WHERE id = pg_temp.id('hold')$$),
    ('a hold that does not', 'salon', 'ann@salon', false, $$UPDATE bookings SET start_time = '2030-01-07 12:15Z', end_time = '2030-01-07 12:30Z' WHERE id = pg_temp.id('hold')$$),
    ('nobody in particular', 'kiosk', NULL, true, ''),
    ('the last employee leaves', 'kiosk', NULL, false, $$DELETE FROM employees WHERE business_id = pg_temp.id('kiosk')$$),
    ('and all come at once', 'kiosk', NULL, true, $$DELETE FROM employees WHERE business_id = pg_temp.id('kiosk')$$),
    ('a constraint', 'salon', 'ann@salon', true, 'ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking');

-- What the statements leave behind, or the code of their error; undone either way.
CREATE FUNCTION pg_temp.result(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = (
        SELECT string_agg(format('%s-%s%s%s', to_char(start_time, 'HH24:MI'), to_char(end_time, 'HH24:MI'),
                                 (buffer_before_minutes, price, currency, seat)::text,
                                 CASE WHEN resource_id = business_id THEN ' business''s' WHEN resource_id IS NULL THEN ' nobody''s' END), ' ' ORDER BY start_time, seat, id)
          FROM bookings WHERE start_time::date = '2030-01-07' AND hold_expires_at IS NULL);
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    -- From PostgreSQL 18 on what RESTRICT refuses is 23001.
    WHEN OTHERS THEN RETURN replace(SQLSTATE, '23001', '23503');
END $$;
\set columns 'id, business_id, customer_id, service_id, employee_id, start_time, status, notes'
CREATE FUNCTION pg_temp.book(number integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS
    'INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status, notes)
     SELECT id, business_id, customer_id, service_id, employee_id, start_time, status, notes FROM pg_temp.rows WHERE case_number = number ORDER BY n';
-- So that MERGE too takes the rows in their order.
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMPORARY TABLE results AS
SELECT case_number, name,
       pg_temp.result(VARIADIC array(SELECT 'INSERT INTO bookings (' || columns || ') SELECT ' || columns || ' FROM pg_temp.rows' || one || ' AND n = ' || n FROM generate_series(1, 5) n)) AS row_by_row,
       pg_temp.result('INSERT INTO bookings (' || columns || ') SELECT ' || columns || ' FROM pg_temp.rows' || one || ' ORDER BY n') AS "insert",
       pg_temp.result('SELECT pg_temp.book(' || case_number || ')') AS function,
       pg_temp.result('MERGE INTO bookings b USING (SELECT * FROM pg_temp.rows' || one || ' ORDER BY n) r ON b.id = r.id WHEN NOT MATCHED THEN INSERT (' || columns || ') VALUES (r.' || replace(columns, ', ', ', r.') || ')') AS "merge",
       pg_temp.result(VARIADIC array(SELECT 'INSERT INTO bookings (' || columns || ') SELECT ' || columns || ' FROM pg_temp.rows' || one || ' AND n = ' || n || ' ON CONFLICT DO NOTHING' FROM generate_series(1, 5) n)) AS row_by_row_or_nothing,
       pg_temp.result('INSERT INTO bookings (' || columns || ') SELECT ' || columns || ' FROM pg_temp.rows' || one || ' ORDER BY n ON CONFLICT DO NOTHING') AS insert_or_nothing,
       -- From the state cancelled.
       pg_temp.result(cancelled, 'UPDATE bookings SET status = ''confirmed'' WHERE status = ''cancelled''') AS "update",
       pg_temp.result(cancelled, 'INSERT INTO bookings (' || columns || ') SELECT ' || columns || ' FROM pg_temp.rows' || one || ' ORDER BY n ON CONFLICT (id) DO UPDATE SET status = ''confirmed''') AS insert_or_update,
       pg_temp.result(VARIADIC cancelled || array(SELECT 'UPDATE bookings SET status = ''confirmed'' WHERE id = (SELECT id FROM pg_temp.rows' || one || ' AND n = ' || n || ')' FROM generate_series(1, 5) n)) AS update_row_by_row
  FROM cases, (SELECT :'columns' AS columns) c, LATERAL (SELECT ' WHERE case_number = ' || case_number AS one) o,
       LATERAL (SELECT 'INSERT INTO bookings (' || columns || ') SELECT ' || replace(columns, 'status', '''cancelled''') || ' FROM pg_temp.rows' || one || ' ORDER BY n' AS cancelled) s;
SELECT name, row_by_row FROM results ORDER BY case_number;
SELECT name, r.* FROM results, LATERAL (VALUES
    ('insert', "insert", row_by_row), ('function', function, row_by_row), ('merge', "merge", row_by_row), ('insert or nothing', insert_or_nothing, row_by_row_or_nothing),
    ('update', "update", update_row_by_row)) r (way, at_once, row_by_row)
 WHERE at_once IS DISTINCT FROM r.row_by_row ORDER BY case_number;
-- (An INSERT ... ON CONFLICT DO UPDATE cannot change a row that has been changed since it began.)
SELECT name, insert_or_update, update_row_by_row FROM results WHERE insert_or_update IS DISTINCT FROM update_row_by_row ORDER BY case_number;

-- What a function in the statement itself does, whose last command nobody has counted yet.
CREATE FUNCTION pg_temp.limited(number integer) RETURNS text LANGUAGE sql AS
    $$ SELECT ''; UPDATE services SET settings = '{"max_bookings_per_day": 3}' WHERE number = 2 AND id = pg_temp.id('salon') RETURNING '' $$;
SELECT pg_temp.result('INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes)
    SELECT business_id, customer_id, service_id, employee_id, start_time, status, pg_temp.limited(n) FROM pg_temp.rows WHERE case_number = 1');
-- And COPY.
ALTER TABLE bookings ALTER business_id SET DEFAULT pg_temp.id('salon'), ALTER customer_id SET DEFAULT pg_temp.id('salon'), ALTER service_id SET DEFAULT pg_temp.id('salon'),
    ALTER employee_id SET DEFAULT pg_temp.id('ann@salon'), ALTER status SET DEFAULT 'confirmed';
\set VERBOSITY terse
COPY bookings (start_time, notes) FROM stdin;
2030-01-07 09:00Z	
2030-01-07 10:00Z	UPDATE services SET duration = 90
2030-01-07 11:00Z	
\.
COPY bookings (start_time, notes) FROM stdin;
2030-01-07 09:00Z	
2030-01-07 10:00Z	UPDATE services SET settings = '{"max_bookings_per_day": 3}'
2030-01-07 11:00Z	
2030-01-07 12:00Z	
\.
\set VERBOSITY default

-- Nor does a statement go on with what it may no longer read: another context, another role.
CREATE ROLE regress_between_rows;
CREATE ROLE regress_between_rows_poor;
SELECT bookmeatoz_grant_app_role('regress_between_rows');
GRANT regress_between_rows_poor TO regress_between_rows;
GRANT USAGE ON SCHEMA public TO regress_between_rows_poor;
GRANT INSERT ON bookings TO regress_between_rows_poor;
CREATE FUNCTION pg_temp.as_app(business_afterwards text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    salon text := pg_temp.id('salon');
    other text := pg_temp.id(business_afterwards);
    row_of text := '(%L, %1$L, %1$L, %L, %L, ''confirmed'', %L)';
    statement text := 'INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes) VALUES '
        || format(row_of, salon, pg_temp.id('ann@salon'), '2030-01-07 09:00Z', '') || ', '
        || format(row_of, other, (SELECT id FROM employees WHERE business_id = pg_temp.id(business_afterwards)), '2030-01-07 10:00Z', change) || ', '
        || format(row_of, other, (SELECT id FROM employees WHERE business_id = pg_temp.id(business_afterwards)), '2030-01-07 11:00Z', '');
BEGIN
    PERFORM set_session_context(pg_temp.id('alpha'), pg_temp.id('salon'), NULL);
    SET LOCAL ROLE regress_between_rows;
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = 'accepted';
EXCEPTION
    WHEN OTHERS THEN RETURN SQLERRM;
END $$;
\set to_studio 'format(''SELECT set_session_context(%L, %L, NULL)'', pg_temp.id(''beta''), pg_temp.id(''studio''))'
SELECT pg_temp.as_app('salon', '') AS unchanged,
       pg_temp.as_app('studio', '') AS trespass,
       pg_temp.as_app('salon', :to_studio) AS from_elsewhere,
       pg_temp.as_app('studio', :to_studio) AS at_the_other,
       pg_temp.as_app('salon', 'SELECT set_session_context(NULL, NULL, NULL)') AS without_context,
       pg_temp.as_app('salon', 'SET LOCAL ROLE regress_between_rows_poor') AS poor \gx
ROLLBACK;

-- An UPDATE of what the guard does not look up is not passed by where the key of the session, which without a resource is made of the id, changes with it.
BEGIN;
INSERT INTO tenants (id, name, subdomain) VALUES (md5('alpha')::uuid, 'alpha', 'between');
INSERT INTO businesses (id, tenant_id, name, slug) SELECT id, id, name, name FROM tenants WHERE id = md5('alpha')::uuid;
INSERT INTO users (id, email) VALUES (md5('alpha')::uuid, 'ann@between.example');
INSERT INTO employees (id, user_id, business_id) SELECT id, id, id FROM businesses WHERE id = md5('alpha')::uuid;
INSERT INTO services (id, business_id, name, duration) SELECT id, id, name, 60 FROM businesses WHERE id = md5('alpha')::uuid;
INSERT INTO customers (id, business_id, name) SELECT id, id, name FROM businesses WHERE id = md5('alpha')::uuid;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status)
    SELECT md5('a')::uuid, id, id, id, '2030-01-07 09:00Z', 'confirmed' FROM businesses WHERE id = md5('alpha')::uuid;
UPDATE bookings SET id = md5('b')::uuid WHERE id = md5('a')::uuid;
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status)
    SELECT md5('a')::uuid, id, id, id, '2030-01-07 09:00Z', 'confirmed' FROM businesses WHERE id = md5('alpha')::uuid;
ROLLBACK;
