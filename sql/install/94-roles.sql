-- Roles of applications: what each duty needs, and no more. For administrators, not for PUBLIC.
--
-- A role has one duty: app, staff or auth. Each grant function first takes away all that the role was granted on our tables and
-- functions. So the result does not depend on what it had before. An application that needs two duties uses two roles.

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
    -- A member can become the other role by SET ROLE, even if it does not inherit its rights.
    SELECT r.rolname INTO free
    FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(role, r.oid, 'MEMBER') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it is a member of %, which bypasses row security', role, quote_ident(free)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is no member of such a role.';
    END IF;
    FOR relation IN
        SELECT o.kind, o.name, c.oid, c.relowner
        FROM @extschema@.bookmeatoz_objects() o LEFT JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
        WHERE o.kind <> 'type'
        ORDER BY c.oid
    LOOP
        IF relation.oid IS NULL THEN
            RAISE EXCEPTION '% % does not exist', relation.kind, relation.name
                USING ERRCODE = 'undefined_table', HINT = 'Run bookmeatoz_install_schema() first.';
        END IF;
        IF pg_has_role(role, relation.relowner, 'MEMBER') THEN
            RAISE EXCEPTION 'role % cannot be used by an application: it owns % %, and row security does not apply to owners', role, relation.kind, relation.name
                USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that neither is the owner nor a member of the owner''s role.';
        END IF;
    END LOOP;
    -- What the role creates would be used by others: on a pooled connection, or by its schema in their search_path.
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
    'Refuses a role of an application that could get past row security (SQLSTATE 0LP01). Called by the grant functions. It refuses:
- superusers, roles with BYPASSRLS, owners of a table, and all members of these
- roles that may create what others would use in place of our tables: temporary objects, schemas in the database, objects in our schema';
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
    FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t WHERE c.relowner = role ORDER BY c.oid LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % owns table %: what it has is not taken away', role, quote_ident(owned)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Hand the tables to another role first: bookmeatoz_set_owner().';
    END IF;
    FOR granted IN
        WITH relation AS (
            SELECT c.oid, c.relowner, c.relacl FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t
        )
        SELECT 'ALL' AS privilege, format('TABLE %s', t.oid::regclass) AS object, t.relowner AS owner, acl.grantor
        FROM relation t CROSS JOIN aclexplode(t.relacl) acl WHERE acl.grantee = role
        UNION
        SELECT 'ALL', format('TABLE %s', t.oid::regclass), t.relowner, acl.grantor
        FROM relation t JOIN pg_attribute a ON a.attrelid = t.oid CROSS JOIN aclexplode(a.attacl) acl
        WHERE acl.grantee = role
        UNION
        SELECT 'EXECUTE', format('FUNCTION %s', p.oid::regprocedure), p.proowner, acl.grantor
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
        WHERE acl.grantee = role
        UNION
        SELECT 'USAGE', format('SCHEMA %I', n.nspname), n.nspowner, acl.grantor
        FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) acl
        WHERE n.oid = '@extschema@'::regnamespace AND acl.privilege_type = 'USAGE' AND acl.grantee = role
    LOOP
        -- Only the grantor can revoke. A role with the owner's rights, as a superuser has them, acts as the owner.
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
    'Takes away all that a role was granted on our tables and functions, and USAGE on their schema, whoever granted it. What it has as a member of a role or as PUBLIC stays. Called by the grant and revoke functions.
Errors:
- 42501: the caller cannot act as the grantor
- 0LP01: the role owns our tables';
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
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f
        WHERE p.proname LIKE ANY (function_names) AND NOT has_function_privilege(role, p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) IS
    'Gives a role USAGE on the schema and EXECUTE on functions of the extension, if it lacks them. The names are LIKE patterns. Called '
    'by the grant functions.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- users is granted by columns, and audit_logs and bookings_archive for reading, below. The token tables are not granted: they are for an auth role
    -- alone. Partitions are not granted: they are read through their table.
    app_tables CONSTANT text[] := ARRAY[
        'tenants', 'tenant_admins', 'businesses', 'employees', 'user_business_roles',
        'service_categories', 'services', 'employee_services', 'working_hours', 'employee_availability_overrides',
        'business_availability_overrides', 'customers', 'bookings', 'subscription_plans', 'tenant_subscriptions', 'notifications'];
    app_table    text;
    user_columns text;
BEGIN
    PERFORM @extschema@.bookmeatoz_require_bound_role(role);
    PERFORM @extschema@.bookmeatoz_revoke_all(role);

    FOREACH app_table IN ARRAY app_tables LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s.%I TO %s', '@extschema@', app_table, role);
    END LOOP;
    EXECUTE format('GRANT SELECT ON %1$s.audit_logs, %1$s.bookings_archive, %1$s.bookings_all, %1$s.accessible_business_stats TO %2$s', '@extschema@', role);
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO user_columns
    FROM pg_attribute a
    WHERE a.attrelid = '@extschema@.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'password_hash';
    EXECUTE format('GRANT SELECT (%1$s), INSERT (%1$s), UPDATE (%1$s), DELETE ON %2$s.users TO %3$s', user_columns, '@extschema@', role);

    -- The first four are granted on purpose. PUBLIC has EXECUTE on the others, unless the database's default privileges differ; they
    -- run with the caller's rights.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['resolve\_tenant', 'resolve\_business', 'register\_user', 'erase\_customer',
        'can\_access\_%', 'can\_manage\_%', 'access\_%', 'current\_session\_%', 'set\_session\_context', 'is\_system\_admin',
        'is\_auth\_role', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'check\_slots', 'free\_busy',
        'book\_slot', 'book\_slots', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'reschedule\_bookings',
        'cancel\_booking', 'cancel\_series', 'claim\_due\_%', 'employee\_calendar', 'booking\_event', 'week\_chart', 'export\_customer',
        'working\_time', 'business\_figures', 'business\_statistics',
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
    'Replaces a role''s privileges on our tables and functions by what an application needs. users is granted by columns, without password_hash, and audit_logs and bookings_archive for reading. The token tables are not granted.
Run it as the owner of the data, and again after you add columns to users.
Errors:
- 0LP01: row security would not bind the role, or it could still read password hashes or tokens';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_staff_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_grant_app_role(role);
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_overbook']::text[]);
    -- The app role's rights contain it. But it stays with the table when the function goes, and tells bookmeatoz_application_roles() of the duty.
    EXECUTE format('GRANT UPDATE (overbooked) ON %s.bookings TO %s', '@extschema@', role);
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
    -- The first four are granted on purpose. The policies of these tables call the others.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_authenticate\_users', 'register\_user', 'resolve\_tenant', 'resolve\_business',
        'is\_auth\_role', 'is\_system\_admin', 'can\_access\_user', 'current\_session\_user\_id']::text[]);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) IS
    'Replaces a role''s privileges on our tables and functions by what registering and logging in need. Run it as the owner of the data. The role then may:
- in all rows of users, read id, email, password_hash, status, email_verified, last_login_at and system_role, and write password_hash, status, email_verified and last_login_at
- in token_blacklist, password_resets and email_verifications, read and write everything
Errors:
- 0LP01: row security would not bind the role';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_application_roles() RETURNS TABLE (role regrole, duty text, complete boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- What only the grant functions give, of the rights on tables: those on functions go with the functions.
    WITH given AS (
        SELECT acl.grantee, c.relname, acl.privilege_type AS privilege
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl
        WHERE c.oid IN (to_regclass('@extschema@.tenants'), to_regclass('@extschema@.token_blacklist')) AND acl.grantee NOT IN (0, c.relowner)
    )
    SELECT g.grantee::regrole, d.duty,
           EXISTS (SELECT FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
                   WHERE p.proname = CASE d.duty WHEN 'staff' THEN 'may_overbook' ELSE 'register_user' END AND acl.grantee = g.grantee)
           -- users is granted by columns, and business_stats and schema_ledger to nobody.
           AND NOT EXISTS (SELECT FROM @extschema@.bookmeatoz_objects() o JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
                           WHERE o.kind <> 'type' AND o.name NOT IN ('users', 'business_stats', 'schema_ledger')
                             AND (o.name IN ('token_blacklist', 'password_resets', 'email_verifications')) = (d.duty = 'auth')
                             AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) acl WHERE acl.grantee = g.grantee AND acl.privilege_type = 'SELECT'))
    FROM given g
    CROSS JOIN LATERAL (SELECT CASE
        WHEN g.relname = 'token_blacklist' THEN 'auth'
        WHEN EXISTS (SELECT FROM pg_attribute a CROSS JOIN aclexplode(a.attacl) acl
                     WHERE a.attrelid = to_regclass('@extschema@.bookings') AND a.attname = 'overbooked' AND acl.grantee = g.grantee) THEN 'staff'
        ELSE 'app' END) d (duty)
    WHERE g.privilege = 'INSERT'
    ORDER BY g.grantee::regrole::text COLLATE "C"
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_application_roles() IS
    'The roles that the grant functions have given their rights on tables, and their duty: app, staff or auth. complete: whether they have the rights on functions too, which DROP EXTENSION ... CASCADE takes away, and may read each table of their duty, which a table that was created anew does not allow. Called by bookmeatoz_regrant_roles() and bookmeatoz_install_schema().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_application_roles() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_regrant_roles() RETURNS TABLE (role regrole, duty text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    previous_role CONSTANT text := current_setting('role');
    data_owner    CONSTANT name := (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = '@extschema@.tenants'::regclass);
BEGIN
    FOR role, duty IN SELECT r.role, r.duty FROM @extschema@.bookmeatoz_application_roles() r LOOP
        -- As the owner, whoever calls: only who gave a right can take it away, and the owner must be able to.
        PERFORM set_config('role', data_owner, true);
        EXECUTE format('SELECT %s.%I($1)', '@extschema@', 'bookmeatoz_grant_' || duty || '_role') USING role;
        PERFORM set_config('role', previous_role, true);
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_regrant_roles() IS
    'Calls the grant function of each role of an application again, and returns the roles and their duties: app, staff or auth. For after a reinstallation, and after you add columns to users. It tells the roles by their rights on tables: INSERT on tenants, or on token_blacklist; UPDATE on the column overbooked of bookings for staff.
Run it as the owner of the data, or as a superuser. What a role had on our tables and functions beyond the grant functions is gone then.
Errors:
- 0LP01: row security would not bind one of the roles, or it could read password hashes or tokens';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_regrant_roles() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_app_role(regrole) IS
    'Takes away all that a role was granted on our tables and functions, and USAGE on their schema, by bookmeatoz_grant_app_role() or '
    'in another way. Run it as the owner of the data.';
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
