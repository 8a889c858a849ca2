-- Settings and time zones: both are checked when they are written. So a wrong value is refused at once, not found by a customer at
-- night.

CREATE FUNCTION @extschema@.trigger_check_settings() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_settings';
COMMENT ON FUNCTION @extschema@.trigger_check_settings() IS
    'BEFORE INSERT OR UPDATE row trigger on services or businesses: refuses a value in settings that the engine could not use (S17). The error names the row, the key and the value (SQLSTATE 22023). Its argument is service or business. Unknown keys are the application''s, and pass.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_settings() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_check_time_zone() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_time_zone';
COMMENT ON FUNCTION @extschema@.trigger_check_time_zone() IS
    'BEFORE INSERT OR UPDATE row trigger on businesses: refuses a time zone that this server does not know (SQLSTATE 22023), and stores a known one in its canonical spelling. Known are the names of pg_timezone_names, but for localtime and posixrules. Its argument is the column, timezone.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_time_zone() FROM PUBLIC;

CREATE FUNCTION @extschema@.time_zone_replacement(name text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.time_zone_replacement(text) IS
    'The name that replaces a legacy name of a time zone, such as America/New_York for US/Eastern; NULL for any other name. Both names mean the same clock. Legacy are the names that not every server knows: Debian, from version 13 on, has them in the package tzdata-legacy alone.';
