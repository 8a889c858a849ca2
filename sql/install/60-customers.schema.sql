-- Customers: each of one business; the same person is a customer record of its own in every business.

CREATE TABLE @extschema@.customers (
    id             uuid                     NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id    uuid                     NOT NULL,
    user_id        uuid,
    email          varchar,
    name           varchar                  NOT NULL,
    phone          varchar,
    profile_notes  text,
    status         @extschema@.customer_status_type_v1  NOT NULL DEFAULT 'active',
    created_at     timestamptz              NOT NULL DEFAULT now(),
    updated_at     timestamptz              NOT NULL DEFAULT now(),

    CONSTRAINT customers_pkey PRIMARY KEY (id),
    CONSTRAINT customers_business_id_key UNIQUE (business_id, id) INCLUDE (name),
    CONSTRAINT customers_business_email_key UNIQUE (business_id, email) INCLUDE (name, phone, status, id),
    CONSTRAINT customers_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT customers_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE SET NULL,
    CONSTRAINT customers_email_valid CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    CONSTRAINT customers_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT customers_phone_valid CHECK (length(phone) <= 50)
);
ALTER TABLE @extschema@.customers ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.customers               IS 'Customer records of a business. A customer with bookings cannot be deleted.';
COMMENT ON COLUMN @extschema@.customers.id            IS 'Key.';
COMMENT ON COLUMN @extschema@.customers.business_id   IS 'The business whose customer it is.';
COMMENT ON COLUMN @extschema@.customers.user_id       IS 'The account with which the customer logs in, if any; it then sees this record and its bookings.';
COMMENT ON COLUMN @extschema@.customers.email         IS 'Address, unique in the business where there is one; stored in lower case whatever is given.';
COMMENT ON COLUMN @extschema@.customers.name          IS 'Name; not blank, at most 200 characters.';
COMMENT ON COLUMN @extschema@.customers.phone         IS 'Telephone number as the application writes it; at most 50 characters.';
COMMENT ON COLUMN @extschema@.customers.profile_notes IS 'Notes of the business about the customer, whose own session does not see them (SQLSTATE 42501).';
COMMENT ON COLUMN @extschema@.customers.status        IS 'State of the record.';
COMMENT ON COLUMN @extschema@.customers.created_at    IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.customers.updated_at    IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT customers_business_id_key ON @extschema@.customers IS 'Target of the foreign key that keeps a booking''s customer within its business. With the name, which a calendar shows: or a plan would rather read all customers of a small business by customers_business_name_idx than look up three.';
COMMENT ON CONSTRAINT customers_business_email_key ON @extschema@.customers IS 'One record for each address. With the columns of customers_business_name_idx, or a plan that was made in a small business would read all customers by that one, also of a large business.';
COMMENT ON CONSTRAINT customers_email_valid ON @extschema@.customers IS 'One @ with something on both sides, no white space, at most 254 characters.';

CREATE INDEX customers_business_status_idx ON @extschema@.customers (business_id, status);
COMMENT ON INDEX @extschema@.customers_business_status_idx IS 'The customers of a business by state.';
CREATE INDEX customers_user_idx ON @extschema@.customers (user_id) WHERE user_id IS NOT NULL;
COMMENT ON INDEX @extschema@.customers_user_idx IS 'The customer records of a user; deleting a user.';
CREATE INDEX customers_business_name_idx ON @extschema@.customers (business_id, name) INCLUDE (email, phone, status, id);
COMMENT ON INDEX @extschema@.customers_business_name_idx IS 'The customers of a business in the order of names, and searching them by search_text() in name, e-mail and phone (read by index alone).';

CREATE TRIGGER customers_lower_email BEFORE INSERT OR UPDATE OF email ON @extschema@.customers
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_email();
COMMENT ON TRIGGER customers_lower_email ON @extschema@.customers IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER customers_set_timestamp BEFORE UPDATE ON @extschema@.customers
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER customers_set_timestamp ON @extschema@.customers IS 'Keeps updated_at.';

CREATE POLICY customers_select ON @extschema@.customers FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY customers_select ON @extschema@.customers IS 'The business and its tenant; a user the own records.';
CREATE POLICY customers_insert ON @extschema@.customers FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_insert ON @extschema@.customers IS 'The business and its tenant.';
CREATE POLICY customers_update ON @extschema@.customers FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_update ON @extschema@.customers IS 'The business and its tenant.';
CREATE POLICY customers_delete ON @extschema@.customers FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_delete ON @extschema@.customers IS 'The business and its tenant.';
