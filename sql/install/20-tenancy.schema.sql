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
