-- Two businesses of two tenants, and beside bookings the tables that it is compared with: the document's, and bookings without one part
-- after another. All have the same rows: :bookings of history before the measurement. Called by ./dev bench writes.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION bookmeatoz CASCADE;

CREATE FUNCTION id(kind text, a bigint DEFAULT 0) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ' ' || a)::uuid $$;
INSERT INTO tenants (id, name, subdomain) SELECT id('tenant', b), 'Tenant ' || b, 'tenant-' || b FROM generate_series(1, 2) AS b;
INSERT INTO businesses (id, tenant_id, name, slug, timezone)
SELECT id('business', b), id('tenant', b), 'Business ' || b, 'business-' || b, 'Europe/Berlin' FROM generate_series(1, 2) AS b;
INSERT INTO services (id, business_id, name, duration, settings)
SELECT id('service', b), id('business', b), 'Service', 30, '{}'::jsonb FROM generate_series(1, 2) AS b
UNION ALL
SELECT id('limited', b), id('business', b), 'Service with a limit', 30, '{"max_bookings_per_day": 200}' FROM generate_series(1, 2) AS b;
INSERT INTO customers (id, business_id, name) SELECT id('customer', n), id('business', 1 + n / 1000), 'Customer ' || n FROM generate_series(0, 1999) AS n;
INSERT INTO users (id, email) SELECT id('employee', n), n || '@example.com' FROM generate_series(0, 199) AS n;
INSERT INTO employees (id, user_id, business_id) SELECT id('employee', n), id('employee', n), id('business', 1 + n / 100) FROM generate_series(0, 199) AS n;
INSERT INTO employee_services (employee_id, service_id, business_id)
SELECT e.id, s.id, s.business_id FROM employees AS e JOIN services AS s USING (business_id);
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time)
SELECT id('business', b), day, '00:00', '24:00' FROM generate_series(1, 2) AS b, generate_series(0, 6) AS day;

-- What the document has: its columns, foreign keys, checks, and the primary key with seven indexes.
CREATE TABLE seed_bookings (
    id                          uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    business_id                 uuid NOT NULL REFERENCES businesses ON DELETE CASCADE,
    customer_id                 uuid NOT NULL REFERENCES customers ON DELETE RESTRICT,
    service_id                  uuid NOT NULL REFERENCES services ON DELETE RESTRICT,
    employee_id                 uuid REFERENCES employees ON DELETE SET NULL,
    start_time                  timestamptz NOT NULL,
    end_time                    timestamptz NOT NULL,
    status                      booking_status_type_v1 NOT NULL DEFAULT 'pending',
    notes                       text,
    metadata                    jsonb NOT NULL DEFAULT '{}',
    booked_by_user_id           uuid REFERENCES users ON DELETE SET NULL,
    cancellation_reason         text,
    rescheduled_from_booking_id uuid REFERENCES seed_bookings ON DELETE SET NULL,
    reminder_sent_24h           boolean NOT NULL DEFAULT false,
    reminder_sent_1h            boolean NOT NULL DEFAULT false,
    created_at                  timestamptz NOT NULL DEFAULT now(),
    updated_at                  timestamptz NOT NULL DEFAULT now(),
    CHECK (end_time > start_time)
);
CREATE INDEX ON seed_bookings (business_id, start_time);
CREATE INDEX ON seed_bookings (employee_id, start_time);
CREATE INDEX ON seed_bookings (customer_id);
CREATE INDEX ON seed_bookings (service_id);
CREATE INDEX ON seed_bookings (booked_by_user_id);
CREATE INDEX ON seed_bookings (rescheduled_from_booking_id);
CREATE INDEX ON seed_bookings (status);
CREATE TRIGGER set_timestamp BEFORE UPDATE ON seed_bookings FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamp();

-- bookings without trigger: with all of its indexes, then with its foreign keys too, then with its constraint too.
CREATE TABLE indexed_bookings (LIKE bookings INCLUDING ALL);
CREATE TABLE keyed_bookings (LIKE bookings INCLUDING ALL);
CREATE TABLE exclusive_bookings (LIKE bookings INCLUDING ALL);
DO $$
DECLARE
    target     regclass;
    definition text;
    name       text;
BEGIN
    FOREACH target IN ARRAY ARRAY['indexed_bookings', 'keyed_bookings', 'exclusive_bookings'] LOOP
        EXECUTE format('CREATE TRIGGER set_timestamp BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamp()', target);
        IF target <> 'exclusive_bookings'::regclass THEN
            SELECT conname INTO STRICT name FROM pg_constraint WHERE conrelid = target AND contype = 'x';
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, name);
        END IF;
        CONTINUE WHEN target = 'indexed_bookings'::regclass;
        FOR definition IN SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'bookings'::regclass AND contype = 'f' LOOP
            EXECUTE format('ALTER TABLE %s ADD %s', target, definition);
        END LOOP;
    END LOOP;
END
$$;

-- Booking n of business b that begins on a day: one of a hundred employees, and of a thousand customers, every 45 minutes.
CREATE FUNCTION some_bookings(b integer, count integer, first_day timestamptz)
RETURNS TABLE (id uuid, business_id uuid, customer_id uuid, service_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz)
LANGUAGE sql AS $$
    SELECT id('booking ' || first_day, b * 100000000::bigint + n), id('business', b), id('customer', (b - 1) * 1000 + n * 7 % 1000), id('service', b),
           id('employee', (b - 1) * 100 + n % 100), first_day + n / 100 * interval '45 minutes', first_day + n / 100 * interval '45 minutes' + interval '30 minutes'
      FROM generate_series(0, count - 1) AS n
$$;

-- History goes into bookings by its own guard, and from there into the others.
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status)
SELECT id, business_id, customer_id, service_id, employee_id, start_time, end_time, 'completed'
  FROM some_bookings(1, :bookings, '2000-01-01 00:00Z');
INSERT INTO seed_bookings (id, business_id, customer_id, service_id, employee_id, start_time, end_time, status)
SELECT id, business_id, customer_id, service_id, employee_id, start_time, end_time, status FROM bookings;
DO $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
                      WHERE attrelid = 'bookings'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
    target  text;
BEGIN
    FOREACH target IN ARRAY ARRAY['indexed_bookings', 'keyed_bookings', 'exclusive_bookings'] LOOP
        EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM bookings', target, columns);
    END LOOP;
END
$$;
VACUUM ANALYZE;
