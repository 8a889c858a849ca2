-- Values from before the library is loaded are checked when it is: what is malformed counts as unset, with a warning.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
CREATE ROLE regress_context_plain LOGIN PASSWORD 'regress';
CREATE ROLE regress_context_admin LOGIN PASSWORD 'regress';
GRANT SET ON PARAMETER app.is_system_admin TO regress_context_admin;
\set show 'SELECT current_session_tenant_id() AS tenant, current_session_business_id() AS business, current_session_user_id() AS "user", is_system_admin() AS admin;'
SELECT current_user AS superuser \gset
\set connection 'dbname=' :DBNAME ' user='
\set as_superuser :connection :superuser
\set as_plain :connection 'regress_context_plain password=regress'
\set as_admin :connection 'regress_context_admin password=regress'
\set options ' options=''-c app.is_system_admin=on -c app.current_tenant_id=00000000-0000-4000-8000-0000000000a1'''
\set as_plain_with_options :as_plain :options
\set as_admin_with_options :as_admin :options

-- The first function call loads it.
\c :as_plain
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
SET app.current_business_id = 'garbage';
SET app.current_user_id = '';
SET app.current_thing = 'a setting of another program';
:show
SHOW app.current_business_id;
SHOW app.current_thing;
SET app.current_business_id = 'garbage';

-- In the middle of a transaction, with values of each level.
\c :as_plain
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
BEGIN;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a2';
SET app.current_user_id = '00000000-0000-4000-8000-0000000000c1';
SAVEPOINT one;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a3';
:show
ROLLBACK TO one;
:show
COMMIT;
:show

-- Loading does not turn a flag into a right.
\c :as_plain
SET app.is_system_admin = on;
:show
SHOW app.is_system_admin;
\c :as_admin
SET app.is_system_admin = on;
:show

-- Set by a superuser, then loaded by a role that may not: off, and off it stays.
\c :as_superuser
SET app.is_system_admin = on;
SET SESSION AUTHORIZATION regress_context_plain;
:show
RESET SESSION AUTHORIZATION;
:show

-- Set by a role that may not, then loaded by a function of the superuser's: still not for that role.
CREATE FUNCTION context_load_as_superuser() RETURNS boolean SECURITY DEFINER LANGUAGE plpgsql
AS $$ BEGIN RETURN is_system_admin(); END $$;
\c :as_plain
SET app.is_system_admin = on;
SELECT context_load_as_superuser();
:show
\c :as_superuser
DROP FUNCTION context_load_as_superuser();

-- From the options of the connection.
\c :as_plain_with_options
:show
\c :as_admin_with_options
:show

-- With session_preload_libraries the checks are active from the start: nothing needs to be called first.
\c :as_superuser
ALTER DATABASE :"DBNAME" SET session_preload_libraries = 'bookmeatoz';
ALTER ROLE regress_context_plain SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
\c :as_plain
SET app.current_tenant_id = 'garbage';
SET app.is_system_admin = on;
:show
\c :as_plain_with_options
SHOW app.is_system_admin;
:show
\c :as_admin_with_options
SHOW app.is_system_admin;
:show

-- A flag given by ALTER ROLE is worth what the role may.
\c :as_superuser
ALTER ROLE regress_context_plain SET app.is_system_admin = on;
ALTER ROLE regress_context_admin SET app.is_system_admin = on;
\c :as_plain
:show
\c :as_admin
:show
SET app.is_system_admin = off;
:show
RESET app.is_system_admin;
:show

\c :as_superuser
ALTER DATABASE :"DBNAME" RESET session_preload_libraries;
\c :as_superuser
REVOKE SET ON PARAMETER app.is_system_admin FROM regress_context_admin;
DROP ROLE regress_context_plain, regress_context_admin;
