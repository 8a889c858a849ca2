-- Businesses: of a tenant, who works there (employees) and what each user may do there (user_business_roles).

------------------------------------------------------------------------------------------------- businesses
CREATE TABLE @extschema@.businesses (
    id          uuid                     NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    tenant_id   uuid                     NOT NULL,
    name        varchar                  NOT NULL,
    slug        varchar                  NOT NULL,
    status      @extschema@.business_status_type_v1  NOT NULL DEFAULT 'active',
    timezone    varchar                  NOT NULL DEFAULT 'UTC',
    subdomain   varchar,
    currency    varchar(3)               NOT NULL DEFAULT 'USD',
    settings    jsonb                    NOT NULL DEFAULT '{}',
    created_at  timestamptz              NOT NULL DEFAULT now(),
    updated_at  timestamptz              NOT NULL DEFAULT now(),

    CONSTRAINT businesses_pkey PRIMARY KEY (id),
    CONSTRAINT businesses_slug_key UNIQUE (slug),
    CONSTRAINT businesses_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants (id) ON DELETE CASCADE,
    CONSTRAINT businesses_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT businesses_slug_is_url_part CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'),
    CONSTRAINT businesses_subdomain_is_dns_label CHECK (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT businesses_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT businesses_settings_is_object CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE @extschema@.businesses ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.businesses            IS 'Businesses, each of one tenant. Deleting one deletes everything below it, bookings included.';
COMMENT ON COLUMN @extschema@.businesses.id         IS 'Key; the value of app.current_business_id.';
COMMENT ON COLUMN @extschema@.businesses.tenant_id  IS 'The tenant that the business belongs to; sessions other than a system administrator''s cannot move it.';
COMMENT ON COLUMN @extschema@.businesses.name       IS 'Name shown to people; not blank, at most 200 characters.';
COMMENT ON COLUMN @extschema@.businesses.slug       IS 'Part of the booking page''s address, unique on the platform; stored in lower case whatever is given.';
COMMENT ON COLUMN @extschema@.businesses.status     IS 'State; only an active business offers slots (S12). Only a system administrator sets and lifts suspended.';
COMMENT ON COLUMN @extschema@.businesses.timezone   IS 'Name of the time zone in which working hours, dates and daily limits are read, as in pg_timezone_names; no other spelling.';
COMMENT ON COLUMN @extschema@.businesses.subdomain  IS 'DNS label of the business''s own site, unique where there is one; stored in lower case whatever is given.';
COMMENT ON COLUMN @extschema@.businesses.currency   IS 'ISO 4217 code, three capital letters; the default of its services.';
COMMENT ON COLUMN @extschema@.businesses.settings   IS 'A JSON object; the keys that the engine reads are checked when written (S17), others are the application''s.';
COMMENT ON COLUMN @extschema@.businesses.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.businesses.updated_at IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT businesses_slug_is_url_part ON @extschema@.businesses IS '1 to 100 of a-z, 0-9 and inner hyphens.';
COMMENT ON CONSTRAINT businesses_subdomain_is_dns_label ON @extschema@.businesses IS '1 to 63 of a-z, 0-9 and inner hyphens.';

CREATE UNIQUE INDEX businesses_subdomain_key ON @extschema@.businesses (subdomain) WHERE subdomain IS NOT NULL;
COMMENT ON INDEX @extschema@.businesses_subdomain_key IS 'No subdomain twice; any number of businesses without one.';
CREATE INDEX businesses_tenant_status_idx ON @extschema@.businesses (tenant_id, status);
COMMENT ON INDEX @extschema@.businesses_tenant_status_idx IS 'The businesses of a tenant.';

CREATE TRIGGER businesses_changed AFTER INSERT OR DELETE OR UPDATE OF id, tenant_id ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_businesses_changed();
COMMENT ON TRIGGER businesses_changed ON @extschema@.businesses IS 'Tells every session that a tenant''s businesses changed. Always enabled: row security depends on it.';
ALTER TABLE @extschema@.businesses ENABLE ALWAYS TRIGGER businesses_changed;
CREATE TRIGGER businesses_check_settings BEFORE INSERT OR UPDATE OF settings ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_settings('business');
COMMENT ON TRIGGER businesses_check_settings ON @extschema@.businesses IS 'Refuses a wrong value of a key that the engine reads (S17).';
CREATE TRIGGER businesses_check_timezone BEFORE INSERT OR UPDATE OF timezone ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_time_zone('timezone');
COMMENT ON TRIGGER businesses_check_timezone ON @extschema@.businesses IS 'Refuses a time zone that this server does not know.';
CREATE TRIGGER businesses_lower_slug BEFORE INSERT OR UPDATE OF slug ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_slug();
COMMENT ON TRIGGER businesses_lower_slug ON @extschema@.businesses IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER businesses_lower_subdomain BEFORE INSERT OR UPDATE OF subdomain ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_subdomain();
COMMENT ON TRIGGER businesses_lower_subdomain ON @extschema@.businesses IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER businesses_protect_suspension BEFORE INSERT OR DELETE OR UPDATE OF status ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_suspension();
COMMENT ON TRIGGER businesses_protect_suspension ON @extschema@.businesses IS 'A business and its tenant choose its state, but neither suspend it nor lift a suspension, by deleting it neither.';
CREATE TRIGGER businesses_set_timestamp BEFORE UPDATE ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER businesses_set_timestamp ON @extschema@.businesses IS 'Keeps updated_at.';

CREATE POLICY businesses_select ON @extschema@.businesses FOR SELECT USING (@extschema@.can_access_business_row(id, tenant_id));
COMMENT ON POLICY businesses_select ON @extschema@.businesses IS 'A tenant sees its own, a business itself, a user those of an active role.';
CREATE POLICY businesses_insert ON @extschema@.businesses FOR INSERT WITH CHECK (@extschema@.can_manage_tenant(tenant_id));
COMMENT ON POLICY businesses_insert ON @extschema@.businesses IS 'The tenant that will own it.';
CREATE POLICY businesses_update ON @extschema@.businesses FOR UPDATE
    USING (@extschema@.can_manage_business(id, tenant_id))
    WITH CHECK (@extschema@.can_manage_business(id, tenant_id) AND @extschema@.can_access_tenant(tenant_id));
COMMENT ON POLICY businesses_update ON @extschema@.businesses IS 'The business itself and its tenant; it stays in its tenant.';
CREATE POLICY businesses_delete ON @extschema@.businesses FOR DELETE USING (@extschema@.can_manage_tenant(tenant_id));
COMMENT ON POLICY businesses_delete ON @extschema@.businesses IS 'The tenant that owns it.';

-------------------------------------------------------------------------------------------------- employees
CREATE TABLE @extschema@.employees (
    id                 uuid                     NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id            uuid                     NOT NULL,
    business_id        uuid                     NOT NULL,
    employment_status  @extschema@.employee_status_type_v1  NOT NULL DEFAULT 'active',
    settings           jsonb                    NOT NULL DEFAULT '{}',
    created_at         timestamptz              NOT NULL DEFAULT now(),
    updated_at         timestamptz              NOT NULL DEFAULT now(),

    CONSTRAINT employees_pkey PRIMARY KEY (id),
    CONSTRAINT employees_business_id_key UNIQUE (business_id, id),
    CONSTRAINT employees_user_business_key UNIQUE (user_id, business_id),
    CONSTRAINT employees_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT employees_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT employees_settings_is_object CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE @extschema@.employees ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.employees                   IS 'Employment of a user in a business; schedules, services and bookings hang on it. Deleting one leaves the bookings without an employee.';
COMMENT ON COLUMN @extschema@.employees.id                IS 'Key.';
COMMENT ON COLUMN @extschema@.employees.user_id           IS 'The user who is employed; once in each business.';
COMMENT ON COLUMN @extschema@.employees.business_id       IS 'The employing business.';
COMMENT ON COLUMN @extschema@.employees.employment_status IS 'State; only active employees are offered (S12). pending_onboarding: the user has not accepted yet, and the business does not see the user by this row.';
COMMENT ON COLUMN @extschema@.employees.settings          IS 'The application''s settings of the employee, a JSON object; the engine reads none of them.';
COMMENT ON COLUMN @extschema@.employees.created_at        IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.employees.updated_at        IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT employees_business_id_key ON @extschema@.employees IS 'Target of the foreign keys that keep a row''s employee within its business.';

CREATE INDEX employees_business_status_idx ON @extschema@.employees (business_id, employment_status) INCLUDE (id);
COMMENT ON INDEX @extschema@.employees_business_status_idx IS 'The employees of a business and their states, with all that the search needs.';

CREATE TRIGGER employees_accept_only BEFORE UPDATE ON @extschema@.employees
    FOR EACH ROW WHEN (NOT @extschema@.can_access_business(OLD.business_id)) EXECUTE FUNCTION @extschema@.trigger_accept_only('employment_status', 'active');
COMMENT ON TRIGGER employees_accept_only ON @extschema@.employees IS 'A user accepts the own pending row and changes nothing else of it.';
CREATE TRIGGER employees_set_timestamp BEFORE UPDATE ON @extschema@.employees
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER employees_set_timestamp ON @extschema@.employees IS 'Keeps updated_at.';

CREATE POLICY employees_select ON @extschema@.employees FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_select ON @extschema@.employees IS 'The business and its tenant; a user the own employments.';
CREATE POLICY employees_insert ON @extschema@.employees FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employees_insert ON @extschema@.employees IS 'The business and its tenant.';
CREATE POLICY employees_insert_needs_consent ON @extschema@.employees AS RESTRICTIVE FOR INSERT
    WITH CHECK (employment_status = 'pending_onboarding' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY employees_insert_needs_consent ON @extschema@.employees IS 'About a user whom the session does not see only what is pending: it shows the user to the business when the user has accepted.';
CREATE POLICY employees_update ON @extschema@.employees FOR UPDATE
    USING (@extschema@.can_access_business(business_id) OR employment_status = 'pending_onboarding' AND @extschema@.can_access_person(business_id, user_id))
    WITH CHECK (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_update ON @extschema@.employees IS 'The business and its tenant; a user the own pending employments, which employees_accept_only keeps from all but being accepted.';
CREATE POLICY employees_update_needs_consent ON @extschema@.employees AS RESTRICTIVE FOR UPDATE
    WITH CHECK (employment_status = 'pending_onboarding' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY employees_update_needs_consent ON @extschema@.employees IS 'As employees_insert_needs_consent: who sees the user by another row, and the user, may accept.';
CREATE POLICY employees_delete ON @extschema@.employees FOR DELETE
    USING (@extschema@.can_access_business(business_id) OR employment_status = 'pending_onboarding' AND @extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_delete ON @extschema@.employees IS 'The business and its tenant; a user the own pending employments.';

---------------------------------------------------------------------------------------- user_business_roles
CREATE TABLE @extschema@.user_business_roles (
    id           uuid                               NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id      uuid                               NOT NULL,
    business_id  uuid                               NOT NULL,
    role         varchar                            NOT NULL,
    status       @extschema@.user_business_role_status_type_v1  NOT NULL DEFAULT 'active',
    created_at   timestamptz                        NOT NULL DEFAULT now(),
    updated_at   timestamptz                        NOT NULL DEFAULT now(),

    CONSTRAINT user_business_roles_pkey PRIMARY KEY (id),
    CONSTRAINT user_business_roles_user_business_role_key UNIQUE (user_id, business_id, role),
    CONSTRAINT user_business_roles_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT user_business_roles_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT user_business_roles_role_valid CHECK (btrim(role) <> '' AND length(role) <= 100)
);
ALTER TABLE @extschema@.user_business_roles ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.user_business_roles             IS 'Roles of a user in a business; an active one lets the user see the business itself.';
COMMENT ON COLUMN @extschema@.user_business_roles.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.user_business_roles.user_id     IS 'The user who holds the role.';
COMMENT ON COLUMN @extschema@.user_business_roles.business_id IS 'The business in which it holds.';
COMMENT ON COLUMN @extschema@.user_business_roles.role        IS 'The application''s name of the role; not blank.';
COMMENT ON COLUMN @extschema@.user_business_roles.status      IS 'State; only an active role counts. pending: the user has not accepted yet, and the business does not see the user by this row.';
COMMENT ON COLUMN @extschema@.user_business_roles.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.user_business_roles.updated_at  IS 'When the row was last changed; set by trigger.';

CREATE INDEX user_business_roles_business_status_idx ON @extschema@.user_business_roles (business_id, status);
COMMENT ON INDEX @extschema@.user_business_roles_business_status_idx IS 'The roles held in a business.';

CREATE TRIGGER user_business_roles_accept_only BEFORE UPDATE ON @extschema@.user_business_roles
    FOR EACH ROW WHEN (NOT @extschema@.can_access_business(OLD.business_id)) EXECUTE FUNCTION @extschema@.trigger_accept_only('status', 'active');
COMMENT ON TRIGGER user_business_roles_accept_only ON @extschema@.user_business_roles IS 'A user accepts the own pending row and changes nothing else of it.';
CREATE TRIGGER user_business_roles_set_timestamp BEFORE UPDATE ON @extschema@.user_business_roles
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER user_business_roles_set_timestamp ON @extschema@.user_business_roles IS 'Keeps updated_at.';

CREATE POLICY user_business_roles_select ON @extschema@.user_business_roles FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_select ON @extschema@.user_business_roles IS 'The business and its tenant; a user the own roles.';
CREATE POLICY user_business_roles_insert ON @extschema@.user_business_roles FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY user_business_roles_insert ON @extschema@.user_business_roles IS 'The business and its tenant.';
CREATE POLICY user_business_roles_insert_needs_consent ON @extschema@.user_business_roles AS RESTRICTIVE FOR INSERT
    WITH CHECK (status = 'pending' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY user_business_roles_insert_needs_consent ON @extschema@.user_business_roles IS 'About a user whom the session does not see only what is pending: it shows the user to the business when the user has accepted.';
CREATE POLICY user_business_roles_update ON @extschema@.user_business_roles FOR UPDATE
    USING (@extschema@.can_access_business(business_id) OR status = 'pending' AND @extschema@.can_access_person(business_id, user_id))
    WITH CHECK (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_update ON @extschema@.user_business_roles IS 'The business and its tenant; a user the own pending roles, which user_business_roles_accept_only keeps from all but being accepted.';
CREATE POLICY user_business_roles_update_needs_consent ON @extschema@.user_business_roles AS RESTRICTIVE FOR UPDATE
    WITH CHECK (status = 'pending' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY user_business_roles_update_needs_consent ON @extschema@.user_business_roles IS 'As user_business_roles_insert_needs_consent: who sees the user by another row, and the user, may accept.';
CREATE POLICY user_business_roles_delete ON @extschema@.user_business_roles FOR DELETE
    USING (@extschema@.can_access_business(business_id) OR status = 'pending' AND @extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_delete ON @extschema@.user_business_roles IS 'The business and its tenant; a user the own pending roles.';
