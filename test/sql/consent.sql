-- Employing and giving roles takes the user's consent: a business writes of a user whom it does not see only what is pending, and
-- sees the user when the user has accepted. Nothing but the user makes a pending row count.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\set ECHO all

-- Of emma, who has nothing, the salon has asked for an employment and a role; of ben, who works there, for a role; of dora, who
-- works at the studio of another tenant, the clinic for both.
INSERT INTO employees (id, user_id, business_id, employment_status)
    SELECT id(u || '@' || b), id(u), id(b), 'pending_onboarding' FROM (VALUES ('emma', 'salon'), ('dora', 'clinic')) v (u, b);
INSERT INTO user_business_roles (id, user_id, business_id, role, status)
    SELECT id(u || ' of ' || b), id(u), id(b), 'asked', 'pending' FROM (VALUES ('emma', 'salon'), ('ben', 'salon'), ('dora', 'clinic')) v (u, b);

-- Neither the salon, nor alpha, nor the clinic see them; the studio sees dora; and tenant_admins show nobody.
SET ROLE regress_access_app;
BEGIN;
CALL act(NULL, 'salon', NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'employees', 'user_business_roles');
CALL act('alpha', 'clinic', NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'employees', 'user_business_roles');
CALL act('alpha', NULL, NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'employees', 'user_business_roles');
CALL act(NULL, 'studio', NULL);
SELECT * FROM visible() WHERE "table" IN ('users', 'employees', 'user_business_roles');
-- They themselves see that they are asked.
CALL act(NULL, NULL, 'emma');
SELECT * FROM visible() WHERE "table" IN ('users', 'employees', 'user_business_roles', 'businesses');
COMMIT;
RESET ROLE;

-- What becomes of a statement in a context: how many rows, which policy or who else refused it, or the code of another error; and
-- whom it shows that was not seen before.
CREATE FUNCTION public.outcome(statement text, tenant text, business text, "user" text, admin boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    EXECUTE 'SET LOCAL ROLE ' || CASE WHEN admin THEN 'regress_access_operator' ELSE 'regress_access_app' END;
    CALL act(tenant, business, "user", admin);
    EXECUTE statement;
    GET DIAGNOSTICS number = ROW_COUNT;
    CALL act(tenant, business, NULL, false);
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = number ||
        coalesce(' shows ' || (SELECT string_agg(names(id), ', ') FROM booking.users WHERE id IN (id('emma'), id('dora'))), '');
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    WHEN insufficient_privilege THEN
        RETURN CASE WHEN SQLERRM ~ 'needs_consent' THEN 'consent' WHEN SQLERRM ~ 'row-level security' THEN 'policy' ELSE 'trigger' END;
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE TABLE public.statements (number serial, statement text);
CREATE VIEW public.outcomes AS SELECT
    outcome(statement, NULL, NULL, 'emma') AS emma,
    outcome(statement, NULL, 'salon', NULL) AS salon,
    outcome(statement, 'alpha', NULL, NULL) AS alpha,
    outcome(statement, 'alpha', 'salon', 'emma') AS "salon + emma",
    outcome(statement, 'beta', 'salon', 'emma') AS mismatch,
    outcome(statement, NULL, NULL, NULL, true) AS admin,
    statement FROM statements ORDER BY number;

-- New rows: of emma again in another role, of dora, of nobody that there is; in every status.
INSERT INTO public.statements (statement)
    SELECT format('INSERT INTO employees (business_id, user_id, employment_status) VALUES (id(''salon''), id(%L), %L)', u, s)
    FROM unnest('{dora,nobody}'::text[]) WITH ORDINALITY u (u, n), unnest(enum_range(NULL::employee_status_type_v1)) s ORDER BY n, s;
INSERT INTO public.statements (statement)
    SELECT format('INSERT INTO user_business_roles (business_id, user_id, role, status) VALUES (id(''salon''), id(%L), ''other'', %L)', u, s)
    FROM unnest('{emma,dora,nobody}'::text[]) WITH ORDINALITY u (u, n), unnest(enum_range(NULL::user_business_role_status_type_v1)) s ORDER BY n, s;
INSERT INTO public.statements (statement) VALUES
    ($$INSERT INTO employees (business_id, user_id) VALUES (id('salon'), id('dora'))$$),
    ($$INSERT INTO user_business_roles (business_id, user_id, role) VALUES (id('salon'), id('dora'), 'other')$$),
    ($$INSERT INTO employees (business_id, user_id) VALUES (id('clinic'), id('ben'))$$),
    ($$INSERT INTO user_business_roles (business_id, user_id, role) VALUES (id('clinic'), id('rita'), 'other')$$),
    ($$INSERT INTO tenant_admins (tenant_id, user_id) VALUES (id('alpha'), id('emma'))$$),
    ($$INSERT INTO customers (business_id, user_id, name) VALUES (id('salon'), id('emma'), 'Emma')$$);
SELECT * FROM outcomes;

-- The rows that are pending: to every other status, to another user, to another business; in the ways that there are.
TRUNCATE public.statements;
INSERT INTO public.statements (statement)
    SELECT format('UPDATE employees SET employment_status = %L WHERE id = id(''emma@salon'')', s) FROM unnest(enum_range(NULL::employee_status_type_v1)) s ORDER BY s;
INSERT INTO public.statements (statement)
    SELECT format('UPDATE user_business_roles SET status = %L WHERE id = id(''%s of salon'')', s, u)
    FROM unnest('{emma,ben}'::text[]) WITH ORDINALITY u (u, n), unnest(enum_range(NULL::user_business_role_status_type_v1)) s ORDER BY n, s;
INSERT INTO public.statements (statement) VALUES
    ($$UPDATE employees SET employment_status = 'active'$$),
    ($$UPDATE employees SET user_id = id('dora') WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET user_id = id('dora') WHERE id = id('ben@salon')$$),
    ($$UPDATE employees SET user_id = id('dora'), employment_status = 'pending_onboarding' WHERE id = id('ben@salon')$$),
    ($$UPDATE employees SET business_id = id('clinic') WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET business_id = id('clinic'), employment_status = 'active' WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET id = id('other') WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET settings = '{"a": 1}' WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET settings = '{"a": 1}', employment_status = 'active' WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET created_at = '2000-01-01', employment_status = 'active' WHERE id = id('emma@salon')$$),
    ($$UPDATE employees SET updated_at = '2000-01-01' WHERE id = id('emma@salon')$$),
    ($$UPDATE user_business_roles SET role = 'owner', status = 'active' WHERE id = id('emma of salon')$$),
    ($$INSERT INTO employees (business_id, user_id, employment_status) VALUES (id('salon'), id('emma'), 'pending_onboarding')
        ON CONFLICT (user_id, business_id) DO UPDATE SET employment_status = 'active'$$),
    ($$INSERT INTO employees (business_id, user_id) VALUES (id('salon'), id('emma')) ON CONFLICT DO NOTHING$$),
    ($$MERGE INTO employees e USING (VALUES (id('emma'))) v (id) ON e.user_id = v.id AND e.business_id = id('salon') WHEN MATCHED THEN UPDATE SET employment_status = 'active'$$),
    ($$MERGE INTO employees e USING (VALUES (id('dora'))) v (id) ON e.user_id = v.id AND e.business_id = id('salon')
        WHEN NOT MATCHED THEN INSERT (business_id, user_id) VALUES (id('salon'), v.id)$$),
    ($$WITH asked AS (INSERT INTO user_business_roles (business_id, user_id, role, status) VALUES (id('salon'), id('emma'), 'other', 'pending') RETURNING user_id)
        UPDATE employees e SET employment_status = 'active' FROM asked WHERE e.user_id = asked.user_id AND e.business_id = id('salon')$$),
    ($$WITH gone AS (DELETE FROM employees WHERE id = id('emma@salon') RETURNING *)
        INSERT INTO employees (id, user_id, business_id) SELECT id('new'), user_id, business_id FROM gone$$),
    ($$WITH gone AS (DELETE FROM employees WHERE id = id('ben@salon') RETURNING *)
        INSERT INTO employees (id, user_id, business_id) SELECT id('new'), id('dora'), business_id FROM gone$$),
    ($$DO '
        BEGIN
            UPDATE employees SET employment_status = ''pending_onboarding'' WHERE id = id(''ben@salon'');
            UPDATE employees SET user_id = id(''dora'') WHERE id = id(''ben@salon'');
            UPDATE employees SET employment_status = ''active'' WHERE id = id(''ben@salon'');
        END'$$),
    ($$DELETE FROM employees WHERE id = id('emma@salon')$$),
    ($$DELETE FROM user_business_roles WHERE user_id = id('emma')$$),
    ($$DELETE FROM employees$$);
SELECT * FROM outcomes;

-- Whom a business saw once it does not see again by its own doing: ben's employment is his own to accept once it was pending. By his
-- other row alpha still sees him; anna works at the clinic too.
TRUNCATE public.statements;
INSERT INTO public.statements (statement)
    SELECT format($$DO 'BEGIN
        UPDATE employees SET employment_status = ''pending_onboarding'' WHERE id = id(''%1$s@salon'');
        UPDATE employees SET employment_status = ''active'' WHERE id = id(''%1$s@salon'');
    END'$$, u) FROM unnest('{ben,anna}'::text[]) u;
SELECT salon, alpha, admin, statement FROM outcomes;

-- Of the own pending row a user changes the state alone, whatever columns there are: such as have no equality, such as a text says
-- only nearly, and generated ones, which follow.
ALTER TABLE employees
    ADD note json DEFAULT '{"a":1}', ADD place point DEFAULT '(1,2)', ADD rate numeric DEFAULT 1.0, ADD share float8 DEFAULT 0.3, ADD secret bytea,
    ADD tags text[] DEFAULT '{a}', ADD is_active boolean GENERATED ALWAYS AS (employment_status = 'active') STORED, ADD gone integer;
ALTER TABLE employees DROP gone;
TRUNCATE public.statements;
INSERT INTO public.statements (statement)
    SELECT format('UPDATE employees SET employment_status = ''active''%s WHERE user_id = id(''emma'')', change) FROM unnest(ARRAY[
        '', $$, note = '{"a": 1}'$$, $$, place = '(1,3)'$$, ', rate = 1.00', ', share = 0.30000000000000004', $$, secret = ''$$, ', tags = NULL', ', is_active = DEFAULT',
        $$, settings = '{}'$$]) change;
SET extra_float_digits = -15;
SELECT emma, salon, statement FROM outcomes;
RESET extra_float_digits;

-- Accepted, and seen from then on; and by a role alone as well as by an employment.
SET ROLE regress_access_app;
BEGIN;
CALL act(NULL, NULL, 'emma');
UPDATE employees SET employment_status = 'active' RETURNING names(business_id), employment_status;
CALL act(NULL, 'salon', NULL);
SELECT names(id), email FROM users WHERE id = id('emma');
-- Her role, which is pending, the salon may now set: it sees her.
UPDATE user_business_roles SET status = 'active' WHERE user_id = id('emma') RETURNING status;
ROLLBACK;
BEGIN;
CALL act(NULL, NULL, 'dora');
UPDATE user_business_roles SET status = 'active' WHERE status = 'pending' RETURNING names(business_id), status;
-- An accepted one is the business's again.
UPDATE user_business_roles SET status = 'pending';
DELETE FROM user_business_roles WHERE status = 'active';
CALL act('alpha', NULL, NULL);
SELECT * FROM visible() WHERE "table" = 'users';
-- In every state that is not pending.
UPDATE user_business_roles SET status = 'revoked' WHERE user_id = id('dora') RETURNING status;
SELECT * FROM visible() WHERE "table" = 'users';
DELETE FROM user_business_roles WHERE user_id = id('dora');
SELECT * FROM visible() WHERE "table" = 'users';
ROLLBACK;

-- What the errors say.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
CALL act(NULL, 'salon', NULL);
INSERT INTO employees (business_id, user_id) VALUES (id('salon'), id('dora'));
INSERT INTO employees (business_id, user_id) VALUES (id('salon'), id('nobody'));
UPDATE user_business_roles SET status = 'active' WHERE user_id = id('emma');
CALL act(NULL, NULL, 'emma');
UPDATE employees SET employment_status = 'active', settings = '{"salary": 9000}';
UPDATE user_business_roles SET status = 'revoked';
ROLLBACK;

-- The owner and who passes by row security are not bound.
SET ROLE regress_access_owner;
BEGIN;
INSERT INTO employees (business_id, user_id) VALUES (id('salon'), id('dora'));
UPDATE employees SET employment_status = 'active', settings = '{"salary": 9000}' WHERE user_id = id('emma');
ROLLBACK;
RESET ROLE;

-- A label that is renamed is missed where it is asked for.
\set VERBOSITY sqlstate
ALTER TYPE employee_status_type_v1 RENAME VALUE 'pending_onboarding' TO 'asked';
\c
SET search_path = booking, public;
SET ROLE regress_access_app;
BEGIN;
CALL act(NULL, 'salon', NULL);
SELECT count(*) FROM users;
ROLLBACK;
RESET ROLE;

\set ON_ERROR_ROLLBACK off
\set ECHO none
\i :access_end
