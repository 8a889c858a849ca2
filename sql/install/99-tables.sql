-- The last part, in CREATE EXTENSION alone: it installs the data structures.

DO $$
BEGIN
    -- On a pooled connection a temporary object stays for the next session, and it may have the name of a table of ours.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

SELECT @extschema@.bookmeatoz_install_schema();
