-- The end of an update: rights on functions are as they were. The tables change only when bookmeatoz_install_schema() is called.

DO $$
DECLARE
    made record;
BEGIN
    -- New functions belong to whoever runs this. All of ours belong to the owner of the extension; and by a GRANT, their first rights are
    -- the owner's too.
    FOR made IN
        SELECT p.oid::regprocedure AS function, x.extowner::regrole AS owner, p.proacl
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f JOIN pg_extension x ON x.extname = 'bookmeatoz'
        WHERE p.proowner <> x.extowner AND p.proowner = current_user::regrole
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO %s', made.function, made.owner);
        IF made.proacl IS NOT NULL THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', made.function, made.owner);
        END IF;
    END LOOP;
END
$$;

SELECT @extschema@.bookmeatoz_put_back_rights(current_setting('extension_update.rights')::jsonb);
SELECT @extschema@.bookmeatoz_announce_steps();
