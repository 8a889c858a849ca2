-- Finding and checking slots. The functions run with the rights and the row security of the caller: they never show more
-- than the caller could SELECT, so they stay executable by PUBLIC.

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
The window is at most 367 times 24 hours, a year of local days; the result at most 1,000,000 rows. It reads at most 10,000 rows of working_hours of one employee or of the business and 100,000 of all employees, 10,000 overrides of one employee or of the business and 1,000,000 of all, 1,000,000 bookings, and needs at most 256 MB of memory, the result included.
Errors: P0002 the service does not exist or is not visible; 22004 a NULL, 22023 an infinite time, from_time > to_time, a longer window, a step < 1, an invalid setting; 22008 beyond the years 1 to 9999; 54000 beyond one of these bounds.';

CREATE FUNCTION @extschema@.find_available_slots_json(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS json
LANGUAGE c STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'find_available_slots_json';
COMMENT ON FUNCTION @extschema@.find_available_slots_json(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of find_available_slots(), same arguments and errors, as one compact value for clients that want many of them fast:
{"from", "to", "timezone", "service_id", "duration_minutes", "employees": [uuid, ...], "slots": [[start, [indexes into employees], remaining_capacity], ...]}.
Instants are ISO 8601 in UTC, such as 2026-03-02T09:00:00Z; where they have fractions of a second, six more digits. from and to are the arguments; timezone is that of the business. employees: all of those asked about who serve it, sorted; indexes count from 0. A business that is its own resource has none (S12).';

CREATE FUNCTION @extschema@.next_available_slots(
    service_id            uuid,
    after_time            timestamptz DEFAULT now(),
    max_slots             integer     DEFAULT 1,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'next_available_slots';
COMMENT ON FUNCTION @extschema@.next_available_slots(uuid, timestamptz, integer, uuid, integer, uuid, timestamptz) IS
    'The first max_slots slots of a service that start at after_time or later, as find_available_slots() gives them; fewer where there are no more before the horizon: the end of the local date max_advance_days after that of as_of (S10) or, without that setting, 366 days from the first instant at which the notice allows a start. It reads no further than the last slot wanted, within some days.
max_slots: 1 to 1,000,000.
The other arguments and errors are those of find_available_slots(); 22023 also for max_slots out of range.';

CREATE FUNCTION @extschema@.find_available_dates(
    service_id            uuid,
    from_date             date,
    to_date               date,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available_date date, first_slot timestamptz)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'find_available_dates';
COMMENT ON FUNCTION @extschema@.find_available_dates(uuid, date, date, uuid, integer, uuid, timestamptz) IS
    'The dates from from_date to to_date, both included, on which a service has at least one slot, ascending, each with its first one: for the days of a calendar to choose from. Dates are local to the time zone of the business. A date is searched no further than to its first slot.
At most 366 dates.
The other arguments and errors are those of find_available_slots(); 22023 also for an infinite date, from_date > to_date, more dates; 22008 beyond the years 1 to 9999.';

CREATE FUNCTION @extschema@.check_slot(
    service_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available boolean, reason text, employee_ids uuid[])
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'check_slot';
COMMENT ON FUNCTION @extschema@.check_slot(uuid, timestamptz, uuid, integer, uuid, timestamptz) IS
    'Whether a service can be booked at slot_start, and why not; always one row. available, with the reason ok, exactly for the starts that find_available_slots() lists; employee_ids are those who are free, sorted, else none.
The reason is the first of these that holds: not_offered (the service, the business or its tenant is not active, or nobody serves it, or not this employee), in_past, too_soon (notice), too_far (horizon), outside_hours, closed (in the hours, but the business is closed), unavailable_override (the employee is absent), not_aligned (not on the grid of starts, S7), limit_reached (bookings of the day, S16), booked (meets a booking or a hold), buffer (meets only the buffers of one, or its own do), full (no seat left, S15; or waiting bookings without an employee need all who are free, S14). Among several employees the one that got furthest in this order speaks.
The arguments and errors are those of find_available_slots().';

CREATE FUNCTION @extschema@.check_slots(
    service_id            uuid,
    slot_starts           timestamptz[],
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, available boolean, reason text, employee_ids uuid[])
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'check_slots';
COMMENT ON FUNCTION @extschema@.check_slots(uuid, timestamptz[], uuid, integer, timestamptz) IS
    'check_slot() of many starts in one call: one row an element of slot_starts, in their order, each as if it were asked alone. At most 1,000.
Errors: those of check_slot(); 22004 also for an element that is NULL, 22023 for more of them.';

CREATE FUNCTION @extschema@.free_busy(
    employee_id uuid,
    from_time   timestamptz,
    to_time     timestamptz)
RETURNS TABLE (period tstzrange, busy_type text)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'free_busy';
COMMENT ON FUNCTION @extschema@.free_busy(uuid, timestamptz, timestamptz) IS
    'When an employee is free and when not: periods [begin, end), ascending, without gaps, that cover [from_time, to_time) exactly, neighbours of different types. The types are those of RFC 5545 section 3.2.9, the first that holds: BUSY (a booking), BUSY-TENTATIVE (a pending one, or a hold that has not expired at now()), BUSY-UNAVAILABLE (outside working time), FREE. The buffers of a booking count as busy (S6).
Whether the employee or the business is active does not matter here: these are the entries of a calendar, not an offer.
The window is at most 367 times 24 hours, a year of local days; an empty one has no rows.
Errors: P0002 the employee does not exist or is not visible; 22004 a NULL, 22023 an infinite time, from_time > to_time, a longer window, an invalid setting of the business; 22008 beyond the years 1 to 9999; 54000 beyond a bound of find_available_slots().';

CREATE FUNCTION @extschema@.availability_costs(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now(),
    rounds                integer     DEFAULT 100)
RETURNS TABLE (layer text, microseconds double precision)
LANGUAGE c VOLATILE COST 100000 ROWS 3 AS 'MODULE_PATHNAME', 'availability_costs';
COMMENT ON FUNCTION @extschema@.availability_costs(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz, integer) IS
    'What find_available_slots() with these arguments costs, by layer, each the median of the rounds (1 to 100,000) in microseconds of CPU time: configuration (service, business, employees and hours), bookings (with overrides), computation of the slots. What a call takes beyond them is the server''s and the result''s.
For benchmarks: not executable by PUBLIC. The other arguments and errors are those of find_available_slots().';
REVOKE EXECUTE ON FUNCTION @extschema@.availability_costs(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz, integer) FROM PUBLIC;
