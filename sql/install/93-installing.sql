-- Installing: creates the data structures, and lists what belongs to this version. For administrators, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_install_schema(plan boolean DEFAULT false) RETURNS SETOF text
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_install_schema(boolean) IS
    'Creates the types, tables, views, columns, defaults, constraints, indexes, triggers and policies that are missing, as ordinary objects of the caller. Returns a line for each thing done, and one for each thing of ours that the owner has changed, which stays as it is, for whatever else is an error of bookmeatoz_verify(), and for each role of an application that lacks rights (see bookmeatoz_regrant_roles()).
It does the steps of bookmeatoz_schema_steps() that schema_ledger does not have, and records them there. Where the owner has changed what a step changes, it leaves that, says both definitions, and does not ask again. After it has added labels to a type it stops and says so: only another transaction may use them.
With plan it changes nothing: it returns the DDL that it would run, each statement with the lock that it takes and whether it rewrites the table, and at the end what may be run by hand before, outside a transaction, while others write. It leaves out partitions.
It also puts back NOT NULL, row security under a policy or a trigger that comes back, the triggers that fire ALWAYS, and FORCE ROW LEVEL SECURITY if most of the tables have it. After a trigger came back it calls bookmeatoz_check_rows(true), and tells how many findings there are and the first hundred. Of two runs at once the second waits.
Run it as the owner of the data; a superuser acts as the owner, and gives the owner what a superuser still owns.
Errors; nothing is done then:
- 42710: something of another role has the name of a type, table, view or index of ours
- 42809: something has the name of a type, table or view of ours, but another definition
- 42501: another role calls it
- 55000: the tables are those of a newer version
- 22004: plan is NULL
- 23P01: a booking that was written without the guard collides';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema(boolean) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_objects() RETURNS TABLE (kind text, name text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_objects() IS
    'The types, tables and views of this version in the order of their creation, whether they exist or not. kind is type, table, view or materialized view.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_objects() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_functions() RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.objid
    FROM pg_extension x
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    WHERE x.extname = 'bookmeatoz'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_functions() IS
    'The functions that are members of the extension. Called by the functions that give and take rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_functions() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_relations() RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH ours AS (
        SELECT to_regclass(format('%s.%I', '@extschema@', o.name))::oid AS oid FROM @extschema@.bookmeatoz_objects() o WHERE o.kind <> 'type'
    )
    SELECT o.oid FROM ours o WHERE o.oid IS NOT NULL
    UNION
    SELECT t.relid FROM ours o CROSS JOIN pg_partition_tree(o.oid) t
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_relations() IS
    'The tables and views of this version that exist, and all partitions of the tables. Called by the functions that give and take rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_relations() FROM PUBLIC;
