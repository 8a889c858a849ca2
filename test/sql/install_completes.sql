-- What bookmeatoz_install_schema() puts back works at once: row security with policies and triggers, and the guard over bookings that
-- were written while its trigger was missing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
\set VERBOSITY terse
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all
\pset format unaligned
CREATE ROLE regress_completes_owner;
SELECT bookmeatoz_set_owner('regress_completes_owner');

-- A table that was restored alone has its policies and no row security. (Where nothing of ours is missing, what the owner switched off stays off.)
ALTER TABLE services DISABLE ROW LEVEL SECURITY;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
ALTER TABLE tenants DISABLE ROW LEVEL SECURITY;
DROP POLICY services_select ON services;
DROP TRIGGER customers_set_timestamp ON customers;
SELECT bookmeatoz_install_schema();
SELECT relname, relrowsecurity FROM pg_class WHERE oid IN ('services'::regclass, 'customers'::regclass, 'tenants'::regclass) ORDER BY relname COLLATE "C";
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;

-- Rows that the guard wrote are left as they are, whatever it is that comes back.
SELECT count(*) > 2 AS bookings FROM bookings;
CREATE TEMP TABLE versions AS SELECT id, ctid AS version FROM bookings;
DROP TRIGGER bookings_guard ON bookings;
SELECT bookmeatoz_install_schema();
SELECT count(*) AS rewritten FROM bookings b JOIN versions v USING (id) WHERE b.ctid <> v.version;

-- Without the guard bookings are moved, lose their employee, and one is written by hand. They get their resource, key and seat anew.
SAVEPOINT before;
ALTER TABLE bookings DROP COLUMN busy CASCADE;
DROP TRIGGER bookings_guard ON bookings;
UPDATE bookings SET start_time = '2031-03-03 09:00+00', end_time = '2031-03-03 10:00+00' WHERE id = :'first_booking';
UPDATE bookings SET employee_id = NULL, start_time = '2031-03-03 09:00+00', end_time = '2031-03-03 10:00+00' WHERE id = :'second_booking';
INSERT INTO bookings (id, business_id, service_id, start_time, end_time, status, hold_expires_at, buffer_before_minutes, buffer_after_minutes, session_key, seat)
SELECT '00000000-0000-4000-8000-000000000204', business_id, service_id, start_time, end_time, 'pending', '2001-01-01', 0, 0, business_id, 1 FROM bookings WHERE id = :'first_booking';
SELECT bookmeatoz_force_row_security(true);
SELECT bookmeatoz_install_schema();
SELECT bookmeatoz_force_row_security(false);
SELECT b.id = :'first_booking' AS first, resource_id = employee_id AS of_the_employee, seat, overbooked,
       substr(sha256(uuid_send(coalesce(resource_id, id)) || uuid_send(service_id) || timestamptz_send(start_time) || timestamptz_send(end_time)), 1, 16)
       = uuid_send(session_key) AS own_key
FROM bookings b WHERE start_time >= '2031-03-03' ORDER BY id = :'first_booking' DESC;
SELECT bookmeatoz_install_schema();
ROLLBACK TO before;

-- What collides is said, and nothing is changed: which of the two stays is for people to decide.
DROP TRIGGER bookings_guard ON bookings;
UPDATE bookings SET start_time = '2030-01-07 09:01+00', end_time = '2030-01-07 09:31+00', resource_id = :'salon' WHERE id = :'second_booking';
\set VERBOSITY sqlstate
SELECT bookmeatoz_install_schema();
ROLLBACK TO before;
ROLLBACK;

-- A table that was restored alone, by a superuser and without its owner, in a database under FORCE: it gets the owner and the FORCE of the others.
BEGIN;
\set ECHO none
\i :two_tenants
\set ECHO all
\set VERBOSITY terse
CREATE ROLE regress_completes_owner;
CREATE ROLE regress_completes_other;
SELECT bookmeatoz_set_owner('regress_completes_owner');
SELECT bookmeatoz_force_row_security(true);
SAVEPOINT before;
CREATE TEMP TABLE kept AS SELECT * FROM notifications;
DROP TABLE notifications;
CREATE TABLE notifications (LIKE kept);
SELECT replace(finding, format('role %I,', session_user), 'the superuser,') AS finding FROM bookmeatoz_verify()
    WHERE finding ~ 'notifications' AND finding ~ 'belongs|forced|row security';
SELECT line FROM bookmeatoz_install_schema() line WHERE line !~ '^created (policy|constraint|index)';
SELECT relowner::regrole, relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'notifications'::regclass;
SELECT finding FROM bookmeatoz_verify() WHERE finding ~ 'notifications';
-- The owner itself cannot take a table from another, nor does a superuser take one from a third role.
ROLLBACK TO before;
CREATE ROLE regress_completes_superuser SUPERUSER;
ALTER TABLE notifications OWNER TO regress_completes_superuser;
SET ROLE regress_completes_owner;
SELECT * FROM bookmeatoz_install_schema();
ROLLBACK TO before;
ALTER TABLE notifications OWNER TO regress_completes_other;
SELECT * FROM bookmeatoz_install_schema();
ROLLBACK TO before;
SELECT bookmeatoz_force_row_security(false);

-- Partitions, and a trigger that is to fire ALWAYS: pg_restore --disable-triggers makes an ordinary one of it.
SAVEPOINT before;
ALTER TABLE businesses DISABLE TRIGGER ALL, ENABLE TRIGGER ALL;
ALTER TABLE audit_logs_default DISABLE ROW LEVEL SECURITY;
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
SELECT * FROM bookmeatoz_install_schema();
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
-- One that the owner has disabled stays so, and it is said.
ALTER TABLE businesses DISABLE TRIGGER businesses_changed;
SELECT left(line, 70) FROM bookmeatoz_install_schema() line;
ROLLBACK TO before;

-- NOT NULL and defaults come back, unless they were changed, or a NULL is in the way.
ALTER TABLE services ALTER name DROP NOT NULL, ALTER is_private DROP DEFAULT, ALTER currency SET DEFAULT 'EUR';
ALTER TABLE customers ALTER name DROP NOT NULL;
UPDATE customers SET name = NULL WHERE id = :'carl_at_salon';
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
SELECT * FROM bookmeatoz_install_schema();
UPDATE customers SET name = 'Carl' WHERE id = :'carl_at_salon';
ALTER TABLE services ALTER currency SET DEFAULT '';
SELECT * FROM bookmeatoz_install_schema();
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
-- DROP EXTENSION of what our defaults call.
DROP EXTENSION "uuid-ossp" CASCADE;
CREATE EXTENSION bookmeatoz CASCADE;
SELECT bookmeatoz_set_owner('regress_completes_owner');
SELECT count(*) FILTER (WHERE line ~ '^created default of id on') AS defaults, count(*) FILTER (WHERE line ~ '^left') AS left FROM bookmeatoz_install_schema() line;
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
ROLLBACK TO before;

-- A policy of the user's for everybody keeps ours away, one for another role does not.
DROP POLICY customers_select ON customers;
DROP POLICY customers_delete ON customers;
CREATE POLICY readers ON customers FOR SELECT TO regress_completes_other USING (true);
CREATE POLICY nobody ON customers FOR DELETE USING (false);
SELECT * FROM bookmeatoz_install_schema();
ROLLBACK;

-- DROP EXTENSION ... CASCADE takes the rights on functions. Those on tables tell which role had which duty: one call brings all back.
BEGIN;
\set ECHO none
\i :two_tenants
\set ECHO all
CREATE ROLE regress_completes_owner;
CREATE ROLE regress_completes_app;
CREATE ROLE regress_completes_staff;
CREATE ROLE regress_completes_auth;
CREATE ROLE regress_completes_reader;
SELECT bookmeatoz_set_owner('regress_completes_owner');
SET ROLE regress_completes_owner;
SELECT bookmeatoz_grant_app_role('regress_completes_app'), bookmeatoz_grant_staff_role('regress_completes_staff'), bookmeatoz_grant_auth_role('regress_completes_auth');
GRANT SELECT ON bookings TO regress_completes_reader;
RESET ROLE;
SELECT * FROM bookmeatoz_application_roles();
SELECT finding FROM bookmeatoz_verify() WHERE severity = 'error';
CREATE TEMP VIEW rights AS
SELECT p.proname AS name, pg_get_userbyid(acl.grantee) AS grantee, acl.privilege_type, acl.is_grantable, pg_get_userbyid(acl.grantor) AS grantor
FROM pg_proc p CROSS JOIN aclexplode(p.proacl) acl WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(acl.grantee) ~ 'regress_completes_(app|staff|auth)'
UNION ALL
SELECT c.relname || coalesce('.' || a.attname, ''), pg_get_userbyid(acl.grantee), acl.privilege_type, acl.is_grantable, pg_get_userbyid(acl.grantor)
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL CROSS JOIN aclexplode(coalesce(a.attacl, c.relacl)) acl
WHERE c.relnamespace = 'public'::regnamespace AND pg_get_userbyid(acl.grantee) ~ 'regress_completes_';
CREATE TEMP TABLE rights_before AS SELECT * FROM rights;
DROP EXTENSION bookmeatoz CASCADE;
CREATE EXTENSION bookmeatoz;
SELECT bookmeatoz_set_owner('regress_completes_owner');
SELECT line FROM bookmeatoz_install_schema() line WHERE line !~ '^created';
SELECT * FROM bookmeatoz_application_roles();
SELECT count(*) > 5 AS lost FROM (TABLE rights_before EXCEPT TABLE rights) r;
SELECT * FROM bookmeatoz_regrant_roles();
TABLE rights_before EXCEPT TABLE rights;
TABLE rights EXCEPT TABLE rights_before;
SELECT * FROM bookmeatoz_install_schema();
-- The owner may call it too, and revoke what it gave.
SET ROLE regress_completes_owner;
SELECT * FROM bookmeatoz_regrant_roles();
SELECT bookmeatoz_revoke_staff_role('regress_completes_staff');
SELECT * FROM bookmeatoz_application_roles();
SET ROLE regress_completes_app;
SELECT * FROM bookmeatoz_regrant_roles();
ROLLBACK;
