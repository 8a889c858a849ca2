-- The archive: what is moved there and what stays, that nobody else writes it, who reads it, and what becomes of it.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\pset format unaligned
\set VERBOSITY terse
\set ECHO all
SET timezone = 'Asia/Kolkata';

-- The archive has the columns of bookings, all of them, in their order, each of its type.
SELECT attnum, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'bookings'::regclass AND attnum > 0
EXCEPT SELECT attnum, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'bookings_archive'::regclass;
SELECT attname FROM pg_attribute WHERE attrelid = 'bookings_archive'::regclass AND attnum > 0 AND (attgenerated <> '' OR atthasdef)
UNION ALL SELECT attname FROM pg_attribute WHERE attrelid = 'bookings_archive'::regclass AND attnum > (SELECT relnatts FROM pg_class WHERE oid = 'bookings'::regclass);

-- A booking of the salon by its name; its notes are the name.
CREATE FUNCTION public.book(name text, start_time timestamptz, status text DEFAULT 'confirmed', rescheduled_from text DEFAULT NULL, buffer integer DEFAULT 0, business text DEFAULT 'salon') RETURNS void
LANGUAGE sql AS $$
    INSERT INTO booking.bookings (id, business_id, customer_id, service_id, start_time, status, notes, rescheduled_from_booking_id, buffer_after_minutes, metadata, price, currency, idempotency_key, idempotency_hash, series_id)
    SELECT public.id(book.name), public.id(business), (SELECT max(c.id::text)::uuid FROM booking.customers c WHERE c.business_id = public.id(business) AND c.name = CASE book.status WHEN 'completed' THEN c.name ELSE 'walk-in' END), public.id(business), book.start_time, book.status::booking.booking_status_type_v1, book.name,
           public.id(rescheduled_from), buffer, jsonb_build_object('n', book.name), 12.50, 'EUR', book.name, 'hash', public.id('series')
$$;
CREATE FUNCTION public.archived() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(notes, ' ' ORDER BY start_time, notes COLLATE "C") FROM booking.bookings_archive $$;
CREATE FUNCTION public.kept() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(notes, ' ' ORDER BY start_time, notes COLLATE "C") FROM booking.bookings $$;

-- The oldest first, whatever the status, each row as it was.
SELECT public.book(s || n, '2020-03-31 22:00+00'::timestamptz + n * interval '1 hour', s) FROM unnest(enum_range(NULL::booking_status_type_v1)::text[]) s, generate_series(1, 3) n;
SELECT public.book('walk-in', '2020-04-01 00:30+00', 'completed', business => 'clinic');
CREATE TABLE public.before AS SELECT * FROM bookings;
CREATE TABLE public.logged AS SELECT id FROM audit_logs;
SET ROLE regress_access_owner;
SELECT archive_bookings('1 year', 6);
SELECT public.archived();
SELECT archive_bookings('1 year', 1);
SELECT archive_bookings(older_than => '1 year');
SELECT archive_bookings('1 year');
RESET ROLE;
SELECT public.archived(), public.kept();
SELECT count(*) AS moved, (SELECT count(*) FROM (TABLE public.before EXCEPT (TABLE bookings UNION ALL TABLE bookings_archive)) d) AS lost_or_changed,
    (SELECT count(*) - count(DISTINCT id) FROM (TABLE bookings UNION ALL TABLE bookings_archive) u) AS doubled FROM bookings_archive;
-- A move is no change: nobody sees it in the log.
SELECT count(*) FROM audit_logs WHERE id NOT IN (SELECT id FROM public.logged);

-- They lie in the default partition until the next run of maintenance, which gives each month of UTC its own.
SELECT tableoid::regclass, count(*) FROM bookings_archive GROUP BY 1;
SET ROLE regress_access_owner;
SELECT line FROM bookmeatoz_maintain() line WHERE line ~ 'archive';
SELECT tableoid::regclass, count(*), min(start_time AT TIME ZONE 'UTC'), max(start_time AT TIME ZONE 'UTC') FROM bookings_archive GROUP BY 1 ORDER BY 2;
SELECT c.relrowsecurity AS secured, c.relowner::regrole AS owner, (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) AS triggers,
    (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f') AS keys, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c WHERE c.oid = 'bookings_archive_2020_04'::regclass;
-- What comes later in these months goes there.
SELECT public.book('late', '2020-04-15 10:00+00');
SELECT archive_bookings('1 year'), (SELECT tableoid::regclass FROM bookings_archive WHERE notes = 'late');
SELECT archive_bookings('1 year'), (SELECT tableoid::regclass FROM bookings_archive WHERE notes = 'late');
RESET ROLE;
SELECT * FROM bookmeatoz_verify() WHERE severity = 'error';

-- Over is what ended long ago with its buffer, to the microsecond. Holds and what is to come stay.
BEGIN;
DELETE FROM bookings;
SELECT public.book('just over', now() - interval '90 days 30 minutes');
SELECT public.book('not quite', now() - interval '90 days 30 minutes' + interval '1 microsecond', 'cancelled');
SELECT public.book('buffer over', now() - interval '90 days 90 minutes', buffer => 60);
SELECT public.book('buffer not over', now() - interval '90 days 90 minutes', buffer => 61);
SELECT public.book('to come', now() + interval '1 hour');
SELECT public.book('under way', now() - interval '10 minutes', buffer => 60);
SELECT public.book('over', now() - interval '2 days');
SELECT public.book('yesterday', now() - interval '1 day', 'pending');
INSERT INTO bookings (business_id, service_id, start_time, status, hold_expires_at, notes)
SELECT id('salon'), id('salon'), now() - i, 'pending', t, 'hold' FROM (VALUES (interval '400 days', now() - interval '1 day'), (interval '401 days', now() + interval '1 day')) v (i, t);
SELECT archive_bookings('90 days'), public.archived() ~ 'just over' AS just_over;
SELECT public.kept();
SELECT archive_bookings('0'), public.kept();
ROLLBACK;

-- Never an earlier booking than the one that it was moved to. Where both are over, a single call takes all.
BEGIN;
DELETE FROM bookings;
SELECT public.book('first', '2021-01-01 10:00+00'), public.book('second', '2021-02-01 10:00+00', rescheduled_from => 'first'), public.book('third', '2021-03-01 10:00+00', rescheduled_from => 'second');
SELECT public.book('old', '2021-01-05 10:00+00'), public.book('new', now() + interval '1 day', rescheduled_from => 'old');
-- a later one that came back to an earlier time
SELECT public.book('forward', '2021-01-09 10:00+00'), public.book('back', '2021-01-08 10:00+00', rescheduled_from => 'forward');
SELECT archive_bookings('1 year', 1), archive_bookings('1 year', 1), archive_bookings('1 year', 1);
SELECT public.kept();
SELECT archive_bookings('1 year');
SELECT public.kept();
SELECT b.notes, names(b.rescheduled_from_booking_id) IS NULL AS kept_id, b.rescheduled_from_booking_id = id('second') AS same FROM bookings_archive b WHERE notes = 'third';
DELETE FROM bookings WHERE notes = 'new';
SELECT archive_bookings('1 year');
ROLLBACK;

-- Nor one to which a table of the user's refers: its key would do to it what it does on deletion.
BEGIN;
DELETE FROM bookings;
SET LOCAL ROLE regress_access_owner;
CREATE TABLE "my ""payments" (id integer PRIMARY KEY, "the booking" uuid REFERENCES bookings ON DELETE CASCADE);
CREATE TABLE visits (business_id uuid, booking_id uuid, part integer, FOREIGN KEY (business_id, booking_id) REFERENCES bookings (business_id, id) ON DELETE SET NULL) PARTITION BY LIST (part);
CREATE TABLE visits_1 PARTITION OF visits DEFAULT;
ALTER TABLE bookings ADD UNIQUE (business_id, idempotency_key);
CREATE TABLE requests (of_business uuid, of_request text, FOREIGN KEY (of_request, of_business) REFERENCES bookings (idempotency_key, business_id));
SELECT public.book(n, '2021-01-01 10:00+00') FROM unnest('{free,paid,visited,requested}'::text[]) n;
INSERT INTO requests VALUES (id('salon'), 'requested'), (id('clinic'), NULL);
INSERT INTO "my ""payments" VALUES (1, id('paid')), (2, NULL);
INSERT INTO visits VALUES (id('salon'), id('visited'), 1), (id('salon'), NULL, 2);
SELECT archive_bookings('1 year'), (SELECT count("the booking") FROM "my ""payments"), (SELECT count(booking_id) FROM visits);
SELECT public.kept();
DELETE FROM visits;
SELECT archive_bookings('1 year'), archive_bookings('1 year');
ROLLBACK;

-- Columns of the user's: the archive needs a place for each.
BEGIN;
DELETE FROM bookings;
SET LOCAL ROLE regress_access_owner;
ALTER TABLE bookings ADD COLUMN "Room ""No""" varchar(10) DEFAULT '7', ADD COLUMN twice integer GENERATED ALWAYS AS (seat * 2) STORED, ADD COLUMN gone text;
ALTER TABLE bookings DROP COLUMN gone;
SELECT public.book('own', '2021-01-01 10:00+00');
SAVEPOINT s;
\set VERBOSITY default
SELECT archive_bookings('1 year');
ROLLBACK TO s;
ALTER TABLE bookings_archive ADD COLUMN twice integer, ADD COLUMN "Room ""No""" integer;
SAVEPOINT s;
SELECT archive_bookings('1 year');
ROLLBACK TO s;
\set VERBOSITY terse
ALTER TABLE bookings_archive DROP COLUMN "Room ""No""", ADD COLUMN archived_at timestamptz DEFAULT '2030-01-01 00:00+00', ADD COLUMN length integer GENERATED ALWAYS AS (length(notes)) STORED, ADD COLUMN "Room ""No""" varchar(10);
SELECT archive_bookings('1 year');
SELECT notes, "Room ""No""", twice, archived_at AT TIME ZONE 'UTC' AS archived_at, length FROM bookings_archive WHERE notes = 'own';
-- a label of the user's
RESET ROLE;
ROLLBACK;
ALTER TYPE booking_status_type_v1 ADD VALUE 'paused';
SELECT public.book('paused', '2020-05-01 10:00+00', 'paused');
SELECT archive_bookings('1 year');
SELECT status FROM bookings_archive WHERE notes = 'paused';
-- a column whose values are made anew in the archive
BEGIN;
ALTER TABLE bookings ADD COLUMN twice integer GENERATED ALWAYS AS (seat * 2) STORED;
ALTER TABLE bookings_archive ADD COLUMN twice integer GENERATED ALWAYS AS (seat * 3) STORED;
SELECT public.book('own', '2021-01-01 10:00+00');
SELECT archive_bookings('1 year');
SELECT notes, twice FROM bookings_archive WHERE notes = 'own';
ROLLBACK;

-- Nobody writes the archive or its partitions: not the owner, not a superuser, nobody.
CREATE FUNCTION public.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE n integer;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN statement || ': ' || n;
EXCEPTION WHEN OTHERS THEN RETURN statement || ': ' || SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION public.writes(archive text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT public.try(replace(s, 'THERE', archive)) FROM unnest(ARRAY['INSERT INTO THERE SELECT * FROM bookings_archive LIMIT 1', 'UPDATE THERE SET notes = ''x''', 'DELETE FROM THERE', 'TRUNCATE THERE']) s $$;
SELECT public.writes('bookings_archive');
SET ROLE regress_access_owner;
SELECT public.writes('bookings_archive');
BEGIN;
SELECT line FROM public.writes('bookings_archive_2020_04') line WHERE line !~ '^TRUNCATE';
ROLLBACK;
SET ROLE regress_access_app;
CALL act(NULL, 'salon', NULL);
SELECT public.writes('bookings_archive');
SELECT public.writes('bookings_archive_2020_04');
CALL act(NULL, NULL, NULL);
RESET ROLE;
-- A restore does.
SET row_security = off;
BEGIN;
INSERT INTO bookings_archive SELECT (jsonb_populate_record(a, jsonb_build_object('id', id('restored')))).* FROM bookings_archive a LIMIT 1;
SELECT public.try('DELETE FROM bookings_archive');
ROLLBACK;
RESET row_security;

-- A function of the owner's, called by a trigger in the midst of a move, is audited.
BEGIN;
CREATE FUNCTION public.in_the_midst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM booking.bookings WHERE id = public.id('victim'); UPDATE booking.services SET name = 'changed' WHERE id = OLD.service_id; RETURN OLD; END $$;
CREATE TRIGGER midst AFTER DELETE ON bookings FOR EACH ROW WHEN (OLD.notes = 'bait') EXECUTE FUNCTION public.in_the_midst();
SELECT public.book('victim', now() + interval '1 day'), public.book('bait', '2021-01-01 10:00+00');
DELETE FROM public.logged;
INSERT INTO public.logged SELECT id FROM audit_logs;
SELECT archive_bookings('1 year');
SELECT action, entity_type, coalesce(before ->> 'notes', before ->> 'name') AS what FROM audit_logs WHERE id NOT IN (SELECT id FROM public.logged) ORDER BY 2;
-- afterwards all is audited again
DELETE FROM bookings;
SELECT count(*) > 3 AS audited FROM audit_logs WHERE id NOT IN (SELECT id FROM public.logged) AND action = 'delete';
ROLLBACK;
-- After an error too.
BEGIN;
CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION public.keep();
SELECT public.book('kept', '2021-01-01 10:00+00');
DELETE FROM public.logged;
INSERT INTO public.logged SELECT id FROM audit_logs;
SELECT public.try('SELECT archive_bookings(''1 year'')');
SELECT public.kept() ~ 'kept' AS kept, public.archived() ~ 'kept' AS archived;
UPDATE bookings SET notes = 'changed' WHERE notes = 'kept';
SELECT count(*) AS audited FROM audit_logs WHERE id NOT IN (SELECT id FROM public.logged);
SELECT public.try('DELETE FROM bookings_archive');
ROLLBACK;

-- Who reads it: as of bookings. Of a partition directly nobody.
CREATE FUNCTION public.reader(tenant text, business text, "user" text, admin boolean DEFAULT false) RETURNS TABLE (archive text, partition text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM booking.set_session_context(public.id(tenant), public.id(business), public.id("user"), admin);
    SELECT concat_ws(' ', count(*), string_agg(DISTINCT public.names(business_id), ' ')) INTO archive FROM booking.bookings_archive;
    partition := public.try('SELECT FROM bookings_archive_2020_04');
    RETURN NEXT;
END $$;
SET ROLE regress_access_operator;
SELECT * FROM public.reader(NULL, NULL, NULL);
SELECT * FROM public.reader(NULL, 'salon', NULL);
SELECT * FROM public.reader(NULL, 'clinic', NULL);
SELECT * FROM public.reader(NULL, 'studio', NULL);
SELECT * FROM public.reader('alpha', NULL, NULL);
SELECT * FROM public.reader('beta', NULL, NULL);
SELECT * FROM public.reader(NULL, NULL, 'carl');
SELECT * FROM public.reader(NULL, NULL, 'anna');
SELECT * FROM public.reader(NULL, NULL, NULL, true);
RESET ROLE;
GRANT SELECT ON bookings_archive_2020_04 TO regress_access_app;
SET ROLE regress_access_app;
CALL act(NULL, 'salon', NULL);
SELECT count(*) FROM bookings_archive_2020_04;
CALL act(NULL, NULL, NULL);
RESET ROLE;
REVOKE SELECT ON bookings_archive_2020_04 FROM regress_access_app;

-- Both together: the view has every column, and shows what its reader sees of both.
SELECT attnum, attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'bookings'::regclass AND attnum > 0
EXCEPT SELECT attnum, attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'bookings_all'::regclass;
CREATE FUNCTION public.reader_of_all(tenant text, business text, "user" text, admin boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM booking.set_session_context(public.id(tenant), public.id(business), public.id("user"), admin);
    RETURN (SELECT concat_ws(' ', count(*), string_agg(DISTINCT public.names(business_id), ' '), 'differ: ' || (
        SELECT count(*) FROM (TABLE booking.bookings_all EXCEPT (TABLE booking.bookings UNION ALL TABLE booking.bookings_archive)) d)) FROM booking.bookings_all);
END $$;
SET ROLE regress_access_operator;
SELECT public.reader_of_all(NULL, NULL, NULL), public.reader_of_all(NULL, 'salon', NULL), public.reader_of_all(NULL, 'studio', NULL), public.reader_of_all('alpha', NULL, NULL),
    public.reader_of_all(NULL, NULL, 'carl'), public.reader_of_all(NULL, NULL, NULL, true);
SELECT public.try('DELETE FROM bookings_all');
RESET ROLE;

-- The guard does not care for archived rows, and their keys are free again.
BEGIN;
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes)
SELECT id('salon'), id('walk-in of salon'), id('salon'), id('ben@salon'), '2020-06-01 10:00+00', 'completed', 'first';
SELECT archive_bookings('1 year');
INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status, notes)
SELECT id('salon'), id('walk-in of salon'), id('salon'), id('ben@salon'), '2020-06-01 10:00+00', 'completed', 'second';
SELECT public.book('late', '2020-04-15 10:00+00');
SELECT count(*) FROM bookings WHERE notes = 'late';
-- The archive has this id at this time already: the row stays, and others are moved.
SELECT public.book('another', '2020-04-16 10:00+00');
SELECT archive_bookings('1 year'), public.kept() ~ 'late' AS kept, public.kept() ~ 'another' AS other_kept;
SELECT count(*) FROM bookings_archive WHERE notes = 'late';
ROLLBACK;

-- The deletion of a customer leaves the archive; that of a business or a tenant takes it along, and no other's.
BEGIN;
DELETE FROM bookings;
DELETE FROM customers;
DELETE FROM employees;
DELETE FROM services;
SELECT count(*) FROM bookings_archive;
SET LOCAL ROLE regress_access_owner;
DELETE FROM businesses WHERE id = id('clinic');
SELECT names(business_id), count(*) FROM bookings_archive GROUP BY 1;
DELETE FROM tenants WHERE id = id('beta');
SELECT names(business_id), count(*) FROM bookings_archive GROUP BY 1;
RESET ROLE;
SET LOCAL ROLE regress_access_operator;
CALL act(NULL, NULL, NULL, true);
DELETE FROM tenants WHERE id = id('alpha');
RESET ROLE;
SELECT count(*) FROM bookings_archive;
ROLLBACK;
-- Under REPEATABLE READ too, and under FORCE.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bookmeatoz_force_row_security(true);
SET LOCAL ROLE regress_access_operator;
CALL act(NULL, NULL, NULL, true);
SELECT count(*) FROM bookings_archive;
DELETE FROM tenants WHERE id = id('alpha');
RESET ROLE;
SELECT count(*) FROM bookings_archive;
ROLLBACK;
-- But not a row of the business that stays, whoever is at work.
BEGIN;
CREATE FUNCTION public.in_a_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM booking.bookings_archive WHERE business_id = public.id('salon'); RETURN OLD; END $$;
CREATE TRIGGER key BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION public.in_a_key();
SELECT public.try('DELETE FROM businesses WHERE id = public.id(''studio'')');
ROLLBACK;

-- Retention.
SET ROLE regress_access_owner;
BEGIN;
SET LOCAL bookmeatoz.archive_retention = '10 years';
SELECT line FROM bookmeatoz_maintain('2030-04-30 23:59+00') line WHERE line ~ 'dropped|2020';
SELECT line FROM bookmeatoz_maintain('2030-05-01 00:00+00') line WHERE line ~ 'dropped|2020';
SELECT public.archived();
ROLLBACK;
SET bookmeatoz.archive_retention = '-1 year';
SELECT * FROM bookmeatoz_maintain();
RESET bookmeatoz.archive_retention;

-- Who may: the owner, also under FORCE, and a superuser as the owner.
RESET ROLE;
SELECT public.book('forced', '2022-01-01 10:00+00'), public.book('by superuser', '2022-01-02 10:00+00');
SELECT bookmeatoz_force_row_security(true);
SET ROLE regress_access_owner;
SELECT archive_bookings('1 year', 1);
RESET ROLE;
SELECT archive_bookings('1 year', 1);
SELECT bookmeatoz_force_row_security(false);
SELECT public.archived() ~ 'forced by superuser' AS moved;
SET ROLE regress_access_operator;
CALL act(NULL, NULL, NULL, true);
SELECT archive_bookings('1 year');
RESET ROLE;
GRANT EXECUTE ON FUNCTION archive_bookings TO regress_access_operator;
SET ROLE regress_access_operator;
SELECT archive_bookings('1 year');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION archive_bookings FROM regress_access_operator;
SELECT archive_bookings(NULL);
SELECT archive_bookings('1 year', NULL);
SELECT archive_bookings('-1 microsecond');
SELECT archive_bookings('1 year', 0);
BEGIN;
ALTER TABLE bookings OWNER TO :superuser;
SELECT archive_bookings('1 year');
ROLLBACK;
BEGIN;
DROP TABLE bookings_archive CASCADE;
SELECT archive_bookings('1 year');
ROLLBACK;
-- The default partition may be missing too.
BEGIN;
DROP TABLE bookings_archive_default;
SELECT public.book('homeless', '2019-01-01 10:00+00');
SELECT archive_bookings('1 year');
ROLLBACK;
SELECT count(*) AS findings FROM bookmeatoz_verify() WHERE severity = 'error';
\set ECHO none
\i :access_end
