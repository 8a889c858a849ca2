-- Businesses. Row triggers, also for rows that take a value from their business. And the business of a slug or a subdomain.

CREATE FUNCTION @extschema@.trigger_lower_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.slug := lower(NEW.slug COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_slug() IS
    'BEFORE INSERT OR UPDATE OF slug row trigger: stores the slug in lower case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_slug() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_protect_suspension() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- OLD is NULL for a new row, NEW for one that goes.
    IF (OLD.status IS NOT DISTINCT FROM 'suspended') <> (NEW.status IS NOT DISTINCT FROM 'suspended')
        AND row_security_active(TG_RELID) AND NOT @extschema@.is_system_admin() THEN
        RAISE EXCEPTION 'only a system administrator may suspend a business, lift its suspension, or delete it while it is suspended'
            USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_protect_suspension() IS
    'BEFORE INSERT OR DELETE OR UPDATE row trigger on businesses. If row security applies to the current role, only a system '
    'administrator may suspend a business, lift a suspension, or delete a suspended business (SQLSTATE 42501).';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_protect_suspension() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_accept_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The columns that may differ. A generated column counts too: it has no value yet, and follows from the others.
    free CONSTANT jsonb := (SELECT jsonb_object_agg(a.attname, to_jsonb(NEW) -> a.attname)
                            FROM pg_attribute a
                            WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped
                              AND (a.attname IN (TG_ARGV[0], 'updated_at') OR a.attgenerated <> ''));
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    -- *= compares stored values, so it works for every type, even one without equality.
    IF NOT (jsonb_populate_record(OLD, free) *= NEW)
        OR to_jsonb(NEW) ->> TG_ARGV[0] NOT IN (to_jsonb(OLD) ->> TG_ARGV[0], TG_ARGV[1]) THEN
        RAISE EXCEPTION 'a user may accept its own row of table "%" and change nothing else of it', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0],
                  HINT = format('Set %s to %s and no other column, or delete the row to decline.', TG_ARGV[0], TG_ARGV[1]);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_accept_only() IS
    'BEFORE UPDATE row trigger, WHEN the session does not see the row''s business. Its arguments are the status column and the value '
    'that means accepted. If row security applies to the current role, only that column may change, and only to that value (SQLSTATE 42501).';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_accept_only() FROM PUBLIC;

-- The next two triggers read with the caller's rights. If the caller does not see the row, the value stays NULL, and the error that
-- follows is the same as for a row that does not exist.

CREATE FUNCTION @extschema@.trigger_fill_business_id() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.business_id := (SELECT e.business_id FROM @extschema@.employees e WHERE e.id = NEW.employee_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_business_id() IS
    'BEFORE INSERT OR UPDATE row trigger, WHEN the business is not given, that is NULL or the column''s default: takes the business of the row''s employee. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_business_id() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_fill_currency() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.currency := (SELECT b.currency FROM @extschema@.businesses b WHERE b.id = NEW.business_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_currency() IS
    'BEFORE INSERT OR UPDATE row trigger, WHEN the currency is not given, that is NULL or the column''s default: takes the currency of the row''s business. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_currency() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_explain_night() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'working hours from % to % do not end after they start', to_char(NEW.start_time, 'HH24:MI'), to_char(NEW.end_time, 'HH24:MI')
        USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'working_hours_end_after_start',
              HINT = 'Midnight as an end is 24:00. A night takes two rows: until 24:00 on its first day, and from 00:00 on the next day.';
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_explain_night() IS
    'BEFORE INSERT OR UPDATE row trigger on working_hours, WHEN the end is not after the start: refuses the row as its CHECK would, which has no '
    'HINT. SQLSTATE 23514.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_explain_night() FROM PUBLIC;

-- No context exists yet, so it reads as the owners of the tables, past the caller's row security. One call never looks for both
-- names: a tenant could use the subdomain of another tenant's business as a slug.
CREATE FUNCTION @extschema@.resolve_business(slug text DEFAULT NULL, subdomain text DEFAULT NULL)
RETURNS TABLE (business_id uuid, tenant_id uuid)
LANGUAGE C STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_business(text, text) IS
    'The ids of an active business of an active tenant, by its slug or its subdomain, in any case: one row or none. Works without a session context. bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Errors:
- 22023: both names are given, or neither';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_business(text, text) FROM PUBLIC;
