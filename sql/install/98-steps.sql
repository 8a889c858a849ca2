-- Steps: how the data structures of one version become those of the next.
--
-- What is new in a version needs no step: bookmeatoz_install_schema() creates what is missing. A step changes one definition that is
-- there, or rows. It runs only where it finds the definition that it replaces, word for word, as bookmeatoz_definitions() gives it. So the
-- owner's own changes stay, and a lost ledger does no harm. A released step never changes; numbers go up.

CREATE FUNCTION @extschema@.bookmeatoz_schema_steps()
RETURNS TABLE (step integer, version text, what text, object text, kind text, name text, old_definition text, new_definition text,
               statements text, rewrites boolean, by_hand text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    VALUES (1, '1.0.0', 'the schema of 1.0.0', NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, false, NULL::text),
    (2, '1.1.0', 'a subscription may be paused', 'subscription_status_type_v1', 'type', '',
     '{active,inactive,past_due,cancelled,trialing}', '{active,inactive,past_due,cancelled,trialing,paused}',
     'ALTER TYPE @extschema@.subscription_status_type_v1 ADD VALUE IF NOT EXISTS ''paused''', false, NULL),
    (3, '1.1.0', 'a password reset counts for an hour', 'password_resets', 'column', 'expires_at',
     'timestamp with time zone NOT NULL', 'timestamp with time zone NOT NULL DEFAULT (now() + ''01:00:00''::interval)',
     'ALTER TABLE @extschema@.password_resets ALTER COLUMN expires_at SET DEFAULT now() + interval ''1 hour''; '
     'COMMENT ON COLUMN @extschema@.password_resets.expires_at IS ''Until when the token counts; an hour from now when it is not given.''', false, NULL),
    (4, '1.1.0', 'notifications by WhatsApp', 'notifications', 'constraint', 'notifications_channel_known',
     'CHECK (((channel)::text = ANY (ARRAY[''in_app''::text, ''email''::text, ''sms''::text, ''push''::text])))',
     'CHECK (((channel)::text = ANY (ARRAY[''in_app''::text, ''email''::text, ''sms''::text, ''push''::text, ''whatsapp''::text])))',
     'ALTER TABLE @extschema@.notifications DROP CONSTRAINT notifications_channel_known, '
     'ADD CONSTRAINT notifications_channel_known CHECK (channel::text IN (''in_app'', ''email'', ''sms'', ''push'', ''whatsapp'')); '
     'COMMENT ON COLUMN @extschema@.notifications.channel IS ''How it is sent: in_app, email, sms, push or whatsapp.''', false,
     'ALTER TABLE @extschema@.notifications DROP CONSTRAINT notifications_channel_known, '
     'ADD CONSTRAINT notifications_channel_known CHECK (channel::text IN (''in_app'', ''email'', ''sms'', ''push'', ''whatsapp'')) NOT VALID; '
     'ALTER TABLE @extschema@.notifications VALIDATE CONSTRAINT notifications_channel_known; '
     'COMMENT ON COLUMN @extschema@.notifications.channel IS ''How it is sent: in_app, email, sms, push or whatsapp.'''),
    (5, '1.1.0', 'due notifications of one channel', 'notifications', 'index', 'notifications_due_idx',
     'CREATE INDEX notifications_due_idx ON @extschema@.notifications USING btree (scheduled_for) WHERE ((status)::text = ''pending''::text)',
     'CREATE INDEX notifications_due_idx ON @extschema@.notifications USING btree (scheduled_for, channel) WHERE ((status)::text = ''pending''::text)',
     'DROP INDEX @extschema@.notifications_due_idx; '
     'CREATE INDEX notifications_due_idx ON @extschema@.notifications (scheduled_for, channel) WHERE status = ''pending''; '
     'COMMENT ON INDEX @extschema@.notifications_due_idx IS ''What is due to be sent, in the order of time; of one channel without a look at the others.''', false,
     'CREATE INDEX CONCURRENTLY notifications_due_new ON @extschema@.notifications (scheduled_for, channel) WHERE status = ''pending''; '
     'DROP INDEX CONCURRENTLY @extschema@.notifications_due_idx; '
     'ALTER INDEX @extschema@.notifications_due_new RENAME TO notifications_due_idx; '
     'COMMENT ON INDEX @extschema@.notifications_due_idx IS ''What is due to be sent, in the order of time; of one channel without a look at the others.'''),
    (6, '1.1.0', 'nobody changes how often his notification was claimed', 'notifications', 'trigger', 'notifications_protect_columns',
     'CREATE TRIGGER notifications_protect_columns BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at ON @extschema@.notifications '
     'FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(''id'', ''business_id'', ''user_id'', ''type'', ''channel'', ''title'', ''body'', ''data'', ''status'', ''scheduled_for'', ''sent_at'', ''created_at'')',
     'CREATE TRIGGER notifications_protect_columns BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at, attempts ON @extschema@.notifications '
     'FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(''id'', ''business_id'', ''user_id'', ''type'', ''channel'', ''title'', ''body'', ''data'', ''status'', ''scheduled_for'', ''sent_at'', ''created_at'', ''attempts'')',
     'CREATE OR REPLACE TRIGGER notifications_protect_columns '
     'BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at, attempts ON @extschema@.notifications '
     'FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns('
     '''id'', ''business_id'', ''user_id'', ''type'', ''channel'', ''title'', ''body'', ''data'', ''status'', ''scheduled_for'', ''sent_at'', ''created_at'', ''attempts'')',
     false, NULL),
    (7, '1.1.0', 'a tenant sees the plan of its subscription, on offer or not', 'subscription_plans', 'policy', 'subscription_plans_select',
     'PERMISSIVE FOR SELECT TO PUBLIC USING ((is_active OR @extschema@.is_system_admin()))',
     'PERMISSIVE FOR SELECT TO PUBLIC USING ((is_active OR @extschema@.can_access_plan((id)::text)))',
     'ALTER POLICY subscription_plans_select ON @extschema@.subscription_plans USING (is_active OR @extschema@.can_access_plan(id::text)); '
     'COMMENT ON POLICY subscription_plans_select ON @extschema@.subscription_plans IS ''Plans on offer are public; a tenant sees the plan of its subscription, on offer or not.''',
     false, NULL)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_schema_steps() IS
    'The steps from version to version of the data structures, by which bookmeatoz_install_schema() changes what is there; schema_ledger says which are done. Steps that change types and columns come before what is missing is created, the others after that.
- what: what the step does, in one line
- object, kind, name: what it changes, as bookmeatoz_definitions() names it; NULL where it changes rows, which it may do twice
- old_definition, new_definition: the definition that it replaces, and the one that it leaves; NULL: none
- statements: its DDL; NULL: only to be recorded
- rewrites: whether it rewrites the table
- by_hand: for a heavy step, statements to run outside a transaction before, while others write; they lead to the same definition';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_schema_steps() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_step_states() RETURNS TABLE (step integer, state text, found text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH steps AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_schema_steps()),
    present AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_definitions(ARRAY(SELECT DISTINCT s.object FROM steps s)))
    SELECT s.step,
           CASE WHEN s.object IS NULL THEN CASE WHEN s.statements IS NULL THEN 'done' ELSE 'to do' END
                -- What is missing is created as this version has it.
                WHEN p.definition IS NULL THEN 'done'
                WHEN EXISTS (SELECT FROM steps l
                             WHERE l.step >= s.step AND (l.object, l.kind, l.name) = (s.object, s.kind, s.name)
                               AND @extschema@.bookmeatoz_fits(s.kind, p.definition, l.new_definition)) THEN 'done'
                -- A label that is to come is not to be there already, at another place.
                WHEN @extschema@.bookmeatoz_fits(s.kind, p.definition, s.old_definition)
                     AND (s.kind <> 'type' OR NOT EXISTS (SELECT FROM unnest(s.new_definition::text[]) label
                                                          WHERE label = ANY (p.definition::text[]) AND label <> ALL (s.old_definition::text[]))) THEN 'to do'
                ELSE 'changed' END,
           p.definition
    FROM steps s LEFT JOIN present p USING (object, kind, name)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_step_states() IS
    'Where each step stands, by the definitions alone, and the definition that is there. A later step on the same counts for the earlier ones. Called by bookmeatoz_install_schema().
- done: its definition is there, or a later one, or nothing at all
- to do: the definition that it replaces is there, or it changes rows
- changed: another definition is there, the owner''s';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_step_states() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_announce_steps() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    steps   CONSTANT text := (SELECT string_agg(format('step %s: %s', s.step, s.what), '; ' ORDER BY s.step)
                              FROM @extschema@.bookmeatoz_schema_steps() s JOIN @extschema@.bookmeatoz_step_states() t USING (step)
                              WHERE s.object IS NOT NULL AND t.state = 'to do');
    missing CONSTANT text := (SELECT string_agg(d.finding, '; ') FROM @extschema@.bookmeatoz_differences() d WHERE d.missing);
BEGIN
    IF steps IS NOT NULL OR missing IS NOT NULL THEN
        RAISE WARNING 'the tables are not those of this version yet'
            USING DETAIL = concat_ws('; ', steps, missing) || '.',
                  HINT = 'Run SELECT bookmeatoz_install_schema() as the owner of the data; bookmeatoz_install_schema(true) says before what it will do.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_announce_steps() IS
    'A WARNING if bookmeatoz_install_schema() has anything to do. It reads catalogs alone. Called at the end of each script that updates the extension.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_announce_steps() FROM PUBLIC;
