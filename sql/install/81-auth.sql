-- Registering and logging in: the right to, the row security's question for it, and housekeeping of the token tables.

CREATE FUNCTION @extschema@.may_authenticate_users() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.may_authenticate_users() IS
    'A right in the form of a function: to roles with EXECUTE on it row security shows all users and tokens. Granted by '
    'bookmeatoz_grant_auth_role(), with privileges on the few columns that logging in needs; to nobody else. Returns true.';
REVOKE EXECUTE ON FUNCTION @extschema@.may_authenticate_users() FROM PUBLIC;

CREATE FUNCTION @extschema@.is_auth_role_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role_support(internal) IS
    'Planner support of is_auth_role(): it costs other roles nothing. Not for calling.';

CREATE FUNCTION @extschema@.is_auth_role() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE SUPPORT @extschema@.is_auth_role_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role() IS
    'Whether the current role may log users in: whether it has EXECUTE on may_authenticate_users() and not the rights of the '
    'owner of users, who holds it only to pass it on (nor is a superuser, whom row security does not bind). Never NULL.';

-- Nobody is logged in yet: so it writes as the owner of the table, whatever row security says to the caller.
CREATE FUNCTION @extschema@.register_user(email text, password_hash text, profile jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.register_user(text, text, jsonb) IS
    'Writes a new user with status pending_verification and returns the id. Works without a session context; bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Arguments:
- email: any case
- password_hash: of the password, never the password; NULL: none (single sign-on)
- profile: a JSON object
Errors:
- 23505: the address is registered already
- 22004: email or profile is NULL
- 23514: a check of users refuses a value';
REVOKE EXECUTE ON FUNCTION @extschema@.register_user(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.purge_expired_tokens() RETURNS bigint
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.purge_expired_tokens() IS
    'Deletes the rows of token_blacklist, password_resets and email_verifications that have expired; returns how many. '
    'Runs with the caller''s rights: as an auth role with EXECUTE, or as the owner of the data, under FORCE with '
    'app.is_system_admin on; a superuser acts as the owner. Not to PUBLIC.';
REVOKE EXECUTE ON FUNCTION @extschema@.purge_expired_tokens() FROM PUBLIC;
