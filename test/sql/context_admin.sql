-- app.is_system_admin: everybody may switch it off; superusers and roles with the privilege SET may switch it on; and it
-- is worth nothing while another role acts.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
CREATE ROLE regress_context_plain;
CREATE ROLE regress_context_admin;
CREATE ROLE regress_context_member IN ROLE regress_context_admin;
GRANT SET ON PARAMETER app.is_system_admin TO regress_context_admin;
SELECT is_system_admin();

-- An ordinary role.
SET ROLE regress_context_plain;
SET app.is_system_admin = on;
\echo :LAST_ERROR_SQLSTATE
SELECT set_config('app.is_system_admin', 'true', true);
SELECT set_session_context(NULL, NULL, NULL, true);
\echo :LAST_ERROR_SQLSTATE
SET app.is_system_admin = off;
SET app.is_system_admin = 'false';
SELECT set_session_context(NULL, NULL, NULL, false);
SELECT is_system_admin();

-- A refusal in set_session_context() leaves the rest of the context as it was.
BEGIN;
SET LOCAL app.current_tenant_id = '00000000-0000-4000-8000-0000000000a1';
SAVEPOINT one;
SELECT set_session_context('00000000-0000-4000-8000-0000000000a2', NULL, NULL, true);
ROLLBACK TO one;
SELECT current_session_tenant_id(), is_system_admin();
COMMIT;

-- A role with the privilege, and a member of it.
SET ROLE regress_context_admin;
SET app.is_system_admin = on;
SELECT is_system_admin();
RESET app.is_system_admin;
SELECT is_system_admin();
SET ROLE regress_context_member;
BEGIN;
SELECT set_session_context(NULL, NULL, NULL, true);
SELECT is_system_admin();
COMMIT;
SELECT is_system_admin();

-- The flag survives a change of role; its worth does not.
SET app.is_system_admin = on;
SET ROLE regress_context_plain;
SHOW app.is_system_admin;
SELECT is_system_admin();
SET ROLE regress_context_admin;
SELECT is_system_admin();
RESET ROLE;
SELECT is_system_admin();
SET SESSION AUTHORIZATION regress_context_plain;
SELECT is_system_admin();
RESET SESSION AUTHORIZATION;
SELECT is_system_admin();

-- In a SECURITY DEFINER function the owner acts.
CREATE FUNCTION context_as_plain() RETURNS boolean SECURITY DEFINER LANGUAGE plpgsql
AS $$ BEGIN RETURN is_system_admin(); END $$;
CREATE FUNCTION context_switch_on() RETURNS boolean SECURITY DEFINER LANGUAGE plpgsql
AS $$ BEGIN SET app.is_system_admin = on; RETURN is_system_admin(); END $$;
ALTER FUNCTION context_as_plain() OWNER TO regress_context_plain;
SELECT context_as_plain(), is_system_admin();
SET app.is_system_admin = off;
SET ROLE regress_context_plain;
SELECT context_switch_on(), is_system_admin();
SELECT is_system_admin();
RESET ROLE;
DROP FUNCTION context_as_plain(), context_switch_on();

-- A right that is taken away ends at once, in the open session too.
SET app.is_system_admin = on;
SET ROLE regress_context_member;
SELECT is_system_admin();
RESET ROLE;
REVOKE regress_context_admin FROM regress_context_member;
SET ROLE regress_context_member;
SELECT is_system_admin();
SET ROLE regress_context_admin;
SELECT is_system_admin();
RESET ROLE;
REVOKE SET ON PARAMETER app.is_system_admin FROM regress_context_admin;
SET ROLE regress_context_admin;
SELECT is_system_admin();
RESET ROLE;
ALTER ROLE regress_context_plain SUPERUSER;
SET ROLE regress_context_plain;
SELECT is_system_admin();
RESET ROLE;
ALTER ROLE regress_context_plain NOSUPERUSER;
SET ROLE regress_context_plain;
SELECT is_system_admin();
RESET ROLE;

-- A rolled-back grant was none.
BEGIN;
GRANT SET ON PARAMETER app.is_system_admin TO regress_context_plain;
SET LOCAL ROLE regress_context_plain;
SELECT is_system_admin();
ROLLBACK;
SET ROLE regress_context_plain;
SELECT is_system_admin();
RESET ROLE;
RESET app.is_system_admin;

-- A configuration file is read outside transactions, where no right can be looked up: the flag stays off there, and the
-- session lives on.
ALTER SYSTEM SET app.is_system_admin = on;
SELECT pg_reload_conf();
SELECT pg_sleep(0.5);
SELECT is_system_admin();
ALTER SYSTEM RESET app.is_system_admin;
SELECT pg_reload_conf();
SELECT pg_sleep(0.2);
SELECT is_system_admin();

DROP ROLE regress_context_plain, regress_context_admin, regress_context_member;
