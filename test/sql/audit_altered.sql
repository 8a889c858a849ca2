-- The audit log as its owner may alter it. Where all is as we made it, the trigger writes into the partition itself: here it is held to what an INSERT
-- does, and whatever the table has more than ours is heeded.
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

-- What triggers and rules of the user have seen.
CREATE TABLE public.noted (id integer GENERATED ALWAYS AS IDENTITY, what text);
GRANT ALL ON public.noted TO PUBLIC;
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.noted (what) VALUES (concat_ws(' ', TG_WHEN, TG_LEVEL, NEW.action));
    RETURN NEW;
END $$;
CREATE FUNCTION public.note_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.noted (what) SELECT concat_ws(' ', TG_WHEN, TG_LEVEL, count(*)) FROM written;
    RETURN NULL;
END $$;
CREATE FUNCTION public.rename_action() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.action := 'renamed'; RETURN NEW; END $$;
CREATE FUNCTION public.leave_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;

-- Drops the partitions of audit_logs, but not the default one, and makes one that takes all times from now on; what is to be said of it follows its name.
CREATE PROCEDURE public.replace_months(definition text DEFAULT '', columns text DEFAULT '') LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'booking.audit_logs'::regclass AND inhrelid <> 'booking.audit_logs_default'::regclass LOOP
        EXECUTE format('DROP TABLE %s', month);
    END LOOP;
    IF columns = '' THEN
        EXECUTE format('CREATE TABLE booking.hence PARTITION OF booking.audit_logs FOR VALUES FROM (%L) TO (MAXVALUE) %s', now(), definition);
    ELSE
        EXECUTE format('CREATE TABLE booking.hence (%s)', columns);
        EXECUTE format('ALTER TABLE booking.audit_logs ATTACH PARTITION booking.hence FOR VALUES FROM (%L) TO (MAXVALUE)', now());
    END IF;
END $$;

-- What becomes of a changed service once the owner has altered the log: in which partition the entry is, what stands there beside what always does,
-- how many are found by each of four indexes, and what was noted. All is undone.
CREATE FUNCTION public.with_log(alteration text, change text DEFAULT $$UPDATE booking.services SET name = 'Cut' WHERE id = public.id('salon')$$)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
    latest booking.audit_logs;
BEGIN
    SET LOCAL ROLE regress_access_owner;
    EXECUTE alteration;
    CREATE TEMP TABLE earlier ON COMMIT DROP AS SELECT id FROM booking.audit_logs;
    EXECUTE change;
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT string_agg(concat_ws(' ', regexp_replace(a.tableoid::regclass::text, '\d{4}_\d\d', 'month'), a.action, names(a.entity_id), names(a.tenant_id), names(a.business_id),
        a.actor_role, a.before, a.after, to_jsonb(a) - '{id,tenant_id,business_id,actor_user_id,actor_role,action,entity_type,entity_id,before,after,created_at}'::text[],
        CASE WHEN a.created_at = date_trunc('second', a.created_at) THEN 'rounded' WHEN a.created_at <= statement_timestamp() THEN 'too early' END), '; ' ORDER BY a.created_at) INTO outcome
    FROM booking.audit_logs a WHERE a.id NOT IN (SELECT id FROM earlier);
    SELECT a.* INTO latest FROM booking.audit_logs a WHERE a.id NOT IN (SELECT id FROM earlier) ORDER BY a.created_at DESC LIMIT 1;
    SET LOCAL enable_seqscan = off;
    outcome := concat_ws(' | ', outcome,
        concat_ws(' ', (SELECT count(*) FROM booking.audit_logs a WHERE a.id = latest.id AND a.created_at = latest.created_at),
                       (SELECT count(*) FROM booking.audit_logs a WHERE a.tenant_id = latest.tenant_id AND a.created_at = latest.created_at),
                       (SELECT count(*) FROM booking.audit_logs a WHERE a.business_id = latest.business_id AND a.created_at = latest.created_at),
                       (SELECT count(*) FROM booking.audit_logs a WHERE a.entity_id = latest.entity_id AND a.created_at = latest.created_at)),
        (SELECT 'noted: ' || string_agg(what, ', ' ORDER BY id) FROM public.noted));
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN outcome;
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || regexp_replace(SQLERRM, '\d{4}_\d\d', 'month', 'g');
END $$;

-- As we made it; and where an entry goes.
SELECT public.with_log('');
SELECT public.with_log($$CALL public.replace_months()$$);
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence$$);
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence; DROP TABLE booking.audit_logs_default$$);
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence; DROP TABLE booking.audit_logs_default;
    CREATE TABLE booking.early PARTITION OF booking.audit_logs FOR VALUES FROM (MINVALUE) TO ('2000-01-01'); CREATE TABLE booking.late PARTITION OF booking.audit_logs FOR VALUES FROM ('2001-01-01') TO (MAXVALUE)$$);
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence; CREATE TABLE booking.gone PARTITION OF booking.audit_logs FOR VALUES FROM ('2000-01-01') TO ('2001-01-01')$$);
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence; CREATE TABLE booking.to_come PARTITION OF booking.audit_logs FOR VALUES FROM ('2200-01-01') TO (MAXVALUE)$$);
-- A bound that passes between two rows of a statement.
CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep_until(statement_timestamp() + interval '1.1 s'); RETURN NULL; END $$;
SELECT public.with_log($$CALL public.replace_months(); DROP TABLE booking.hence; CREATE TRIGGER z AFTER UPDATE ON booking.services FOR EACH ROW EXECUTE FUNCTION public.wait();
    DO 'BEGIN EXECUTE format(''CREATE TABLE booking.soon PARTITION OF booking.audit_logs FOR VALUES FROM (%L) TO (%L)'', now(), statement_timestamp() + interval ''1 s'');
              EXECUTE format(''CREATE TABLE booking.later PARTITION OF booking.audit_logs FOR VALUES FROM (%L) TO (MAXVALUE)'', statement_timestamp() + interval ''1 s''); END'$$,
    $$UPDATE booking.services SET name = 'Cut' WHERE id IN (public.id('salon'), public.id('studio'))$$);

-- Partitions of another shape, and other kinds of tables.
SELECT public.with_log($$CALL public.replace_months(columns => 'after jsonb, created_at timestamptz NOT NULL, action text NOT NULL, id uuid NOT NULL, before jsonb, tenant_id uuid,
    entity_type text NOT NULL, business_id uuid, entity_id uuid NOT NULL, actor_role text NOT NULL, actor_user_id uuid')$$);
SELECT public.with_log($$CREATE TABLE booking.with_gap (gap text, LIKE booking.audit_logs INCLUDING ALL); ALTER TABLE booking.with_gap DROP COLUMN gap;
    CALL public.replace_months(); DROP TABLE booking.hence; ALTER TABLE booking.audit_logs ATTACH PARTITION booking.with_gap FOR VALUES FROM (MINVALUE) TO (MAXVALUE)$$);
SELECT public.with_log($$CALL public.replace_months('PARTITION BY RANGE (created_at)'); CREATE TABLE booking.deep PARTITION OF booking.hence FOR VALUES FROM (MINVALUE) TO (MAXVALUE)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (LIKE booking.ours INCLUDING ALL)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (LIKE booking.ours) PARTITION BY LIST (action);
    CREATE TABLE booking.updates PARTITION OF booking.audit_logs FOR VALUES IN ('update')$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (LIKE booking.ours) PARTITION BY HASH (created_at);
    CREATE TABLE booking.one PARTITION OF booking.audit_logs FOR VALUES WITH (MODULUS 1, REMAINDER 0)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (LIKE booking.ours) PARTITION BY RANGE (created_at, action);
    CREATE TABLE booking.all_times PARTITION OF booking.audit_logs FOR VALUES FROM (MINVALUE, MINVALUE) TO (MAXVALUE, MAXVALUE)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (LIKE booking.ours, other timestamptz NOT NULL DEFAULT '2000-01-01') PARTITION BY RANGE (other);
    CREATE TABLE booking.now PARTITION OF booking.audit_logs FOR VALUES FROM ('2001-01-01') TO (MAXVALUE); CREATE TABLE booking.then PARTITION OF booking.audit_logs DEFAULT$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (id uuid, tenant_id uuid, business_id uuid, actor_user_id uuid, actor_role text,
    action text, entity_type text, entity_id uuid, before jsonb, after jsonb, created_at timestamptz(0)) PARTITION BY RANGE (created_at);
    CREATE TABLE booking.seconds PARTITION OF booking.audit_logs DEFAULT$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (id uuid, tenant_id uuid, business_id uuid, actor_user_id uuid, actor_role text,
    action text GENERATED ALWAYS AS ('x') STORED, entity_type text, entity_id uuid, before jsonb, after jsonb, created_at timestamptz) PARTITION BY RANGE (created_at);
    CREATE TABLE booking.generated PARTITION OF booking.audit_logs DEFAULT$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE TABLE booking.audit_logs (id uuid, tenant_id uuid, business_id uuid, actor_user_id uuid, actor_role text,
    action text, entity_type text, entity_id uuid, before jsonb, after jsonb, created_at timestamptz) PARTITION BY RANGE (created_at);
    CREATE TABLE booking.bare PARTITION OF booking.audit_logs DEFAULT$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME TO ours; CREATE VIEW booking.audit_logs AS TABLE booking.ours$$);

-- Other columns.
SELECT public.with_log($$ALTER TABLE booking.audit_logs ADD COLUMN note text DEFAULT 'x' || 'y', ADD COLUMN twice integer GENERATED ALWAYS AS (length(action) * 2) STORED$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs ADD COLUMN note text; ALTER TABLE booking.audit_logs DROP COLUMN note$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs RENAME before TO after_all; ALTER TABLE booking.audit_logs RENAME after TO before; ALTER TABLE booking.audit_logs RENAME after_all TO after$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs ALTER COLUMN actor_role TYPE varchar(50)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs ALTER COLUMN actor_role TYPE varchar(5) USING left(actor_role, 5)$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs ALTER COLUMN before TYPE json$$);
SELECT public.with_log($$ALTER TABLE booking.audit_logs DROP COLUMN actor_role$$);

-- Constraints.
SELECT public.with_log($$CALL public.replace_months('PARTITION BY RANGE (created_at)')$$);
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ADD CHECK (action <> 'update')$$);
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ALTER actor_user_id SET NOT NULL$$);
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ADD FOREIGN KEY (entity_id) REFERENCES booking.tenants$$);
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ADD UNIQUE (entity_type)$$, 'UPDATE booking.services SET name = name || ''!''');
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ADD UNIQUE (entity_type) DEFERRABLE INITIALLY DEFERRED$$, 'UPDATE booking.services SET name = name || ''!''');
SELECT public.with_log($$CALL public.replace_months(); ALTER TABLE booking.hence ADD EXCLUDE USING hash (entity_type WITH =)$$, 'UPDATE booking.services SET name = name || ''!''');
-- Indexes of any kind.
SELECT public.with_log($$CREATE INDEX ON booking.audit_logs USING gin (after); CREATE INDEX ON booking.audit_logs USING brin (created_at); CREATE INDEX ON booking.audit_logs (lower(action)) WHERE action = 'update';
    CREATE INDEX ON booking.audit_logs (action, id)$$);
SELECT public.with_log($$CALL public.replace_months(); CREATE INDEX ON booking.hence ((1 / (length(action) - 6)))$$);

-- Triggers and rules.
SELECT public.with_log($$CREATE TRIGGER a BEFORE INSERT ON booking.audit_logs FOR EACH ROW EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$DROP TRIGGER audit_logs_append_only ON booking.audit_logs;
    CREATE TRIGGER audit_logs_append_only BEFORE INSERT ON booking.audit_logs FOR EACH ROW EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$CREATE TRIGGER a AFTER INSERT ON booking.audit_logs FOR EACH ROW EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$CREATE TRIGGER a AFTER INSERT ON booking.audit_logs REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.note_all()$$);
SELECT public.with_log($$CREATE TRIGGER a BEFORE INSERT ON booking.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$CREATE TRIGGER a BEFORE INSERT ON booking.audit_logs FOR EACH ROW EXECUTE FUNCTION public.rename_action()$$);
SELECT public.with_log($$CALL public.replace_months(); CREATE TRIGGER a BEFORE INSERT ON booking.hence FOR EACH ROW EXECUTE FUNCTION public.leave_out()$$);
SELECT public.with_log($$CALL public.replace_months(); CREATE TRIGGER a AFTER INSERT ON booking.hence FOR EACH ROW EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$CREATE TRIGGER a AFTER UPDATE ON booking.audit_logs FOR EACH ROW EXECUTE FUNCTION public.note()$$);
SELECT public.with_log($$CREATE RULE a AS ON INSERT TO booking.audit_logs DO ALSO INSERT INTO public.noted (what) VALUES (NEW.action)$$);
SELECT public.with_log($$CREATE RULE a AS ON INSERT TO booking.audit_logs DO INSTEAD NOTHING$$);

-- An entry stands there as soon as the row's other triggers run. One that fails takes row and entries along, and all goes on.
BEGIN;
CREATE TABLE public.seen AS SELECT id FROM audit_logs;
CREATE FUNCTION public.count_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.noted (what) SELECT names(NEW.id) || ' ' || count(*) FROM booking.audit_logs WHERE id NOT IN (SELECT id FROM public.seen);
    UPDATE booking.businesses SET name = name || '!' WHERE id = NEW.id;
    IF NEW.name = 'fails' AND (SELECT count(*) FROM booking.audit_logs WHERE id NOT IN (SELECT id FROM public.seen)) > 3 THEN
        RAISE 'no more';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER z AFTER UPDATE ON services FOR EACH ROW EXECUTE FUNCTION public.count_entries();
DO $$ BEGIN UPDATE booking.services SET name = 'fails'; EXCEPTION WHEN raise_exception THEN INSERT INTO public.noted (what) VALUES (SQLERRM); END $$;
SELECT count(*) FROM audit_logs WHERE id NOT IN (SELECT id FROM public.seen);
UPDATE services SET name = 'Cut';
SELECT string_agg(regexp_replace(what, '^\w+ (\d)', '\1'), ', ' ORDER BY id) AS noted FROM public.noted;
SELECT string_agg(entity_type, ', ' ORDER BY created_at) FROM audit_logs WHERE id NOT IN (SELECT id FROM public.seen);
ROLLBACK;
-- Many at once: each is there once, and each index has all.
BEGIN;
CREATE TABLE public.seen AS SELECT id FROM audit_logs;
INSERT INTO customers (business_id, name) SELECT id('salon'), n::text FROM generate_series(1, 3000) n;
SELECT count(*), count(DISTINCT id), count(DISTINCT entity_id), count(DISTINCT after ->> 'name') FROM audit_logs WHERE id NOT IN (SELECT id FROM public.seen);
SET LOCAL enable_seqscan = off;
SELECT count(*) AS by_entity FROM customers c, LATERAL (SELECT a.id, a.created_at FROM audit_logs a WHERE a.entity_id = c.id ORDER BY a.created_at DESC LIMIT 1) e,
    LATERAL (SELECT FROM audit_logs a WHERE a.id = e.id AND a.created_at = e.created_at) i WHERE c.name ~ '^\d+$';
SELECT count(*) FROM audit_logs WHERE business_id = id('salon') AND entity_type = 'customers' AND created_at >= now();
SELECT count(*) FROM audit_logs WHERE tenant_id = id('alpha') AND entity_type = 'customers' AND created_at >= now();
ROLLBACK;
\set ECHO none
\i :access_end
