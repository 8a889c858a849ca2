-- Housekeeping of the token tables, for a scheduled job.

CREATE FUNCTION @extschema@.purge_expired_tokens() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted bigint;
    total   bigint := 0;
BEGIN
    DELETE FROM @extschema@.token_blacklist WHERE expires_at <= now();
    GET DIAGNOSTICS deleted = ROW_COUNT;
    total := total + deleted;
    DELETE FROM @extschema@.password_resets WHERE expires_at <= now();
    GET DIAGNOSTICS deleted = ROW_COUNT;
    total := total + deleted;
    DELETE FROM @extschema@.email_verifications WHERE expires_at <= now();
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN total + deleted;
END
$$;
COMMENT ON FUNCTION @extschema@.purge_expired_tokens() IS
    'Deletes the rows of token_blacklist, password_resets and email_verifications that have expired; returns how many. '
    'Runs with the caller''s rights; EXECUTE is not granted to PUBLIC.';
REVOKE EXECUTE ON FUNCTION @extschema@.purge_expired_tokens() FROM PUBLIC;
