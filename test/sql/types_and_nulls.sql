-- The owner of the tables may do with them whatever the server lets an owner do: a column that is dropped, retyped or NULL, a
-- label that is renamed, a view in a table's place. Then every function answers rightly, or with an error that names the column;
-- never does it read what is not there, and never is the answer silently wrong. The same in both ways of reading a calendar.
-- And a trigger function of ours runs on our own table alone.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
INSERT INTO bookings (id, business_id, customer_id, service_id, employee_id, start_time, status)
    VALUES (id('booking'), id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 10:00+00', 'pending');
-- What a question gets; what it did is undone.
CREATE FUNCTION public.answer(question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE question INTO answer;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN
        RETURN answer;
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- A search, the free and busy time, a booking, each in both ways, and an INSERT in the way of another booking.
CREATE FUNCTION public.answers() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    question text;
    by_scans text;
    by_queries text;
BEGIN
    FOREACH question IN ARRAY ARRAY[
        $q$ SELECT count(*) || ' slots, ' || coalesce(sum(remaining_capacity), 0) || ' seats'
            FROM find_available_slots(id('salon'), '2030-01-07', '2030-01-08', as_of => '2030-01-01') $q$,
        $q$ SELECT count(*) || ' periods' FROM free_busy(id('anna@salon'), '2030-01-07', '2030-01-09') $q$,
        $q$ SELECT 'booked' FROM book_slot(id('salon'), '2030-01-14 14:00+00', id('carl of salon')) $q$]
    LOOP
        SET LOCAL bookmeatoz.direct_scans = on;
        by_scans := public.answer(question);
        SET LOCAL bookmeatoz.direct_scans = off;
        by_queries := public.answer(question);
        RETURN NEXT CASE WHEN by_scans = by_queries THEN by_scans ELSE by_scans || ' but ' || by_queries END;
    END LOOP;
    RETURN NEXT public.answer($q$ INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time, status)
        VALUES (id('salon'), id('carl of salon'), id('salon'), id('anna@salon'), '2030-01-07 10:15+00', 'confirmed') RETURNING 'inserted' $q$);
END $$;
-- The same after a change, which is undone. The session has plans of before.
CREATE FUNCTION public.after(VARIADIC changes text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    change text;
    found text[];
BEGIN
    BEGIN
        FOREACH change IN ARRAY changes LOOP
            EXECUTE change;
        END LOOP;
        found := ARRAY(SELECT * FROM public.answers());
        RAISE EXCEPTION USING ERRCODE = 'UNDO1';
    EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
        NULL;
    END;
    RETURN QUERY SELECT a || CASE WHEN count(*) > 1 THEN ' (' || count(*) || ' times)' ELSE '' END
        FROM unnest(found) WITH ORDINALITY f (a, n) GROUP BY a ORDER BY min(n);
END $$;
\set ECHO all

SELECT public.answers();
-- NULL where the code reads a value
SELECT public.after('ALTER TABLE services ALTER settings DROP NOT NULL', $$UPDATE services SET settings = NULL WHERE id = id('salon')$$);
SELECT public.after('ALTER TABLE businesses ALTER settings DROP NOT NULL', $$UPDATE businesses SET settings = NULL WHERE id = id('salon')$$);
SELECT public.after('ALTER TABLE businesses ALTER timezone DROP NOT NULL', $$UPDATE businesses SET timezone = NULL WHERE id = id('salon')$$);
SELECT public.after('ALTER TABLE services ALTER duration DROP NOT NULL', $$UPDATE services SET duration = NULL WHERE id = id('salon')$$);
SELECT public.after('ALTER TABLE services ALTER status DROP NOT NULL', $$UPDATE services SET status = NULL WHERE id = id('salon')$$);
SELECT public.after('ALTER TABLE working_hours ALTER day_of_week DROP NOT NULL', 'UPDATE working_hours SET day_of_week = NULL');
SELECT public.after('ALTER TABLE working_hours DROP CONSTRAINT working_hours_times_unless_off', 'UPDATE working_hours SET start_time = NULL');
SELECT public.after('ALTER TABLE employee_availability_overrides ALTER is_unavailable DROP NOT NULL', 'UPDATE employee_availability_overrides SET is_unavailable = NULL');
SELECT public.after('ALTER TABLE business_availability_overrides ALTER is_unavailable DROP NOT NULL', 'UPDATE business_availability_overrides SET is_unavailable = NULL, start_time = ''2030-01-07 08:00+00'', end_time = ''2030-01-07 09:00+00''');
-- an employee without a status is not active: in both ways
SELECT public.after('ALTER TABLE employees ALTER employment_status DROP NOT NULL', $$UPDATE employees SET employment_status = NULL WHERE id = id('ben@salon')$$);
-- and in a row that is read from the index alone, where it stands
SELECT public.after('ALTER TABLE bookings DISABLE TRIGGER USER', 'ALTER TABLE bookings ALTER service_id DROP NOT NULL', 'UPDATE bookings SET service_id = NULL', 'ALTER TABLE bookings ENABLE TRIGGER USER');

-- another type
SELECT public.after('ALTER TABLE services ALTER duration TYPE numeric');
SELECT public.after('ALTER TABLE services ALTER duration TYPE bigint');
SELECT public.after('ALTER TABLE services RENAME settings TO settings_before', $$ALTER TABLE services ADD settings text NOT NULL DEFAULT '{}'$$);
SELECT public.after('ALTER TABLE services ALTER status DROP DEFAULT', 'ALTER TABLE services ALTER status TYPE text');
SELECT public.after('ALTER TABLE services ALTER status DROP DEFAULT', 'ALTER TABLE services ALTER status TYPE "char" USING status::text::"char"');
SELECT public.after('ALTER TABLE employees RENAME employment_status TO status_before', $$ALTER TABLE employees ADD employment_status bytea NOT NULL DEFAULT 'active'$$);
SELECT public.after('DROP TRIGGER working_hours_explain_night ON working_hours', 'ALTER TABLE working_hours ALTER start_time TYPE interval');
SELECT public.after('ALTER TABLE working_hours ALTER valid_from TYPE timestamptz');
SELECT public.after('ALTER TABLE business_availability_overrides ALTER start_time TYPE timestamp');
SELECT public.after('ALTER TABLE employee_availability_overrides ALTER start_time TYPE timestamp');
SELECT public.after('DROP VIEW bookings_all', 'ALTER TABLE bookings ALTER created_at DROP DEFAULT', 'ALTER TABLE bookings ALTER created_at TYPE text', $$ALTER TABLE bookings ALTER created_at SET DEFAULT ''$$);
SELECT public.after('ALTER TABLE bookings RENAME seat TO seat_before', 'ALTER TABLE bookings ADD seat integer DEFAULT 1');
SELECT public.after('ALTER TABLE bookings RENAME session_key TO key_before', 'ALTER TABLE bookings ADD session_key bigint');
SELECT public.after('ALTER TABLE bookings RENAME hold_expires_at TO expiry_before', 'ALTER TABLE bookings ADD hold_expires_at date');
-- text for varchar is the same
SELECT public.after('ALTER TABLE businesses RENAME timezone TO timezone_before', $$ALTER TABLE businesses ADD timezone text NOT NULL DEFAULT 'UTC'$$);
-- a value that the trigger does not see
SELECT public.after('ALTER TABLE bookings RENAME overbooked TO overbooked_before', 'ALTER TABLE bookings ADD overbooked boolean GENERATED ALWAYS AS (false) STORED');
-- none at all
SELECT public.after('ALTER TABLE services DROP buffer_after_minutes CASCADE');
SELECT public.after('ALTER TABLE bookings RENAME resource_id TO resource');
-- with a fast default it is right, in rows of before too
SELECT public.after('ALTER TABLE services RENAME duration TO duration_before', 'ALTER TABLE services ADD duration integer NOT NULL DEFAULT 60');

-- labels
SELECT public.after($$ALTER TYPE service_status_type_v1 RENAME VALUE 'active' TO 'live'$$);
SELECT public.after($$ALTER TYPE business_status_type_v1 RENAME VALUE 'active' TO 'live'$$);
SELECT public.after($$ALTER TYPE employee_status_type_v1 RENAME VALUE 'active' TO 'live'$$);
SELECT public.after($$ALTER TYPE booking_status_type_v1 RENAME VALUE 'pending' TO 'tentative'$$);
SELECT public.after($$ALTER TYPE booking_status_type_v1 RENAME VALUE 'rejected' TO 'denied'$$);
SELECT public.after($$ALTER TYPE employee_status_type_v1 RENAME VALUE 'active' TO 'live'$$, $$ALTER TYPE employee_status_type_v1 RENAME VALUE 'terminated' TO 'active'$$);
SELECT public.after($$ALTER TYPE employee_status_type_v1 RENAME VALUE 'inactive' TO 'idle'$$);
SELECT public.answers();

-- a view would run its functions as whoever asks
CREATE FUNCTION public.spied() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'spied on %', current_user; END $$;
SELECT public.after('ALTER TABLE working_hours RENAME TO hours', 'CREATE VIEW working_hours AS SELECT * FROM hours WHERE public.spied()');
SELECT public.after('ALTER TABLE employees RENAME TO people', 'CREATE VIEW employees AS SELECT * FROM people WHERE public.spied()');
SELECT public.after('ALTER TABLE bookings RENAME TO appointments', 'CREATE MATERIALIZED VIEW bookings AS SELECT * FROM appointments');
BEGIN;
ALTER TABLE businesses RENAME TO shops;
CREATE VIEW businesses AS SELECT * FROM shops WHERE public.spied();
SELECT public.answer($$SELECT business_id::text FROM resolve_business('salon')$$);
ROLLBACK;

-- Trigger functions: on a table of the same name elsewhere, on another of ours, on that of another owner, on another column.
CREATE TEMP TABLE bookings (id uuid, business_id uuid, service_id uuid, employee_id bigint, start_time timestamptz, end_time timestamptz, buffer_before_minutes int,
    buffer_after_minutes int, status booking_status_type_v1, overbooked boolean, resource_id bigint, session_key uuid, seat smallint, hold_expires_at timestamptz);
CREATE TRIGGER g BEFORE INSERT ON pg_temp.bookings FOR EACH ROW EXECUTE FUNCTION trigger_guard_booking();
INSERT INTO pg_temp.bookings (employee_id) VALUES (42);
DROP TABLE pg_temp.bookings;
CREATE TABLE public.services (id bigint, settings jsonb);
CREATE TRIGGER s BEFORE INSERT ON public.services FOR EACH ROW EXECUTE FUNCTION trigger_check_settings('service');
INSERT INTO public.services VALUES (42, '{"capacity": "many"}');
DROP TABLE public.services;
BEGIN;
CREATE TRIGGER s BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION trigger_check_settings('service');
SELECT public.answer($$INSERT INTO customers (business_id, name) VALUES (id('salon'), 'Zoe') RETURNING 'inserted'$$);
CREATE TRIGGER c AFTER UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION trigger_businesses_changed();
SELECT public.answer($$UPDATE tenants SET name = name RETURNING 'updated'$$);
CREATE TRIGGER z BEFORE UPDATE ON businesses FOR EACH ROW EXECUTE FUNCTION trigger_check_time_zone('slug');
SELECT public.answer($$UPDATE businesses SET name = name RETURNING 'updated'$$);
ROLLBACK;
BEGIN;
ALTER TABLE bookings OWNER TO :superuser;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
-- the audit log is not written for another role
ALTER TABLE tenants OWNER TO :superuser;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
DROP TABLE audit_logs;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
-- after the restore of one table there is no other to compare with
ALTER TABLE bookings DISABLE TRIGGER bookings_audit;
DROP TABLE tenants CASCADE;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
ROLLBACK;
-- the audit log, and what is audited: retyped, missing, NULL
BEGIN;
ALTER TABLE audit_logs ALTER COLUMN after TYPE text;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
ALTER TABLE audit_logs RENAME TO renamed;
CREATE VIEW audit_logs AS SELECT * FROM renamed;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
ROLLBACK;
BEGIN;
ALTER TABLE audit_logs DROP COLUMN actor_role;
SELECT public.answer($$UPDATE bookings SET notes = 'x' WHERE id = id('booking') RETURNING 'updated'$$);
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_access_owner;
CREATE TABLE diary (id uuid, business_id uuid);
SELECT bookmeatoz_enable_audit('diary');
SELECT public.answer($$INSERT INTO diary VALUES (NULL, NULL) RETURNING 'inserted'$$);
SELECT public.answer($$INSERT INTO diary VALUES (id('a'), NULL) RETURNING 'inserted'$$);
ALTER TABLE diary ALTER COLUMN business_id TYPE text;
SELECT public.answer($$INSERT INTO diary VALUES (id('a'), NULL) RETURNING 'inserted'$$);
ALTER TABLE diary DROP COLUMN business_id;
SELECT public.answer($$INSERT INTO diary VALUES (id('a')) RETURNING 'inserted'$$);
ROLLBACK;
-- the archive: retyped, missing, NULL
BEGIN;
SELECT public.answer($$SELECT archive_bookings('1 year') || ' archived'$$);
DROP VIEW bookings_all;
ALTER TABLE bookings_archive ALTER COLUMN notes TYPE varchar;
SELECT public.answer($$SELECT archive_bookings('1 year')$$);
ROLLBACK;
BEGIN;
ALTER TABLE bookings DROP COLUMN busy CASCADE;
SELECT public.answer($$SELECT archive_bookings('1 year')$$);
ROLLBACK;
BEGIN;
ALTER TABLE bookings_archive RENAME TO renamed;
CREATE VIEW bookings_archive AS SELECT * FROM renamed;
SELECT public.answer($$SELECT archive_bookings('1 year')$$);
ROLLBACK;
BEGIN;
ALTER TABLE bookings DROP COLUMN id CASCADE;
SELECT public.answer($$SELECT archive_bookings('1 year')$$);
ROLLBACK;
BEGIN;
ALTER TABLE bookings_archive DROP CONSTRAINT bookings_archive_business_fkey, ALTER COLUMN business_id DROP NOT NULL;
SET LOCAL row_security = off;
INSERT INTO bookings_archive SELECT (jsonb_populate_record(NULL::bookings_archive, to_jsonb(b) || '{"business_id": null}')).* FROM bookings b WHERE id = id('booking');
SELECT public.answer($$DELETE FROM bookings_archive$$);
ALTER TABLE bookings_archive RENAME COLUMN business_id TO renamed;
SELECT public.answer($$DELETE FROM bookings_archive$$);
ROLLBACK;
-- NULL that the statement writes: the table's own constraints refuse it
SELECT public.answer($$INSERT INTO services (id, business_id, name, duration, settings) VALUES (NULL, id('salon'), 'Cut', 30, '{"capacity": "many"}') RETURNING 'inserted'$$);

-- The caller's search_path names neither functions nor collations for us; an extension's schema may be renamed under open plans.
BEGIN;
CREATE SCHEMA evil;
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil as %', current_user; END $$;
CREATE COLLATION evil."C" (provider = libc, locale = 'POSIX', deterministic = true);
CREATE COLLATION evil."default" (provider = libc, locale = 'POSIX', deterministic = true);
SET LOCAL search_path = evil, pg_catalog, booking, public;
SELECT public.answer($$SELECT (resolve_tenant('ALPHA') = id('alpha'))::text$$), public.answer($$SELECT (business_id = id('salon'))::text FROM resolve_business('SALON')$$);
ROLLBACK;
BEGIN;
ALTER SCHEMA booking RENAME TO "a = b < 50% off";
SET LOCAL search_path = "a = b < 50% off", public;
SELECT public.answers();
ROLLBACK;
SELECT public.answers();

\set ECHO none
DROP OWNED BY regress_access_app;
\i :access_end
