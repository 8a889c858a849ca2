-- The definitions of this version: what bookmeatoz_verify() expects of the functions is what the script has just created. It is kept
-- in a function, because bodies name the schema. Everything is qualified: the schema may hold a better match for a name of pg_catalog's.

DO $do$
BEGIN
    EXECUTE pg_catalog.format(
        'CREATE FUNCTION %s.bookmeatoz_expected_function_definitions() RETURNS TABLE (name text, definition text, for_public boolean) '
        'LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS %L', '@extschema@',
        (SELECT pg_catalog.format('VALUES %s', pg_catalog.string_agg(pg_catalog.format('(%L, %L, %L::boolean)', f.name, f.definition, f.for_public),
                                                                     ', '::text ORDER BY f.name COLLATE "C"))
         FROM @extschema@.bookmeatoz_function_definitions() f));
END
$do$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_expected_function_definitions() IS
    'The functions of the extension as its install script created them: see bookmeatoz_function_definitions().';
