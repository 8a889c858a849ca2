-- The last part. It takes away rights that the earlier parts did not give. Then it installs the data structures.

DO $$
DECLARE
    granted record;
BEGIN
    -- Rights on our functions that the database's default privileges gave to other roles.
    FOR granted IN
        SELECT DISTINCT p.oid::regprocedure AS function, acl.grantee::regrole AS role
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
        WHERE acl.grantee NOT IN (0, p.proowner)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', granted.function, granted.role);
    END LOOP;
    -- On a pooled connection a temporary object stays for the next session, and it may have the name of a table of ours.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

SELECT @extschema@.bookmeatoz_install_schema();
