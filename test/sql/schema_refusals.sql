-- Every key and check refuses what it is for; the last queries prove that none was forgotten.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set outcome :abs_srcdir '/sql/setup/outcome.sql'
\set ECHO none
\i :two_tenants
\i :outcome
\set ECHO all

-- In the archive too: one of the salon and one of the clinic.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES
    (:'salon', :'carl_at_salon', :'haircut', '2020-01-06 09:00+00', 'completed'), (:'clinic', :'carl_at_clinic', :'massage', '2020-01-06 15:00+00', 'completed');
SELECT archive_bookings('1 year');

CREATE TEMP TABLE tried (number integer GENERATED ALWAYS AS IDENTITY, statement text, outcome text);

-- Checks, one column at a time, on rows that are valid as they are.
INSERT INTO tried (statement) VALUES
    ($$UPDATE tenants SET name = ' '$$),
    ($$UPDATE tenants SET name = repeat('x', 201)$$),
    ($$UPDATE tenants SET subdomain = 'not a label' WHERE subdomain = 'alpha'$$),
    ($$UPDATE tenants SET subdomain = '-alpha' WHERE subdomain = 'alpha'$$),
    ($$UPDATE tenants SET subdomain = repeat('x', 64) WHERE subdomain = 'alpha'$$),
    ($$UPDATE tenants SET subdomain = repeat('x', 63) WHERE subdomain = 'alpha'$$),
    ($$UPDATE tenants SET settings = '[]'$$),
    ($$UPDATE users SET email = 'anna' WHERE email = 'anna@example.org'$$),
    ($$UPDATE users SET email = 'an na@example.org' WHERE email = 'anna@example.org'$$),
    ($$UPDATE users SET password_hash = ''$$),
    ($$UPDATE users SET profile = '"x"'$$),
    ($$UPDATE users SET system_role = ''$$),
    ($$UPDATE tenant_admins SET role = ''$$),
    ($$UPDATE businesses SET name = ''$$),
    ($$UPDATE businesses SET slug = 'a/b' WHERE slug = 'salon'$$),
    ($$UPDATE businesses SET slug = '' WHERE slug = 'salon'$$),
    ($$UPDATE businesses SET subdomain = 'a.b' WHERE slug = 'salon'$$),
    ($$UPDATE businesses SET currency = 'eur'$$),
    ($$UPDATE businesses SET currency = 'EU'$$),
    ($$UPDATE businesses SET settings = '[]'$$),
    ($$UPDATE employees SET settings = 'null'$$),
    ($$UPDATE user_business_roles SET role = ' '$$),
    ($$UPDATE service_categories SET name = ''$$),
    ($$UPDATE services SET name = ''$$),
    ($$UPDATE services SET duration = 0$$),
    ($$UPDATE services SET duration = 1$$),
    ($$UPDATE services SET duration = 10080$$),
    ($$UPDATE services SET duration = 10081$$),
    ($$UPDATE services SET price = -0.01$$),
    ($$UPDATE services SET price = 'NaN'$$),
    ($$UPDATE services SET price = 'Infinity'$$),
    ($$UPDATE services SET price = 0$$),
    ($$UPDATE services SET currency = 'usd'$$),
    ($$UPDATE services SET buffer_before_minutes = -1$$),
    ($$UPDATE services SET buffer_before_minutes = 1441$$),
    ($$UPDATE services SET buffer_after_minutes = -1$$),
    ($$UPDATE services SET buffer_after_minutes = 1440$$),
    ($$UPDATE services SET buffer_after_minutes = 1441$$),
    ($$UPDATE services SET settings = '1'$$),
    ($$UPDATE working_hours SET day_of_week = -1$$),
    ($$UPDATE working_hours SET day_of_week = 7$$),
    ($$UPDATE working_hours SET start_time = NULL$$),
    ($$UPDATE working_hours SET start_time = NULL, is_off = true$$),
    ($$UPDATE working_hours SET end_time = start_time$$),
    ($$UPDATE working_hours SET end_time = '00:00'$$),
    ($$UPDATE working_hours SET end_time = '24:00'$$),
    ($$UPDATE working_hours SET end_time = '00:00', is_off = true$$),
    ($$UPDATE working_hours SET business_id = NULL WHERE employee_id IS NULL$$),
    ($$UPDATE employee_availability_overrides SET end_time = start_time$$),
    ($$UPDATE employee_availability_overrides SET end_time = 'infinity'$$),
    ($$UPDATE employee_availability_overrides SET start_time = '-infinity'$$),
    ($$UPDATE working_hours SET valid_from = '2030-06-02', valid_to = '2030-06-01'$$),
    ($$UPDATE working_hours SET valid_from = '2030-06-01', valid_to = '2030-06-01'$$),
    ($$UPDATE working_hours SET valid_to = 'infinity'$$),
    ($$UPDATE business_availability_overrides SET end_time = start_time$$),
    ($$UPDATE business_availability_overrides SET end_time = 'infinity'$$),
    ($$UPDATE business_availability_overrides SET start_time = '-infinity'$$),
    ($$UPDATE employee_services SET price = -0.01$$),
    ($$UPDATE employee_services SET price = 'Infinity'$$),
    ($$UPDATE employee_services SET price = 0$$),
    ($$UPDATE customers SET email = '@'$$),
    ($$UPDATE customers SET email = NULL$$),
    ($$UPDATE customers SET name = ''$$),
    ($$UPDATE customers SET phone = repeat('1', 51)$$),
    ($$UPDATE bookings SET end_time = start_time$$),
    ($$UPDATE bookings SET end_time = start_time - interval '1 minute'$$),
    ($$UPDATE bookings SET end_time = start_time + interval '168 hours 1 second' WHERE service_id IN (SELECT id FROM services WHERE name = 'Massage')$$),
    ($$UPDATE bookings SET end_time = start_time + interval '168 hours' WHERE service_id IN (SELECT id FROM services WHERE name = 'Massage')$$),
    ($$UPDATE bookings SET buffer_before_minutes = -2$$),
    ($$UPDATE bookings SET buffer_before_minutes = -1$$),
    ($$UPDATE bookings SET buffer_after_minutes = 1441$$),
    ($$UPDATE bookings SET buffer_after_minutes = -2$$),
    ($$UPDATE bookings SET price = -0.01$$),
    ($$UPDATE bookings SET price = 'NaN'$$),
    ($$UPDATE bookings SET price = 0, currency = 'EUR'$$),
    ($$UPDATE bookings SET currency = 'eur'$$),
    ($$UPDATE bookings SET metadata = '[]'$$),
    ($$UPDATE bookings SET hold_expires_at = 'infinity', status = 'pending'$$),
    ($$UPDATE bookings SET hold_expires_at = now() + interval '1 hour'$$),
    ($$UPDATE bookings SET hold_expires_at = now() + interval '1 hour', status = 'pending'$$),
    ($$UPDATE bookings SET customer_id = NULL, hold_expires_at = now() + interval '1 hour', status = 'pending'$$),
    ($$UPDATE bookings SET customer_id = NULL$$),
    ($$UPDATE bookings SET rescheduled_from_booking_id = id$$),
    ($$UPDATE bookings SET idempotency_key = ''$$),
    ($$UPDATE bookings SET idempotency_hash = '\x00' WHERE idempotency_key IS NULL$$),
    ($$UPDATE bookings SET status = 'lost'$$),
    ($$UPDATE subscription_plans SET id = ''$$),
    ($$UPDATE subscription_plans SET name = ''$$),
    ($$UPDATE subscription_plans SET price = -1$$),
    ($$UPDATE subscription_plans SET currency = 'EURO'$$),
    ($$UPDATE subscription_plans SET billing_interval = ''$$),
    ($$UPDATE subscription_plans SET features = '[]'$$),
    ($$UPDATE subscription_plans SET max_bookings_per_month = -1$$),
    ($$UPDATE tenant_subscriptions SET current_period_end = current_period_start$$),
    ($$UPDATE token_blacklist SET token_hash = ''$$),
    ($$UPDATE password_resets SET token_hash = ' '$$),
    ($$UPDATE email_verifications SET token_hash = repeat('x', 256)$$),
    ($$UPDATE notifications SET type = ''$$),
    ($$UPDATE notifications SET channel = 'pigeon'$$),
    ($$UPDATE notifications SET data = '[]'$$),
    ($$UPDATE notifications SET status = 'read'$$);

-- Keys. Case makes no difference where addresses are compared.
INSERT INTO tried (statement) VALUES
    ($$INSERT INTO tenants (name, subdomain) VALUES ('Another', 'ALPHA')$$),
    ($$INSERT INTO users (email) VALUES ('Anna@Example.org')$$),
    ($$INSERT INTO tenant_admins SELECT uuid_generate_v4(), tenant_id, user_id FROM tenant_admins$$),
    ($$UPDATE businesses SET slug = 'SALON' WHERE slug = 'clinic'$$),
    ($$UPDATE businesses SET subdomain = 'Salon' WHERE slug = 'clinic'$$),
    ($$INSERT INTO employees SELECT uuid_generate_v4(), user_id, business_id FROM employees$$),
    ($$INSERT INTO user_business_roles SELECT uuid_generate_v4(), user_id, business_id, role FROM user_business_roles$$),
    ($$INSERT INTO service_categories (business_id, name) SELECT business_id, name FROM service_categories$$),
    ($$INSERT INTO services (business_id, name, duration) SELECT business_id, name, 5 FROM services$$),
    ($$INSERT INTO employee_services (employee_id, service_id) SELECT employee_id, service_id FROM employee_services$$),
    ($$INSERT INTO customers (business_id, email, name) SELECT business_id, upper(email), name FROM customers$$),
    ($$UPDATE bookings SET idempotency_key = 'second'$$),
    ($$INSERT INTO tenant_subscriptions (tenant_id, plan_id) SELECT tenant_id, plan_id FROM tenant_subscriptions$$),
    ($$UPDATE token_blacklist SET token_hash = 'same'$$),
    ($$UPDATE password_resets SET token_hash = 'same'$$),
    ($$UPDATE email_verifications SET token_hash = 'same'$$),
    ($$UPDATE bookings SET start_time = '2030-01-07 09:15+00', end_time = '2030-01-07 10:00+00' WHERE idempotency_key = 'second'$$);

-- References to what is not there. Where a row cannot be changed because others refer to it, a new one is tried.
\set nobody '00000000-0000-4000-8000-00000000dead'
INSERT INTO tried (statement)
SELECT format('UPDATE %s SET %I = %L', c.conrelid::regclass, a.attname,
              CASE a.atttypid WHEN 'uuid'::regtype THEN :'nobody' ELSE 'nothing' END)
FROM bookmeatoz_objects() o
JOIN pg_constraint c ON c.conrelid = to_regclass(o.name) AND c.contype = 'f'
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[cardinality(c.conkey)]
WHERE o.kind = 'table' ORDER BY o.name COLLATE "C", c.conname;
INSERT INTO tried (statement) VALUES
    (format($$INSERT INTO employees (user_id, business_id) SELECT %L, id FROM businesses$$, :'nobody')),
    (format($$INSERT INTO employees (user_id, business_id) SELECT id, %L FROM users$$, :'nobody')),
    (format($$INSERT INTO service_categories (business_id, name) VALUES (%L, 'x')$$, :'nobody')),
    (format($$INSERT INTO services (business_id, name, duration, currency) VALUES (%L, 'x', 5, 'USD')$$, :'nobody')),
    (format($$INSERT INTO employee_services (employee_id, service_id, business_id) SELECT %L, id, business_id FROM services$$, :'nobody')),
    (format($$INSERT INTO customers (business_id, name) VALUES (%L, 'x')$$, :'nobody'));

UPDATE tried SET outcome = pg_temp.outcome(statement);
SELECT outcome, statement FROM tried ORDER BY number;

-- NULL: refused, but for the columns where it stands for "fill it in" (and updated_at, which is always written).
SELECT o.name || '.' || a.attname AS not_null_column, refused.outcome
FROM bookmeatoz_objects() o
JOIN pg_attribute a ON a.attrelid = to_regclass(o.name) AND a.attnum > 0 AND a.attnotnull AND a.attgenerated = ''
CROSS JOIN LATERAL (SELECT pg_temp.outcome(format('UPDATE %I SET %I = NULL', o.name, a.attname)) AS outcome) refused
WHERE o.kind = 'table' AND a.attname <> 'updated_at' AND refused.outcome <> 'not null ' || a.attname
ORDER BY o.name COLLATE "C", a.attnum;

-- Where NULL stands for "fill it in" the column has a default that does so too: clients made from the catalog may leave out only
-- what has one.
SELECT o.name || '.' || a.attname AS without_default
FROM bookmeatoz_objects() o
JOIN pg_attribute a ON a.attrelid = to_regclass(o.name) AND a.attnum > 0 AND a.attnotnull AND a.attgenerated = ''
WHERE o.kind = 'table' AND a.attname <> 'updated_at' AND NOT a.atthasdef AND pg_temp.outcome(format('UPDATE %I SET %I = NULL', o.name, a.attname)) = 'accepted';
-- With it a row is what it was: here nothing changes.
SELECT o.name, a.attname, pg_temp.outcome(format(
    'WITH filled AS (UPDATE %1$I SET %2$I = DEFAULT RETURNING id, %2$I AS value)
     SELECT 1 / (count(*) FILTER (WHERE before.%2$I IS NOT DISTINCT FROM filled.value) = count(*) AND count(*) > 0)::integer
     FROM filled JOIN %1$I before USING (id)', o.name, a.attname)) AS same
FROM bookmeatoz_objects() o
JOIN pg_attribute a ON a.attrelid = to_regclass(o.name) AND a.attnum > 0 AND a.attnotnull AND a.attgenerated = ''
WHERE o.kind = 'table' AND a.attname <> 'updated_at' AND pg_temp.outcome(format('UPDATE %I SET %I = NULL', o.name, a.attname)) = 'accepted'
ORDER BY o.name COLLATE "C", a.attnum;
-- Without the trigger the default is refused.
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
SELECT a.attname, pg_temp.outcome(format('UPDATE bookings SET %I = DEFAULT', a.attname)) AS without_guard
FROM pg_attribute a
WHERE a.attrelid = 'bookings'::regclass AND a.attname IN ('end_time', 'buffer_before_minutes', 'buffer_after_minutes', 'session_key', 'seat')
ORDER BY a.attnum;
ALTER TABLE bookings ENABLE TRIGGER bookings_guard;

-- Hours as people write them: what to write instead stands beside the refusal.
\set VERBOSITY default
\set SHOW_CONTEXT never
SAVEPOINT before;
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT id, 5, '20:00', '06:00' FROM businesses WHERE slug = 'salon';
ROLLBACK TO before;
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT id, 5, '22:00', '00:00' FROM businesses WHERE slug = 'salon';
ROLLBACK TO before;

-- Checks, unique keys and references that nothing above has met. The keys (business_id, id) are only targets of references,
-- an id alone is unique already; nobody writes the archive; the seats, which the database writes itself, have a test of their own, and the session's key is tried above.
SELECT c.conrelid::regclass AS table, c.conname
FROM bookmeatoz_objects() o JOIN pg_constraint c ON c.conrelid = to_regclass(o.name) AND c.contype IN ('c', 'u', 'f', 'x')
WHERE o.kind = 'table' AND NOT EXISTS (SELECT FROM tried WHERE outcome LIKE '%' || c.conname)
UNION ALL
SELECT i.indrelid::regclass, i.indexrelid::regclass::text
FROM bookmeatoz_objects() o JOIN pg_index i ON i.indrelid = to_regclass(o.name) AND i.indisunique
WHERE o.kind = 'table' AND NOT EXISTS (SELECT FROM tried WHERE outcome LIKE '%' || i.indexrelid::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1, 2;

ROLLBACK;
