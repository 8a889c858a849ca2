-- Installing: the data structures, and which they are. For administrators, not PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_install_schema() RETURNS SETOF text
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_install_schema() IS
    'Creates the types, tables, columns, constraints, indexes, triggers and policies that are missing, as ordinary objects of the caller. Returns a line for each thing done, none when all is there.
Run it as the owner of the data; a superuser acts as the owner.
Errors, and nothing is done:
- 42710: a type, table or index of ours has a name that something of another role has
- 42809: what has the name is made otherwise
- 42501: another role calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_objects() RETURNS TABLE (kind text, name text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_objects() IS
    'The types and tables of this version in the order of their creation, whether they exist or not; kind is type or table.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_objects() FROM PUBLIC;
