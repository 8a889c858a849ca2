-- Rights on functions are set aside, so that this script gives and takes rights as CREATE EXTENSION does. What a script of an extension gives
-- counts as the extension's own: a dump leaves it out. So the users' rights come back at the end, by bookmeatoz_put_back_rights().

SELECT set_config('extension_update.rights', jsonb_agg(jsonb_build_object(
        'function', p.oid::regprocedure, 'name', p.proname, 'rights', acl.rights))::text, true)
FROM @extschema@.bookmeatoz_functions() f
JOIN pg_proc p ON p.oid = f
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('grantor', a.grantor, 'grantee', a.grantee, 'grantable', a.is_grantable) ORDER BY a.ordinality)
    FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WITH ORDINALITY a
    WHERE a.privilege_type = 'EXECUTE') acl (rights);

DO $$
DECLARE
    granted record;
    taken   regprocedure;
BEGIN
    FOR granted IN
        SELECT DISTINCT p.oid::regprocedure AS function, a.grantee::regrole AS role
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) a
        WHERE a.grantee NOT IN (0, p.proowner) AND a.grantor = p.proowner
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE', granted.function, granted.role);
    END LOOP;
    FOR taken IN
        SELECT p.oid::regprocedure FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f
        WHERE NOT has_function_privilege('public', p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', taken);
    END LOOP;
END
$$;
