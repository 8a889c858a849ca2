-- Row triggers of businesses, and of the rows below them that take a value from their business.

CREATE FUNCTION @extschema@.trigger_lower_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.slug := lower(NEW.slug COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_slug() IS
    'Row trigger, BEFORE INSERT OR UPDATE OF slug: stores the part of the address in lower case.';

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
    'Row trigger, BEFORE INSERT OR UPDATE WHEN (NEW.business_id IS NULL): takes the business of the row''s employee. Runs with the caller''s rights.';

CREATE FUNCTION @extschema@.trigger_fill_currency() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.currency := (SELECT b.currency FROM @extschema@.businesses b WHERE b.id = NEW.business_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_currency() IS
    'Row trigger, BEFORE INSERT OR UPDATE WHEN (NEW.currency IS NULL): takes the currency of the row''s business. Runs with the caller''s rights.';
