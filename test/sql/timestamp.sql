-- trigger_set_timestamp(): updated_at is the time of the last UPDATE, whatever the statement gave.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;

CREATE TABLE timestamp_rows (id integer PRIMARY KEY, note text, updated_at timestamptz NOT NULL DEFAULT '2001-01-01 00:00+00');
CREATE TRIGGER set_timestamp BEFORE UPDATE ON timestamp_rows FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamp();
INSERT INTO timestamp_rows (id) VALUES (1), (2), (3);

-- An INSERT keeps what it gives.
SELECT count(*) FROM timestamp_rows WHERE updated_at = '2001-01-01 00:00+00';

-- The start of the transaction, for each row that the statement names, and no other.
UPDATE timestamp_rows SET note = 'changed' WHERE id = 1;
BEGIN;
UPDATE timestamp_rows SET note = 'changed', updated_at = '1999-01-01 00:00+00' WHERE id = 2;
SELECT id, note, updated_at = now() AS is_now, updated_at < now() AS is_past FROM timestamp_rows ORDER BY id;
UPDATE timestamp_rows SET updated_at = NULL;
INSERT INTO timestamp_rows VALUES (1, 'upsert', '1999-01-01 00:00+00')
    ON CONFLICT (id) DO UPDATE SET note = EXCLUDED.note, updated_at = EXCLUDED.updated_at;
MERGE INTO timestamp_rows AS r USING (VALUES (3)) AS v (id) ON r.id = v.id
    WHEN MATCHED THEN UPDATE SET note = 'merged', updated_at = '1999-01-01 00:00+00';
SELECT id, note, updated_at = now() AS is_now FROM timestamp_rows ORDER BY id;
COMMIT;

-- The column is found by name after every change of the table.
ALTER TABLE timestamp_rows DROP COLUMN note;
UPDATE timestamp_rows SET id = 11 WHERE id = 1;
ALTER TABLE timestamp_rows RENAME COLUMN updated_at TO changed_at;
UPDATE timestamp_rows SET id = 12 WHERE id = 2;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE timestamp_rows ADD COLUMN updated_at timestamptz;
UPDATE timestamp_rows SET id = 12 WHERE id = 2;
ALTER TABLE timestamp_rows DROP COLUMN updated_at;
UPDATE timestamp_rows SET id = 13 WHERE id = 3;
ALTER TABLE timestamp_rows ADD COLUMN updated_at timestamp;
UPDATE timestamp_rows SET id = 13 WHERE id = 3;
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE timestamp_rows ALTER COLUMN updated_at TYPE timestamptz;
BEGIN;
UPDATE timestamp_rows SET id = 13 WHERE id = 3;
SELECT id, updated_at = now() AS is_now FROM timestamp_rows ORDER BY id;
COMMIT;
DROP TABLE timestamp_rows;

-- Partitions, also when a row moves to another one.
CREATE TABLE timestamp_parts (id integer, updated_at timestamptz) PARTITION BY LIST (id);
CREATE TABLE timestamp_part_1 PARTITION OF timestamp_parts FOR VALUES IN (1);
CREATE TABLE timestamp_part_2 (updated_at timestamptz, id integer);
ALTER TABLE timestamp_parts ATTACH PARTITION timestamp_part_2 FOR VALUES IN (2);
CREATE TRIGGER set_timestamp BEFORE UPDATE ON timestamp_parts FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamp();
INSERT INTO timestamp_parts VALUES (1), (2);
BEGIN;
UPDATE timestamp_parts SET id = 2 WHERE id = 1;
UPDATE timestamp_part_2 SET id = id;
SELECT tableoid::regclass, id, updated_at = now() AS is_now FROM timestamp_parts ORDER BY 1, 2;
ROLLBACK;
DROP TABLE timestamp_parts;

-- Every other use is refused, with what is wrong and what is right.
CREATE TABLE timestamp_misuse (id integer, updated_at timestamptz);
INSERT INTO timestamp_misuse VALUES (1);
CREATE FUNCTION timestamp_try(timing text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    EXECUTE 'CREATE TRIGGER misused ' || timing || ' EXECUTE FUNCTION trigger_set_timestamp()';
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state, message, detail, hint);
END $$;
\pset format unaligned
\pset tuples_only on
SELECT timestamp_try('AFTER UPDATE ON timestamp_misuse FOR EACH ROW', 'UPDATE timestamp_misuse SET id = 2');
SELECT timestamp_try('BEFORE UPDATE ON timestamp_misuse FOR EACH STATEMENT', 'UPDATE timestamp_misuse SET id = 2');
SELECT timestamp_try('AFTER UPDATE ON timestamp_misuse FOR EACH STATEMENT', 'UPDATE timestamp_misuse SET id = 2');
SELECT timestamp_try('BEFORE INSERT ON timestamp_misuse FOR EACH ROW', 'INSERT INTO timestamp_misuse VALUES (2)');
SELECT timestamp_try('BEFORE INSERT OR UPDATE ON timestamp_misuse FOR EACH ROW', 'INSERT INTO timestamp_misuse VALUES (2)');
SELECT timestamp_try('BEFORE DELETE ON timestamp_misuse FOR EACH ROW', 'DELETE FROM timestamp_misuse');
SELECT timestamp_try('BEFORE TRUNCATE ON timestamp_misuse FOR EACH STATEMENT', 'TRUNCATE timestamp_misuse');
CREATE VIEW timestamp_view AS SELECT * FROM timestamp_misuse;
SELECT timestamp_try('INSTEAD OF UPDATE ON timestamp_view FOR EACH ROW', 'UPDATE timestamp_view SET id = 2');
ALTER TABLE timestamp_misuse DROP COLUMN updated_at CASCADE;
SELECT timestamp_try('BEFORE UPDATE ON timestamp_misuse FOR EACH ROW', 'UPDATE timestamp_misuse SET id = 2');
SELECT trigger_set_timestamp();
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM pg_trigger WHERE tgname = 'misused';
DROP FUNCTION timestamp_try(text, text);
DROP TABLE timestamp_misuse;
