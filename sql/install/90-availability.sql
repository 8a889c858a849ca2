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
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'find_available_slots';
COMMENT ON FUNCTION @extschema@.find_available_slots(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of a service that start in [from_time, to_time), ascending, one row a start. Each can be booked at this moment.
Arguments:
- service_id: its business and its employees follow from it
- from_time, to_time: at most 367 times 24 hours, a year of local days
- employee_id: only the slots of this employee; NULL: anybody''s
- slot_interval_minutes: minutes between starts, at least 1; NULL: from the settings (S7, S17)
- exclude_booking_id: a booking that is ignored, to move it
- as_of: the present, for notice, horizon and expired holds; no slot is earlier (S10, S19)
Result:
- slot_start, slot_end: the appointment without its buffers
- employee_ids: all who are free then, sorted (S13); empty where the business itself is booked (S12)
- remaining_capacity: seats left, the sum over these employees (S15)
Errors:
- BM003: the service does not exist or is not visible
- 22004: a NULL
- 22023: an infinite time, from_time > to_time, a longer window, an interval < 1, an invalid setting
- 22008: beyond the years 1 to 9999
- 54000: more than 1,000,000 slots, 256 MB of memory, 1,000,000 bookings or overrides, 10,000 overrides of one employee or the business, 100,000 rows of working_hours or 10,000 of one employee or the business';

CREATE FUNCTION @extschema@.find_available_slots_json(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS json
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'find_available_slots_json';
COMMENT ON FUNCTION @extschema@.find_available_slots_json(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of find_available_slots(), with its arguments and errors, as one compact value for clients that want many of them fast.
Instants are ISO 8601 in UTC, with six more digits where they have fractions of a second.
Keys of the result:
- from, to: the arguments
- timezone: of the business
- service_id, duration_minutes: of the service
- employees: all of those asked about who serve it, free or not, sorted; none where the business itself is booked (S12)
- slots: for each start [start, [indexes into employees, from 0], remaining capacity]';

CREATE FUNCTION @extschema@.next_available_slots(
    service_id            uuid,
    after_time            timestamptz DEFAULT now(),
    max_slots             integer     DEFAULT 1,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'next_available_slots';
COMMENT ON FUNCTION @extschema@.next_available_slots(uuid, timestamptz, integer, uuid, integer, uuid, timestamptz) IS
    'The first slots that start at after_time or later, as find_available_slots() gives them; fewer where there are no more before the horizon.
The horizon is the end of the local date max_advance_days after that of as_of (S10). Without that setting it is 366 days from after_time, or from the first instant that the notice allows.
Arguments:
- max_slots: how many, 1 to 1,000,000
Other arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.find_available_dates(
    service_id            uuid,
    from_date             date,
    to_date               date,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available_date date, first_slot timestamptz)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'find_available_dates';
COMMENT ON FUNCTION @extschema@.find_available_dates(uuid, date, date, uuid, integer, uuid, timestamptz) IS
    'The dates from from_date to to_date, both included, on which a slot starts, ascending, each with its first one.
Dates are those of the time zone of the business.
Arguments:
- from_date, to_date: at most 366 dates
Other arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.check_slot(
    service_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available boolean, reason text, employee_ids uuid[])
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'check_slot';
COMMENT ON FUNCTION @extschema@.check_slot(uuid, timestamptz, uuid, integer, uuid, timestamptz) IS
    'Whether a service can be booked at slot_start, and why not; always one row. It is available exactly when find_available_slots() lists that start.
The reason is ok, or the first of these that holds:
- not_offered: the service, the business or its tenant is not active, nobody serves it, or the employee asked for does not
- in_past: before as_of
- too_soon: within the notice (min_notice_minutes)
- too_far: beyond the horizon (max_advance_days)
- outside_hours: not wholly within working time, absences aside; with its buffers, where buffers_within_hours is on
- closed: within working time, but the business is closed
- unavailable_override: within working time, but the employee is absent
- not_aligned: not on the grid of starts (S7)
- limit_reached: the bookings of that day (max_bookings_per_day, S16)
- booked: meets another booking or a hold
- buffer: meets only the buffers of one, or its own buffers do
- full: no seat left (S15), or bookings without an employee need all who are free (S14)
Among several employees the one who got furthest in this order speaks. employee_ids: those who are free, sorted; none unless ok.
Arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.check_slots(
    service_id            uuid,
    slot_starts           timestamptz[],
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, available boolean, reason text, employee_ids uuid[])
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'check_slots';
COMMENT ON FUNCTION @extschema@.check_slots(uuid, timestamptz[], uuid, integer, timestamptz) IS
    'check_slot() of many starts in one call: one row an element of slot_starts, in their order, each as if it were asked alone. At most 1,000.
Errors: those of check_slot(), and
- 22004: an element that is NULL
- 22023: more than 1,000 elements';

CREATE FUNCTION @extschema@.free_busy(
    employee_id uuid,
    from_time   timestamptz,
    to_time     timestamptz)
RETURNS TABLE (period tstzrange, busy_type text)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'free_busy';
COMMENT ON FUNCTION @extschema@.free_busy(uuid, timestamptz, timestamptz) IS
    'When an employee is free and when not: periods [begin, end), ascending, that cover [from_time, to_time) without a gap. Neighbours differ in type.
The type is the first of these, from RFC 5545 section 3.2.9, that holds:
- BUSY: a booking with its buffers (S6)
- BUSY-TENTATIVE: a pending one, or a hold that has not expired at now(), with its buffers
- BUSY-UNAVAILABLE: outside working time
- FREE: nothing of these
It says nothing of services, notice or limits, and does not ask whether the employee or the business is active.
The window is at most 367 times 24 hours, a year of local days; an empty one has no rows.
Errors:
- BM003: the employee does not exist or is not visible
- 22004, 22023, 22008, 54000: as find_available_slots()';

CREATE FUNCTION @extschema@.week_chart(
    business_id uuid,
    from_date   date)
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'week_chart';
COMMENT ON FUNCTION @extschema@.week_chart(uuid, date) IS
    'The seven local dates of a business from from_date on as a picture, for people at a terminal: lines of text, to be read with psql -At. The first line has the hours, the last one explains the characters.
Between them is a line for each date and employee with working time or bookings, with a character for each quarter of an hour: booked, buffer, free, absent (working time that an override takes away) or blank. Of all that touches a quarter the first of these is shown. A business without employees has lines of its own (S12), and so have bookings without an employee.
Names are those in the users'' profiles, key name, or else addresses. In a database that is not UTF-8 the characters are ASCII.
Errors:
- BM003: the business does not exist or is not visible; DETAIL: business
- 22004: a NULL
- 22023: an infinite date, an invalid setting
- 22008: beyond the years 1 to 9999
- 54000: as find_available_slots()';
