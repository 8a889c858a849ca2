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
