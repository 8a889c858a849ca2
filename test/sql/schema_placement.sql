-- Everything works in a schema of any name, with the required extensions in another, for an owner and an application's role
-- that are no superusers.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
\set VERBOSITY terse
BEGIN;
DROP EXTENSION bookmeatoz CASCADE;
CREATE SCHEMA extensions;
ALTER EXTENSION "uuid-ossp" SET SCHEMA extensions;
ALTER EXTENSION btree_gist SET SCHEMA extensions;
CREATE SCHEMA "50% off = half";
CREATE EXTENSION bookmeatoz SCHEMA "50% off = half";
SET LOCAL search_path = "50% off = half";
SELECT n.nspname, count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname IN (SELECT name FROM bookmeatoz_objects()) AND n.nspname = '50% off = half' GROUP BY n.nspname;

CREATE ROLE regress_bookmeatoz_owner;
CREATE ROLE regress_bookmeatoz_app;
SELECT bookmeatoz_set_owner('regress_bookmeatoz_owner');
SET LOCAL ROLE regress_bookmeatoz_owner;
DROP TABLE notifications;
DROP POLICY services_select ON services;
SELECT bookmeatoz_install_schema();
SELECT bookmeatoz_install_schema();
SELECT bookmeatoz_grant_staff_role('regress_bookmeatoz_app');
SELECT bookmeatoz_revoke_staff_role('regress_bookmeatoz_app');
SELECT bookmeatoz_grant_auth_role('regress_bookmeatoz_app');
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
SELECT bookmeatoz_force_row_security(true);
SELECT bookmeatoz_force_row_security(false);
SELECT purge_expired_tokens();
INSERT INTO tenants (name, subdomain) VALUES ('Alpha', 'alpha') RETURNING id AS alpha \gset
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'alpha', 'Salon', 'salon') RETURNING id AS salon \gset
INSERT INTO working_hours (business_id, day_of_week, start_time, end_time) VALUES (:'salon', 1, '09:00', '10:00');

-- Also with a search_path of its own: what the functions name is qualified.
SET LOCAL ROLE regress_bookmeatoz_app;
SET LOCAL search_path = '';
SET LOCAL app.current_business_id = :'salon';
INSERT INTO "50% off = half".services (business_id, name, duration) VALUES (:'salon', 'Haircut', 30) RETURNING id AS haircut, currency \gset
INSERT INTO "50% off = half".customers (business_id, name, email) VALUES (:'salon', 'Carl', 'CARL@example.org') RETURNING id AS carl \gset
INSERT INTO "50% off = half".bookings (business_id, customer_id, service_id, start_time)
VALUES (:'salon', :'carl', :'haircut', '2030-01-07 09:00+00') RETURNING end_time - start_time AS lasts, resource_id = :'salon' AS salon;
SELECT slot_start, remaining_capacity FROM "50% off = half".find_available_slots(:'haircut', '2030-01-07 09:00+00', '2030-01-07 10:00+00', as_of => '2030-01-01');
SELECT status FROM "50% off = half".book_slot(:'haircut', '2030-01-07 09:30+00', :'carl');
SELECT s.name, s.currency, c.email FROM "50% off = half".services s, "50% off = half".customers c;
ROLLBACK;
RESET client_min_messages;
