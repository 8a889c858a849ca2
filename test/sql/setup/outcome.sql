-- What becomes of a statement, in the same words on every version of PostgreSQL: accepted, or the key, check or column
-- that refused it. The statement is undone either way.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    rule  text;
    place text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN
        RETURN 'accepted';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME, place = COLUMN_NAME;
        RETURN CASE
            WHEN state = '23502' THEN 'not null ' || place
            WHEN state = '23514' THEN 'check ' || rule
            WHEN state = '23505' THEN 'unique ' || rule
            WHEN state = '23P01' THEN 'exclusion ' || rule
            -- from PostgreSQL 18 on RESTRICT has a code of its own
            WHEN state IN ('23503', '23001') THEN 'foreign key ' || rule
            ELSE state || ' ' || SQLERRM
        END;
END
$$;
