-- What works before any context exists: register_user(), resolve_tenant(), resolve_business(). They tell an id, or nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\pset format unaligned
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all
CREATE ROLE regress_registration_owner;
CREATE ROLE regress_registration_app;
CREATE ROLE regress_registration_auth;
CREATE ROLE regress_registration_nobody;
SELECT bookmeatoz_set_owner('regress_registration_owner');
SELECT bookmeatoz_grant_app_role('regress_registration_app');
SELECT bookmeatoz_grant_auth_role('regress_registration_auth');
GRANT USAGE, CREATE ON SCHEMA public TO regress_registration_app;
UPDATE businesses SET subdomain = 'clinics-own' WHERE slug = 'clinic';
-- The studio of another tenant has taken the salon's subdomain as its slug.
UPDATE businesses SET slug = 'old-salon' WHERE slug = 'salon';
UPDATE businesses SET slug = 'salon' WHERE slug = 'studio';

-- All this holds with FORCE and without.
SELECT bookmeatoz_force_row_security(true);

SET ROLE regress_registration_app;
SELECT count(*) FROM tenants;
SELECT resolve_tenant('alpha') = :'alpha' AS alpha, resolve_tenant('ALPHA') = :'alpha' AS any_case;
SELECT resolve_tenant('nobody') AS nobody, resolve_tenant('') AS empty, resolve_tenant(NULL) AS "null";
SELECT business_id = :'studio' AS studio, tenant_id = :'beta' AS beta FROM resolve_business('Salon');
SELECT business_id = :'salon' AS salon, tenant_id = :'alpha' AS alpha FROM resolve_business(subdomain => 'SALON');
SELECT business_id = :'clinic' AS clinic FROM resolve_business(slug => 'clinic');
SELECT * FROM resolve_business('nobody');
SELECT * FROM resolve_business(subdomain => 'clinic');
SELECT * FROM resolve_business();
SELECT * FROM resolve_business('salon', 'salon');
-- A context changes nothing, also a foreign one.
SET LOCAL app.current_tenant_id = :'beta';
SELECT resolve_tenant('alpha') = :'alpha' AS alpha;
SET LOCAL app.current_tenant_id = '';
-- An auth role resolves as well.
SET ROLE regress_registration_auth;
SELECT resolve_tenant('beta') = :'beta' AS beta;
SELECT business_id = :'clinic' AS clinic FROM resolve_business('clinic');

-- What is not active is not found: a business, a tenant, and the businesses of a tenant that is not active.
RESET ROLE;
UPDATE businesses SET status = 'pending_setup' WHERE id = :'clinic';
UPDATE tenants SET status = 'suspended' WHERE id = :'beta';
SET ROLE regress_registration_app;
SELECT resolve_tenant('beta') AS beta;
SELECT * FROM resolve_business('clinic');
SELECT * FROM resolve_business('salon');

-- Registering: the address in lower case, waiting to be verified, visible to nobody else.
SELECT register_user('Dora@Example.org', 'hash of a password', '{"name": "Dora"}') AS dora \gset
SELECT count(*) FROM users;
SET LOCAL app.current_user_id = :'dora';
SELECT email, status, profile, email_verified, system_role FROM users;
SET LOCAL app.current_user_id = '';
SET ROLE regress_registration_auth;
SELECT email, status, password_hash FROM users WHERE id = :'dora';
-- Without a password: single sign-on.
SELECT register_user('emma@example.org', NULL) AS emma \gset
SELECT email, status, password_hash IS NULL AS without FROM users WHERE id = :'emma';

-- Refused, in words that show nobody's data, not even the hash that was given.
SELECT register_user('CARL@example.org', 'another hash');
SELECT register_user('no address', 'secret hash');
SELECT register_user('fritz@example.org', 'secret hash', '[]');
SELECT register_user('fritz@example.org', '  ');
SELECT register_user(NULL, 'secret hash');
SELECT register_user('fritz@example.org', 'secret hash', NULL);
RESET ROLE;
SELECT email FROM users ORDER BY email COLLATE "C";

-- Everybody else may not call them.
SET ROLE regress_registration_nobody;
SELECT resolve_tenant('alpha');
SELECT * FROM resolve_business('salon');
SELECT register_user('fritz@example.org', 'hash');

-- They run as the owner of the tables, so neither operators nor tables that a caller puts in front are used.
SET ROLE regress_registration_app;
CREATE FUNCTION public.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap);
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
SET ROLE NONE;
CREATE TEMP TABLE tenants (id uuid, subdomain text, status text);
GRANT ALL ON pg_temp.tenants TO PUBLIC;
SET ROLE regress_registration_app;
SET LOCAL search_path = pg_temp, public, pg_catalog;
SELECT public.resolve_tenant('alpha') = :'alpha' AS alpha;
SELECT business_id = :'salon' AS salon FROM public.resolve_business(subdomain => 'salon');
SELECT public.register_user('fritz@example.org', 'hash') IS NOT NULL AS registered;
RESET search_path;
RESET ROLE;
DROP TABLE pg_temp.tenants;

-- A missing table is said.
SET client_min_messages = warning;
DROP TABLE tenants CASCADE;
SELECT resolve_tenant('alpha');
DROP TABLE users CASCADE;
SELECT register_user('gerd@example.org', 'hash');
ROLLBACK;
