-- Settings and time zones: they are checked when they are written, so that a wrong value is refused at once and not found by a
-- customer at night.

CREATE FUNCTION @extschema@.trigger_check_settings() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_settings';
COMMENT ON FUNCTION @extschema@.trigger_check_settings() IS
    'S17: refuses values of settings keys that the engine could not use (SQLSTATE 22023, with the row, the key and the value). BEFORE INSERT OR UPDATE row trigger on services or businesses; argument: service or business. Unknown keys are the application''s and pass.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_settings() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_check_time_zone() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_time_zone';
COMMENT ON FUNCTION @extschema@.trigger_check_time_zone() IS
    'Refuses a time zone that this server does not know (SQLSTATE 22023) and stores the known ones in their canonical spelling; known are the names of pg_timezone_names, but for localtime and posixrules. BEFORE INSERT OR UPDATE row trigger on businesses; argument: the column, timezone.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_time_zone() FROM PUBLIC;
