-- Who the session speaks for. The application sets it in every transaction; the row security policies follow it.

CREATE FUNCTION @extschema@.current_session_tenant_id() RETURNS uuid
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_tenant_id() IS
'The tenant that the session speaks for: app.current_tenant_id, NULL when unset or empty.';

CREATE FUNCTION @extschema@.current_session_business_id() RETURNS uuid
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_business_id() IS
'The business that the session speaks for: app.current_business_id, NULL when unset or empty.';

CREATE FUNCTION @extschema@.current_session_user_id() RETURNS uuid
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_user_id() IS
'The user that the session speaks for: app.current_user_id, NULL when unset or empty.';

CREATE FUNCTION @extschema@.is_system_admin() RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_system_admin() IS
'Whether app.is_system_admin is on and the current role may have it on: a superuser, or a role with GRANT SET ON PARAMETER app.is_system_admin. Never NULL.';

-- Without a SET clause of its own: at the end of a function that has one the server takes back every SET LOCAL.
CREATE FUNCTION @extschema@.set_session_context(tenant_id uuid, business_id uuid, user_id uuid,
                                                is_system_admin boolean DEFAULT false) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.set_session_context(uuid, uuid, uuid, boolean) IS
'Sets the whole session context until the end of the transaction in one call, as four SET LOCAL do. NULL stands for none (is_system_admin: off). SQLSTATE 42501 when is_system_admin is true and the current role may not switch it on.';
