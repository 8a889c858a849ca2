-- bookmeatoz_verify() finds what weakens tenant isolation, and nothing in a sound database. Here its words and who is asking;
-- more than a hundred weakenings are in test/row_security/test_verify.py.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE ROLE regress_verify_owner;
CREATE ROLE regress_verify_app;
CREATE ROLE regress_verify_auth;
CREATE ROLE regress_verify_other;
CREATE ROLE regress_verify_bypass BYPASSRLS;
DO $$ BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
SELECT bookmeatoz_set_owner('regress_verify_owner');
SELECT bookmeatoz_grant_app_role('regress_verify_app');
SELECT bookmeatoz_grant_auth_role('regress_verify_auth');

-- The application's roles: nothing.
SET SESSION AUTHORIZATION regress_verify_app;
SELECT * FROM bookmeatoz_verify();
SET SESSION AUTHORIZATION regress_verify_auth;
SELECT * FROM bookmeatoz_verify();

-- Whom row security does not bind, or not for long.
SET SESSION AUTHORIZATION regress_verify_owner;
SELECT * FROM bookmeatoz_verify();
SELECT bookmeatoz_force_row_security(true);
SELECT * FROM bookmeatoz_verify();
SELECT bookmeatoz_force_row_security(false);
SET SESSION AUTHORIZATION regress_verify_bypass;
SELECT * FROM bookmeatoz_verify();
SET ROLE NONE;
RESET SESSION AUTHORIZATION;
GRANT regress_verify_app TO regress_verify_bypass;
SET SESSION AUTHORIZATION regress_verify_bypass;
SET ROLE regress_verify_app;
SELECT * FROM bookmeatoz_verify();
RESET SESSION AUTHORIZATION;
GRANT regress_verify_owner TO regress_verify_app;
SET SESSION AUTHORIZATION regress_verify_app;
SELECT * FROM bookmeatoz_verify();
RESET SESSION AUTHORIZATION;
REVOKE regress_verify_owner FROM regress_verify_app;
SELECT replace(finding, current_user, '(current user)') FROM bookmeatoz_verify() ORDER BY finding ~ 'preload';
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = ''auto_explain, bookmeatoz''', current_database());
END $$;
SELECT finding FROM bookmeatoz_verify() WHERE finding ~ 'preload';

-- What is missing or switched off, and what was added.
ALTER TABLE bookings DROP CONSTRAINT bookings_no_double_booking;
DROP INDEX bookings_one_per_seat;
DROP TRIGGER bookings_guard ON bookings;
ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
DROP POLICY customers_delete ON customers;
ALTER POLICY customers_select ON customers USING (true);
CREATE POLICY mine ON customers USING (true);
CREATE POLICY narrower ON customers AS RESTRICTIVE USING (true);
CREATE VIEW everybody AS SELECT name FROM customers;
CREATE VIEW checked WITH (security_invoker) AS SELECT name FROM customers;
CREATE MATERIALIZED VIEW copied AS SELECT name FROM customers;
DROP TABLE notifications;
ALTER TABLE employees DISABLE TRIGGER ALL;
ALTER TABLE bookings ALTER COLUMN seat SET DEFAULT 1;
ALTER TABLE token_blacklist SET UNLOGGED;
ALTER TABLE customers OWNER TO regress_verify_other;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
ALTER TYPE user_status_type_v1 RENAME VALUE 'invited' TO 'asked';
ALTER TYPE tenant_status_type_v1 ADD VALUE 'trial' BEFORE 'inactive';
CREATE RULE kept AS ON DELETE TO services DO INSTEAD NOTHING;
CREATE TABLE branch () INHERITS (services);
ALTER FUNCTION can_access_business(uuid) NOT LEAKPROOF;
CREATE FUNCTION can_access_business(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
GRANT SELECT, TRUNCATE ON tenants TO regress_verify_auth;
GRANT CREATE ON SCHEMA public TO regress_verify_auth;
GRANT EXECUTE ON FUNCTION may_overbook() TO PUBLIC;
SAVEPOINT before_users;
GRANT SELECT ON users TO regress_verify_app;
SET SESSION AUTHORIZATION regress_verify_app;
SELECT * FROM bookmeatoz_verify();
RESET SESSION AUTHORIZATION;
GRANT SELECT ON users TO PUBLIC;
SELECT * FROM bookmeatoz_verify() WHERE finding ~ 'users';

-- Installing brings back what is missing, once what is another thing is out of the way.
ALTER TYPE user_status_type_v1 RENAME VALUE 'asked' TO 'invited';
ALTER TABLE customers OWNER TO regress_verify_owner;
ALTER TABLE token_blacklist SET LOGGED;
DROP TABLE branch;
DROP RULE kept ON services;
SELECT bookmeatoz_install_schema();
SELECT * FROM bookmeatoz_verify() WHERE finding ~ 'missing';
ROLLBACK;
