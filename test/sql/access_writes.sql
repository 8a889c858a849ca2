-- Who changes what: writes within and across the borders of a context. What a session does not see it does not touch, and what
-- it writes stays within its reach. Every statement is undone.
SET client_min_messages = warning;
SELECT current_user AS superuser, current_database() AS regression \gset
\getenv abs_srcdir PG_ABS_SRCDIR
\set access_begin :abs_srcdir '/sql/setup/access_begin.sql'
\set access_end :abs_srcdir '/sql/setup/access_end.sql'
\set ECHO none
\i :access_begin
\set ECHO all

-- What becomes of a statement in a context: how many rows, who refused it, or the code of another error.
CREATE FUNCTION public.outcome(statement text, tenant text, business text, "user" text, admin boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    EXECUTE 'SET LOCAL ROLE ' || CASE WHEN admin THEN 'regress_access_operator' ELSE 'regress_access_app' END;
    CALL act(tenant, business, "user", admin);
    EXECUTE statement;
    GET DIAGNOSTICS number = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = number::text;
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    WHEN insufficient_privilege THEN
        RETURN CASE WHEN SQLERRM ~ 'row-level security' THEN 'policy' WHEN SQLERRM ~ '^permission' THEN 'privilege' ELSE 'trigger' END;
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE TABLE public.statements (number serial, statement text);
CREATE VIEW public.outcomes AS SELECT
    outcome(statement, NULL, NULL, NULL) AS "none",
    outcome(statement, NULL, NULL, 'carl') AS "user",
    outcome(statement, NULL, 'salon', NULL) AS business,
    outcome(statement, 'alpha', 'salon', 'anna') AS "all three",
    outcome(statement, 'beta', 'salon', 'anna') AS mismatch,
    outcome(statement, 'alpha', NULL, NULL) AS tenant,
    outcome(statement, NULL, NULL, NULL, true) AS admin,
    statement FROM statements ORDER BY number;

-- On the tables of businesses: everywhere, at the salon, at the studio, and from one to the other.
INSERT INTO public.statements (statement) VALUES
    ($$UPDATE services SET price = 1$$),
    ($$UPDATE services SET price = 1 WHERE id = id('salon')$$),
    ($$UPDATE services SET price = 1 WHERE id = id('studio')$$),
    ($$UPDATE services SET business_id = id('studio'), category_id = NULL WHERE id = id('salon')$$),
    ($$UPDATE services SET business_id = id('salon'), category_id = NULL WHERE id = id('studio')$$),
    ($$DELETE FROM employee_services$$),
    ($$DELETE FROM bookings WHERE business_id = id('studio')$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('salon'), 'new', 30)$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('studio'), 'new', 30)$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('nowhere'), 'new', 30)$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('salon'), 'salon', 30) ON CONFLICT (business_id, name) DO UPDATE SET price = 1$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('studio'), 'studio', 30) ON CONFLICT (business_id, name) DO UPDATE SET price = 1$$),
    ($$INSERT INTO services (business_id, name, duration) VALUES (id('studio'), 'studio', 30) ON CONFLICT DO NOTHING$$),
    ($$INSERT INTO service_categories (business_id, name) VALUES (id('studio'), 'new') RETURNING id$$),
    ($$MERGE INTO services s USING (VALUES (id('salon')), (id('studio'))) v (id) ON s.id = v.id WHEN MATCHED THEN UPDATE SET price = 1$$),
    ($$INSERT INTO customers (business_id, name) VALUES (id('clinic'), 'new')$$),
    ($$INSERT INTO bookings (business_id, customer_id, service_id, start_time) VALUES (id('salon'), id('walk-in of salon'), id('salon'), '2031-01-07 10:00+00')$$),
    ($$INSERT INTO bookings (business_id, customer_id, service_id, start_time) VALUES (id('salon'), id('carl of studio'), id('salon'), '2031-01-07 10:00+00')$$),
    ($$INSERT INTO notifications (business_id, user_id, type, title) VALUES (id('salon'), id('carl'), 'test', 'new')$$),
    ($$INSERT INTO notifications (business_id, user_id, type, title) VALUES (NULL, id('carl'), 'test', 'new')$$),
    ($$UPDATE notifications SET read_at = now()$$),
    ($$DELETE FROM notifications$$);
SELECT * FROM outcomes;

-- On tenants, businesses, users and what belongs to a tenant.
TRUNCATE public.statements;
INSERT INTO businesses (id, tenant_id, name, slug, status) VALUES (id('spa'), id('alpha'), 'spa', 'spa', 'suspended');
INSERT INTO public.statements (statement) VALUES
    ($$UPDATE tenants SET name = 'new'$$),
    ($$UPDATE tenants SET name = 'new' WHERE id = id('beta')$$),
    ($$INSERT INTO tenants (name, subdomain) VALUES ('new', 'new')$$),
    ($$DELETE FROM tenants WHERE id = id('gamma')$$),
    ($$UPDATE businesses SET name = 'new'$$),
    ($$UPDATE businesses SET name = 'new' WHERE id = id('studio')$$),
    ($$UPDATE businesses SET tenant_id = id('beta') WHERE id = id('salon')$$),
    ($$INSERT INTO businesses (tenant_id, name, slug) VALUES (id('alpha'), 'new', 'new')$$),
    ($$INSERT INTO businesses (tenant_id, name, slug) VALUES (id('beta'), 'new', 'new')$$),
    ($$DELETE FROM businesses WHERE id = id('clinic')$$),
    ($$DELETE FROM businesses WHERE id = id('studio')$$),
    -- Which state a business is in they choose, but whether it is suspended the platform alone. The spa of alpha is.
    ($$UPDATE businesses SET status = 'inactive' WHERE id = id('salon')$$),
    ($$UPDATE businesses SET status = 'suspended' WHERE id = id('salon')$$),
    ($$UPDATE businesses SET status = 'suspended', name = 'new' WHERE id = id('spa')$$),
    ($$UPDATE businesses SET status = 'active' WHERE id = id('spa')$$),
    ($$INSERT INTO businesses (tenant_id, name, slug) VALUES (id('alpha'), 'new', 'spa') ON CONFLICT (slug) DO UPDATE SET status = 'active'$$),
    ($$INSERT INTO businesses (tenant_id, name, slug, status) VALUES (id('alpha'), 'new', 'new', 'suspended')$$),
    ($$DELETE FROM businesses WHERE id = id('spa')$$),
    ($$UPDATE users SET profile = '{"new": true}'$$),
    ($$UPDATE users SET profile = '{"new": true}' WHERE id = id('dora')$$),
    ($$UPDATE users SET email_verified = true WHERE id = id('anna')$$),
    ($$UPDATE users SET id = id('other') WHERE id = id('carl')$$),
    ($$INSERT INTO users (email) VALUES ('new@example.org')$$),
    ($$DELETE FROM users WHERE id = id('carl')$$),
    ($$INSERT INTO tenant_admins (tenant_id, user_id) VALUES (id('alpha'), id('emma'))$$),
    ($$INSERT INTO tenant_admins (tenant_id, user_id) VALUES (id('beta'), id('emma'))$$),
    ($$UPDATE tenant_admins SET tenant_id = id('gamma')$$),
    ($$DELETE FROM tenant_admins$$),
    ($$INSERT INTO subscription_plans (id, name) VALUES ('new', 'new')$$),
    ($$UPDATE subscription_plans SET price = 0$$),
    ($$UPDATE tenant_subscriptions SET plan_id = 'old'$$),
    ($$INSERT INTO token_blacklist (token_hash, user_id, expires_at) VALUES ('new', id('anna'), now())$$),
    ($$SELECT * FROM password_resets$$);
SELECT * FROM outcomes;

\set ECHO none
\i :access_end
