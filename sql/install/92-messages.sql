-- What is due to be sent: reminders of bookings and notifications. The functions run with the rights and the row security of the caller,
-- who can do no more by them than by SELECT and UPDATE: they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.claim_due_reminders(
    kind     text,
    max_rows integer DEFAULT 100)
RETURNS TABLE (booking_id uuid, business_id uuid, business_name text, timezone text, start_time timestamptz, end_time timestamptz, service_id uuid, service_name text, employee_id uuid, customer_id uuid, customer_name text, customer_email text, customer_phone text)
LANGUAGE C VOLATILE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'claim_due_reminders';
COMMENT ON FUNCTION @extschema@.claim_due_reminders(text, integer) IS
    'Claims reminders that are due: marks the bookings (reminder_sent_24h or reminder_sent_1h) and returns them, the earliest first. Any number of workers may call it at once, none waits, and no two get the same booking. If the transaction does not commit, its bookings are due again.
Due are confirmed bookings that start within 24 hours or 1 hour from clock_timestamp() and are not marked; one that is moved is due anew. Not due is a booking that was made less than that time before its start: who has just booked needs no reminder of it, and gets the next, if there is one.
The session context decides whose bookings are claimed: those of the business, of all businesses of the tenant, or of all for a system administrator.
Arguments:
- kind: 24h or 1h
- max_rows: 1 to 10,000
Result:
- timezone: of the business; the local time of the appointment is start_time AT TIME ZONE timezone
- employee_id, customer_email, customer_phone: NULL where there is none
Errors:
- 22004: a NULL
- 22023: another kind or max_rows
- 42501: privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';

CREATE FUNCTION @extschema@.claim_due_notifications(
    max_rows integer DEFAULT 100)
RETURNS TABLE (notification_id uuid, business_id uuid, user_id uuid, user_email text, type text, channel text, title text, body text, data jsonb, scheduled_for timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'claim_due_notifications';
COMMENT ON FUNCTION @extschema@.claim_due_notifications(integer) IS
    'Claims notifications that are due: those that are pending and whose scheduled_for is not later than clock_timestamp(), the earliest first. They become sent, with sent_at, and are returned. Any number of workers may call it at once, none waits, and no two get the same one. If the transaction does not commit, they are due again. Set status to failed where sending failed.
For workers of the platform: row security shows notifications to the addressed users alone, so the session context must be a system administrator''s.
Arguments:
- max_rows: 1 to 10,000
Errors:
- 22004: a NULL
- 22023: another max_rows
- 42501: no system administrator, or privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';

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
