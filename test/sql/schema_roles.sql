-- The application's role: what bookmeatoz_grant_app_role() gives and refuses; the owner: bookmeatoz_set_owner().
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
CREATE ROLE regress_bookmeatoz_app;
CREATE ROLE regress_bookmeatoz_owner;
CREATE ROLE regress_bookmeatoz_bypass BYPASSRLS;
CREATE ROLE regress_bookmeatoz_super SUPERUSER;
SAVEPOINT before;

-- Whatever it had before, it has this afterwards.
GRANT ALL ON ALL TABLES IN SCHEMA public TO regress_bookmeatoz_app;
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
SELECT o.name,
       (SELECT string_agg(privilege, ', ' ORDER BY number)
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY p (privilege, number)
        WHERE has_table_privilege('regress_bookmeatoz_app', o.name, privilege)) AS of_the_table
FROM bookmeatoz_objects() o WHERE o.kind = 'table' ORDER BY o.name COLLATE "C";
SELECT a.attname AS hidden
FROM pg_attribute a
WHERE a.attrelid = 'users'::regclass AND a.attnum > 0
  AND NOT (has_column_privilege('regress_bookmeatoz_app', a.attrelid, a.attnum, 'SELECT')
           AND has_column_privilege('regress_bookmeatoz_app', a.attrelid, a.attnum, 'INSERT')
           AND has_column_privilege('regress_bookmeatoz_app', a.attrelid, a.attnum, 'UPDATE'));
SELECT has_function_privilege('regress_bookmeatoz_app', 'may_overbook()', 'EXECUTE') AS may_overbook,
       has_function_privilege('regress_bookmeatoz_app', 'can_access_business(uuid)', 'EXECUTE') AS can_access_business;

-- A column that was added to users later is granted by another call.
ALTER TABLE users ADD COLUMN nickname text;
SELECT has_column_privilege('regress_bookmeatoz_app', 'users', 'nickname', 'SELECT');
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
SELECT has_column_privilege('regress_bookmeatoz_app', 'users', 'nickname', 'SELECT');

-- The owner of a row may change it, but not its protected columns.
SET LOCAL ROLE regress_bookmeatoz_app;
SET LOCAL app.current_user_id = :'carl';
UPDATE users SET profile = '{"language": "de"}' WHERE id = :'carl' RETURNING id = :'carl' AS carl, profile;
UPDATE users SET email_verified = email_verified WHERE id = :'carl' RETURNING email_verified;
SAVEPOINT app;
UPDATE users SET email_verified = true WHERE id = :'carl';
ROLLBACK TO app;
UPDATE users SET system_role = 'admin' WHERE id = :'carl';
ROLLBACK TO app;
UPDATE users SET status = 'active' WHERE id = :'carl';
ROLLBACK TO app;
UPDATE users SET password_hash = 'x' WHERE id = :'carl';
ROLLBACK TO app;
SELECT password_hash FROM users;
ROLLBACK TO app;
SELECT count(*) FROM token_blacklist;
ROLLBACK TO app;
UPDATE notifications SET read_at = now() RETURNING title;
UPDATE notifications SET title = 'x';
ROLLBACK TO app;
SET LOCAL app.current_user_id = '';
SET LOCAL app.current_tenant_id = :'alpha';
UPDATE tenants SET name = 'Alpha & Sons', subdomain = 'ALPHA' RETURNING name, subdomain;
UPDATE tenants SET subdomain = 'omega';
ROLLBACK TO app;
SET LOCAL app.current_tenant_id = :'alpha';
UPDATE tenants SET status = 'suspended';
ROLLBACK TO app;
SET LOCAL app.current_tenant_id = :'alpha';
UPDATE businesses SET tenant_id = :'beta' WHERE id = :'salon';
ROLLBACK TO before;

-- Who holds GRANT SET ON PARAMETER app.is_system_admin changes them all.
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
GRANT SET ON PARAMETER app.is_system_admin TO regress_bookmeatoz_app;
SET LOCAL ROLE regress_bookmeatoz_app;
SET LOCAL app.is_system_admin = on;
UPDATE users SET email_verified = true WHERE id = :'carl' RETURNING email_verified;
UPDATE tenants SET status = 'suspended' WHERE id = :'beta' RETURNING status;
ROLLBACK TO before;

-- Roles to which row security would not apply are refused.
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_bypass');
ROLLBACK TO before;
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_super');
ROLLBACK TO before;
SELECT bookmeatoz_grant_app_role(0);
ROLLBACK TO before;

-- The owner has all types and tables, may grant and purge, but is no application's role; nor is who inherits from it.
SELECT bookmeatoz_set_owner('regress_bookmeatoz_owner');
-- For the present owner it writes nothing, whoever calls it.
CREATE VIEW rows_of_catalogs AS
    SELECT md5(string_agg(place, ',' ORDER BY place)) AS stand
    FROM (SELECT tableoid || ' ' || ctid FROM pg_class UNION ALL SELECT tableoid || ' ' || ctid FROM pg_proc
          UNION ALL SELECT tableoid || ' ' || ctid FROM pg_type UNION ALL SELECT tableoid || ' ' || ctid FROM pg_namespace
          UNION ALL SELECT tableoid || ' ' || ctid FROM pg_database WHERE datname = current_database()) row (place);
GRANT SELECT ON rows_of_catalogs TO regress_bookmeatoz_owner;
SELECT stand FROM rows_of_catalogs \gset
SELECT bookmeatoz_set_owner('regress_bookmeatoz_owner');
SELECT stand = :'stand' AS nothing_written FROM rows_of_catalogs;
SET LOCAL ROLE regress_bookmeatoz_owner;
SELECT bookmeatoz_set_owner('regress_bookmeatoz_owner');
RESET ROLE;
SELECT stand = :'stand' AS nothing_written FROM rows_of_catalogs;
SELECT o.name
FROM bookmeatoz_objects() o
LEFT JOIN pg_class c ON o.kind <> 'type' AND c.oid = to_regclass(o.name)
LEFT JOIN pg_type t ON o.kind = 'type' AND t.oid = to_regtype(o.name)
WHERE coalesce(c.relowner, t.typowner)::regrole IS DISTINCT FROM 'regress_bookmeatoz_owner'::regrole;
SET LOCAL ROLE regress_bookmeatoz_owner;
SELECT bookmeatoz_install_schema();
SELECT purge_expired_tokens();
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
SELECT count(*) FROM bookings;
DELETE FROM tenants WHERE id = :'alpha';
SELECT count(*) FROM bookings;
SAVEPOINT owner;
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_owner');
ROLLBACK TO owner;
RESET ROLE;
GRANT regress_bookmeatoz_owner TO regress_bookmeatoz_app;
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');
ROLLBACK TO before;

-- Without tables there is nothing to grant.
DROP TABLE tenant_admins;
SELECT bookmeatoz_grant_app_role('regress_bookmeatoz_app');

ROLLBACK;
