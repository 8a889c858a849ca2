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
    max_rows integer DEFAULT 100,
    channel  text DEFAULT NULL)
RETURNS TABLE (notification_id uuid, business_id uuid, user_id uuid, user_email text, type text, channel text, title text, body text, data jsonb, scheduled_for timestamptz, attempts integer)
LANGUAGE C VOLATILE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'claim_due_notifications_1_1';
COMMENT ON FUNCTION @extschema@.claim_due_notifications(integer, text) IS
    'Claims notifications that are due: those that are pending and whose scheduled_for is not later than clock_timestamp(), the earliest first. They become sent, with sent_at, and are returned. Any number of workers may call it at once, none waits, and no two get the same one. If the transaction does not commit, they are due again. Where sending failed, set status to failed; or to pending with a later scheduled_for, and it is claimed again.
For workers of the platform: row security shows notifications to the addressed users alone, so the session context must be a system administrator''s.
Arguments:
- max_rows: 1 to 10,000
- channel: only notifications of this channel; NULL: of all
Result:
- attempts: how often the notification was claimed, from 1
Errors:
- 22004: max_rows is NULL
- 22023: another max_rows
- 42501: no system administrator, or privileges
- 42703: the table is that of 1.0.0: call bookmeatoz_install_schema()
- 40001: only under REPEATABLE READ and SERIALIZABLE';
