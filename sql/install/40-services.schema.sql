-- What a business offers: services, their categories, and which employees perform them.

----------------------------------------------------------------------------------------- service_categories
CREATE TABLE @extschema@.service_categories (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id  uuid         NOT NULL,
    name         varchar      NOT NULL,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT service_categories_pkey PRIMARY KEY (id),
    CONSTRAINT service_categories_business_id_key UNIQUE (business_id, id),
    CONSTRAINT service_categories_business_name_key UNIQUE (business_id, name),
    CONSTRAINT service_categories_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT service_categories_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200)
);
ALTER TABLE @extschema@.service_categories ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.service_categories             IS 'Headings under which a business lists its services; optional. Deleting one leaves its services without a category.';
COMMENT ON COLUMN @extschema@.service_categories.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.service_categories.business_id IS 'The business that the category belongs to.';
COMMENT ON COLUMN @extschema@.service_categories.name        IS 'Name shown to people; not blank, at most 200 characters, unique in the business.';
COMMENT ON COLUMN @extschema@.service_categories.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.service_categories.updated_at  IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT service_categories_business_id_key ON @extschema@.service_categories IS 'Target of the foreign key that keeps a service''s category within its business.';

CREATE TRIGGER service_categories_set_timestamp BEFORE UPDATE ON @extschema@.service_categories
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER service_categories_set_timestamp ON @extschema@.service_categories IS 'Keeps updated_at.';

CREATE POLICY service_categories_select ON @extschema@.service_categories FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY service_categories_select ON @extschema@.service_categories IS 'The business and its tenant.';
CREATE POLICY service_categories_insert ON @extschema@.service_categories FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY service_categories_insert ON @extschema@.service_categories IS 'The business and its tenant.';
CREATE POLICY service_categories_update ON @extschema@.service_categories FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY service_categories_update ON @extschema@.service_categories IS 'The business and its tenant.';
CREATE POLICY service_categories_delete ON @extschema@.service_categories FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY service_categories_delete ON @extschema@.service_categories IS 'The business and its tenant.';

--------------------------------------------------------------------------------------------------- services
CREATE TABLE @extschema@.services (
    id                     uuid                    NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id            uuid                    NOT NULL,
    name                   varchar                 NOT NULL,
    description            text,
    duration               integer                 NOT NULL,
    price                  numeric                 NOT NULL DEFAULT 0,
    currency               varchar(3)              NOT NULL DEFAULT '',
    status                 @extschema@.service_status_type_v1  NOT NULL DEFAULT 'active',
    category_id            uuid,
    is_private             boolean                 NOT NULL DEFAULT false,
    buffer_before_minutes  integer                 NOT NULL DEFAULT 0,
    buffer_after_minutes   integer                 NOT NULL DEFAULT 0,
    settings               jsonb                   NOT NULL DEFAULT '{}',
    created_at             timestamptz             NOT NULL DEFAULT now(),
    updated_at             timestamptz             NOT NULL DEFAULT now(),

    CONSTRAINT services_pkey PRIMARY KEY (id),
    CONSTRAINT services_business_id_key UNIQUE (business_id, id),
    CONSTRAINT services_business_name_key UNIQUE (business_id, name),
    CONSTRAINT services_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT services_category_fkey FOREIGN KEY (business_id, category_id)
        REFERENCES @extschema@.service_categories (business_id, id) ON DELETE SET NULL (category_id),
    CONSTRAINT services_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT services_duration_in_range CHECK (duration BETWEEN 1 AND 10080),
    CONSTRAINT services_price_not_negative CHECK (price >= 0 AND price < 'Infinity'),
    CONSTRAINT services_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT services_buffer_before_in_range CHECK (buffer_before_minutes BETWEEN 0 AND 1440),
    CONSTRAINT services_buffer_after_in_range CHECK (buffer_after_minutes BETWEEN 0 AND 1440),
    CONSTRAINT services_settings_is_object CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE @extschema@.services ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.services                       IS 'What a business offers. A service that has bookings cannot be deleted; archive it instead.';
COMMENT ON COLUMN @extschema@.services.id                    IS 'Key.';
COMMENT ON COLUMN @extschema@.services.business_id           IS 'The business that offers it.';
COMMENT ON COLUMN @extschema@.services.name                  IS 'Name shown to people; not blank, at most 200 characters, unique in the business.';
COMMENT ON COLUMN @extschema@.services.description           IS 'Text for customers.';
COMMENT ON COLUMN @extschema@.services.duration              IS 'Length of an appointment in minutes, 1 to 10,080 (7 days).';
COMMENT ON COLUMN @extschema@.services.price                 IS 'Price in units of currency, not negative.';
COMMENT ON COLUMN @extschema@.services.currency              IS 'ISO 4217 code, three capital letters; the business''s currency when it is not given.';
COMMENT ON COLUMN @extschema@.services.status                IS 'State; only an active service can be booked (S12).';
COMMENT ON COLUMN @extschema@.services.category_id           IS 'Category of the same business; optional.';
COMMENT ON COLUMN @extschema@.services.is_private            IS 'Not to be shown publicly; the application decides to whom, searches do not hide it.';
COMMENT ON COLUMN @extschema@.services.buffer_before_minutes IS 'Minutes kept free before each booking, 0 to 1,440; frozen into the booking (S6).';
COMMENT ON COLUMN @extschema@.services.buffer_after_minutes  IS 'Minutes kept free after each booking, 0 to 1,440; frozen into the booking (S6).';
COMMENT ON COLUMN @extschema@.services.settings              IS 'A JSON object; the keys that the engine reads are checked when written (S17), others are the application''s.';
COMMENT ON COLUMN @extschema@.services.created_at            IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.services.updated_at            IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT services_business_id_key ON @extschema@.services IS 'Target of the foreign keys that keep a row''s service within its business.';
COMMENT ON CONSTRAINT services_category_fkey ON @extschema@.services IS 'The category is of the same business; deleting it leaves the service without one.';

CREATE INDEX services_business_status_idx ON @extschema@.services (business_id, status);
COMMENT ON INDEX @extschema@.services_business_status_idx IS 'The active services of a business.';
CREATE INDEX services_category_idx ON @extschema@.services (category_id) WHERE category_id IS NOT NULL;
COMMENT ON INDEX @extschema@.services_category_idx IS 'The services of a category; deleting a category.';

CREATE TRIGGER services_check_settings BEFORE INSERT OR UPDATE OF settings ON @extschema@.services
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_settings('service');
COMMENT ON TRIGGER services_check_settings ON @extschema@.services IS 'Refuses a wrong value of a key that the engine reads (S17).';
CREATE TRIGGER services_fill_currency BEFORE INSERT OR UPDATE OF currency ON @extschema@.services
    FOR EACH ROW WHEN (NEW.currency IS NULL OR NEW.currency = '') EXECUTE FUNCTION @extschema@.trigger_fill_currency();
COMMENT ON TRIGGER services_fill_currency ON @extschema@.services IS 'A service without a currency takes its business''s.';
CREATE TRIGGER services_set_timestamp BEFORE UPDATE ON @extschema@.services
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER services_set_timestamp ON @extschema@.services IS 'Keeps updated_at.';

CREATE POLICY services_select ON @extschema@.services FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY services_select ON @extschema@.services IS 'The business and its tenant.';
CREATE POLICY services_insert ON @extschema@.services FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY services_insert ON @extschema@.services IS 'The business and its tenant.';
CREATE POLICY services_update ON @extschema@.services FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY services_update ON @extschema@.services IS 'The business and its tenant.';
CREATE POLICY services_delete ON @extschema@.services FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY services_delete ON @extschema@.services IS 'The business and its tenant.';

------------------------------------------------------------------------------------------ employee_services
CREATE TABLE @extschema@.employee_services (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    employee_id  uuid         NOT NULL,
    service_id   uuid         NOT NULL,
    business_id  uuid         NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    price        numeric,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT employee_services_pkey PRIMARY KEY (id),
    CONSTRAINT employee_services_employee_service_key UNIQUE (employee_id, service_id, business_id),
    CONSTRAINT employee_services_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE CASCADE,
    CONSTRAINT employee_services_service_fkey FOREIGN KEY (business_id, service_id)
        REFERENCES @extschema@.services (business_id, id) ON DELETE CASCADE,
    CONSTRAINT employee_services_price_not_negative CHECK (price >= 0 AND price < 'Infinity')
);
ALTER TABLE @extschema@.employee_services ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.employee_services             IS 'Which employee performs which service; a service without a row has no slots in a business with employees (S12).';
COMMENT ON COLUMN @extschema@.employee_services.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.employee_services.employee_id IS 'The employee who performs the service.';
COMMENT ON COLUMN @extschema@.employee_services.service_id  IS 'The service, of the same business.';
COMMENT ON COLUMN @extschema@.employee_services.business_id IS 'The business of both; the employee''s when it is not given.';
COMMENT ON COLUMN @extschema@.employee_services.price       IS 'What this employee takes for the service, in the service''s currency, not negative; NULL: the service''s price.';
COMMENT ON COLUMN @extschema@.employee_services.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.employee_services.updated_at  IS 'When the row was last changed; set by trigger.';

COMMENT ON CONSTRAINT employee_services_employee_service_key ON @extschema@.employee_services IS 'Each pair once: its foreign keys leave it one business. With the business, or the key, which is checked before them, would tell of pairs of other businesses.';

CREATE INDEX employee_services_service_employee_idx ON @extschema@.employee_services (service_id, employee_id) INCLUDE (business_id);
COMMENT ON INDEX @extschema@.employee_services_service_employee_idx IS 'The employees of a service, in the order of their ids (read by index alone).';
CREATE INDEX employee_services_business_idx ON @extschema@.employee_services (business_id);
COMMENT ON INDEX @extschema@.employee_services_business_idx IS 'All mappings of a business, as its policies ask for them.';

CREATE TRIGGER employee_services_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.employee_services
    FOR EACH ROW WHEN (NEW.business_id IS NULL OR NEW.business_id = '00000000-0000-0000-0000-000000000000') EXECUTE FUNCTION @extschema@.trigger_fill_business_id();
COMMENT ON TRIGGER employee_services_fill_business ON @extschema@.employee_services IS 'A row without a business takes its employee''s.';
CREATE TRIGGER employee_services_set_timestamp BEFORE UPDATE ON @extschema@.employee_services
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER employee_services_set_timestamp ON @extschema@.employee_services IS 'Keeps updated_at.';

CREATE POLICY employee_services_select ON @extschema@.employee_services FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_services_select ON @extschema@.employee_services IS 'The business and its tenant.';
CREATE POLICY employee_services_insert ON @extschema@.employee_services FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_services_insert ON @extschema@.employee_services IS 'The business and its tenant.';
CREATE POLICY employee_services_update ON @extschema@.employee_services FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_services_update ON @extschema@.employee_services IS 'The business and its tenant.';
CREATE POLICY employee_services_delete ON @extschema@.employee_services FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_services_delete ON @extschema@.employee_services IS 'The business and its tenant.';
