-- The signed context before the library is loaded: then anybody can give its settings any value. At load nobody is better
-- off for that.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
CREATE ROLE regress_signed_app LOGIN PASSWORD 'regress';
\set show 'SELECT current_session_tenant_id() AS tenant, is_system_admin() AS admin;'
\set key '0123456789abcdef0123456789abcdef'
\set other_key 'fedcba9876543210fedcba9876543210'
SELECT current_user AS superuser \gset
\set connection 'dbname=' :DBNAME ' user='
\set as_superuser :connection :superuser
\set as_app :connection 'regress_signed_app password=regress'
\set options_off ' options=''-c bookmeatoz.signed_context_only=off'''
\set options_empty ' options=''-c bookmeatoz.signed_context_only='''
\set options_key ' options=''-c bookmeatoz.context_key=fedcba9876543210fedcba9876543210'''
\set as_app_off :as_app :options_off
\set as_app_empty :as_app :options_empty
\set as_app_with_key :as_app :options_key
SET bookmeatoz.context_key = :'key';
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL, valid_for => '1 hour') AS token \gset
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL, true, '1 hour', 2147483647) AS foreign_token \gset
SET bookmeatoz.context_key = :'other_key';
SELECT sign_session_context('00000000-0000-4000-8000-0000000000a1', NULL, NULL, true, '1 hour') AS forged_token \gset

-- A good token, set before the load with a key that may be set.
\c :as_superuser
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
SET bookmeatoz.context_key = :'key';
SET app.context = :'token';
:show
SHOW app.context;
SHOW bookmeatoz.context_key;

-- In the middle of a transaction.
\c :as_superuser
SET bookmeatoz.context_key = :'key';
BEGIN;
SET LOCAL app.context = :'token';
SAVEPOINT one;
SET LOCAL app.context = '';
:show
ROLLBACK TO one;
:show
COMMIT;
:show

-- Forged, foreign, garbage; a key that is too short.
\c :as_superuser
SET bookmeatoz.context_key = :'key';
SET app.context = :'forged_token';
:show
SHOW app.context;
\c :as_superuser
SET bookmeatoz.context_key = :'key';
SET app.context = :'foreign_token';
:show
\c :as_superuser
SET bookmeatoz.context_key = 'short';
SET app.context = 'garbage';
:show

-- An ordinary role brings its own key: as a setting, as an option of the connection.
\c :as_app
SET bookmeatoz.context_key = :'other_key';
SET app.context = :'forged_token';
:show
SET app.context = :'forged_token';
\c :as_app
SET bookmeatoz.context_key_previous = :'other_key';
SET app.context = :'forged_token';
:show
\c :as_app_with_key
SET app.context = :'forged_token';
:show

-- The mode is on for the database. It cannot be switched off beforehand: not as an option, not as a setting, not empty.
\c :as_superuser
ALTER DATABASE :"DBNAME" SET bookmeatoz.signed_context_only = on;
\c :as_app
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
SHOW bookmeatoz.signed_context_only;
\c :as_app
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
SET bookmeatoz.signed_context_only = off;
:show
SHOW bookmeatoz.signed_context_only;
\c :as_app_off
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
SHOW bookmeatoz.signed_context_only;
\c :as_app_empty
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
SHOW bookmeatoz.signed_context_only;
\c :as_app_off
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
BEGIN;
SET LOCAL bookmeatoz.signed_context_only = off;
:show
RESET bookmeatoz.signed_context_only;
ROLLBACK;
RESET ALL;
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
DISCARD ALL;
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
-- In its parallel workers it is on as well.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT current_session_tenant_id(), count(*) > 0 AS counted FROM pg_class WHERE current_session_tenant_id() IS NULL GROUP BY 1;
-- The administrator may.
\c :as_superuser
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
SET bookmeatoz.signed_context_only = off;
:show
\c :as_superuser
ALTER DATABASE :"DBNAME" RESET bookmeatoz.signed_context_only;

-- Who gives a value without the right to gets the strict mode where it was off: harmless.
\c :as_app_off
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
\c :as_app
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show

-- Loaded from the start of the session.
\c :as_superuser
ALTER DATABASE :"DBNAME" SET bookmeatoz.signed_context_only = on;
ALTER DATABASE :"DBNAME" SET session_preload_libraries = 'bookmeatoz';
\c :as_app
SET app.current_tenant_id = '00000000-0000-4000-8000-0000000000a9';
:show
SET bookmeatoz.signed_context_only = off;
\c :as_app_off
SHOW bookmeatoz.signed_context_only;
\c :as_superuser
ALTER DATABASE :"DBNAME" RESET session_preload_libraries;
ALTER DATABASE :"DBNAME" RESET bookmeatoz.signed_context_only;
\c :as_superuser
DROP ROLE regress_signed_app;
