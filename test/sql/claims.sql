-- claim_due_reminders() and claim_due_notifications(): what is due, once each; whose; bad input. That concurrent workers never share a row
-- is for test/robustness/test_claims.py.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\getenv abs_srcdir PG_ABS_SRCDIR
\set shop :abs_srcdir '/sql/setup/shop.sql'
\set verdict :abs_srcdir '/sql/setup/verdict.sql'
SET TimeZone = 'UTC';
BEGIN;
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :shop
\i :verdict
\set ECHO all
UPDATE customers SET email = 'carol@mail.example', phone = '+49 1' WHERE id = :'carol';
-- Bookings by their notes: overbooked, so that they may lie close together. Made two days ago, unless they say otherwise.
CREATE FUNCTION pg_temp.book(named text, starts interval, state text DEFAULT 'confirmed', made interval DEFAULT '-2 days', hold interval DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO bookings (business_id, customer_id, service_id, notes, start_time, status, created_at, hold_expires_at, overbooked)
    SELECT s.business_id, c.id, s.id, named, clock_timestamp() + starts, state::booking_status_type_v1, clock_timestamp() + made, clock_timestamp() + hold, true
    FROM services s JOIN customers c USING (business_id) WHERE s.name = 'Cut' AND c.name = 'Carol' $$;
SELECT FROM (VALUES (pg_temp.book('in 2 hours', '2 hours')), (pg_temp.book('in 23 hours', '23 hours')), (pg_temp.book('in 25 hours', '25 hours')),
    (pg_temp.book('in 50 minutes', '50 minutes')), (pg_temp.book('past', '-1 minute')), (pg_temp.book('requested', '3 hours', 'pending')),
    (pg_temp.book('held', '3 hours', 'pending', hold => '5 minutes')), (pg_temp.book('cancelled', '3 hours', 'cancelled')), (pg_temp.book('completed', '3 hours', 'completed')),
    (pg_temp.book('no show', '3 hours', 'no_show')), (pg_temp.book('rejected', '3 hours', 'rejected')),
    (pg_temp.book('made late', '23 hours', made => '-30 minutes')), (pg_temp.book('made in time', '23 hours', made => '-61 minutes')), (pg_temp.book('made just now', '40 minutes', made => '-1 minute'))) v;
CREATE FUNCTION pg_temp.claimed(kind text, most integer DEFAULT 100) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT b.notes FROM claim_due_reminders(kind, most) WITH ORDINALITY c JOIN bookings b ON b.id = c.booking_id ORDER BY c.ordinality $$;
-- The earliest first, and no more than are wanted; all of it, once.
SELECT pg_temp.claimed('24h', 2);
SELECT pg_temp.claimed('24h');
SELECT pg_temp.claimed('24h');
SELECT pg_temp.claimed('1h');
SELECT pg_temp.claimed('1h');
SELECT notes, reminder_sent_24h, reminder_sent_1h FROM bookings WHERE reminder_sent_24h OR reminder_sent_1h ORDER BY start_time;
-- Moved: due anew, by an UPDATE and by the function. Otherwise changed: not.
UPDATE bookings SET start_time = start_time + interval '1 minute', end_time = end_time + interval '1 minute' WHERE notes = 'in 2 hours';
SELECT FROM reschedule_booking((SELECT id FROM bookings WHERE notes = 'in 23 hours'), date_trunc('hour', clock_timestamp()) + interval '22 hours');
UPDATE bookings SET metadata = '{"changed": true}', employee_id = :'eva' WHERE notes = 'made in time';
SELECT pg_temp.claimed('24h');
-- What is asked for becomes due when it is confirmed.
SELECT FROM confirm_booking((SELECT id FROM bookings WHERE notes = 'requested'));
SELECT pg_temp.claimed('24h');
-- A transaction that is not committed gives them back.
UPDATE bookings SET reminder_sent_24h = false WHERE notes = 'requested';
SAVEPOINT worker;
SELECT pg_temp.claimed('24h');
ROLLBACK TO worker;
SELECT pg_temp.claimed('24h');
-- All that a message needs.
UPDATE bookings SET reminder_sent_24h = false, employee_id = :'eva' WHERE notes = 'requested';
SELECT c.booking_id = b.id AS booking, c.business_id = :'shop' AS shop, business_name, timezone, c.start_time = b.start_time AS start, c.end_time = b.end_time AS "end", c.service_id = :'cut' AS cut, service_name, c.employee_id = :'eva' AS eva, c.customer_id = :'carol' AS carol, customer_name, customer_email, customer_phone
    FROM claim_due_reminders('24h') c JOIN bookings b ON b.notes = 'requested';
-- Of whom: of the business, of the tenant's businesses, of all.
INSERT INTO tenants (name, subdomain) VALUES ('Other', 'other') RETURNING id AS other \gset
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'other', 'Other', 'other') RETURNING id AS other_shop \gset
INSERT INTO businesses (tenant_id, name, slug) VALUES (:'tenant', 'Branch', 'branch') RETURNING id AS branch \gset
INSERT INTO services (business_id, name, duration) SELECT b, 'Wash', 10 FROM unnest(ARRAY[:'other_shop', :'branch']::uuid[]) b;
INSERT INTO customers (business_id, name) SELECT b, 'Zoe' FROM unnest(ARRAY[:'other_shop', :'branch']::uuid[]) b;
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, created_at) SELECT s.business_id, c.id, s.id, clock_timestamp() + interval '1 hour', 'confirmed', now() - interval '2 days' FROM services s JOIN customers c USING (business_id) WHERE s.name = 'Wash';
UPDATE bookings SET reminder_sent_24h = false WHERE notes = 'requested';
CREATE ROLE regress_claims_app;
GRANT SET ON PARAMETER app.is_system_admin TO regress_claims_app;
SELECT bookmeatoz_grant_app_role('regress_claims_app');
CREATE FUNCTION pg_temp.businesses() RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    found := (SELECT coalesce(string_agg(business_name, ', ' ORDER BY business_name), 'none') FROM claim_due_reminders('24h'));
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = found;
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
    RETURN SQLERRM;
END $$;
SET ROLE regress_claims_app;
SELECT pg_temp.businesses();
SET LOCAL app.current_business_id = :'shop';
SELECT pg_temp.businesses();
SET LOCAL app.current_business_id = '';
SET LOCAL app.current_tenant_id = :'tenant';
SELECT pg_temp.businesses();
SET LOCAL app.current_tenant_id = '';
SET LOCAL app.current_user_id = :'eva_user';
SELECT pg_temp.businesses();
SET LOCAL app.current_user_id = '';
SET LOCAL app.is_system_admin = on;
SELECT pg_temp.businesses();
-- Notifications: due ones, in the order of time.
RESET ROLE;
INSERT INTO notifications (business_id, user_id, type, channel, title, body, data, status, scheduled_for) VALUES
    (:'shop', :'eva_user', 'test', 'email', 'second', 'Hello', '{"a": 1}', 'pending', now() - interval '1 minute'),
    (NULL, :'finn_user', 'test', 'in_app', 'first', NULL, '{}', 'pending', now() - interval '2 minutes'),
    (:'other_shop', :'eva_user', 'test', 'sms', 'third', NULL, '{}', 'pending', now()),
    (NULL, :'eva_user', 'test', 'push', 'later', NULL, '{}', 'pending', now() + interval '1 hour'),
    (NULL, :'eva_user', 'test', 'push', 'was sent', NULL, '{}', 'sent', now() - interval '1 hour'),
    (NULL, :'eva_user', 'test', 'push', 'failed', NULL, '{}', 'failed', now() - interval '1 hour'),
    (NULL, :'eva_user', 'test', 'push', 'cancelled', NULL, '{}', 'cancelled', now() - interval '1 hour');
SET ROLE regress_claims_app;
SELECT title FROM claim_due_notifications(1);
SELECT c.business_id = :'shop' AS shop, c.user_id = :'eva_user' AS eva, user_email, type, channel, title, body, data, scheduled_for = now() - interval '1 minute' AS scheduled FROM claim_due_notifications(1) c;
SELECT title FROM claim_due_notifications();
SELECT title FROM claim_due_notifications();
SELECT title, status, sent_at >= now() AS now FROM notifications WHERE status = 'sent' AND title <> 'was sent' ORDER BY scheduled_for;
-- Only a system administrator: others would not see them.
SET LOCAL app.is_system_admin = off;
SELECT pg_temp.tried('SELECT claim_due_notifications()');
SET LOCAL app.current_business_id = :'shop';
SELECT title FROM claim_due_notifications();
-- The owner of the tables and superusers see all.
RESET ROLE;
UPDATE notifications SET status = 'pending' WHERE title = 'first';
SELECT title FROM claim_due_notifications();
-- Of one channel; each claim is counted.
UPDATE notifications SET status = 'pending' WHERE title <> 'later';
SET ROLE regress_claims_app;
SET LOCAL app.is_system_admin = on;
SELECT title, channel, attempts FROM claim_due_notifications(channel => 'push') ORDER BY title;
SELECT title, channel, attempts FROM claim_due_notifications(10, 'sms');
SELECT title, channel, attempts FROM claim_due_notifications(10, 'pigeon');
SELECT title, channel, attempts FROM claim_due_notifications(10, NULL);
UPDATE notifications SET status = 'pending', scheduled_for = now() - attempts * interval '1 minute' WHERE channel = 'email';
SELECT title, attempts FROM claim_due_notifications();
SELECT title, attempts FROM notifications ORDER BY attempts, title;
RESET ROLE;
-- A table of 1.0.0.
ALTER TABLE notifications DROP COLUMN attempts CASCADE;
UPDATE notifications SET status = 'pending' WHERE title = 'first';
SELECT pg_temp.tried('SELECT claim_due_notifications()');
ALTER TABLE notifications ADD attempts integer NOT NULL DEFAULT 0;
-- Bad input.
SELECT kind, pg_temp.tried(format('SELECT claim_due_reminders(%L)', kind)) FROM unnest(ARRAY['24h', '1h', '2h', '', NULL]) kind;
SELECT most, pg_temp.tried(format('SELECT claim_due_reminders(''1h'', %L)', most)), pg_temp.tried(format('SELECT claim_due_notifications(%L)', most)) FROM unnest(ARRAY[1, 10000, 10001, 0, -1, NULL]) most;
SELECT * FROM claim_due_reminders('2h');
ROLLBACK;
