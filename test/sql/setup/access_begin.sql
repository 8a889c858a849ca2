-- The platform that the access tests look at, in a database of its own: the extension in the schema booking, its tables
-- owned by a role that is no superuser, an application's role, and one that may be system administrator.
\o /dev/null
CREATE DATABASE regress_access TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C';
\c regress_access
SET client_min_messages = warning;
CREATE SCHEMA booking;
CREATE EXTENSION bookmeatoz SCHEMA booking CASCADE;
CREATE ROLE regress_access_owner;
CREATE ROLE regress_access_app;
CREATE ROLE regress_access_operator;
SET search_path = booking, public;
SELECT bookmeatoz_set_owner('regress_access_owner');
SELECT bookmeatoz_grant_app_role('regress_access_app');
SELECT bookmeatoz_grant_app_role('regress_access_operator');
GRANT SET ON PARAMETER app.is_system_admin TO regress_access_operator;

-- Every row has the id of its name. Alpha has the salon and the clinic, beta the studio. Anna works at salon and clinic,
-- Ben at the salon, Dora at the studio; Rita has a role at the studio and had one at the clinic; Carl is a customer of the
-- salon and the studio; Tina administers alpha; Emma has nothing.
CREATE FUNCTION public.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5(name)::uuid $$;
INSERT INTO tenants (id, name, subdomain) SELECT id(t), t, t FROM unnest('{alpha,beta,gamma}'::text[]) t;
INSERT INTO users (id, email) SELECT id(u), u || '@example.org' FROM unnest('{anna,ben,dora,rita,carl,tina,emma}'::text[]) u;
INSERT INTO businesses (id, tenant_id, name, slug) SELECT id(b), id(t), b, b
    FROM (VALUES ('salon', 'alpha'), ('clinic', 'alpha'), ('studio', 'beta')) v (b, t);
INSERT INTO employees (id, user_id, business_id) SELECT id(u || '@' || b), id(u), id(b)
    FROM (VALUES ('anna', 'salon'), ('anna', 'clinic'), ('ben', 'salon'), ('dora', 'studio')) v (u, b);
INSERT INTO user_business_roles (user_id, business_id, role, status) SELECT id(u), id(b), 'manager', s::user_business_role_status_type_v1
    FROM (VALUES ('anna', 'salon', 'active'), ('rita', 'studio', 'active'), ('rita', 'clinic', 'revoked')) v (u, b, s);
INSERT INTO service_categories (id, business_id, name) SELECT id, id, name FROM businesses;
INSERT INTO services (id, business_id, name, duration, category_id) SELECT id, id, name, 30, id FROM businesses;
INSERT INTO employee_services (business_id, employee_id, service_id) SELECT business_id, id, business_id FROM employees;
INSERT INTO working_hours (business_id, employee_id, day_of_week, start_time, end_time) SELECT business_id, id, 1, '09:00', '17:00' FROM employees;
INSERT INTO employee_availability_overrides (business_id, employee_id, start_time, end_time)
    SELECT business_id, id, '2030-01-08 00:00+00', '2030-01-09 00:00+00' FROM employees;
INSERT INTO business_availability_overrides (business_id, start_time, end_time)
    SELECT id, '2030-12-25 00:00+00', '2030-12-26 00:00+00' FROM businesses;
INSERT INTO customers (id, business_id, user_id, name) SELECT id(c || ' of ' || b), id(b), (SELECT id FROM users WHERE id = id(c)), c
    FROM (VALUES ('carl', 'salon'), ('carl', 'studio'), ('walk-in', 'clinic'), ('walk-in', 'salon')) v (c, b);
INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
    SELECT business_id, id, business_id, '2030-01-07 10:00+00'::timestamptz + row_number() OVER (ORDER BY id) * interval '1 hour', 'confirmed' FROM customers;
INSERT INTO notifications (business_id, user_id, type, title) SELECT (SELECT id FROM businesses WHERE id = id(b)), id(u), 'test', 'test'
    FROM (VALUES ('salon', 'carl'), ('clinic', 'anna'), ('salon', 'anna'), ('none', 'anna'), ('studio', 'dora')) v (b, u);
INSERT INTO tenant_admins (tenant_id, user_id) VALUES (id('alpha'), id('tina')), (id('beta'), id('dora'));
INSERT INTO subscription_plans (id, name, is_active) VALUES ('basic', 'basic', true), ('old', 'old', false);
INSERT INTO tenant_subscriptions (tenant_id, plan_id, current_period_start, current_period_end)
    SELECT id, 'basic', '2030-01-01 00:00+00', '2030-02-01 00:00+00' FROM tenants;
INSERT INTO token_blacklist (token_hash, user_id, expires_at) VALUES ('hash', id('anna'), '2200-01-01 00:00+00');
INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ('hash', id('anna'), '2200-01-01 00:00+00');
INSERT INTO email_verifications (token_hash, user_id, expires_at) VALUES ('hash', id('anna'), '2200-01-01 00:00+00');

-- What the current role and context see: of each table whose rows they are, and how many if more than one.
CREATE TABLE public.names AS SELECT id(n) AS id, n AS name
    FROM unnest('{alpha,beta,gamma,salon,clinic,studio,spa,anna,ben,dora,rita,carl,tina,emma}'::text[]) n;
GRANT SELECT ON public.names TO PUBLIC;
CREATE FUNCTION public.names(VARIADIC ids uuid[]) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT string_agg(name, '/' ORDER BY position) FROM unnest(ids) WITH ORDINALITY i (id, position) JOIN names USING (id) $$;
CREATE FUNCTION public.visible() RETURNS TABLE ("table" text, rows text) LANGUAGE plpgsql AS $$
DECLARE
    owners text;
BEGIN
    FOR "table", owners IN VALUES
        ('tenants', 'id'), ('tenant_subscriptions', 'tenant_id'), ('tenant_admins', 'tenant_id, user_id'), ('businesses', 'id'),
        ('users', 'id'), ('employees', 'business_id, user_id'), ('user_business_roles', 'business_id, user_id'),
        ('service_categories', 'business_id'), ('services', 'business_id'), ('employee_services', 'business_id'),
        ('working_hours', 'business_id'), ('employee_availability_overrides', 'business_id'),
        ('business_availability_overrides', 'business_id'), ('customers', 'business_id, user_id'),
        ('bookings', 'business_id'), ('notifications', 'business_id, user_id'), ('subscription_plans', NULL),
        ('token_blacklist', 'user_id'), ('password_resets', 'user_id'), ('email_verifications', 'user_id')
    LOOP
        BEGIN
            EXECUTE format('SELECT string_agg(label || CASE WHEN number > 1 THEN ''*'' || number ELSE '''' END, '', '' ORDER BY label COLLATE "C")
                            FROM (SELECT %s AS label, count(*) AS number FROM booking.%I GROUP BY label) AS labels',
                           coalesce('names(' || owners || ')', 'id'), "table") INTO rows;
            IF rows IS NOT NULL THEN
                RETURN NEXT;
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            -- not even granted
        END;
    END LOOP;
END $$;

-- The session context by names.
CREATE PROCEDURE public.act(tenant text, business text, "user" text, admin boolean DEFAULT false) LANGUAGE sql
AS $$ SELECT set_session_context(id(tenant), id(business), id("user"), admin) $$;
CREATE PROCEDURE public.force_row_security(force text) LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT o.name FROM bookmeatoz_objects() o WHERE kind = 'table' LOOP
        EXECUTE format('ALTER TABLE %I %s ROW LEVEL SECURITY', name, force);
    END LOOP;
END $$;
\pset footer off
\o
