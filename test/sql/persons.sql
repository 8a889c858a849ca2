-- export_customer() and erase_customer(): what they show and overwrite, for whom. That no word is left in a dump is for
-- test/robustness/test_persons.py.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\pset format unaligned
\set VERBOSITY terse
\set SHOW_CONTEXT never
\set ECHO all
-- An error with all that a program sees of it, without the place in the code.
CREATE FUNCTION public.tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION public.erased(customer uuid) RETURNS text LANGUAGE sql AS $$ SELECT tried(format('SELECT erase_customer(%L)', customer)) $$;
CREATE FUNCTION public.speak_for(tenant uuid, business uuid, person uuid) RETURNS text LANGUAGE sql AS $$
    SELECT set_config('app.current_tenant_id', coalesce(tenant::text, ''), false) || set_config('app.current_business_id', coalesce(business::text, ''), false)
        || set_config('app.current_user_id', coalesce(person::text, ''), false) $$;
-- Tries to erase a customer who has one more booking, and takes all of it back.
CREATE FUNCTION public.erased_with(state text, starts interval, hold interval DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    INSERT INTO bookings (business_id, customer_id, service_id, start_time, status, hold_expires_at, notes)
    VALUES (id('salon'), id('walk-in of salon'), id('salon'), now() + starts, state::booking_status_type_v1, now() + hold, 'kept secret');
    result := replace(erased(id('walk-in of salon')), id('walk-in of salon')::text, 'ID');
    result := split_part(result, ' | ', 1) || ' ' || split_part(result, ' | ', 3) || ', left: ' || (SELECT count(*) FROM bookings WHERE notes = 'kept secret');
    RAISE EXCEPTION '%', result USING ERRCODE = 'P0099';
EXCEPTION WHEN SQLSTATE 'P0099' THEN
    RETURN SQLERRM;
END $$;
-- How many rows have the words.
CREATE FUNCTION public.words() RETURNS bigint LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM customers c WHERE c::text LIKE '%carl-%') + (SELECT count(*) FROM bookings b WHERE b::text LIKE '%carl-%') + (SELECT count(*) FROM bookings_archive b WHERE b::text LIKE '%carl-%')
         + (SELECT count(*) FROM audit_logs a WHERE a::text LIKE '%carl-%') + (SELECT count(*) FROM notifications n WHERE n::text LIKE '%carl-%') $$;
ALTER TABLE bookings DISABLE TRIGGER bookings_audit;
UPDATE bookings SET start_time = start_time - interval '10 years', end_time = end_time - interval '10 years';
ALTER TABLE bookings ENABLE TRIGGER bookings_audit;

-- Who may: the business and its tenant. The same words for what is hidden and what does not exist.
SET ROLE regress_access_app;
SELECT speak_for(NULL, id('studio'), NULL) \g /dev/null
SELECT replace(erased(id('carl of salon')), id('carl of salon')::text, 'ID') = replace(erased(id('nobody')), id('nobody')::text, 'ID') AS same, replace(erased(id('nobody')), id('nobody')::text, 'ID');
SELECT replace(tried(format('SELECT export_customer(%L)', id(n))), id(n)::text, 'ID') FROM unnest('{carl of salon,nobody}'::text[]) n;
SELECT speak_for(id('beta'), NULL, NULL) \g /dev/null
SELECT left(erased(id('carl of salon')), 5), left(tried(format('SELECT export_customer(%L)', id('carl of salon'))), 5) AS export;
SELECT speak_for(NULL, NULL, id('carl')) \g /dev/null
SELECT left(erased(id('carl of salon')), 5), left(tried(format('SELECT export_customer(%L)', id('carl of salon'))), 5) AS export;
SELECT speak_for(NULL, NULL, NULL) \g /dev/null
SELECT left(erased(id('carl of salon')), 5), left(tried(format('SELECT export_customer(%L)', id('carl of salon'))), 5) AS export;
SELECT erased(NULL), tried('SELECT export_customer(NULL)');

-- Erasing is granted: it overwrites what nobody else may. Exporting shows what SELECT shows.
RESET ROLE;
CREATE ROLE regress_persons;
GRANT USAGE ON SCHEMA booking TO regress_persons;
SET ROLE regress_persons;
SELECT tried(format('SELECT booking.erase_customer(%L)', id('carl of salon'))), tried(format('SELECT booking.export_customer(%L)', id('carl of salon')));
RESET ROLE;
DROP OWNED BY regress_persons;
DROP ROLE regress_persons;

-- A booking that is not over, or a hold, stands against it; what is over, or frees its time, does not.
SET ROLE regress_access_app;
SELECT speak_for(NULL, id('salon'), NULL) \g /dev/null
SELECT replace(erased(id('walk-in of clinic')), id('walk-in of clinic')::text, 'ID') LIKE 'BM003%' AS other_business;
INSERT INTO bookings (business_id, customer_id, service_id, start_time) VALUES (id('salon'), id('walk-in of salon'), id('salon'), '2200-01-01');
SELECT replace(erased(id('walk-in of salon')), id('walk-in of salon')::text, 'ID');
DELETE FROM bookings WHERE start_time = '2200-01-01';
SELECT state, starts, hold, erased_with(state, starts, hold)
FROM (VALUES ('confirmed', '1 day'::interval, NULL::interval), ('confirmed', '-10 minutes', NULL), ('pending', '1 day', NULL), ('pending', '1 day', '5 minutes'), ('pending', '1 day', '-5 minutes'),
             ('cancelled', '1 day', NULL), ('rejected', '1 day', NULL), ('no_show', '1 day', NULL), ('completed', '1 day', NULL), ('confirmed', '-1 day', NULL)) v (state, starts, hold);

-- What is stored: the row, the bookings, the archive, the log, that of bookings that are gone or another's by now.
UPDATE customers SET email = 'carl@words.example', phone = 'carl-phone', profile_notes = 'carl-profile' WHERE id = id('carl of salon');
UPDATE bookings SET notes = 'carl-notes', metadata = '{"carl-key": "carl-value"}', idempotency_key = 'carl-request', booked_by_user_id = id('carl') WHERE customer_id = id('carl of salon');
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status, notes, cancellation_reason, price, currency)
VALUES (id('gone'), id('salon'), id('carl of salon'), id('salon'), '2020-02-03 10:00+00', 'cancelled', 'carl-gone', 'carl-reason', 7, 'EUR'),
       (id('given'), id('salon'), id('carl of salon'), id('salon'), '2020-02-04 10:00+00', 'completed', 'carl-given', NULL, 8, 'EUR');
DELETE FROM bookings WHERE id = id('gone');
UPDATE bookings SET customer_id = id('walk-in of salon'), notes = 'of walk-in' WHERE id = id('given');
INSERT INTO bookings (id, business_id, customer_id, service_id, start_time, status, notes, metadata, cancellation_reason, idempotency_key, booked_by_user_id, price, currency)
SELECT id(n || ' archived'), id('salon'), id(n || ' of salon'), id('salon'), '1995-02-03 10:00+00'::timestamptz + i * interval '1 day', 'completed', n || '-archived', jsonb_build_object(n || '-old', 1), n || '-old', n || '-old', id('carl'), 9, 'EUR'
FROM unnest('{carl,walk-in}'::text[]) WITH ORDINALITY v (n, i);
RESET ROLE;
SELECT archive_bookings(now() - '1996-01-01') AS archived;
INSERT INTO notifications (business_id, user_id, type, title, body, data)
VALUES (id('salon'), id('anna'), 't', 'carl-title', 'carl-body', jsonb_build_object('booking', jsonb_build_array(upper((SELECT id FROM bookings WHERE customer_id = id('carl of salon'))::text)))),
       (id('salon'), id('anna'), 't', 'carl-title', 'carl-body', jsonb_build_object('customer_id', id('carl of salon'))),
       (id('salon'), id('anna'), 't', 'of another', '', jsonb_build_object('customer_id', id('walk-in of salon'))),
       (id('studio'), id('carl'), 't', 'of another business', '', jsonb_build_object('customer_id', id('carl of salon')));
-- An entry that names the customer in another tenant's log, or that tells of an employee with the same id, is none of this customer.
SET row_security = off;
INSERT INTO audit_logs (tenant_id, business_id, actor_role, action, entity_type, entity_id, after)
VALUES (id('beta'), id('salon'), 'r', 'a', 'customers', id('carl of salon'), '{"name": "of beta"}'), (id('alpha'), id('clinic'), 'r', 'a', 'customers', id('carl of salon'), '{"name": "of clinic"}'),
       (id('alpha'), id('salon'), 'r', 'a', 'employees', id('carl of salon'), '{"name": "of an employee"}');
RESET row_security;
SET ROLE regress_access_app;
SELECT jsonb_object_agg(k, jsonb_typeof(v)) FROM jsonb_each(export_customer(id('carl of salon'))) e (k, v);
SELECT e -> 'customer' ->> 'email' AS email, e -> 'customer' ->> 'profile_notes' AS notes, jsonb_array_length(e -> 'bookings') AS bookings, e -> 'bookings' -> 0 ->> 'notes' AS of_booking,
       e #> '{bookings,0}' ? 'idempotency_hash' AS hash FROM export_customer(id('carl of salon')) e;
SELECT a ->> 'entity_type' AS entity, a ->> 'action' AS action, a #>> '{after,notes}' AS notes FROM jsonb_array_elements(export_customer(id('carl of salon')) -> 'audit_logs') a WHERE a ->> 'action' <> 'a';

-- Erased: no word is left, the rows are, the figures are the same.
RESET ROLE;
CREATE TABLE public.figures AS SELECT f.* FROM businesses b, business_figures(b.id, NULL, NULL) f;
CREATE TABLE public.log AS SELECT id, tenant_id, business_id, actor_user_id, actor_role, action, entity_type, entity_id, created_at FROM audit_logs;
SELECT public.words() > 6 AS words;
SET ROLE regress_access_app;
SELECT erased(id('carl of salon'));
RESET ROLE;
SELECT public.words();
SELECT count(*) FROM audit_logs WHERE after::text || before::text LIKE '%"carl"%';
SELECT name, email, phone, profile_notes, user_id, status FROM customers WHERE id = id('carl of salon');
SELECT notes, metadata, cancellation_reason, idempotency_key, booked_by_user_id, status, start_time FROM bookings WHERE customer_id = id('carl of salon');
SELECT notes FROM bookings WHERE id = id('given');
SELECT names(customer_id), notes, metadata, cancellation_reason, idempotency_key, booked_by_user_id IS NULL AS nobody, price, start_time FROM bookings_archive ORDER BY start_time;
SELECT (SELECT count(*) FROM (TABLE public.figures EXCEPT SELECT f.* FROM businesses b, business_figures(b.id, NULL, NULL) f) d) AS changed, (SELECT count(*) > 0 FROM public.figures) AS some;
SELECT count(*) AS entries_lost FROM (TABLE public.log EXCEPT SELECT id, tenant_id, business_id, actor_user_id, actor_role, action, entity_type, entity_id, created_at FROM audit_logs) d;
SELECT after FROM audit_logs WHERE action = 'a' ORDER BY after;
SELECT title FROM notifications WHERE title LIKE 'of %' ORDER BY title;
-- That it was erased stays in the log, and what tells of the appointment.
SELECT action, before, after FROM audit_logs WHERE entity_id = id('carl of salon') AND business_id = id('salon') AND tenant_id = id('alpha') AND action = 'update' ORDER BY created_at;
SELECT before - 'employee_id' - 'id' - 'business_id' - 'customer_id' - 'service_id' - 'resource_id' - 'session_key' - 'created_at' AS before FROM audit_logs WHERE entity_id = id('gone') AND action = 'delete';

-- Again: nothing happens. The address is free.
CREATE TABLE public.log_now AS TABLE audit_logs;
CREATE TABLE public.customers_now AS SELECT * FROM customers;
SET ROLE regress_access_app;
SELECT erased(id('carl of salon'));
RESET ROLE;
SELECT (SELECT count(*) FROM (TABLE audit_logs EXCEPT TABLE public.log_now) d) AS log, (SELECT count(*) FROM (TABLE customers EXCEPT TABLE public.customers_now) d) AS customers;
SET ROLE regress_access_app;
INSERT INTO customers (business_id, name, email) VALUES (id('salon'), 'Carl', 'carl@words.example');

-- Nobody else gets by: the log is closed again, also after an error in the midst.
RESET ROLE;
SELECT tried('UPDATE audit_logs SET before = NULL'), tried('UPDATE bookings_archive SET notes = NULL');
CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'failed'; END $$;
CREATE TRIGGER zz_fail AFTER UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION public.fail();
SELECT erased(id('walk-in of salon'));
DROP TRIGGER zz_fail ON audit_logs;
SELECT tried('UPDATE audit_logs SET before = NULL');
-- Under the pass too, the images alone.
CREATE FUNCTION public.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.actor_role := 'forged'; RETURN NEW; END $$;
CREATE TRIGGER aa_forge BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION public.forge();
SELECT erased(id('walk-in of salon'));
DROP TRIGGER aa_forge ON audit_logs;
SELECT erased(id('walk-in of salon'));
\set ECHO none
\i :access_end
