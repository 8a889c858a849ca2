-- Tenants and users: row triggers, which other tables use as well, for one spelling of names that are compared, and
-- columns that the owner of a row may not change. And what a subdomain stands for.

CREATE FUNCTION @extschema@.trigger_lower_email() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- ASCII letters first: in a Turkish database lower('I') is not 'i'.
    NEW.email := lower(lower(NEW.email COLLATE "C") COLLATE "default");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_email() IS
    'Row trigger, BEFORE INSERT OR UPDATE OF email: stores the address in lower case, so that a plain unique key and plain equality ignore case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_email() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_lower_subdomain() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.subdomain := lower(NEW.subdomain COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_subdomain() IS
    'Row trigger, BEFORE INSERT OR UPDATE OF subdomain: stores the DNS label in lower case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_subdomain() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_protect_columns() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    protected_column text;
BEGIN
    IF NOT row_security_active(TG_RELID) OR @extschema@.is_system_admin() THEN
        RETURN NEW;
    END IF;
    FOREACH protected_column IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> protected_column IS DISTINCT FROM to_jsonb(NEW) -> protected_column THEN
            RAISE EXCEPTION 'only a system administrator may change column "%" of table "%"', protected_column, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = protected_column;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_protect_columns() IS
    'Row trigger, BEFORE UPDATE OF the columns named as its arguments: where row security applies to the current role, '
    'only a system administrator may change their values. SQLSTATE 42501.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_protect_columns() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_unverify_email() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_unverify_email() IS
    'BEFORE UPDATE row trigger on users, WHEN the address changes: email_verified becomes false unless the statement changes it, and '
    'the user''s unused rows of email_verifications and password_resets are deleted, as their owners.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_unverify_email() FROM PUBLIC;

-- Before any context exists: so it reads as the owner of the table, whatever row security says to the caller.
CREATE FUNCTION @extschema@.resolve_tenant(subdomain text) RETURNS uuid
LANGUAGE C STABLE STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_tenant(text) IS
    'The id of the active tenant with this subdomain, in any case; NULL when there is none or it is not active. Works without a '
    'session context. EXECUTE comes with bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role(), not to PUBLIC.';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_tenant(text) FROM PUBLIC;
