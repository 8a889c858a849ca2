-- Booking slots. The functions run with the rights and the row security of the caller, who can do no more by them than by
-- INSERT, UPDATE and DELETE on bookings: they stay executable by PUBLIC. They use the search's own predicate, so what
-- find_available_slots() lists can be booked; the guard of bookings (70-bookings.sql) has the last word.

CREATE FUNCTION @extschema@.book_slot(
    service_id            uuid,
    slot_start            timestamptz,
    customer_id           uuid,
    employee_id           uuid        DEFAULT NULL,
    status                text        DEFAULT 'confirmed',
    notes                 text        DEFAULT NULL,
    metadata              jsonb       DEFAULT '{}',
    idempotency_key       text        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'book_slot';
COMMENT ON FUNCTION @extschema@.book_slot(uuid, timestamptz, uuid, uuid, text, text, jsonb, text, integer) IS
    'Books the slot of a service that starts at slot_start, and returns the booking. The present is clock_timestamp().
Arguments:
- customer_id: a customer of the service''s business
- employee_id: only this employee; NULL: one who is free, by the setting assignment (S20)
- status: confirmed or pending
- notes, metadata: stored; metadata is a JSON object
- idempotency_key: 1 to 255 characters, unique in the business: a repeated call with the same arguments returns the first call''s booking as it is now
- slot_interval_minutes: the interval that the slot was found with; NULL: from the settings (S7, S17)
booked_by_user_id becomes the user of the session context, if there is such an account.
Errors, where DETAIL is a reason of check_slot():
- 23P01: the slot is taken; DETAIL: limit_reached, booked, buffer or full
- BM001: the slot cannot be booked; DETAIL: not_offered, in_past, too_soon, too_far, outside_hours, closed, unavailable_override or not_aligned; or not for this customer (S21); DETAIL: customer_blocked, customer_limit or customer_busy
- BM002: the idempotency_key was used with other arguments
- BM003: the service or the customer does not exist or is not visible; DETAIL: service or customer
- 22004: a NULL
- 22023: an infinite time, an interval < 1, a status, metadata or key that is not allowed, an invalid setting
- 22008: beyond the years 1 to 9999
- 42501: row security or privileges
- 53400: the transaction needs too many locks: days with limits, sessions with seats, businesses, customers who are counted or compared (256 together)
- 40001: only under REPEATABLE READ and SERIALIZABLE';

CREATE FUNCTION @extschema@.hold_slot(
    service_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    customer_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    idempotency_key       text        DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'hold_slot';
COMMENT ON FUNCTION @extschema@.hold_slot(uuid, timestamptz, uuid, uuid, integer, text) IS
    'As book_slot(), but keeps the time only until hold_expires_at: for hold_minutes, a setting, 5 by default (S19). confirm_booking() makes it a booking, release_hold() gives it back.
An expired hold blocks nothing, and the next who writes in its place deletes it.
Arguments:
- customer_id: may follow in confirm_booking()
- idempotency_key: as in book_slot(), so that a lost answer locks nobody out; in place of a hold that has expired a new one is made
Other arguments and errors: as book_slot().';

CREATE FUNCTION @extschema@.confirm_booking(
    booking_id  uuid,
    customer_id uuid DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'confirm_booking';
COMMENT ON FUNCTION @extschema@.confirm_booking(uuid, uuid) IS
    'Makes a hold or a pending booking confirmed. What is confirmed already is returned unchanged, so a call may be repeated.
Arguments:
- customer_id: replaces that of the hold; required where it has none
Errors:
- BM001: not for this customer, where it is not the one that the hold names (S21): who was blocked since keeps the hold; DETAIL: customer_blocked, customer_limit or customer_busy
- BM003: the booking does not exist, is not visible or may not be changed (also an expired hold that was deleted), or there is no such customer; DETAIL: booking or customer
- BM004: its state does not allow it; DETAIL: hold_expired, other_customer (it is confirmed for another), or the status: cancelled, completed, rejected or no_show
- 22004: no customer';

CREATE FUNCTION @extschema@.release_hold(
    booking_id uuid)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'release_hold';
COMMENT ON FUNCTION @extschema@.release_hold(uuid) IS
    'Deletes a hold, expired or not, and returns what it was (S19). Its time is free when the transaction commits.
Errors:
- BM003: the hold does not exist (also a deleted one), is not visible or may not be changed; DETAIL: booking
- BM004: the booking is not a hold; DETAIL: not_a_hold
- 22004: a NULL';

CREATE FUNCTION @extschema@.reschedule_booking(
    booking_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    any_employee          boolean     DEFAULT false,
    keep_duration         boolean     DEFAULT false,
    as_customer           boolean     DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'reschedule_booking';
COMMENT ON FUNCTION @extschema@.reschedule_booking(uuid, timestamptz, uuid, integer, boolean, boolean, boolean) IS
    'Moves a pending or confirmed booking to another start by one UPDATE of the same row, which does not stand in its own way. When it is refused, the old time stays.
The present duration and buffers of the service apply; the price stays; both reminders are due anew. rescheduled_from_booking_id stays as it is: it is for applications that book anew instead.
Arguments:
- employee_id: whom to move it to; NULL: it keeps its employee, or stays without one
- any_employee: whom to move it to is decided as in book_slot(); not together with employee_id
- keep_duration: it keeps its own length and buffers
- as_customer: the customer wants it: too late once less than reschedule_notice_minutes (a setting) is left before its present start (S22)
- slot_interval_minutes: as in book_slot()
Errors:
- 23P01: the slot is taken; DETAIL: limit_reached, booked, buffer or full
- BM001: the slot cannot be booked; DETAIL: not_offered, in_past, too_soon, too_far, outside_hours, closed, unavailable_override or not_aligned, or customer_busy (S21), too_late
- BM003: the booking does not exist, is not visible or may not be changed; DETAIL: booking
- BM004: its state does not allow it; DETAIL: is_a_hold, or the status: cancelled, completed, rejected or no_show
- 22004, 22023, 22008, 53400, 40001: as book_slot()';

CREATE FUNCTION @extschema@.cancel_booking(
    booking_id  uuid,
    reason      text    DEFAULT NULL,
    as_customer boolean DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'cancel_booking';
COMMENT ON FUNCTION @extschema@.cancel_booking(uuid, text, boolean) IS
    'Cancels a pending or confirmed booking; its time is free when the transaction commits. What is cancelled already is returned unchanged, the first reason included, so a call may be repeated.
Arguments:
- reason: becomes cancellation_reason
- as_customer: the customer wants it: too late once less than cancel_notice_minutes (a setting) is left before the start (S22)
Errors:
- BM001: too late for the customer; DETAIL: too_late
- BM003: the booking does not exist, is not visible or may not be changed; DETAIL: booking
- BM004: its state does not allow it; DETAIL: is_a_hold (release_hold() gives it back), or the status: completed, rejected or no_show
- 22004: a NULL';

CREATE FUNCTION @extschema@.book_slots(
    service_ids     uuid[],
    slot_starts     timestamptz[],
    customer_id     uuid,
    employee_ids    uuid[] DEFAULT NULL,
    on_conflict     text   DEFAULT 'fail',
    status          text   DEFAULT 'confirmed',
    notes           text   DEFAULT NULL,
    metadata        jsonb  DEFAULT '{}',
    idempotency_key text   DEFAULT NULL,
    series_id       uuid   DEFAULT NULL,
    visit_id        uuid   DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz, item integer, reason text)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'book_slots';
COMMENT ON FUNCTION @extschema@.book_slots(uuid[], timestamptz[], uuid, uuid[], text, text, text, jsonb, text, uuid, uuid) IS
    'Books several slots in one call, such as 24 Mondays or the services of one visit: each as by book_slot(), in the order of time, so that items see each other. One row an item, in their order, counted from 1.
Arguments:
- service_ids, slot_starts, employee_ids: as many elements as there are items, at most 1,000, or one for all; employee_ids: NULL, or an element that is: one who is free
- on_conflict: fail: all or none; skip: an item that is refused has its reason instead of a booking
- status, notes, metadata: of all
- idempotency_key: of the whole call; a repeated call returns the first call''s bookings, and with skip tries again what was refused. The booking of item 1 has the key, the others keys that are derived from it
- series_id, visit_id: stored in all; cancel_series() cancels a series
Errors, where the message names the item:
- those of book_slot(); with skip, 23P01 and BM001 are reasons and no errors
- 54000: more than 1,000 items
- 22023: arrays that do not match, or are empty; on_conflict';

CREATE FUNCTION @extschema@.reschedule_bookings(
    booking_ids   uuid[],
    slot_starts   timestamptz[],
    employee_ids  uuid[]  DEFAULT NULL,
    keep_duration boolean DEFAULT true,
    as_customer   boolean DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'reschedule_bookings';
COMMENT ON FUNCTION @extschema@.reschedule_bookings(uuid[], timestamptz[], uuid[], boolean, boolean) IS
    'Moves several bookings in one call, all or none, each as by reschedule_booking(). None of them stands in the way of another: a class moves, a day runs late, two bookings change places. One row a booking, in the order of booking_ids.
Arguments:
- booking_ids: each once, at most 1,000
- slot_starts: as many, or one for all
- employee_ids: as many, or one for all; NULL, or an element that is: it keeps its employee, or stays without one
- keep_duration: each keeps its own length and buffers; false: the services'' present ones
- as_customer: as in reschedule_booking()
Errors, where the message names the booking by its place in booking_ids:
- those of reschedule_booking(); 53400 also for bookings of more than 250 customers where customer_overlap is refuse
- 54000: more than 1,000 bookings
- 22023: arrays that do not match, or are empty; a booking twice';

CREATE FUNCTION @extschema@.cancel_series(
    series_id uuid,
    from_time timestamptz DEFAULT now(),
    reason    text        DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'cancel_series';
COMMENT ON FUNCTION @extschema@.cancel_series(uuid, timestamptz, text) IS
    'Cancels the pending and confirmed bookings of a series that start at from_time or later, holds excepted, and returns them in the order of time. None for a series that does not exist, is not visible or is over.
Arguments:
- reason: becomes cancellation_reason
Errors:
- 22004: a NULL
- 22023: an infinite time
- 22008: beyond the years 1 to 9999';
