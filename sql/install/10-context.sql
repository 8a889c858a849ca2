-- Who the session speaks for. The application sets it in every transaction; the row security policies follow it.

CREATE FUNCTION @extschema@.current_session_tenant_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_tenant_id() IS
    'The tenant that the session speaks for: that of the signed context in app.context if one is set, else app.current_tenant_id. NULL for none.';

CREATE FUNCTION @extschema@.current_session_business_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_business_id() IS
    'The business that the session speaks for: that of the signed context in app.context if one is set, else app.current_business_id. NULL for none.';

CREATE FUNCTION @extschema@.current_session_user_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_user_id() IS
    'The user that the session speaks for: that of the signed context in app.context if one is set, else app.current_user_id. NULL for none.';

CREATE FUNCTION @extschema@.is_system_admin() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_system_admin() IS
    'Whether the session acts as system administrator: the signed context in app.context says so, or without one app.is_system_admin is on and the current role may have it on: a superuser, or a role with GRANT SET ON PARAMETER app.is_system_admin. Never NULL.';

-- Without a SET clause of its own: at the end of a function that has one the server takes back every SET LOCAL.
CREATE FUNCTION @extschema@.set_session_context(tenant_id uuid, business_id uuid, user_id uuid,
                                                is_system_admin boolean DEFAULT false) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.set_session_context(uuid, uuid, uuid, boolean) IS
    'Sets the whole session context until the end of the transaction in one call, as four SET LOCAL do. NULL: none; is_system_admin: off.
Errors:
- 42501: is_system_admin is true, and the current role may not switch it on
- 55000: it would have no effect: a signed context is set in app.context, or bookmeatoz.signed_context_only is on';

CREATE FUNCTION @extschema@.sign_session_context(tenant_id uuid, business_id uuid, user_id uuid,
                                                 is_system_admin boolean DEFAULT false,
                                                 valid_for interval DEFAULT '5 minutes',
                                                 backend_pid integer DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME';
-- Whoever may sign may be anybody, system administrator included.
REVOKE EXECUTE ON FUNCTION @extschema@.sign_session_context(uuid, uuid, uuid, boolean, interval, integer) FROM PUBLIC;
COMMENT ON FUNCTION @extschema@.sign_session_context(uuid, uuid, uuid, boolean, interval, integer) IS
    'A token for app.context, signed with bookmeatoz.context_key: set_config(''app.context'', token, true). NULL: none; is_system_admin: off.
EXECUTE on it is the right to be anybody.
Arguments:
- valid_for: how long the token is good, from now
- backend_pid: the only server process in which it is good; NULL: in any
Errors:
- 55000: there is no key
- 22023: valid_for or backend_pid is not positive';
