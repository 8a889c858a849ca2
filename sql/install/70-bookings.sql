-- The guard of bookings (S18): what the exclusion constraint compares, and who may pass it.

CREATE FUNCTION @extschema@.busy_range(
    start_time timestamptz, end_time timestamptz, buffer_before_minutes integer, buffer_after_minutes integer)
RETURNS tstzrange
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'busy_range';
COMMENT ON FUNCTION @extschema@.busy_range(timestamptz, timestamptz, integer, integer) IS
    'S6: the time that a booking occupies, [start_time - before, end_time + after), buffers in minutes. The value of bookings.busy; empty when the end lies before the start. Infinite bounds stay where they are. NULL where an argument is.
Errors:
- 22008: a bound with its buffer is out of the range of timestamptz, also of an empty range
- 22000: negative buffers move the start behind the end
The checks of bookings admit neither negative buffers nor such as reach so far.';

CREATE FUNCTION @extschema@.booking_is_long(
    start_time timestamptz, end_time timestamptz, buffer_before_minutes integer, buffer_after_minutes integer)
RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'booking_is_long';
COMMENT ON FUNCTION @extschema@.booking_is_long(timestamptz, timestamptz, integer, integer) IS
    'Whether the busy time of a booking (S6) goes more than 6 hours from its start, to either side. The condition of bookings_long_idx.';

CREATE FUNCTION @extschema@.may_overbook() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'may_overbook';
COMMENT ON FUNCTION @extschema@.may_overbook() IS
    'A right in the form of a function: roles with EXECUTE on it may set bookings.overbooked (S18). Nobody has it until it is granted. Returns true.';
REVOKE EXECUTE ON FUNCTION @extschema@.may_overbook() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_guard_booking() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_guard_booking';
COMMENT ON FUNCTION @extschema@.trigger_guard_booking() IS
    'BEFORE INSERT OR UPDATE row trigger on bookings: the guard (S18). It fills end_time, the buffers, price and currency from the service where they are NULL or the columns'' defaults, always writes resource_id, session_key and seat, and deletes expired holds in the way (S19). An INSERT of a restore (row_security = off, by a role that row security does not bind) keeps resource, session key and seat if they fit the row.
Errors:
- 42501: overbooked, by a role without EXECUTE on may_overbook()
- 23P01: above max_bookings_per_day (S16); DETAIL: limit_reached
- BM004: an UPDATE by which an expired hold would come back; DETAIL: hold_expired';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_guard_booking() FROM PUBLIC;
