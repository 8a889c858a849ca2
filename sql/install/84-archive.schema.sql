-- The archive: bookings that are long over. So bookings, which every search reads, stays small. Partitioned by month, so that old
-- months go as whole tables.

--------------------------------------------------------------------------------------------- bookings_archive
-- The columns of bookings, each as a plain one: the row was checked there. What it refers to may be deleted, but for its business.
CREATE TABLE @extschema@.bookings_archive (
    id                           uuid                    NOT NULL,
    business_id                  uuid                    NOT NULL,
    customer_id                  uuid,
    service_id                   uuid                    NOT NULL,
    employee_id                  uuid,
    start_time                   timestamptz             NOT NULL,
    end_time                     timestamptz             NOT NULL,
    status                       @extschema@.booking_status_type_v1  NOT NULL,
    notes                        text,
    metadata                     jsonb                   NOT NULL,
    booked_by_user_id            uuid,
    cancellation_reason          text,
    rescheduled_from_booking_id  uuid,
    reminder_sent_24h            boolean                 NOT NULL,
    reminder_sent_1h             boolean                 NOT NULL,
    hold_expires_at              timestamptz,
    overbooked                   boolean                 NOT NULL,
    idempotency_key              text,
    idempotency_hash             bytea,
    price                        numeric,
    currency                     varchar(3),
    series_id                    uuid,
    visit_id                     uuid,
    created_at                   timestamptz             NOT NULL,
    updated_at                   timestamptz             NOT NULL,
    buffer_before_minutes        integer                 NOT NULL,
    buffer_after_minutes         integer                 NOT NULL,
    busy                         tstzrange               NOT NULL,
    resource_id                  uuid,
    session_key                  uuid                    NOT NULL,
    seat                         smallint                NOT NULL,

    CONSTRAINT bookings_archive_pkey PRIMARY KEY (id, start_time),
    CONSTRAINT bookings_archive_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE
) PARTITION BY RANGE (start_time);
ALTER TABLE @extschema@.bookings_archive ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.bookings_archive                              IS 'Bookings that are over, moved here by archive_bookings(), which alone writes it. They occupy nothing, and no search reads them. Partitioned by month (UTC): bookmeatoz_maintain() makes and drops partitions, and a default partition takes what comes in a month that has none.';
COMMENT ON COLUMN @extschema@.bookings_archive.id                           IS 'The id of the booking.';
COMMENT ON COLUMN @extschema@.bookings_archive.business_id                  IS 'The business; its deletion takes the row along.';
COMMENT ON COLUMN @extschema@.bookings_archive.customer_id                  IS 'Who came. The customer may be deleted since.';
COMMENT ON COLUMN @extschema@.bookings_archive.service_id                   IS 'What was booked. The service may be deleted since.';
COMMENT ON COLUMN @extschema@.bookings_archive.employee_id                  IS 'With whom. The employee may be deleted since.';
COMMENT ON COLUMN @extschema@.bookings_archive.start_time                   IS 'As in bookings; the month (UTC) of it is the partition.';
COMMENT ON COLUMN @extschema@.bookings_archive.end_time                     IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.status                       IS 'As it was last; a booking that nobody completed stays confirmed.';
COMMENT ON COLUMN @extschema@.bookings_archive.notes                        IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.metadata                     IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.booked_by_user_id            IS 'The account that made the booking. It may be deleted since.';
COMMENT ON COLUMN @extschema@.bookings_archive.cancellation_reason          IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.rescheduled_from_booking_id  IS 'The earlier booking, in bookings, here, or deleted since.';
COMMENT ON COLUMN @extschema@.bookings_archive.reminder_sent_24h            IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.reminder_sent_1h             IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.hold_expires_at              IS 'NULL: holds are not archived.';
COMMENT ON COLUMN @extschema@.bookings_archive.overbooked                   IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.idempotency_key              IS 'As in bookings, but it is no longer looked at: a call with this key books anew.';
COMMENT ON COLUMN @extschema@.bookings_archive.idempotency_hash             IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.price                        IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.currency                     IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.series_id                    IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.visit_id                     IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.created_at                   IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.updated_at                   IS 'When the booking was last changed. To be archived is no change.';
COMMENT ON COLUMN @extschema@.bookings_archive.buffer_before_minutes        IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.buffer_after_minutes         IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.busy                         IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.resource_id                  IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.session_key                  IS 'As in bookings.';
COMMENT ON COLUMN @extschema@.bookings_archive.seat                         IS 'As in bookings.';
COMMENT ON CONSTRAINT bookings_archive_business_fkey ON @extschema@.bookings_archive IS 'Deleting a business, or its tenant, takes its archive along.';

CREATE INDEX bookings_archive_business_start_idx ON @extschema@.bookings_archive (business_id, start_time);
COMMENT ON INDEX @extschema@.bookings_archive_business_start_idx IS 'The past calendar of a business; deleting a business.';
CREATE INDEX bookings_archive_customer_start_idx ON @extschema@.bookings_archive (customer_id, start_time);
COMMENT ON INDEX @extschema@.bookings_archive_customer_start_idx IS 'The history of a customer.';

CREATE TRIGGER bookings_archive_append_only BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.bookings_archive
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_append_only('business_id');
COMMENT ON TRIGGER bookings_archive_append_only ON @extschema@.bookings_archive IS 'Nobody writes but archive_bookings(), not even the owner. A row goes with its business.';
CREATE TRIGGER bookings_archive_never_truncated BEFORE TRUNCATE ON @extschema@.bookings_archive
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.trigger_append_only();
COMMENT ON TRIGGER bookings_archive_never_truncated ON @extschema@.bookings_archive IS 'Old months are dropped as whole partitions.';

CREATE POLICY bookings_archive_select ON @extschema@.bookings_archive FOR SELECT USING (@extschema@.can_access_booking(business_id, customer_id));
COMMENT ON POLICY bookings_archive_select ON @extschema@.bookings_archive IS 'As of bookings: the business and its tenant; a user those of the own customer records. There is no policy for writing.';

------------------------------------------------------------------------------------------------- bookings_all
-- The alias: see the queries of views in bookmeatoz_definitions().
CREATE VIEW @extschema@.bookings_all WITH (security_invoker) AS
    SELECT s.id, s.business_id, s.customer_id, s.service_id, s.employee_id, s.start_time, s.end_time, s.status, s.notes, s.metadata,
           s.booked_by_user_id, s.cancellation_reason, s.rescheduled_from_booking_id, s.reminder_sent_24h, s.reminder_sent_1h, s.hold_expires_at,
           s.overbooked, s.idempotency_key, s.idempotency_hash, s.price, s.currency, s.series_id, s.visit_id, s.created_at, s.updated_at,
           s.buffer_before_minutes, s.buffer_after_minutes, s.busy, s.resource_id, s.session_key, s.seat
    FROM @extschema@.bookings s
    UNION ALL
    SELECT s.id, s.business_id, s.customer_id, s.service_id, s.employee_id, s.start_time, s.end_time, s.status, s.notes, s.metadata,
           s.booked_by_user_id, s.cancellation_reason, s.rescheduled_from_booking_id, s.reminder_sent_24h, s.reminder_sent_1h, s.hold_expires_at,
           s.overbooked, s.idempotency_key, s.idempotency_hash, s.price, s.currency, s.series_id, s.visit_id, s.created_at, s.updated_at,
           s.buffer_before_minutes, s.buffer_after_minutes, s.busy, s.resource_id, s.session_key, s.seat
    FROM @extschema@.bookings_archive s;

COMMENT ON VIEW @extschema@.bookings_all IS 'All bookings, archived or not, with the rights and the row security of the one who reads it. Its columns are described in bookings. A column that you add there is none of the view''s.';
