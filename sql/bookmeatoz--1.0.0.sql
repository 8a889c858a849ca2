-- Assembled from sql/install: edit there.
\echo Use "CREATE EXTENSION bookmeatoz CASCADE" to load this file. \quit

-- A superuser runs this where others may create: functions, operators and types are those of PostgreSQL itself, and what is ours
-- is written with its schema.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

-- ===== the data structures, as text

CREATE FUNCTION @extschema@.bookmeatoz_schema() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $bookmeatoz_function$
SELECT $bookmeatoz_schema$

-- ===== 00-types.schema.sql

-- The status types. An application may append labels of its own by ALTER TYPE ... ADD VALUE. The labels here must keep their
-- meaning: policies, the booking guard and the search name them.

CREATE TYPE @extschema@.tenant_status_type_v1 AS ENUM ('active', 'inactive', 'suspended');
COMMENT ON TYPE @extschema@.tenant_status_type_v1 IS 'State of a tenant account.';

CREATE TYPE @extschema@.business_status_type_v1 AS ENUM ('active', 'inactive', 'suspended', 'pending_setup');
COMMENT ON TYPE @extschema@.business_status_type_v1 IS 'State of a business; only an active one offers slots (S12).';

CREATE TYPE @extschema@.service_status_type_v1 AS ENUM ('active', 'inactive', 'archived');
COMMENT ON TYPE @extschema@.service_status_type_v1 IS 'State of a service; only an active one can be booked (S12).';

CREATE TYPE @extschema@.booking_status_type_v1 AS ENUM ('pending', 'confirmed', 'cancelled', 'completed', 'rejected', 'no_show');
COMMENT ON TYPE @extschema@.booking_status_type_v1 IS 'State of a booking; pending, confirmed and completed occupy time, the others do not (S11).';

CREATE TYPE @extschema@.user_status_type_v1 AS ENUM ('active', 'inactive', 'suspended', 'pending_verification', 'invited');
COMMENT ON TYPE @extschema@.user_status_type_v1 IS 'State of a user account.';

CREATE TYPE @extschema@.customer_status_type_v1 AS ENUM ('active', 'inactive', 'blacklisted');
COMMENT ON TYPE @extschema@.customer_status_type_v1 IS 'State of a customer record within its business.';

CREATE TYPE @extschema@.subscription_status_type_v1 AS ENUM ('active', 'inactive', 'past_due', 'cancelled', 'trialing');
COMMENT ON TYPE @extschema@.subscription_status_type_v1 IS 'State of a tenant''s subscription.';

CREATE TYPE @extschema@.employee_status_type_v1 AS ENUM ('active', 'inactive', 'terminated', 'pending_onboarding');
COMMENT ON TYPE @extschema@.employee_status_type_v1 IS 'State of an employment; only an active employee can be booked (S12).';

CREATE TYPE @extschema@.user_business_role_status_type_v1 AS ENUM ('active', 'pending', 'revoked');
COMMENT ON TYPE @extschema@.user_business_role_status_type_v1 IS 'State of a role that a user holds in a business; only an active one counts.';

-- ===== 20-tenancy.schema.sql

-- Who the platform serves: tenants (groups of businesses), users (all accounts) and the administrators of a tenant.

---------------------------------------------------------------------------------------------------- tenants
CREATE TABLE @extschema@.tenants (
    id          uuid                    NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    name        varchar                 NOT NULL,
    subdomain   varchar                 NOT NULL,
    status      @extschema@.tenant_status_type_v1   NOT NULL DEFAULT 'active',
    settings    jsonb                   NOT NULL DEFAULT '{}',
    created_at  timestamptz             NOT NULL DEFAULT now(),
    updated_at  timestamptz             NOT NULL DEFAULT now(),

    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_subdomain_key UNIQUE (subdomain),
    CONSTRAINT tenants_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT tenants_subdomain_is_dns_label CHECK (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT tenants_settings_is_object CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE @extschema@.tenants ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.tenants            IS 'Tenant accounts: groups of businesses under one contract. Deleting one deletes all its businesses with everything below them.';
COMMENT ON COLUMN @extschema@.tenants.id         IS 'Key; the value of app.current_tenant_id.';
COMMENT ON COLUMN @extschema@.tenants.name       IS 'Name shown to people; not blank, at most 200 characters.';
COMMENT ON COLUMN @extschema@.tenants.subdomain  IS 'DNS label of the tenant''s site, unique; stored in lower case whatever is given. Only a system administrator changes it.';
COMMENT ON COLUMN @extschema@.tenants.status     IS 'State of the account. Only a system administrator changes it.';
COMMENT ON COLUMN @extschema@.tenants.settings   IS 'The application''s settings of the tenant, a JSON object; the engine reads none of them.';
COMMENT ON COLUMN @extschema@.tenants.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.tenants.updated_at IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT tenants_subdomain_is_dns_label ON @extschema@.tenants IS '1 to 63 of a-z, 0-9 and inner hyphens.';

CREATE INDEX tenants_status_idx ON @extschema@.tenants (status);
COMMENT ON INDEX @extschema@.tenants_status_idx IS 'Lists of the platform''s administration by state.';

CREATE TRIGGER tenants_lower_subdomain BEFORE INSERT OR UPDATE OF subdomain ON @extschema@.tenants
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_subdomain();
COMMENT ON TRIGGER tenants_lower_subdomain ON @extschema@.tenants IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER tenants_protect_columns BEFORE UPDATE OF status, subdomain ON @extschema@.tenants
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns('status', 'subdomain');
COMMENT ON TRIGGER tenants_protect_columns ON @extschema@.tenants IS 'A tenant edits its own row, but neither its status nor its subdomain.';
CREATE TRIGGER tenants_set_timestamp BEFORE UPDATE ON @extschema@.tenants
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER tenants_set_timestamp ON @extschema@.tenants IS 'Keeps updated_at.';

CREATE POLICY tenants_select ON @extschema@.tenants FOR SELECT USING (@extschema@.can_access_tenant(id));
COMMENT ON POLICY tenants_select ON @extschema@.tenants IS 'A tenant sees itself, a business its tenant.';
CREATE POLICY tenants_insert ON @extschema@.tenants FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY tenants_insert ON @extschema@.tenants IS 'System administrators alone.';
CREATE POLICY tenants_update ON @extschema@.tenants FOR UPDATE USING (@extschema@.can_manage_tenant(id)) WITH CHECK (@extschema@.can_manage_tenant(id));
COMMENT ON POLICY tenants_update ON @extschema@.tenants IS 'A tenant edits itself, but tenants_protect_columns protects some columns.';
CREATE POLICY tenants_delete ON @extschema@.tenants FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY tenants_delete ON @extschema@.tenants IS 'System administrators alone.';

------------------------------------------------------------------------------------------------------ users
CREATE TABLE @extschema@.users (
    id              uuid                 NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    email           varchar              NOT NULL,
    password_hash   varchar,
    status          @extschema@.user_status_type_v1  NOT NULL DEFAULT 'pending_verification',
    profile         jsonb                NOT NULL DEFAULT '{}',
    email_verified  boolean              NOT NULL DEFAULT false,
    last_login_at   timestamptz,
    system_role     varchar,
    created_at      timestamptz          NOT NULL DEFAULT now(),
    updated_at      timestamptz          NOT NULL DEFAULT now(),

    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_valid CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    CONSTRAINT users_password_hash_not_blank CHECK (btrim(password_hash) <> ''),
    CONSTRAINT users_profile_is_object CHECK (jsonb_typeof(profile) = 'object'),
    CONSTRAINT users_system_role_not_blank CHECK (btrim(system_role) <> '')
);
ALTER TABLE @extschema@.users ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.users                IS 'All accounts of the platform. Deleting one deletes its employments, roles, tokens and notifications; customer records and bookings stay.';
COMMENT ON COLUMN @extschema@.users.id             IS 'Key; the value of app.current_user_id.';
COMMENT ON COLUMN @extschema@.users.email          IS 'Address for logging in, unique; stored in lower case whatever is given.';
COMMENT ON COLUMN @extschema@.users.password_hash  IS 'Hash of the password, never the password; NULL without one (invited, single sign-on). Hidden from all but an auth role.';
COMMENT ON COLUMN @extschema@.users.status         IS 'State of the account. Only a system administrator or an auth role changes it.';
COMMENT ON COLUMN @extschema@.users.profile        IS 'Name, telephone, language and the like, a JSON object of the application''s.';
COMMENT ON COLUMN @extschema@.users.email_verified IS 'Whether the address was proven to be the user''s; false again when the address changes. Only a system administrator or an auth role sets it.';
COMMENT ON COLUMN @extschema@.users.last_login_at  IS 'When the user last logged in.';
COMMENT ON COLUMN @extschema@.users.system_role    IS 'Role on the platform itself, NULL for ordinary users. Only a system administrator changes it; it gives no right in the database.';
COMMENT ON COLUMN @extschema@.users.created_at     IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.users.updated_at     IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT users_email_valid ON @extschema@.users IS 'One @ with something on both sides, no white space, at most 254 characters.';

CREATE INDEX users_status_idx ON @extschema@.users (status);
COMMENT ON INDEX @extschema@.users_status_idx IS 'Lists of the platform''s administration by state.';

CREATE TRIGGER users_lower_email BEFORE INSERT OR UPDATE OF email ON @extschema@.users
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_email();
COMMENT ON TRIGGER users_lower_email ON @extschema@.users IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER users_protect_columns BEFORE UPDATE OF system_role ON @extschema@.users
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns('system_role');
COMMENT ON TRIGGER users_protect_columns ON @extschema@.users IS 'A user edits its own row, but cannot give itself a system role.';
CREATE TRIGGER users_protect_login BEFORE UPDATE OF status, email_verified, password_hash ON @extschema@.users
    FOR EACH ROW WHEN (NOT @extschema@.is_auth_role()) EXECUTE FUNCTION @extschema@.trigger_protect_columns('status', 'email_verified', 'password_hash');
COMMENT ON TRIGGER users_protect_login ON @extschema@.users IS 'A user edits its own row, but can neither verify itself nor lift a suspension. An auth role can.';
CREATE TRIGGER users_set_timestamp BEFORE UPDATE ON @extschema@.users
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER users_set_timestamp ON @extschema@.users IS 'Keeps updated_at.';
CREATE TRIGGER users_unverify_email BEFORE UPDATE ON @extschema@.users
    FOR EACH ROW WHEN (NEW.email IS DISTINCT FROM OLD.email) EXECUTE FUNCTION @extschema@.trigger_unverify_email();
COMMENT ON TRIGGER users_unverify_email ON @extschema@.users IS 'A new address is not verified, and no token that was sent to the old one may verify it. It must fire last: then the address is in lower case, and a forbidden change of email_verified was refused.';

CREATE POLICY users_select ON @extschema@.users FOR SELECT USING (@extschema@.is_auth_role() OR @extschema@.can_access_user(id));
COMMENT ON POLICY users_select ON @extschema@.users IS 'A user sees itself. A business or a tenant also sees the users of its employees and roles that are not pending. An auth role sees all.';
CREATE POLICY users_insert ON @extschema@.users FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY users_insert ON @extschema@.users IS 'System administrators alone. Others register by register_user().';
CREATE POLICY users_update ON @extschema@.users FOR UPDATE
    USING (@extschema@.is_auth_role() OR @extschema@.can_access_user(id) AND (id = @extschema@.current_session_user_id() OR @extschema@.is_system_admin()))
    WITH CHECK (@extschema@.is_auth_role() OR @extschema@.can_access_user(id) AND (id = @extschema@.current_session_user_id() OR @extschema@.is_system_admin()));
COMMENT ON POLICY users_update ON @extschema@.users IS 'A user edits itself, but users_protect_columns and users_protect_login protect some columns. An auth role edits all users.';
CREATE POLICY users_delete ON @extschema@.users FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY users_delete ON @extschema@.users IS 'System administrators alone.';

---------------------------------------------------------------------------------------------- tenant_admins
CREATE TABLE @extschema@.tenant_admins (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    tenant_id   uuid         NOT NULL,
    user_id     uuid         NOT NULL,
    role        varchar      NOT NULL DEFAULT 'admin',
    created_at  timestamptz  NOT NULL DEFAULT now(),
    updated_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT tenant_admins_pkey PRIMARY KEY (id),
    CONSTRAINT tenant_admins_tenant_user_key UNIQUE (tenant_id, user_id),
    CONSTRAINT tenant_admins_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_admins_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT tenant_admins_role_valid CHECK (btrim(role) <> '' AND length(role) <= 100)
);
ALTER TABLE @extschema@.tenant_admins ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.tenant_admins            IS 'Users who administer a tenant; one row for each user and tenant.';
COMMENT ON COLUMN @extschema@.tenant_admins.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.tenant_admins.tenant_id  IS 'The tenant that is administered.';
COMMENT ON COLUMN @extschema@.tenant_admins.user_id    IS 'The user who may do so.';
COMMENT ON COLUMN @extschema@.tenant_admins.role       IS 'The application''s name of the role; not blank.';
COMMENT ON COLUMN @extschema@.tenant_admins.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.tenant_admins.updated_at IS 'When the row was last changed; set by trigger.';

CREATE INDEX tenant_admins_user_idx ON @extschema@.tenant_admins (user_id);
COMMENT ON INDEX @extschema@.tenant_admins_user_idx IS 'The tenants of a user; deleting a user.';

CREATE TRIGGER tenant_admins_set_timestamp BEFORE UPDATE ON @extschema@.tenant_admins
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER tenant_admins_set_timestamp ON @extschema@.tenant_admins IS 'Keeps updated_at.';

CREATE POLICY tenant_admins_select ON @extschema@.tenant_admins FOR SELECT USING (@extschema@.can_access_tenant_admin(tenant_id, user_id));
COMMENT ON POLICY tenant_admins_select ON @extschema@.tenant_admins IS 'A tenant sees its own rows, a user its own.';
CREATE POLICY tenant_admins_insert ON @extschema@.tenant_admins FOR INSERT WITH CHECK (@extschema@.can_manage_tenant(tenant_id));
COMMENT ON POLICY tenant_admins_insert ON @extschema@.tenant_admins IS 'The tenant itself.';
CREATE POLICY tenant_admins_update ON @extschema@.tenant_admins FOR UPDATE
    USING (@extschema@.can_manage_tenant(tenant_id)) WITH CHECK (@extschema@.can_manage_tenant(tenant_id));
COMMENT ON POLICY tenant_admins_update ON @extschema@.tenant_admins IS 'The tenant itself.';
CREATE POLICY tenant_admins_delete ON @extschema@.tenant_admins FOR DELETE USING (@extschema@.can_manage_tenant(tenant_id));
COMMENT ON POLICY tenant_admins_delete ON @extschema@.tenant_admins IS 'The tenant itself.';

-- ===== 30-businesses.schema.sql

-- Businesses: those of the tenants, who works there (employees), and what each user may do there (user_business_roles).

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
COMMENT ON COLUMN @extschema@.businesses.timezone   IS 'Time zone of its working hours, dates and daily limits: a name in pg_timezone_names, in no other spelling.';
COMMENT ON COLUMN @extschema@.businesses.subdomain  IS 'DNS label of the business''s own site, unique where there is one; stored in lower case whatever is given.';
COMMENT ON COLUMN @extschema@.businesses.currency   IS 'ISO 4217 code, three capital letters; the default of its services.';
COMMENT ON COLUMN @extschema@.businesses.settings   IS 'A JSON object. The keys that the engine reads are checked when they are written (S17); other keys are the application''s.';
COMMENT ON COLUMN @extschema@.businesses.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.businesses.updated_at IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT businesses_slug_is_url_part ON @extschema@.businesses IS '1 to 100 of a-z, 0-9 and inner hyphens.';
COMMENT ON CONSTRAINT businesses_subdomain_is_dns_label ON @extschema@.businesses IS '1 to 63 of a-z, 0-9 and inner hyphens.';

CREATE UNIQUE INDEX businesses_subdomain_key ON @extschema@.businesses (subdomain) WHERE subdomain IS NOT NULL;
COMMENT ON INDEX @extschema@.businesses_subdomain_key IS 'No two businesses have the same subdomain; any number may have none.';
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
COMMENT ON TRIGGER businesses_protect_suspension ON @extschema@.businesses IS 'A business and its tenant set its status, but can neither suspend it nor lift a suspension, and cannot delete it while it is suspended.';
CREATE TRIGGER businesses_set_timestamp BEFORE UPDATE ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER businesses_set_timestamp ON @extschema@.businesses IS 'Keeps updated_at.';

CREATE POLICY businesses_select ON @extschema@.businesses FOR SELECT USING (@extschema@.can_access_business_row(id, tenant_id));
COMMENT ON POLICY businesses_select ON @extschema@.businesses IS 'A tenant sees its own, a business itself, a user those in which it has an active role.';
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

COMMENT ON TABLE  @extschema@.employees                   IS 'Employment of a user in a business. Schedules, services and bookings refer to it. Deleting one leaves its bookings without an employee.';
COMMENT ON COLUMN @extschema@.employees.id                IS 'Key.';
COMMENT ON COLUMN @extschema@.employees.user_id           IS 'The user who is employed, at most once in each business.';
COMMENT ON COLUMN @extschema@.employees.business_id       IS 'The employing business.';
COMMENT ON COLUMN @extschema@.employees.employment_status IS 'State; only active employees are offered (S12). pending_onboarding: the user has not accepted yet, and this row does not let the business see the user.';
COMMENT ON COLUMN @extschema@.employees.settings          IS 'The application''s settings of the employee, a JSON object; the engine reads none of them.';
COMMENT ON COLUMN @extschema@.employees.created_at        IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.employees.updated_at        IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT employees_business_id_key ON @extschema@.employees IS 'Target of the foreign keys that keep a row''s employee within its business.';

CREATE INDEX employees_business_status_idx ON @extschema@.employees (business_id, employment_status) INCLUDE (id);
COMMENT ON INDEX @extschema@.employees_business_status_idx IS 'The employees of a business and their states, with all that the search needs.';

CREATE TRIGGER employees_accept_only BEFORE UPDATE ON @extschema@.employees
    FOR EACH ROW WHEN (NOT @extschema@.can_access_business(OLD.business_id)) EXECUTE FUNCTION @extschema@.trigger_accept_only('employment_status', 'active');
COMMENT ON TRIGGER employees_accept_only ON @extschema@.employees IS 'A user may accept its own pending row, and change nothing else of it.';
CREATE TRIGGER employees_set_timestamp BEFORE UPDATE ON @extschema@.employees
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER employees_set_timestamp ON @extschema@.employees IS 'Keeps updated_at.';

CREATE POLICY employees_select ON @extschema@.employees FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_select ON @extschema@.employees IS 'The business and its tenant; a user sees its own employments.';
CREATE POLICY employees_insert ON @extschema@.employees FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employees_insert ON @extschema@.employees IS 'The business and its tenant.';
CREATE POLICY employees_insert_needs_consent ON @extschema@.employees AS RESTRICTIVE FOR INSERT
    WITH CHECK (employment_status = 'pending_onboarding' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY employees_insert_needs_consent ON @extschema@.employees IS 'A row about a user whom the session does not see must be pending: it shows the user to the business only after the user has accepted.';
CREATE POLICY employees_update ON @extschema@.employees FOR UPDATE
    USING (@extschema@.can_access_business(business_id) OR employment_status = 'pending_onboarding' AND @extschema@.can_access_person(business_id, user_id))
    WITH CHECK (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_update ON @extschema@.employees IS 'The business and its tenant; a user its own pending employments, which employees_accept_only lets it only accept.';
CREATE POLICY employees_update_needs_consent ON @extschema@.employees AS RESTRICTIVE FOR UPDATE
    WITH CHECK (employment_status = 'pending_onboarding' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY employees_update_needs_consent ON @extschema@.employees IS 'As employees_insert_needs_consent: the user may accept, and so may a session that sees the user by another row.';
CREATE POLICY employees_delete ON @extschema@.employees FOR DELETE
    USING (@extschema@.can_access_business(business_id) OR employment_status = 'pending_onboarding' AND @extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY employees_delete ON @extschema@.employees IS 'The business and its tenant; a user its own pending employments.';

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
COMMENT ON COLUMN @extschema@.user_business_roles.status      IS 'State; only an active role counts. pending: the user has not accepted yet, and this row does not let the business see the user.';
COMMENT ON COLUMN @extschema@.user_business_roles.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.user_business_roles.updated_at  IS 'When the row was last changed; set by trigger.';

CREATE INDEX user_business_roles_business_status_idx ON @extschema@.user_business_roles (business_id, status);
COMMENT ON INDEX @extschema@.user_business_roles_business_status_idx IS 'The roles held in a business.';

CREATE TRIGGER user_business_roles_accept_only BEFORE UPDATE ON @extschema@.user_business_roles
    FOR EACH ROW WHEN (NOT @extschema@.can_access_business(OLD.business_id)) EXECUTE FUNCTION @extschema@.trigger_accept_only('status', 'active');
COMMENT ON TRIGGER user_business_roles_accept_only ON @extschema@.user_business_roles IS 'A user may accept its own pending row, and change nothing else of it.';
CREATE TRIGGER user_business_roles_set_timestamp BEFORE UPDATE ON @extschema@.user_business_roles
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER user_business_roles_set_timestamp ON @extschema@.user_business_roles IS 'Keeps updated_at.';

CREATE POLICY user_business_roles_select ON @extschema@.user_business_roles FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_select ON @extschema@.user_business_roles IS 'The business and its tenant; a user sees its own roles.';
CREATE POLICY user_business_roles_insert ON @extschema@.user_business_roles FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY user_business_roles_insert ON @extschema@.user_business_roles IS 'The business and its tenant.';
CREATE POLICY user_business_roles_insert_needs_consent ON @extschema@.user_business_roles AS RESTRICTIVE FOR INSERT
    WITH CHECK (status = 'pending' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY user_business_roles_insert_needs_consent ON @extschema@.user_business_roles IS 'A row about a user whom the session does not see must be pending: it shows the user to the business only after the user has accepted.';
CREATE POLICY user_business_roles_update ON @extschema@.user_business_roles FOR UPDATE
    USING (@extschema@.can_access_business(business_id) OR status = 'pending' AND @extschema@.can_access_person(business_id, user_id))
    WITH CHECK (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_update ON @extschema@.user_business_roles IS 'The business and its tenant; a user its own pending roles, which user_business_roles_accept_only lets it only accept.';
CREATE POLICY user_business_roles_update_needs_consent ON @extschema@.user_business_roles AS RESTRICTIVE FOR UPDATE
    WITH CHECK (status = 'pending' OR @extschema@.can_access_user(user_id));
COMMENT ON POLICY user_business_roles_update_needs_consent ON @extschema@.user_business_roles IS 'As user_business_roles_insert_needs_consent: the user may accept, and so may a session that sees the user by another row.';
CREATE POLICY user_business_roles_delete ON @extschema@.user_business_roles FOR DELETE
    USING (@extschema@.can_access_business(business_id) OR status = 'pending' AND @extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY user_business_roles_delete ON @extschema@.user_business_roles IS 'The business and its tenant; a user its own pending roles.';

-- ===== 40-services.schema.sql

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

-- ===== 50-schedules.schema.sql

-- When people work: weekly working hours and the exceptions to them, of one employee or of a whole business. How both become working time: S1 to S5.

---------------------------------------------------------------------------------------------- working_hours
CREATE TABLE @extschema@.working_hours (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    employee_id  uuid,
    business_id  uuid,
    day_of_week  smallint     NOT NULL,
    start_time   time,
    end_time     time,
    is_off       boolean      NOT NULL DEFAULT false,
    valid_from   date,
    valid_to     date,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT working_hours_pkey PRIMARY KEY (id),
    CONSTRAINT working_hours_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT working_hours_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE CASCADE,
    CONSTRAINT working_hours_names_business CHECK (business_id IS NOT NULL),
    CONSTRAINT working_hours_day_of_week_in_range CHECK (day_of_week BETWEEN 0 AND 6),
    CONSTRAINT working_hours_times_unless_off CHECK (is_off OR (start_time IS NOT NULL AND end_time IS NOT NULL)),
    CONSTRAINT working_hours_end_after_start CHECK (is_off OR end_time > start_time),
    CONSTRAINT working_hours_valid_dates_in_order CHECK (valid_from <= valid_to),
    CONSTRAINT working_hours_finite_valid_dates CHECK (isfinite(valid_from) AND isfinite(valid_to))
);
ALTER TABLE @extschema@.working_hours ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.working_hours             IS 'Weekly shifts of an employee, or of the business as the default of those who have none of their own (S1). Any number a day.';
COMMENT ON COLUMN @extschema@.working_hours.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.working_hours.employee_id IS 'Whose shift it is; NULL for the business''s default.';
COMMENT ON COLUMN @extschema@.working_hours.business_id IS 'The business; the employee''s when it is not given. Never NULL in a stored row.';
COMMENT ON COLUMN @extschema@.working_hours.day_of_week IS 'Day on which the shift starts, 0 = Sunday to 6 = Saturday.';
COMMENT ON COLUMN @extschema@.working_hours.start_time  IS 'Start in the business''s local time; may be NULL only where is_off.';
COMMENT ON COLUMN @extschema@.working_hours.end_time    IS 'End in the business''s local time, after start_time, at most 24:00 (S3); may be NULL only where is_off.';
COMMENT ON COLUMN @extschema@.working_hours.is_off      IS 'The row gives no working time, whatever its times (S2).';
COMMENT ON COLUMN @extschema@.working_hours.valid_from  IS 'First local date on which the row holds, of a season say (S1); NULL: since ever.';
COMMENT ON COLUMN @extschema@.working_hours.valid_to    IS 'Last local date on which the row holds, included (S1); NULL: for ever.';
COMMENT ON COLUMN @extschema@.working_hours.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.working_hours.updated_at  IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT working_hours_names_business ON @extschema@.working_hours IS 'A row names an employee, a business or both; an employee''s business is filled in first.';

CREATE INDEX working_hours_employee_idx ON @extschema@.working_hours (employee_id, day_of_week)
    INCLUDE (start_time, end_time, is_off, business_id, valid_from, valid_to);
COMMENT ON INDEX @extschema@.working_hours_employee_idx IS 'The week of an employee, with all that the search needs (read by index alone).';
CREATE INDEX working_hours_business_idx ON @extschema@.working_hours (business_id, day_of_week);
COMMENT ON INDEX @extschema@.working_hours_business_idx IS 'All hours of a business, as its policies ask for them.';
CREATE INDEX working_hours_business_default_idx ON @extschema@.working_hours (business_id)
    INCLUDE (day_of_week, start_time, end_time, is_off, valid_from, valid_to) WHERE employee_id IS NULL;
COMMENT ON INDEX @extschema@.working_hours_business_default_idx IS 'The default week of a business, with all that the search needs.';

CREATE TRIGGER working_hours_explain_night BEFORE INSERT OR UPDATE OF start_time, end_time, is_off ON @extschema@.working_hours
    FOR EACH ROW WHEN (NOT NEW.is_off AND NEW.end_time <= NEW.start_time) EXECUTE FUNCTION @extschema@.trigger_explain_night();
COMMENT ON TRIGGER working_hours_explain_night ON @extschema@.working_hours IS 'Refuses what working_hours_end_after_start refuses, and says what to write instead.';
CREATE TRIGGER working_hours_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.working_hours
    FOR EACH ROW WHEN (NEW.business_id IS NULL) EXECUTE FUNCTION @extschema@.trigger_fill_business_id();
COMMENT ON TRIGGER working_hours_fill_business ON @extschema@.working_hours IS 'A row without a business takes its employee''s.';
CREATE TRIGGER working_hours_set_timestamp BEFORE UPDATE ON @extschema@.working_hours
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER working_hours_set_timestamp ON @extschema@.working_hours IS 'Keeps updated_at.';

CREATE POLICY working_hours_select ON @extschema@.working_hours FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_select ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_insert ON @extschema@.working_hours FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_insert ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_update ON @extschema@.working_hours FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_update ON @extschema@.working_hours IS 'The business and its tenant.';
CREATE POLICY working_hours_delete ON @extschema@.working_hours FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY working_hours_delete ON @extschema@.working_hours IS 'The business and its tenant.';

---------------------------------------------------------------------------- employee_availability_overrides
CREATE TABLE @extschema@.employee_availability_overrides (
    id              uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    employee_id     uuid         NOT NULL,
    business_id     uuid         NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    start_time      timestamptz  NOT NULL,
    end_time        timestamptz  NOT NULL,
    is_unavailable  boolean      NOT NULL DEFAULT true,
    reason          text,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT employee_availability_overrides_pkey PRIMARY KEY (id),
    CONSTRAINT employee_availability_overrides_employee_fkey FOREIGN KEY (business_id, employee_id)
        REFERENCES @extschema@.employees (business_id, id) ON DELETE CASCADE,
    CONSTRAINT employee_availability_overrides_end_after_start CHECK (end_time > start_time),
    CONSTRAINT employee_availability_overrides_finite_times CHECK (isfinite(start_time) AND isfinite(end_time))
);
ALTER TABLE @extschema@.employee_availability_overrides ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.employee_availability_overrides                IS 'Exceptions to an employee''s weekly hours: leave, or extra time (S5).';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.id             IS 'Key.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.employee_id    IS 'Whose time it is.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.business_id    IS 'The employee''s business; filled in when it is not given.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.start_time     IS 'Start, inclusive; finite.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.end_time       IS 'End, exclusive; after start_time, finite.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.is_unavailable IS 'true: no work in this time; false: work in addition to the weekly hours. Where both are given, unavailable wins (S5).';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.reason         IS 'Why, for people.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.created_at     IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.employee_availability_overrides.updated_at     IS 'When the row was last changed; set by trigger.';

-- By the end: an exception may be of any length, so that only its end bounds the past that a search must read.
CREATE INDEX employee_availability_overrides_employee_end_idx ON @extschema@.employee_availability_overrides (employee_id, end_time)
    INCLUDE (start_time, is_unavailable, business_id);
COMMENT ON INDEX @extschema@.employee_availability_overrides_employee_end_idx IS 'An employee''s exceptions in the order of time, with all that the search needs.';
CREATE INDEX employee_availability_overrides_business_start_idx ON @extschema@.employee_availability_overrides (business_id, start_time);
COMMENT ON INDEX @extschema@.employee_availability_overrides_business_start_idx IS 'A business''s exceptions in the order of time: its calendar.';

CREATE TRIGGER employee_availability_overrides_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.employee_availability_overrides
    FOR EACH ROW WHEN (NEW.business_id IS NULL OR NEW.business_id = '00000000-0000-0000-0000-000000000000') EXECUTE FUNCTION @extschema@.trigger_fill_business_id();
COMMENT ON TRIGGER employee_availability_overrides_fill_business ON @extschema@.employee_availability_overrides IS 'A row without a business takes its employee''s.';
CREATE TRIGGER employee_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.employee_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER employee_availability_overrides_set_timestamp ON @extschema@.employee_availability_overrides IS 'Keeps updated_at.';

CREATE POLICY employee_availability_overrides_select ON @extschema@.employee_availability_overrides FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_select ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_insert ON @extschema@.employee_availability_overrides FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_insert ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_update ON @extschema@.employee_availability_overrides FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_update ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';
CREATE POLICY employee_availability_overrides_delete ON @extschema@.employee_availability_overrides FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY employee_availability_overrides_delete ON @extschema@.employee_availability_overrides IS 'The business and its tenant.';

---------------------------------------------------------------------------- business_availability_overrides
CREATE TABLE @extschema@.business_availability_overrides (
    id              uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    business_id     uuid         NOT NULL,
    start_time      timestamptz  NOT NULL,
    end_time        timestamptz  NOT NULL,
    is_unavailable  boolean      NOT NULL DEFAULT true,
    reason          text,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT business_availability_overrides_pkey PRIMARY KEY (id),
    CONSTRAINT business_availability_overrides_business_fkey FOREIGN KEY (business_id)
        REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT business_availability_overrides_end_after_start CHECK (end_time > start_time),
    CONSTRAINT business_availability_overrides_finite_times CHECK (isfinite(start_time) AND isfinite(end_time))
);
ALTER TABLE @extschema@.business_availability_overrides ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.business_availability_overrides                IS 'Exceptions to the hours of a whole business: holidays and closures, which hold for everybody who works there, and special openings (S5).';
COMMENT ON COLUMN @extschema@.business_availability_overrides.id             IS 'Key.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.business_id    IS 'The business that closes or opens.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.start_time     IS 'Start, inclusive; finite.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.end_time       IS 'End, exclusive; after start_time, finite.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.is_unavailable IS 'true: closed, nobody works, whatever else is given; false: open in addition to the weekly hours, for those who follow the business''s hours on the date on which it starts (S5).';
COMMENT ON COLUMN @extschema@.business_availability_overrides.reason         IS 'Why, for people.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.created_at     IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.business_availability_overrides.updated_at     IS 'When the row was last changed; set by trigger.';

-- By the end, as those of employees.
CREATE INDEX business_availability_overrides_business_end_idx ON @extschema@.business_availability_overrides (business_id, end_time)
    INCLUDE (start_time, is_unavailable);
COMMENT ON INDEX @extschema@.business_availability_overrides_business_end_idx IS 'A business''s exceptions in the order of time, with all that the search needs; deleting a business.';

CREATE TRIGGER business_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.business_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER business_availability_overrides_set_timestamp ON @extschema@.business_availability_overrides IS 'Keeps updated_at.';

CREATE POLICY business_availability_overrides_select ON @extschema@.business_availability_overrides FOR SELECT USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_select ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_insert ON @extschema@.business_availability_overrides FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_insert ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_update ON @extschema@.business_availability_overrides FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_update ON @extschema@.business_availability_overrides IS 'The business and its tenant.';
CREATE POLICY business_availability_overrides_delete ON @extschema@.business_availability_overrides FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY business_availability_overrides_delete ON @extschema@.business_availability_overrides IS 'The business and its tenant.';

-- ===== 60-customers.schema.sql

-- Customers. A record belongs to one business: the same person has a record of its own in each business.

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
COMMENT ON COLUMN @extschema@.customers.profile_notes IS 'Notes of the business about the customer. The customer''s own session must not read them (SQLSTATE 42501).';
COMMENT ON COLUMN @extschema@.customers.status        IS 'State of the record.';
COMMENT ON COLUMN @extschema@.customers.created_at    IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.customers.updated_at    IS 'When the row was last changed; set by trigger.';
COMMENT ON CONSTRAINT customers_business_id_key ON @extschema@.customers IS 'Target of the foreign key that keeps a booking''s customer within its business. It includes the name, which a calendar shows: otherwise a plan would read all customers of a small business by customers_business_name_idx to look up three.';
COMMENT ON CONSTRAINT customers_business_email_key ON @extschema@.customers IS 'One record for each address. It includes the columns of customers_business_name_idx: otherwise a plan that was made in a small business would read all customers by that index, also in a large business.';
COMMENT ON CONSTRAINT customers_email_valid ON @extschema@.customers IS 'One @ with something on both sides, no white space, at most 254 characters.';

CREATE INDEX customers_business_status_idx ON @extschema@.customers (business_id, status);
COMMENT ON INDEX @extschema@.customers_business_status_idx IS 'The customers of a business by state.';
CREATE INDEX customers_user_idx ON @extschema@.customers (user_id) WHERE user_id IS NOT NULL;
COMMENT ON INDEX @extschema@.customers_user_idx IS 'The customer records of a user; deleting a user.';
CREATE INDEX customers_business_name_idx ON @extschema@.customers (business_id, name) INCLUDE (email, phone, status, id);
COMMENT ON INDEX @extschema@.customers_business_name_idx IS 'The customers of a business in the order of names; and search_text() in name, e-mail and phone by this index alone.';

CREATE TRIGGER customers_lower_email BEFORE INSERT OR UPDATE OF email ON @extschema@.customers
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_email();
COMMENT ON TRIGGER customers_lower_email ON @extschema@.customers IS 'Makes the unique key indifferent to case.';
CREATE TRIGGER customers_set_timestamp BEFORE UPDATE ON @extschema@.customers
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER customers_set_timestamp ON @extschema@.customers IS 'Keeps updated_at.';

CREATE POLICY customers_select ON @extschema@.customers FOR SELECT USING (@extschema@.can_access_person(business_id, user_id));
COMMENT ON POLICY customers_select ON @extschema@.customers IS 'The business and its tenant; a user sees its own records.';
CREATE POLICY customers_insert ON @extschema@.customers FOR INSERT WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_insert ON @extschema@.customers IS 'The business and its tenant.';
CREATE POLICY customers_update ON @extschema@.customers FOR UPDATE
    USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_update ON @extschema@.customers IS 'The business and its tenant.';
CREATE POLICY customers_delete ON @extschema@.customers FOR DELETE USING (@extschema@.can_access_business(business_id));
COMMENT ON POLICY customers_delete ON @extschema@.customers IS 'The business and its tenant.';

-- ===== 70-bookings.schema.sql

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

-- ===== 80-subscriptions.schema.sql

-- What tenants pay for: the plans on offer, and the subscription of each tenant to one of them.

----------------------------------------------------------------------------------------- subscription_plans
CREATE TABLE @extschema@.subscription_plans (
    id                      varchar      NOT NULL,
    name                    varchar      NOT NULL,
    price                   numeric      NOT NULL DEFAULT 0,
    currency                varchar      NOT NULL DEFAULT 'USD',
    billing_interval        varchar      NOT NULL DEFAULT 'month',
    features                jsonb        NOT NULL DEFAULT '{}',
    max_businesses          integer,
    max_employees           integer,
    max_services            integer,
    max_bookings_per_month  integer,
    is_active               boolean      NOT NULL DEFAULT true,
    created_at              timestamptz  NOT NULL DEFAULT now(),
    updated_at              timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT subscription_plans_pkey PRIMARY KEY (id),
    CONSTRAINT subscription_plans_id_valid CHECK (btrim(id) <> '' AND length(id) <= 100),
    CONSTRAINT subscription_plans_name_valid CHECK (btrim(name) <> '' AND length(name) <= 200),
    CONSTRAINT subscription_plans_price_not_negative CHECK (price >= 0 AND price < 'Infinity'),
    CONSTRAINT subscription_plans_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT subscription_plans_billing_interval_valid CHECK (btrim(billing_interval) <> ''),
    CONSTRAINT subscription_plans_features_is_object CHECK (jsonb_typeof(features) = 'object'),
    CONSTRAINT subscription_plans_limits_not_negative CHECK (max_businesses >= 0 AND max_employees >= 0
                                                             AND max_services >= 0 AND max_bookings_per_month >= 0)
);
ALTER TABLE @extschema@.subscription_plans ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.subscription_plans                        IS 'The plans that a tenant can subscribe to. A plan in use cannot be deleted; make it inactive.';
COMMENT ON COLUMN @extschema@.subscription_plans.id                     IS 'Key, a readable name such as pro-monthly.';
COMMENT ON COLUMN @extschema@.subscription_plans.name                   IS 'Name shown to people; not blank, at most 200 characters.';
COMMENT ON COLUMN @extschema@.subscription_plans.price                  IS 'Price of one billing interval in units of currency, not negative.';
COMMENT ON COLUMN @extschema@.subscription_plans.currency               IS 'ISO 4217 code, three capital letters.';
COMMENT ON COLUMN @extschema@.subscription_plans.billing_interval       IS 'How often it is paid, in the words of the application''s payment provider, such as month or year.';
COMMENT ON COLUMN @extschema@.subscription_plans.features               IS 'What the plan includes: a JSON object of the application''s.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_businesses         IS 'Most businesses of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_employees          IS 'Most employees of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_services           IS 'Most services of the tenant; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.max_bookings_per_month IS 'Most bookings of the tenant a month; NULL = no limit. The application enforces it.';
COMMENT ON COLUMN @extschema@.subscription_plans.is_active              IS 'On offer: everybody sees it, logged in or not.';
COMMENT ON COLUMN @extschema@.subscription_plans.created_at             IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.subscription_plans.updated_at             IS 'When the row was last changed; set by trigger.';

CREATE TRIGGER subscription_plans_set_timestamp BEFORE UPDATE ON @extschema@.subscription_plans
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER subscription_plans_set_timestamp ON @extschema@.subscription_plans IS 'Keeps updated_at.';

CREATE POLICY subscription_plans_select ON @extschema@.subscription_plans FOR SELECT USING (is_active OR @extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_select ON @extschema@.subscription_plans IS 'Plans on offer are public.';
CREATE POLICY subscription_plans_insert ON @extschema@.subscription_plans FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_insert ON @extschema@.subscription_plans IS 'System administrators alone.';
CREATE POLICY subscription_plans_update ON @extschema@.subscription_plans FOR UPDATE USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_update ON @extschema@.subscription_plans IS 'System administrators alone.';
CREATE POLICY subscription_plans_delete ON @extschema@.subscription_plans FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY subscription_plans_delete ON @extschema@.subscription_plans IS 'System administrators alone.';

--------------------------------------------------------------------------------------- tenant_subscriptions
CREATE TABLE @extschema@.tenant_subscriptions (
    id                    uuid                         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    tenant_id             uuid                         NOT NULL,
    plan_id               varchar                      NOT NULL,
    status                @extschema@.subscription_status_type_v1  NOT NULL DEFAULT 'active',
    trial_ends_at         timestamptz,
    current_period_start  timestamptz,
    current_period_end    timestamptz,
    cancel_at_period_end  boolean                      NOT NULL DEFAULT false,
    cancelled_at          timestamptz,
    created_at            timestamptz                  NOT NULL DEFAULT now(),
    updated_at            timestamptz                  NOT NULL DEFAULT now(),

    CONSTRAINT tenant_subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT tenant_subscriptions_tenant_key UNIQUE (tenant_id),
    CONSTRAINT tenant_subscriptions_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants (id) ON DELETE CASCADE,
    CONSTRAINT tenant_subscriptions_plan_fkey FOREIGN KEY (plan_id) REFERENCES @extschema@.subscription_plans (id) ON DELETE RESTRICT,
    CONSTRAINT tenant_subscriptions_period_end_after_start CHECK (current_period_end > current_period_start)
);
ALTER TABLE @extschema@.tenant_subscriptions ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.tenant_subscriptions                      IS 'The subscriptions of tenants; each tenant has at most one.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.id                   IS 'Key.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.tenant_id            IS 'The tenant that subscribes.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.plan_id              IS 'The plan; it cannot be deleted while it is in use.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.status               IS 'State of the subscription.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.trial_ends_at        IS 'End of the trial, if there is one.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.current_period_start IS 'Start of the paid period, inclusive.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.current_period_end   IS 'End of the paid period, exclusive; after its start.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.cancel_at_period_end IS 'It ends with the current period.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.cancelled_at         IS 'When it was cancelled.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.created_at           IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.tenant_subscriptions.updated_at           IS 'When the row was last changed; set by trigger.';

CREATE INDEX tenant_subscriptions_plan_idx ON @extschema@.tenant_subscriptions (plan_id);
COMMENT ON INDEX @extschema@.tenant_subscriptions_plan_idx IS 'The subscribers of a plan; deleting a plan.';
CREATE INDEX tenant_subscriptions_status_period_end_idx ON @extschema@.tenant_subscriptions (status, current_period_end);
COMMENT ON INDEX @extschema@.tenant_subscriptions_status_period_end_idx IS 'Subscriptions that are due for renewal.';

CREATE TRIGGER tenant_subscriptions_set_timestamp BEFORE UPDATE ON @extschema@.tenant_subscriptions
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER tenant_subscriptions_set_timestamp ON @extschema@.tenant_subscriptions IS 'Keeps updated_at.';

CREATE POLICY tenant_subscriptions_select ON @extschema@.tenant_subscriptions FOR SELECT USING (@extschema@.can_access_tenant(tenant_id));
COMMENT ON POLICY tenant_subscriptions_select ON @extschema@.tenant_subscriptions IS 'The tenant and its businesses.';
CREATE POLICY tenant_subscriptions_insert ON @extschema@.tenant_subscriptions FOR INSERT WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_insert ON @extschema@.tenant_subscriptions IS 'System administrators alone.';
CREATE POLICY tenant_subscriptions_update ON @extschema@.tenant_subscriptions FOR UPDATE USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_update ON @extschema@.tenant_subscriptions IS 'System administrators alone.';
CREATE POLICY tenant_subscriptions_delete ON @extschema@.tenant_subscriptions FOR DELETE USING (@extschema@.is_system_admin());
COMMENT ON POLICY tenant_subscriptions_delete ON @extschema@.tenant_subscriptions IS 'System administrators alone.';

-- ===== 81-auth.schema.sql

-- Tokens: for logging in, for resetting a password and for proving an address. Only their hashes are stored. Only an auth role
-- (bookmeatoz_grant_auth_role) has rights on them; purge_expired_tokens() deletes them.

-------------------------------------------------------------------------------------------- token_blacklist
CREATE TABLE @extschema@.token_blacklist (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    token_hash  varchar      NOT NULL,
    user_id     uuid         NOT NULL,
    expires_at  timestamptz  NOT NULL,
    reason      varchar,
    created_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT token_blacklist_pkey PRIMARY KEY (id),
    CONSTRAINT token_blacklist_token_hash_key UNIQUE (token_hash),
    CONSTRAINT token_blacklist_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT token_blacklist_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.token_blacklist ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.token_blacklist            IS 'Tokens that no longer count although they have not expired. Rows never change.';
COMMENT ON COLUMN @extschema@.token_blacklist.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.token_blacklist.token_hash IS 'Hash of the token (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.token_blacklist.user_id    IS 'Whose token it was.';
COMMENT ON COLUMN @extschema@.token_blacklist.expires_at IS 'When the token itself expires; the row is of no use after that.';
COMMENT ON COLUMN @extschema@.token_blacklist.reason     IS 'Why it was withdrawn, such as logout or theft.';
COMMENT ON COLUMN @extschema@.token_blacklist.created_at IS 'When the row was written.';

CREATE INDEX token_blacklist_user_idx ON @extschema@.token_blacklist (user_id);
COMMENT ON INDEX @extschema@.token_blacklist_user_idx IS 'The tokens of a user; deleting a user.';
CREATE INDEX token_blacklist_expires_idx ON @extschema@.token_blacklist (expires_at);
COMMENT ON INDEX @extschema@.token_blacklist_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE POLICY token_blacklist_all ON @extschema@.token_blacklist FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY token_blacklist_all ON @extschema@.token_blacklist IS 'An auth role, whatever the context; system administrators.';

-------------------------------------------------------------------------------------------- password_resets
CREATE TABLE @extschema@.password_resets (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id     uuid         NOT NULL,
    token_hash  varchar      NOT NULL,
    expires_at  timestamptz  NOT NULL,
    used_at     timestamptz,
    created_at  timestamptz  NOT NULL DEFAULT now(),
    updated_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT password_resets_pkey PRIMARY KEY (id),
    CONSTRAINT password_resets_token_hash_key UNIQUE (token_hash),
    CONSTRAINT password_resets_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT password_resets_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.password_resets ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.password_resets            IS 'Requests to reset a password.';
COMMENT ON COLUMN @extschema@.password_resets.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.password_resets.user_id    IS 'Whose password is to be reset.';
COMMENT ON COLUMN @extschema@.password_resets.token_hash IS 'Hash of the token that was sent (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.password_resets.expires_at IS 'Until when the token counts.';
COMMENT ON COLUMN @extschema@.password_resets.used_at    IS 'When it was used; it counts once.';
COMMENT ON COLUMN @extschema@.password_resets.created_at IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.password_resets.updated_at IS 'When the row was last changed; set by trigger.';

CREATE INDEX password_resets_user_idx ON @extschema@.password_resets (user_id);
COMMENT ON INDEX @extschema@.password_resets_user_idx IS 'The requests of a user; deleting a user.';
CREATE INDEX password_resets_expires_idx ON @extschema@.password_resets (expires_at);
COMMENT ON INDEX @extschema@.password_resets_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE TRIGGER password_resets_set_timestamp BEFORE UPDATE ON @extschema@.password_resets
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER password_resets_set_timestamp ON @extschema@.password_resets IS 'Keeps updated_at.';

CREATE POLICY password_resets_all ON @extschema@.password_resets FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY password_resets_all ON @extschema@.password_resets IS 'An auth role, whatever the context; system administrators.';

---------------------------------------------------------------------------------------- email_verifications
CREATE TABLE @extschema@.email_verifications (
    id           uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    user_id      uuid         NOT NULL,
    token_hash   varchar      NOT NULL,
    expires_at   timestamptz  NOT NULL,
    verified_at  timestamptz,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT email_verifications_pkey PRIMARY KEY (id),
    CONSTRAINT email_verifications_token_hash_key UNIQUE (token_hash),
    CONSTRAINT email_verifications_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT email_verifications_token_hash_valid CHECK (btrim(token_hash) <> '' AND length(token_hash) <= 255)
);
ALTER TABLE @extschema@.email_verifications ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.email_verifications             IS 'Requests to prove that an address is the user''s.';
COMMENT ON COLUMN @extschema@.email_verifications.id          IS 'Key.';
COMMENT ON COLUMN @extschema@.email_verifications.user_id     IS 'Whose address is to be proven.';
COMMENT ON COLUMN @extschema@.email_verifications.token_hash  IS 'Hash of the token that was sent (SHA-256 or stronger), never the token; unique.';
COMMENT ON COLUMN @extschema@.email_verifications.expires_at  IS 'Until when the token counts.';
COMMENT ON COLUMN @extschema@.email_verifications.verified_at IS 'When the address was proven.';
COMMENT ON COLUMN @extschema@.email_verifications.created_at  IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.email_verifications.updated_at  IS 'When the row was last changed; set by trigger.';

CREATE INDEX email_verifications_user_idx ON @extschema@.email_verifications (user_id);
COMMENT ON INDEX @extschema@.email_verifications_user_idx IS 'The requests of a user; deleting a user.';
CREATE INDEX email_verifications_expires_idx ON @extschema@.email_verifications (expires_at);
COMMENT ON INDEX @extschema@.email_verifications_expires_idx IS 'What purge_expired_tokens() deletes.';

CREATE TRIGGER email_verifications_set_timestamp BEFORE UPDATE ON @extschema@.email_verifications
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp();
COMMENT ON TRIGGER email_verifications_set_timestamp ON @extschema@.email_verifications IS 'Keeps updated_at.';

CREATE POLICY email_verifications_all ON @extschema@.email_verifications FOR ALL
    USING (@extschema@.is_auth_role() OR @extschema@.is_system_admin()) WITH CHECK (@extschema@.is_auth_role() OR @extschema@.is_system_admin());
COMMENT ON POLICY email_verifications_all ON @extschema@.email_verifications IS 'An auth role, whatever the context; system administrators.';

-- ===== 82-notifications.schema.sql

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

    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_business_fkey FOREIGN KEY (business_id) REFERENCES @extschema@.businesses (id) ON DELETE CASCADE,
    CONSTRAINT notifications_user_fkey FOREIGN KEY (user_id) REFERENCES @extschema@.users (id) ON DELETE CASCADE,
    CONSTRAINT notifications_type_not_blank CHECK (btrim(type) <> ''),
    -- As text, because bookmeatoz_verify() compares the definition: a list of varchar is spelt differently after a dump and restore.
    CONSTRAINT notifications_channel_known CHECK (channel::text IN ('in_app', 'email', 'sms', 'push')),
    CONSTRAINT notifications_data_is_object CHECK (jsonb_typeof(data) = 'object'),
    CONSTRAINT notifications_status_known CHECK (status::text IN ('pending', 'sent', 'failed', 'cancelled'))
);
ALTER TABLE @extschema@.notifications ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.notifications               IS 'Messages to a user, from a business or from the platform itself.';
COMMENT ON COLUMN @extschema@.notifications.id            IS 'Key.';
COMMENT ON COLUMN @extschema@.notifications.business_id   IS 'The business that it is about; NULL for the platform''s own.';
COMMENT ON COLUMN @extschema@.notifications.user_id       IS 'The addressed user, who alone sees it and marks it read.';
COMMENT ON COLUMN @extschema@.notifications.type          IS 'The application''s kind of message, such as booking_confirmed.';
COMMENT ON COLUMN @extschema@.notifications.channel       IS 'How it is sent: in_app, email, sms or push.';
COMMENT ON COLUMN @extschema@.notifications.title         IS 'Heading.';
COMMENT ON COLUMN @extschema@.notifications.body          IS 'Text.';
COMMENT ON COLUMN @extschema@.notifications.data          IS 'What the application needs to show or send it, a JSON object.';
COMMENT ON COLUMN @extschema@.notifications.status        IS 'pending until sent, then sent, failed or cancelled.';
COMMENT ON COLUMN @extschema@.notifications.scheduled_for IS 'Not to be sent before this instant.';
COMMENT ON COLUMN @extschema@.notifications.sent_at       IS 'When it was sent.';
COMMENT ON COLUMN @extschema@.notifications.read_at       IS 'When the user read it; the one column that the user may change.';
COMMENT ON COLUMN @extschema@.notifications.created_at    IS 'When the row was written.';
COMMENT ON COLUMN @extschema@.notifications.updated_at    IS 'When the row was last changed; set by trigger.';

CREATE INDEX notifications_user_idx ON @extschema@.notifications (user_id, created_at);
COMMENT ON INDEX @extschema@.notifications_user_idx IS 'The messages of a user, newest first when read backwards; deleting a user.';
CREATE INDEX notifications_unread_idx ON @extschema@.notifications (user_id, created_at) WHERE read_at IS NULL;
COMMENT ON INDEX @extschema@.notifications_unread_idx IS 'The unread messages of a user.';
CREATE INDEX notifications_due_idx ON @extschema@.notifications (scheduled_for) WHERE status = 'pending';
COMMENT ON INDEX @extschema@.notifications_due_idx IS 'What is due to be sent, in the order of time.';
CREATE INDEX notifications_business_idx ON @extschema@.notifications (business_id) WHERE business_id IS NOT NULL;
COMMENT ON INDEX @extschema@.notifications_business_idx IS 'The messages of a business; deleting a business.';

CREATE TRIGGER notifications_protect_columns
    BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at ON @extschema@.notifications
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(
        'id', 'business_id', 'user_id', 'type', 'channel', 'title', 'body', 'data', 'status', 'scheduled_for', 'sent_at', 'created_at');
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

-- ===== 83-audit.schema.sql

-- The audit log: who changed what, and when. Partitioned by month, so that old months go as whole tables.

------------------------------------------------------------------------------------------------- audit_logs
CREATE TABLE @extschema@.audit_logs (
    id             uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    tenant_id      uuid,
    business_id    uuid,
    actor_user_id  uuid,
    actor_role     text         NOT NULL,
    action         text         NOT NULL,
    entity_type    text         NOT NULL,
    entity_id      uuid         NOT NULL,
    before         jsonb,
    after          jsonb,
    created_at     timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT audit_logs_pkey PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
ALTER TABLE @extschema@.audit_logs ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.audit_logs               IS 'Changes of rows: a row for each INSERT, UPDATE and DELETE of an audited table. Written by its trigger alone, and never changed, but that erase_customer() overwrites what tells of a person. It refers to nothing by keys, so it outlives what it tells of. Partitioned by month (UTC): bookmeatoz_maintain() makes and drops partitions, and a default partition takes what comes in a month that has none.';
COMMENT ON COLUMN @extschema@.audit_logs.id            IS 'Key, with created_at.';
COMMENT ON COLUMN @extschema@.audit_logs.tenant_id     IS 'Whose row it was; the tenant sees the entry.';
COMMENT ON COLUMN @extschema@.audit_logs.business_id   IS 'Whose row it was, if a business''s; the business sees the entry.';
COMMENT ON COLUMN @extschema@.audit_logs.actor_user_id IS 'The user of the session context; NULL if it named none.';
COMMENT ON COLUMN @extschema@.audit_logs.actor_role    IS 'The database role of the session.';
COMMENT ON COLUMN @extschema@.audit_logs.action        IS 'insert, update or delete. A row that moves to another business or tenant leaves a delete there and an insert here.';
COMMENT ON COLUMN @extschema@.audit_logs.entity_type   IS 'The table; with its schema if that is not bookmeatoz''s.';
COMMENT ON COLUMN @extschema@.audit_logs.entity_id     IS 'The id of the row.';
COMMENT ON COLUMN @extschema@.audit_logs.before        IS 'The row before: of an update the changed columns, of a delete all that were not NULL. Without updated_at, generated columns and secrets. What erase_customer() has overwritten is null.';
COMMENT ON COLUMN @extschema@.audit_logs.after         IS 'The row after, likewise.';
COMMENT ON COLUMN @extschema@.audit_logs.created_at    IS 'When it happened, by the clock, not the start of the transaction.';

CREATE INDEX audit_logs_tenant_created_idx ON @extschema@.audit_logs (tenant_id, created_at);
COMMENT ON INDEX @extschema@.audit_logs_tenant_created_idx IS 'The newest entries of a tenant.';
CREATE INDEX audit_logs_business_created_idx ON @extschema@.audit_logs (business_id, created_at);
COMMENT ON INDEX @extschema@.audit_logs_business_created_idx IS 'The newest entries of a business.';
CREATE INDEX audit_logs_entity_created_idx ON @extschema@.audit_logs (entity_id, created_at);
COMMENT ON INDEX @extschema@.audit_logs_entity_created_idx IS 'The history of a row.';

CREATE TRIGGER audit_logs_append_only BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.audit_logs
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_append_only();
COMMENT ON TRIGGER audit_logs_append_only ON @extschema@.audit_logs IS 'Nobody writes but the audit trigger, not even the owner.';
CREATE TRIGGER audit_logs_never_truncated BEFORE TRUNCATE ON @extschema@.audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.trigger_append_only();
COMMENT ON TRIGGER audit_logs_never_truncated ON @extschema@.audit_logs IS 'Old months are dropped as whole partitions.';

CREATE POLICY audit_logs_select ON @extschema@.audit_logs FOR SELECT USING (@extschema@.can_manage_business(business_id, tenant_id));
COMMENT ON POLICY audit_logs_select ON @extschema@.audit_logs IS 'A business sees its own, a tenant its own and those of its businesses. There is no policy for writing.';

-------------------------------------------------------------------------------------- what is audited at first
CREATE TRIGGER tenants_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.tenants
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER tenants_audit ON @extschema@.tenants IS 'Writes changes to audit_logs.';
CREATE TRIGGER tenant_admins_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.tenant_admins
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER tenant_admins_audit ON @extschema@.tenant_admins IS 'Writes changes to audit_logs.';
CREATE TRIGGER businesses_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.businesses
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER businesses_audit ON @extschema@.businesses IS 'Writes changes to audit_logs.';
CREATE TRIGGER employees_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.employees
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER employees_audit ON @extschema@.employees IS 'Writes changes to audit_logs.';
CREATE TRIGGER user_business_roles_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.user_business_roles
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER user_business_roles_audit ON @extschema@.user_business_roles IS 'Writes changes to audit_logs.';
CREATE TRIGGER services_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.services
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER services_audit ON @extschema@.services IS 'Writes changes to audit_logs.';
CREATE TRIGGER working_hours_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.working_hours
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER working_hours_audit ON @extschema@.working_hours IS 'Writes changes to audit_logs.';
CREATE TRIGGER employee_availability_overrides_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.employee_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER employee_availability_overrides_audit ON @extschema@.employee_availability_overrides IS 'Writes changes to audit_logs.';
CREATE TRIGGER business_availability_overrides_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.business_availability_overrides
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER business_availability_overrides_audit ON @extschema@.business_availability_overrides IS 'Writes changes to audit_logs.';
CREATE TRIGGER customers_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.customers
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER customers_audit ON @extschema@.customers IS 'Writes changes to audit_logs.';
CREATE TRIGGER bookings_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.bookings
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER bookings_audit ON @extschema@.bookings IS 'Writes changes to audit_logs.';
CREATE TRIGGER tenant_subscriptions_audit AFTER INSERT OR UPDATE OR DELETE ON @extschema@.tenant_subscriptions
    FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit();
COMMENT ON TRIGGER tenant_subscriptions_audit ON @extschema@.tenant_subscriptions IS 'Writes changes to audit_logs.';

-- ===== 84-archive.schema.sql

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

-- ===== 85-ledger.schema.sql

-- The ledger: which version's data structures these are. It goes with them, in a dump too.

---------------------------------------------------------------------------------------------- schema_ledger
-- Rows that a dump brings into a new installation stand beside that one's own: so a step has no key.
CREATE TABLE @extschema@.schema_ledger (
    id          uuid         NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4(),
    step        integer      NOT NULL,
    version     text         NOT NULL,
    left_as     text,
    created_at  timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT schema_ledger_pkey PRIMARY KEY (id)
);
ALTER TABLE @extschema@.schema_ledger ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE  @extschema@.schema_ledger            IS 'The steps of bookmeatoz_schema_steps() that bookmeatoz_install_schema() has done, or has left out because the owner had changed what they change. It asks for none of them again: delete the row of a step to have it asked for once more. No policy: only the owner and superusers see it. Rows never change.';
COMMENT ON COLUMN @extschema@.schema_ledger.id         IS 'Key.';
COMMENT ON COLUMN @extschema@.schema_ledger.step       IS 'The number of the step.';
COMMENT ON COLUMN @extschema@.schema_ledger.version    IS 'The version that the step leads to.';
COMMENT ON COLUMN @extschema@.schema_ledger.left_as    IS 'The definition that was left as it was; NULL: the step is done.';
COMMENT ON COLUMN @extschema@.schema_ledger.created_at IS 'When.';

-- ===== 92-reports.schema.sql

-- Reports: the materialized view business_stats, and the view through which applications read it.

CREATE MATERIALIZED VIEW @extschema@.business_stats AS SELECT s.* FROM @extschema@.bookmeatoz_all_figures() s;

COMMENT ON MATERIALIZED VIEW @extschema@.business_stats IS 'Figures of all businesses, one row for each month that has a booking, as of the last refresh_business_stats(). No role of an application may read it, because row security cannot protect it: they read accessible_business_stats.';
COMMENT ON COLUMN @extschema@.business_stats.business_id        IS 'The business.';
COMMENT ON COLUMN @extschema@.business_stats.month              IS 'The first day of the month. A booking belongs to the month of the local date on which it starts, in the time zone of the business, whole. A hold counts in no figure, an overbooked booking like any other.';
COMMENT ON COLUMN @extschema@.business_stats.bookings           IS 'All bookings, whatever their status.';
COMMENT ON COLUMN @extschema@.business_stats.bookings_by_status IS 'How many of each status that occurs: {"completed": 12, "cancelled": 1}.';
COMMENT ON COLUMN @extschema@.business_stats.booked_minutes     IS 'The time of the bookings but cancelled, rejected and no_show ones, from start to end, without buffers. The seats of one session count once.';
COMMENT ON COLUMN @extschema@.business_stats.working_minutes    IS 'The working time, by weekly hours, seasons, overrides and closures as they are stored at the refresh: of the active employees, and of others who have such a booking in the month; of the business itself where it has no employees.';
COMMENT ON COLUMN @extschema@.business_stats.revenue            IS 'The prices of the completed bookings, as frozen in them, for each currency: {"EUR": 480.00}. XXX is for prices without a currency.';
COMMENT ON COLUMN @extschema@.business_stats.customers          IS 'The different customers with a booking that is not cancelled, rejected or no_show.';
COMMENT ON COLUMN @extschema@.business_stats.new_customers      IS 'Those of them whose first such booking in the business starts in this month.';
COMMENT ON COLUMN @extschema@.business_stats.cancellations      IS 'The bookings with status cancelled.';
COMMENT ON COLUMN @extschema@.business_stats.no_shows           IS 'The bookings with status no_show.';
COMMENT ON COLUMN @extschema@.business_stats.median_lead_time   IS 'Of all bookings, the time from created_at to start_time, of which half are no longer.';

CREATE UNIQUE INDEX business_stats_business_month_key ON @extschema@.business_stats (business_id, month);
COMMENT ON INDEX @extschema@.business_stats_business_month_key IS 'The months of a business; REFRESH MATERIALIZED VIEW CONCURRENTLY needs it.';

CREATE VIEW @extschema@.accessible_business_stats WITH (security_barrier) AS
    SELECT s.* FROM @extschema@.business_stats s WHERE @extschema@.can_access_business(s.business_id);

COMMENT ON VIEW @extschema@.accessible_business_stats IS 'The rows of business_stats that the session context shows: those of its business, or of the businesses of its tenant. Its columns are described there.';
$bookmeatoz_schema$
$bookmeatoz_function$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_schema() IS
    'DDL of the tables and types of this version, as bookmeatoz_install_schema() runs it.';

-- ===== 10-context.sql

-- For whom the session speaks. The application sets it in every transaction, and the row security policies follow it.

CREATE FUNCTION @extschema@.current_session_tenant_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_tenant_id() IS
    'The tenant for which the session speaks: that of the signed context in app.context if one is set, else app.current_tenant_id. NULL for none.';

CREATE FUNCTION @extschema@.current_session_business_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_business_id() IS
    'The business for which the session speaks: that of the signed context in app.context if one is set, else app.current_business_id. NULL for none.';

CREATE FUNCTION @extschema@.current_session_user_id() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.current_session_user_id() IS
    'The user for whom the session speaks: that of the signed context in app.context if one is set, else app.current_user_id. NULL for none.';

CREATE FUNCTION @extschema@.is_system_admin() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_system_admin() IS
    'Whether the session acts as system administrator. A signed context in app.context says so itself. Without one app.is_system_admin must be on, and the current role must be a superuser or have SET on the parameter app.is_system_admin. Never NULL.';

-- It has no SET clause: at the end of a function with one the server undoes every SET LOCAL.
CREATE FUNCTION @extschema@.set_session_context(tenant_id uuid, business_id uuid, user_id uuid,
                                                is_system_admin boolean DEFAULT false) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.set_session_context(uuid, uuid, uuid, boolean) IS
    'Sets the whole session context until the end of the transaction, as four SET LOCAL do. NULL means none, and off for is_system_admin.
Errors:
- 42501: is_system_admin is true, and the current role may not switch it on
- 55000: it would have no effect, because a signed context is set in app.context or bookmeatoz.signed_context_only is on';

CREATE FUNCTION @extschema@.sign_session_context(tenant_id uuid, business_id uuid, user_id uuid,
                                                 is_system_admin boolean DEFAULT false,
                                                 valid_for interval DEFAULT '5 minutes',
                                                 backend_pid integer DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME';
-- A role that may sign may be anybody, a system administrator too.
REVOKE EXECUTE ON FUNCTION @extschema@.sign_session_context(uuid, uuid, uuid, boolean, interval, integer) FROM PUBLIC;
COMMENT ON FUNCTION @extschema@.sign_session_context(uuid, uuid, uuid, boolean, interval, integer) IS
    'A token for app.context, signed with bookmeatoz.context_key. Use it by set_config(''app.context'', token, true). NULL means none, and off for is_system_admin.
EXECUTE on this function is the right to be anybody.
Arguments:
- valid_for: how long the token is good, from now on
- backend_pid: the only server process in which it is good; NULL: it is good in any
Errors:
- 55000: there is no key
- 22023: valid_for or backend_pid is not positive';

-- ===== 11-timestamp.sql

-- updated_at: the time of the last change.

CREATE FUNCTION @extschema@.trigger_set_timestamp() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_set_timestamp() IS
    'BEFORE UPDATE row trigger: sets updated_at to now(), the start of the transaction, whatever the statement gave. You may use it on tables of your own.
Errors:
- 39P01: it is used in another way
- 42703: the table lacks the column
- 42804: the column is not of type timestamptz';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_set_timestamp() FROM PUBLIC;

-- ===== 12-access.sql

-- The access predicates. A row security policy asks: does this session see a row with these ids?
--
-- The most specific part of the session context decides; it is the access level: admin, else business, else tenant, else user, else
-- none. A business and a tenant that do not belong together see nothing. Everybody may execute these functions: they tell nothing
-- but yes or no. They read the tables as the owner of these, but only rows that the current query sees; the businesses of a tenant
-- they read as of now.

-- The planner replaces a predicate by its meaning in the access level of the session: a comparison with one of the keys below. So an
-- index serves it. A key has a value only in its own levels. In level none it is NULL or empty, and in any other level it is an error
-- (SQLSTATE 55000): so a plan for one level never shows rows in another.

CREATE FUNCTION @extschema@.access_planner_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_planner_support(internal) IS
    'Planner support of the can_access_* and can_manage_* functions: index conditions, estimates, cost. Not for calling.';

-- So planning loads the library, even for a table whose policies call nothing but this function. Its statistics are then hidden from
-- the first statement of a session on.
ALTER FUNCTION @extschema@.is_system_admin() SUPPORT @extschema@.access_planner_support;

CREATE FUNCTION @extschema@.access_business_unless_user(business_id uuid) RETURNS boolean
LANGUAGE C STABLE STRICT LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_unless_user(uuid) IS
    'can_access_business() in plans that a user session must not use: an error (55000) there. Used by the planner.';

CREATE FUNCTION @extschema@.access_business_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_key() IS
    'The business of a business session. Used by the planner.';

CREATE FUNCTION @extschema@.access_managed_tenant_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_managed_tenant_key() IS
    'The tenant of a tenant session. Used by the planner.';

CREATE FUNCTION @extschema@.access_tenant_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_tenant_key() IS
    'The tenant of a tenant session, or the tenant of a business session''s business. Used by the planner.';

CREATE FUNCTION @extschema@.access_user_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_user_key() IS
    'The user of a user session. Used by the planner.';

CREATE FUNCTION @extschema@.access_addressee_key() RETURNS uuid
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_addressee_key() IS
    'The user of any session but a system administrator''s. Used by the planner.';

CREATE FUNCTION @extschema@.access_business_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_business_ids() IS
    'The businesses of a tenant session. Used by the planner.';

CREATE FUNCTION @extschema@.access_user_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_user_ids() IS
    'The users whom a business or tenant session sees. Used by the planner.';

CREATE FUNCTION @extschema@.access_customer_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_customer_ids() IS
    'The customer records of a user session. Used by the planner.';

CREATE FUNCTION @extschema@.access_employer_ids() RETURNS uuid[]
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.access_employer_ids() IS
    'The businesses in which the user of a user session has an active role. Used by the planner.';

CREATE FUNCTION @extschema@.can_access_business(business_id uuid) RETURNS boolean
LANGUAGE C STABLE STRICT LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business(uuid) IS
    'Whether the session sees the rows of a business. An admin sees all, a business its own, a tenant those of its businesses, a user none. SQLSTATE 42P01 if the tables are not installed.';

CREATE FUNCTION @extschema@.can_access_person(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_person(uuid, uuid) IS
    'Whether the session sees an employment, a role or a customer record: as can_access_business(business_id), but a user sees those with its own user_id. NULL equals no id.';

CREATE FUNCTION @extschema@.can_access_booking(business_id uuid, customer_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_booking(uuid, uuid) IS
    'Whether the session sees a booking: as can_access_business(business_id), but a user sees those of its own customer records. NULL equals no id.';

CREATE FUNCTION @extschema@.can_access_user(user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_user(uuid) IS
    'Whether the session sees a user. An admin sees all. Every session sees the user that its context names. A business or a tenant also sees the users of its employees and roles that are not pending.';

CREATE FUNCTION @extschema@.can_access_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant(uuid) IS
    'Whether the session sees the rows of a tenant itself. An admin sees all, a tenant its own, a business those of its tenant.';

CREATE FUNCTION @extschema@.can_manage_tenant(tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_tenant(uuid) IS
    'Whether the session may change a tenant and add to it. An admin may change all, a tenant itself, a business none.';

CREATE FUNCTION @extschema@.can_access_tenant_admin(tenant_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_tenant_admin(uuid, uuid) IS
    'Whether the session sees a membership in a tenant''s administration: as can_manage_tenant(tenant_id), and a user sees its own.';

CREATE FUNCTION @extschema@.can_access_business_row(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_business_row(uuid, uuid) IS
    'Whether the session sees the row of a business in businesses. An admin sees all, a business itself, a tenant its own, a user those in which it has an active role.';

CREATE FUNCTION @extschema@.can_manage_business(business_id uuid, tenant_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_manage_business(uuid, uuid) IS
    'Whether the session may change the row of a business. An admin may change all, a business itself, a tenant its own. The policy adds can_access_tenant(tenant_id) in WITH CHECK, so that no business leaves its tenant.';

CREATE FUNCTION @extschema@.can_access_notification(business_id uuid, user_id uuid) RETURNS boolean
LANGUAGE C STABLE LEAKPROOF PARALLEL SAFE
SUPPORT @extschema@.access_planner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.can_access_notification(uuid, uuid) IS
    'Whether the session sees a notification. An admin sees all, others only those to the user that the context names. A business or a tenant sees of these only those of businesses that it sees, and those of no business.';

CREATE FUNCTION @extschema@.trigger_businesses_changed() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_businesses_changed() IS
    'AFTER row trigger on businesses: sends the invalidation of the table. Every session then reads the businesses of its tenant again.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_businesses_changed() FROM PUBLIC;

-- ===== 14-search.sql

-- Searching under row security. Only a LEAKPROOF condition may be checked before the policy, inside an index. ILIKE, ->> and @> are
-- not LEAKPROOF; these functions take their place. They need no privilege and read no table.

CREATE FUNCTION @extschema@.json_text(document jsonb, key text) RETURNS text
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.json_text(jsonb, text) IS
    'The value of a top-level key as text, as document ->> key. NULL if the document is no object or lacks the key, if the value is JSON null, or if its text would be longer than a text may be (1 GB). Never an error.';

CREATE FUNCTION @extschema@.search_pattern(needle text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_pattern(text) IS
    'The LIKE pattern for values that contain the needle as it is. It has a backslash before each %, _ and \ of the needle, and a % at both ends. SQLSTATE XX000 above 512 MB.';

CREATE FUNCTION @extschema@.search_text_support(internal) RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text_support(internal) IS
    'Planner support of search_text(): an index condition for indexes that know ~~* (pg_trgm), and the number of rows to expect. Not for calling.';

CREATE FUNCTION @extschema@.search_text(value text, needle text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 3 SUPPORT @extschema@.search_text_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.search_text(text, text) IS
    'Whether the value contains the needle in any case: value ILIKE search_pattern(needle), by the collation of the database. %, _ and \ are ordinary characters.
A value or a needle above 64 MB is never found. Never an error.';

-- ===== 20-tenancy.sql

-- Tenants and users. Row triggers, which other tables use too: they store compared names in lower case, and protect columns that the
-- owner of a row may not change. And the tenant of a subdomain.

CREATE FUNCTION @extschema@.trigger_lower_email() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- ASCII letters first: in a Turkish database lower('I') is not 'i'.
    NEW.email := lower(lower(NEW.email COLLATE "C") COLLATE "default");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_email() IS
    'BEFORE INSERT OR UPDATE OF email row trigger: stores the address in lower case. So a plain unique key and plain equality ignore case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_email() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_lower_subdomain() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.subdomain := lower(NEW.subdomain COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_subdomain() IS
    'BEFORE INSERT OR UPDATE OF subdomain row trigger: stores the DNS label in lower case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_subdomain() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_protect_columns() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    protected_column text;
BEGIN
    IF NOT row_security_active(TG_RELID) OR @extschema@.is_system_admin() THEN
        RETURN NEW;
    END IF;
    FOREACH protected_column IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> protected_column IS DISTINCT FROM to_jsonb(NEW) -> protected_column THEN
            RAISE EXCEPTION 'only a system administrator may change column "%" of table "%"', protected_column, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = protected_column;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_protect_columns() IS
    'BEFORE UPDATE OF row trigger on the columns that its arguments name. If row security applies to the current role, only a system '
    'administrator may change them (SQLSTATE 42501).';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_protect_columns() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_unverify_email() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_unverify_email() IS
    'BEFORE UPDATE row trigger on users, WHEN the address changes. email_verified becomes false unless the statement changes it. The '
    'user''s unused rows of email_verifications and password_resets are deleted, as the owners of these tables.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_unverify_email() FROM PUBLIC;

-- No context exists yet, so it reads as the owner of the table, past the caller's row security.
CREATE FUNCTION @extschema@.resolve_tenant(subdomain text) RETURNS uuid
LANGUAGE C STABLE STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_tenant(text) IS
    'The id of the active tenant with this subdomain, in any case; NULL if there is none or it is not active. Works without a session '
    'context. bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_tenant(text) FROM PUBLIC;

-- ===== 30-businesses.sql

-- Businesses. Row triggers, also for rows that take a value from their business. And the business of a slug or a subdomain.

CREATE FUNCTION @extschema@.trigger_lower_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.slug := lower(NEW.slug COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_lower_slug() IS
    'BEFORE INSERT OR UPDATE OF slug row trigger: stores the slug in lower case.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_lower_slug() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_protect_suspension() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- OLD is NULL for a new row, NEW for one that goes.
    IF (OLD.status IS NOT DISTINCT FROM 'suspended') <> (NEW.status IS NOT DISTINCT FROM 'suspended')
        AND row_security_active(TG_RELID) AND NOT @extschema@.is_system_admin() THEN
        RAISE EXCEPTION 'only a system administrator may suspend a business, lift its suspension, or delete it while it is suspended'
            USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_protect_suspension() IS
    'BEFORE INSERT OR DELETE OR UPDATE row trigger on businesses. If row security applies to the current role, only a system '
    'administrator may suspend a business, lift a suspension, or delete a suspended business (SQLSTATE 42501).';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_protect_suspension() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_accept_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The columns that may differ. A generated column counts too: it has no value yet, and follows from the others.
    free CONSTANT jsonb := (SELECT jsonb_object_agg(a.attname, to_jsonb(NEW) -> a.attname)
                            FROM pg_attribute a
                            WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped
                              AND (a.attname IN (TG_ARGV[0], 'updated_at') OR a.attgenerated <> ''));
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    -- *= compares stored values, so it works for every type, even one without equality.
    IF NOT (jsonb_populate_record(OLD, free) *= NEW)
        OR to_jsonb(NEW) ->> TG_ARGV[0] NOT IN (to_jsonb(OLD) ->> TG_ARGV[0], TG_ARGV[1]) THEN
        RAISE EXCEPTION 'a user may accept its own row of table "%" and change nothing else of it', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0],
                  HINT = format('Set %s to %s and no other column, or delete the row to decline.', TG_ARGV[0], TG_ARGV[1]);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_accept_only() IS
    'BEFORE UPDATE row trigger, WHEN the session does not see the row''s business. Its arguments are the status column and the value '
    'that means accepted. If row security applies to the current role, only that column may change, and only to that value (SQLSTATE 42501).';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_accept_only() FROM PUBLIC;

-- The next two triggers read with the caller's rights. If the caller does not see the row, the value stays NULL, and the error that
-- follows is the same as for a row that does not exist.

CREATE FUNCTION @extschema@.trigger_fill_business_id() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.business_id := (SELECT e.business_id FROM @extschema@.employees e WHERE e.id = NEW.employee_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_business_id() IS
    'BEFORE INSERT OR UPDATE row trigger, WHEN the business is not given, that is NULL or the column''s default: takes the business of the row''s employee. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_business_id() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_fill_currency() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.currency := (SELECT b.currency FROM @extschema@.businesses b WHERE b.id = NEW.business_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_fill_currency() IS
    'BEFORE INSERT OR UPDATE row trigger, WHEN the currency is not given, that is NULL or the column''s default: takes the currency of the row''s business. Runs with the caller''s rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_fill_currency() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_explain_night() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'working hours from % to % do not end after they start', to_char(NEW.start_time, 'HH24:MI'), to_char(NEW.end_time, 'HH24:MI')
        USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'working_hours_end_after_start',
              HINT = 'Midnight as an end is 24:00. A night takes two rows: until 24:00 on its first day, and from 00:00 on the next day.';
END
$$;
COMMENT ON FUNCTION @extschema@.trigger_explain_night() IS
    'BEFORE INSERT OR UPDATE row trigger on working_hours, WHEN the end is not after the start: refuses the row as its CHECK would, which has no '
    'HINT. SQLSTATE 23514.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_explain_night() FROM PUBLIC;

-- No context exists yet, so it reads as the owners of the tables, past the caller's row security. One call never looks for both
-- names: a tenant could use the subdomain of another tenant's business as a slug.
CREATE FUNCTION @extschema@.resolve_business(slug text DEFAULT NULL, subdomain text DEFAULT NULL)
RETURNS TABLE (business_id uuid, tenant_id uuid)
LANGUAGE C STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.resolve_business(text, text) IS
    'The ids of an active business of an active tenant, by its slug or its subdomain, in any case: one row or none. Works without a session context. bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Errors:
- 22023: both names are given, or neither';
REVOKE EXECUTE ON FUNCTION @extschema@.resolve_business(text, text) FROM PUBLIC;

-- ===== 40-settings.sql

-- Settings and time zones: both are checked when they are written. So a wrong value is refused at once, not found by a customer at
-- night.

CREATE FUNCTION @extschema@.trigger_check_settings() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_settings';
COMMENT ON FUNCTION @extschema@.trigger_check_settings() IS
    'BEFORE INSERT OR UPDATE row trigger on services or businesses: refuses a value in settings that the engine could not use (S17). The error names the row, the key and the value (SQLSTATE 22023). Its argument is service or business. Unknown keys are the application''s, and pass.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_settings() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_check_time_zone() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_check_time_zone';
COMMENT ON FUNCTION @extschema@.trigger_check_time_zone() IS
    'BEFORE INSERT OR UPDATE row trigger on businesses: refuses a time zone that this server does not know (SQLSTATE 22023), and stores a known one in its canonical spelling. Known are the names of pg_timezone_names, but for localtime and posixrules. Its argument is the column, timezone.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_check_time_zone() FROM PUBLIC;

CREATE FUNCTION @extschema@.time_zone_replacement(name text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.time_zone_replacement(text) IS
    'The name that replaces a legacy name of a time zone, such as America/New_York for US/Eastern; NULL for any other name. Both names mean the same clock. Legacy are the names that not every server knows: Debian, from version 13 on, has them in the package tzdata-legacy alone.';

-- ===== 70-bookings.sql

-- The guard of bookings (S18): what the exclusion constraint compares, and who may pass it.

CREATE FUNCTION @extschema@.busy_range(
    start_time timestamptz, end_time timestamptz, buffer_before_minutes integer, buffer_after_minutes integer)
RETURNS tstzrange
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'busy_range';
COMMENT ON FUNCTION @extschema@.busy_range(timestamptz, timestamptz, integer, integer) IS
    'S6: the time that a booking occupies, [start_time - before, end_time + after), buffers in minutes. The value of bookings.busy; empty when the end lies before the start. Infinite bounds stay where they are. NULL where an argument is.
Errors:
- 22008: a bound with its buffer is out of the range of timestamptz, also of an empty range
- 22000: negative buffers move the start behind the end
The checks of bookings admit neither negative buffers nor such as reach so far.';

CREATE FUNCTION @extschema@.booking_is_long(
    start_time timestamptz, end_time timestamptz, buffer_before_minutes integer, buffer_after_minutes integer)
RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'booking_is_long';
COMMENT ON FUNCTION @extschema@.booking_is_long(timestamptz, timestamptz, integer, integer) IS
    'Whether the busy time of a booking (S6) goes more than 6 hours from its start, to either side. The condition of bookings_long_idx.';

CREATE FUNCTION @extschema@.may_overbook() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'may_overbook';
COMMENT ON FUNCTION @extschema@.may_overbook() IS
    'A right in the form of a function: roles with EXECUTE on it may set bookings.overbooked (S18). Nobody has it until it is granted. Returns true.';
REVOKE EXECUTE ON FUNCTION @extschema@.may_overbook() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_guard_booking() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'trigger_guard_booking';
COMMENT ON FUNCTION @extschema@.trigger_guard_booking() IS
    'BEFORE INSERT OR UPDATE row trigger on bookings: the guard (S18). It fills end_time, the buffers, price and currency from the service where they are NULL or the columns'' defaults, always writes resource_id, session_key and seat, and deletes expired holds in the way (S19). An INSERT of a restore (row_security = off, by a role that row security does not bind) keeps resource, session key and seat if they fit the row.
Errors:
- 42501: overbooked, by a role without EXECUTE on may_overbook()
- 23P01: above max_bookings_per_day (S16); DETAIL: limit_reached
- BM004: an UPDATE by which an expired hold would come back; DETAIL: hold_expired';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_guard_booking() FROM PUBLIC;

-- ===== 81-auth.sql

-- Registering and logging in: the right to do so, the question of the policies for that right, and housekeeping of the token tables.

CREATE FUNCTION @extschema@.may_authenticate_users() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.may_authenticate_users() IS
    'A right in the form of a function: a role with EXECUTE on it sees all users and tokens under row security. Only '
    'bookmeatoz_grant_auth_role() grants it, with privileges on the few columns that logging in needs. Returns true.';
REVOKE EXECUTE ON FUNCTION @extschema@.may_authenticate_users() FROM PUBLIC;

CREATE FUNCTION @extschema@.is_auth_role_support(internal) RETURNS internal
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role_support(internal) IS
    'Planner support of is_auth_role(): the question costs other roles nothing. Not for calling.';

CREATE FUNCTION @extschema@.is_auth_role() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE SUPPORT @extschema@.is_auth_role_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_auth_role() IS
    'Whether the current role may log users in: it has EXECUTE on may_authenticate_users(), and it does not have the rights of the '
    'owner of users, who has that EXECUTE only to grant it. So a superuser, whom row security does not bind, is none. Never NULL.';

-- Nobody is logged in yet, so it writes as the owner of the table, past the caller's row security.
CREATE FUNCTION @extschema@.register_user(email text, password_hash text, profile jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.register_user(text, text, jsonb) IS
    'Writes a new user with status pending_verification and returns its id. Works without a session context. bookmeatoz_grant_app_role() and bookmeatoz_grant_auth_role() give EXECUTE.
Arguments:
- email: the address, in any case
- password_hash: the hash of the password, never the password; NULL: none (single sign-on)
- profile: a JSON object
Errors:
- 23505: the address is registered already
- 22004: email or profile is NULL
- 23514: a check of users refuses a value';
REVOKE EXECUTE ON FUNCTION @extschema@.register_user(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.purge_expired_tokens() RETURNS bigint
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.purge_expired_tokens() IS
    'Deletes the expired rows of token_blacklist, password_resets and email_verifications, and returns their number. It runs with the '
    'caller''s rights. Call it as the owner of the data (under FORCE with app.is_system_admin on), as a superuser, who acts as the '
    'owner, or as an auth role to which you grant EXECUTE.';
REVOKE EXECUTE ON FUNCTION @extschema@.purge_expired_tokens() FROM PUBLIC;

-- ===== 83-audit.sql

-- The audit log: the trigger that writes it, and its switches.

CREATE FUNCTION @extschema@.trigger_audit() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_audit() IS
    'AFTER row trigger: writes an INSERT, UPDATE or DELETE to audit_logs. An UPDATE that changes nothing but updated_at is not written. bookmeatoz_enable_audit() makes the trigger.
Of columns whose name contains password, secret or token, or ends in _hash, no value is written. Nothing is written while a role that row security does not bind restores rows with row_security = off, as dumps do.
Errors:
- 39P01: the table belongs to another role than audit_logs, or is temporary
- 42703, 42804: the table lacks id, or both business_id and tenant_id, or they are not of type uuid';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_audit() FROM PUBLIC;

CREATE FUNCTION @extschema@.trigger_append_only() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.trigger_append_only() IS
    'BEFORE trigger of audit_logs and bookings_archive: refuses every write (42501) but those of trigger_audit() and archive_bookings(), of bookmeatoz_maintain(), which moves rows to their partition, of erase_customer(), which overwrites what tells of a person and nothing else, and INSERTs of a restore (row_security = off, by a role that row security does not bind).
Argument: a column with the id of a business. A row whose business is deleted may be deleted too.';
REVOKE EXECUTE ON FUNCTION @extschema@.trigger_append_only() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_enable_audit(audited regclass) RETURNS boolean
LANGUAGE C STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_enable_audit(regclass) IS
    'From now on changes of a table are written to audit_logs. Returns whether that is new. Run it as the owner of the data. A table of your own needs columns id and business_id or tenant_id, all of type uuid, and the same owner.
Errors:
- 42703, 42804: the table lacks such a column, or it is of another type
- 42809: it is no ordinary table that is permanent, or it is the audit log itself
- 42501: another role calls it, or owns the table';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_enable_audit(regclass) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_disable_audit(audited regclass) RETURNS boolean
LANGUAGE C STRICT SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_disable_audit(regclass) IS
    'From now on changes of a table are not written to audit_logs. Returns whether that is new. The trigger stays, disabled: so it stays off after bookmeatoz_install_schema() and in a dump. Run it as the owner of the data.
Errors:
- 42501: another role calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_disable_audit(regclass) FROM PUBLIC;

-- ===== 84-archive.sql

-- The archive: moving bookings there. For the owner of the data, not for PUBLIC.

CREATE FUNCTION @extschema@.archive_bookings(older_than interval, max_rows integer DEFAULT 10000) RETURNS integer
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.archive_bookings(interval, integer) IS
    'Moves bookings that are over to bookings_archive, the oldest first, and returns how many. A booking is over when its end with the buffer after it lies further back than older_than, whatever its status. A move is no change of the booking: audit_logs has no entry of it.
What stays:
- a hold; bookmeatoz_maintain() deletes the expired ones
- a booking to which a foreign key of a row still refers: above all the earlier one of a booking that stays
- a booking that somebody is writing just now, or whose business somebody is deleting
- a booking that is in the archive already, by id and start_time
Run it as the owner of the data, as often as you like; a superuser acts as the owner. It waits for nobody, and several may run at once. If it ends in the midst, all is as before the call.
Arguments:
- older_than: how long ago, not negative
- max_rows: how many at most, from 1
Errors:
- 22004: an argument is NULL
- 22023: older_than is negative, or max_rows less than 1
- 42501: another role calls it, or bookings and bookings_archive have different owners
- 42703, 42804: bookings has a column that bookings_archive lacks, or has with another type
- 09000: a trigger of yours on bookings keeps rows from being deleted';
REVOKE EXECUTE ON FUNCTION @extschema@.archive_bookings(interval, integer) FROM PUBLIC;

-- ===== 90-availability.sql

-- Finding and checking slots. The functions run with the rights and the row security of the caller: they never show more
-- than the caller could SELECT, so they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.find_available_slots(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'find_available_slots';
COMMENT ON FUNCTION @extschema@.find_available_slots(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of a service that start in [from_time, to_time), ascending, one row a start. Each can be booked at this moment.
Arguments:
- service_id: its business and its employees follow from it
- from_time, to_time: at most 367 times 24 hours, a year of local days
- employee_id: only the slots of this employee; NULL: anybody''s
- slot_interval_minutes: minutes between starts, at least 1; NULL: from the settings (S7, S17)
- exclude_booking_id: a booking that is ignored, to move it
- as_of: the present, for notice, horizon and expired holds; no slot is earlier (S10, S19)
Result:
- slot_start, slot_end: the appointment without its buffers
- employee_ids: all who are free then, sorted (S13); empty where the business itself is booked (S12)
- remaining_capacity: seats left, the sum over these employees (S15)
Errors:
- BM003: the service does not exist or is not visible
- 22004: a NULL
- 22023: an infinite time, from_time > to_time, a longer window, an interval < 1, an invalid setting
- 22008: beyond the years 1 to 9999
- 54000: more than 1,000,000 slots, 256 MB of memory, 1,000,000 bookings or overrides, 10,000 overrides of one employee or the business, 100,000 rows of working_hours or 10,000 of one employee or the business';

CREATE FUNCTION @extschema@.find_available_slots_json(
    service_id            uuid,
    from_time             timestamptz,
    to_time               timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS json
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'find_available_slots_json';
COMMENT ON FUNCTION @extschema@.find_available_slots_json(uuid, timestamptz, timestamptz, uuid, integer, uuid, timestamptz) IS
    'The slots of find_available_slots(), with its arguments and errors, as one compact value for clients that want many of them fast.
Instants are ISO 8601 in UTC, with six more digits where they have fractions of a second.
Keys of the result:
- from, to: the arguments
- timezone: of the business
- service_id, duration_minutes: of the service
- employees: all of those asked about who serve it, free or not, sorted; none where the business itself is booked (S12)
- slots: for each start [start, [indexes into employees, from 0], remaining capacity]';

CREATE FUNCTION @extschema@.next_available_slots(
    service_id            uuid,
    after_time            timestamptz DEFAULT now(),
    max_slots             integer     DEFAULT 1,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'next_available_slots';
COMMENT ON FUNCTION @extschema@.next_available_slots(uuid, timestamptz, integer, uuid, integer, uuid, timestamptz) IS
    'The first slots that start at after_time or later, as find_available_slots() gives them; fewer where there are no more before the horizon.
The horizon is the end of the local date max_advance_days after that of as_of (S10). Without that setting it is 366 days from after_time, or from the first instant that the notice allows.
Arguments:
- max_slots: how many, 1 to 1,000,000
Other arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.find_available_dates(
    service_id            uuid,
    from_date             date,
    to_date               date,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available_date date, first_slot timestamptz)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'find_available_dates';
COMMENT ON FUNCTION @extschema@.find_available_dates(uuid, date, date, uuid, integer, uuid, timestamptz) IS
    'The dates from from_date to to_date, both included, on which a slot starts, ascending, each with its first one.
Dates are those of the time zone of the business.
Arguments:
- from_date, to_date: at most 366 dates
Other arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.check_slot(
    service_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    exclude_booking_id    uuid        DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (available boolean, reason text, employee_ids uuid[])
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'check_slot';
COMMENT ON FUNCTION @extschema@.check_slot(uuid, timestamptz, uuid, integer, uuid, timestamptz) IS
    'Whether a service can be booked at slot_start, and why not; always one row. It is available exactly when find_available_slots() lists that start.
The reason is ok, or the first of these that holds:
- not_offered: the service, the business or its tenant is not active, nobody serves it, or the employee asked for does not
- in_past: before as_of
- too_soon: within the notice (min_notice_minutes)
- too_far: beyond the horizon (max_advance_days)
- outside_hours: not wholly within working time, absences aside; with its buffers, where buffers_within_hours is on
- closed: within working time, but the business is closed
- unavailable_override: within working time, but the employee is absent
- not_aligned: not on the grid of starts (S7)
- limit_reached: the bookings of that day (max_bookings_per_day, S16)
- booked: meets another booking or a hold
- buffer: meets only the buffers of one, or its own buffers do
- full: no seat left (S15), or bookings without an employee need all who are free (S14)
Among several employees the one who got furthest in this order speaks. employee_ids: those who are free, sorted; none unless ok.
Arguments and errors: as find_available_slots().';

CREATE FUNCTION @extschema@.check_slots(
    service_id            uuid,
    slot_starts           timestamptz[],
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    as_of                 timestamptz DEFAULT now())
RETURNS TABLE (slot_start timestamptz, available boolean, reason text, employee_ids uuid[])
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'check_slots';
COMMENT ON FUNCTION @extschema@.check_slots(uuid, timestamptz[], uuid, integer, timestamptz) IS
    'check_slot() of many starts in one call: one row an element of slot_starts, in their order, each as if it were asked alone. At most 1,000.
Errors: those of check_slot(), and
- 22004: an element that is NULL
- 22023: more than 1,000 elements';

CREATE FUNCTION @extschema@.free_busy(
    employee_id uuid,
    from_time   timestamptz,
    to_time     timestamptz)
RETURNS TABLE (period tstzrange, busy_type text)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'free_busy';
COMMENT ON FUNCTION @extschema@.free_busy(uuid, timestamptz, timestamptz) IS
    'When an employee is free and when not: periods [begin, end), ascending, that cover [from_time, to_time) without a gap. Neighbours differ in type.
The type is the first of these, from RFC 5545 section 3.2.9, that holds:
- BUSY: a booking with its buffers (S6)
- BUSY-TENTATIVE: a pending one, or a hold that has not expired at now(), with its buffers
- BUSY-UNAVAILABLE: outside working time
- FREE: nothing of these
It says nothing of services, notice or limits, and does not ask whether the employee or the business is active.
The window is at most 367 times 24 hours, a year of local days; an empty one has no rows.
Errors:
- BM003: the employee does not exist or is not visible
- 22004, 22023, 22008, 54000: as find_available_slots()';

CREATE FUNCTION @extschema@.week_chart(
    business_id uuid,
    from_date   date)
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'week_chart';
COMMENT ON FUNCTION @extschema@.week_chart(uuid, date) IS
    'The seven local dates of a business from from_date on as a picture, for people at a terminal: lines of text, to be read with psql -At. The first line has the hours, the last one explains the characters.
Between them is a line for each date and employee with working time or bookings, with a character for each quarter of an hour: booked, buffer, free, absent (working time that an override takes away) or blank. Of all that touches a quarter the first of these is shown. A business without employees has lines of its own (S12), and so have bookings without an employee.
Names are those in the users'' profiles, key name, or else addresses. In a database that is not UTF-8 the characters are ASCII.
Errors:
- BM003: the business does not exist or is not visible; DETAIL: business
- 22004: a NULL
- 22023: an infinite date, an invalid setting
- 22008: beyond the years 1 to 9999
- 54000: as find_available_slots()';

-- ===== 91-booking.sql

-- Booking slots. The functions run with the rights and the row security of the caller, who can do no more by them than by
-- INSERT, UPDATE and DELETE on bookings: they stay executable by PUBLIC. They use the search's own predicate, so what
-- find_available_slots() lists can be booked; the guard of bookings (70-bookings.sql) has the last word.

CREATE FUNCTION @extschema@.book_slot(
    service_id            uuid,
    slot_start            timestamptz,
    customer_id           uuid,
    employee_id           uuid        DEFAULT NULL,
    status                text        DEFAULT 'confirmed',
    notes                 text        DEFAULT NULL,
    metadata              jsonb       DEFAULT '{}',
    idempotency_key       text        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'book_slot';
COMMENT ON FUNCTION @extschema@.book_slot(uuid, timestamptz, uuid, uuid, text, text, jsonb, text, integer) IS
    'Books the slot of a service that starts at slot_start, and returns the booking. The present is clock_timestamp().
Arguments:
- customer_id: a customer of the service''s business
- employee_id: only this employee; NULL: one who is free, by the setting assignment (S20)
- status: confirmed or pending
- notes, metadata: stored; metadata is a JSON object
- idempotency_key: 1 to 255 characters, unique in the business: a repeated call with the same arguments returns the first call''s booking as it is now
- slot_interval_minutes: the interval that the slot was found with; NULL: from the settings (S7, S17)
booked_by_user_id becomes the user of the session context, if there is such an account.
Errors, where DETAIL is a reason of check_slot():
- 23P01: the slot is taken; DETAIL: limit_reached, booked, buffer or full
- BM001: the slot cannot be booked; DETAIL: not_offered, in_past, too_soon, too_far, outside_hours, closed, unavailable_override or not_aligned; or not for this customer (S21); DETAIL: customer_blocked, customer_limit or customer_busy
- BM002: the idempotency_key was used with other arguments
- BM003: the service or the customer does not exist or is not visible; DETAIL: service or customer
- 22004: a NULL
- 22023: an infinite time, an interval < 1, a status, metadata or key that is not allowed, an invalid setting
- 22008: beyond the years 1 to 9999
- 42501: row security or privileges
- 53400: the transaction needs too many locks: days with limits, sessions with seats, businesses, customers who are counted or compared (256 together)
- 40001: only under REPEATABLE READ and SERIALIZABLE';

CREATE FUNCTION @extschema@.hold_slot(
    service_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    customer_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    idempotency_key       text        DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'hold_slot';
COMMENT ON FUNCTION @extschema@.hold_slot(uuid, timestamptz, uuid, uuid, integer, text) IS
    'As book_slot(), but keeps the time only until hold_expires_at: for hold_minutes, a setting, 5 by default (S19). confirm_booking() makes it a booking, release_hold() gives it back.
An expired hold blocks nothing, and the next who writes in its place deletes it.
Arguments:
- customer_id: may follow in confirm_booking()
- idempotency_key: as in book_slot(), so that a lost answer locks nobody out; in place of a hold that has expired a new one is made
Other arguments and errors: as book_slot().';

CREATE FUNCTION @extschema@.confirm_booking(
    booking_id  uuid,
    customer_id uuid DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'confirm_booking';
COMMENT ON FUNCTION @extschema@.confirm_booking(uuid, uuid) IS
    'Makes a hold or a pending booking confirmed. What is confirmed already is returned unchanged, so a call may be repeated.
Arguments:
- customer_id: replaces that of the hold; required where it has none
Errors:
- BM001: not for this customer, where it is not the one that the hold names (S21): who was blocked since keeps the hold; DETAIL: customer_blocked, customer_limit or customer_busy
- BM003: the booking does not exist, is not visible or may not be changed (also an expired hold that was deleted), or there is no such customer; DETAIL: booking or customer
- BM004: its state does not allow it; DETAIL: hold_expired, other_customer (it is confirmed for another), or the status: cancelled, completed, rejected or no_show
- 22004: no customer';

CREATE FUNCTION @extschema@.release_hold(
    booking_id uuid)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'release_hold';
COMMENT ON FUNCTION @extschema@.release_hold(uuid) IS
    'Deletes a hold, expired or not, and returns what it was (S19). Its time is free when the transaction commits.
Errors:
- BM003: the hold does not exist (also a deleted one), is not visible or may not be changed; DETAIL: booking
- BM004: the booking is not a hold; DETAIL: not_a_hold
- 22004: a NULL';

CREATE FUNCTION @extschema@.reschedule_booking(
    booking_id            uuid,
    slot_start            timestamptz,
    employee_id           uuid        DEFAULT NULL,
    slot_interval_minutes integer     DEFAULT NULL,
    any_employee          boolean     DEFAULT false,
    keep_duration         boolean     DEFAULT false,
    as_customer           boolean     DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'reschedule_booking';
COMMENT ON FUNCTION @extschema@.reschedule_booking(uuid, timestamptz, uuid, integer, boolean, boolean, boolean) IS
    'Moves a pending or confirmed booking to another start by one UPDATE of the same row, which does not stand in its own way. When it is refused, the old time stays.
The present duration and buffers of the service apply; the price stays; both reminders are due anew. rescheduled_from_booking_id stays as it is: it is for applications that book anew instead.
Arguments:
- employee_id: whom to move it to; NULL: it keeps its employee, or stays without one
- any_employee: whom to move it to is decided as in book_slot(); not together with employee_id
- keep_duration: it keeps its own length and buffers
- as_customer: the customer wants it: too late once less than reschedule_notice_minutes (a setting) is left before its present start (S22)
- slot_interval_minutes: as in book_slot()
Errors:
- 23P01: the slot is taken; DETAIL: limit_reached, booked, buffer or full
- BM001: the slot cannot be booked; DETAIL: not_offered, in_past, too_soon, too_far, outside_hours, closed, unavailable_override or not_aligned, or customer_busy (S21), too_late
- BM003: the booking does not exist, is not visible or may not be changed; DETAIL: booking
- BM004: its state does not allow it; DETAIL: is_a_hold, or the status: cancelled, completed, rejected or no_show
- 22004, 22023, 22008, 53400, 40001: as book_slot()';

CREATE FUNCTION @extschema@.cancel_booking(
    booking_id  uuid,
    reason      text    DEFAULT NULL,
    as_customer boolean DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'cancel_booking';
COMMENT ON FUNCTION @extschema@.cancel_booking(uuid, text, boolean) IS
    'Cancels a pending or confirmed booking; its time is free when the transaction commits. What is cancelled already is returned unchanged, the first reason included, so a call may be repeated.
Arguments:
- reason: becomes cancellation_reason
- as_customer: the customer wants it: too late once less than cancel_notice_minutes (a setting) is left before the start (S22)
Errors:
- BM001: too late for the customer; DETAIL: too_late
- BM003: the booking does not exist, is not visible or may not be changed; DETAIL: booking
- BM004: its state does not allow it; DETAIL: is_a_hold (release_hold() gives it back), or the status: completed, rejected or no_show
- 22004: a NULL';

CREATE FUNCTION @extschema@.book_slots(
    service_ids     uuid[],
    slot_starts     timestamptz[],
    customer_id     uuid,
    employee_ids    uuid[] DEFAULT NULL,
    on_conflict     text   DEFAULT 'fail',
    status          text   DEFAULT 'confirmed',
    notes           text   DEFAULT NULL,
    metadata        jsonb  DEFAULT '{}',
    idempotency_key text   DEFAULT NULL,
    series_id       uuid   DEFAULT NULL,
    visit_id        uuid   DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz, item integer, reason text)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'book_slots';
COMMENT ON FUNCTION @extschema@.book_slots(uuid[], timestamptz[], uuid, uuid[], text, text, text, jsonb, text, uuid, uuid) IS
    'Books several slots in one call, such as 24 Mondays or the services of one visit: each as by book_slot(), in the order of time, so that items see each other. One row an item, in their order, counted from 1.
Arguments:
- service_ids, slot_starts, employee_ids: as many elements as there are items, at most 1,000, or one for all; employee_ids: NULL, or an element that is: one who is free
- on_conflict: fail: all or none; skip: an item that is refused has its reason instead of a booking
- status, notes, metadata: of all
- idempotency_key: of the whole call; a repeated call returns the first call''s bookings, and with skip tries again what was refused. The booking of item 1 has the key, the others keys that are derived from it
- series_id, visit_id: stored in all; cancel_series() cancels a series
Errors, where the message names the item:
- those of book_slot(); with skip, 23P01 and BM001 are reasons and no errors
- 54000: more than 1,000 items
- 22023: arrays that do not match, or are empty; on_conflict';

CREATE FUNCTION @extschema@.reschedule_bookings(
    booking_ids   uuid[],
    slot_starts   timestamptz[],
    employee_ids  uuid[]  DEFAULT NULL,
    keep_duration boolean DEFAULT true,
    as_customer   boolean DEFAULT false)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'reschedule_bookings';
COMMENT ON FUNCTION @extschema@.reschedule_bookings(uuid[], timestamptz[], uuid[], boolean, boolean) IS
    'Moves several bookings in one call, all or none, each as by reschedule_booking(). None of them stands in the way of another: a class moves, a day runs late, two bookings change places. One row a booking, in the order of booking_ids.
Arguments:
- booking_ids: each once, at most 1,000
- slot_starts: as many, or one for all
- employee_ids: as many, or one for all; NULL, or an element that is: it keeps its employee, or stays without one
- keep_duration: each keeps its own length and buffers; false: the services'' present ones
- as_customer: as in reschedule_booking()
Errors, where the message names the booking by its place in booking_ids:
- those of reschedule_booking(); 53400 also for bookings of more than 250 customers where customer_overlap is refuse
- 54000: more than 1,000 bookings
- 22023: arrays that do not match, or are empty; a booking twice';

CREATE FUNCTION @extschema@.cancel_series(
    series_id uuid,
    from_time timestamptz DEFAULT now(),
    reason    text        DEFAULT NULL)
RETURNS TABLE (booking_id uuid, employee_id uuid, start_time timestamptz, end_time timestamptz, status text, hold_expires_at timestamptz)
LANGUAGE C VOLATILE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'cancel_series';
COMMENT ON FUNCTION @extschema@.cancel_series(uuid, timestamptz, text) IS
    'Cancels the pending and confirmed bookings of a series that start at from_time or later, holds excepted, and returns them in the order of time. None for a series that does not exist, is not visible or is over.
Arguments:
- reason: becomes cancellation_reason
Errors:
- 22004: a NULL
- 22023: an infinite time
- 22008: beyond the years 1 to 9999';

-- ===== 92-calendars.sql

-- Calendars of other programs: bookings as iCalendar. The functions run with the rights and the row security of the caller: they never
-- show more than the caller could SELECT, so they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.employee_calendar(
    employee_id uuid,
    from_time   timestamptz,
    to_time     timestamptz)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'employee_calendar';
COMMENT ON FUNCTION @extschema@.employee_calendar(uuid, timestamptz, timestamptz) IS
    'The bookings of an employee that lie in [from_time, to_time) or reach into it, as an iCalendar object (RFC 5545), to subscribe to or import: a VEVENT for each, in the order of time, without holds and without buffers. The same bookings give the same text. The window is at most 367 times 24 hours.
SUMMARY is the service and the customer, DESCRIPTION the customer''s e-mail address, phone number and the booking''s notes, LOCATION the business. What the caller may not see is left out. Other properties:
- UID: the booking''s id, which stays when it is moved
- SEQUENCE: the seconds from created_at to updated_at, rounded up: 0 at first, greater after each change (RFC 5546), so nothing is stored for it
- DTSTAMP, LAST-MODIFIED: updated_at; the object has no METHOD
- STATUS: TENTATIVE for pending, CANCELLED for cancelled, rejected and no_show, else CONFIRMED
- DTSTART, DTEND, all times: in UTC and whole seconds
Errors:
- BM003: the employee does not exist or is not visible; DETAIL: employee
- 22004: a NULL
- 22023: an infinite time, from_time > to_time, a longer window
- 22008: beyond the years 1 to 9999
- 54000: more than 100,000 bookings or 256 MB of memory';

CREATE FUNCTION @extschema@.booking_event(
    booking_id uuid)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'booking_event';
COMMENT ON FUNCTION @extschema@.booking_event(uuid) IS
    'A booking as an iCalendar object (RFC 5545) with one VEVENT, for the customer: to attach to a confirmation, and again, with the same UID and a greater SEQUENCE, when the booking is moved or cancelled.
SUMMARY is the service, DESCRIPTION the service''s description, LOCATION the business; notes and the customer''s data are left out. What the caller may not see is left out too, so call it in the context of the business. Other properties: as in employee_calendar().
Errors:
- BM003: the booking does not exist or is not visible; DETAIL: booking
- BM004: it is a hold; DETAIL: is_a_hold
- 22004: a NULL
- 22008: the booking is outside the years 1 to 9999';

-- ===== 92-maintenance.sql

-- Housekeeping, for pg_cron, a timer or a person. For the owner of the data, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_maintain(now timestamptz DEFAULT now()) RETURNS SETOF text
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_maintain(timestamptz) IS
    'Makes the partitions of this and the next three months, and moves what lies in a default partition to its month. Deletes expired tokens and expired holds. Drops partitions of audit_logs and bookings_archive that are wholly older than bookmeatoz.audit_retention and bookmeatoz.archive_retention. Returns a line for each thing done, none if nothing was to do.
Run it as the owner of the data, once a day or more rarely; a superuser acts as the owner. Nothing is lost if it never runs. A second call at the same time does nothing and says so. It waits for a lock on a partition at most half a second, so it never keeps bookings waiting longer; the next call makes up for it.
Arguments:
- now: the months are counted from it
Errors:
- 22004: now is NULL
- 22023: now is infinite, or a retention is no positive interval
- 42501: another role calls it';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_maintain(timestamptz) FROM PUBLIC;

-- ===== 92-messages.sql

-- What is due to be sent: reminders of bookings and notifications. The functions run with the rights and the row security of the caller,
-- who can do no more by them than by SELECT and UPDATE: they stay executable by PUBLIC.

CREATE FUNCTION @extschema@.claim_due_reminders(
    kind     text,
    max_rows integer DEFAULT 100)
RETURNS TABLE (booking_id uuid, business_id uuid, business_name text, timezone text, start_time timestamptz, end_time timestamptz, service_id uuid, service_name text, employee_id uuid, customer_id uuid, customer_name text, customer_email text, customer_phone text)
LANGUAGE C VOLATILE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'claim_due_reminders';
COMMENT ON FUNCTION @extschema@.claim_due_reminders(text, integer) IS
    'Claims reminders that are due: marks the bookings (reminder_sent_24h or reminder_sent_1h) and returns them, the earliest first. Any number of workers may call it at once, none waits, and no two get the same booking. If the transaction does not commit, its bookings are due again.
Due are confirmed bookings that start within 24 hours or 1 hour from clock_timestamp() and are not marked; one that is moved is due anew. Not due is a booking that was made less than that time before its start: who has just booked needs no reminder of it, and gets the next, if there is one.
The session context decides whose bookings are claimed: those of the business, of all businesses of the tenant, or of all for a system administrator.
Arguments:
- kind: 24h or 1h
- max_rows: 1 to 10,000
Result:
- timezone: of the business; the local time of the appointment is start_time AT TIME ZONE timezone
- employee_id, customer_email, customer_phone: NULL where there is none
Errors:
- 22004: a NULL
- 22023: another kind or max_rows
- 42501: privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';

CREATE FUNCTION @extschema@.claim_due_notifications(
    max_rows integer DEFAULT 100)
RETURNS TABLE (notification_id uuid, business_id uuid, user_id uuid, user_email text, type text, channel text, title text, body text, data jsonb, scheduled_for timestamptz)
LANGUAGE C VOLATILE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'claim_due_notifications';
COMMENT ON FUNCTION @extschema@.claim_due_notifications(integer) IS
    'Claims notifications that are due: those that are pending and whose scheduled_for is not later than clock_timestamp(), the earliest first. They become sent, with sent_at, and are returned. Any number of workers may call it at once, none waits, and no two get the same one. If the transaction does not commit, they are due again. Set status to failed where sending failed.
For workers of the platform: row security shows notifications to the addressed users alone, so the session context must be a system administrator''s.
Arguments:
- max_rows: 1 to 10,000
Errors:
- 22004: a NULL
- 22023: another max_rows
- 42501: no system administrator, or privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';

-- ===== 92-persons.sql

-- What is stored about a customer: shown and erased, for requests of people about their data.

CREATE FUNCTION @extschema@.export_customer(customer_id uuid) RETURNS jsonb
LANGUAGE C STABLE COST 10000 AS 'MODULE_PATHNAME', 'export_customer';
COMMENT ON FUNCTION @extschema@.export_customer(uuid) IS
    'All that the business stores about a customer, as one JSON object: customer, the row; bookings, all of theirs with holds and the archived ones, the earliest first; audit_logs, the entries of the customer and of every booking that is or was theirs, also of deleted ones, the earliest first. Rows are as to_jsonb() writes them, with columns of your own, without idempotency_hash.
It runs with the rights and the row security of the caller, and shows no more than SELECT would. It is for sessions of the business or its tenant: a session that speaks for a user alone must not read profile_notes. Not in it: the user''s account, and notifications, which only the addressed user sees.
Errors:
- BM003: the customer does not exist or is not visible
- 22004: customer_id is NULL
- 42501: privileges; a session that speaks for a user alone';

CREATE FUNCTION @extschema@.erase_customer(customer_id uuid) RETURNS void
LANGUAGE C VOLATILE COST 10000 AS 'MODULE_PATHNAME', 'erase_customer';
COMMENT ON FUNCTION @extschema@.erase_customer(uuid) IS
    'Overwrites what is stored about a person as a customer of one business. The rows stay for the books: figures of reports do not change. Erasing twice changes nothing more.
It runs with the rights and the row security of the caller, who must be able to change the customer and the bookings. As the owner of the data it does what it does in bookings_archive and the last two, in that business alone:
- customer: name becomes erased, status inactive; email, phone, profile_notes and user_id become NULL. So the address is free for a new record, and the user no longer sees this one
- bookings, bookings_archive: notes, cancellation_reason, idempotency_key and its hash become NULL, metadata {}; booked_by_user_id too where it was the customer''s own user. Service, employee, times, status and price stay
- audit_logs: in the entries of the customer and of every booking that is or was theirs, values become null that do not tell of the appointment alone, those of columns of your own too. That something was changed, by whom and when, stays. So do entries from before the business moved to its tenant
- notifications of the business are deleted that are addressed to the customer''s user, unless a member of its staff, or whose data names the id of the customer or of a booking
Not erased: columns of your own, the user''s account, what others wrote about the person elsewhere, backups. docs/privacy.md says more.
Until the transaction ends, who books for the customer waits.
Errors:
- BM003: the customer does not exist, is not visible or must not be changed
- BM004, DETAIL open_booking: a booking of theirs ends in the future, and is neither completed, cancelled, rejected nor no_show; or they have a hold
- 22004: customer_id is NULL
- 42501: privileges
- 40001: only under REPEATABLE READ and SERIALIZABLE';
REVOKE EXECUTE ON FUNCTION @extschema@.erase_customer(uuid) FROM PUBLIC;

-- ===== 92-reports.sql

-- Reports: the figures of a business, month by month. What each figure means stands in business_figures() alone; the materialized view
-- business_stats and business_statistics() both call it.

CREATE FUNCTION @extschema@.working_time(business_id uuid, from_date date, to_date date)
RETURNS TABLE (employee_id uuid, working_time interval)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'working_time';
COMMENT ON FUNCTION @extschema@.working_time(uuid, date, date) IS
    'How much working time each employee of a business has on the dates from from_date to to_date, both included: weekly hours, seasons, overrides and closures as the search of slots counts them (S1 to S5), bookings aside.
One row an employee, whatever their status, none for who has no working time then. Where the business has no employees, one row for itself, with employee_id NULL (S12).
Dates are those of the time zone of the business. It is elapsed time: a night shift over a change of the clock has an hour more or less. A shift over midnight counts for each date by its part.
Arguments:
- from_date, to_date: at most 366 dates
Errors:
- BM003: the business does not exist or is not visible
- 22004: a NULL
- 22023: an infinite date, from_date > to_date, more dates, an invalid setting, an unknown time zone
- 22008: beyond the years 1 to 9999
- 54000: 1,000,000 overrides, 10,000 of one employee or the business, 100,000 rows of working_hours or 10,000 of one employee or the business';

CREATE FUNCTION @extschema@.business_figures(business uuid, from_date date, to_date date)
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 12 SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
-- Bitmaps are off: the planner takes a customer and a business for independent, and would read all bookings of a customer for the first one.
-- The plan is generic: to plan for each partition of the archive takes longer than to read the month. The partitions that cannot have a
-- booking of these dates are left out when it runs.
-- The status is compared as text, for a partial index of bookings would be taken for a cheap way to it.
#variable_conflict use_column
DECLARE
    -- No zone is a whole day away from UTC. As variables they are conditions of an index under row security too, as expressions they are not.
    earliest CONSTANT timestamptz := (coalesce($2, '0001-01-01') - 1)::timestamp AT TIME ZONE 'UTC';
    latest   CONSTANT timestamptz := (coalesce($3, '9999-12-31') + 2)::timestamp AT TIME ZONE 'UTC';
    -- What starts later is of these dates, or of later ones.
    began    CONSTANT timestamptz := earliest + interval '2 days';
BEGIN
    RETURN QUERY
        WITH booking AS NOT MATERIALIZED (
            -- The one place that says where bookings are kept.
            SELECT b.id, b.business_id, b.customer_id, b.employee_id, b.start_time, b.end_time, b.status, b.price, b.currency, b.created_at,
                   b.resource_id, b.session_key, b.status::text NOT IN ('cancelled', 'rejected', 'no_show') AS occupies
            FROM @extschema@.bookings_all b
            WHERE b.hold_expires_at IS NULL
        ),
        zone AS MATERIALIZED (
            SELECT b.timezone, coalesce($2, '0001-01-01') AS first, coalesce($3, '9999-12-31') AS last FROM @extschema@.businesses b WHERE b.id = $1
        ),
        counted AS MATERIALIZED (
            SELECT b.*, date_trunc('month', local.start)::date AS month
            FROM zone z CROSS JOIN booking b CROSS JOIN LATERAL (SELECT b.start_time AT TIME ZONE z.timezone) local (start)
            WHERE b.business_id = $1 AND local.start::date BETWEEN z.first AND z.last AND b.start_time >= earliest AND b.start_time < latest
        ),
        month AS MATERIALIZED (
            SELECT m.month, greatest(m.month, z.first) AS first, least((m.month + interval '1 month - 1 day')::date, z.last) AS last
            FROM zone z CROSS JOIN (SELECT c.month FROM counted c
                                    UNION
                                    SELECT g::date FROM generate_series(date_trunc('month', $2::timestamp), $3::timestamp, '1 month') g) m
        ),
        total AS (
            SELECT c.month, count(*) AS bookings, count(*) FILTER (WHERE c.status = 'cancelled') AS cancellations, count(*) FILTER (WHERE c.status = 'no_show') AS no_shows,
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN c.created_at BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 00:00+00' THEN c.start_time - c.created_at END)
                   AS median_lead_time
            FROM counted c GROUP BY c.month
        ),
        by_status AS (
            SELECT s.month, jsonb_object_agg(s.status, s.bookings) AS bookings
            FROM (SELECT c.month, c.status, count(*) AS bookings FROM counted c GROUP BY c.month, c.status) s GROUP BY s.month
        ),
        by_currency AS (
            SELECT p.month, jsonb_object_agg(p.currency, p.price) AS revenue
            FROM (SELECT c.month, coalesce(c.currency, 'XXX') AS currency, sum(c.price) AS price
                  FROM counted c WHERE c.status = 'completed' AND c.price IS NOT NULL GROUP BY c.month, coalesce(c.currency, 'XXX')) p GROUP BY p.month
        ),
        booked AS (
            SELECT s.month, sum(s.end_time - s.start_time) AS time
            FROM (SELECT DISTINCT c.month, CASE WHEN c.resource_id IS NULL THEN c.id ELSE c.session_key END AS session, c.start_time, c.end_time
                  FROM counted c WHERE c.occupies) s
            GROUP BY s.month
        ),
        worked AS (
            SELECT m.month, sum(w.working_time) AS time
            FROM month m CROSS JOIN LATERAL @extschema@.working_time($1, m.first, m.last) w
            WHERE w.employee_id IS NULL
               OR (SELECT e.employment_status = 'active' FROM @extschema@.employees e WHERE e.id = w.employee_id)
               OR EXISTS (SELECT FROM counted c WHERE c.month = m.month AND c.employee_id = w.employee_id AND c.occupies)
            GROUP BY m.month
        ),
        customer AS (
            SELECT v.month, count(*) AS all_of_them,
                   -- Most who were here before were so of late: to ask that first spares them a look into each month of the archive.
                   count(*) FILTER (WHERE v.is_first
                       AND NOT EXISTS (SELECT FROM booking b WHERE b.customer_id = v.customer_id AND b.occupies AND b.start_time < v.first AND b.start_time < began
                                                               AND b.start_time >= v.first - interval '3 months')
                       AND NOT EXISTS (SELECT FROM booking b WHERE b.customer_id = v.customer_id AND b.occupies AND b.start_time < v.first AND b.start_time < began)) AS new
            FROM (SELECT c.month, min(c.start_time) AS first, c.customer_id, c.month = min(c.month) OVER (PARTITION BY c.customer_id) AS is_first
                  FROM counted c WHERE c.occupies AND c.customer_id IS NOT NULL GROUP BY c.month, c.customer_id) v
            GROUP BY v.month
        )
        SELECT $1, m.month, coalesce(t.bookings, 0), coalesce(s.bookings, '{}'),
               coalesce(round(extract(epoch FROM b.time) / 60), 0)::bigint, coalesce(round(extract(epoch FROM w.time) / 60), 0)::bigint,
               coalesce(r.revenue, '{}'), coalesce(c.all_of_them, 0), coalesce(c.new, 0), coalesce(t.cancellations, 0), coalesce(t.no_shows, 0), t.median_lead_time
        FROM month m LEFT JOIN total t USING (month) LEFT JOIN by_status s USING (month) LEFT JOIN by_currency r USING (month) LEFT JOIN booked b USING (month)
        LEFT JOIN worked w USING (month) LEFT JOIN customer c USING (month)
        ORDER BY m.month;
END
$$;
COMMENT ON FUNCTION @extschema@.business_figures(uuid, date, date) IS
    'The figures of one business, one row a month, ascending: of the dates from from_date to to_date, both included, or, where these are NULL, of every month that has a booking.
It counts what the caller sees. A business that does not exist or is not visible has no row.
A booking belongs to the month of the local date on which it starts, in the time zone of the business, whole. A hold counts in no figure. An overbooked booking counts like any other. Only the years 1 to 9999 count.
Occupying are all bookings but those that are cancelled, rejected or no_show (S11).
Result:
- month: its first day. Where from_date or to_date lies within the month, all figures are of its dates from or up to that
- bookings: all bookings, whatever their status
- bookings_by_status: how many of each status that occurs, those that the application added too: {"completed": 12, "cancelled": 1}
- booked_minutes: the time of the occupying bookings from start to end, without buffers. The seats of one session count once (S15), also one that was overbooked
- working_minutes: the working time of working_time(), summed: of the employees who are active now, and of those others who have an occupying booking of that month; of the business itself where it has no employees. By the hours that are stored now
- revenue: the prices of the completed bookings, as frozen in them, summed for each currency: {"EUR": 480.00}. XXX is for prices without a currency; bookings without a price count nowhere
- customers: the different customers with an occupying booking
- new_customers: those of them whose first occupying booking in the business, by its start, is of these dates. First of all times, not of the dates asked for
- cancellations, no_shows: the bookings with status cancelled, and no_show
- median_lead_time: of all bookings, the time from created_at to start_time, of which half are no longer; the lower one of two. NULL without bookings
booked_minutes / working_minutes is the utilisation. It is above 1 where more was booked than the working time.
Errors: those of working_time().
Called by business_statistics() and for business_stats.';

CREATE FUNCTION @extschema@.business_statistics(from_date date, to_date date)
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF from_date IS NULL OR to_date IS NULL THEN
        RAISE EXCEPTION '% must not be NULL', CASE WHEN from_date IS NULL THEN 'from_date' ELSE 'to_date' END USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(from_date) OR NOT isfinite(to_date) THEN
        RAISE EXCEPTION '% must be finite', CASE WHEN isfinite(from_date) THEN 'to_date' ELSE 'from_date' END USING ERRCODE = 'invalid_parameter_value';
    ELSIF from_date < '0001-01-01' OR to_date > '9999-12-31' THEN
        RAISE EXCEPTION '% is out of range', CASE WHEN from_date < '0001-01-01' THEN 'from_date' ELSE 'to_date' END
            USING ERRCODE = 'datetime_field_overflow', DETAIL = 'It must lie in the years 1 to 9999.';
    ELSIF from_date > to_date THEN
        RAISE EXCEPTION 'from_date must not be later than to_date'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Both dates are included: exchange the two.';
    ELSIF to_date - from_date >= 3660 THEN
        RAISE EXCEPTION 'more than 3,660 dates are asked for'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Ask for several ranges in turn.';
    END IF;
    RETURN QUERY
        SELECT f.* FROM @extschema@.businesses b CROSS JOIN LATERAL @extschema@.business_figures(b.id, from_date, to_date) f
        WHERE @extschema@.can_access_business(b.id)
        ORDER BY b.id, f.month;
END
$$;
COMMENT ON FUNCTION @extschema@.business_statistics(date, date) IS
    'The figures of the businesses of the session, as of this moment: for each of them one row a month, of the dates from from_date to to_date, both included, also for months without a booking.
A business session gets those of its business, a tenant session those of the tenant''s businesses, a user session none. The function runs with the rights and the row security of the caller.
The columns are those of business_figures(), which says what they mean.
Arguments:
- from_date, to_date: at most 3,660 dates, ten years
Errors:
- 22004: a NULL
- 22023: an infinite date, from_date > to_date, more dates
- 22008: beyond the years 1 to 9999
- those of working_time()';

CREATE FUNCTION @extschema@.bookmeatoz_all_figures()
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE C STABLE COST 1000000 ROWS 10000 AS 'MODULE_PATHNAME', 'bookmeatoz_all_figures';
COMMENT ON FUNCTION @extschema@.bookmeatoz_all_figures() IS
    'business_figures() of all businesses, of every month that has a booking: what business_stats contains. It reads as the owner of the data, also where FORCE ROW LEVEL SECURITY binds the owner. NOTICEs say how far it is, every five seconds.
A business whose figures raise an error is left out with a WARNING, so that it does not stop the others.
Errors:
- 42501: the caller is not the owner of the data';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_all_figures() FROM PUBLIC;

CREATE FUNCTION @extschema@.refresh_business_stats() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    began      CONSTANT timestamptz := clock_timestamp();
    stats      record;
    concurrent boolean;
    rows       bigint;
BEGIN
    SELECT c.relispopulated, c.relowner INTO stats FROM pg_class c WHERE c.oid = to_regclass('@extschema@.business_stats') AND c.relkind = 'm';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'materialized view business_stats does not exist'
            USING ERRCODE = 'undefined_table', HINT = 'Run SELECT bookmeatoz_install_schema() as the owner of the data.';
    END IF;
    concurrent := stats.relispopulated AND has_database_privilege(stats.relowner, current_database(), 'TEMPORARY');
    IF stats.relispopulated AND NOT concurrent THEN
        RAISE NOTICE 'business_stats is refreshed without CONCURRENTLY: readers wait'
            USING DETAIL = format('Its owner, role %I, may create no temporary tables in this database.', pg_get_userbyid(stats.relowner)),
                  HINT = format('Run GRANT TEMPORARY ON DATABASE %I TO %I, or bookmeatoz_set_owner(), as a superuser.', current_database(), pg_get_userbyid(stats.relowner));
    END IF;
    EXECUTE format('REFRESH MATERIALIZED VIEW %s %s.business_stats', CASE WHEN concurrent THEN 'CONCURRENTLY' END, '@extschema@');
    SELECT count(*) INTO rows FROM @extschema@.business_stats;
    RAISE NOTICE 'business_stats: % rows in % s', rows, round(extract(epoch FROM clock_timestamp() - began), 1);
    RETURN rows;
END
$$;
COMMENT ON FUNCTION @extschema@.refresh_business_stats() IS
    'Computes business_stats anew and returns how many rows it has. Run it as the owner of the data, as often as the reports need it. NOTICEs say how far it is.
Readers do not wait for it (REFRESH MATERIALIZED VIEW CONCURRENTLY), unless the view is filled for the first time or its owner may create no temporary tables. A second call waits until the first has ended.
Errors:
- 42501: the caller is not the owner
- 42P01: the view does not exist';
REVOKE EXECUTE ON FUNCTION @extschema@.refresh_business_stats() FROM PUBLIC;

-- ===== 93-installing.sql

-- Installing: creates the data structures, and lists what belongs to this version. For administrators, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_install_schema(plan boolean DEFAULT false) RETURNS SETOF text
LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_install_schema(boolean) IS
    'Creates the types, tables, views, columns, defaults, constraints, indexes, triggers and policies that are missing, as ordinary objects of the caller. Returns a line for each thing done, and one for each thing of ours that the owner has changed, which stays as it is, for whatever else is an error of bookmeatoz_verify(), and for each role of an application that lacks rights (see bookmeatoz_regrant_roles()).
It does the steps of bookmeatoz_schema_steps() that schema_ledger does not have, and records them there. Where the owner has changed what a step changes, it leaves that, says both definitions, and does not ask again. After it has added labels to a type it stops and says so: only another transaction may use them.
With plan it changes nothing: it returns the DDL that it would run, each statement with the lock that it takes and whether it rewrites the table, and at the end what may be run by hand before, outside a transaction, while others write. It leaves out partitions.
It also puts back NOT NULL, row security under a policy or a trigger that comes back, the triggers that fire ALWAYS, and FORCE ROW LEVEL SECURITY if most of the tables have it. After a trigger came back it calls bookmeatoz_check_rows(true), and tells how many findings there are and the first hundred. Of two runs at once the second waits.
Run it as the owner of the data; a superuser acts as the owner, and gives the owner what a superuser still owns.
Errors; nothing is done then:
- 42710: something of another role has the name of a type, table, view or index of ours
- 42809: something has the name of a type, table or view of ours, but another definition
- 42501: another role calls it
- 55000: the tables are those of a newer version
- 22004: plan is NULL
- 23P01: a booking that was written without the guard collides';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_install_schema(boolean) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_objects() RETURNS TABLE (kind text, name text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_objects() IS
    'The types, tables and views of this version in the order of their creation, whether they exist or not. kind is type, table, view or materialized view.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_objects() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_functions() RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.objid
    FROM pg_extension x
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    WHERE x.extname = 'bookmeatoz'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_functions() IS
    'The functions that are members of the extension. Called by the functions that give and take rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_functions() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_relations() RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH ours AS (
        SELECT to_regclass(format('%s.%I', '@extschema@', o.name))::oid AS oid FROM @extschema@.bookmeatoz_objects() o WHERE o.kind <> 'type'
    )
    SELECT o.oid FROM ours o WHERE o.oid IS NOT NULL
    UNION
    SELECT t.relid FROM ours o CROSS JOIN pg_partition_tree(o.oid) t
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_relations() IS
    'The tables and views of this version that exist, and all partitions of the tables. Called by the functions that give and take rights.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_relations() FROM PUBLIC;

-- ===== 94-roles.sql

-- Roles of applications: what each duty needs, and no more. For administrators, not for PUBLIC.
--
-- A role has one duty: app, staff or auth. Each grant function first takes away all that the role was granted on our tables and
-- functions. So the result does not depend on what it had before. An application that needs two duties uses two roles.

CREATE FUNCTION @extschema@.bookmeatoz_require_bound_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    free     name;
    relation record;
    creation record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) OR role IS NULL THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    IF (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it bypasses row security', role
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is NOSUPERUSER and NOBYPASSRLS.';
    END IF;
    -- A member can become the other role by SET ROLE, even if it does not inherit its rights.
    SELECT r.rolname INTO free
    FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(role, r.oid, 'MEMBER') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it is a member of %, which bypasses row security', role, quote_ident(free)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that is no member of such a role.';
    END IF;
    FOR relation IN
        SELECT o.kind, o.name, c.oid, c.relowner
        FROM @extschema@.bookmeatoz_objects() o LEFT JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
        WHERE o.kind <> 'type'
        ORDER BY c.oid
    LOOP
        IF relation.oid IS NULL THEN
            RAISE EXCEPTION '% % does not exist', relation.kind, relation.name
                USING ERRCODE = 'undefined_table', HINT = 'Run bookmeatoz_install_schema() first.';
        END IF;
        IF pg_has_role(role, relation.relowner, 'MEMBER') THEN
            RAISE EXCEPTION 'role % cannot be used by an application: it owns % %, and row security does not apply to owners', role, relation.kind, relation.name
                USING ERRCODE = 'invalid_grant_operation', HINT = 'Use a role that neither is the owner nor a member of the owner''s role.';
        END IF;
    END LOOP;
    -- What the role creates would be used by others: on a pooled connection, or by its schema in their search_path.
    SELECT place.privilege, place.what, place.kind, quote_ident(place.name) AS name, CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee,
           acl.grantee = place.owner AS by_owning
    INTO creation
    FROM (SELECT right_to.privilege, right_to.what, 'database', d.datname, d.datdba, coalesce(d.datacl, acldefault('d', d.datdba))
          FROM pg_database d, (VALUES ('TEMPORARY', 'temporary objects'), ('CREATE', 'schemas')) right_to (privilege, what)
          WHERE d.datname = current_database()
          UNION ALL
          SELECT 'CREATE', 'objects', 'schema', n.nspname, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
          FROM pg_namespace n WHERE n.oid = '@extschema@'::regnamespace) place (privilege, what, kind, name, owner, acl)
    CROSS JOIN aclexplode(place.acl) acl
    WHERE acl.privilege_type = place.privilege AND (acl.grantee = 0 OR pg_has_role(role, acl.grantee, 'MEMBER'))
    ORDER BY by_owning DESC, place.what DESC, acl.grantee LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % cannot be used by an application: it may create % in % %', role, creation.what, creation.kind, creation.name
            USING ERRCODE = 'invalid_grant_operation', DETAIL = 'Others on the same connection or with the same search_path would use them in place of bookmeatoz''s tables.',
                  HINT = CASE WHEN creation.by_owning THEN format('Use a role that neither is the owner of the %s nor a member of the owner''s role.', creation.kind)
                              ELSE format('Run REVOKE %s ON %s %s FROM %s.', creation.privilege, upper(creation.kind), creation.name, creation.grantee) END;
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_require_bound_role(regrole) IS
    'Refuses a role of an application that could get past row security (SQLSTATE 0LP01). Called by the grant functions. It refuses:
- superusers, roles with BYPASSRLS, owners of a table, and all members of these
- roles that may create what others would use in place of our tables: temporary objects, schemas in the database, objects in our schema';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_require_bound_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_all(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owned         name;
    granted       record;
    previous_role CONSTANT text := current_setting('role');
    me            CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) OR role IS NULL THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    SELECT c.relname INTO owned
    FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t WHERE c.relowner = role ORDER BY c.oid LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % owns table %: what it has is not taken away', role, quote_ident(owned)
            USING ERRCODE = 'invalid_grant_operation', HINT = 'Hand the tables to another role first: bookmeatoz_set_owner().';
    END IF;
    FOR granted IN
        WITH relation AS (
            SELECT c.oid, c.relowner, c.relacl FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t
        )
        SELECT 'ALL' AS privilege, format('TABLE %s', t.oid::regclass) AS object, t.relowner AS owner, acl.grantor
        FROM relation t CROSS JOIN aclexplode(t.relacl) acl WHERE acl.grantee = role
        UNION
        SELECT 'ALL', format('TABLE %s', t.oid::regclass), t.relowner, acl.grantor
        FROM relation t JOIN pg_attribute a ON a.attrelid = t.oid CROSS JOIN aclexplode(a.attacl) acl
        WHERE acl.grantee = role
        UNION
        SELECT 'EXECUTE', format('FUNCTION %s', p.oid::regprocedure), p.proowner, acl.grantor
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
        WHERE acl.grantee = role
        UNION
        SELECT 'USAGE', format('SCHEMA %I', n.nspname), n.nspowner, acl.grantor
        FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) acl
        WHERE n.oid = '@extschema@'::regnamespace AND acl.privilege_type = 'USAGE' AND acl.grantee = role
    LOOP
        -- Only the grantor can revoke. A role with the owner's rights, as a superuser has them, acts as the owner.
        IF granted.grantor = (CASE WHEN pg_has_role(granted.owner, 'USAGE') THEN granted.owner ELSE me END) THEN
            EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.object, role);
        ELSIF pg_has_role(session_user, granted.grantor, 'MEMBER') THEN
            PERFORM set_config('role', (SELECT r.rolname FROM pg_roles r WHERE r.oid = granted.grantor), true);
            EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.object, role);
            PERFORM set_config('role', previous_role, true);
        ELSE
            RAISE EXCEPTION 'role % has privileges on % that only role % can revoke', role, granted.object, granted.grantor::regrole
                USING ERRCODE = 'insufficient_privilege', HINT = format('Call it as a superuser or as role %s.', granted.grantor::regrole);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_all(regrole) IS
    'Takes away all that a role was granted on our tables and functions, and USAGE on their schema, whoever granted it. What it has as a member of a role or as PUBLIC stays. Called by the grant and revoke functions.
Errors:
- 42501: the caller cannot act as the grantor
- 0LP01: the role owns our tables';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_all(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_execute(role regrole, VARIADIC function_names text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    callable regprocedure;
BEGIN
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', '@extschema@', role);
    END IF;
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f
        WHERE p.proname LIKE ANY (function_names) AND NOT has_function_privilege(role, p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) IS
    'Gives a role USAGE on the schema and EXECUTE on functions of the extension, if it lacks them. The names are LIKE patterns. Called '
    'by the grant functions.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_execute(regrole, text[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- users is granted by columns, and audit_logs and bookings_archive for reading, below. The token tables are not granted: they are for an auth role
    -- alone. Partitions are not granted: they are read through their table.
    app_tables CONSTANT text[] := ARRAY[
        'tenants', 'tenant_admins', 'businesses', 'employees', 'user_business_roles',
        'service_categories', 'services', 'employee_services', 'working_hours', 'employee_availability_overrides',
        'business_availability_overrides', 'customers', 'bookings', 'subscription_plans', 'tenant_subscriptions', 'notifications'];
    app_table    text;
    user_columns text;
BEGIN
    PERFORM @extschema@.bookmeatoz_require_bound_role(role);
    PERFORM @extschema@.bookmeatoz_revoke_all(role);

    FOREACH app_table IN ARRAY app_tables LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s.%I TO %s', '@extschema@', app_table, role);
    END LOOP;
    EXECUTE format('GRANT SELECT ON %1$s.audit_logs, %1$s.bookings_archive, %1$s.bookings_all, %1$s.accessible_business_stats TO %2$s', '@extschema@', role);
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO user_columns
    FROM pg_attribute a
    WHERE a.attrelid = '@extschema@.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'password_hash';
    EXECUTE format('GRANT SELECT (%1$s), INSERT (%1$s), UPDATE (%1$s), DELETE ON %2$s.users TO %3$s', user_columns, '@extschema@', role);

    -- The first four are granted on purpose. PUBLIC has EXECUTE on the others, unless the database's default privileges differ; they
    -- run with the caller's rights.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['resolve\_tenant', 'resolve\_business', 'register\_user', 'erase\_customer',
        'can\_access\_%', 'can\_manage\_%', 'access\_%', 'current\_session\_%', 'set\_session\_context', 'is\_system\_admin',
        'is\_auth\_role', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'check\_slots', 'free\_busy',
        'book\_slot', 'book\_slots', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'reschedule\_bookings',
        'cancel\_booking', 'cancel\_series', 'claim\_due\_%', 'employee\_calendar', 'booking\_event', 'week\_chart', 'export\_customer',
        'working\_time', 'business\_figures', 'business\_statistics',
        'json\_text', 'search\_text', 'search\_pattern']::text[]);

    IF has_column_privilege(role, '@extschema@.users', 'password_hash', 'SELECT')
        OR has_table_privilege(role, '@extschema@.token_blacklist', 'SELECT')
        OR has_table_privilege(role, '@extschema@.password_resets', 'SELECT')
        OR has_table_privilege(role, '@extschema@.email_verifications', 'SELECT')
        OR has_function_privilege(role, '@extschema@.may_authenticate_users()', 'EXECUTE') THEN
        RAISE EXCEPTION 'role % cannot be the application''s role: it could read password hashes or tokens', role
            USING ERRCODE = 'invalid_grant_operation',
                  HINT = 'It has privileges on users, the token tables or may_authenticate_users() as PUBLIC or as a member of another role: revoke them there.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) IS
    'Replaces a role''s privileges on our tables and functions by what an application needs. users is granted by columns, without password_hash, and audit_logs and bookings_archive for reading. The token tables are not granted.
Run it as the owner of the data, and again after you add columns to users.
Errors:
- 0LP01: row security would not bind the role, or it could still read password hashes or tokens';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_staff_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_grant_app_role(role);
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_overbook']::text[]);
    -- The app role's rights contain it. But it stays with the table when the function goes, and tells bookmeatoz_application_roles() of the duty.
    EXECUTE format('GRANT UPDATE (overbooked) ON %s.bookings TO %s', '@extschema@', role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_staff_role(regrole) IS
    'As bookmeatoz_grant_app_role(), with the right to overbook: EXECUTE on may_overbook().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_staff_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_grant_auth_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_require_bound_role(role);
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
    EXECUTE format('GRANT SELECT (id, email, password_hash, status, email_verified, last_login_at, system_role), '
                   'UPDATE (password_hash, status, email_verified, last_login_at) ON %s.users TO %s', '@extschema@', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %1$s.token_blacklist, %1$s.password_resets, %1$s.email_verifications TO %2$s',
                   '@extschema@', role);
    -- The first four are granted on purpose. The policies of these tables call the others.
    PERFORM @extschema@.bookmeatoz_grant_execute(role, VARIADIC ARRAY['may\_authenticate\_users', 'register\_user', 'resolve\_tenant', 'resolve\_business',
        'is\_auth\_role', 'is\_system\_admin', 'can\_access\_user', 'current\_session\_user\_id']::text[]);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) IS
    'Replaces a role''s privileges on our tables and functions by what registering and logging in need. Run it as the owner of the data. The role then may:
- in all rows of users, read id, email, password_hash, status, email_verified, last_login_at and system_role, and write password_hash, status, email_verified and last_login_at
- in token_blacklist, password_resets and email_verifications, read and write everything
Errors:
- 0LP01: row security would not bind the role';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_grant_auth_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_application_roles() RETURNS TABLE (role regrole, duty text, complete boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- What only the grant functions give, of the rights on tables: those on functions go with the functions.
    WITH given AS (
        SELECT acl.grantee, c.relname, acl.privilege_type AS privilege
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl
        WHERE c.oid IN (to_regclass('@extschema@.tenants'), to_regclass('@extschema@.token_blacklist')) AND acl.grantee NOT IN (0, c.relowner)
    )
    SELECT g.grantee::regrole, d.duty,
           EXISTS (SELECT FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
                   WHERE p.proname = CASE d.duty WHEN 'staff' THEN 'may_overbook' ELSE 'register_user' END AND acl.grantee = g.grantee)
           -- users is granted by columns, and business_stats and schema_ledger to nobody.
           AND NOT EXISTS (SELECT FROM @extschema@.bookmeatoz_objects() o JOIN pg_class c ON c.oid = to_regclass(format('%s.%I', '@extschema@', o.name))
                           WHERE o.kind <> 'type' AND o.name NOT IN ('users', 'business_stats', 'schema_ledger')
                             AND (o.name IN ('token_blacklist', 'password_resets', 'email_verifications')) = (d.duty = 'auth')
                             AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) acl WHERE acl.grantee = g.grantee AND acl.privilege_type = 'SELECT'))
    FROM given g
    CROSS JOIN LATERAL (SELECT CASE
        WHEN g.relname = 'token_blacklist' THEN 'auth'
        WHEN EXISTS (SELECT FROM pg_attribute a CROSS JOIN aclexplode(a.attacl) acl
                     WHERE a.attrelid = to_regclass('@extschema@.bookings') AND a.attname = 'overbooked' AND acl.grantee = g.grantee) THEN 'staff'
        ELSE 'app' END) d (duty)
    WHERE g.privilege = 'INSERT'
    ORDER BY g.grantee::regrole::text COLLATE "C"
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_application_roles() IS
    'The roles that the grant functions have given their rights on tables, and their duty: app, staff or auth. complete: whether they have the rights on functions too, which DROP EXTENSION ... CASCADE takes away, and may read each table of their duty, which a table that was created anew does not allow. Called by bookmeatoz_regrant_roles() and bookmeatoz_install_schema().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_application_roles() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_regrant_roles() RETURNS TABLE (role regrole, duty text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    previous_role CONSTANT text := current_setting('role');
    data_owner    CONSTANT name := (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = '@extschema@.tenants'::regclass);
BEGIN
    FOR role, duty IN SELECT r.role, r.duty FROM @extschema@.bookmeatoz_application_roles() r LOOP
        -- As the owner, whoever calls: only who gave a right can take it away, and the owner must be able to.
        PERFORM set_config('role', data_owner, true);
        EXECUTE format('SELECT %s.%I($1)', '@extschema@', 'bookmeatoz_grant_' || duty || '_role') USING role;
        PERFORM set_config('role', previous_role, true);
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_regrant_roles() IS
    'Calls the grant function of each role of an application again, and returns the roles and their duties: app, staff or auth. For after a reinstallation, and after you add columns to users. It tells the roles by their rights on tables: INSERT on tenants, or on token_blacklist; UPDATE on the column overbooked of bookings for staff.
Run it as the owner of the data, or as a superuser. What a role had on our tables and functions beyond the grant functions is gone then.
Errors:
- 0LP01: row security would not bind one of the roles, or it could read password hashes or tokens';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_regrant_roles() FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_app_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_app_role(regrole) IS
    'Takes away all that a role was granted on our tables and functions, and USAGE on their schema, by bookmeatoz_grant_app_role() or '
    'in another way. Run it as the owner of the data.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_app_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_staff_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_staff_role(regrole) IS
    'As bookmeatoz_revoke_app_role(), for a role of bookmeatoz_grant_staff_role(). To take away the right to overbook alone, call '
    'bookmeatoz_grant_app_role().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_staff_role(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_revoke_auth_role(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM @extschema@.bookmeatoz_revoke_all(role);
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_revoke_auth_role(regrole) IS
    'As bookmeatoz_revoke_app_role(), for a role of bookmeatoz_grant_auth_role().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_revoke_auth_role(regrole) FROM PUBLIC;

-- ===== 95-owner.sql

-- The owner of the data: who it is, and whether row security binds it. For administrators, not for PUBLIC.

CREATE FUNCTION @extschema@.bookmeatoz_may_own(role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role AND r.rolsuper)
        OR EXISTS (SELECT FROM pg_proc p CROSS JOIN aclexplode(p.proacl) acl
                   WHERE p.oid = '@extschema@.bookmeatoz_install_schema(boolean)'::regprocedure
                     AND acl.grantee = role AND acl.privilege_type = 'EXECUTE' AND acl.is_grantable)
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_may_own(oid) IS
    'Whether objects of a role may be taken for ours: it is a superuser, or bookmeatoz_set_owner() made it the owner since CREATE '
    'EXTENSION, so it may grant EXECUTE on bookmeatoz_install_schema(). Called by bookmeatoz_install_schema() and bookmeatoz_set_owner().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_may_own(oid) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_set_owner(role regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owner_functions CONSTANT text[] := ARRAY[
        'bookmeatoz\_%', 'may\_%', 'resolve\_%', 'register\_user', 'purge\_expired\_tokens', 'archive\_bookings', 'can\_%', 'access\_%', 'current\_session\_%',
        'set\_session\_context', 'is\_%', 'busy\_range', 'booking\_is\_long', 'find\_available\_%', 'next\_available\_slots', 'check\_slot', 'check\_slots', 'free\_busy',
        'book\_slot', 'book\_slots', 'hold\_slot', 'confirm\_booking', 'release\_hold', 'reschedule\_booking', 'reschedule\_bookings',
        'cancel\_booking', 'cancel\_series', 'claim\_due\_%', 'employee\_calendar', 'booking\_event', 'week\_chart', 'export\_customer', 'erase\_customer',
        'working\_time', 'business\_figures', 'business\_statistics', 'refresh\_business\_stats',
        'json\_text', 'search\_text', 'search\_pattern', 'trigger\_%'];
    me       CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
    required name;
    object   record;
    callable regprocedure;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'role % does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- What the role has already is not given again: so a repetition changes nothing, and the owner itself may call it.
    -- REFRESH MATERIALIZED VIEW CONCURRENTLY compares by a temporary table of the owner.
    IF NOT has_database_privilege(role, current_database(), 'TEMPORARY') THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %s', current_database(), role);
    END IF;
    -- The owner creates what is missing in the schema, and gives USAGE on it to the application's role. Foreign keys are checked with
    -- the owner's rights.
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'CREATE') THEN
        EXECUTE format('GRANT CREATE ON SCHEMA %s TO %s', '@extschema@', role);
    END IF;
    IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE WITH GRANT OPTION') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s WITH GRANT OPTION', '@extschema@', role);
    END IF;
    FOR required IN
        SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
        WHERE x.extname IN ('uuid-ossp', 'btree_gist') AND NOT has_schema_privilege(role, n.oid, 'USAGE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', required, role);
    END LOOP;

    FOR object IN
        SELECT found.*, format('ALTER %s %s OWNER TO %s', found.kind, found.object, role) AS command
        FROM (SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, c.relname, c.oid::regclass::text, c.relowner
              FROM @extschema@.bookmeatoz_relations() o JOIN pg_class c ON c.oid = o
              UNION ALL
              SELECT 'type', t.typname, t.oid::regtype::text, t.typowner
              FROM @extschema@.bookmeatoz_objects() o JOIN pg_type t ON o.kind = 'type' AND t.oid = to_regtype(format('%s.%I', '@extschema@', o.name))
             ) found (kind, name, object, owner)
        WHERE found.owner <> role
    LOOP
        -- Any role that may create in the schema could have created a table of that name with a trigger.
        IF object.owner <> me AND NOT @extschema@.bookmeatoz_may_own(object.owner) THEN
            RAISE EXCEPTION '% "%" belongs to role %', object.kind, object.name, object.owner::regrole
                USING ERRCODE = 'duplicate_object', DETAIL = 'bookmeatoz does not take it for its own: its owner could have put anything into it.',
                      HINT = format('If role %1$s owns the data, run SELECT bookmeatoz_set_owner(%2$L) first; otherwise rename or drop it.',
                                    object.owner::regrole, object.owner::regrole::text);
        END IF;
        EXECUTE object.command;
    END LOOP;

    -- With the grant option, because the owner calls bookmeatoz_grant_app_role() and its like. To the role by name:
    -- bookmeatoz_may_own() asks for that.
    FOR callable IN
        SELECT p.oid::regprocedure
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f
        WHERE p.proname LIKE ANY (owner_functions) AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
          AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) acl WHERE acl.grantee = role AND acl.is_grantable)
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', callable, role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) IS
    'Makes a role the owner of all types, tables with their partitions, and views. It also gives the role EXECUTE on the functions of administration, on purging tokens, on archiving and on overbooking, TEMPORARY on the database, and the rights that it needs on the schemas. Run it as a superuser; for the present owner it changes nothing, and the owner may call it too.
Types, tables and views may belong to the role, the caller, a superuser or an earlier owner by this function.
Errors:
- 42710: a type, table or view belongs to another role';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_set_owner(regrole) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_force_row_security(force boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation regclass;
BEGIN
    IF force IS NULL THEN
        RAISE EXCEPTION 'force must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    FOR relation IN
        SELECT c.oid::regclass FROM @extschema@.bookmeatoz_relations() t JOIN pg_class c ON c.oid = t
        WHERE c.relforcerowsecurity <> force AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('ALTER TABLE %s %s ROW LEVEL SECURITY', relation, CASE WHEN force THEN 'FORCE' ELSE 'NO FORCE' END);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) IS
    'Sets for all our tables whether row security binds the owner of the data too. It never binds superusers and roles with BYPASSRLS. Run it as the owner.
If it binds the owner, the owner sees only what the session context shows: an UPDATE may silently change nothing, ADD FOREIGN KEY does not check hidden rows, and a dump as the owner fails.
Errors:
- 22004: force is NULL';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_force_row_security(boolean) FROM PUBLIC;

-- ===== 96-rows.sql

-- Whether the rows are as the triggers write them. After a restore, a reinstallation, or work with triggers disabled.
-- bookmeatoz_verify() compares definitions and reads no table; bookmeatoz_verify_rows() reads the rows.

CREATE FUNCTION @extschema@.bookmeatoz_booking_resource(business_id uuid, employee_id uuid, resource_id uuid) RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_booking_resource(uuid, uuid, uuid) IS
    'S18: the resource of a booking that the guard wrote: the employee; without one the business, if resource_id is that; else NULL. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_booking_resource(uuid, uuid, uuid) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_booking_session_key(id uuid, resource_id uuid, service_id uuid, start_time timestamptz, end_time timestamptz)
RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_booking_session_key(uuid, uuid, uuid, timestamptz, timestamptz) IS
    'S15, S18: the session key of a booking that the guard wrote. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_booking_session_key(uuid, uuid, uuid, timestamptz, timestamptz) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_capacity(business_settings jsonb, service_settings jsonb) RETURNS integer
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_capacity(jsonb, jsonb) IS
    'S15: how many seats a session of the service has; NULL if a setting is invalid. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_capacity(jsonb, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_settings_refusal(of_service boolean, id uuid, settings jsonb) RETURNS text
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_settings_refusal(boolean, uuid, jsonb) IS
    'S17: the message with which trigger_check_settings() would refuse the settings of a service or a business; NULL if it would not. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_settings_refusal(boolean, uuid, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_mend_bookings(ids uuid[]) RETURNS TABLE (id uuid, refusal text)
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_mend_bookings(uuid[]) IS
    'Lets the guard decide anew about these bookings, as if they had no place before. Returns those that get none, and why; they stay as they were. Called by bookmeatoz_verify_rows().
Errors:
- 55000: the guard''s trigger is missing or disabled';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_mend_bookings(uuid[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_note_progress(table_name text, step text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    many CONSTANT bigint := 100000;
    size CONSTANT bigint := (SELECT c.reltuples FROM pg_class c WHERE c.oid = to_regclass(format('%s.%I', '@extschema@', table_name)));
BEGIN
    IF size >= many THEN
        RAISE NOTICE '%: % (about % rows)', table_name, step, size;
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_note_progress(text, text) IS
    'A NOTICE of what is done with a table, if that is large. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_note_progress(text, text) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_check_rows(repair boolean)
RETURNS TABLE (severity text, table_name text, row_id uuid, finding text, mended boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- What the guard fills and a row does not fit: the names of these columns; empty for a row that fits. The column busy may be gone.
    unfit CONSTANT text := $q$concat_ws(', ', CASE WHEN b.end_time IS NULL OR b.end_time = '-infinity' THEN 'end_time' END,
                  CASE WHEN b.buffer_before_minutes IS NULL OR b.buffer_before_minutes = -1 THEN 'buffer_before_minutes' END,
                  CASE WHEN b.buffer_after_minutes IS NULL OR b.buffer_after_minutes = -1 THEN 'buffer_after_minutes' END,
                  CASE WHEN b.resource_id IS DISTINCT FROM r.resource THEN 'resource_id' END,
                  CASE WHEN b.session_key IS DISTINCT FROM @extschema@.bookmeatoz_booking_session_key(b.id, r.resource, b.service_id, b.start_time, b.end_time)
                       THEN 'session_key' END$q$;
    unfit_busy CONSTANT text := $q$,
                  CASE WHEN b.busy IS DISTINCT FROM @extschema@.busy_range(b.start_time, b.end_time, b.buffer_before_minutes, b.buffer_after_minutes)
                       THEN 'busy' END$q$;
    -- Pasted together, because the schema's name may have a % in it.
    of_bookings CONSTANT text := $q$
        FROM @extschema@.bookings b$q$;
    of_archive CONSTANT text := $q$
        FROM @extschema@.bookings_archive b$q$;
    with_resource CONSTANT text := $q$
        CROSS JOIN LATERAL (SELECT @extschema@.bookmeatoz_booking_resource(b.business_id, b.employee_id, b.resource_id) OFFSET 0) r (resource)$q$;
    -- What is written, if it was found to fit: it takes long to compute.
    session_of CONSTANT text := $q$
        CASE WHEN b.id = ANY ($1) THEN @extschema@.bookmeatoz_booking_session_key(b.id, r.resource, b.service_id, b.start_time, b.end_time)
             ELSE b.session_key END$q$;
    has_busy CONSTANT boolean := EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('@extschema@.bookings') AND a.attname = 'busy' AND NOT a.attisdropped);
    stale    uuid[];
    columns  text[];
    gone     uuid[];
    refused  jsonb := '{}';
    fill     record;
    key      record;
    number   bigint;
BEGIN
    IF repair THEN
        LOCK TABLE @extschema@.bookings IN SHARE ROW EXCLUSIVE MODE;
    END IF;

    -- Bookings that do not fit. A hold that has expired is no booking any more: it goes, as it would by itself.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'compares the columns that the guard fills');
    EXECUTE 'SELECT array_agg(s.id), array_agg(s.columns) FROM (SELECT b.id, ' || unfit || CASE WHEN has_busy THEN unfit_busy ELSE '' END || ') AS columns'
            || of_bookings || with_resource || ' ORDER BY b.id) s WHERE s.columns <> ''''' INTO stale, columns;
    -- Bookings that share a seat, where the session has others free. (The unique index may be missing.)
    SELECT array_cat(stale, array_agg(d.id)), array_cat(columns, array_agg('seat'::text))
    INTO stale, columns
    FROM (SELECT b.id, b.business_id, b.service_id, count(*) OVER (PARTITION BY b.session_key) AS bookings,
                 row_number() OVER (PARTITION BY b.session_key, b.seat ORDER BY b.created_at, b.id) AS number
          FROM @extschema@.bookings b
          WHERE NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show') AND b.id <> ALL (coalesce(stale, '{}'))) d
    JOIN @extschema@.services s ON s.id = d.service_id JOIN @extschema@.businesses z ON z.id = d.business_id
    WHERE d.number > 1 AND d.bookings <= @extschema@.bookmeatoz_capacity(z.settings, s.settings);
    IF repair AND stale IS NOT NULL THEN
        WITH deleted AS (
            DELETE FROM @extschema@.bookings b
            WHERE b.id = ANY (stale) AND b.status = 'pending' AND b.hold_expires_at <= clock_timestamp() RETURNING b.id)
        SELECT array_agg(d.id) INTO gone FROM deleted d;
        PERFORM @extschema@.bookmeatoz_note_progress('bookings', format('mends %s bookings', cardinality(stale) - coalesce(cardinality(gone), 0)));
        SELECT coalesce(jsonb_object_agg(m.id, m.refusal), '{}') INTO refused
        FROM @extschema@.bookmeatoz_mend_bookings(ARRAY(SELECT s FROM unnest(stale) s WHERE s <> ALL (coalesce(gone, '{}')))) m;
    END IF;
    RETURN QUERY
        SELECT 'error', 'bookings', s.id,
               CASE WHEN s.id = ANY (gone) THEN 'a hold that has expired, and that the guard did not write: deleted'
                    ELSE format('not as the guard writes it: %s', s.columns)
                         || coalesce('; it cannot be mended: ' || (refused ->> s.id::text), '') END,
               repair AND NOT refused ? s.id::text
        FROM unnest(stale, columns) s (id, columns);

    -- Bookings that collide, by the places that they should have.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'looks for overlaps');
    RETURN QUERY EXECUTE $q$
        WITH place AS (
            SELECT b.id, r.resource, $q$ || session_of || $q$ AS session,
                   @extschema@.busy_range(b.start_time, b.end_time, b.buffer_before_minutes, b.buffer_after_minutes) AS busy
            $q$ || of_bookings || with_resource || $q$ WHERE r.resource IS NOT NULL AND NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show')
        ),
        session AS MATERIALIZED (
            SELECT p.resource, p.session, min(p.id::text)::uuid AS id, min(lower(p.busy)) AS begins, max(upper(p.busy)) AS ends
            FROM place p WHERE NOT isempty(p.busy) GROUP BY p.resource, p.session
        ),
        later AS (
            SELECT s.*, max(s.ends) OVER (PARTITION BY s.resource ORDER BY s.begins, s.session
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
            FROM session s
        )
        SELECT 'error', 'bookings', l.id, format('overlaps booking %s', e.id), false
        FROM later l JOIN session e ON e.resource = l.resource AND e.ends > l.begins AND (e.begins, e.session) < (l.begins, l.session)
        WHERE l.taken_until > l.begins ORDER BY l.begins, l.id, e.id$q$ USING coalesce(stale, '{}');

    -- Seats. The unique index decides about them; it may be missing. The capacity may have been lowered since.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'counts seats');
    RETURN QUERY EXECUTE $q$
        WITH taken AS (
            SELECT b.business_id, b.service_id, min(b.id::text)::uuid AS id, count(*) AS bookings, count(DISTINCT b.seat) AS seats
            $q$ || of_bookings || with_resource || $q$ WHERE r.resource IS NOT NULL AND NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show')
            GROUP BY b.business_id, b.service_id, $q$ || session_of || $q$
            HAVING count(*) > 1
        )
        SELECT CASE WHEN t.seats < t.bookings THEN 'error' ELSE 'warning' END, 'bookings', t.id,
               CASE WHEN t.seats < t.bookings THEN format('%s bookings of its session have %s seats', t.bookings, t.seats)
                    ELSE format('its session has %s bookings, its service a capacity of %s', t.bookings, c.capacity) END, false
        FROM taken t
        JOIN @extschema@.services s ON s.id = t.service_id JOIN @extschema@.businesses z ON z.id = t.business_id
        CROSS JOIN LATERAL (SELECT @extschema@.bookmeatoz_capacity(z.settings, s.settings)) c (capacity)
        WHERE t.seats < t.bookings OR t.bookings > c.capacity ORDER BY t.id$q$ USING coalesce(stale, '{}');

    -- The archive occupies nothing, and nobody may write it: what is wrong there is only said.
    IF to_regclass('@extschema@.bookings_archive') IS NOT NULL THEN
        PERFORM @extschema@.bookmeatoz_note_progress('bookings_archive', 'compares the columns that the guard fills');
        RETURN QUERY EXECUTE $q$
            SELECT 'warning', 'bookings_archive', s.id, format('not as the guard writes it: %s', s.columns), false
            FROM (SELECT b.id, $q$ || unfit || unfit_busy || ') AS columns' || of_archive || with_resource || $q$) s WHERE s.columns <> '' ORDER BY s.id$q$;
        RETURN QUERY
            SELECT 'error', 'bookings_archive', a.id, 'is in bookings too: reports count it twice', false
            FROM @extschema@.bookings_archive a JOIN @extschema@.bookings b ON b.id = a.id ORDER BY a.id;
    END IF;

    -- What the triggers of other tables fill, unless a CHECK refuses what they have not. An UPDATE of the column fires them.
    FOR fill IN
        SELECT v.*, format('%s.%I', '@extschema@', v.relation) AS place
        FROM (VALUES ('users', 'email', $q$email <> lower(lower(email COLLATE "C") COLLATE "default")$q$, 'not in lower case'),
                     ('customers', 'email', $q$email <> lower(lower(email COLLATE "C") COLLATE "default")$q$, 'not in lower case'),
                     ('employee_services', 'business_id', $q$business_id = '00000000-0000-0000-0000-000000000000'$q$, 'not filled in'),
                     ('employee_availability_overrides', 'business_id', $q$business_id = '00000000-0000-0000-0000-000000000000'$q$, 'not filled in')
             ) v (relation, attribute, unfit, what)
    LOOP
        CONTINUE WHEN to_regclass(fill.place) IS NULL;
        PERFORM @extschema@.bookmeatoz_note_progress(fill.relation, format('compares %s', fill.attribute));
        severity := 'error';
        table_name := fill.relation;
        FOR row_id IN EXECUTE format('SELECT id FROM %s WHERE %s ORDER BY id', fill.place, fill.unfit) LOOP
            finding := format('%s is %s', fill.attribute, fill.what);
            mended := false;
            IF repair THEN
                BEGIN
                    EXECUTE format('UPDATE %s SET %2$I = %2$I WHERE id = $1 RETURNING NOT coalesce(%3$s, false)', fill.place, fill.attribute, fill.unfit)
                        INTO mended USING row_id;
                    mended := coalesce(mended, false);
                EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                    finding := format('%s; it cannot be mended: %s', finding, SQLERRM);
                END;
            END IF;
            RETURN NEXT;
        END LOOP;
    END LOOP;

    -- What a trigger would refuse.
    RETURN QUERY
        SELECT 'error', f.relation, f.id, f.refusal, false
        FROM (SELECT 'services' AS relation, s.id, @extschema@.bookmeatoz_settings_refusal(true, s.id, s.settings) AS refusal FROM @extschema@.services s
              UNION ALL
              SELECT 'businesses', z.id, @extschema@.bookmeatoz_settings_refusal(false, z.id, z.settings) FROM @extschema@.businesses z) f
        WHERE f.refusal IS NOT NULL ORDER BY f.relation, f.id;

    -- Foreign keys: nobody checks them for rows that are restored with --disable-triggers.
    FOR key IN
        SELECT k.conname, c.relname, c.oid::regclass AS referring, k.confrelid::regclass AS referred,
               string_agg(format('p.%I = c.%I', theirs.attname, ours.attname), ' AND ' ORDER BY o.number) AS same,
               string_agg(format('c.%I IS NOT NULL', ours.attname), ' AND ' ORDER BY o.number) AS given
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        CROSS JOIN unnest(k.conkey, k.confkey) WITH ORDINALITY o (ours, theirs, number)
        JOIN pg_attribute ours ON ours.attrelid = k.conrelid AND ours.attnum = o.ours
        JOIN pg_attribute theirs ON theirs.attrelid = k.confrelid AND theirs.attnum = o.theirs
        WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid IN (SELECT r FROM @extschema@.bookmeatoz_relations() r)
        GROUP BY k.oid, c.oid ORDER BY c.relname COLLATE "C", k.conname COLLATE "C"
    LOOP
        PERFORM @extschema@.bookmeatoz_note_progress(key.relname, format('follows %s', key.conname));
        EXECUTE format('SELECT count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)', key.referring, key.given, key.referred, key.same)
            INTO number;
        IF number > 0 THEN
            RETURN QUERY SELECT 'error', key.relname::text, NULL::uuid, format('rows that refer to what does not exist, by %s: %s', key.conname, number), false;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_check_rows(boolean) IS
    'Does what bookmeatoz_verify_rows() promises, with the rights of its caller. Called by that and by bookmeatoz_install_schema(), as the owner.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_check_rows(boolean) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_verify_rows(repair boolean DEFAULT false)
RETURNS TABLE (severity text, table_name text, row_id uuid, finding text, mended boolean)
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_verify_rows(boolean) IS
    'Rows that are not as the triggers write them; no row if all are. For after a restore of data alone, a reinstallation, or work with triggers disabled: bookmeatoz_verify() reads no rows. A NOTICE tells of each step with a table of 100,000 rows or more.
It finds:
- in bookings, columns that the guard fills and that do not fit the row, bookings that overlap, and sessions with more bookings than seats
- in other tables, what a trigger would have filled in, written in lower case or refused, and references to what does not exist
- in bookings_archive, the same columns as in bookings, and bookings that are in both tables
Run it as the owner of the data; a superuser acts as the owner.
Arguments:
- repair: mend what can be mended without a choice: columns that a trigger fills, by that trigger; a hold that has expired is deleted. Nobody can write bookings until the end of the transaction. Of two bookings that overlap neither is touched
Columns:
- severity: error, or warning for what may be so by design: a capacity that was lowered, and the archive
- row_id: of several bookings of one session, the first; NULL where the finding is about several rows
- mended: true for what repair has mended
Errors:
- 22004: repair is NULL
- 42501: another role calls it
- 55000: repair, and the guard''s trigger is missing or disabled';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_verify_rows(boolean) FROM PUBLIC;

-- ===== 96-verify.sql

-- Whether all is as this version creates it. It compares definitions, not names.
--
-- No code of the owner's runs here: the functions read and deparse catalogs, and no query reads a table. Deparsed text depends on
-- settings that anybody may set, so these functions fix the settings. Everybody may call them; they run with the caller's rights.

CREATE FUNCTION @extschema@.bookmeatoz_definitions(names text[])
RETURNS TABLE (object text, kind text, name text, definition text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET standard_conforming_strings = on
SET intervalstyle = postgres SET datestyle = 'ISO, MDY' SET timezone = 'UTC' SET bytea_output = hex SET extra_float_digits = 1 AS $$
    WITH relation AS (
        SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relispartition, c.relam, c.reloptions
        FROM pg_class c WHERE c.relnamespace = '@extschema@'::regnamespace AND c.relname = ANY (names) AND c.relkind <> 'c'
    )
    SELECT r.relname::text, 'table', '',
           CASE r.relkind WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
                          WHEN 'f' THEN 'a foreign table' ELSE 'another kind of relation' END
           || CASE WHEN r.relispartition THEN ', a partition of another' ELSE '' END
    FROM relation r
    UNION ALL
    -- With its options. Up to 15 the columns of a query of one relation are written with its alias, which is s in our views.
    SELECT r.relname, 'query', '', coalesce(array_to_string(r.reloptions, ', ') || ': ', '') || btrim(regexp_replace(regexp_replace(pg_get_viewdef(r.oid), '\ms\.', '', 'g'), '\s+', ' ', 'g'))
    FROM relation r WHERE r.relkind IN ('v', 'm')
    UNION ALL
    SELECT r.relname, 'partition key', '', pg_get_partkeydef(r.oid) FROM relation r WHERE r.relkind = 'p'
    UNION ALL
    SELECT r.relname, 'row security', '', CASE WHEN r.relrowsecurity THEN 'on' ELSE 'off' END FROM relation r WHERE r.relkind NOT IN ('v', 'm')
    UNION ALL
    SELECT r.relname, 'persistence', '', CASE r.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END FROM relation r
    UNION ALL
    SELECT r.relname, 'access method', '', m.amname FROM relation r JOIN pg_am m ON m.oid = r.relam
    UNION ALL
    -- From 18 on NOT NULL is a constraint, and it may be NOT VALID.
    SELECT r.relname, 'column', a.attname,
           format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
           || CASE WHEN NOT a.attnotnull THEN ''
                   WHEN EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = r.oid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum]
                                                              AND NOT n.convalidated) THEN ' NOT NULL NOT VALID'
                   ELSE ' NOT NULL' END
           || CASE a.attgenerated WHEN '' THEN coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
                                  WHEN 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
                                  ELSE format(' GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(d.adbin, d.adrelid)) END
           || CASE a.attidentity WHEN '' THEN '' WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE ' GENERATED BY DEFAULT AS IDENTITY' END
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT r.relname, 'constraint', c.conname, pg_get_constraintdef(c.oid)
    FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid AND c.contype NOT IN ('n', 't')
    UNION ALL
    -- Without storage parameters, which are only tuning.
    SELECT r.relname, 'index', i.relname,
           CASE WHEN i.reloptions IS NULL THEN pg_get_indexdef(i.oid)
                ELSE regexp_replace(pg_get_indexdef(i.oid), ' WITH \(\w+=[^)]*\)', '') END
           || CASE WHEN x.indisvalid AND x.indisready AND x.indislive THEN '' ELSE ', invalid' END
    FROM relation r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
    UNION ALL
    SELECT r.relname, 'trigger', g.tgname,
           pg_get_triggerdef(g.oid)
           || CASE g.tgenabled WHEN 'O' THEN '' WHEN 'A' THEN ', ENABLE ALWAYS' WHEN 'D' THEN ', disabled' ELSE ', ENABLE REPLICA' END
    FROM relation r JOIN pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal
    UNION ALL
    SELECT r.relname, 'policy', p.polname,
           concat_ws(' ', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                     'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                     'TO ' || CASE WHEN 0 = ANY (p.polroles) THEN 'PUBLIC'
                                   ELSE (SELECT string_agg(quote_ident(pg_get_userbyid(o.role)), ', ' ORDER BY o.role) FROM unnest(p.polroles) o (role)) END,
                     'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
                     'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    -- The definition is an array of the labels.
    SELECT t.typname, 'type', '', coalesce((SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e WHERE e.enumtypid = t.oid), '{}')
    FROM pg_type t WHERE t.typnamespace = '@extschema@'::regnamespace AND t.typname = ANY (names) AND t.typtype = 'e'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_definitions(text[]) IS
    'The named tables, views and enum types of the extension''s schema, and all that belongs to them, each with its definition. A definition '
    'is the same in every session and after a restore. bookmeatoz_verify() compares it with bookmeatoz_expected_definitions().';

CREATE FUNCTION @extschema@.bookmeatoz_function_definitions()
RETURNS TABLE (name text, definition text, for_public boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET standard_conforming_strings = on
SET intervalstyle = postgres SET datestyle = 'ISO, MDY' SET timezone = 'UTC' SET bytea_output = hex SET extra_float_digits = 1 AS $$
    SELECT p.oid::regprocedure::text,
           concat_ws(' ', format('(%s) RETURNS %s LANGUAGE %s', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname),
                     CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                     CASE WHEN p.proisstrict THEN 'STRICT' END,
                     CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
                     CASE WHEN p.proleakproof THEN 'LEAKPROOF' END,
                     'PARALLEL ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END,
                     CASE WHEN p.prosupport <> 0 THEN 'SUPPORT ' || p.prosupport::regproc::text END,
                     (SELECT string_agg('SET ' || s.setting, ' ' ORDER BY s.setting COLLATE "C") FROM unnest(p.proconfig) s (setting)),
                     CASE WHEN p.probin IS NULL THEN 'AS ' || md5(concat(p.prosrc, pg_get_function_sqlbody(p.oid)))
                          ELSE format('AS %L, %L', p.probin, p.prosrc) END),
           EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')
    FROM pg_extension x
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    JOIN pg_proc p ON p.oid = d.objid JOIN pg_language l ON l.oid = p.prolang
    WHERE x.extname = 'bookmeatoz' AND p.proname <> 'bookmeatoz_expected_function_definitions'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_function_definitions() IS
    'The functions of the extension, each with its definition (with the MD5 of the body), and whether everybody may execute it. '
    'bookmeatoz_verify() compares them with bookmeatoz_expected_function_definitions().';

CREATE FUNCTION @extschema@.bookmeatoz_fits(kind text, found text, wanted text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    -- Further labels of a type are the user's own.
    SELECT wanted IS NOT DISTINCT FROM
           CASE WHEN kind <> 'type' OR wanted IS NULL THEN found
                ELSE (SELECT array_agg(l.label ORDER BY l.number)::text
                      FROM unnest(found::text[]) WITH ORDINALITY l (label, number) WHERE l.label = ANY (wanted::text[])) END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_fits(text, text, text) IS
    'Whether a definition is the wanted one; a type may have further labels. Called by bookmeatoz_differences() and bookmeatoz_step_states().';

CREATE FUNCTION @extschema@.bookmeatoz_differences() RETURNS TABLE (severity text, finding text, missing boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH expected AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_expected_definitions()),
    found AS MATERIALIZED (SELECT * FROM @extschema@.bookmeatoz_definitions(ARRAY(SELECT DISTINCT e.object FROM @extschema@.bookmeatoz_expected_definitions() e))),
    difference AS (
        SELECT e.object, e.kind, e.name, e.definition AS wanted, f.definition AS got
        FROM expected e LEFT JOIN found f USING (object, kind, name)
        WHERE e.definition IS DISTINCT FROM f.definition AND NOT @extschema@.bookmeatoz_fits(e.kind, f.definition, e.definition)
    )
    -- Whether a table is audited is the owner's choice.
    SELECT CASE WHEN d.kind = 'index' AND d.wanted !~ '^CREATE UNIQUE' THEN 'warning'
                WHEN d.kind = 'trigger' AND d.got = d.wanted || ', disabled' AND d.wanted ~ '\mtrigger_audit\M' THEN 'warning' ELSE 'error' END,
           CASE WHEN d.kind IN ('table', 'type') AND d.got IS NULL
                     THEN format('%s %I is missing', CASE d.kind WHEN 'type' THEN 'type' ELSE substr(d.wanted, length('a ') + 1) END, d.object)
                WHEN d.kind = 'type' THEN format('type %I: its labels are %s, expected %s in this order', d.object, d.got, d.wanted)
                WHEN d.kind = 'table' THEN format('table %I: it is %s, expected %s', d.object, d.got, d.wanted)
                WHEN d.name = '' THEN format('table %I: %s is %s', d.object, d.kind, coalesce(d.got, 'missing'))
                WHEN d.got IS NULL THEN format('table %I: %s %I is missing', d.object, d.kind, d.name)
                ELSE format('table %I: %s %I differs: expected %s, found %s', d.object, d.kind, d.name, d.wanted, d.got) END,
           d.got IS NULL
    FROM difference d
    -- If another thing has the name of a table, say only that.
    WHERE d.kind IN ('table', 'type') OR NOT EXISTS (SELECT FROM difference t WHERE t.object = d.object AND t.kind = 'table')
    ORDER BY d.object COLLATE "C", d.kind = 'type', d.kind <> 'table', d.kind COLLATE "C", d.name COLLATE "C"
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_differences() IS
    'What is not as bookmeatoz_install_schema() creates it, as bookmeatoz_verify() says it, and whether it is missing. Called by both.';

CREATE FUNCTION @extschema@.bookmeatoz_time_zones() RETURNS SETOF text
LANGUAGE C STABLE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_time_zones() IS
    'The time zones of all businesses, each once. It reads the table itself, not by a query, so no code of the table''s owner runs. It '
    'returns none if the caller may not SELECT the whole table, if row security binds the caller, or if there is no such table or column.';

CREATE FUNCTION @extschema@.bookmeatoz_verify() RETURNS TABLE (severity text, finding text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me           CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
    here         CONSTANT oid := '@extschema@'::regnamespace;
    tables       CONSTANT text[] := ARRAY(SELECT e.object FROM @extschema@.bookmeatoz_expected_definitions() e WHERE e.kind = 'table'
                                          ORDER BY e.object COLLATE "C");
    types        CONSTANT text[] := ARRAY(SELECT e.object FROM @extschema@.bookmeatoz_expected_definitions() e WHERE e.kind = 'type'
                                          ORDER BY e.object COLLATE "C");
    -- With their partitions, whatever these are.
    relations    CONSTANT oid[] := ARRAY(SELECT DISTINCT coalesce(t.relid::oid, c.oid)
                                         FROM pg_class c LEFT JOIN pg_partition_tree(c.oid) t ON c.relkind = 'p'
                                         WHERE c.relnamespace = here AND c.relname = ANY (tables) AND c.relkind IN ('r', 'p'));
    views        CONSTANT oid[] := ARRAY(SELECT c.oid FROM pg_class c WHERE c.relnamespace = here AND c.relname = ANY (tables)
                                                                       AND c.relkind IN ('v', 'm'));
    -- One role should own everything: the one that owns most.
    data_owner   CONSTANT oid := (SELECT c.relowner FROM pg_class c WHERE c.oid = ANY (relations)
                                  GROUP BY c.relowner ORDER BY count(*) DESC, c.relowner LIMIT 1);
    token_tables CONSTANT text[] := ARRAY['token_blacklist', 'password_resets', 'email_verifications'];
    holders      oid[];
    known        text[];
    zones        text[];
BEGIN
    RETURN QUERY SELECT d.severity, d.finding FROM @extschema@.bookmeatoz_differences() d;

    -- Partitions.
    RETURN QUERY
        WITH part AS (
            SELECT p.oid, p.oid::regclass AS name, p.relkind, p.relpersistence, p.relrowsecurity, i.inhparent, c.relname AS parent
            FROM pg_class p JOIN pg_inherits i ON i.inhrelid = p.oid JOIN pg_class c ON c.oid = i.inhparent
            WHERE p.oid = ANY (relations) AND p.relispartition
        )
        SELECT 'error', f.finding
        FROM part p CROSS JOIN LATERAL (
            SELECT format('table %I: its partition %s is %s', p.parent, p.name, CASE p.relkind WHEN 'f' THEN 'a foreign table' ELSE 'unlogged' END)
            WHERE p.relkind = 'f' OR p.relpersistence <> 'p'
            UNION ALL
            SELECT format('table %I: row security of its partition %s is off', p.parent, p.name) WHERE NOT p.relrowsecurity
            UNION ALL
            SELECT format('table %I: trigger %I of its partition %s differs or is missing', p.parent, g.tgname, p.name)
            FROM pg_trigger g
            WHERE g.tgrelid = p.inhparent AND NOT g.tgisinternal AND g.tgtype & 1 = 1
              AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgrelid = p.oid AND o.tgparentid = g.oid AND o.tgenabled = g.tgenabled)) f (finding)
        ORDER BY f.finding COLLATE "C";
    RETURN QUERY
        SELECT 'error', format('table %I: it has no default partition, so it takes no row of a month that has none', c.relname)
        FROM pg_class c JOIN pg_partitioned_table t ON t.partrelid = c.oid
        WHERE c.oid = ANY (relations) AND c.relkind = 'p' AND NOT c.relispartition AND t.partdefid = 0
        ORDER BY c.relname COLLATE "C";

    -- What was added and gets past what is ours.
    RETURN QUERY
        SELECT 'warning', format('table %I: permissive policy %I is OR-ed with those of bookmeatoz', c.relname, p.polname)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.oid = ANY (relations) AND p.polpermissive
          AND NOT EXISTS (SELECT FROM @extschema@.bookmeatoz_expected_definitions() e
                          WHERE e.object = c.relname AND e.kind = 'policy' AND e.name = p.polname)
        ORDER BY c.relname COLLATE "C", p.polname COLLATE "C";
    RETURN QUERY
        SELECT 'error', format('table %I: rule %I rewrites what is done to it', c.relname, w.rulename)
        FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class WHERE c.oid = ANY (relations)
        ORDER BY c.relname COLLATE "C", w.rulename COLLATE "C";
    RETURN QUERY
        SELECT 'error', CASE WHEN c.oid = i.inhparent
            THEN format('table %I: %s inherits from it, and its rows are under none of its keys, triggers and policies', c.relname, i.inhrelid::regclass)
            ELSE format('table %I: it inherits from %s, through which its rows are read without its policies', c.relname, i.inhparent::regclass) END
        FROM pg_inherits i JOIN pg_class c ON c.oid IN (i.inhparent, i.inhrelid) AND c.oid = ANY (relations) AND c.relkind = 'r'
                                          AND NOT c.relispartition
        ORDER BY c.relname COLLATE "C", i.inhrelid, i.inhparent;
    RETURN QUERY
        SELECT DISTINCT 'error', format('table %I: foreign keys are not checked, their triggers are disabled', c.relname)
        FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        WHERE c.oid = ANY (relations) AND g.tgisinternal AND g.tgenabled IN ('D', 'R')
        ORDER BY 2;
    -- Of our triggers, only those that fire BEFORE the row and decide about more than updated_at. (tgtype: 1 is ROW, 2 is BEFORE, the
    -- rest are events.)
    RETURN QUERY
        SELECT 'warning', format('table %I: trigger %I fires after %s, and may change what they checked or filled in', c.relname, g.tgname,
                                 string_agg(quote_ident(o.tgname), ', ' ORDER BY o.tgname COLLATE "C"))
        FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        JOIN pg_trigger o ON o.tgrelid = g.tgrelid AND NOT o.tgisinternal AND o.tgtype & 3 = 3 AND o.tgtype & g.tgtype & 28 <> 0
                         AND o.tgname COLLATE "C" < g.tgname COLLATE "C"
        JOIN @extschema@.bookmeatoz_expected_definitions() e ON e.object = c.relname AND e.kind = 'trigger' AND e.name = o.tgname
                         AND e.definition !~ '\mtrigger_set_timestamp\M'
        WHERE c.oid = ANY (relations) AND NOT g.tgisinternal AND g.tgtype & 3 = 3 AND g.tgenabled <> 'D'
          AND NOT EXISTS (SELECT FROM @extschema@.bookmeatoz_expected_definitions() m
                          WHERE m.object = c.relname AND m.kind = 'trigger' AND m.name = g.tgname)
        GROUP BY c.relname, g.tgname ORDER BY c.relname COLLATE "C", g.tgname COLLATE "C";
    RETURN QUERY
        SELECT 'warning', CASE v.relkind
            WHEN 'm' THEN format('table %I: materialized view %s holds rows of it outside row security', reader.relname, v.oid::regclass)
            ELSE format('table %I: view %s lacks security_invoker and shows what the owner of the view sees', reader.relname, v.oid::regclass) END
        FROM (SELECT DISTINCT r.ev_class, c.relname
              FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid JOIN pg_class c ON c.oid = d.refobjid
              WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (relations || views) AND r.ev_class <> ALL (d.refobjid || views)) reader
        JOIN pg_class v ON v.oid = reader.ev_class
        WHERE v.relkind = 'm'
           OR v.relkind = 'v' AND NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions) o
                                              WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
        ORDER BY reader.relname COLLATE "C", v.oid::regclass::text COLLATE "C";

    -- One role owns everything, and row security binds it on all tables or on none.
    RETURN QUERY
        SELECT 'error', format('%s %I belongs to role %I, the others to role %I', o.kind, o.name, pg_get_userbyid(o.owner), pg_get_userbyid(data_owner))
        FROM (SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, c.relname, c.relowner
              FROM pg_class c WHERE c.oid = ANY (relations || views)
              UNION ALL
              SELECT 'type', t.typname, t.typowner FROM pg_type t WHERE t.typnamespace = here AND t.typname = ANY (types)) o (kind, name, owner)
        WHERE o.owner <> data_owner ORDER BY o.kind, o.name COLLATE "C";
    RETURN QUERY
        SELECT 'error', format('table %I: row security is %sforced, of the other tables it is%s', c.relname,
                               CASE WHEN c.relforcerowsecurity THEN '' ELSE 'not ' END, CASE WHEN c.relforcerowsecurity THEN ' not' ELSE '' END)
        FROM pg_class c
        WHERE c.oid = ANY (relations)
          AND c.relforcerowsecurity <> (SELECT 2 * count(*) FILTER (WHERE a.relforcerowsecurity) > count(*) FROM pg_class a WHERE a.oid = ANY (relations))
        ORDER BY c.relname COLLATE "C";

    -- The roles that have privileges on our tables, also by membership, and that row security binds.
    WITH RECURSIVE holder (oid) AS (
        SELECT acl.grantee FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl WHERE c.oid = ANY (relations) AND acl.grantee <> c.relowner
        UNION
        SELECT acl.grantee FROM pg_attribute a CROSS JOIN aclexplode(a.attacl) acl WHERE a.attrelid = ANY (relations) AND acl.grantee <> data_owner
        UNION
        SELECT m.member FROM holder h JOIN pg_auth_members m ON m.roleid = h.oid
    )
    SELECT array_agg(r.oid ORDER BY r.rolname COLLATE "C") INTO holders
    FROM holder h JOIN pg_roles r USING (oid)
    WHERE NOT r.rolsuper AND NOT r.rolbypassrls AND NOT pg_has_role(r.oid, data_owner, 'MEMBER');
    -- The functions, as the install script left them.
    RETURN QUERY
        SELECT 'error', CASE WHEN f.name IS NULL THEN format('function %s is not a member of the extension', name)
                             WHEN e.name IS NULL THEN format('function %s is a member of the extension, but not of this version', name)
                             WHEN f.definition <> e.definition THEN format('function %s differs: expected %s, found %s', name, e.definition, f.definition)
                             ELSE format('function %s: everybody has EXECUTE on it', name) END
        FROM @extschema@.bookmeatoz_expected_function_definitions() e FULL JOIN @extschema@.bookmeatoz_function_definitions() f USING (name)
        WHERE f.definition IS DISTINCT FROM e.definition OR f.for_public AND NOT e.for_public
        ORDER BY name COLLATE "C";
    RETURN QUERY
        WITH member AS (
            SELECT p.oid, p.proname, p.proowner, p.proacl, p.prorettype, x.extowner
            FROM pg_extension x
            JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
            JOIN pg_proc p ON p.oid = d.objid
            WHERE x.extname = 'bookmeatoz'
        )
        SELECT 'error', format('function %s belongs to role %I, the extension to role %I', m.oid::regprocedure,
                               pg_get_userbyid(m.proowner), pg_get_userbyid(m.extowner))
        FROM member m WHERE m.proowner <> m.extowner
        UNION ALL
        SELECT 'error', format('function %s: role %I has EXECUTE on it, who needs no trigger function', m.oid::regprocedure, pg_get_userbyid(acl.grantee))
        FROM member m CROSS JOIN aclexplode(m.proacl) acl
        WHERE m.prorettype = 'trigger'::regtype AND acl.grantee NOT IN (0, m.proowner, data_owner)
        UNION ALL
        SELECT 'warning', format('role %I may pass on EXECUTE on functions, which only the owner of the data needs: %s', pg_get_userbyid(acl.grantee),
                                 string_agg(m.oid::regprocedure::text, ', ' ORDER BY m.oid::regprocedure::text COLLATE "C"))
        FROM member m CROSS JOIN aclexplode(m.proacl) acl
        WHERE acl.is_grantable AND acl.grantee NOT IN (0, m.proowner, data_owner) GROUP BY acl.grantee
        UNION ALL
        SELECT 'warning', format('function %s: role %I, which has privileges on tables, may sign any session context', m.oid::regprocedure, pg_get_userbyid(u.role))
        FROM member m CROSS JOIN unnest(holders) u (role)
        WHERE m.proname = 'sign_session_context' AND has_function_privilege(u.role, m.oid, 'EXECUTE') AND NOT has_function_privilege('public', m.oid, 'EXECUTE')
        UNION ALL
        SELECT 'warning', format('function %s bears the name of a function of bookmeatoz, but is not of it: calls may mean it', p.oid::regprocedure)
        FROM pg_proc p
        WHERE p.pronamespace = here AND p.proname IN (SELECT m.proname FROM member m) AND p.oid NOT IN (SELECT m.oid FROM member m)
        ORDER BY 2;

    -- Privileges that no grant function gives. Roles that row security does not bind are not judged. An auth role may have the rights
    -- of bookmeatoz_grant_auth_role(), any other role those of bookmeatoz_grant_app_role(), or some of them.
    RETURN QUERY
        WITH granted AS (
            SELECT c.relname, c.relispartition, NULL::name AS column_name, acl.grantee, acl.privilege_type, acl.is_grantable
            FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl WHERE c.oid = ANY (relations || views) AND acl.grantee <> c.relowner
            UNION ALL
            SELECT c.relname, c.relispartition, a.attname, acl.grantee, acl.privilege_type, acl.is_grantable
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            CROSS JOIN aclexplode(a.attacl) acl WHERE c.oid = ANY (relations || views) AND acl.grantee <> c.relowner
        ),
        grantee AS (
            SELECT r.oid, coalesce(has_function_privilege(r.oid, to_regprocedure('@extschema@.may_authenticate_users()'), 'EXECUTE'), false) AS is_auth
            FROM pg_roles r
            WHERE r.oid IN (SELECT g.grantee FROM granted g) AND NOT r.rolsuper AND NOT r.rolbypassrls AND NOT pg_has_role(r.oid, data_owner, 'MEMBER')
            UNION ALL
            SELECT 0, NULL
        )
        SELECT 'error', format('table %I: %s has %s on it%s, which no grant function gives', g.relname,
                               CASE g.grantee WHEN 0 THEN 'everybody' ELSE format('role %I', pg_get_userbyid(g.grantee)) END,
                               string_agg(DISTINCT g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '),
                               ' (' || string_agg(DISTINCT quote_ident(g.column_name), ', ') || ')')
        FROM granted g JOIN grantee r ON r.oid = g.grantee
        WHERE g.grantee = 0 OR g.is_grantable OR NOT CASE
            WHEN g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') THEN false
            WHEN g.relname IN ('business_stats', 'schema_ledger') THEN false
            -- A partition is read through its table.
            WHEN g.relispartition THEN false
            WHEN g.relname IN ('accessible_business_stats', 'audit_logs', 'bookings_archive', 'bookings_all') THEN g.privilege_type = 'SELECT' AND NOT r.is_auth
            WHEN g.relname = ANY (token_tables) THEN r.is_auth
            WHEN g.relname <> 'users' THEN NOT r.is_auth
            WHEN r.is_auth THEN coalesce(
                g.privilege_type = 'SELECT' AND g.column_name IN ('id', 'email', 'password_hash', 'status', 'email_verified', 'last_login_at', 'system_role')
                OR g.privilege_type = 'UPDATE' AND g.column_name IN ('password_hash', 'status', 'email_verified', 'last_login_at'), false)
            ELSE g.privilege_type = 'DELETE' OR coalesce(g.column_name <> 'password_hash', false) END
        GROUP BY g.relname, g.grantee, g.column_name IS NULL
        ORDER BY 2;

    RETURN QUERY
        SELECT 'error', CASE bool_or(h.from_all)
            WHEN true THEN format('everybody may create %s, roles with privileges on our tables too: what they create can take the place of ours in another '
                                  'session''s statements. REVOKE %s FROM PUBLIC', h.what, h.revoke)
            ELSE format('role %s may create %s, which can take the place of ours in another session''s statements: REVOKE %s FROM it, or from the role '
                        'of which it is a member', string_agg(quote_ident(pg_get_userbyid(h.role)), ', ' ORDER BY h.number), h.what, h.revoke) END
        FROM (SELECT u.role, u.number, 'temporary objects in this database' AS what, format('TEMPORARY ON DATABASE %I', current_database()) AS revoke,
                     has_database_privilege(u.role, current_database(), 'TEMPORARY') AS allowed,
                     has_database_privilege('public', current_database(), 'TEMPORARY') AS from_all
              FROM unnest(holders) WITH ORDINALITY u (role, number)
              UNION ALL
              SELECT u.role, u.number, 'schemas in this database', format('CREATE ON DATABASE %I', current_database()),
                     has_database_privilege(u.role, current_database(), 'CREATE'), has_database_privilege('public', current_database(), 'CREATE')
              FROM unnest(holders) WITH ORDINALITY u (role, number)
              UNION ALL
              SELECT u.role, u.number, format('objects in schema %I', here::regnamespace::name), format('CREATE ON SCHEMA %s', here::regnamespace),
                     has_schema_privilege(u.role, here, 'CREATE'), has_schema_privilege('public', here, 'CREATE')
              FROM unnest(holders) WITH ORDINALITY u (role, number)) h
        WHERE h.allowed GROUP BY h.what, h.revoke ORDER BY 2;
    RETURN QUERY
        SELECT 'error', format('role %I may set session_replication_role, and switch off keys and triggers by it', pg_get_userbyid(u.role))
        FROM unnest(holders) u (role) WHERE has_parameter_privilege(u.role, 'session_replication_role', 'SET') ORDER BY 2;
    RETURN QUERY
        SELECT 'error', format('%s sets session_replication_role: keys and triggers are switched off', CASE
            WHEN s.setrole = 0 THEN 'the database' ELSE format('role %I', pg_get_userbyid(s.setrole)) END)
        FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) line
        WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
          AND line LIKE 'session\_replication\_role=%' AND line <> 'session_replication_role=origin'
        ORDER BY 2;
    RETURN QUERY
        SELECT 'warning', format('role %I is a member of %I: it has privileges on tokens and on password_hash', r.rolname, p.rolname)
        FROM pg_roles p JOIN pg_roles r ON p.rolname IN ('pg_read_all_data', 'pg_write_all_data') AND r.oid <> p.oid AND pg_has_role(r.oid, p.oid, 'MEMBER')
        WHERE NOT r.rolsuper AND NOT r.rolbypassrls AND NOT pg_has_role(r.oid, data_owner, 'MEMBER')
        ORDER BY 2;
    -- Default privileges that would give others rights on what is installed later.
    RETURN QUERY
        SELECT DISTINCT 'warning', format('default privileges: %s will have %s on each %s that role %I creates%s', CASE acl.grantee
                                          WHEN 0 THEN 'everybody' ELSE format('role %I', pg_get_userbyid(acl.grantee)) END,
                                          acl.privilege_type, CASE p.defaclobjtype WHEN 'r' THEN 'table' ELSE 'function' END,
                                          pg_get_userbyid(p.defaclrole), CASE p.defaclnamespace WHEN 0 THEN '' ELSE format(' in schema %I', here::regnamespace::name) END)
        FROM pg_default_acl p CROSS JOIN aclexplode(p.defaclacl) acl
        WHERE p.defaclnamespace IN (0, here) AND acl.grantee <> p.defaclrole
          AND (p.defaclobjtype = 'r' AND p.defaclrole = data_owner
               OR p.defaclobjtype = 'f' AND acl.grantee <> 0 AND p.defaclrole = (SELECT x.extowner FROM pg_extension x WHERE x.extname = 'bookmeatoz'))
        ORDER BY 2;

    -- A search in a business raises an error if the server does not know its time zone. The next server may not know a legacy name.
    -- pg_timezone_names is slow, so it is read at most once.
    zones := ARRAY(SELECT z FROM @extschema@.bookmeatoz_time_zones() z);
    IF zones <> '{}' THEN
        known := ARRAY(SELECT n.name FROM pg_timezone_names n);
        RETURN QUERY
            SELECT 'warning', format('table businesses: time zone %L is ', z)
                              || CASE WHEN z <> ALL (known) THEN 'not known to this server' ELSE 'a legacy name, which the next server may not know' END
                              || coalesce(': ' || quote_literal(@extschema@.time_zone_replacement(z)) || ' replaces it', '')
            FROM unnest(zones) z WHERE z <> ALL (known) OR @extschema@.time_zone_replacement(z) IS NOT NULL ORDER BY z COLLATE "C";
    END IF;

    -- Who is asking.
    RETURN QUERY
        WITH unbound AS (
            SELECT r.oid, r.rolname, CASE WHEN r.rolsuper THEN 'it is a superuser'
                                          WHEN r.rolbypassrls THEN 'it has BYPASSRLS'
                                          ELSE 'it owns tables whose row security is not forced' END AS reason
            FROM pg_roles r
            WHERE r.rolsuper OR r.rolbypassrls
               OR r.oid IN (SELECT c.relowner FROM pg_class c WHERE c.oid = ANY (relations) AND NOT c.relforcerowsecurity)
        )
        SELECT 'warning', format('row security does not bind role %I: %s', u.rolname, u.reason)
        FROM unbound u WHERE u.oid = me
        UNION ALL
        SELECT 'warning', format('row security does not bind role %I, of which role %s is a member: %s', u.rolname, me::regrole, u.reason)
        FROM unbound u
        WHERE u.oid <> me AND pg_has_role(u.oid, 'MEMBER') AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = me AND r.rolsuper)
        UNION ALL
        SELECT 'warning', format('row security does not bind role %I, to which RESET ROLE leads back: %s', u.rolname, u.reason)
        FROM unbound u WHERE u.oid <> me AND u.rolname = session_user;

    -- Say nothing if the setting is hidden from the role.
    IF EXISTS (SELECT FROM pg_settings s WHERE s.name = 'session_preload_libraries')
        AND NOT EXISTS (SELECT FROM pg_settings s
                        WHERE s.name IN ('session_preload_libraries', 'shared_preload_libraries') AND s.setting ~ '\mbookmeatoz\M')
        AND NOT EXISTS (SELECT FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) line
                        WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
                          AND s.setrole = 0 AND line ~ '^session_preload_libraries=.*\mbookmeatoz\M') THEN
        RETURN QUERY SELECT 'warning', 'session_preload_libraries lacks bookmeatoz: a session that has called none of its functions checks no app.* setting';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_verify() IS
    'What weakens tenant isolation in this database or for the current role; no row if nothing was found. Everybody may call it. What is hidden from the role is not judged.
It compares the definitions of tables, views, types and functions with those of this version, and privileges with what the grant functions give. Further columns, keys, indexes, labels, restrictive policies and AFTER triggers are no finding.
Values of severity:
- error: tenant isolation or the guard does not hold as designed
- warning: row security does not bind the current role, something that was added gets past it, an index is missing, a table of ours is not audited, or the time zone of a business is unknown or a legacy name';

-- ===== 97-definitions.sql

-- The definitions of this version: written by ./dev definitions, not by hand. The tables and types, as bookmeatoz_definitions() sees
-- them once they are created. The mark of uuid-ossp's schema is replaced when they are read, because that extension can be moved.

CREATE FUNCTION @extschema@.bookmeatoz_expected_definitions()
RETURNS TABLE (object text, kind text, name text, definition text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.object, e.kind, e.name, replace(e.definition, '@uuid-ossp@', quote_ident(n.nspname))
    FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace CROSS JOIN (VALUES
    ('accessible_business_stats', 'column', 'booked_minutes', 'bigint'),
    ('accessible_business_stats', 'column', 'bookings', 'bigint'),
    ('accessible_business_stats', 'column', 'bookings_by_status', 'jsonb'),
    ('accessible_business_stats', 'column', 'business_id', 'uuid'),
    ('accessible_business_stats', 'column', 'cancellations', 'bigint'),
    ('accessible_business_stats', 'column', 'customers', 'bigint'),
    ('accessible_business_stats', 'column', 'median_lead_time', 'interval'),
    ('accessible_business_stats', 'column', 'month', 'date'),
    ('accessible_business_stats', 'column', 'new_customers', 'bigint'),
    ('accessible_business_stats', 'column', 'no_shows', 'bigint'),
    ('accessible_business_stats', 'column', 'revenue', 'jsonb'),
    ('accessible_business_stats', 'column', 'working_minutes', 'bigint'),
    ('accessible_business_stats', 'persistence', '', 'permanent'),
    ('accessible_business_stats', 'query', '', 'security_barrier=true: SELECT business_id, month, bookings, bookings_by_status, booked_minutes, working_minutes, revenue, customers, new_customers, cancellations, no_shows, median_lead_time FROM @extschema@.business_stats s WHERE @extschema@.can_access_business(business_id);'),
    ('accessible_business_stats', 'table', '', 'a view'),
    ('audit_logs', 'column', 'action', 'text NOT NULL'),
    ('audit_logs', 'column', 'actor_role', 'text NOT NULL'),
    ('audit_logs', 'column', 'actor_user_id', 'uuid'),
    ('audit_logs', 'column', 'after', 'jsonb'),
    ('audit_logs', 'column', 'before', 'jsonb'),
    ('audit_logs', 'column', 'business_id', 'uuid'),
    ('audit_logs', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('audit_logs', 'column', 'entity_id', 'uuid NOT NULL'),
    ('audit_logs', 'column', 'entity_type', 'text NOT NULL'),
    ('audit_logs', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('audit_logs', 'column', 'tenant_id', 'uuid'),
    ('audit_logs', 'constraint', 'audit_logs_pkey', 'PRIMARY KEY (id, created_at)'),
    ('audit_logs', 'index', 'audit_logs_business_created_idx', 'CREATE INDEX audit_logs_business_created_idx ON ONLY @extschema@.audit_logs USING btree (business_id, created_at)'),
    ('audit_logs', 'index', 'audit_logs_entity_created_idx', 'CREATE INDEX audit_logs_entity_created_idx ON ONLY @extschema@.audit_logs USING btree (entity_id, created_at)'),
    ('audit_logs', 'index', 'audit_logs_pkey', 'CREATE UNIQUE INDEX audit_logs_pkey ON ONLY @extschema@.audit_logs USING btree (id, created_at)'),
    ('audit_logs', 'index', 'audit_logs_tenant_created_idx', 'CREATE INDEX audit_logs_tenant_created_idx ON ONLY @extschema@.audit_logs USING btree (tenant_id, created_at)'),
    ('audit_logs', 'partition key', '', 'RANGE (created_at)'),
    ('audit_logs', 'persistence', '', 'permanent'),
    ('audit_logs', 'policy', 'audit_logs_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_manage_business(business_id, tenant_id))'),
    ('audit_logs', 'row security', '', 'on'),
    ('audit_logs', 'table', '', 'a partitioned table'),
    ('audit_logs', 'trigger', 'audit_logs_append_only', 'CREATE TRIGGER audit_logs_append_only BEFORE INSERT OR DELETE OR UPDATE ON @extschema@.audit_logs FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_append_only()'),
    ('audit_logs', 'trigger', 'audit_logs_never_truncated', 'CREATE TRIGGER audit_logs_never_truncated BEFORE TRUNCATE ON @extschema@.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.trigger_append_only()'),
    ('booking_status_type_v1', 'type', '', '{pending,confirmed,cancelled,completed,rejected,no_show}'),
    ('bookings', 'access method', '', 'heap'),
    ('bookings', 'column', 'booked_by_user_id', 'uuid'),
    ('bookings', 'column', 'buffer_after_minutes', 'integer NOT NULL DEFAULT ''-1''::integer'),
    ('bookings', 'column', 'buffer_before_minutes', 'integer NOT NULL DEFAULT ''-1''::integer'),
    ('bookings', 'column', 'business_id', 'uuid NOT NULL'),
    ('bookings', 'column', 'busy', 'tstzrange NOT NULL GENERATED ALWAYS AS (@extschema@.busy_range(start_time, end_time, buffer_before_minutes, buffer_after_minutes)) STORED'),
    ('bookings', 'column', 'cancellation_reason', 'text'),
    ('bookings', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('bookings', 'column', 'currency', 'character varying(3)'),
    ('bookings', 'column', 'customer_id', 'uuid'),
    ('bookings', 'column', 'employee_id', 'uuid'),
    ('bookings', 'column', 'end_time', 'timestamp with time zone NOT NULL DEFAULT ''-infinity''::timestamp with time zone'),
    ('bookings', 'column', 'hold_expires_at', 'timestamp with time zone'),
    ('bookings', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('bookings', 'column', 'idempotency_hash', 'bytea'),
    ('bookings', 'column', 'idempotency_key', 'text'),
    ('bookings', 'column', 'metadata', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('bookings', 'column', 'notes', 'text'),
    ('bookings', 'column', 'overbooked', 'boolean NOT NULL DEFAULT false'),
    ('bookings', 'column', 'price', 'numeric'),
    ('bookings', 'column', 'reminder_sent_1h', 'boolean NOT NULL DEFAULT false'),
    ('bookings', 'column', 'reminder_sent_24h', 'boolean NOT NULL DEFAULT false'),
    ('bookings', 'column', 'rescheduled_from_booking_id', 'uuid'),
    ('bookings', 'column', 'resource_id', 'uuid'),
    ('bookings', 'column', 'seat', 'smallint NOT NULL DEFAULT 0'),
    ('bookings', 'column', 'series_id', 'uuid'),
    ('bookings', 'column', 'service_id', 'uuid NOT NULL'),
    ('bookings', 'column', 'session_key', 'uuid NOT NULL DEFAULT ''00000000-0000-0000-0000-000000000000''::uuid'),
    ('bookings', 'column', 'start_time', 'timestamp with time zone NOT NULL'),
    ('bookings', 'column', 'status', '@extschema@.booking_status_type_v1 NOT NULL DEFAULT ''pending''::@extschema@.booking_status_type_v1'),
    ('bookings', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('bookings', 'column', 'visit_id', 'uuid'),
    ('bookings', 'constraint', 'bookings_booked_by_user_fkey', 'FOREIGN KEY (booked_by_user_id) REFERENCES @extschema@.users(id) ON DELETE SET NULL'),
    ('bookings', 'constraint', 'bookings_buffer_after_in_range', 'CHECK (((buffer_after_minutes >= 0) AND (buffer_after_minutes <= 1440)))'),
    ('bookings', 'constraint', 'bookings_buffer_before_in_range', 'CHECK (((buffer_before_minutes >= 0) AND (buffer_before_minutes <= 1440)))'),
    ('bookings', 'constraint', 'bookings_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('bookings', 'constraint', 'bookings_business_id_key', 'UNIQUE (business_id, id)'),
    ('bookings', 'constraint', 'bookings_currency_is_code', 'CHECK (((currency)::text ~ ''^[A-Z]{3}$''::text))'),
    ('bookings', 'constraint', 'bookings_customer_fkey', 'FOREIGN KEY (business_id, customer_id) REFERENCES @extschema@.customers(business_id, id) ON DELETE RESTRICT'),
    ('bookings', 'constraint', 'bookings_customer_unless_hold', 'CHECK (((customer_id IS NOT NULL) OR (hold_expires_at IS NOT NULL)))'),
    ('bookings', 'constraint', 'bookings_employee_fkey', 'FOREIGN KEY (business_id, employee_id) REFERENCES @extschema@.employees(business_id, id) ON DELETE SET NULL (employee_id)'),
    ('bookings', 'constraint', 'bookings_end_after_start', 'CHECK ((end_time > start_time))'),
    ('bookings', 'constraint', 'bookings_finite_times', 'CHECK ((isfinite(start_time) AND isfinite(end_time) AND isfinite(hold_expires_at)))'),
    ('bookings', 'constraint', 'bookings_idempotency_hash_has_key', 'CHECK (((idempotency_hash IS NULL) OR (idempotency_key IS NOT NULL)))'),
    ('bookings', 'constraint', 'bookings_idempotency_key_valid', 'CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255)))'),
    ('bookings', 'constraint', 'bookings_lasts_at_most_7_days', 'CHECK ((((end_time - start_time) >= ''00:00:00''::interval) AND ((end_time - start_time) <= ''168:00:00''::interval)))'),
    ('bookings', 'constraint', 'bookings_metadata_is_object', 'CHECK ((jsonb_typeof(metadata) = ''object''::text))'),
    ('bookings', 'constraint', 'bookings_no_double_booking', 'EXCLUDE USING gist (resource_id WITH =, busy WITH &&, session_key WITH <>) WHERE (((resource_id IS NOT NULL) AND (NOT overbooked) AND (status <> ALL (ARRAY[''cancelled''::@extschema@.booking_status_type_v1, ''rejected''::@extschema@.booking_status_type_v1, ''no_show''::@extschema@.booking_status_type_v1]))))'),
    ('bookings', 'constraint', 'bookings_not_rescheduled_from_itself', 'CHECK ((rescheduled_from_booking_id <> id))'),
    ('bookings', 'constraint', 'bookings_only_pending_expires', 'CHECK (((hold_expires_at IS NULL) OR (status = ''pending''::@extschema@.booking_status_type_v1)))'),
    ('bookings', 'constraint', 'bookings_pkey', 'PRIMARY KEY (id)'),
    ('bookings', 'constraint', 'bookings_price_not_negative', 'CHECK (((price >= (0)::numeric) AND (price < ''Infinity''::numeric)))'),
    ('bookings', 'constraint', 'bookings_rescheduled_from_fkey', 'FOREIGN KEY (business_id, rescheduled_from_booking_id) REFERENCES @extschema@.bookings(business_id, id) ON DELETE SET NULL (rescheduled_from_booking_id)'),
    ('bookings', 'constraint', 'bookings_seat_in_range', 'CHECK (((seat >= 1) AND (seat <= 10000)))'),
    ('bookings', 'constraint', 'bookings_service_fkey', 'FOREIGN KEY (business_id, service_id) REFERENCES @extschema@.services(business_id, id) ON DELETE RESTRICT'),
    ('bookings', 'constraint', 'bookings_session_key_written', 'CHECK ((session_key <> ''00000000-0000-0000-0000-000000000000''::uuid))'),
    ('bookings', 'index', 'bookings_booked_by_user_idx', 'CREATE INDEX bookings_booked_by_user_idx ON @extschema@.bookings USING btree (booked_by_user_id) WHERE (booked_by_user_id IS NOT NULL)'),
    ('bookings', 'index', 'bookings_business_created_idx', 'CREATE INDEX bookings_business_created_idx ON @extschema@.bookings USING btree (business_id, created_at)'),
    ('bookings', 'index', 'bookings_business_id_key', 'CREATE UNIQUE INDEX bookings_business_id_key ON @extschema@.bookings USING btree (business_id, id)'),
    ('bookings', 'index', 'bookings_business_start_idx', 'CREATE INDEX bookings_business_start_idx ON @extschema@.bookings USING btree (business_id, start_time)'),
    ('bookings', 'index', 'bookings_customer_start_idx', 'CREATE INDEX bookings_customer_start_idx ON @extschema@.bookings USING btree (customer_id, start_time)'),
    ('bookings', 'index', 'bookings_employee_created_idx', 'CREATE INDEX bookings_employee_created_idx ON @extschema@.bookings USING btree (employee_id, created_at) WHERE (status <> ALL (ARRAY[''cancelled''::@extschema@.booking_status_type_v1, ''rejected''::@extschema@.booking_status_type_v1, ''no_show''::@extschema@.booking_status_type_v1]))'),
    ('bookings', 'index', 'bookings_employee_start_idx', 'CREATE INDEX bookings_employee_start_idx ON @extschema@.bookings USING btree (employee_id, start_time) INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, business_id, id, hold_expires_at)'),
    ('bookings', 'index', 'bookings_idempotency_key', 'CREATE UNIQUE INDEX bookings_idempotency_key ON @extschema@.bookings USING btree (business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL)'),
    ('bookings', 'index', 'bookings_long_idx', 'CREATE INDEX bookings_long_idx ON @extschema@.bookings USING btree (business_id, start_time) INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, employee_id, id, hold_expires_at) WHERE @extschema@.booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes)'),
    ('bookings', 'index', 'bookings_no_double_booking', 'CREATE INDEX bookings_no_double_booking ON @extschema@.bookings USING gist (resource_id, busy, session_key) WHERE ((resource_id IS NOT NULL) AND (NOT overbooked) AND (status <> ALL (ARRAY[''cancelled''::@extschema@.booking_status_type_v1, ''rejected''::@extschema@.booking_status_type_v1, ''no_show''::@extschema@.booking_status_type_v1])))'),
    ('bookings', 'index', 'bookings_one_per_seat', 'CREATE UNIQUE INDEX bookings_one_per_seat ON @extschema@.bookings USING btree (session_key, seat) WHERE ((NOT overbooked) AND (status <> ALL (ARRAY[''cancelled''::@extschema@.booking_status_type_v1, ''rejected''::@extschema@.booking_status_type_v1, ''no_show''::@extschema@.booking_status_type_v1])))'),
    ('bookings', 'index', 'bookings_payment_intent_idx', 'CREATE INDEX bookings_payment_intent_idx ON @extschema@.bookings USING btree (@extschema@.json_text(metadata, ''payment_intent_id''::text))'),
    ('bookings', 'index', 'bookings_pkey', 'CREATE UNIQUE INDEX bookings_pkey ON @extschema@.bookings USING btree (id)'),
    ('bookings', 'index', 'bookings_requests_idx', 'CREATE INDEX bookings_requests_idx ON @extschema@.bookings USING btree (business_id, start_time) WHERE (status = ''pending''::@extschema@.booking_status_type_v1)'),
    ('bookings', 'index', 'bookings_rescheduled_from_idx', 'CREATE INDEX bookings_rescheduled_from_idx ON @extschema@.bookings USING btree (rescheduled_from_booking_id) WHERE (rescheduled_from_booking_id IS NOT NULL)'),
    ('bookings', 'index', 'bookings_series_idx', 'CREATE INDEX bookings_series_idx ON @extschema@.bookings USING btree (series_id) WHERE (series_id IS NOT NULL)'),
    ('bookings', 'index', 'bookings_service_start_idx', 'CREATE INDEX bookings_service_start_idx ON @extschema@.bookings USING btree (service_id, start_time)'),
    ('bookings', 'index', 'bookings_status_start_idx', 'CREATE INDEX bookings_status_start_idx ON @extschema@.bookings USING btree (status, start_time)'),
    ('bookings', 'index', 'bookings_unassigned_start_idx', 'CREATE INDEX bookings_unassigned_start_idx ON @extschema@.bookings USING btree (business_id, start_time) INCLUDE (end_time, status, buffer_before_minutes, buffer_after_minutes, service_id, id, hold_expires_at) WHERE (employee_id IS NULL)'),
    ('bookings', 'index', 'bookings_visit_idx', 'CREATE INDEX bookings_visit_idx ON @extschema@.bookings USING btree (visit_id) WHERE (visit_id IS NOT NULL)'),
    ('bookings', 'persistence', '', 'permanent'),
    ('bookings', 'policy', 'bookings_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('bookings', 'policy', 'bookings_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('bookings', 'policy', 'bookings_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_booking(business_id, customer_id))'),
    ('bookings', 'policy', 'bookings_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('bookings', 'row security', '', 'on'),
    ('bookings', 'table', '', 'a table'),
    ('bookings', 'trigger', 'bookings_audit', 'CREATE TRIGGER bookings_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.bookings FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('bookings', 'trigger', 'bookings_guard', 'CREATE TRIGGER bookings_guard BEFORE INSERT OR UPDATE ON @extschema@.bookings FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_guard_booking()'),
    ('bookings', 'trigger', 'bookings_set_timestamp', 'CREATE TRIGGER bookings_set_timestamp BEFORE UPDATE ON @extschema@.bookings FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('bookings_all', 'column', 'booked_by_user_id', 'uuid'),
    ('bookings_all', 'column', 'buffer_after_minutes', 'integer'),
    ('bookings_all', 'column', 'buffer_before_minutes', 'integer'),
    ('bookings_all', 'column', 'business_id', 'uuid'),
    ('bookings_all', 'column', 'busy', 'tstzrange'),
    ('bookings_all', 'column', 'cancellation_reason', 'text'),
    ('bookings_all', 'column', 'created_at', 'timestamp with time zone'),
    ('bookings_all', 'column', 'currency', 'character varying(3)'),
    ('bookings_all', 'column', 'customer_id', 'uuid'),
    ('bookings_all', 'column', 'employee_id', 'uuid'),
    ('bookings_all', 'column', 'end_time', 'timestamp with time zone'),
    ('bookings_all', 'column', 'hold_expires_at', 'timestamp with time zone'),
    ('bookings_all', 'column', 'id', 'uuid'),
    ('bookings_all', 'column', 'idempotency_hash', 'bytea'),
    ('bookings_all', 'column', 'idempotency_key', 'text'),
    ('bookings_all', 'column', 'metadata', 'jsonb'),
    ('bookings_all', 'column', 'notes', 'text'),
    ('bookings_all', 'column', 'overbooked', 'boolean'),
    ('bookings_all', 'column', 'price', 'numeric'),
    ('bookings_all', 'column', 'reminder_sent_1h', 'boolean'),
    ('bookings_all', 'column', 'reminder_sent_24h', 'boolean'),
    ('bookings_all', 'column', 'rescheduled_from_booking_id', 'uuid'),
    ('bookings_all', 'column', 'resource_id', 'uuid'),
    ('bookings_all', 'column', 'seat', 'smallint'),
    ('bookings_all', 'column', 'series_id', 'uuid'),
    ('bookings_all', 'column', 'service_id', 'uuid'),
    ('bookings_all', 'column', 'session_key', 'uuid'),
    ('bookings_all', 'column', 'start_time', 'timestamp with time zone'),
    ('bookings_all', 'column', 'status', '@extschema@.booking_status_type_v1'),
    ('bookings_all', 'column', 'updated_at', 'timestamp with time zone'),
    ('bookings_all', 'column', 'visit_id', 'uuid'),
    ('bookings_all', 'persistence', '', 'permanent'),
    ('bookings_all', 'query', '', 'security_invoker=true: SELECT id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, notes, metadata, booked_by_user_id, cancellation_reason, rescheduled_from_booking_id, reminder_sent_24h, reminder_sent_1h, hold_expires_at, overbooked, idempotency_key, idempotency_hash, price, currency, series_id, visit_id, created_at, updated_at, buffer_before_minutes, buffer_after_minutes, busy, resource_id, session_key, seat FROM @extschema@.bookings s UNION ALL SELECT id, business_id, customer_id, service_id, employee_id, start_time, end_time, status, notes, metadata, booked_by_user_id, cancellation_reason, rescheduled_from_booking_id, reminder_sent_24h, reminder_sent_1h, hold_expires_at, overbooked, idempotency_key, idempotency_hash, price, currency, series_id, visit_id, created_at, updated_at, buffer_before_minutes, buffer_after_minutes, busy, resource_id, session_key, seat FROM @extschema@.bookings_archive s;'),
    ('bookings_all', 'table', '', 'a view'),
    ('bookings_archive', 'column', 'booked_by_user_id', 'uuid'),
    ('bookings_archive', 'column', 'buffer_after_minutes', 'integer NOT NULL'),
    ('bookings_archive', 'column', 'buffer_before_minutes', 'integer NOT NULL'),
    ('bookings_archive', 'column', 'business_id', 'uuid NOT NULL'),
    ('bookings_archive', 'column', 'busy', 'tstzrange NOT NULL'),
    ('bookings_archive', 'column', 'cancellation_reason', 'text'),
    ('bookings_archive', 'column', 'created_at', 'timestamp with time zone NOT NULL'),
    ('bookings_archive', 'column', 'currency', 'character varying(3)'),
    ('bookings_archive', 'column', 'customer_id', 'uuid'),
    ('bookings_archive', 'column', 'employee_id', 'uuid'),
    ('bookings_archive', 'column', 'end_time', 'timestamp with time zone NOT NULL'),
    ('bookings_archive', 'column', 'hold_expires_at', 'timestamp with time zone'),
    ('bookings_archive', 'column', 'id', 'uuid NOT NULL'),
    ('bookings_archive', 'column', 'idempotency_hash', 'bytea'),
    ('bookings_archive', 'column', 'idempotency_key', 'text'),
    ('bookings_archive', 'column', 'metadata', 'jsonb NOT NULL'),
    ('bookings_archive', 'column', 'notes', 'text'),
    ('bookings_archive', 'column', 'overbooked', 'boolean NOT NULL'),
    ('bookings_archive', 'column', 'price', 'numeric'),
    ('bookings_archive', 'column', 'reminder_sent_1h', 'boolean NOT NULL'),
    ('bookings_archive', 'column', 'reminder_sent_24h', 'boolean NOT NULL'),
    ('bookings_archive', 'column', 'rescheduled_from_booking_id', 'uuid'),
    ('bookings_archive', 'column', 'resource_id', 'uuid'),
    ('bookings_archive', 'column', 'seat', 'smallint NOT NULL'),
    ('bookings_archive', 'column', 'series_id', 'uuid'),
    ('bookings_archive', 'column', 'service_id', 'uuid NOT NULL'),
    ('bookings_archive', 'column', 'session_key', 'uuid NOT NULL'),
    ('bookings_archive', 'column', 'start_time', 'timestamp with time zone NOT NULL'),
    ('bookings_archive', 'column', 'status', '@extschema@.booking_status_type_v1 NOT NULL'),
    ('bookings_archive', 'column', 'updated_at', 'timestamp with time zone NOT NULL'),
    ('bookings_archive', 'column', 'visit_id', 'uuid'),
    ('bookings_archive', 'constraint', 'bookings_archive_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('bookings_archive', 'constraint', 'bookings_archive_pkey', 'PRIMARY KEY (id, start_time)'),
    ('bookings_archive', 'index', 'bookings_archive_business_start_idx', 'CREATE INDEX bookings_archive_business_start_idx ON ONLY @extschema@.bookings_archive USING btree (business_id, start_time)'),
    ('bookings_archive', 'index', 'bookings_archive_customer_start_idx', 'CREATE INDEX bookings_archive_customer_start_idx ON ONLY @extschema@.bookings_archive USING btree (customer_id, start_time)'),
    ('bookings_archive', 'index', 'bookings_archive_pkey', 'CREATE UNIQUE INDEX bookings_archive_pkey ON ONLY @extschema@.bookings_archive USING btree (id, start_time)'),
    ('bookings_archive', 'partition key', '', 'RANGE (start_time)'),
    ('bookings_archive', 'persistence', '', 'permanent'),
    ('bookings_archive', 'policy', 'bookings_archive_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_booking(business_id, customer_id))'),
    ('bookings_archive', 'row security', '', 'on'),
    ('bookings_archive', 'table', '', 'a partitioned table'),
    ('bookings_archive', 'trigger', 'bookings_archive_append_only', 'CREATE TRIGGER bookings_archive_append_only BEFORE INSERT OR DELETE OR UPDATE ON @extschema@.bookings_archive FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_append_only(''business_id'')'),
    ('bookings_archive', 'trigger', 'bookings_archive_never_truncated', 'CREATE TRIGGER bookings_archive_never_truncated BEFORE TRUNCATE ON @extschema@.bookings_archive FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.trigger_append_only()'),
    ('business_availability_overrides', 'access method', '', 'heap'),
    ('business_availability_overrides', 'column', 'business_id', 'uuid NOT NULL'),
    ('business_availability_overrides', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('business_availability_overrides', 'column', 'end_time', 'timestamp with time zone NOT NULL'),
    ('business_availability_overrides', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('business_availability_overrides', 'column', 'is_unavailable', 'boolean NOT NULL DEFAULT true'),
    ('business_availability_overrides', 'column', 'reason', 'text'),
    ('business_availability_overrides', 'column', 'start_time', 'timestamp with time zone NOT NULL'),
    ('business_availability_overrides', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('business_availability_overrides', 'constraint', 'business_availability_overrides_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('business_availability_overrides', 'constraint', 'business_availability_overrides_end_after_start', 'CHECK ((end_time > start_time))'),
    ('business_availability_overrides', 'constraint', 'business_availability_overrides_finite_times', 'CHECK ((isfinite(start_time) AND isfinite(end_time)))'),
    ('business_availability_overrides', 'constraint', 'business_availability_overrides_pkey', 'PRIMARY KEY (id)'),
    ('business_availability_overrides', 'index', 'business_availability_overrides_business_end_idx', 'CREATE INDEX business_availability_overrides_business_end_idx ON @extschema@.business_availability_overrides USING btree (business_id, end_time) INCLUDE (start_time, is_unavailable)'),
    ('business_availability_overrides', 'index', 'business_availability_overrides_pkey', 'CREATE UNIQUE INDEX business_availability_overrides_pkey ON @extschema@.business_availability_overrides USING btree (id)'),
    ('business_availability_overrides', 'persistence', '', 'permanent'),
    ('business_availability_overrides', 'policy', 'business_availability_overrides_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('business_availability_overrides', 'policy', 'business_availability_overrides_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('business_availability_overrides', 'policy', 'business_availability_overrides_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('business_availability_overrides', 'policy', 'business_availability_overrides_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('business_availability_overrides', 'row security', '', 'on'),
    ('business_availability_overrides', 'table', '', 'a table'),
    ('business_availability_overrides', 'trigger', 'business_availability_overrides_audit', 'CREATE TRIGGER business_availability_overrides_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.business_availability_overrides FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('business_availability_overrides', 'trigger', 'business_availability_overrides_set_timestamp', 'CREATE TRIGGER business_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.business_availability_overrides FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('business_stats', 'access method', '', 'heap'),
    ('business_stats', 'column', 'booked_minutes', 'bigint'),
    ('business_stats', 'column', 'bookings', 'bigint'),
    ('business_stats', 'column', 'bookings_by_status', 'jsonb'),
    ('business_stats', 'column', 'business_id', 'uuid'),
    ('business_stats', 'column', 'cancellations', 'bigint'),
    ('business_stats', 'column', 'customers', 'bigint'),
    ('business_stats', 'column', 'median_lead_time', 'interval'),
    ('business_stats', 'column', 'month', 'date'),
    ('business_stats', 'column', 'new_customers', 'bigint'),
    ('business_stats', 'column', 'no_shows', 'bigint'),
    ('business_stats', 'column', 'revenue', 'jsonb'),
    ('business_stats', 'column', 'working_minutes', 'bigint'),
    ('business_stats', 'index', 'business_stats_business_month_key', 'CREATE UNIQUE INDEX business_stats_business_month_key ON @extschema@.business_stats USING btree (business_id, month)'),
    ('business_stats', 'persistence', '', 'permanent'),
    ('business_stats', 'query', '', 'SELECT business_id, month, bookings, bookings_by_status, booked_minutes, working_minutes, revenue, customers, new_customers, cancellations, no_shows, median_lead_time FROM @extschema@.bookmeatoz_all_figures() s(business_id, month, bookings, bookings_by_status, booked_minutes, working_minutes, revenue, customers, new_customers, cancellations, no_shows, median_lead_time);'),
    ('business_stats', 'table', '', 'a materialized view'),
    ('business_status_type_v1', 'type', '', '{active,inactive,suspended,pending_setup}'),
    ('businesses', 'access method', '', 'heap'),
    ('businesses', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('businesses', 'column', 'currency', 'character varying(3) NOT NULL DEFAULT ''USD''::character varying'),
    ('businesses', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('businesses', 'column', 'name', 'character varying NOT NULL'),
    ('businesses', 'column', 'settings', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('businesses', 'column', 'slug', 'character varying NOT NULL'),
    ('businesses', 'column', 'status', '@extschema@.business_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.business_status_type_v1'),
    ('businesses', 'column', 'subdomain', 'character varying'),
    ('businesses', 'column', 'tenant_id', 'uuid NOT NULL'),
    ('businesses', 'column', 'timezone', 'character varying NOT NULL DEFAULT ''UTC''::character varying'),
    ('businesses', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('businesses', 'constraint', 'businesses_currency_is_code', 'CHECK (((currency)::text ~ ''^[A-Z]{3}$''::text))'),
    ('businesses', 'constraint', 'businesses_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('businesses', 'constraint', 'businesses_pkey', 'PRIMARY KEY (id)'),
    ('businesses', 'constraint', 'businesses_settings_is_object', 'CHECK ((jsonb_typeof(settings) = ''object''::text))'),
    ('businesses', 'constraint', 'businesses_slug_is_url_part', 'CHECK (((slug)::text ~ ''^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$''::text))'),
    ('businesses', 'constraint', 'businesses_slug_key', 'UNIQUE (slug)'),
    ('businesses', 'constraint', 'businesses_subdomain_is_dns_label', 'CHECK (((subdomain)::text ~ ''^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$''::text))'),
    ('businesses', 'constraint', 'businesses_tenant_fkey', 'FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants(id) ON DELETE CASCADE'),
    ('businesses', 'index', 'businesses_pkey', 'CREATE UNIQUE INDEX businesses_pkey ON @extschema@.businesses USING btree (id)'),
    ('businesses', 'index', 'businesses_slug_key', 'CREATE UNIQUE INDEX businesses_slug_key ON @extschema@.businesses USING btree (slug)'),
    ('businesses', 'index', 'businesses_subdomain_key', 'CREATE UNIQUE INDEX businesses_subdomain_key ON @extschema@.businesses USING btree (subdomain) WHERE (subdomain IS NOT NULL)'),
    ('businesses', 'index', 'businesses_tenant_status_idx', 'CREATE INDEX businesses_tenant_status_idx ON @extschema@.businesses USING btree (tenant_id, status)'),
    ('businesses', 'persistence', '', 'permanent'),
    ('businesses', 'policy', 'businesses_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_manage_tenant(tenant_id))'),
    ('businesses', 'policy', 'businesses_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_manage_tenant(tenant_id))'),
    ('businesses', 'policy', 'businesses_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business_row(id, tenant_id))'),
    ('businesses', 'policy', 'businesses_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_manage_business(id, tenant_id)) WITH CHECK ((@extschema@.can_manage_business(id, tenant_id) AND @extschema@.can_access_tenant(tenant_id)))'),
    ('businesses', 'row security', '', 'on'),
    ('businesses', 'table', '', 'a table'),
    ('businesses', 'trigger', 'businesses_audit', 'CREATE TRIGGER businesses_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('businesses', 'trigger', 'businesses_changed', 'CREATE TRIGGER businesses_changed AFTER INSERT OR DELETE OR UPDATE OF id, tenant_id ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_businesses_changed(), ENABLE ALWAYS'),
    ('businesses', 'trigger', 'businesses_check_settings', 'CREATE TRIGGER businesses_check_settings BEFORE INSERT OR UPDATE OF settings ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_settings(''business'')'),
    ('businesses', 'trigger', 'businesses_check_timezone', 'CREATE TRIGGER businesses_check_timezone BEFORE INSERT OR UPDATE OF timezone ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_time_zone(''timezone'')'),
    ('businesses', 'trigger', 'businesses_lower_slug', 'CREATE TRIGGER businesses_lower_slug BEFORE INSERT OR UPDATE OF slug ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_slug()'),
    ('businesses', 'trigger', 'businesses_lower_subdomain', 'CREATE TRIGGER businesses_lower_subdomain BEFORE INSERT OR UPDATE OF subdomain ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_subdomain()'),
    ('businesses', 'trigger', 'businesses_protect_suspension', 'CREATE TRIGGER businesses_protect_suspension BEFORE INSERT OR DELETE OR UPDATE OF status ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_suspension()'),
    ('businesses', 'trigger', 'businesses_set_timestamp', 'CREATE TRIGGER businesses_set_timestamp BEFORE UPDATE ON @extschema@.businesses FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('customer_status_type_v1', 'type', '', '{active,inactive,blacklisted}'),
    ('customers', 'access method', '', 'heap'),
    ('customers', 'column', 'business_id', 'uuid NOT NULL'),
    ('customers', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('customers', 'column', 'email', 'character varying'),
    ('customers', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('customers', 'column', 'name', 'character varying NOT NULL'),
    ('customers', 'column', 'phone', 'character varying'),
    ('customers', 'column', 'profile_notes', 'text'),
    ('customers', 'column', 'status', '@extschema@.customer_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.customer_status_type_v1'),
    ('customers', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('customers', 'column', 'user_id', 'uuid'),
    ('customers', 'constraint', 'customers_business_email_key', 'UNIQUE (business_id, email) INCLUDE (name, phone, status, id)'),
    ('customers', 'constraint', 'customers_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('customers', 'constraint', 'customers_business_id_key', 'UNIQUE (business_id, id) INCLUDE (name)'),
    ('customers', 'constraint', 'customers_email_valid', 'CHECK ((((email)::text ~ ''^[^@[:space:]]+@[^@[:space:]]+$''::text) AND (length((email)::text) <= 254)))'),
    ('customers', 'constraint', 'customers_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('customers', 'constraint', 'customers_phone_valid', 'CHECK ((length((phone)::text) <= 50))'),
    ('customers', 'constraint', 'customers_pkey', 'PRIMARY KEY (id)'),
    ('customers', 'constraint', 'customers_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE SET NULL'),
    ('customers', 'index', 'customers_business_email_key', 'CREATE UNIQUE INDEX customers_business_email_key ON @extschema@.customers USING btree (business_id, email) INCLUDE (name, phone, status, id)'),
    ('customers', 'index', 'customers_business_id_key', 'CREATE UNIQUE INDEX customers_business_id_key ON @extschema@.customers USING btree (business_id, id) INCLUDE (name)'),
    ('customers', 'index', 'customers_business_name_idx', 'CREATE INDEX customers_business_name_idx ON @extschema@.customers USING btree (business_id, name) INCLUDE (email, phone, status, id)'),
    ('customers', 'index', 'customers_business_status_idx', 'CREATE INDEX customers_business_status_idx ON @extschema@.customers USING btree (business_id, status)'),
    ('customers', 'index', 'customers_pkey', 'CREATE UNIQUE INDEX customers_pkey ON @extschema@.customers USING btree (id)'),
    ('customers', 'index', 'customers_user_idx', 'CREATE INDEX customers_user_idx ON @extschema@.customers USING btree (user_id) WHERE (user_id IS NOT NULL)'),
    ('customers', 'persistence', '', 'permanent'),
    ('customers', 'policy', 'customers_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('customers', 'policy', 'customers_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('customers', 'policy', 'customers_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_person(business_id, user_id))'),
    ('customers', 'policy', 'customers_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('customers', 'row security', '', 'on'),
    ('customers', 'table', '', 'a table'),
    ('customers', 'trigger', 'customers_audit', 'CREATE TRIGGER customers_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.customers FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('customers', 'trigger', 'customers_lower_email', 'CREATE TRIGGER customers_lower_email BEFORE INSERT OR UPDATE OF email ON @extschema@.customers FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_email()'),
    ('customers', 'trigger', 'customers_set_timestamp', 'CREATE TRIGGER customers_set_timestamp BEFORE UPDATE ON @extschema@.customers FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('email_verifications', 'access method', '', 'heap'),
    ('email_verifications', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('email_verifications', 'column', 'expires_at', 'timestamp with time zone NOT NULL'),
    ('email_verifications', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('email_verifications', 'column', 'token_hash', 'character varying NOT NULL'),
    ('email_verifications', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('email_verifications', 'column', 'user_id', 'uuid NOT NULL'),
    ('email_verifications', 'column', 'verified_at', 'timestamp with time zone'),
    ('email_verifications', 'constraint', 'email_verifications_pkey', 'PRIMARY KEY (id)'),
    ('email_verifications', 'constraint', 'email_verifications_token_hash_key', 'UNIQUE (token_hash)'),
    ('email_verifications', 'constraint', 'email_verifications_token_hash_valid', 'CHECK (((btrim((token_hash)::text) <> ''''::text) AND (length((token_hash)::text) <= 255)))'),
    ('email_verifications', 'constraint', 'email_verifications_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('email_verifications', 'index', 'email_verifications_expires_idx', 'CREATE INDEX email_verifications_expires_idx ON @extschema@.email_verifications USING btree (expires_at)'),
    ('email_verifications', 'index', 'email_verifications_pkey', 'CREATE UNIQUE INDEX email_verifications_pkey ON @extschema@.email_verifications USING btree (id)'),
    ('email_verifications', 'index', 'email_verifications_token_hash_key', 'CREATE UNIQUE INDEX email_verifications_token_hash_key ON @extschema@.email_verifications USING btree (token_hash)'),
    ('email_verifications', 'index', 'email_verifications_user_idx', 'CREATE INDEX email_verifications_user_idx ON @extschema@.email_verifications USING btree (user_id)'),
    ('email_verifications', 'persistence', '', 'permanent'),
    ('email_verifications', 'policy', 'email_verifications_all', 'PERMISSIVE FOR ALL TO PUBLIC USING ((@extschema@.is_auth_role() OR @extschema@.is_system_admin())) WITH CHECK ((@extschema@.is_auth_role() OR @extschema@.is_system_admin()))'),
    ('email_verifications', 'row security', '', 'on'),
    ('email_verifications', 'table', '', 'a table'),
    ('email_verifications', 'trigger', 'email_verifications_set_timestamp', 'CREATE TRIGGER email_verifications_set_timestamp BEFORE UPDATE ON @extschema@.email_verifications FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('employee_availability_overrides', 'access method', '', 'heap'),
    ('employee_availability_overrides', 'column', 'business_id', 'uuid NOT NULL DEFAULT ''00000000-0000-0000-0000-000000000000''::uuid'),
    ('employee_availability_overrides', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employee_availability_overrides', 'column', 'employee_id', 'uuid NOT NULL'),
    ('employee_availability_overrides', 'column', 'end_time', 'timestamp with time zone NOT NULL'),
    ('employee_availability_overrides', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('employee_availability_overrides', 'column', 'is_unavailable', 'boolean NOT NULL DEFAULT true'),
    ('employee_availability_overrides', 'column', 'reason', 'text'),
    ('employee_availability_overrides', 'column', 'start_time', 'timestamp with time zone NOT NULL'),
    ('employee_availability_overrides', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employee_availability_overrides', 'constraint', 'employee_availability_overrides_employee_fkey', 'FOREIGN KEY (business_id, employee_id) REFERENCES @extschema@.employees(business_id, id) ON DELETE CASCADE'),
    ('employee_availability_overrides', 'constraint', 'employee_availability_overrides_end_after_start', 'CHECK ((end_time > start_time))'),
    ('employee_availability_overrides', 'constraint', 'employee_availability_overrides_finite_times', 'CHECK ((isfinite(start_time) AND isfinite(end_time)))'),
    ('employee_availability_overrides', 'constraint', 'employee_availability_overrides_pkey', 'PRIMARY KEY (id)'),
    ('employee_availability_overrides', 'index', 'employee_availability_overrides_business_start_idx', 'CREATE INDEX employee_availability_overrides_business_start_idx ON @extschema@.employee_availability_overrides USING btree (business_id, start_time)'),
    ('employee_availability_overrides', 'index', 'employee_availability_overrides_employee_end_idx', 'CREATE INDEX employee_availability_overrides_employee_end_idx ON @extschema@.employee_availability_overrides USING btree (employee_id, end_time) INCLUDE (start_time, is_unavailable, business_id)'),
    ('employee_availability_overrides', 'index', 'employee_availability_overrides_pkey', 'CREATE UNIQUE INDEX employee_availability_overrides_pkey ON @extschema@.employee_availability_overrides USING btree (id)'),
    ('employee_availability_overrides', 'persistence', '', 'permanent'),
    ('employee_availability_overrides', 'policy', 'employee_availability_overrides_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('employee_availability_overrides', 'policy', 'employee_availability_overrides_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('employee_availability_overrides', 'policy', 'employee_availability_overrides_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('employee_availability_overrides', 'policy', 'employee_availability_overrides_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('employee_availability_overrides', 'row security', '', 'on'),
    ('employee_availability_overrides', 'table', '', 'a table'),
    ('employee_availability_overrides', 'trigger', 'employee_availability_overrides_audit', 'CREATE TRIGGER employee_availability_overrides_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.employee_availability_overrides FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('employee_availability_overrides', 'trigger', 'employee_availability_overrides_fill_business', 'CREATE TRIGGER employee_availability_overrides_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.employee_availability_overrides FOR EACH ROW WHEN (((new.business_id IS NULL) OR (new.business_id = ''00000000-0000-0000-0000-000000000000''::uuid))) EXECUTE FUNCTION @extschema@.trigger_fill_business_id()'),
    ('employee_availability_overrides', 'trigger', 'employee_availability_overrides_set_timestamp', 'CREATE TRIGGER employee_availability_overrides_set_timestamp BEFORE UPDATE ON @extschema@.employee_availability_overrides FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('employee_services', 'access method', '', 'heap'),
    ('employee_services', 'column', 'business_id', 'uuid NOT NULL DEFAULT ''00000000-0000-0000-0000-000000000000''::uuid'),
    ('employee_services', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employee_services', 'column', 'employee_id', 'uuid NOT NULL'),
    ('employee_services', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('employee_services', 'column', 'price', 'numeric'),
    ('employee_services', 'column', 'service_id', 'uuid NOT NULL'),
    ('employee_services', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employee_services', 'constraint', 'employee_services_employee_fkey', 'FOREIGN KEY (business_id, employee_id) REFERENCES @extschema@.employees(business_id, id) ON DELETE CASCADE'),
    ('employee_services', 'constraint', 'employee_services_employee_service_key', 'UNIQUE (employee_id, service_id, business_id)'),
    ('employee_services', 'constraint', 'employee_services_pkey', 'PRIMARY KEY (id)'),
    ('employee_services', 'constraint', 'employee_services_price_not_negative', 'CHECK (((price >= (0)::numeric) AND (price < ''Infinity''::numeric)))'),
    ('employee_services', 'constraint', 'employee_services_service_fkey', 'FOREIGN KEY (business_id, service_id) REFERENCES @extschema@.services(business_id, id) ON DELETE CASCADE'),
    ('employee_services', 'index', 'employee_services_business_idx', 'CREATE INDEX employee_services_business_idx ON @extschema@.employee_services USING btree (business_id)'),
    ('employee_services', 'index', 'employee_services_employee_service_key', 'CREATE UNIQUE INDEX employee_services_employee_service_key ON @extschema@.employee_services USING btree (employee_id, service_id, business_id)'),
    ('employee_services', 'index', 'employee_services_pkey', 'CREATE UNIQUE INDEX employee_services_pkey ON @extschema@.employee_services USING btree (id)'),
    ('employee_services', 'index', 'employee_services_service_employee_idx', 'CREATE INDEX employee_services_service_employee_idx ON @extschema@.employee_services USING btree (service_id, employee_id) INCLUDE (business_id)'),
    ('employee_services', 'persistence', '', 'permanent'),
    ('employee_services', 'policy', 'employee_services_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('employee_services', 'policy', 'employee_services_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('employee_services', 'policy', 'employee_services_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('employee_services', 'policy', 'employee_services_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('employee_services', 'row security', '', 'on'),
    ('employee_services', 'table', '', 'a table'),
    ('employee_services', 'trigger', 'employee_services_fill_business', 'CREATE TRIGGER employee_services_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.employee_services FOR EACH ROW WHEN (((new.business_id IS NULL) OR (new.business_id = ''00000000-0000-0000-0000-000000000000''::uuid))) EXECUTE FUNCTION @extschema@.trigger_fill_business_id()'),
    ('employee_services', 'trigger', 'employee_services_set_timestamp', 'CREATE TRIGGER employee_services_set_timestamp BEFORE UPDATE ON @extschema@.employee_services FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('employee_status_type_v1', 'type', '', '{active,inactive,terminated,pending_onboarding}'),
    ('employees', 'access method', '', 'heap'),
    ('employees', 'column', 'business_id', 'uuid NOT NULL'),
    ('employees', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employees', 'column', 'employment_status', '@extschema@.employee_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.employee_status_type_v1'),
    ('employees', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('employees', 'column', 'settings', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('employees', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('employees', 'column', 'user_id', 'uuid NOT NULL'),
    ('employees', 'constraint', 'employees_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('employees', 'constraint', 'employees_business_id_key', 'UNIQUE (business_id, id)'),
    ('employees', 'constraint', 'employees_pkey', 'PRIMARY KEY (id)'),
    ('employees', 'constraint', 'employees_settings_is_object', 'CHECK ((jsonb_typeof(settings) = ''object''::text))'),
    ('employees', 'constraint', 'employees_user_business_key', 'UNIQUE (user_id, business_id)'),
    ('employees', 'constraint', 'employees_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('employees', 'index', 'employees_business_id_key', 'CREATE UNIQUE INDEX employees_business_id_key ON @extschema@.employees USING btree (business_id, id)'),
    ('employees', 'index', 'employees_business_status_idx', 'CREATE INDEX employees_business_status_idx ON @extschema@.employees USING btree (business_id, employment_status) INCLUDE (id)'),
    ('employees', 'index', 'employees_pkey', 'CREATE UNIQUE INDEX employees_pkey ON @extschema@.employees USING btree (id)'),
    ('employees', 'index', 'employees_user_business_key', 'CREATE UNIQUE INDEX employees_user_business_key ON @extschema@.employees USING btree (user_id, business_id)'),
    ('employees', 'persistence', '', 'permanent'),
    ('employees', 'policy', 'employees_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING ((@extschema@.can_access_business(business_id) OR ((employment_status = ''pending_onboarding''::@extschema@.employee_status_type_v1) AND @extschema@.can_access_person(business_id, user_id))))'),
    ('employees', 'policy', 'employees_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('employees', 'policy', 'employees_insert_needs_consent', 'RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((employment_status = ''pending_onboarding''::@extschema@.employee_status_type_v1) OR @extschema@.can_access_user(user_id)))'),
    ('employees', 'policy', 'employees_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_person(business_id, user_id))'),
    ('employees', 'policy', 'employees_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING ((@extschema@.can_access_business(business_id) OR ((employment_status = ''pending_onboarding''::@extschema@.employee_status_type_v1) AND @extschema@.can_access_person(business_id, user_id)))) WITH CHECK (@extschema@.can_access_person(business_id, user_id))'),
    ('employees', 'policy', 'employees_update_needs_consent', 'RESTRICTIVE FOR UPDATE TO PUBLIC WITH CHECK (((employment_status = ''pending_onboarding''::@extschema@.employee_status_type_v1) OR @extschema@.can_access_user(user_id)))'),
    ('employees', 'row security', '', 'on'),
    ('employees', 'table', '', 'a table'),
    ('employees', 'trigger', 'employees_accept_only', 'CREATE TRIGGER employees_accept_only BEFORE UPDATE ON @extschema@.employees FOR EACH ROW WHEN ((NOT @extschema@.can_access_business(old.business_id))) EXECUTE FUNCTION @extschema@.trigger_accept_only(''employment_status'', ''active'')'),
    ('employees', 'trigger', 'employees_audit', 'CREATE TRIGGER employees_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.employees FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('employees', 'trigger', 'employees_set_timestamp', 'CREATE TRIGGER employees_set_timestamp BEFORE UPDATE ON @extschema@.employees FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('notifications', 'access method', '', 'heap'),
    ('notifications', 'column', 'body', 'text'),
    ('notifications', 'column', 'business_id', 'uuid'),
    ('notifications', 'column', 'channel', 'character varying NOT NULL DEFAULT ''in_app''::character varying'),
    ('notifications', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('notifications', 'column', 'data', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('notifications', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('notifications', 'column', 'read_at', 'timestamp with time zone'),
    ('notifications', 'column', 'scheduled_for', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('notifications', 'column', 'sent_at', 'timestamp with time zone'),
    ('notifications', 'column', 'status', 'character varying NOT NULL DEFAULT ''pending''::character varying'),
    ('notifications', 'column', 'title', 'character varying NOT NULL'),
    ('notifications', 'column', 'type', 'character varying NOT NULL'),
    ('notifications', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('notifications', 'column', 'user_id', 'uuid NOT NULL'),
    ('notifications', 'constraint', 'notifications_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('notifications', 'constraint', 'notifications_channel_known', 'CHECK (((channel)::text = ANY (ARRAY[''in_app''::text, ''email''::text, ''sms''::text, ''push''::text])))'),
    ('notifications', 'constraint', 'notifications_data_is_object', 'CHECK ((jsonb_typeof(data) = ''object''::text))'),
    ('notifications', 'constraint', 'notifications_pkey', 'PRIMARY KEY (id)'),
    ('notifications', 'constraint', 'notifications_status_known', 'CHECK (((status)::text = ANY (ARRAY[''pending''::text, ''sent''::text, ''failed''::text, ''cancelled''::text])))'),
    ('notifications', 'constraint', 'notifications_type_not_blank', 'CHECK ((btrim((type)::text) <> ''''::text))'),
    ('notifications', 'constraint', 'notifications_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('notifications', 'index', 'notifications_business_idx', 'CREATE INDEX notifications_business_idx ON @extschema@.notifications USING btree (business_id) WHERE (business_id IS NOT NULL)'),
    ('notifications', 'index', 'notifications_due_idx', 'CREATE INDEX notifications_due_idx ON @extschema@.notifications USING btree (scheduled_for) WHERE ((status)::text = ''pending''::text)'),
    ('notifications', 'index', 'notifications_pkey', 'CREATE UNIQUE INDEX notifications_pkey ON @extschema@.notifications USING btree (id)'),
    ('notifications', 'index', 'notifications_unread_idx', 'CREATE INDEX notifications_unread_idx ON @extschema@.notifications USING btree (user_id, created_at) WHERE (read_at IS NULL)'),
    ('notifications', 'index', 'notifications_user_idx', 'CREATE INDEX notifications_user_idx ON @extschema@.notifications USING btree (user_id, created_at)'),
    ('notifications', 'persistence', '', 'permanent'),
    ('notifications', 'policy', 'notifications_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_notification(business_id, user_id))'),
    ('notifications', 'policy', 'notifications_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK ((@extschema@.can_access_business(business_id) OR @extschema@.is_system_admin()))'),
    ('notifications', 'policy', 'notifications_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_notification(business_id, user_id))'),
    ('notifications', 'policy', 'notifications_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_notification(business_id, user_id)) WITH CHECK (@extschema@.can_access_notification(business_id, user_id))'),
    ('notifications', 'row security', '', 'on'),
    ('notifications', 'table', '', 'a table'),
    ('notifications', 'trigger', 'notifications_protect_columns', 'CREATE TRIGGER notifications_protect_columns BEFORE UPDATE OF id, business_id, user_id, type, channel, title, body, data, status, scheduled_for, sent_at, created_at ON @extschema@.notifications FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(''id'', ''business_id'', ''user_id'', ''type'', ''channel'', ''title'', ''body'', ''data'', ''status'', ''scheduled_for'', ''sent_at'', ''created_at'')'),
    ('notifications', 'trigger', 'notifications_set_timestamp', 'CREATE TRIGGER notifications_set_timestamp BEFORE UPDATE ON @extschema@.notifications FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('password_resets', 'access method', '', 'heap'),
    ('password_resets', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('password_resets', 'column', 'expires_at', 'timestamp with time zone NOT NULL'),
    ('password_resets', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('password_resets', 'column', 'token_hash', 'character varying NOT NULL'),
    ('password_resets', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('password_resets', 'column', 'used_at', 'timestamp with time zone'),
    ('password_resets', 'column', 'user_id', 'uuid NOT NULL'),
    ('password_resets', 'constraint', 'password_resets_pkey', 'PRIMARY KEY (id)'),
    ('password_resets', 'constraint', 'password_resets_token_hash_key', 'UNIQUE (token_hash)'),
    ('password_resets', 'constraint', 'password_resets_token_hash_valid', 'CHECK (((btrim((token_hash)::text) <> ''''::text) AND (length((token_hash)::text) <= 255)))'),
    ('password_resets', 'constraint', 'password_resets_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('password_resets', 'index', 'password_resets_expires_idx', 'CREATE INDEX password_resets_expires_idx ON @extschema@.password_resets USING btree (expires_at)'),
    ('password_resets', 'index', 'password_resets_pkey', 'CREATE UNIQUE INDEX password_resets_pkey ON @extschema@.password_resets USING btree (id)'),
    ('password_resets', 'index', 'password_resets_token_hash_key', 'CREATE UNIQUE INDEX password_resets_token_hash_key ON @extschema@.password_resets USING btree (token_hash)'),
    ('password_resets', 'index', 'password_resets_user_idx', 'CREATE INDEX password_resets_user_idx ON @extschema@.password_resets USING btree (user_id)'),
    ('password_resets', 'persistence', '', 'permanent'),
    ('password_resets', 'policy', 'password_resets_all', 'PERMISSIVE FOR ALL TO PUBLIC USING ((@extschema@.is_auth_role() OR @extschema@.is_system_admin())) WITH CHECK ((@extschema@.is_auth_role() OR @extschema@.is_system_admin()))'),
    ('password_resets', 'row security', '', 'on'),
    ('password_resets', 'table', '', 'a table'),
    ('password_resets', 'trigger', 'password_resets_set_timestamp', 'CREATE TRIGGER password_resets_set_timestamp BEFORE UPDATE ON @extschema@.password_resets FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('schema_ledger', 'access method', '', 'heap'),
    ('schema_ledger', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('schema_ledger', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('schema_ledger', 'column', 'left_as', 'text'),
    ('schema_ledger', 'column', 'step', 'integer NOT NULL'),
    ('schema_ledger', 'column', 'version', 'text NOT NULL'),
    ('schema_ledger', 'constraint', 'schema_ledger_pkey', 'PRIMARY KEY (id)'),
    ('schema_ledger', 'index', 'schema_ledger_pkey', 'CREATE UNIQUE INDEX schema_ledger_pkey ON @extschema@.schema_ledger USING btree (id)'),
    ('schema_ledger', 'persistence', '', 'permanent'),
    ('schema_ledger', 'row security', '', 'on'),
    ('schema_ledger', 'table', '', 'a table'),
    ('service_categories', 'access method', '', 'heap'),
    ('service_categories', 'column', 'business_id', 'uuid NOT NULL'),
    ('service_categories', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('service_categories', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('service_categories', 'column', 'name', 'character varying NOT NULL'),
    ('service_categories', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('service_categories', 'constraint', 'service_categories_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('service_categories', 'constraint', 'service_categories_business_id_key', 'UNIQUE (business_id, id)'),
    ('service_categories', 'constraint', 'service_categories_business_name_key', 'UNIQUE (business_id, name)'),
    ('service_categories', 'constraint', 'service_categories_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('service_categories', 'constraint', 'service_categories_pkey', 'PRIMARY KEY (id)'),
    ('service_categories', 'index', 'service_categories_business_id_key', 'CREATE UNIQUE INDEX service_categories_business_id_key ON @extschema@.service_categories USING btree (business_id, id)'),
    ('service_categories', 'index', 'service_categories_business_name_key', 'CREATE UNIQUE INDEX service_categories_business_name_key ON @extschema@.service_categories USING btree (business_id, name)'),
    ('service_categories', 'index', 'service_categories_pkey', 'CREATE UNIQUE INDEX service_categories_pkey ON @extschema@.service_categories USING btree (id)'),
    ('service_categories', 'persistence', '', 'permanent'),
    ('service_categories', 'policy', 'service_categories_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('service_categories', 'policy', 'service_categories_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('service_categories', 'policy', 'service_categories_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('service_categories', 'policy', 'service_categories_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('service_categories', 'row security', '', 'on'),
    ('service_categories', 'table', '', 'a table'),
    ('service_categories', 'trigger', 'service_categories_set_timestamp', 'CREATE TRIGGER service_categories_set_timestamp BEFORE UPDATE ON @extschema@.service_categories FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('service_status_type_v1', 'type', '', '{active,inactive,archived}'),
    ('services', 'access method', '', 'heap'),
    ('services', 'column', 'buffer_after_minutes', 'integer NOT NULL DEFAULT 0'),
    ('services', 'column', 'buffer_before_minutes', 'integer NOT NULL DEFAULT 0'),
    ('services', 'column', 'business_id', 'uuid NOT NULL'),
    ('services', 'column', 'category_id', 'uuid'),
    ('services', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('services', 'column', 'currency', 'character varying(3) NOT NULL DEFAULT ''''::character varying'),
    ('services', 'column', 'description', 'text'),
    ('services', 'column', 'duration', 'integer NOT NULL'),
    ('services', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('services', 'column', 'is_private', 'boolean NOT NULL DEFAULT false'),
    ('services', 'column', 'name', 'character varying NOT NULL'),
    ('services', 'column', 'price', 'numeric NOT NULL DEFAULT 0'),
    ('services', 'column', 'settings', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('services', 'column', 'status', '@extschema@.service_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.service_status_type_v1'),
    ('services', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('services', 'constraint', 'services_buffer_after_in_range', 'CHECK (((buffer_after_minutes >= 0) AND (buffer_after_minutes <= 1440)))'),
    ('services', 'constraint', 'services_buffer_before_in_range', 'CHECK (((buffer_before_minutes >= 0) AND (buffer_before_minutes <= 1440)))'),
    ('services', 'constraint', 'services_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('services', 'constraint', 'services_business_id_key', 'UNIQUE (business_id, id)'),
    ('services', 'constraint', 'services_business_name_key', 'UNIQUE (business_id, name)'),
    ('services', 'constraint', 'services_category_fkey', 'FOREIGN KEY (business_id, category_id) REFERENCES @extschema@.service_categories(business_id, id) ON DELETE SET NULL (category_id)'),
    ('services', 'constraint', 'services_currency_is_code', 'CHECK (((currency)::text ~ ''^[A-Z]{3}$''::text))'),
    ('services', 'constraint', 'services_duration_in_range', 'CHECK (((duration >= 1) AND (duration <= 10080)))'),
    ('services', 'constraint', 'services_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('services', 'constraint', 'services_pkey', 'PRIMARY KEY (id)'),
    ('services', 'constraint', 'services_price_not_negative', 'CHECK (((price >= (0)::numeric) AND (price < ''Infinity''::numeric)))'),
    ('services', 'constraint', 'services_settings_is_object', 'CHECK ((jsonb_typeof(settings) = ''object''::text))'),
    ('services', 'index', 'services_business_id_key', 'CREATE UNIQUE INDEX services_business_id_key ON @extschema@.services USING btree (business_id, id)'),
    ('services', 'index', 'services_business_name_key', 'CREATE UNIQUE INDEX services_business_name_key ON @extschema@.services USING btree (business_id, name)'),
    ('services', 'index', 'services_business_status_idx', 'CREATE INDEX services_business_status_idx ON @extschema@.services USING btree (business_id, status)'),
    ('services', 'index', 'services_category_idx', 'CREATE INDEX services_category_idx ON @extschema@.services USING btree (category_id) WHERE (category_id IS NOT NULL)'),
    ('services', 'index', 'services_pkey', 'CREATE UNIQUE INDEX services_pkey ON @extschema@.services USING btree (id)'),
    ('services', 'persistence', '', 'permanent'),
    ('services', 'policy', 'services_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('services', 'policy', 'services_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('services', 'policy', 'services_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('services', 'policy', 'services_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('services', 'row security', '', 'on'),
    ('services', 'table', '', 'a table'),
    ('services', 'trigger', 'services_audit', 'CREATE TRIGGER services_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.services FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('services', 'trigger', 'services_check_settings', 'CREATE TRIGGER services_check_settings BEFORE INSERT OR UPDATE OF settings ON @extschema@.services FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_check_settings(''service'')'),
    ('services', 'trigger', 'services_fill_currency', 'CREATE TRIGGER services_fill_currency BEFORE INSERT OR UPDATE OF currency ON @extschema@.services FOR EACH ROW WHEN (((new.currency IS NULL) OR ((new.currency)::text = ''''::text))) EXECUTE FUNCTION @extschema@.trigger_fill_currency()'),
    ('services', 'trigger', 'services_set_timestamp', 'CREATE TRIGGER services_set_timestamp BEFORE UPDATE ON @extschema@.services FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('subscription_plans', 'access method', '', 'heap'),
    ('subscription_plans', 'column', 'billing_interval', 'character varying NOT NULL DEFAULT ''month''::character varying'),
    ('subscription_plans', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('subscription_plans', 'column', 'currency', 'character varying NOT NULL DEFAULT ''USD''::character varying'),
    ('subscription_plans', 'column', 'features', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('subscription_plans', 'column', 'id', 'character varying NOT NULL'),
    ('subscription_plans', 'column', 'is_active', 'boolean NOT NULL DEFAULT true'),
    ('subscription_plans', 'column', 'max_bookings_per_month', 'integer'),
    ('subscription_plans', 'column', 'max_businesses', 'integer'),
    ('subscription_plans', 'column', 'max_employees', 'integer'),
    ('subscription_plans', 'column', 'max_services', 'integer'),
    ('subscription_plans', 'column', 'name', 'character varying NOT NULL'),
    ('subscription_plans', 'column', 'price', 'numeric NOT NULL DEFAULT 0'),
    ('subscription_plans', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('subscription_plans', 'constraint', 'subscription_plans_billing_interval_valid', 'CHECK ((btrim((billing_interval)::text) <> ''''::text))'),
    ('subscription_plans', 'constraint', 'subscription_plans_currency_is_code', 'CHECK (((currency)::text ~ ''^[A-Z]{3}$''::text))'),
    ('subscription_plans', 'constraint', 'subscription_plans_features_is_object', 'CHECK ((jsonb_typeof(features) = ''object''::text))'),
    ('subscription_plans', 'constraint', 'subscription_plans_id_valid', 'CHECK (((btrim((id)::text) <> ''''::text) AND (length((id)::text) <= 100)))'),
    ('subscription_plans', 'constraint', 'subscription_plans_limits_not_negative', 'CHECK (((max_businesses >= 0) AND (max_employees >= 0) AND (max_services >= 0) AND (max_bookings_per_month >= 0)))'),
    ('subscription_plans', 'constraint', 'subscription_plans_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('subscription_plans', 'constraint', 'subscription_plans_pkey', 'PRIMARY KEY (id)'),
    ('subscription_plans', 'constraint', 'subscription_plans_price_not_negative', 'CHECK (((price >= (0)::numeric) AND (price < ''Infinity''::numeric)))'),
    ('subscription_plans', 'index', 'subscription_plans_pkey', 'CREATE UNIQUE INDEX subscription_plans_pkey ON @extschema@.subscription_plans USING btree (id)'),
    ('subscription_plans', 'persistence', '', 'permanent'),
    ('subscription_plans', 'policy', 'subscription_plans_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.is_system_admin())'),
    ('subscription_plans', 'policy', 'subscription_plans_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.is_system_admin())'),
    ('subscription_plans', 'policy', 'subscription_plans_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING ((is_active OR @extschema@.is_system_admin()))'),
    ('subscription_plans', 'policy', 'subscription_plans_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin())'),
    ('subscription_plans', 'row security', '', 'on'),
    ('subscription_plans', 'table', '', 'a table'),
    ('subscription_plans', 'trigger', 'subscription_plans_set_timestamp', 'CREATE TRIGGER subscription_plans_set_timestamp BEFORE UPDATE ON @extschema@.subscription_plans FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('subscription_status_type_v1', 'type', '', '{active,inactive,past_due,cancelled,trialing}'),
    ('tenant_admins', 'access method', '', 'heap'),
    ('tenant_admins', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenant_admins', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('tenant_admins', 'column', 'role', 'character varying NOT NULL DEFAULT ''admin''::character varying'),
    ('tenant_admins', 'column', 'tenant_id', 'uuid NOT NULL'),
    ('tenant_admins', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenant_admins', 'column', 'user_id', 'uuid NOT NULL'),
    ('tenant_admins', 'constraint', 'tenant_admins_pkey', 'PRIMARY KEY (id)'),
    ('tenant_admins', 'constraint', 'tenant_admins_role_valid', 'CHECK (((btrim((role)::text) <> ''''::text) AND (length((role)::text) <= 100)))'),
    ('tenant_admins', 'constraint', 'tenant_admins_tenant_fkey', 'FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants(id) ON DELETE CASCADE'),
    ('tenant_admins', 'constraint', 'tenant_admins_tenant_user_key', 'UNIQUE (tenant_id, user_id)'),
    ('tenant_admins', 'constraint', 'tenant_admins_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('tenant_admins', 'index', 'tenant_admins_pkey', 'CREATE UNIQUE INDEX tenant_admins_pkey ON @extschema@.tenant_admins USING btree (id)'),
    ('tenant_admins', 'index', 'tenant_admins_tenant_user_key', 'CREATE UNIQUE INDEX tenant_admins_tenant_user_key ON @extschema@.tenant_admins USING btree (tenant_id, user_id)'),
    ('tenant_admins', 'index', 'tenant_admins_user_idx', 'CREATE INDEX tenant_admins_user_idx ON @extschema@.tenant_admins USING btree (user_id)'),
    ('tenant_admins', 'persistence', '', 'permanent'),
    ('tenant_admins', 'policy', 'tenant_admins_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_manage_tenant(tenant_id))'),
    ('tenant_admins', 'policy', 'tenant_admins_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_manage_tenant(tenant_id))'),
    ('tenant_admins', 'policy', 'tenant_admins_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_tenant_admin(tenant_id, user_id))'),
    ('tenant_admins', 'policy', 'tenant_admins_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_manage_tenant(tenant_id)) WITH CHECK (@extschema@.can_manage_tenant(tenant_id))'),
    ('tenant_admins', 'row security', '', 'on'),
    ('tenant_admins', 'table', '', 'a table'),
    ('tenant_admins', 'trigger', 'tenant_admins_audit', 'CREATE TRIGGER tenant_admins_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.tenant_admins FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('tenant_admins', 'trigger', 'tenant_admins_set_timestamp', 'CREATE TRIGGER tenant_admins_set_timestamp BEFORE UPDATE ON @extschema@.tenant_admins FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('tenant_status_type_v1', 'type', '', '{active,inactive,suspended}'),
    ('tenant_subscriptions', 'access method', '', 'heap'),
    ('tenant_subscriptions', 'column', 'cancel_at_period_end', 'boolean NOT NULL DEFAULT false'),
    ('tenant_subscriptions', 'column', 'cancelled_at', 'timestamp with time zone'),
    ('tenant_subscriptions', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenant_subscriptions', 'column', 'current_period_end', 'timestamp with time zone'),
    ('tenant_subscriptions', 'column', 'current_period_start', 'timestamp with time zone'),
    ('tenant_subscriptions', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('tenant_subscriptions', 'column', 'plan_id', 'character varying NOT NULL'),
    ('tenant_subscriptions', 'column', 'status', '@extschema@.subscription_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.subscription_status_type_v1'),
    ('tenant_subscriptions', 'column', 'tenant_id', 'uuid NOT NULL'),
    ('tenant_subscriptions', 'column', 'trial_ends_at', 'timestamp with time zone'),
    ('tenant_subscriptions', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenant_subscriptions', 'constraint', 'tenant_subscriptions_period_end_after_start', 'CHECK ((current_period_end > current_period_start))'),
    ('tenant_subscriptions', 'constraint', 'tenant_subscriptions_pkey', 'PRIMARY KEY (id)'),
    ('tenant_subscriptions', 'constraint', 'tenant_subscriptions_plan_fkey', 'FOREIGN KEY (plan_id) REFERENCES @extschema@.subscription_plans(id) ON DELETE RESTRICT'),
    ('tenant_subscriptions', 'constraint', 'tenant_subscriptions_tenant_fkey', 'FOREIGN KEY (tenant_id) REFERENCES @extschema@.tenants(id) ON DELETE CASCADE'),
    ('tenant_subscriptions', 'constraint', 'tenant_subscriptions_tenant_key', 'UNIQUE (tenant_id)'),
    ('tenant_subscriptions', 'index', 'tenant_subscriptions_pkey', 'CREATE UNIQUE INDEX tenant_subscriptions_pkey ON @extschema@.tenant_subscriptions USING btree (id)'),
    ('tenant_subscriptions', 'index', 'tenant_subscriptions_plan_idx', 'CREATE INDEX tenant_subscriptions_plan_idx ON @extschema@.tenant_subscriptions USING btree (plan_id)'),
    ('tenant_subscriptions', 'index', 'tenant_subscriptions_status_period_end_idx', 'CREATE INDEX tenant_subscriptions_status_period_end_idx ON @extschema@.tenant_subscriptions USING btree (status, current_period_end)'),
    ('tenant_subscriptions', 'index', 'tenant_subscriptions_tenant_key', 'CREATE UNIQUE INDEX tenant_subscriptions_tenant_key ON @extschema@.tenant_subscriptions USING btree (tenant_id)'),
    ('tenant_subscriptions', 'persistence', '', 'permanent'),
    ('tenant_subscriptions', 'policy', 'tenant_subscriptions_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.is_system_admin())'),
    ('tenant_subscriptions', 'policy', 'tenant_subscriptions_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.is_system_admin())'),
    ('tenant_subscriptions', 'policy', 'tenant_subscriptions_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_tenant(tenant_id))'),
    ('tenant_subscriptions', 'policy', 'tenant_subscriptions_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.is_system_admin()) WITH CHECK (@extschema@.is_system_admin())'),
    ('tenant_subscriptions', 'row security', '', 'on'),
    ('tenant_subscriptions', 'table', '', 'a table'),
    ('tenant_subscriptions', 'trigger', 'tenant_subscriptions_audit', 'CREATE TRIGGER tenant_subscriptions_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.tenant_subscriptions FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('tenant_subscriptions', 'trigger', 'tenant_subscriptions_set_timestamp', 'CREATE TRIGGER tenant_subscriptions_set_timestamp BEFORE UPDATE ON @extschema@.tenant_subscriptions FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('tenants', 'access method', '', 'heap'),
    ('tenants', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenants', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('tenants', 'column', 'name', 'character varying NOT NULL'),
    ('tenants', 'column', 'settings', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('tenants', 'column', 'status', '@extschema@.tenant_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.tenant_status_type_v1'),
    ('tenants', 'column', 'subdomain', 'character varying NOT NULL'),
    ('tenants', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('tenants', 'constraint', 'tenants_name_valid', 'CHECK (((btrim((name)::text) <> ''''::text) AND (length((name)::text) <= 200)))'),
    ('tenants', 'constraint', 'tenants_pkey', 'PRIMARY KEY (id)'),
    ('tenants', 'constraint', 'tenants_settings_is_object', 'CHECK ((jsonb_typeof(settings) = ''object''::text))'),
    ('tenants', 'constraint', 'tenants_subdomain_is_dns_label', 'CHECK (((subdomain)::text ~ ''^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$''::text))'),
    ('tenants', 'constraint', 'tenants_subdomain_key', 'UNIQUE (subdomain)'),
    ('tenants', 'index', 'tenants_pkey', 'CREATE UNIQUE INDEX tenants_pkey ON @extschema@.tenants USING btree (id)'),
    ('tenants', 'index', 'tenants_status_idx', 'CREATE INDEX tenants_status_idx ON @extschema@.tenants USING btree (status)'),
    ('tenants', 'index', 'tenants_subdomain_key', 'CREATE UNIQUE INDEX tenants_subdomain_key ON @extschema@.tenants USING btree (subdomain)'),
    ('tenants', 'persistence', '', 'permanent'),
    ('tenants', 'policy', 'tenants_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.is_system_admin())'),
    ('tenants', 'policy', 'tenants_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.is_system_admin())'),
    ('tenants', 'policy', 'tenants_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_tenant(id))'),
    ('tenants', 'policy', 'tenants_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_manage_tenant(id)) WITH CHECK (@extschema@.can_manage_tenant(id))'),
    ('tenants', 'row security', '', 'on'),
    ('tenants', 'table', '', 'a table'),
    ('tenants', 'trigger', 'tenants_audit', 'CREATE TRIGGER tenants_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.tenants FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('tenants', 'trigger', 'tenants_lower_subdomain', 'CREATE TRIGGER tenants_lower_subdomain BEFORE INSERT OR UPDATE OF subdomain ON @extschema@.tenants FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_subdomain()'),
    ('tenants', 'trigger', 'tenants_protect_columns', 'CREATE TRIGGER tenants_protect_columns BEFORE UPDATE OF status, subdomain ON @extschema@.tenants FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(''status'', ''subdomain'')'),
    ('tenants', 'trigger', 'tenants_set_timestamp', 'CREATE TRIGGER tenants_set_timestamp BEFORE UPDATE ON @extschema@.tenants FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('token_blacklist', 'access method', '', 'heap'),
    ('token_blacklist', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('token_blacklist', 'column', 'expires_at', 'timestamp with time zone NOT NULL'),
    ('token_blacklist', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('token_blacklist', 'column', 'reason', 'character varying'),
    ('token_blacklist', 'column', 'token_hash', 'character varying NOT NULL'),
    ('token_blacklist', 'column', 'user_id', 'uuid NOT NULL'),
    ('token_blacklist', 'constraint', 'token_blacklist_pkey', 'PRIMARY KEY (id)'),
    ('token_blacklist', 'constraint', 'token_blacklist_token_hash_key', 'UNIQUE (token_hash)'),
    ('token_blacklist', 'constraint', 'token_blacklist_token_hash_valid', 'CHECK (((btrim((token_hash)::text) <> ''''::text) AND (length((token_hash)::text) <= 255)))'),
    ('token_blacklist', 'constraint', 'token_blacklist_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('token_blacklist', 'index', 'token_blacklist_expires_idx', 'CREATE INDEX token_blacklist_expires_idx ON @extschema@.token_blacklist USING btree (expires_at)'),
    ('token_blacklist', 'index', 'token_blacklist_pkey', 'CREATE UNIQUE INDEX token_blacklist_pkey ON @extschema@.token_blacklist USING btree (id)'),
    ('token_blacklist', 'index', 'token_blacklist_token_hash_key', 'CREATE UNIQUE INDEX token_blacklist_token_hash_key ON @extschema@.token_blacklist USING btree (token_hash)'),
    ('token_blacklist', 'index', 'token_blacklist_user_idx', 'CREATE INDEX token_blacklist_user_idx ON @extschema@.token_blacklist USING btree (user_id)'),
    ('token_blacklist', 'persistence', '', 'permanent'),
    ('token_blacklist', 'policy', 'token_blacklist_all', 'PERMISSIVE FOR ALL TO PUBLIC USING ((@extschema@.is_auth_role() OR @extschema@.is_system_admin())) WITH CHECK ((@extschema@.is_auth_role() OR @extschema@.is_system_admin()))'),
    ('token_blacklist', 'row security', '', 'on'),
    ('token_blacklist', 'table', '', 'a table'),
    ('user_business_role_status_type_v1', 'type', '', '{active,pending,revoked}'),
    ('user_business_roles', 'access method', '', 'heap'),
    ('user_business_roles', 'column', 'business_id', 'uuid NOT NULL'),
    ('user_business_roles', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('user_business_roles', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('user_business_roles', 'column', 'role', 'character varying NOT NULL'),
    ('user_business_roles', 'column', 'status', '@extschema@.user_business_role_status_type_v1 NOT NULL DEFAULT ''active''::@extschema@.user_business_role_status_type_v1'),
    ('user_business_roles', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('user_business_roles', 'column', 'user_id', 'uuid NOT NULL'),
    ('user_business_roles', 'constraint', 'user_business_roles_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('user_business_roles', 'constraint', 'user_business_roles_pkey', 'PRIMARY KEY (id)'),
    ('user_business_roles', 'constraint', 'user_business_roles_role_valid', 'CHECK (((btrim((role)::text) <> ''''::text) AND (length((role)::text) <= 100)))'),
    ('user_business_roles', 'constraint', 'user_business_roles_user_business_role_key', 'UNIQUE (user_id, business_id, role)'),
    ('user_business_roles', 'constraint', 'user_business_roles_user_fkey', 'FOREIGN KEY (user_id) REFERENCES @extschema@.users(id) ON DELETE CASCADE'),
    ('user_business_roles', 'index', 'user_business_roles_business_status_idx', 'CREATE INDEX user_business_roles_business_status_idx ON @extschema@.user_business_roles USING btree (business_id, status)'),
    ('user_business_roles', 'index', 'user_business_roles_pkey', 'CREATE UNIQUE INDEX user_business_roles_pkey ON @extschema@.user_business_roles USING btree (id)'),
    ('user_business_roles', 'index', 'user_business_roles_user_business_role_key', 'CREATE UNIQUE INDEX user_business_roles_user_business_role_key ON @extschema@.user_business_roles USING btree (user_id, business_id, role)'),
    ('user_business_roles', 'persistence', '', 'permanent'),
    ('user_business_roles', 'policy', 'user_business_roles_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING ((@extschema@.can_access_business(business_id) OR ((status = ''pending''::@extschema@.user_business_role_status_type_v1) AND @extschema@.can_access_person(business_id, user_id))))'),
    ('user_business_roles', 'policy', 'user_business_roles_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('user_business_roles', 'policy', 'user_business_roles_insert_needs_consent', 'RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((status = ''pending''::@extschema@.user_business_role_status_type_v1) OR @extschema@.can_access_user(user_id)))'),
    ('user_business_roles', 'policy', 'user_business_roles_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_person(business_id, user_id))'),
    ('user_business_roles', 'policy', 'user_business_roles_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING ((@extschema@.can_access_business(business_id) OR ((status = ''pending''::@extschema@.user_business_role_status_type_v1) AND @extschema@.can_access_person(business_id, user_id)))) WITH CHECK (@extschema@.can_access_person(business_id, user_id))'),
    ('user_business_roles', 'policy', 'user_business_roles_update_needs_consent', 'RESTRICTIVE FOR UPDATE TO PUBLIC WITH CHECK (((status = ''pending''::@extschema@.user_business_role_status_type_v1) OR @extschema@.can_access_user(user_id)))'),
    ('user_business_roles', 'row security', '', 'on'),
    ('user_business_roles', 'table', '', 'a table'),
    ('user_business_roles', 'trigger', 'user_business_roles_accept_only', 'CREATE TRIGGER user_business_roles_accept_only BEFORE UPDATE ON @extschema@.user_business_roles FOR EACH ROW WHEN ((NOT @extschema@.can_access_business(old.business_id))) EXECUTE FUNCTION @extschema@.trigger_accept_only(''status'', ''active'')'),
    ('user_business_roles', 'trigger', 'user_business_roles_audit', 'CREATE TRIGGER user_business_roles_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.user_business_roles FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('user_business_roles', 'trigger', 'user_business_roles_set_timestamp', 'CREATE TRIGGER user_business_roles_set_timestamp BEFORE UPDATE ON @extschema@.user_business_roles FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('user_status_type_v1', 'type', '', '{active,inactive,suspended,pending_verification,invited}'),
    ('users', 'access method', '', 'heap'),
    ('users', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('users', 'column', 'email', 'character varying NOT NULL'),
    ('users', 'column', 'email_verified', 'boolean NOT NULL DEFAULT false'),
    ('users', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('users', 'column', 'last_login_at', 'timestamp with time zone'),
    ('users', 'column', 'password_hash', 'character varying'),
    ('users', 'column', 'profile', 'jsonb NOT NULL DEFAULT ''{}''::jsonb'),
    ('users', 'column', 'status', '@extschema@.user_status_type_v1 NOT NULL DEFAULT ''pending_verification''::@extschema@.user_status_type_v1'),
    ('users', 'column', 'system_role', 'character varying'),
    ('users', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('users', 'constraint', 'users_email_key', 'UNIQUE (email)'),
    ('users', 'constraint', 'users_email_valid', 'CHECK ((((email)::text ~ ''^[^@[:space:]]+@[^@[:space:]]+$''::text) AND (length((email)::text) <= 254)))'),
    ('users', 'constraint', 'users_password_hash_not_blank', 'CHECK ((btrim((password_hash)::text) <> ''''::text))'),
    ('users', 'constraint', 'users_pkey', 'PRIMARY KEY (id)'),
    ('users', 'constraint', 'users_profile_is_object', 'CHECK ((jsonb_typeof(profile) = ''object''::text))'),
    ('users', 'constraint', 'users_system_role_not_blank', 'CHECK ((btrim((system_role)::text) <> ''''::text))'),
    ('users', 'index', 'users_email_key', 'CREATE UNIQUE INDEX users_email_key ON @extschema@.users USING btree (email)'),
    ('users', 'index', 'users_pkey', 'CREATE UNIQUE INDEX users_pkey ON @extschema@.users USING btree (id)'),
    ('users', 'index', 'users_status_idx', 'CREATE INDEX users_status_idx ON @extschema@.users USING btree (status)'),
    ('users', 'persistence', '', 'permanent'),
    ('users', 'policy', 'users_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.is_system_admin())'),
    ('users', 'policy', 'users_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.is_system_admin())'),
    ('users', 'policy', 'users_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING ((@extschema@.is_auth_role() OR @extschema@.can_access_user(id)))'),
    ('users', 'policy', 'users_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING ((@extschema@.is_auth_role() OR (@extschema@.can_access_user(id) AND ((id = @extschema@.current_session_user_id()) OR @extschema@.is_system_admin())))) WITH CHECK ((@extschema@.is_auth_role() OR (@extschema@.can_access_user(id) AND ((id = @extschema@.current_session_user_id()) OR @extschema@.is_system_admin()))))'),
    ('users', 'row security', '', 'on'),
    ('users', 'table', '', 'a table'),
    ('users', 'trigger', 'users_lower_email', 'CREATE TRIGGER users_lower_email BEFORE INSERT OR UPDATE OF email ON @extschema@.users FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_lower_email()'),
    ('users', 'trigger', 'users_protect_columns', 'CREATE TRIGGER users_protect_columns BEFORE UPDATE OF system_role ON @extschema@.users FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_protect_columns(''system_role'')'),
    ('users', 'trigger', 'users_protect_login', 'CREATE TRIGGER users_protect_login BEFORE UPDATE OF status, email_verified, password_hash ON @extschema@.users FOR EACH ROW WHEN ((NOT @extschema@.is_auth_role())) EXECUTE FUNCTION @extschema@.trigger_protect_columns(''status'', ''email_verified'', ''password_hash'')'),
    ('users', 'trigger', 'users_set_timestamp', 'CREATE TRIGGER users_set_timestamp BEFORE UPDATE ON @extschema@.users FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()'),
    ('users', 'trigger', 'users_unverify_email', 'CREATE TRIGGER users_unverify_email BEFORE UPDATE ON @extschema@.users FOR EACH ROW WHEN (((new.email)::text IS DISTINCT FROM (old.email)::text)) EXECUTE FUNCTION @extschema@.trigger_unverify_email()'),
    ('working_hours', 'access method', '', 'heap'),
    ('working_hours', 'column', 'business_id', 'uuid'),
    ('working_hours', 'column', 'created_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('working_hours', 'column', 'day_of_week', 'smallint NOT NULL'),
    ('working_hours', 'column', 'employee_id', 'uuid'),
    ('working_hours', 'column', 'end_time', 'time without time zone'),
    ('working_hours', 'column', 'id', 'uuid NOT NULL DEFAULT @uuid-ossp@.uuid_generate_v4()'),
    ('working_hours', 'column', 'is_off', 'boolean NOT NULL DEFAULT false'),
    ('working_hours', 'column', 'start_time', 'time without time zone'),
    ('working_hours', 'column', 'updated_at', 'timestamp with time zone NOT NULL DEFAULT now()'),
    ('working_hours', 'column', 'valid_from', 'date'),
    ('working_hours', 'column', 'valid_to', 'date'),
    ('working_hours', 'constraint', 'working_hours_business_fkey', 'FOREIGN KEY (business_id) REFERENCES @extschema@.businesses(id) ON DELETE CASCADE'),
    ('working_hours', 'constraint', 'working_hours_day_of_week_in_range', 'CHECK (((day_of_week >= 0) AND (day_of_week <= 6)))'),
    ('working_hours', 'constraint', 'working_hours_employee_fkey', 'FOREIGN KEY (business_id, employee_id) REFERENCES @extschema@.employees(business_id, id) ON DELETE CASCADE'),
    ('working_hours', 'constraint', 'working_hours_end_after_start', 'CHECK ((is_off OR (end_time > start_time)))'),
    ('working_hours', 'constraint', 'working_hours_finite_valid_dates', 'CHECK ((isfinite(valid_from) AND isfinite(valid_to)))'),
    ('working_hours', 'constraint', 'working_hours_names_business', 'CHECK ((business_id IS NOT NULL))'),
    ('working_hours', 'constraint', 'working_hours_pkey', 'PRIMARY KEY (id)'),
    ('working_hours', 'constraint', 'working_hours_times_unless_off', 'CHECK ((is_off OR ((start_time IS NOT NULL) AND (end_time IS NOT NULL))))'),
    ('working_hours', 'constraint', 'working_hours_valid_dates_in_order', 'CHECK ((valid_from <= valid_to))'),
    ('working_hours', 'index', 'working_hours_business_default_idx', 'CREATE INDEX working_hours_business_default_idx ON @extschema@.working_hours USING btree (business_id) INCLUDE (day_of_week, start_time, end_time, is_off, valid_from, valid_to) WHERE (employee_id IS NULL)'),
    ('working_hours', 'index', 'working_hours_business_idx', 'CREATE INDEX working_hours_business_idx ON @extschema@.working_hours USING btree (business_id, day_of_week)'),
    ('working_hours', 'index', 'working_hours_employee_idx', 'CREATE INDEX working_hours_employee_idx ON @extschema@.working_hours USING btree (employee_id, day_of_week) INCLUDE (start_time, end_time, is_off, business_id, valid_from, valid_to)'),
    ('working_hours', 'index', 'working_hours_pkey', 'CREATE UNIQUE INDEX working_hours_pkey ON @extschema@.working_hours USING btree (id)'),
    ('working_hours', 'persistence', '', 'permanent'),
    ('working_hours', 'policy', 'working_hours_delete', 'PERMISSIVE FOR DELETE TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('working_hours', 'policy', 'working_hours_insert', 'PERMISSIVE FOR INSERT TO PUBLIC WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('working_hours', 'policy', 'working_hours_select', 'PERMISSIVE FOR SELECT TO PUBLIC USING (@extschema@.can_access_business(business_id))'),
    ('working_hours', 'policy', 'working_hours_update', 'PERMISSIVE FOR UPDATE TO PUBLIC USING (@extschema@.can_access_business(business_id)) WITH CHECK (@extschema@.can_access_business(business_id))'),
    ('working_hours', 'row security', '', 'on'),
    ('working_hours', 'table', '', 'a table'),
    ('working_hours', 'trigger', 'working_hours_audit', 'CREATE TRIGGER working_hours_audit AFTER INSERT OR DELETE OR UPDATE ON @extschema@.working_hours FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_audit()'),
    ('working_hours', 'trigger', 'working_hours_explain_night', 'CREATE TRIGGER working_hours_explain_night BEFORE INSERT OR UPDATE OF start_time, end_time, is_off ON @extschema@.working_hours FOR EACH ROW WHEN (((NOT new.is_off) AND (new.end_time <= new.start_time))) EXECUTE FUNCTION @extschema@.trigger_explain_night()'),
    ('working_hours', 'trigger', 'working_hours_fill_business', 'CREATE TRIGGER working_hours_fill_business BEFORE INSERT OR UPDATE OF business_id ON @extschema@.working_hours FOR EACH ROW WHEN ((new.business_id IS NULL)) EXECUTE FUNCTION @extschema@.trigger_fill_business_id()'),
    ('working_hours', 'trigger', 'working_hours_set_timestamp', 'CREATE TRIGGER working_hours_set_timestamp BEFORE UPDATE ON @extschema@.working_hours FOR EACH ROW EXECUTE FUNCTION @extschema@.trigger_set_timestamp()')
    ) e (object, kind, name, definition)
    WHERE x.extname = 'uuid-ossp'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_expected_definitions() IS
    'The tables and types of this version with all that belongs to them: see bookmeatoz_definitions().';

-- ===== 98-steps.sql

-- Steps: how the data structures of one version become those of the next.
--
-- What is new in a version needs no step: bookmeatoz_install_schema() creates what is missing. A step changes one definition that is
-- there, or rows. It runs only where it finds the definition that it replaces, word for word, as bookmeatoz_definitions() gives it. So the
-- owner's own changes stay, and a lost ledger does no harm. A released step never changes; numbers go up.

CREATE FUNCTION @extschema@.bookmeatoz_schema_steps()
RETURNS TABLE (step integer, version text, what text, object text, kind text, name text, old_definition text, new_definition text,
               statements text, rewrites boolean, by_hand text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    VALUES (1, '1.0.0', 'the schema of 1.0.0', NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, false, NULL::text)
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

-- ===== 99-functions.sql

-- The definitions of this version: bookmeatoz_verify() expects the functions as this script has just created them. They are computed
-- here, because the bodies name the schema, and kept in a function. Every name is qualified: the schema may hold a better match for a
-- name of pg_catalog's.

DO $do$
BEGIN
    EXECUTE pg_catalog.format(
        'CREATE FUNCTION %s.bookmeatoz_expected_function_definitions() RETURNS TABLE (name text, definition text, for_public boolean) '
        'LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS %L', '@extschema@',
        (SELECT pg_catalog.format('VALUES %s', pg_catalog.string_agg(pg_catalog.format('(%L, %L, %L::boolean)', f.name, f.definition, f.for_public),
                                                                     ', '::text ORDER BY f.name COLLATE "C"))
         FROM @extschema@.bookmeatoz_function_definitions() f));
END
$do$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_expected_function_definitions() IS
    'The functions of the extension as its install script created them: see bookmeatoz_function_definitions().';

-- ===== 99-rights.sql

-- The last part. It takes away rights that the earlier parts did not give. Then it installs the data structures.

DO $$
DECLARE
    granted record;
BEGIN
    -- Rights on our functions that the database's default privileges gave to other roles.
    FOR granted IN
        SELECT DISTINCT p.oid::regprocedure AS function, acl.grantee::regrole AS role
        FROM @extschema@.bookmeatoz_functions() f JOIN pg_proc p ON p.oid = f CROSS JOIN aclexplode(p.proacl) acl
        WHERE acl.grantee NOT IN (0, p.proowner)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', granted.function, granted.role);
    END LOOP;
    -- On a pooled connection a temporary object stays for the next session, and it may have the name of a table of ours.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

SELECT @extschema@.bookmeatoz_install_schema();
