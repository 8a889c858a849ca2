-- Setting up a database: the data structures, their owner, and the roles of applications.
-- What changes anything is for administrators, not PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_install_schema() RETURNS SETOF text
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_install_schema() IS
    'Creates the types, tables, indexes, triggers and policies that are missing, as ordinary objects of the caller''s; '
    'returns a line for each thing done, none when all is there. Run it as the owner of the data; a superuser acts as the owner. '
    'SQLSTATE 42710 or 42809, and nothing is done, where something else has the name of a type, table or index of ours: another''s, or made '
    'otherwise; 42501 for other roles.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_objects() RETURNS TABLE (kind text, name text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_objects() IS
    'The types and tables of this version in the order of their creation, whether they exist or not; kind is type or table.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_objects() FROM PUBLIC;

---------------------------------------------------------------------------------------------------- roles
-- A role has one duty: app, staff or auth. Each grant function first takes away whatever the role had on our tables and
-- functions, so that it has the same afterwards whatever it had before; who needs two duties uses two roles.

CREATE FUNCTION @extschema@.bookmeatoz_require_bound_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free     name;
    relation record;
    creation record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) OR role IS NULL THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    IF (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it bypasses row security', role
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is NOSUPERUSER and NOBYPASSRLS.';
    END IF;
    -- A member can become the other role by SET ROLE, whether it inherits its rights or not.
    SELECT r.rolname INTO free
    FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(role, r.oid, 'MEMBER') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it is a member of %, which bypasses row security', role, quote_ident(free)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is no member of such a role.';
    END IF;
    FOR relation IN
        SELECT o.name, c.oid, c.relowner
        FROM @extschema@.bookmeatoz_objects() o LEFT JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
        WHERE o.kind = 'table'
        ORDER BY c.oid
    LOOP
        IF relation.oid IS NULL THEN
            RAISE EXCEPTION 'table % does not exist', relation.name
                USING ERRCODE = 'undefined_table', HINT = 'Run bookmeatoz_install_schema() first.';
        END IF;
        IF pg_has_role(role, relation.relowner, 'MEMBER') THEN
            RAISE EXCEPTION 'role % cannot be used by an application: it owns table %, and row security does not apply to owners', role, relation.name
                USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that neither is the owner nor a member of the owner''s role.';
        END IF;
    END LOOP;
    -- On a pooled connection, or in a schema of the search_path, what it creates would be used by whoever comes next.
    SELECT place.privilege, place.what, place.kind, quote_ident(place.name) AS name, CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee,
           acl.grantee = place.owner AS by_owning
    INTO creation
    FROM (SELECT right_to.privilege, right_to.what, 'database', d.datname, d.datdba, coalesce(d.datacl, acldefault('d', d.datdba))
          FROM pg_database d, (VALUES ('TEMPORARY', 'temporary objects'), ('CREATE', 'schemas')) right_to (privilege, what)
          WHERE d.datname = current_database()
          UNION ALL
          SELECT 'CREATE', 'objects', 'schema', n.nspname, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
          FROM pg_namespace n WHERE n.oid = '@extschema@'::regnamespace) place (privilege, what, kind, name, owner, acl)
    CROSS JOIN aclexplode(place.acl) acl
    WHERE acl.privilege_type = place.privilege AND (acl.grantee = 0 OR pg_has_role(role, acl.grantee, 'MEMBER'))
    ORDER BY by_owning DESC, place.what DESC, acl.grantee LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it may create % in % %', role, creation.what, creation.kind, creation.name
            USING ERRCODE = 'invalid_grant_operation', DETAIL = 'Others on the same connection or with the same search_path would use them in place of bookmeatoz''s tables.',
                  HINT = CASE WHEN creation.by_owning THEN format('Use a role that neither is the owner of the %s nor a member of the owner''s role.', creation.kind)
                              ELSE format('Run REVOKE %s ON %s %s FROM %s.', creation.privilege, upper(creation.kind), creation.name, creation.grantee) END;
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_require_bound_role(regrole) IS
    'Refuses a role that is not bound by row security or could become one that is not: superusers, BYPASSRLS, the owner of a table, '
    'and all their members; and a role that may create what others would use in place of our tables: temporary objects, schemas in the '
    'database, objects in our schema. SQLSTATE 0LP01. Called by the grant functions.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_require_bound_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_all(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owned         name;
    granted       record;
    previous_role CONSTANT text := current_setting('role');
    me            CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) OR role IS NULL THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    SELECT c.relname INTO owned
    FROM @extschema@.bookmeatoz_objects() o JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
    WHERE o.kind = 'table' AND c.relowner = role ORDER BY c.oid LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % owns table %: what it has is not taken away', role, quote_ident(owned)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Hand the tables to another role first: bookmeatoz_set_owner().';
    END IF;
    FOR granted IN
        WITH relation AS (
            SELECT c.oid, c.relowner, c.relacl
            FROM @extschema@.bookmeatoz_objects() o JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
            WHERE o.kind = 'table'
        )
        SELECT 'ALL' AS privilege, format('TABLE %s', t.oid::regclass) AS object, t.relowner AS owner, acl.grantor
        FROM relation t CROSS JOIN aclexplode(t.relacl) acl WHERE acl.grantee = role
        UNION
        SELECT 'ALL', format('TABLE %s', t.oid::regclass), t.relowner, acl.grantor
        FROM relation t JOIN pg_attribute a ON a.attrelid = t.oid CROSS JOIN aclexplode(a.attacl) acl
        WHERE acl.grantee = role
        UNION
        SELECT 'EXECUTE', format('FUNCTION %s', p.oid::regprocedure), p.proowner, acl.grantor
        FROM pg_extension x
        JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
                        AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_proc p ON p.oid = d.objid CROSS JOIN aclexplode(p.proacl) acl
        WHERE x.extname = 'bookmeatoz' AND acl.grantee = role
        UNION
        SELECT 'USAGE', format('SCHEMA %I', n.nspname), n.nspowner, acl.grantor
        FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) acl
        WHERE n.oid = '@extschema@'::regnamespace AND acl.privilege_type = 'USAGE' AND acl.grantee = role
    LOOP
        -- Only who granted can revoke; who has the owner's rights, as a superuser has, acts as the owner.
        IF granted.grantor = (CASE WHEN pg_has_role(granted.owner, 'USAGE') THEN granted.owner ELSE me END) THEN
            EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.object, role);
        ELSIF pg_has_role(session_user, granted.grantor, 'MEMBER') THEN
            PERFORM set_config('role', (SELECT r.rolname FROM pg_roles r WHERE r.oid = granted.grantor), true);
            EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.object, role);
            PERFORM set_config('role', previous_role, true);
        ELSE
            RAISE EXCEPTION 'role % has privileges on % that only role % can revoke', role, granted.object, granted.grantor::regrole
                USING ERRCODE = 'insufficient_privilege', HINT = format('Call it as a superuser or as role %s.', granted.grantor::regrole);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_all(regrole) IS
    'Takes away all that a role was granted on our tables, on the functions of the extension, and USAGE on their schema, whoever '
    'granted it; not what it has by membership or as PUBLIC. Called by the grant and revoke functions. SQLSTATE 42501 where the caller '
    'cannot act as the one who granted, 0LP01 for an owner of our tables.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_all(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_execute(role regrole, VARIADIC function_names text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    callable regprocedure;
BEGIN
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', '@extschema@', role);
    END IF;
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM pg_extension x
        JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
                        AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_proc p ON p.oid = d.objid
        WHERE x.extname = 'bookmeatoz' AND p.proname LIKE ANY (function_names)
          AND NOT has_function_privilege(role, p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) IS
    'Gives a role USAGE on the schema and EXECUTE on functions of the extension (names as LIKE patterns), where it lacks them. Called '
    'by the grant functions.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Besides users, which is granted by columns. Not here: the token tables, which are for an auth role alone.
    app_tables CONSTANT text[] := ARRAY[
        'tenants', 'tenant_admins', 'businesses', 'employees', 'user_business_roles',
        'service_categories', 'services', 'employee_services', 'working_hours', 'employee_availability_overrides',
        'customers', 'bookings', 'subscription_plans', 'tenant_subscriptions', 'notifications'];
    app_table    text;
    user_columns text;
BEGIN
    PERFORM @extschema@.bookmeatoz_require_bound_role(role);
    PERFORM @extschema@.bookmeatoz_revoke_all(role);

    FOREACH app_table IN ARRAY app_tables LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s.%I TO %s', '@extschema@', app_table, role);
    END LOOP;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO user_columns
    FROM pg_attribute a
    WHERE a.attrelid = '@extschema@.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'password_hash';
    EXECUTE format('GRANT SELECT (%1$s), INSERT (%1$s), UPDATE (%1$s), DELETE ON %2$s.users TO %3$s', user_columns, '@extschema@', role);

    -- The first three are granted on purpose. The others belong to PUBLIC unless the database's default privileges say
    -- otherwise; they run with the caller's rights.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['resolve\_tenant', 'resolve\_business', 'register\_user',
        'can\_access\_%', 'can\_manage\_%', 'access\_%', 'current\_session\_%', 'set\_session\_context', 'is\_system\_admin',
        'is\_auth\_role', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'free\_busy',
        'book\_slot', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'cancel\_booking',
        'json\_text', 'search\_text', 'search\_pattern']::text[]);

    IF has_column_privilege(role, '@extschema@.users', 'password_hash', 'SELECT')
        OR has_table_privilege(role, '@extschema@.token_blacklist', 'SELECT')
        OR has_table_privilege(role, '@extschema@.password_resets', 'SELECT')
        OR has_table_privilege(role, '@extschema@.email_verifications', 'SELECT')
        OR has_function_privilege(role, '@extschema@.may_authenticate_users()', 'EXECUTE') THEN
        RAISE EXCEPTION 'role % cannot be the application''s role: it could read password hashes or tokens', role
            USING ERRCODE = 'invalid_grant_operation',
                  HINT = 'It has privileges on users, the token tables or may_authenticate_users() as PUBLIC or as a member of another role: revoke them there.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) IS
    'Gives a role what an application needs, and no more: its privileges on our tables and functions are replaced. users is granted '
    'column by column without password_hash (call it again after adding columns there), the token tables not at all. Run it as the '
    'owner of the data. SQLSTATE 0LP01 for a role that row security would not bind, or that could read password hashes all the same.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_staff_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_grant_app_role(role);
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_overbook']::text[]);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_staff_role(regrole) IS
    'As bookmeatoz_grant_app_role(), with the right to overbook: EXECUTE on may_overbook().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_staff_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_auth_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_require_bound_role(role);
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
    EXECUTE format('GRANT SELECT (id, email, password_hash, status, email_verified, last_login_at, system_role), '
                   'UPDATE (password_hash, status, email_verified, last_login_at) ON %s.users TO %s', '@extschema@', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %1$s.token_blacklist, %1$s.password_resets, %1$s.email_verifications TO %2$s',
                   '@extschema@', role);
    -- The first four are granted on purpose, the others are what the policies of these tables call.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_authenticate\_users', 'register\_user', 'resolve\_tenant', 'resolve\_business',
        'is\_auth\_role', 'is\_system\_admin', 'can\_access\_user', 'current\_session\_user\_id']::text[]);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) IS
    'Gives a role what registering and logging in need, and no more: its privileges on our tables and functions are replaced. It sees '
    'all users, whatever the context, in the columns id, email, password_hash, status, email_verified, last_login_at and system_role, '
    'writes password_hash, status, email_verified and last_login_at, and has token_blacklist, password_resets and email_verifications '
    'to itself. Run it as the owner of the data. SQLSTATE 0LP01 for a role that row security would not bind.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_app_role(regrole) IS
    'Takes away all that a role was granted on our tables and functions and on their schema, which bookmeatoz_grant_app_role() gave or '
    'others. Run it as the owner of the data.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_staff_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_staff_role(regrole) IS
    'As bookmeatoz_revoke_app_role(), for a role of bookmeatoz_grant_staff_role(). To take away the right to overbook alone, call '
    'bookmeatoz_grant_app_role().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_staff_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_auth_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_auth_role(regrole) IS
    'As bookmeatoz_revoke_app_role(), for a role of bookmeatoz_grant_auth_role().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_auth_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_may_own(role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role AND r.rolsuper)
        OR EXISTS (SELECT FROM pg_proc p CROSS JOIN aclexplode(p.proacl) acl
                   WHERE p.oid = '@extschema@.bookmeatoz_install_schema()'::regprocedure
                     AND acl.grantee = role AND acl.privilege_type = 'EXECUTE' AND acl.is_grantable)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_may_own(oid) IS
    'Whether what a role owns may be taken for ours: it is a superuser, or was made the owner by bookmeatoz_set_owner() since CREATE '
    'EXTENSION (it may pass on EXECUTE on bookmeatoz_install_schema()). Called by bookmeatoz_install_schema() and bookmeatoz_set_owner().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_may_own(oid) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_set_owner(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owner_functions CONSTANT text[] := ARRAY[
        'bookmeatoz\_%', 'may\_%', 'resolve\_%', 'register\_user', 'purge\_expired\_tokens', 'can\_%', 'access\_%', 'current\_session\_%',
        'set\_session\_context', 'is\_%', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'free\_busy',
        'book\_slot', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'cancel\_booking',
        'json\_text', 'search\_text', 'search\_pattern', 'trigger\_%'];
    me       CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
    required name;
    object   record;
    callable regprocedure;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- The owner installs what is missing there, lets the application's role in, and foreign keys are checked with its rights.
    EXECUTE format('GRANT CREATE ON SCHEMA %s TO %s', '@extschema@', role);
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s WITH GRANT OPTION', '@extschema@', role);
    FOR required IN
        SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
        WHERE x.extname IN ('uuid-ossp', 'btree_gist') AND NOT has_schema_privilege(role, n.oid, 'USAGE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', required, role);
    END LOOP;

    FOR object IN
        SELECT o.kind, o.name, format('ALTER %s %s.%I OWNER TO %s', o.kind, '@extschema@', o.name, role) AS command, found.owner
        FROM @extschema@.bookmeatoz_objects() o
        CROSS JOIN LATERAL (SELECT c.relowner FROM pg_class c WHERE o.kind = 'table' AND c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
                            UNION ALL
                            SELECT t.typowner FROM pg_type t WHERE o.kind = 'type' AND t.oid = to_regtype(format('%s.%I', '@extschema@', o.name))
                           ) found (owner)
        WHERE found.owner <> role
    LOOP
        -- Whoever may create in the schema could have put there a table of that name with a trigger.
        IF object.owner <> me AND NOT @extschema@.bookmeatoz_may_own(object.owner) THEN
            RAISE EXCEPTION '% "%" belongs to role %', object.kind, object.name, object.owner::regrole
                USING ERRCODE = 'duplicate_object', DETAIL = 'It is not taken for one of bookmeatoz: its owner could have put anything into it.',
                      HINT = format('If role %1$s owns the data, run SELECT bookmeatoz_set_owner(%2$L) first; otherwise rename or drop it.',
                                    object.owner::regrole, object.owner::regrole::text);
        END IF;
        EXECUTE object.command;
    END LOOP;

    -- With the right to pass them on, for bookmeatoz_grant_app_role() and its like.
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM pg_extension x
        JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
                        AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_proc p ON p.oid = d.objid
        WHERE x.extname = 'bookmeatoz' AND p.proname <> 'bookmeatoz_set_owner' AND p.proname LIKE ANY (owner_functions)
          AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) IS
    'Hands all types and tables to a role, with the right to run the other functions of administration, to purge tokens and to '
    'overbook, and what it needs on the schemas. Run it as a superuser; it can be repeated. Takes what the role, the caller, a superuser '
    'or an earlier owner by this function owns; SQLSTATE 42710 for what is another''s.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) FROM PUBLIC;

------------------------------------------------------------------------------------------------ row security
CREATE FUNCTION @extschema@.bookmeatoz_force_row_security(force boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation regclass;
BEGIN
    IF force IS NULL THEN
        RAISE EXCEPTION 'force must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    FOR relation IN
        SELECT c.oid::regclass
        FROM @extschema@.bookmeatoz_objects() o JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
        WHERE o.kind = 'table' AND c.relforcerowsecurity <> force
    LOOP
        EXECUTE format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation, CASE WHEN force THEN 'FORCE' ELSE 'NO FORCE' END);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) IS
    'Whether row security binds the owner of the data too, for all our tables. With it the owner sees what the session context '
    'shows: the owner''s own UPDATEs may silently touch nothing, ADD FOREIGN KEY passes over rows, and dumps as the owner fail. '
    'Superusers and roles with BYPASSRLS are never bound. Run it as the owner; SQLSTATE 22004 for NULL.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) FROM PUBLIC;
