-- Businesses: row triggers, also of the rows below them that take a value from their business. And what a slug or a
-- subdomain stands for.

CREATE FUNCTION @extschema@.trigger_lower_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.slug := lower(NEW.slug COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_slug() IS
    'Row trigger, BEFORE INSERT OR UPDATE OF slug: stores the part of the address in lower case.';
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
    'Row trigger on businesses, BEFORE INSERT OR DELETE OR UPDATE: where row security applies to the current role, only a system '
    'administrator may set and lift the status suspended, and delete a suspended business. SQLSTATE 42501.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_protect_suspension() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_accept_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The columns that may differ. A generated column has no value yet and follows from the others.
    free CONSTANT jsonb := (SELECT jsonb_object_agg(a.attname, to_jsonb(NEW) -> a.attname)
                            FROM pg_attribute a
                            WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped
                              AND (a.attname IN (TG_ARGV[0], 'updated_at') OR a.attgenerated <> ''));
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    -- *= compares values of every type as they are stored, those that have no equality too.
    IF NOT (jsonb_populate_record(OLD, free) *= NEW)
        OR to_jsonb(NEW) ->> TG_ARGV[0] NOT IN (to_jsonb(OLD) ->> TG_ARGV[0], TG_ARGV[1]) THEN
        RAISE EXCEPTION 'a user may accept the own row of table "%" and change nothing else of it', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0],
                  HINT = format('Set %s to %s and no other column, or delete the row to decline.', TG_ARGV[0], TG_ARGV[1]);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_accept_only() IS
    'Row trigger, BEFORE UPDATE WHEN the row''s business is not the session''s; arguments: the column of the state and its value when '
    'accepted. Where row security applies to the current role, the row may get this state, and no other column may change. SQLSTATE 42501.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_accept_only() FROM PUBLIC;

-- Both fillers read with the caller's rights: for a row that the caller may not see they leave the value NULL, and
-- the error that follows is the one for a row that does not exist.

CREATE FUNCTION @extschema@.trigger_fill_business_id() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.business_id := (SELECT e.business_id FROM @extschema@.employees e WHERE e.id = NEW.employee_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_business_id() IS
    'Row trigger, BEFORE INSERT OR UPDATE WHEN the business is not given, that is NULL or the column''s default: takes the business of the row''s employee. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_business_id() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_fill_currency() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.currency := (SELECT b.currency FROM @extschema@.businesses b WHERE b.id = NEW.business_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_currency() IS
    'Row trigger, BEFORE INSERT OR UPDATE WHEN the currency is not given, that is NULL or the column''s default: takes the currency of the row''s business. Runs with the caller''s rights.';
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
    'Row trigger on working_hours, BEFORE INSERT OR UPDATE WHEN the end is not after the start: refuses the row as its CHECK would, which has no '
    'HINT. SQLSTATE 23514.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_explain_night() FROM PUBLIC;

-- Before any context exists: so it reads as the owners of the tables, whatever row security says to the caller. One call
-- never looks at both names: a tenant could take the subdomain of another tenant's business as a slug.
CREATE FUNCTION @extschema@.resolve_business(slug text DEFAULT NULL, subdomain text DEFAULT NULL)
RETURNS TABLE (business_id uuid, tenant_id uuid)
LANGUAGE C STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_business(text, text) IS
    'The ids of the active business of an active tenant, by one of the two names, in any case: one row, or none. Works without a session context; bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Errors:
- 22023: both names, or neither';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_business(text, text) FROM PUBLIC;
