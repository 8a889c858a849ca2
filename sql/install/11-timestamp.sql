-- updated_at: the time of the last change.

CREATE FUNCTION @extschema@.trigger_set_timestamp() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_set_timestamp() IS
    'BEFORE UPDATE row trigger: sets updated_at to now(), the start of the transaction, whatever the statement gave. You may use it on tables of your own.
Errors:
- 39P01: it is used in another way
- 42703: the table lacks the column
- 42804: the column is not of type timestamptz';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_set_timestamp() FROM PUBLIC;
