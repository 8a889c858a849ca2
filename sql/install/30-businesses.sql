-- Row triggers of businesses, and of the rows below them that take a value from their business. And what a slug or a
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
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_business_id() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_fill_currency() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.currency := (SELECT b.currency FROM @extschema@.businesses b WHERE b.id = NEW.business_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_currency() IS
    'Row trigger, BEFORE INSERT OR UPDATE WHEN (NEW.currency IS NULL): takes the currency of the row''s business. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_currency() FROM PUBLIC;

-- Before any context exists: so it reads as the owners of the tables, whatever row security says to the caller. One call
-- never looks at both names: a tenant could take the subdomain of another tenant's business as a slug.
CREATE FUNCTION @extschema@.resolve_business(slug text DEFAULT NULL, subdomain text DEFAULT NULL)
    RETURNS TABLE (business_id uuid, tenant_id uuid)
    LANGUAGE c STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_business(text, text) IS
    'The ids of the active business of an active tenant with this slug, or with this subdomain, in any case: one row, or none '
    'when there is no such business. Give one of the two, the other is NULL (else SQLSTATE 22023). Works without a session '
    'context. EXECUTE comes with bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role(), not to PUBLIC.';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_business(text, text) FROM PUBLIC;
