-- updated_at: the time of the last change.

CREATE FUNCTION @extschema@.trigger_set_timestamp() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_set_timestamp() IS
    'Sets NEW.updated_at = now() (start of the transaction) on every UPDATE, whatever the statement gave. For triggers BEFORE UPDATE ... FOR EACH ROW; any other use is refused with SQLSTATE 39P01, a table without the column with 42703, a column of another type than timestamptz with 42804.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_set_timestamp() FROM PUBLIC;
