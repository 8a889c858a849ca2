-- Who sees what: a small table of rights by hand, with the extension in a schema of its own, owned by a role that is no superuser.
-- The most specific part of the context decides: admin, business, tenant, user, none.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\set ECHO all

-- No context: nothing but the plans on offer.
SET ROLE regress_access_app;
SELECT * FROM visible();

-- User contexts: a customer, an employee, one whose role at the clinic was revoked, an administrator, nobody at all.
BEGIN;
CALL act(NULL, NULL, 'carl');
SELECT * FROM visible();
CALL act(NULL, NULL, 'anna');
SELECT * FROM visible();
CALL act(NULL, NULL, 'rita');
SELECT * FROM visible();
CALL act(NULL, NULL, 'tina');
SELECT * FROM visible();
CALL act(NULL, NULL, 'unknown');
SELECT * FROM visible();

-- Business contexts: alone, with its tenant, with a user, with a user from elsewhere; unknown; with a foreign tenant.
CALL act(NULL, 'salon', NULL);
SELECT * FROM visible();
CALL act('alpha', 'salon', NULL);
SELECT * FROM visible();
CALL act('alpha', 'salon', 'anna');
SELECT * FROM visible() WHERE "table" IN ('users', 'notifications', 'businesses');
CALL act(NULL, 'salon', 'dora');
SELECT * FROM visible() WHERE "table" IN ('users', 'notifications', 'businesses', 'employees');
CALL act(NULL, 'unknown', NULL);
SELECT * FROM visible();
CALL act('beta', 'salon', NULL);
SELECT * FROM visible();
CALL act('beta', 'salon', 'anna');
SELECT * FROM visible();
CALL act('unknown', 'salon', 'anna');
SELECT * FROM visible();

-- Tenant contexts: of two businesses, of one, of none, with a user, unknown.
CALL act('alpha', NULL, NULL);
SELECT * FROM visible();
CALL act('beta', NULL, NULL);
SELECT * FROM visible();
CALL act('gamma', NULL, NULL);
SELECT * FROM visible();
CALL act('alpha', NULL, 'carl');
SELECT * FROM visible() WHERE "table" IN ('users', 'notifications', 'bookings');
CALL act('unknown', NULL, NULL);
SELECT * FROM visible();
COMMIT;
SELECT * FROM visible();

-- The flag by a role that may not have it, and by one that may: then all, whatever else is set.
CALL act(NULL, NULL, NULL, true);
SET ROLE regress_access_operator;
BEGIN;
CALL act('beta', 'salon', 'anna', true);
SELECT * FROM visible();
COMMIT;

-- The flag left on by the operator is worth nothing to the next role.
SET app.is_system_admin = on;
RESET ROLE;
SET ROLE regress_access_app;
SELECT * FROM visible();
SET app.is_system_admin = off;
RESET ROLE;

-- FORCE ROW LEVEL SECURITY changes nothing for the application.
CALL force_row_security('FORCE');
SET ROLE regress_access_app;
BEGIN;
CALL act(NULL, NULL, 'carl');
SELECT * FROM visible();
CALL act('alpha', 'salon', NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'tenants', 'bookings');
CALL act('alpha', NULL, NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'tenants', 'bookings');
COMMIT;

-- The owner of the data is then bound too.
SET ROLE regress_access_owner;
BEGIN;
CALL act('alpha', NULL, NULL);
SELECT count(*) FROM bookings;
COMMIT;
RESET ROLE;
CALL force_row_security('NO FORCE');

-- The predicates for a policy: what the planner may assume of them.
SELECT proname, provolatile, proparallel, proleakproof, proisstrict FROM pg_proc
WHERE pronamespace = 'booking'::regnamespace AND proname ~ '^can_' ORDER BY proname COLLATE "C";

\set ECHO none
\i :access_end
