-- A library that is newer than the declarations in the database refuses to be called by them; it never reads an argument as
-- what it is not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bookmeatoz CASCADE;
RESET client_min_messages;
CREATE SCHEMA older;

CREATE FUNCTION older.check_slot(service_id uuid, slot_start timestamptz) RETURNS TABLE (available boolean, reason text, employee_ids uuid[])
    LANGUAGE c AS '$libdir/bookmeatoz', 'check_slot';
SELECT * FROM older.check_slot('00000000-0000-4000-8000-000000000001', '2030-01-07 10:00+00');

-- An argument of another type.
CREATE FUNCTION older.can_access_business(business_id bigint) RETURNS boolean LANGUAGE c STRICT AS '$libdir/bookmeatoz', 'can_access_business';
SELECT older.can_access_business(42);

-- A function that trusts in STRICT.
CREATE FUNCTION older.json_text(document jsonb, key text) RETURNS text LANGUAGE c AS '$libdir/bookmeatoz', 'json_text';
SELECT older.json_text(NULL, 'key');
ALTER FUNCTION older.json_text(jsonb, text) STRICT;
SELECT older.json_text('{"key": "value"}', 'key');
ALTER FUNCTION older.json_text(jsonb, text) CALLED ON NULL INPUT;
SELECT older.json_text('{"key": "value"}', 'key');

-- Another result, and other columns of a result.
CREATE FUNCTION older.current_session_user_id() RETURNS bigint LANGUAGE c AS '$libdir/bookmeatoz', 'current_session_user_id';
SELECT older.current_session_user_id();
CREATE FUNCTION older.resolve_business(slug text, subdomain text) RETURNS TABLE (business_id uuid, tenant_id bigint)
    LANGUAGE c AS '$libdir/bookmeatoz', 'resolve_business';
SELECT * FROM older.resolve_business('a', NULL);

SET client_min_messages = warning;
DROP SCHEMA older CASCADE;
