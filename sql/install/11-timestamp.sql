-- updated_at: the time of the last change.

CREATE FUNCTION @extschema@.trigger_set_timestamp() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_set_timestamp() IS
    'BEFORE UPDATE row trigger: sets updated_at to now(), the start of the transaction, whatever the statement gave. For tables of your own too.
Errors:
- 39P01: another use
- 42703: a table without the column
- 42804: a column of another type than timestamptz';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_set_timestamp() FROM PUBLIC;
