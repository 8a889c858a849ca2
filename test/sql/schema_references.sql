-- References stay within a business, and deleting a row takes with it what belongs to it and nothing else.
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

-- The clinic's rows cannot be named by the salon's, in the same tenant or by whomever.
SELECT pg_temp.outcome(format('UPDATE bookings SET customer_id = %L WHERE id = %L', :'carl_at_clinic', :'first_booking')) AS customer;
SELECT pg_temp.outcome(format('UPDATE bookings SET service_id = %L WHERE id = %L', :'massage', :'first_booking')) AS service;
SELECT pg_temp.outcome(format('UPDATE bookings SET employee_id = %L WHERE id = %L', :'anna_at_clinic', :'first_booking')) AS employee;
SELECT pg_temp.outcome(format('UPDATE bookings SET rescheduled_from_booking_id = %L WHERE id = %L', :'clinic_booking', :'first_booking')) AS earlier_booking;
SELECT pg_temp.outcome(format('UPDATE services SET category_id = %L WHERE id = %L', :'therapy', :'haircut')) AS category;
SELECT pg_temp.outcome(format('INSERT INTO employee_services (employee_id, service_id) VALUES (%L, %L)', :'anna_at_salon', :'massage')) AS mapping;
SELECT pg_temp.outcome(format('INSERT INTO employee_services (employee_id, service_id, business_id) VALUES (%L, %L, %L)', :'anna_at_salon', :'massage', :'clinic')) AS mapping;
SELECT pg_temp.outcome(format('UPDATE working_hours SET business_id = %L WHERE employee_id IS NOT NULL', :'clinic')) AS hours;
SELECT pg_temp.outcome(format('UPDATE employee_availability_overrides SET business_id = %L', :'clinic')) AS override;
-- A row with others below it does not move to another business.
SELECT pg_temp.outcome(format('UPDATE employees SET business_id = %L WHERE id = %L', :'clinic', :'ben_at_salon')) AS employee;
SELECT pg_temp.outcome(format('UPDATE services SET business_id = %L, category_id = NULL WHERE id = %L', :'clinic', :'haircut')) AS service;

-- In the archive too: one of the salon and one of the clinic.
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES
    (:'salon', :'carl_at_salon', :'haircut', '2020-01-06 09:00+00', 'completed'), (:'clinic', :'carl_at_clinic', :'massage', '2020-01-06 15:00+00', 'completed');
SELECT archive_bookings('1 year');

-- What is left in each table, as a line. audit_logs refers to nothing: all stays there.
CREATE FUNCTION pg_temp.rows_left() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    table_name text;
    number     bigint;
    line       text := '';
BEGIN
    FOR table_name IN SELECT o.name FROM bookmeatoz_objects() o WHERE o.kind = 'table' AND o.name NOT IN ('audit_logs', 'schema_ledger') ORDER BY o.name COLLATE "C" LOOP
        EXECUTE format('SELECT count(*) FROM %I', table_name) INTO number;
        line := concat_ws(', ', nullif(line, ''), CASE WHEN number > 0 THEN table_name || ' ' || number END);
    END LOOP;
    RETURN line;
END
$$;
SELECT pg_temp.rows_left();

-- Creates a foreign key anew: it then acts after the others.
CREATE FUNCTION pg_temp.move_key_to_the_end(table_name regclass, key name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    definition text := pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.conrelid = table_name AND c.conname = key;
BEGIN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', table_name, key);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', table_name, key, definition);
END
$$;

-- Refused: a service or a customer with bookings, a plan in use.
SELECT pg_temp.outcome(format('DELETE FROM services WHERE id = %L', :'haircut')) AS service;
SELECT pg_temp.outcome(format('DELETE FROM customers WHERE id = %L', :'carl_at_salon')) AS customer;
SELECT pg_temp.outcome('DELETE FROM subscription_plans') AS plan;

-- In one statement: a business, all of them, a tenant.
SAVEPOINT before;
DELETE FROM businesses WHERE id = :'salon';
SELECT pg_temp.rows_left();
ROLLBACK TO before;
DELETE FROM businesses;
SELECT pg_temp.rows_left();
ROLLBACK TO before;
DELETE FROM tenants WHERE id = :'alpha';
SELECT pg_temp.rows_left();
ROLLBACK TO before;

-- It works in whatever order the keys were created (a restore creates them in its own), and the refusals stay.
SELECT pg_temp.move_key_to_the_end('bookings', 'bookings_business_fkey');
SELECT pg_temp.outcome(format('DELETE FROM services WHERE id = %L', :'haircut')) AS service;
DELETE FROM tenants WHERE id = :'alpha';
SELECT pg_temp.rows_left();
ROLLBACK TO before;
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN SELECT conrelid::regclass AS table_name, conname FROM pg_constraint
               WHERE confrelid = 'businesses'::regclass AND conname <> 'bookings_business_fkey' AND conparentid = 0 LOOP
        PERFORM pg_temp.move_key_to_the_end(key.table_name, key.conname);
    END LOOP;
END
$$;
DELETE FROM tenants WHERE id = :'alpha';
SELECT pg_temp.rows_left();
ROLLBACK TO before;

-- An employee goes, the bookings stay; a user goes, customer records and bookings stay.
DELETE FROM employees WHERE id = :'anna_at_salon';
SELECT employee_id, resource_id FROM bookings WHERE business_id = :'salon' ORDER BY start_time;
SELECT pg_temp.rows_left();
ROLLBACK TO before;
DELETE FROM users WHERE id = :'carl';
SELECT user_id FROM customers;
SELECT booked_by_user_id FROM bookings;
SELECT pg_temp.rows_left();
ROLLBACK TO before;
DELETE FROM users;
SELECT pg_temp.rows_left();
ROLLBACK TO before;

-- A category goes, the service stays; a booking goes, the one that replaced it stays.
DELETE FROM service_categories;
SELECT business_id IS NOT NULL AS business, category_id FROM services;
DELETE FROM bookings WHERE id = :'first_booking';
SELECT business_id IS NOT NULL AS business, rescheduled_from_booking_id FROM bookings WHERE id = :'second_booking';
-- Without bookings a service and a customer go, and so does a plan that nobody has.
DELETE FROM bookings;
DELETE FROM services;
DELETE FROM customers;
DELETE FROM tenant_subscriptions;
DELETE FROM subscription_plans;
SELECT pg_temp.rows_left();

ROLLBACK;
