-- Calendars of other programs: bookings as iCalendar. The functions run with the rights and the row security of the caller: they never
-- show more than the caller could SELECT, so they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.employee_calendar(
    employee_id uuid,
    from_time   timestamptz,
    to_time     timestamptz)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'employee_calendar';
COMMENT ON FUNCTION @extschema@.employee_calendar(uuid, timestamptz, timestamptz) IS
    'The bookings of an employee that lie in [from_time, to_time) or reach into it, as an iCalendar object (RFC 5545), to subscribe to or import: a VEVENT for each, in the order of time, without holds and without buffers. The same bookings give the same text. The window is at most 367 times 24 hours.
SUMMARY is the service and the customer, DESCRIPTION the customer''s e-mail address, phone number and the booking''s notes, LOCATION the business. What the caller may not see is left out. Other properties:
- UID: the booking''s id, which stays when it is moved
- SEQUENCE: the seconds from created_at to updated_at, rounded up: 0 at first, greater after each change (RFC 5546), so nothing is stored for it
- DTSTAMP, LAST-MODIFIED: updated_at; the object has no METHOD
- STATUS: TENTATIVE for pending, CANCELLED for cancelled, rejected and no_show, else CONFIRMED
- DTSTART, DTEND, all times: in UTC and whole seconds
Errors:
- BM003: the employee does not exist or is not visible; DETAIL: employee
- 22004: a NULL
- 22023: an infinite time, from_time > to_time, a longer window
- 22008: beyond the years 1 to 9999
- 54000: more than 100,000 bookings or 256 MB of memory';

CREATE FUNCTION @extschema@.booking_event(
    booking_id uuid)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'booking_event';
COMMENT ON FUNCTION @extschema@.booking_event(uuid) IS
    'A booking as an iCalendar object (RFC 5545) with one VEVENT, for the customer: to attach to a confirmation, and again, with the same UID and a greater SEQUENCE, when the booking is moved or cancelled.
SUMMARY is the service, DESCRIPTION the service''s description, LOCATION the business; notes and the customer''s data are left out. What the caller may not see is left out too, so call it in the context of the business. Other properties: as in employee_calendar().
Errors:
- BM003: the booking does not exist or is not visible; DETAIL: booking
- BM004: it is a hold; DETAIL: is_a_hold
- 22004: a NULL
- 22008: the booking is outside the years 1 to 9999';
