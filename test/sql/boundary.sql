-- Errors of every kind cross the boundary between C++ and the server: SQLSTATE, DETAIL and HINT arrive, and nothing stays
-- behind. The probe (test/boundary) is a module of its own around the same boundary.
-- It is built where the server may read: the sources are perhaps in a home that is closed to it, and not the tester's to write.
\set folder `mktemp -d /tmp/bookmeatoz-boundary.XXXXXX`
\setenv BOUNDARY :folder
\! chmod 755 "$BOUNDARY"
\! env -u MAKEFLAGS -u MAKELEVEL make -s -C "$BOUNDARY" -f "$PG_ABS_SRCDIR/boundary/Makefile" >"$BOUNDARY/build.log" 2>&1 || cat "$BOUNDARY/build.log"
\set probe :folder '/boundary_probe.so'
CREATE FUNCTION boundary_provoke(kind text) RETURNS void LANGUAGE c STRICT AS :'probe';
CREATE FUNCTION boundary_live() RETURNS integer LANGUAGE c AS :'probe';
CREATE FUNCTION boundary_memory() RETURNS bigint LANGUAGE c AS :'probe';
CREATE FUNCTION boundary_exceptions() RETURNS integer LANGUAGE c AS :'probe';
CREATE FUNCTION boundary_keeps_memory_context() RETURNS boolean LANGUAGE c AS :'probe';

-- A server call leaves the memory context as it was.
SELECT boundary_keeps_memory_context();

-- What a caller catches.
CREATE FUNCTION boundary_caught(kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; at_schema text; at_table text; at_column text; at_constraint text;
BEGIN
    PERFORM boundary_provoke(kind);
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        at_schema = SCHEMA_NAME, at_table = TABLE_NAME, at_column = COLUMN_NAME, at_constraint = CONSTRAINT_NAME;
    RETURN concat_ws(' | ', state, replace(message, repeat('.', 1000), '(1000 dots)'), nullif(detail, ''), nullif(hint, ''),
                     nullif(at_schema, ''), nullif(at_table, ''), nullif(at_column, ''), nullif(at_constraint, ''));
END $$;
CREATE TABLE boundary_kinds (kind text);
INSERT INTO boundary_kinds VALUES
    ('none'), ('std::runtime_error'), ('std::bad_alloc'), ('std::length_error'), ('int'), ('unknown object'),
    ('SqlError'), ('SqlError without detail'), ('rethrown'),
    ('ereport'), ('ereport, rethrown'), ('ereport two calls deep'), ('exception within a call'),
    ('palloc of too much'), ('type input'), ('SPI, syntax'), ('SPI, execution'), ('SPI, raised'),
    ('through another boundary'), ('server error through another boundary'), ('after one that was caught');
CREATE TABLE boundary_expected AS SELECT kind, boundary_caught(kind) AS caught FROM boundary_kinds;
SELECT kind, caught FROM boundary_expected;

-- At the top level of a session.
SELECT boundary_provoke('SqlError');
\echo :LAST_ERROR_SQLSTATE
SELECT boundary_provoke('ereport');
\echo :LAST_ERROR_SQLSTATE
SELECT boundary_provoke('std::length_error') IS NULL;
\echo :LAST_ERROR_SQLSTATE
SELECT boundary_provoke('through another boundary');
SELECT boundary_live() AS live, boundary_exceptions() AS exceptions;

-- Over 10,000 errors in one backend: each arrives as the first of its kind did; no object, no exception, no memory is left.
CREATE FUNCTION boundary_rounds(rounds integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    different bigint := 0;
BEGIN
    FOR round IN 1..rounds LOOP
        different := different + (SELECT count(*) FROM boundary_expected WHERE boundary_caught(kind) IS DISTINCT FROM caught);
    END LOOP;
    RETURN different;
END $$;
SELECT boundary_rounds(50) AS different;
SELECT boundary_memory() AS memory \gset
SELECT boundary_rounds(550) AS different;
SELECT boundary_live() AS live, boundary_exceptions() AS exceptions, boundary_memory() - :memory < 100 * 1024 AS flat;

-- The same over many transactions that are rolled back.
CREATE PROCEDURE boundary_transactions(rounds integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR round IN 1..rounds LOOP
        PERFORM boundary_caught(kind) FROM boundary_kinds;
        ROLLBACK;
    END LOOP;
END $$;
CALL boundary_transactions(50);
SELECT boundary_memory() AS memory \gset
CALL boundary_transactions(100);
SELECT boundary_live() AS live, boundary_exceptions() AS exceptions, boundary_memory() - :memory < 100 * 1024 AS flat;

DROP PROCEDURE boundary_transactions(integer);
DROP FUNCTION boundary_rounds(integer), boundary_caught(text), boundary_provoke(text), boundary_live(), boundary_memory(), boundary_exceptions();
DROP TABLE boundary_kinds, boundary_expected;
\! rm -r "$BOUNDARY"
