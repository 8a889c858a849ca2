-- bookmeatoz_maintain(): partitions ahead, what lies in the default partition, retention, what has expired.
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

-- The months of UTC, whatever the session's zone.
CREATE VIEW public.partitions AS
SELECT c.relname AS partition, c.relkind AS kind, pg_get_expr(c.relpartbound, c.oid) AS bound, pg_get_userbyid(c.relowner) AS owner, (SELECT count(*) FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner) AS granted,
       c.relrowsecurity AS secured, obj_description(c.oid, 'pg_class') AS comment
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'booking.audit_logs'::regclass;
GRANT SELECT ON public.partitions TO PUBLIC;
SET ROLE regress_access_owner;
-- A fresh database has those of this and the next months.
SELECT count(*) AS partitions FROM public.partitions;
SELECT * FROM bookmeatoz_maintain();
SELECT * FROM bookmeatoz_maintain('2040-10-31 23:30-05');
SELECT * FROM bookmeatoz_maintain('2040-11-01 00:00+00');
SELECT * FROM public.partitions WHERE partition ~ '_(204|default)' ORDER BY partition;
SELECT count(*) FILTER (WHERE g.tgparentid <> 0) AS triggers FROM pg_trigger g WHERE g.tgrelid = 'audit_logs_2041_01'::regclass;

-- Nothing is lost if it never runs: what comes in a month that has none lies in the default partition, and is moved.
RESET ROLE;
SET row_security = off;
INSERT INTO audit_logs (tenant_id, actor_role, action, entity_type, entity_id, created_at, after)
SELECT id('alpha'), 'r', 'a', 'e', id('emma'), t, jsonb_build_object('n', n)
FROM unnest(ARRAY['2039-12-31 23:59:59.999999+00', '2040-01-01 00:00+00', '2040-01-31 23:59:59+00', '2041-01-01 00:00+00', '2050-02-28 12:00+00', 'infinity', '-infinity', '0044-03-15 00:00+00 BC']::timestamptz[]) WITH ORDINALITY v (t, n);
RESET row_security;
SELECT tableoid::regclass AS partition, count(*) FROM audit_logs WHERE action = 'a' GROUP BY 1 ORDER BY 1::text COLLATE "C";
CREATE TABLE public.before AS SELECT * FROM audit_logs;
SET ROLE regress_access_owner;
SELECT * FROM bookmeatoz_maintain('2040-11-01 00:00+00');
SELECT * FROM bookmeatoz_maintain('2040-11-01 00:00+00');
SELECT tableoid::regclass AS partition, after ->> 'n' AS n FROM audit_logs WHERE action = 'a' ORDER BY after ->> 'n';
RESET ROLE;
SELECT (SELECT count(*) FROM (TABLE public.before EXCEPT TABLE audit_logs) d) AS lost, (SELECT count(*) FROM (TABLE audit_logs EXCEPT TABLE public.before) d) AS made;
SELECT * FROM bookmeatoz_verify() WHERE severity = 'error';
-- A moved row is as protected as any.
SELECT relrowsecurity FROM pg_class WHERE oid = 'audit_logs_2050_02'::regclass;
DELETE FROM audit_logs_2050_02;

-- Partitions of other bounds and names count; a name that is taken is none of ours.
BEGIN;
SET LOCAL ROLE regress_access_owner;
CREATE TABLE year_2060 (LIKE audit_logs INCLUDING ALL);
ALTER TABLE audit_logs ATTACH PARTITION year_2060 FOR VALUES FROM ('2060-01-01 00:00+00') TO ('2061-01-01 00:00+00');
CREATE TABLE week_2061 PARTITION OF audit_logs FOR VALUES FROM ('2061-02-01 00:00+00') TO ('2061-02-08 00:00+00');
CREATE VIEW audit_logs_2061_03 AS SELECT 1;
SELECT * FROM bookmeatoz_maintain('2060-12-01 00:00+00');
ALTER TABLE audit_logs DETACH PARTITION audit_logs_default;
SELECT * FROM bookmeatoz_maintain('2060-12-01 00:00+00');
-- Columns in another order, added and dropped ones, a default partition under another name.
DROP TABLE audit_logs_default1;
ALTER TABLE audit_logs ADD COLUMN note text DEFAULT 'x', ADD COLUMN twice integer GENERATED ALWAYS AS (length(action) * 2) STORED;
CREATE TABLE rest (after jsonb, note text DEFAULT 'y', created_at timestamptz NOT NULL, before jsonb, gone integer, entity_id uuid NOT NULL, twice integer GENERATED ALWAYS AS (length(action) * 2) STORED, entity_type text NOT NULL,
    action text NOT NULL, actor_role text NOT NULL, actor_user_id uuid, business_id uuid, tenant_id uuid, id uuid NOT NULL);
ALTER TABLE rest DROP COLUMN gone;
ALTER TABLE audit_logs ATTACH PARTITION rest DEFAULT;
SET LOCAL row_security = off;
INSERT INTO audit_logs (actor_role, action, entity_type, entity_id, created_at, note, before) VALUES ('r', 'ab', 'e', id('emma'), '2070-05-05 00:00+00', 'kept', '{}');
SET LOCAL row_security = on;
SELECT * FROM bookmeatoz_maintain('2060-12-01 00:00+00');
SELECT tableoid::regclass AS partition, action, entity_type, before, after, note, twice FROM audit_logs WHERE created_at > '2070-01-01 00:00+00' AND isfinite(created_at);
ROLLBACK;

-- Retention: whole months that are older. Nothing is dropped unless it is set.
SET ROLE regress_access_owner;
SET bookmeatoz.audit_retention = '10 months';
SELECT count(*) FILTER (WHERE line ~ '^dropped') AS dropped, string_agg(line, ', ') FILTER (WHERE line ~ '_20[345]') AS lines FROM bookmeatoz_maintain('2040-11-30 23:59+00') line;
SELECT * FROM bookmeatoz_maintain('2040-12-01 00:00+00');
SELECT * FROM bookmeatoz_maintain('2040-12-01 00:00+00');
BEGIN;
CREATE VIEW viewer AS SELECT FROM audit_logs_2040_11;
SELECT * FROM bookmeatoz_maintain('2041-10-15 00:00+00');
ROLLBACK;
SET bookmeatoz.audit_retention = '-1 day';
SELECT * FROM bookmeatoz_maintain();
SET bookmeatoz.audit_retention = 'a while';
SELECT * FROM bookmeatoz_maintain();
SET bookmeatoz.audit_retention = '';
SELECT count(*) AS made_again FROM bookmeatoz_maintain();

-- What has expired goes; what has not stays, whatever now is.
RESET ROLE;
CALL act(NULL, NULL, NULL);
INSERT INTO bookings (business_id, service_id, employee_id, start_time, status, hold_expires_at)
SELECT id('salon'), id('salon'), id('anna@salon'), '2030-01-14 10:00+00'::timestamptz + n * interval '1 hour', 'pending', clock_timestamp() + CASE WHEN n < 3 THEN interval '5 ms' ELSE interval '1 hour' END
FROM generate_series(1, 4) n;
INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES (id('anna'), 'old', now() - interval '1 day');
SELECT pg_sleep(0.01);
SET ROLE regress_access_owner;
SELECT * FROM bookmeatoz_maintain('2040-12-01 00:00+00');
SELECT * FROM bookmeatoz_maintain('2040-12-01 00:00+00');
SELECT count(*) AS holds FROM bookings WHERE hold_expires_at IS NOT NULL;
SELECT count(*) AS written FROM audit_logs WHERE action = 'delete' AND actor_role = 'regress_access_owner' AND entity_type = 'bookings';
RESET ROLE;

-- Under FORCE, as a superuser, and as nobody who may.
SELECT bookmeatoz_force_row_security(true);
SET ROLE regress_access_owner;
SELECT * FROM bookmeatoz_maintain('2045-06-01 00:00+00');
RESET ROLE;
SELECT * FROM bookmeatoz_maintain('2046-06-01 00:00+00');
SELECT partition, owner, granted, secured FROM public.partitions WHERE partition ~ '_204[56]' ORDER BY partition;
SELECT bool_and(c.relforcerowsecurity) AS forced FROM bookmeatoz_relations() t JOIN pg_class c ON c.oid = t WHERE c.relkind IN ('r', 'p');
SELECT bookmeatoz_force_row_security(false);
SET ROLE regress_access_app;
SELECT * FROM bookmeatoz_maintain();
RESET ROLE;
GRANT EXECUTE ON FUNCTION bookmeatoz_maintain TO regress_access_app;
SET ROLE regress_access_app;
SELECT * FROM bookmeatoz_maintain();
RESET ROLE;
REVOKE EXECUTE ON FUNCTION bookmeatoz_maintain FROM regress_access_app;
SELECT * FROM bookmeatoz_maintain(NULL);
SELECT * FROM bookmeatoz_maintain('infinity');
SELECT count(*) AS findings FROM bookmeatoz_verify() WHERE severity = 'error';

-- Rights that the database gives by default are not given on partitions.
ALTER DEFAULT PRIVILEGES FOR ROLE regress_access_owner GRANT ALL ON TABLES TO PUBLIC;
SELECT * FROM bookmeatoz_maintain('2047-06-01 00:00+00');
SELECT partition, granted FROM public.partitions WHERE partition ~ '_2047' ORDER BY partition;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_access_owner REVOKE ALL ON TABLES FROM PUBLIC;

-- A table that is partitioned in another way is none of ours.
BEGIN;
SET LOCAL ROLE regress_access_owner;
ALTER TABLE audit_logs RENAME TO real_logs;
CREATE TABLE audit_logs (LIKE real_logs) PARTITION BY LIST (action);
SAVEPOINT s;
SELECT * FROM bookmeatoz_maintain();
ROLLBACK TO s;
SELECT * FROM bookmeatoz_install_schema();
ROLLBACK TO s;
DROP TABLE audit_logs;
CREATE TABLE audit_logs (LIKE real_logs);
SAVEPOINT s;
SELECT * FROM bookmeatoz_maintain();
ROLLBACK TO s;
SELECT * FROM bookmeatoz_install_schema();
ROLLBACK;
\set ECHO none
\i :access_end
