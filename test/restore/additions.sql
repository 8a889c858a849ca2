-- What an application's own migrations add to our tables: it must survive a dump and restore like the rows.
-- Read by run.sh; none of the statements runs in a transaction block (a new enum label is usable only after commit).

ALTER TABLE services ADD COLUMN colour text DEFAULT 'blue' CONSTRAINT services_colour_valid CHECK (colour <> '');
UPDATE services SET colour = 'red' WHERE name = 'Cut';
CREATE INDEX customers_phone_idx ON customers (phone) WHERE phone IS NOT NULL;
COMMENT ON COLUMN services.colour IS 'the user''s own column';
COMMENT ON TABLE customers IS 'the user''s own words';
CREATE POLICY services_public_read ON services FOR SELECT USING (NOT is_private);
ALTER POLICY customers_delete ON customers USING (is_system_admin());
ALTER TYPE booking_status_type_v1 ADD VALUE 'waitlisted' AFTER 'pending';
-- It occupies time (S11), so it goes where time is free.
UPDATE bookings SET status = 'waitlisted', start_time = start_time + interval '7 days', end_time = end_time + interval '7 days' WHERE status = 'cancelled';
CREATE TABLE invoices (booking_id uuid PRIMARY KEY REFERENCES bookings (id), amount numeric);
INSERT INTO invoices SELECT id, 10 FROM bookings;
CREATE VIEW agenda AS SELECT b.start_time, b.status, c.name FROM bookings b JOIN customers c ON c.id = b.customer_id;
GRANT SELECT ON services, bookings TO PUBLIC;
