-- What the grant functions give a role, and what a role with it can do and cannot: app, staff, auth. Revoking leaves nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\pset format unaligned
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all
CREATE ROLE regress_grants_owner;
CREATE ROLE regress_grants_role;
CREATE ROLE regress_grants_twin;
CREATE ROLE regress_grants_nobody;

-- All that a role was granted: the privileges on each table, or on its columns.
CREATE VIEW granted AS
    SELECT grantee::regrole AS role, object, string_agg(privilege, ', ' ORDER BY privilege COLLATE "C") AS privileges, grantor::regrole AS by
    FROM (SELECT a.grantee, c.oid::regclass::text, a.privilege_type, a.grantor FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
          UNION ALL
          SELECT a.grantee, c.attrelid::regclass::text, format('%s (%s)', a.privilege_type, string_agg(c.attname, ', ' ORDER BY c.attnum)), a.grantor
          FROM pg_attribute c CROSS JOIN aclexplode(c.attacl) a GROUP BY c.attrelid, a.grantee, a.grantor, a.privilege_type
          UNION ALL
          SELECT a.grantee, p.oid::regprocedure::text, a.privilege_type, a.grantor FROM pg_proc p CROSS JOIN aclexplode(p.proacl) a
          UNION ALL
          SELECT a.grantee, 'schema ' || n.nspname, a.privilege_type, a.grantor FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a
         ) acl (grantee, object, privilege, grantor)
    GROUP BY grantee, object, grantor;
GRANT SELECT ON granted TO PUBLIC;
-- As in a schema that is not open to everybody.
REVOKE USAGE ON SCHEMA public FROM PUBLIC;

-- Called by the owner of the data.
SELECT bookmeatoz_set_owner('regress_grants_owner');
SET ROLE regress_grants_owner;
SELECT bookmeatoz_grant_app_role('regress_grants_role');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole ORDER BY object COLLATE "C";

-- Twice is the same as once, and what it had before is gone.
SELECT bookmeatoz_grant_app_role('regress_grants_twin');
GRANT SELECT ON users, token_blacklist TO regress_grants_twin;
GRANT TRUNCATE ON bookings TO regress_grants_twin;
SELECT bookmeatoz_grant_app_role('regress_grants_twin');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole
EXCEPT
SELECT object, privileges FROM granted WHERE role = 'regress_grants_twin'::regrole
ORDER BY object;

-- Staff: the same and the right to overbook.
SELECT bookmeatoz_grant_staff_role('regress_grants_twin');
SELECT bookmeatoz_grant_staff_role('regress_grants_twin');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_twin'::regrole
EXCEPT
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole
ORDER BY object;
SET ROLE regress_grants_twin;
SET LOCAL app.current_business_id = :'salon';
UPDATE bookings SET overbooked = true WHERE id = :'first_booking' RETURNING overbooked;
SET ROLE regress_grants_role;
UPDATE bookings SET overbooked = true WHERE id = :'second_booking';
-- A role has one duty: app takes the right away again.
SET ROLE regress_grants_owner;
SELECT bookmeatoz_grant_app_role('regress_grants_twin');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_twin'::regrole
EXCEPT
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole
ORDER BY object;

-- The app cannot log users in: row security does not even ask whether it may. It sees no hash and no token, and writes neither.
SET ROLE regress_grants_role;
SET LOCAL app.current_business_id = '';
SET LOCAL app.current_user_id = :'carl';
SELECT is_auth_role();
SELECT email FROM users;
SET LOCAL enable_seqscan = off; -- autovacuum may have seen how small the table is
EXPLAIN (COSTS OFF) SELECT id FROM users WHERE email = 'carl@example.org';
RESET enable_seqscan;
SELECT password_hash FROM users;
SELECT FROM token_blacklist;
DELETE FROM password_resets;
INSERT INTO users (email) VALUES ('dora@example.org');
UPDATE users SET status = 'active';
SELECT may_authenticate_users();
SELECT bookmeatoz_grant_auth_role('regress_grants_role');
SELECT bookmeatoz_revoke_app_role('regress_grants_role');

-- Auth: users of all tenants in a few columns, and the tokens; twice is the same as once.
SET ROLE regress_grants_owner;
SELECT bookmeatoz_grant_auth_role('regress_grants_role');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole ORDER BY object COLLATE "C";
SELECT bookmeatoz_grant_app_role('regress_grants_twin');
SELECT bookmeatoz_grant_auth_role('regress_grants_twin');
SELECT bookmeatoz_grant_auth_role('regress_grants_twin');
SELECT object, privileges FROM granted WHERE role = 'regress_grants_twin'::regrole
EXCEPT
SELECT object, privileges FROM granted WHERE role = 'regress_grants_role'::regrole
ORDER BY object;

SET ROLE regress_grants_role;
SET LOCAL app.current_user_id = '';
SELECT is_auth_role();
SELECT id = :'carl' AS carl, password_hash, status, email_verified FROM users WHERE email = 'carl@example.org';
UPDATE users SET password_hash = 'hash', status = 'active', email_verified = true, last_login_at = '2030-01-01 00:00+00'
WHERE email = 'carl@example.org' RETURNING password_hash, status, email_verified;
-- Whatever the context is.
SET LOCAL app.current_business_id = :'studio';
SELECT email FROM users ORDER BY email COLLATE "C";
SELECT profile FROM users;
UPDATE users SET email = 'x@example.org';
UPDATE users SET system_role = 'admin';
INSERT INTO users (email) VALUES ('dora@example.org');
DELETE FROM users;
INSERT INTO token_blacklist (token_hash, user_id, expires_at) VALUES ('another', :'ben', '2200-01-01 00:00+00') RETURNING token_hash;
UPDATE password_resets SET used_at = '2030-01-01 00:00+00' RETURNING token_hash, used_at IS NOT NULL AS used;
DELETE FROM email_verifications RETURNING token_hash;
SELECT FROM tenants;
SELECT FROM businesses;
SELECT FROM customers;
SELECT FROM bookings;
SELECT FROM notifications;
SELECT may_overbook();
SELECT purge_expired_tokens();
-- The e-mail address is looked up by its key.
SET LOCAL enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id, password_hash FROM users WHERE email = 'carl@example.org';
RESET enable_seqscan;
-- A right that is taken away ends in the open session, prepared statements included.
PREPARE login AS SELECT count(*) FROM users;
EXECUTE login;
SET ROLE regress_grants_owner;
REVOKE EXECUTE ON FUNCTION may_authenticate_users() FROM regress_grants_role;
SET ROLE regress_grants_role;
EXECUTE login;
UPDATE users SET status = 'active' RETURNING email;
DEALLOCATE login;

-- Who is a member of both an app and an auth role still changes no protected column that neither may.
RESET ROLE;
SELECT bookmeatoz_grant_app_role('regress_grants_role');
GRANT regress_grants_role, regress_grants_twin TO regress_grants_nobody;
SET ROLE regress_grants_nobody;
SELECT is_auth_role();
SET LOCAL app.current_business_id = '';
SET LOCAL app.current_tenant_id = :'alpha';
UPDATE users SET status = 'suspended' WHERE id = :'ben' RETURNING status;
UPDATE users SET system_role = 'admin' WHERE id = :'ben';
UPDATE tenants SET status = 'suspended';
-- But it is refused as an application's role: it would read the hashes.
RESET ROLE;
SELECT bookmeatoz_grant_app_role('regress_grants_nobody');
REVOKE regress_grants_role, regress_grants_twin FROM regress_grants_nobody;

-- Under FORCE the owner is bound too, and so is who inherits from it: the right to log users in is theirs only to pass on.
GRANT SET ON PARAMETER app.is_system_admin TO regress_grants_owner;
CREATE ROLE regress_grants_heir IN ROLE regress_grants_owner;
SELECT bookmeatoz_force_row_security(true);
SET ROLE regress_grants_owner;
SET LOCAL app.current_tenant_id = '';
SELECT count(*) FROM bookings;
SELECT is_auth_role();
SELECT count(*) FROM users;
SELECT count(*) FROM token_blacklist;
SELECT purge_expired_tokens();
SET LOCAL app.is_system_admin = on;
SELECT count(*) > 0 AS all_users FROM users;
SELECT count(*) FROM token_blacklist;
SET LOCAL app.is_system_admin = off;
SET ROLE regress_grants_heir;
SELECT is_auth_role();
SELECT count(*) FROM users;
SET ROLE regress_grants_twin;
SELECT count(*) FROM users;
SET ROLE regress_grants_owner;
SELECT bookmeatoz_force_row_security(false);
SELECT count(*) FROM bookings;
SELECT bookmeatoz_force_row_security(NULL);
SET ROLE regress_grants_twin;
SELECT bookmeatoz_force_row_security(true);
SET ROLE regress_grants_owner;

-- Revoked by who granted, or by a superuser, whoever granted. Twice does no harm.
SELECT bookmeatoz_revoke_auth_role('regress_grants_twin');
SELECT bookmeatoz_revoke_auth_role('regress_grants_twin');
SELECT bookmeatoz_grant_staff_role('regress_grants_twin');
RESET ROLE;
SELECT role FROM granted WHERE object = 'may_overbook()' AND by = 'regress_grants_owner'::regrole;
SELECT bookmeatoz_revoke_staff_role('regress_grants_twin');
SELECT bookmeatoz_revoke_app_role('regress_grants_role');
SELECT current_user = session_user AS unchanged;
SELECT * FROM granted WHERE role IN ('regress_grants_role'::regrole, 'regress_grants_twin'::regrole);
DROP ROLE regress_grants_role, regress_grants_twin;
-- What a superuser granted, the owner cannot revoke.
CREATE ROLE regress_grants_by_superuser;
SELECT bookmeatoz_grant_staff_role('regress_grants_by_superuser');
SET SESSION AUTHORIZATION regress_grants_owner;
\set VERBOSITY sqlstate
SELECT bookmeatoz_revoke_staff_role('regress_grants_by_superuser');
\set VERBOSITY default
RESET SESSION AUTHORIZATION;
-- Nothing is taken from the owner.
SELECT bookmeatoz_revoke_app_role('regress_grants_owner');

-- Roles that row security does not bind, or that could become one of them, are refused by all three.
CREATE ROLE regress_grants_super SUPERUSER;
CREATE ROLE regress_grants_bypass BYPASSRLS;
CREATE ROLE regress_grants_to_bypass NOINHERIT IN ROLE regress_grants_bypass;
CREATE ROLE regress_grants_to_owner NOINHERIT IN ROLE regress_grants_owner;
CREATE ROLE regress_grants_reader IN ROLE pg_read_all_data;
SELECT bookmeatoz_grant_app_role('regress_grants_super');
SELECT bookmeatoz_grant_auth_role('regress_grants_bypass');
SELECT bookmeatoz_grant_staff_role('regress_grants_to_bypass');
SELECT bookmeatoz_grant_auth_role('regress_grants_owner');
SELECT bookmeatoz_grant_app_role('regress_grants_to_owner');
SELECT bookmeatoz_grant_app_role('regress_grants_reader');
SELECT bookmeatoz_grant_auth_role(NULL);
SELECT bookmeatoz_revoke_auth_role(0);

-- Where the database's defaults leave PUBLIC nothing, the roles still get what their tables' policies, keys, defaults and
-- triggers call.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
CREATE ROLE regress_grants_app;
CREATE ROLE regress_grants_auth;
SELECT bookmeatoz_set_owner('regress_grants_owner');
SET ROLE regress_grants_owner;
SELECT bookmeatoz_grant_app_role('regress_grants_app');
SELECT bookmeatoz_grant_auth_role('regress_grants_auth');
RESET ROLE;
SELECT r.rolname, f.oid::regprocedure AS cannot_call
FROM pg_roles r
JOIN bookmeatoz_objects() o ON has_any_column_privilege(r.oid, o.name, 'SELECT')
JOIN LATERAL (SELECT 'pg_policy'::regclass, oid FROM pg_policy WHERE polrelid = o.name::regclass
              UNION ALL SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid = o.name::regclass
              UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = o.name::regclass
             ) part (class, id) ON true
JOIN pg_depend d ON d.classid = part.class AND d.objid = part.id AND d.refclassid = 'pg_proc'::regclass
JOIN pg_proc f ON f.oid = d.refobjid
JOIN pg_extension x ON x.extname = 'bookmeatoz'
JOIN pg_depend m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = x.oid AND m.classid = 'pg_proc'::regclass AND m.objid = f.oid
WHERE o.kind = 'table' AND r.rolname IN ('regress_grants_app', 'regress_grants_auth')
  AND NOT has_function_privilege(r.oid, f.oid, 'EXECUTE');
-- What the application itself calls to find and to write bookings.
SELECT p.proname FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.proname ~ '^(find|next|check|free|book|hold|confirm|release|reschedule|cancel)_'
  AND has_function_privilege('regress_grants_app', p.oid, 'EXECUTE')
ORDER BY p.proname COLLATE "C";
-- And nothing of the administration.
SELECT object FROM granted
WHERE role IN ('regress_grants_app'::regrole, 'regress_grants_auth'::regrole) AND object ~ '^(bookmeatoz|sign|trigger)_';
ROLLBACK;
