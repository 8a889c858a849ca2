-- One business of four employees, open day and night, without bookings; and a table that is as bookings is, without the guard, for the ways
-- to book that bring their own protection. Called by ./dev bench booking.

SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;

CREATE FUNCTION id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;
INSERT INTO tenants (id, name, subdomain) VALUES (id('tenant'), 'Tenant', 'tenant');
INSERT INTO businesses (id, tenant_id, name, slug) VALUES (id('business'), id('tenant'), 'Business', 'business');
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT id('business'), day, '00:00', '24:00' FROM generate_series(0, 6) AS day;
INSERT INTO services (id, business_id, name, duration) VALUES (id('service'), id('business'), 'Service', 30);
INSERT INTO customers (id, business_id, name) VALUES (id('customer'), id('business'), 'Customer');
INSERT INTO users (id, email) SELECT id('employee' || n), n || '@example.com' FROM generate_series(1, 4) AS n;
INSERT INTO employees (id, user_id, business_id) SELECT id, id, id('business') FROM users;
INSERT INTO employee_services (employee_id, service_id) SELECT id, id('service') FROM employees;

-- The same columns, indexes and foreign keys, so that the same work is done; without the trigger, without what only the guard has.
CREATE TABLE plain_bookings (LIKE bookings INCLUDING ALL);
DO $$
DECLARE
    definition text;
    name       text;
BEGIN
    FOR definition IN SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'bookings'::regclass AND contype = 'f' LOOP
        EXECUTE 'ALTER TABLE plain_bookings ADD ' || definition;
    END LOOP;
    SELECT conname INTO STRICT name FROM pg_constraint WHERE conrelid = 'plain_bookings'::regclass AND contype = 'x';
    EXECUTE format('ALTER TABLE plain_bookings DROP CONSTRAINT %I', name);
    SELECT indexrelid::regclass INTO STRICT name FROM pg_index
     WHERE indrelid = 'plain_bookings'::regclass AND pg_get_indexdef(indexrelid) LIKE '%(session_key, seat)%';
    EXECUTE format('DROP INDEX %s', name);
END
$$;
ALTER TABLE plain_bookings DROP COLUMN busy, DROP COLUMN resource_id, DROP COLUMN session_key, DROP COLUMN seat;

-- The moment of a slot: they start every 15 minutes.
CREATE FUNCTION slot_start(slot integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT timestamptz '2030-01-01 00:00Z' + slot * interval '15 minutes' $$;

-- pgbench ends a client at an error; so a refusal becomes an answer.
CREATE FUNCTION try_book_slot(employee_id uuid, slot_start timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM book_slot(id('service'), slot_start, id('customer'), employee_id);
    RETURN true;
EXCEPTION WHEN exclusion_violation THEN
    RETURN false;
END
$$;

-- Writing what happened is no protection: the log would be ours alone.
SELECT bookmeatoz_disable_audit('bookings');

-- What was booked before, so that every query is planned for a table that is in use.
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
SELECT id('business'), id('customer'), id('service'), e.id, timestamptz '2027-01-01 00:00Z' + n * interval '45 minutes', 'confirmed'
  FROM employees AS e, generate_series(0, 9999) AS n;
INSERT INTO plain_bookings (business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes)
SELECT business_id, customer_id, service_id, employee_id, start_time, end_time, status, buffer_before_minutes, buffer_after_minutes FROM bookings;
VACUUM ANALYZE;
