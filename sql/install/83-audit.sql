-- The audit log: the trigger that writes it, and its switches.

CREATE FUNCTION @extschema@.trigger_audit() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_audit() IS
    'AFTER row trigger: writes an INSERT, UPDATE or DELETE to audit_logs. An UPDATE that changes nothing but updated_at is not written. bookmeatoz_enable_audit() makes the trigger.
Of columns whose name contains password, secret or token, or ends in _hash, no value is written. Nothing is written while a role that row security does not bind restores rows with row_security = off, as dumps do.
Errors:
- 39P01: the table belongs to another role than audit_logs, or is temporary
- 42703, 42804: the table lacks id, or both business_id and tenant_id, or they are not of type uuid';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_audit() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_append_only() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_append_only() IS
    'BEFORE trigger of audit_logs and bookings_archive: refuses every write (42501) but those of trigger_audit() and archive_bookings(), of bookmeatoz_maintain(), which moves rows to their partition, of erase_customer(), which overwrites what tells of a person and nothing else, and INSERTs of a restore (row_security = off, by a role that row security does not bind).
Argument: a column with the id of a business. A row whose business is deleted may be deleted too.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_append_only() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_enable_audit(audited regclass) RETURNS boolean
LANGUAGE C STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_enable_audit(regclass) IS
    'From now on changes of a table are written to audit_logs. Returns whether that is new. Run it as the owner of the data. A table of your own needs columns id and business_id or tenant_id, all of type uuid, and the same owner.
Errors:
- 42703, 42804: the table lacks such a column, or it is of another type
- 42809: it is no ordinary table that is permanent, or it is the audit log itself
- 42501: another role calls it, or owns the table';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_enable_audit(regclass) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_disable_audit(audited regclass) RETURNS boolean
LANGUAGE C STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_disable_audit(regclass) IS
    'From now on changes of a table are not written to audit_logs. Returns whether that is new. The trigger stays, disabled: so it stays off after bookmeatoz_install_schema() and in a dump. Run it as the owner of the data.
Errors:
- 42501: another role calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_disable_audit(regclass) FROM PUBLIC;
