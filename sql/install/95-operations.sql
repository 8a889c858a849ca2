-- Setting up a database: the data structures, their owner, the application's role. For administrators, not PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_install_schema() RETURNS SETOF text
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_install_schema() IS
    'Creates the types, tables, indexes, triggers and policies that are missing, as ordinary objects of the caller''s; '
    'returns a line for each thing done, none when all is there. Run it as the owner of the data.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_objects() RETURNS TABLE (kind text, name text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_objects() IS
    'The types and tables of this version in the order of their creation, whether they exist or not; kind is type or table.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_objects() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Besides users, which is granted by columns. Not here: the token tables, which are for an auth role alone.
    app_tables CONSTANT text[] := ARRAY[
        'tenants', 'tenant_admins', 'businesses', 'employees', 'user_business_roles',
        'service_categories', 'services', 'employee_services', 'working_hours', 'employee_availability_overrides',
        'customers', 'bookings', 'subscription_plans', 'tenant_subscriptions', 'notifications'];
    app_table    text;
    relation     regclass;
    user_columns text;
    callable     regprocedure;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    IF (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % cannot be the application''s role: it bypasses row security', role
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is NOSUPERUSER and NOBYPASSRLS.';
    END IF;

    -- First nothing, whatever was granted before: a grant on the whole of users would show password_hash.
    FOR app_table IN SELECT o.name FROM @extschema@.bookmeatoz_objects() o WHERE o.kind = 'table' LOOP
        relation := to_regclass(format('@extschema@.%I', app_table));
        IF relation IS NULL THEN
            RAISE EXCEPTION 'table % does not exist', app_table
                USING ERRCODE = 'undefined_table', HINT = 'Run bookmeatoz_install_schema() first.';
        END IF;
        IF pg_has_role(role, (SELECT c.relowner FROM pg_class c WHERE c.oid = relation), 'USAGE') THEN
            RAISE EXCEPTION 'role % cannot be the application''s role: it owns table %, and row security does not apply to owners', role, app_table
                USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that neither is the owner nor inherits the owner''s rights.';
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM %s', relation, role);
    END LOOP;

    FOREACH app_table IN ARRAY app_tables LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON @extschema@.%I TO %s', app_table, role);
    END LOOP;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO user_columns
    FROM pg_attribute a
    WHERE a.attrelid = '@extschema@.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'password_hash';
    EXECUTE format('GRANT SELECT (%1$s), INSERT (%1$s), UPDATE (%1$s), DELETE ON @extschema@.users TO %2$s', user_columns, role);

    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA @extschema@ TO %s', role);
    END IF;
    -- PUBLIC may call these unless the database's defaults say otherwise; they run with the caller's rights.
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM pg_extension x
        JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
                        AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_proc p ON p.oid = d.objid
        WHERE x.extname = 'bookmeatoz'
          AND NOT starts_with(p.proname::text, 'bookmeatoz_') AND p.proname NOT IN ('may_overbook', 'purge_expired_tokens')
          AND NOT has_function_privilege(role, p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) IS
    'Gives a role what an application needs, and no more: its privileges on our tables are replaced. users is granted column by '
    'column without password_hash (call it again after adding columns there), the token tables not at all. Run it as the owner of '
    'the data. Refuses a role that row security would not apply to: SQLSTATE 0LP01.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_set_owner(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    required name;
    object   record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- The owner installs what is missing there, lets the application's role in, and foreign keys are checked with its rights.
    EXECUTE format('GRANT CREATE ON SCHEMA @extschema@ TO %s', role);
    EXECUTE format('GRANT USAGE ON SCHEMA @extschema@ TO %s WITH GRANT OPTION', role);
    FOR required IN
        SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
        WHERE x.extname IN ('uuid-ossp', 'btree_gist') AND NOT has_schema_privilege(role, n.oid, 'USAGE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', required, role);
    END LOOP;

    FOR object IN SELECT o.kind, format('@extschema@.%I', o.name) AS name FROM @extschema@.bookmeatoz_objects() o LOOP
        IF object.kind = 'type' AND to_regtype(object.name) IS NOT NULL THEN
            EXECUTE format('ALTER TYPE %s OWNER TO %s', object.name, role);
        ELSIF object.kind = 'table' AND to_regclass(object.name) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s OWNER TO %s', object.name, role);
        END IF;
    END LOOP;

    EXECUTE format('GRANT EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema(), @extschema@.bookmeatoz_objects(), '
                   '@extschema@.bookmeatoz_grant_app_role(regrole), @extschema@.purge_expired_tokens(), @extschema@.may_overbook() TO %s', role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) IS
    'Hands all types and tables to a role, with the right to run bookmeatoz_install_schema(), bookmeatoz_grant_app_role(), '
    'purge_expired_tokens() and to overbook, and what it needs on the schemas. Run it as a superuser; it can be repeated.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) FROM PUBLIC;
