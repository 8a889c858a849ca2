-- A new e-mail address is not verified, whoever changes it, and what was sent to the old one proves nothing of it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
\getenv abs_srcdir PG_ABS_SRCDIR
\set two_tenants :abs_srcdir '/sql/setup/two_tenants.sql'
\set ECHO none
\i :two_tenants
\set ECHO all
CREATE ROLE regress_address_owner;
CREATE ROLE regress_address_app;
CREATE ROLE regress_address_admin;
CREATE ROLE regress_address_auth;
SELECT bookmeatoz_set_owner('regress_address_owner');
SELECT bookmeatoz_grant_app_role('regress_address_app');
SELECT bookmeatoz_grant_app_role('regress_address_admin');
SELECT bookmeatoz_grant_auth_role('regress_address_auth');
GRANT SET ON PARAMETER app.is_system_admin TO regress_address_admin;
UPDATE users SET email_verified = true;
-- Tokens of anna and ben, used and unused.
DELETE FROM email_verifications;
DELETE FROM password_resets;
INSERT INTO email_verifications (user_id, token_hash, expires_at, verified_at)
    SELECT id, email || used, '2200-01-01 00:00+00', CASE WHEN used = ' used' THEN '2030-01-01 00:00+00'::timestamptz END
    FROM users, unnest('{"", " used"}'::text[]) used WHERE id IN (:'anna', :'ben');
INSERT INTO password_resets (user_id, token_hash, expires_at, used_at) SELECT user_id, token_hash, expires_at, verified_at FROM email_verifications;
CREATE VIEW tokens AS
    SELECT 'verification' AS kind, token_hash FROM email_verifications UNION ALL SELECT 'reset', token_hash FROM password_resets ORDER BY 1, 2;
SELECT * FROM tokens;
SAVEPOINT before;

-- All this holds with FORCE and without.
SELECT bookmeatoz_force_row_security(true);

-- Another spelling of the same address, and the address as it is: nothing changes.
SET LOCAL ROLE regress_address_app;
SET LOCAL app.current_user_id = :'anna';
UPDATE users SET email = 'ANNA@example.org', profile = '{"name": "Anna"}' WHERE id = :'anna' RETURNING email, email_verified;
RESET ROLE;
SELECT count(*) FROM tokens;

-- Another address, by the user, with and without a claim to be verified.
SET LOCAL ROLE regress_address_app;
UPDATE users SET email = 'new@example.org' WHERE id = :'anna' RETURNING email, email_verified;
UPDATE users SET email = 'newer@example.org', email_verified = true WHERE id = :'anna';
RESET ROLE;
SELECT * FROM tokens;
ROLLBACK TO before;
SET LOCAL ROLE regress_address_app;
SET LOCAL app.current_user_id = :'anna';
UPDATE users SET email = 'New@example.org', email_verified = email_verified WHERE id = :'anna' RETURNING email, email_verified;
UPDATE users SET email = 'anna@example.org', email_verified = false WHERE id = :'anna' RETURNING email, email_verified;
UPDATE users SET email_verified = true WHERE id = :'anna';
ROLLBACK TO before;

-- By the platform, whose statement may say that the new one is verified where the old one was not.
SET LOCAL ROLE regress_address_admin;
SET LOCAL app.is_system_admin = on;
UPDATE users SET email = 'x-' || email RETURNING email, email_verified;
UPDATE users SET email = 'x-' || email, email_verified = true RETURNING email, email_verified;
RESET ROLE;
SELECT * FROM tokens;
ROLLBACK TO before;
-- By the owner, and by INSERT ... ON CONFLICT.
SET LOCAL ROLE regress_address_owner;
INSERT INTO users (email, email_verified) VALUES ('Ben@example.org', true) ON CONFLICT (email) DO UPDATE SET email = 'other@example.org' RETURNING email, email_verified;
RESET ROLE;
SELECT * FROM tokens;
ROLLBACK TO before;

-- An auth role proves an address by a token, and cannot change it.
SET LOCAL ROLE regress_address_auth;
UPDATE users SET email_verified = false WHERE id = :'anna' RETURNING email_verified;
-- It reads the address so that none changes until the token is written, and uses the token up with what it proves.
SELECT email FROM users WHERE id = :'anna' FOR KEY SHARE;
WITH proven AS (UPDATE email_verifications SET verified_at = '2030-01-01 00:00+00' WHERE token_hash = 'anna@example.org' RETURNING user_id)
UPDATE users SET email_verified = true FROM proven WHERE users.id = proven.user_id RETURNING email, email_verified;
UPDATE users SET email = 'new@example.org' WHERE id = :'anna';
ROLLBACK TO before;

-- The trigger's function serves the table of users alone, and nobody else's trigger.
CREATE TEMP TABLE other (id uuid, email text, email_verified boolean);
INSERT INTO other VALUES (:'anna', 'a', true);
CREATE TRIGGER other BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION trigger_unverify_email();
UPDATE other SET email = 'b';
CREATE TRIGGER users_other BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION trigger_unverify_email();
INSERT INTO users (email) VALUES ('dora@example.org');
DROP TRIGGER users_other ON users;
SELECT has_function_privilege('regress_address_app', 'trigger_unverify_email()', 'EXECUTE');
SELECT count(*) FROM tokens;

-- Where a table of tokens is missing, no address changes.
DROP VIEW tokens;
DROP TABLE password_resets;
UPDATE users SET email = 'new@example.org' WHERE id = :'anna';
ROLLBACK;
