-- S15, S19: a hold that has expired has no seat. Who books the last one, by a function or by INSERT, clears it away and takes its seat.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
BEGIN;
INSERT INTO tenants (name, subdomain) VALUES ('Expired', 'expired-seats') RETURNING id AS tenant \gset
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'tenant', 'Gym', 'expired-gym') RETURNING id AS gym \gset
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) SELECT :'gym', day, '00:00', '24:00' FROM generate_series(0, 6) day;
INSERT INTO services (business_id, name, duration, settings) VALUES (:'gym', 'Class', 60, '{"capacity": 3}') RETURNING id AS class \gset
INSERT INTO customers (business_id, name) VALUES (:'gym', 'Carol') RETURNING id AS carol \gset
-- Seats 1 to 3; those of the first two are holds, which then expire.
INSERT INTO bookings (business_id, service_id, start_time, hold_expires_at) SELECT :'gym', :'class', '2040-01-02 10:00+00', now() + interval '1 hour' FROM generate_series(1, 2);
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'gym', :'carol', :'class', '2040-01-02 10:00+00', 'confirmed');
ALTER TABLE bookings DISABLE TRIGGER bookings_guard;
UPDATE bookings SET hold_expires_at = now() - interval '1 minute' WHERE business_id = :'gym' AND status = 'pending';
ALTER TABLE bookings ENABLE TRIGGER bookings_guard;
SELECT remaining_capacity FROM find_available_slots(:'class', '2040-01-02 10:00+00', '2040-01-02 10:01+00');
SELECT status FROM book_slot(:'class', '2040-01-02 10:00+00', :'carol');
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'gym', :'carol', :'class', '2040-01-02 10:00+00', 'confirmed');
SELECT seat, status FROM bookings WHERE business_id = :'gym' ORDER BY seat;
-- Now all are taken: the function and the INSERT are refused.
SAVEPOINT full_class;
\set VERBOSITY sqlstate
SELECT FROM book_slot(:'class', '2040-01-02 10:00+00', :'carol');
ROLLBACK TO full_class;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status) VALUES (:'gym', :'carol', :'class', '2040-01-02 10:00+00', 'confirmed');
ROLLBACK;
