-- Messages to users: on screen or by other channels. A program that sends them claims due ones by FOR UPDATE SKIP LOCKED.

CREATE TABLE @extschema@.notifications (
    id             uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id    uuid,
    user_id        uuid         NOT NULL,
    type           varchar      NOT NULL,
    channel        varchar      NOT NULL DEFAULT 'in_app',
    title          varchar      NOT NULL,
    body           text,
    data           jsonb        NOT NULL DEFAULT '{}',
    status         varchar      NOT NULL DEFAULT 'pending',
    scheduled_for  timestamptz  NOT NULL DEFAULT now(),
    sent_at        timestamptz,
    read_at        timestamptz,
    created_at     timestamptz  NOT NULL DEFAULT now(),
    updated_at     timestamptz  NOT NULL DEFAULT now(),
    attempts       integer      NOT NULL DEFAULT 0,

    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT notifications_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT notifications_type_not_blank CHECK (btrim(type) <> ''),
    -- As text, because bookmeatoz_verify() compares the definition: a list of varchar is spelt differently after a dump and restore.
    CONSTRAINT notifications_channel_known CHECK (channel::text IN ('in_app', 'email', 'sms', 'push', 'whatsapp')),
    CONSTRAINT notifications_data_is_object CHECK (jsonb_typeof(data) = 'object'),
    CONSTRAINT notifications_status_known CHECK (status::text IN ('pending', 'sent', 'failed', 'cancelled'))
);
ALTER TABLE @extschema@.notifications ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.notifications               IS 'Messages to a user, from a business or from the platform itself.';
COMMENT ON COLUMN @extschema@.notifications.id            IS 'Key.';
COMMENT ON COLUMN @extschema@.notifications.business_id   IS 'The business that it is about; NULL for the platform''s own.';
COMMENT ON COLUMN @extschema@.notifications.user_id       IS 'The addressed user, who alone sees it and marks it read.';
COMMENT ON COLUMN @extschema@.notifications.type          IS 'The application''s kind of message, such as booking_confirmed.';
COMMENT ON COLUMN @extschema@.notifications.channel       IS 'How it is sent: in_app, email, sms, push or whatsapp.';
COMMENT ON COLUMN @extschema@.notifications.title         IS 'Heading.';
COMMENT ON COLUMN @extschema@.notifications.body          IS 'Text.';
COMMENT ON COLUMN @extschema@.notifications.data          IS 'What the application needs to show or send it, a JSON object.';
COMMENT ON COLUMN @extschema@.notifications.status        IS 'pending until sent, then sent, failed or cancelled.';
COMMENT ON COLUMN @extschema@.notifications.scheduled_for IS 'Not to be sent before this instant.';
COMMENT ON COLUMN @extschema@.notifications.sent_at       IS 'When it was sent.';
COMMENT ON COLUMN @extschema@.notifications.read_at       IS 'When the user read it; the one column that the user may change.';
COMMENT ON COLUMN @extschema@.notifications.created_at    IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.notifications.updated_at    IS 'When the row was last changed; set by trigger.';
COMMENT ON COLUMN @extschema@.notifications.attempts      IS 'How often claim_due_notifications() has given it to a worker.';

CREATE INDEX notifications_user_idx ON @extschema@.notifications (user_id, created_at);
COMMENT ON INDEX @extschema@.notifications_user_idx IS 'The messages of a user, newest first when read backwards; deleting a user.';
CREATE INDEX notifications_unread_idx ON @extschema@.notifications (user_id, created_at) WHERE read_at IS NULL;
COMMENT ON INDEX @extschema@.notifications_unread_idx IS 'The unread messages of a user.';
CREATE INDEX notifications_due_idx ON @extschema@.notifications (scheduled_for, channel) WHERE status = 'pending';
COMMENT ON INDEX @extschema@.notifications_due_idx IS 'What is due to be sent, in the order of time; of one channel without a look at the others.';
CREATE INDEX notifications_business_idx ON @extschema@.notifications (business_id) WHERE business_id IS NOT NULL;
COMMENT ON INDEX @extschema@.notifications_business_idx IS 'The messages of a business; deleting a business.';

CREATE TRIGGER notifications_protect_columns
    BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at, attempts ON @extschema@.notifications
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(
        'id', 'business_id', 'user_id', 'type', 'channel', 'title', 'body', 'data', 'status', 'scheduled_for', 'sent_at', 'created_at', 'attempts');
COMMENT ON TRIGGER notifications_protect_columns ON @extschema@.notifications IS 'The user marks a message read and changes nothing else of it.';
CREATE TRIGGER notifications_set_timestamp BEFORE UPDATE ON @extschema@.notifications
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER notifications_set_timestamp ON @extschema@.notifications IS 'Keeps updated_at.';

CREATE POLICY notifications_select ON @extschema@.notifications FOR SELECT USING (@extschema@.can_access_notification(business_id, user_id));
COMMENT ON POLICY notifications_select ON @extschema@.notifications IS 'The addressed user, in the context of the business if it names one.';
CREATE POLICY notifications_insert ON @extschema@.notifications FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id) OR @extschema@.is_system_admin());
COMMENT ON POLICY notifications_insert ON @extschema@.notifications IS 'The business and its tenant; the platform''s own come from system administrators.';
CREATE POLICY notifications_update ON @extschema@.notifications FOR UPDATE
    USING (@extschema@.can_access_notification(business_id, user_id)) WITH CHECK (@extschema@.can_access_notification(business_id, user_id));
COMMENT ON POLICY notifications_update ON @extschema@.notifications IS 'The addressed user, to mark it read; notifications_protect_columns protects the other columns.';
CREATE POLICY notifications_delete ON @extschema@.notifications FOR DELETE USING (@extschema@.can_access_notification(business_id, user_id));
COMMENT ON POLICY notifications_delete ON @extschema@.notifications IS 'The addressed user.';
