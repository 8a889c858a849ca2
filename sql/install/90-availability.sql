-- Finding slots. The functions run with the rights and the row security of the caller: they never show more than the
-- caller could SELECT, so they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.find_available_slots(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'find_available_slots';
COMMENT ON FUNCTION @extschema@.find_available_slots(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of a service that start in [from_time, to_time), ascending, one row a start; each can be booked at this moment.
employee_id: only this employee''s; NULL: anybody''s, employee_ids lists all who are free, sorted (S13).
slot_interval_minutes: the step, at least 1; NULL: the settings of the service, then of the business, then 15 (S7, S17).
exclude_booking_id: this booking is ignored, for moving it.
as_of: the present, for notice, horizon and expired holds (S10, S19); never earlier slots.
The window is at most 366 days; the result at most 1,000,000 rows.
Errors: P0002 the service does not exist or is not visible; 22004 a NULL, 22023 an infinite time, from_time > to_time, a longer window, a step < 1, an invalid setting; 22008 beyond the years 1 to 9999; 54000 too many rows.';
