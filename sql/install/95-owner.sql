-- The owner of the data: who it is, and whether row security binds it. For administrators, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_may_own(role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role AND r.rolsuper)
        OR EXISTS (SELECT FROM pg_proc p CROSS JOIN aclexplode(p.proacl) acl
                   WHERE p.oid = '@extschema@.bookmeatoz_install_schema(boolean)'::regprocedure
                     AND acl.grantee = role AND acl.privilege_type = 'EXECUTE' AND acl.is_grantable)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_may_own(oid) IS
    'Whether objects of a role may be taken for ours: it is a superuser, or bookmeatoz_set_owner() made it the owner since CREATE '
    'EXTENSION, so it may grant EXECUTE on bookmeatoz_install_schema(). Called by bookmeatoz_install_schema() and bookmeatoz_set_owner().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_may_own(oid) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_functions_to_owner(role regrole, functions oid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owner_functions CONSTANT text[] := ARRAY[
        'bookmeatoz\_%', 'may\_%', 'resolve\_%', 'register\_user', 'purge\_expired\_tokens', 'archive\_bookings', 'can\_%', 'access\_%', 'current\_session\_%',
        'set\_session\_context', 'is\_%', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'check\_slots', 'free\_busy',
        'book\_slot', 'book\_slots', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'reschedule\_bookings',
        'cancel\_booking', 'cancel\_series', 'claim\_due\_%', 'employee\_calendar', 'booking\_event', 'week\_chart', 'export\_customer', 'erase\_customer',
        'working\_time', 'business\_figures', 'business\_statistics', 'refresh\_business\_stats',
        'json\_text', 'search\_text', 'search\_pattern', 'trigger\_%'];
    callable regprocedure;
BEGIN
    -- With the grant option, because the owner calls bookmeatoz_grant_app_role() and its like. To the role by name:
    -- bookmeatoz_may_own() asks for that.
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM pg_proc p
        WHERE p.oid = ANY (functions) AND p.proname LIKE ANY (owner_functions) AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
          AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) acl WHERE acl.grantee = role AND acl.is_grantable)
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_functions_to_owner(regrole, oid[]) IS
    'Gives a role EXECUTE with the grant option on those of the functions that the owner of the data calls, where it lacks that. Called by bookmeatoz_set_owner(), and for functions that are new by the scripts that update the extension.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_functions_to_owner(regrole, oid[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_set_owner(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me       CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
    required name;
    object   record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- What the role has already is not given again: so a repetition changes nothing, and the owner itself may call it.
    -- REFRESH MATERIALIZED VIEW CONCURRENTLY compares by a temporary table of the owner.
    IF NOT has_database_privilege(role, current_database(), 'TEMPORARY') THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %s', current_database(), role);
    END IF;
    -- The owner creates what is missing in the schema, and gives USAGE on it to the application's role. Foreign keys are checked with
    -- the owner's rights.
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'CREATE') THEN
        EXECUTE format('GRANT CREATE ON SCHEMA %s TO %s', '@extschema@', role);
    END IF;
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE WITH GRANT OPTION') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s WITH GRANT OPTION', '@extschema@', role);
    END IF;
    FOR required IN
        SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
        WHERE x.extname IN ('uuid-ossp', 'btree_gist') AND NOT has_schema_privilege(role, n.oid, 'USAGE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', required, role);
    END LOOP;

    FOR object IN
        SELECT found.*, format('ALTER %s %s OWNER TO %s', found.kind, found.object, role) AS command
        FROM (SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, c.relname, c.oid::regclass::text, c.relowner
              FROM @extschema@.bookmeatoz_relations() o JOIN pg_class c ON c.oid = o
              UNION ALL
              SELECT 'type', t.typname, t.oid::regtype::text, t.typowner
              FROM @extschema@.bookmeatoz_objects() o JOIN pg_type t ON o.kind = 'type' AND t.oid = to_regtype(format('%s.%I', '@extschema@', o.name))
             ) found (kind, name, object, owner)
        WHERE found.owner <> role
    LOOP
        -- Any role that may create in the schema could have created a table of that name with a trigger.
        IF object.owner <> me AND NOT @extschema@.bookmeatoz_may_own(object.owner) THEN
            RAISE EXCEPTION '% "%" belongs to role %', object.kind, object.name, object.owner::regrole
                USING ERRCODE = 'duplicate_object', DETAIL = 'bookmeatoz does not take it for its own: its owner could have put anything into it.',
                      HINT = format('If role %1$s owns the data, run SELECT bookmeatoz_set_owner(%2$L) first; otherwise rename or drop it.',
                                    object.owner::regrole, object.owner::regrole::text);
        END IF;
        EXECUTE object.command;
    END LOOP;

    PERFORM @extschema@.bookmeatoz_grant_functions_to_owner(role, ARRAY(SELECT @extschema@.bookmeatoz_functions()));
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) IS
    'Makes a role the owner of all types, tables with their partitions, and views. It also gives the role EXECUTE on the functions of administration, on purging tokens, on archiving and on overbooking, TEMPORARY on the database, and the rights that it needs on the schemas. Run it as a superuser; for the present owner it changes nothing, and the owner may call it too.
Types, tables and views may belong to the role, the caller, a superuser or an earlier owner by this function.
Errors:
- 42710: a type, table or view belongs to another role';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_force_row_security(force boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation regclass;
BEGIN
    IF force IS NULL THEN
        RAISE EXCEPTION 'force must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    FOR relation IN
        SELECT c.oid::regclass FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t
        WHERE c.relforcerowsecurity <> force AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation, CASE WHEN force THEN 'FORCE' ELSE 'NO FORCE' END);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) IS
    'Sets for all our tables whether row security binds the owner of the data too. It never binds superusers and roles with BYPASSRLS. Run it as the owner.
If it binds the owner, the owner sees only what the session context shows: an UPDATE may silently change nothing, ADD FOREIGN KEY does not check hidden rows, and a dump as the owner fails.
Errors:
- 22004: force is NULL';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_put_back_rights(rights jsonb) RETURNS void
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_put_back_rights(jsonb) IS
    'Puts back the rights on our functions that a script has set aside which updates the extension, as rights of the users that dumps take along. A function that was made anew with other arguments gets the rights of the earlier one. The owner of the data gets the rights on new functions. Called by those scripts alone.
- rights: for each function its rights before, as the script has written them down
Errors:
- 55000: no such script calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_put_back_rights(jsonb) FROM PUBLIC;
