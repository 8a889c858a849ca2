-- Bookings and holds. The guard against collisions is here (S18): bookings_guard fills the helper columns,
-- bookings_no_double_booking and bookings_one_per_seat refuse, whoever writes and however.

CREATE TABLE @extschema@.bookings (
    id                           uuid                    NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id                  uuid                    NOT NULL,
    customer_id                  uuid,
    service_id                   uuid                    NOT NULL,
    employee_id                  uuid,
    start_time                   timestamptz             NOT NULL,
    end_time                     timestamptz             NOT NULL DEFAULT '-infinity',
    status                       @extschema@.booking_status_type_v1  NOT NULL DEFAULT 'pending',
    notes                        text,
    metadata                     jsonb                   NOT NULL DEFAULT '{}',
    booked_by_user_id            uuid,
    cancellation_reason          text,
    rescheduled_from_booking_id  uuid,
    reminder_sent_24h            boolean                 NOT NULL DEFAULT false,
    reminder_sent_1h             boolean                 NOT NULL DEFAULT false,
    hold_expires_at              timestamptz,
    overbooked                   boolean                 NOT NULL DEFAULT false,
    idempotency_key              text,
    idempotency_hash             bytea,
    price                        numeric,
    currency                     varchar(3),
    series_id                    uuid,
    visit_id                     uuid,
    created_at                   timestamptz             NOT NULL DEFAULT now(),
    updated_at                   timestamptz             NOT NULL DEFAULT now(),
    -- the guard's columns; their defaults, as that of end_time, say "not given" to it, and the checks refuse them
    buffer_before_minutes        integer                 NOT NULL DEFAULT -1,
    buffer_after_minutes         integer                 NOT NULL DEFAULT -1,
    busy                         tstzrange               NOT NULL GENERATED ALWAYS AS
                                 (@extschema@.busy_range(start_time, end_time, buffer_before_minutes, buffer_after_minutes)) STORED,
    resource_id                  uuid,
    session_key                  uuid                    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    seat                         smallint                NOT NULL DEFAULT 0,

    CONSTRAINT bookings_pkey PRIMARY KEY (id),
    CONSTRAINT bookings_business_id_key UNIQUE (business_id, id),

    CONSTRAINT bookings_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT bookings_customer_fkey FOREIGN KEY (business_id, customer_id)
        REFERENCES @extschema@.customers (business_id, id) ON DELETE RESTRICT,
    CONSTRAINT bookings_service_fkey FOREIGN KEY (business_id, service_id)
        REFERENCES @extschema@.services (business_id, id) ON DELETE RESTRICT,
    CONSTRAINT bookings_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE SET NULL (employee_id),
    CONSTRAINT bookings_booked_by_user_fkey FOREIGN KEY (booked_by_user_id)
        REFERENCES @extschema@.users (id) ON DELETE SET NULL,
    CONSTRAINT bookings_rescheduled_from_fkey FOREIGN KEY (business_id, rescheduled_from_booking_id)
        REFERENCES @extschema@.bookings (business_id, id) ON DELETE SET NULL (rescheduled_from_booking_id),

    CONSTRAINT bookings_end_after_start CHECK (end_time > start_time),
    CONSTRAINT bookings_finite_times CHECK (isfinite(start_time) AND isfinite(end_time) AND isfinite(hold_expires_at)),
    CONSTRAINT bookings_lasts_at_most_7_days CHECK (end_time - start_time BETWEEN interval '0' AND interval '168 hours'),
    CONSTRAINT bookings_buffer_before_in_range CHECK (buffer_before_minutes BETWEEN 0 AND 1440),
    CONSTRAINT bookings_buffer_after_in_range CHECK (buffer_after_minutes BETWEEN 0 AND 1440),
    CONSTRAINT bookings_metadata_is_object CHECK (jsonb_typeof(metadata) = 'object'),
    CONSTRAINT bookings_only_pending_expires CHECK (hold_expires_at IS NULL OR status = 'pending'),
    CONSTRAINT bookings_customer_unless_hold CHECK (customer_id IS NOT NULL OR hold_expires_at IS NOT NULL),
    CONSTRAINT bookings_not_rescheduled_from_itself CHECK (rescheduled_from_booking_id <> id),
    CONSTRAINT bookings_idempotency_key_valid CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT bookings_idempotency_hash_has_key CHECK (idempotency_hash IS NULL OR idempotency_key IS NOT NULL),
    CONSTRAINT bookings_seat_in_range CHECK (seat BETWEEN 1 AND 10000),
    CONSTRAINT bookings_session_key_written CHECK (session_key <> '00000000-0000-0000-0000-000000000000'),
    CONSTRAINT bookings_price_not_negative CHECK (price >= 0 AND price < 'Infinity'),
    CONSTRAINT bookings_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),

    CONSTRAINT bookings_no_double_booking
        EXCLUDE USING gist (resource_id WITH =, busy WITH &&, session_key WITH <>)
        WHERE (resource_id IS NOT NULL AND NOT overbooked AND status NOT IN ('cancelled', 'rejected', 'no_show'))
);
ALTER TABLE @extschema@.bookings ENABLE ROW LEVEL SECURITY;
-- The search reads bookings by index alone, which needs a fresh visibility map. A booking is written again when its reminders go out and when it
-- gets notes: with room in its page no index learns of that.
ALTER TABLE @extschema@.bookings SET (autovacuum_vacuum_insert_scale_factor = 0.01, fillfactor = 90);

COMMENT ON TABLE  @extschema@.bookings                             IS 'Appointments and holds. All but cancelled, rejected and no_show rows occupy their employee''s time (S11); no two of them collide (S18).';
COMMENT ON COLUMN @extschema@.bookings.id                          IS 'Key.';
COMMENT ON COLUMN @extschema@.bookings.business_id                 IS 'The business; customer, service, employee and the earlier booking are its own.';
COMMENT ON COLUMN @extschema@.bookings.customer_id                 IS 'Who comes; may be NULL only on a hold.';
COMMENT ON COLUMN @extschema@.bookings.service_id                  IS 'What is booked.';
COMMENT ON COLUMN @extschema@.bookings.employee_id                 IS 'With whom; NULL while unassigned, where the business is the resource itself, or after the employee was deleted (S12, S14).';
COMMENT ON COLUMN @extschema@.bookings.start_time                  IS 'Start of the appointment, inclusive, without the buffer.';
COMMENT ON COLUMN @extschema@.bookings.end_time                    IS 'End of the appointment, exclusive, without the buffer; at most 7 days after the start. start_time + the service''s duration when it is not given, that is NULL or the default.';
COMMENT ON COLUMN @extschema@.bookings.status                      IS 'State; cancelled, rejected and no_show free the time, all others occupy it, those that the application adds to the type too (S11).';
COMMENT ON COLUMN @extschema@.bookings.notes                       IS 'Notes of the customer or the business.';
COMMENT ON COLUMN @extschema@.bookings.metadata                    IS 'The application''s data, a JSON object.';
COMMENT ON COLUMN @extschema@.bookings.booked_by_user_id           IS 'The account that made the booking; NULL when unknown or deleted.';
COMMENT ON COLUMN @extschema@.bookings.cancellation_reason         IS 'Why it was cancelled.';
COMMENT ON COLUMN @extschema@.bookings.rescheduled_from_booking_id IS 'The earlier booking that this one replaces; NULL when there is none or it was deleted.';
COMMENT ON COLUMN @extschema@.bookings.reminder_sent_24h           IS 'The reminder a day ahead was sent.';
COMMENT ON COLUMN @extschema@.bookings.reminder_sent_1h            IS 'The reminder an hour ahead was sent.';
COMMENT ON COLUMN @extschema@.bookings.hold_expires_at             IS 'Set on a hold: a pending row that occupies its time until this instant and not after (S19).';
COMMENT ON COLUMN @extschema@.bookings.overbooked                  IS 'Forced in beside others: the guard passes it, searches count it (S11). Setting it takes EXECUTE on may_overbook().';
COMMENT ON COLUMN @extschema@.bookings.idempotency_key             IS 'The caller''s key of the request, unique in the business, 1 to 255 characters; a retried call finds the row by it (S20).';
COMMENT ON COLUMN @extschema@.bookings.idempotency_hash            IS 'Hash of the arguments of that request, so that the key with other arguments is an error (S20).';
COMMENT ON COLUMN @extschema@.bookings.price                       IS 'What the booking costs, in units of currency, not negative; NULL when unknown (S20).';
COMMENT ON COLUMN @extschema@.bookings.currency                    IS 'ISO 4217 code of the price, three capital letters (S20).';
COMMENT ON COLUMN @extschema@.bookings.series_id                   IS 'The same for all bookings of a series, such as 24 Mondays; NULL for a single one.';
COMMENT ON COLUMN @extschema@.bookings.visit_id                    IS 'The same for all services of one visit; NULL for a single one.';
COMMENT ON COLUMN @extschema@.bookings.created_at                  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.bookings.updated_at                  IS 'When the row was last changed; set by trigger.';
COMMENT ON COLUMN @extschema@.bookings.buffer_before_minutes       IS 'Minutes kept free before, 0 to 1,440; frozen from the service when the row is written, unless given, that is neither NULL nor the default (S6).';
COMMENT ON COLUMN @extschema@.bookings.buffer_after_minutes        IS 'Minutes kept free after, 0 to 1,440; frozen from the service when the row is written, unless given, that is neither NULL nor the default (S6).';
COMMENT ON COLUMN @extschema@.bookings.busy                        IS 'The time that the booking occupies: with its buffers, [start - before, end + after).';
COMMENT ON COLUMN @extschema@.bookings.resource_id                 IS 'Whose time it is: the employee, else the business if it has no employees, else NULL. Written by the database alone (S18).';
COMMENT ON COLUMN @extschema@.bookings.session_key                 IS 'Hash of resource, service, start and end: bookings that share it share one session (S15). Written by the database alone (S18).';
COMMENT ON COLUMN @extschema@.bookings.seat                        IS 'Seat in the session, 1 to the service''s capacity. Written by the database alone (S18).';
COMMENT ON CONSTRAINT bookings_no_double_booking ON @extschema@.bookings IS 'S18: two occupying bookings of one resource overlap only as seats of the same session. SQLSTATE 23P01.';
COMMENT ON CONSTRAINT bookings_business_fkey ON @extschema@.bookings IS 'Deletes the bookings in the same step as customers and services, so that their RESTRICT finds none when a whole business goes.';
COMMENT ON CONSTRAINT bookings_customer_fkey ON @extschema@.bookings IS 'A customer with bookings stays. SQLSTATE 23503, from PostgreSQL 18 on 23001.';
COMMENT ON CONSTRAINT bookings_service_fkey ON @extschema@.bookings IS 'A service with bookings stays. SQLSTATE 23503, from PostgreSQL 18 on 23001.';
COMMENT ON CONSTRAINT bookings_employee_fkey ON @extschema@.bookings IS 'Deleting an employee leaves the bookings, unassigned.';
COMMENT ON CONSTRAINT bookings_lasts_at_most_7_days ON @extschema@.bookings IS 'A bound that lets a search look no further back than it for what reaches into its window.';

CREATE UNIQUE INDEX bookings_one_per_seat ON @extschema@.bookings (session_key, seat)
    WHERE NOT overbooked AND status NOT IN ('cancelled', 'rejected', 'no_show');
COMMENT ON INDEX @extschema@.bookings_one_per_seat IS 'S15, S18: each occupying booking of a session has a seat of its own, so that capacity holds under concurrency.';
CREATE UNIQUE INDEX bookings_idempotency_key ON @extschema@.bookings (business_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
COMMENT ON INDEX @extschema@.bookings_idempotency_key IS 'S20: one booking a key in each business.';
CREATE INDEX bookings_employee_start_idx ON @extschema@.bookings (employee_id, start_time)
    INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, business_id, id, hold_expires_at);
COMMENT ON INDEX @extschema@.bookings_employee_start_idx IS 'An employee''s bookings in the order of time, with all that the search and row security need (read by index alone).';
CREATE INDEX bookings_employee_created_idx ON @extschema@.bookings (employee_id, created_at)
    WHERE status NOT IN ('cancelled', 'rejected', 'no_show');
COMMENT ON INDEX @extschema@.bookings_employee_created_idx IS 'S20: an employee''s newest booking, when the next is assigned.';
CREATE INDEX bookings_unassigned_start_idx ON @extschema@.bookings (business_id, start_time)
    INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, id, hold_expires_at)
    WHERE employee_id IS NULL;
COMMENT ON INDEX @extschema@.bookings_unassigned_start_idx IS 'A business''s bookings without an employee, with all that the search needs (S12, S14).';
-- Nearly empty: few bookings last longer than half a working day. Thanks to it a search need not read all of the eight days
-- from which one could reach into its window. What it leaves out is for booking_is_long() alone to say.
CREATE INDEX bookings_long_idx ON @extschema@.bookings (business_id, start_time)
    INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, employee_id, id, hold_expires_at)
    WHERE @extschema@.booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes);
COMMENT ON INDEX @extschema@.bookings_long_idx IS 'A business''s bookings that occupy time more than 6 hours from their start, with all that the search needs.';
CREATE INDEX bookings_business_start_idx ON @extschema@.bookings (business_id, start_time);
COMMENT ON INDEX @extschema@.bookings_business_start_idx IS 'The calendar of a business.';
CREATE INDEX bookings_requests_idx ON @extschema@.bookings (business_id, start_time) WHERE status = 'pending';
COMMENT ON INDEX @extschema@.bookings_requests_idx IS 'The requests of a business that wait for an answer. Under row security no other index serves them: equality of an enum is not leakproof.';
CREATE INDEX bookings_business_created_idx ON @extschema@.bookings (business_id, created_at);
COMMENT ON INDEX @extschema@.bookings_business_created_idx IS 'The newest bookings of a business.';
CREATE INDEX bookings_series_idx ON @extschema@.bookings (series_id) WHERE series_id IS NOT NULL;
COMMENT ON INDEX @extschema@.bookings_series_idx IS 'The bookings of a series.';
CREATE INDEX bookings_visit_idx ON @extschema@.bookings (visit_id) WHERE visit_id IS NOT NULL;
COMMENT ON INDEX @extschema@.bookings_visit_idx IS 'The bookings of a visit.';
CREATE INDEX bookings_service_start_idx ON @extschema@.bookings (service_id, start_time);
COMMENT ON INDEX @extschema@.bookings_service_start_idx IS 'The bookings of a service; deleting a service.';
CREATE INDEX bookings_customer_start_idx ON @extschema@.bookings (customer_id, start_time);
COMMENT ON INDEX @extschema@.bookings_customer_start_idx IS 'The history of a customer; deleting a customer.';
CREATE INDEX bookings_status_start_idx ON @extschema@.bookings (status, start_time);
COMMENT ON INDEX @extschema@.bookings_status_start_idx IS 'Jobs over the whole platform: reminders, missed appointments, archive_bookings().';
CREATE INDEX bookings_booked_by_user_idx ON @extschema@.bookings (booked_by_user_id) WHERE booked_by_user_id IS NOT NULL;
COMMENT ON INDEX @extschema@.bookings_booked_by_user_idx IS 'Deleting a user.';
CREATE INDEX bookings_rescheduled_from_idx ON @extschema@.bookings (rescheduled_from_booking_id) WHERE rescheduled_from_booking_id IS NOT NULL;
COMMENT ON INDEX @extschema@.bookings_rescheduled_from_idx IS 'What became of a booking; deleting one.';
-- Neither partial nor with the business in front: the id is unique, payment providers tell it without the business, and of
-- a partial index the planner would not use the statistics.
CREATE INDEX bookings_payment_intent_idx ON @extschema@.bookings (@extschema@.json_text(metadata, 'payment_intent_id'::text));
COMMENT ON INDEX @extschema@.bookings_payment_intent_idx IS 'The booking of a payment: WHERE json_text(metadata, ''payment_intent_id'') = $1. Values above 2,704 bytes, compressed, are refused: SQLSTATE 54000.';

CREATE TRIGGER bookings_guard BEFORE INSERT OR UPDATE ON @extschema@.bookings
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_guard_booking();
COMMENT ON TRIGGER bookings_guard ON @extschema@.bookings IS 'S16, S18, S19: fills end_time and the buffers, writes resource_id, session_key and seat, clears expired holds out of the way, keeps daily limits.';
CREATE TRIGGER bookings_set_timestamp BEFORE UPDATE ON @extschema@.bookings
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER bookings_set_timestamp ON @extschema@.bookings IS 'Keeps updated_at.';

CREATE POLICY bookings_select ON @extschema@.bookings FOR SELECT USING (@extschema@.can_access_booking(business_id, customer_id));
COMMENT ON POLICY bookings_select ON @extschema@.bookings IS 'The business and its tenant; a user those of the own customer records.';
CREATE POLICY bookings_insert ON @extschema@.bookings FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY bookings_insert ON @extschema@.bookings IS 'The business and its tenant.';
CREATE POLICY bookings_update ON @extschema@.bookings FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY bookings_update ON @extschema@.bookings IS 'The business and its tenant.';
CREATE POLICY bookings_delete ON @extschema@.bookings FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY bookings_delete ON @extschema@.bookings IS 'The business and its tenant.';
