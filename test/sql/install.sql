-- Installing: when CREATE EXTENSION brings the tables, when it leaves them alone, and what bookmeatoz_install_schema()
-- does. In databases of its own. Dump and restore as a whole are in test/restore.
\set VERBOSITY default
SELECT current_database() AS main_database \gset
CREATE DATABASE regress_install;
\c regress_install
SET client_min_messages = warning;
CREATE SCHEMA needed;
CREATE EXTENSION "uuid-ossp" SCHEMA needed;
CREATE EXTENSION btree_gist SCHEMA needed;
CREATE SCHEMA "My Bookings";
RESET client_min_messages;
\set tables 'SELECT count(*) AS tables FROM pg_tables WHERE schemaname = \'My Bookings\';'

-- off: functions alone; later the owner of the data installs the rest, into the schema of the extension, wherever the
-- required extensions are.
SET bookmeatoz.install_schema = off;
CREATE EXTENSION bookmeatoz SCHEMA "My Bookings";
:tables
SELECT count(*) > 150 AS objects, min(line) AS first, bool_and(line ~ '^created (type|table|index|trigger|policy|partition|view|materialized view) [a-z0-9_]+( (on|of) [a-z_]+)?$') AS readable
FROM "My Bookings".bookmeatoz_install_schema() line;
:tables
-- Again: nothing to do.
SELECT * FROM "My Bookings".bookmeatoz_install_schema();
-- What is missing comes back, with its comments; what the user added or changed stays.
ALTER TABLE "My Bookings".services ADD COLUMN colour text;
COMMENT ON TABLE "My Bookings".services IS 'Ours';
CREATE POLICY extra ON "My Bookings".services AS RESTRICTIVE USING (colour IS NULL);
DROP INDEX "My Bookings".bookings_service_start_idx;
DROP TRIGGER bookings_guard ON "My Bookings".bookings;
DROP POLICY services_select ON "My Bookings".services;
DROP TABLE "My Bookings".notifications;
SELECT * FROM "My Bookings".bookmeatoz_install_schema();
SELECT obj_description('"My Bookings".notifications'::regclass) IS NOT NULL AS with_comment, relrowsecurity FROM pg_class WHERE oid = '"My Bookings".notifications'::regclass;
SELECT obj_description('"My Bookings".services'::regclass) AS comment, count(*) AS policies FROM pg_policies WHERE schemaname = 'My Bookings' AND tablename = 'services';
-- Nothing that holds data is a member of the extension, also not what was installed later.
SELECT count(*) FILTER (WHERE classid = 'pg_proc'::regclass) > 0 AS functions, count(*) FILTER (WHERE classid <> 'pg_proc'::regclass) AS others
FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'bookmeatoz');
-- And it works there: with an empty search_path, under the names of the schema.
SET search_path = '';
INSERT INTO "My Bookings".tenants (id, name, subdomain) VALUES ('00000000-0000-4000-8000-0000000000a1', 'Alpha', 'alpha');
INSERT INTO "My Bookings".businesses (id, tenant_id, name, slug, timezone)
    VALUES ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1', 'Salon', 'salon', 'Europe/Berlin');
INSERT INTO "My Bookings".services (id, business_id, name, duration)
    VALUES ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-0000000000c1', 'Haircut', 30);
INSERT INTO "My Bookings".working_hours (business_id, day_of_week, start_time, end_time)
    VALUES ('00000000-0000-4000-8000-0000000000c1', 1, '09:00', '10:00');
SELECT count(*) FROM "My Bookings".find_available_slots('00000000-0000-4000-8000-0000000000f1', '2030-01-07 00:00+00', '2030-01-08 00:00+00', as_of => '2030-01-01 00:00+00');
RESET search_path;

-- DROP EXTENSION is refused while tables depend on it; with CASCADE no row is lost, and nobody else sees any.
\set VERBOSITY terse
DROP EXTENSION bookmeatoz;
SET client_min_messages = warning;
DROP EXTENSION bookmeatoz CASCADE;
RESET client_min_messages;
\set VERBOSITY default
:tables
SELECT count(*) AS rows FROM "My Bookings".businesses;
SELECT count(*) AS unprotected FROM pg_class WHERE relnamespace = '"My Bookings"'::regnamespace AND relkind = 'r' AND NOT relrowsecurity;

-- auto: tables of that name are left alone. What CASCADE took along, the guard's column with its constraint among it, comes
-- back when the owner asks for it. (And the backend follows the extension to another schema.)
SET bookmeatoz.install_schema = auto;
CREATE EXTENSION bookmeatoz SCHEMA "My Bookings";
CREATE POLICY own ON "My Bookings".customers USING (name <> 'secret');
SELECT line FROM "My Bookings".bookmeatoz_install_schema() line WHERE line !~ '^created (policy|trigger)';
SELECT count(*) FROM "My Bookings".bookmeatoz_install_schema() line WHERE line !~ '^left out';
SELECT col_description('"My Bookings".bookings'::regclass, attnum) FROM pg_attribute WHERE attrelid = '"My Bookings".bookings'::regclass AND attname = 'busy';
SELECT count(*) FROM "My Bookings".find_available_slots('00000000-0000-4000-8000-0000000000f1', '2030-01-07 00:00+00', '2030-01-08 00:00+00', as_of => '2030-01-01 00:00+00');
SET client_min_messages = warning;
DROP EXTENSION bookmeatoz CASCADE;
RESET client_min_messages;
CREATE SCHEMA other;
CREATE EXTENSION bookmeatoz SCHEMA other;
SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'other';
SELECT * FROM other.find_available_slots('00000000-0000-4000-8000-0000000000f1', '2030-01-07 00:00+00', '2030-01-08 00:00+00', as_of => '2030-01-01 00:00+00');
SET client_min_messages = warning;
DROP SCHEMA other CASCADE;
RESET client_min_messages;

-- auto: while a dump is restored the dump brings the tables. on installs them all the same.
SET row_security = off;
CREATE SCHEMA other;
CREATE EXTENSION bookmeatoz SCHEMA other;
SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'other';
DROP EXTENSION bookmeatoz;
SET bookmeatoz.install_schema = on;
CREATE EXTENSION bookmeatoz SCHEMA other;
SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'other';
RESET row_security;
SET bookmeatoz.install_schema = maybe;
SET bookmeatoz.instal_schema = on;

-- Not for everybody.
CREATE ROLE regress_install_nobody;
GRANT USAGE ON SCHEMA other TO regress_install_nobody;
SET ROLE regress_install_nobody;
SELECT other.bookmeatoz_install_schema();
SELECT * FROM other.bookmeatoz_objects();
RESET ROLE;
SELECT count(*) FILTER (WHERE kind = 'type') AS types, count(*) FILTER (WHERE kind = 'table') AS tables FROM other.bookmeatoz_objects();

\c :main_database
DROP DATABASE regress_install;
DROP ROLE regress_install_nobody;
