-- Takes away rights on our functions that the database's default privileges gave to other roles.

DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT p.oid::regprocedure AS function, acl.grantee::regrole AS role
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
        WHERE acl.grantee NOT IN (0, p.proowner)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', granted.function, granted.role);
    END LOOP;
END
$$;
