-- What the database fills in and protects by itself.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set VERBOSITY terse
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all

-- Names that are compared are stored in lower case.
UPDATE tenants SET subdomain = 'Alpha-1' WHERE id = :'alpha' RETURNING subdomain;
UPDATE businesses SET slug = 'The-SALON', subdomain = 'SALON' WHERE id = :'salon' RETURNING slug, subdomain;
UPDATE users SET email = 'ANNA@Example.ORG' WHERE id = :'anna' RETURNING email;
UPDATE customers SET email = 'IRIS@example.org' WHERE id = :'carl_at_salon' RETURNING email;
UPDATE customers SET email = NULL WHERE id = :'carl_at_salon' RETURNING email;

-- A business that is not given comes from the employee; one that is given is kept and checked.
SELECT business_id = :'salon' AS salon FROM employee_services WHERE service_id = :'haircut';
SELECT business_id = :'salon' AS salon FROM employee_availability_overrides;
SELECT business_id = :'salon' AS salon, employee_id IS NULL AS default FROM working_hours;
SAVEPOINT before;
INSERT INTO employee_services (employee_id, service_id) VALUES (:'alpha', :'haircut');
ROLLBACK TO before;
INSERT INTO working_hours (day_of_week, is_off) VALUES (0, true);
ROLLBACK TO before;

-- A service's price is in its business's currency unless it says otherwise.
SELECT name, currency FROM services ORDER BY name;
INSERT INTO services (business_id, name, duration, currency) VALUES (:'salon', 'Shave', 15, 'CHF') RETURNING currency;

-- Defaults.
SELECT name, status, settings FROM tenants WHERE id = :'alpha';
SELECT status, profile, email_verified, last_login_at, system_role FROM users WHERE id = :'anna';
SELECT status, settings FROM businesses WHERE id = :'salon';
SELECT employment_status, settings FROM employees WHERE id = :'anna_at_salon';
SELECT status, price, is_private, settings FROM services WHERE id = :'haircut';
SELECT metadata, reminder_sent_24h, reminder_sent_1h, overbooked, hold_expires_at FROM bookings WHERE id = :'first_booking';

-- updated_at follows every change, whatever the statement says.
UPDATE tenants SET updated_at = '2000-01-01' WHERE id = :'alpha' RETURNING updated_at = now() AS now;
UPDATE bookings SET notes = 'x', updated_at = '2000-01-01' RETURNING updated_at = now() AS now;

-- Expired tokens: one in each of the three tables.
SELECT purge_expired_tokens();
SELECT purge_expired_tokens();
SELECT (SELECT count(*) FROM token_blacklist), (SELECT count(*) FROM password_resets), (SELECT count(*) FROM email_verifications);

ROLLBACK;
