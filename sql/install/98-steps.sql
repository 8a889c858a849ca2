-- Steps: how the data structures of one version become those of the next.
--
-- What is new in a version needs no step: bookmeatoz_install_schema() creates what is missing. A step changes one definition that is
-- there, or rows. It runs only where it finds the definition that it replaces, word for word, as bookmeatoz_definitions() gives it. So the
-- owner's own changes stay, and a lost ledger does no harm. A released step never changes; numbers go up.

CREATE FUNCTION @extschema@.bookmeatoz_schema_steps()
RETURNS TABLE (step integer, version text, what text, object text, kind text, name text, old_definition text, new_definition text,
               statements text, rewrites boolean, by_hand text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    VALUES (1, '1.0.0', 'the schema of 1.0.0', NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, false, NULL::text)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_schema_steps() IS
    'The steps from version to version of the data structures, by which bookmeatoz_install_schema() changes what is there; schema_ledger says which are done. Steps that change types and columns come before what is missing is created, the others after that.
- what: what the step does, in one line
- object, kind, name: what it changes, as bookmeatoz_definitions() names it; NULL where it changes rows, which it may do twice
- old_definition, new_definition: the definition that it replaces, and the one that it leaves; NULL: none
- statements: its DDL; NULL: only to be recorded
- rewrites: whether it rewrites the table
- by_hand: for a heavy step, statements to run outside a transaction before, while others write; they lead to the same definition';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_schema_steps() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_step_states() RETURNS TABLE (step integer, state text, found text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH steps AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_schema_steps()),
    present AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_definitions(ARRAY(SELECT DISTINCT s.object FROM steps s)))
    SELECT s.step,
           CASE WHEN s.object IS NULL THEN CASE WHEN s.statements IS NULL THEN 'done' ELSE 'to do' END
                -- What is missing is created as this version has it.
                WHEN p.definition IS NULL THEN 'done'
                WHEN EXISTS (SELECT FROM steps l
                             WHERE l.step >= s.step AND (l.object, l.kind, l.name) = (s.object, s.kind, s.name)
                               AND @extschema@.bookmeatoz_fits(s.kind, p.definition, l.new_definition)) THEN 'done'
                -- A label that is to come is not to be there already, at another place.
                WHEN @extschema@.bookmeatoz_fits(s.kind, p.definition, s.old_definition)
                     AND (s.kind <> 'type' OR NOT EXISTS (SELECT FROM unnest(s.new_definition::text[]) label
                                                          WHERE label = ANY (p.definition::text[]) AND label <> ALL (s.old_definition::text[]))) THEN 'to do'
                ELSE 'changed' END,
           p.definition
    FROM steps s LEFT JOIN present p USING (object, kind, name)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_step_states() IS
    'Where each step stands, by the definitions alone, and the definition that is there. A later step on the same counts for the earlier ones. Called by bookmeatoz_install_schema().
- done: its definition is there, or a later one, or nothing at all
- to do: the definition that it replaces is there, or it changes rows
- changed: another definition is there, the owner''s';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_step_states() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_announce_steps() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    steps   CONSTANT text := (SELECT string_agg(format('step %s: %s', s.step, s.what), '; ' ORDER BY s.step)
                              FROM @extschema@.bookmeatoz_schema_steps() s JOIN @extschema@.bookmeatoz_step_states() t USING (step)
                              WHERE s.object IS NOT NULL AND t.state = 'to do');
    missing CONSTANT text := (SELECT string_agg(d.finding, '; ') FROM @extschema@.bookmeatoz_differences() d WHERE d.missing);
BEGIN
    IF steps IS NOT NULL OR missing IS NOT NULL THEN
        RAISE WARNING 'the tables are not those of this version yet'
            USING DETAIL = concat_ws('; ', steps, missing) || '.',
                  HINT = 'Run SELECT bookmeatoz_install_schema() as the owner of the data; bookmeatoz_install_schema(true) says before what it will do.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_announce_steps() IS
    'A WARNING if bookmeatoz_install_schema() has anything to do. It reads catalogs alone. Called at the end of each script that updates the extension.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_announce_steps() FROM PUBLIC;
