-- Housekeeping, for pg_cron, a timer or a person. For the owner of the data, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_maintain(now timestamptz DEFAULT now()) RETURNS SETOF text
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_maintain(timestamptz) IS
    'Makes the partitions of this and the next three months, and moves what lies in a default partition to its month. Deletes expired tokens and expired holds. Drops partitions of audit_logs and bookings_archive that are wholly older than bookmeatoz.audit_retention and bookmeatoz.archive_retention. Returns a line for each thing done, none if nothing was to do.
Run it as the owner of the data, once a day or more rarely; a superuser acts as the owner. Nothing is lost if it never runs. A second call at the same time does nothing and says so. It waits for a lock on a partition at most half a second, so it never keeps bookings waiting longer; the next call makes up for it.
Arguments:
- now: the months are counted from it
Errors:
- 22004: now is NULL
- 22023: now is infinite, or a retention is no positive interval
- 42501: another role calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_maintain(timestamptz) FROM PUBLIC;
