-- Registering and logging in: the right to do so, the question of the policies for that right, and housekeeping of the token tables.

CREATE FUNCTION @extschema@.may_authenticate_users() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.may_authenticate_users() IS
    'A right in the form of a function: a role with EXECUTE on it sees all users and tokens under row security. Only '
    'bookmeatoz_grant_auth_role() grants it, with privileges on the few columns that logging in needs. Returns true.';
REVOKE EXECUTE ON FUNCTION @extschema@.may_authenticate_users() FROM PUBLIC;

CREATE FUNCTION @extschema@.is_auth_role_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role_support(internal) IS
    'Planner support of is_auth_role(): the question costs other roles nothing. Not for calling.';

CREATE FUNCTION @extschema@.is_auth_role() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE SUPPORT @extschema@.is_auth_role_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role() IS
    'Whether the current role may log users in: it has EXECUTE on may_authenticate_users(), and it does not have the rights of the '
    'owner of users, who has that EXECUTE only to grant it. So a superuser, whom row security does not bind, is none. Never NULL.';

-- Nobody is logged in yet, so it writes as the owner of the table, past the caller's row security.
CREATE FUNCTION @extschema@.register_user(email text, password_hash text, profile jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.register_user(text, text, jsonb) IS
    'Writes a new user with status pending_verification and returns its id. Works without a session context. bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Arguments:
- email: the address, in any case
- password_hash: the hash of the password, never the password; NULL: none (single sign-on)
- profile: a JSON object
Errors:
- 23505: the address is registered already
- 22004: email or profile is NULL
- 23514: a check of users refuses a value';
REVOKE EXECUTE ON FUNCTION @extschema@.register_user(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.purge_expired_tokens() RETURNS bigint
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.purge_expired_tokens() IS
    'Deletes the expired rows of token_blacklist, password_resets and email_verifications, and returns their number. It runs with the '
    'caller''s rights. Call it as the owner of the data (under FORCE with app.is_system_admin on), as a superuser, who acts as the '
    'owner, or as an auth role to which you grant EXECUTE.';
REVOKE EXECUTE ON FUNCTION @extschema@.purge_expired_tokens() FROM PUBLIC;
