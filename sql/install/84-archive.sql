-- The archive: moving bookings there. For the owner of the data, not for PUBLIC.

CREATE FUNCTION @extschema@.archive_bookings(older_than interval, max_rows integer DEFAULT 10000) RETURNS integer
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.archive_bookings(interval, integer) IS
    'Moves bookings that are over to bookings_archive, the oldest first, and returns how many. A booking is over when its end with the buffer after it lies further back than older_than, whatever its status. A move is no change of the booking: audit_logs has no entry of it.
What stays:
- a hold; bookmeatoz_maintain() deletes the expired ones
- a booking to which a foreign key of a row still refers: above all the earlier one of a booking that stays
- a booking that somebody is writing just now, or whose business somebody is deleting
- a booking that is in the archive already, by id and start_time
Run it as the owner of the data, as often as you like; a superuser acts as the owner. It waits for nobody, and several may run at once. If it ends in the midst, all is as before the call.
Arguments:
- older_than: how long ago, not negative
- max_rows: how many at most, from 1
Errors:
- 22004: an argument is NULL
- 22023: older_than is negative, or max_rows less than 1
- 42501: another role calls it, or bookings and bookings_archive have different owners
- 42703, 42804: bookings has a column that bookings_archive lacks, or has with another type
- 09000: a trigger of yours on bookings keeps rows from being deleted';
REVOKE EXECUTE ON FUNCTION @extschema@.archive_bookings(interval, integer) FROM PUBLIC;
